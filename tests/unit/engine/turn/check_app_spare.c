#include "unit/unit.h"
#include "unit/request.h"

#include <errno.h>

#include "engine/turn/app_spare.h"

/* A child that is nothing but the buffer of what is said to it. */
static struct app_child child;
static struct app_spare spare;
static int64_t request; /* as app_spare_take has told it last */
static char thread[RPC_ID_MAX];

static void
begin(void)
{
	memset(&child, 0, sizeof(child));
	buf_init(&child.out, (size_t)16 * 1024 * 1024);
	app_spare_init(&spare);
}

static void
end(void)
{
	app_spare_free(&spare);
	buf_free(&child.out);
}

static struct generation *
request_of(const char *members)
{
	struct error error = ERROR_INIT;
	struct generation *r;
	char body[512];

	snprintf(body, sizeof(body),
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
	    "\"hi\"}]%s}",
	    members);
	ck_assert_int_eq(unit_read(body, strlen(body), &r, &error), 0);
	return r;
}

static int
take_like(
    const char *cwd, const char *model, bool ephemeral, const char *members)
{
	struct generation *r = request_of(members);
	struct rpc_thread spec = { .cwd = cwd,
		.model = model,
		.ephemeral = ephemeral,
		.instructions = RPC_INSTRUCTIONS_NONE,
		.request = r };
	int rc;

	thread[0] = '\0';
	rc = app_spare_take(&spare, &child, &spec, &request, thread);
	generation_unref(r);
	return rc;
}

static void
take(const char *model)
{
	ck_assert_int_eq(take_like("/w", model, true, ""), 0);
}

/* What was said since the last time: "start(MODEL) close(THREAD)". */
static void
expect_said(const char *wanted)
{
	char said[512] = "", why[JSONX_ERROR_MAX];
	const char *at = child.out.data, *end = at + child.out.len, *eol;

	for (; at < end; at = eol + 1) {
		const char *method, *name;
		json_t *root, *params;
		bool start;

		eol = memchr(at, '\n', (size_t)(end - at));
		ck_assert_ptr_nonnull(eol);
		ck_assert_int_eq(
		    jsonx_parse(at, (size_t)(eol - at), 64, &root, why), 0);
		ck_assert_int_eq(jsonx_get_string(root, "method", &method), 0);
		ck_assert_int_eq(jsonx_get_object(root, "params", &params), 0);
		start = strcmp(method, "thread/start") == 0;
		ck_assert(start || strcmp(method, "thread/unsubscribe") == 0);
		ck_assert_int_eq(jsonx_get_string(params,
				     start ? "model" : "threadId", &name),
		    0);
		snprintf(said + strlen(said), sizeof(said) - strlen(said),
		    "%s%s(%s)", said[0] != '\0' ? " " : "",
		    start ? "start" : "close", name);
		json_decref(root);
	}
	if (child.out.len > 0)
		buf_reset(&child.out);
	ck_assert_str_eq(said, wanted);
}

static int
answer(const char *result)
{
	char line[256];
	struct rpc_event e;
	int rc;

	snprintf(line, sizeof(line), "{\"id\":%lld,%s}",
	    (long long)spare.awaited, result);
	ck_assert_int_eq(rpc_event_parse(line, strlen(line), &e), 0);
	rc = app_spare_answer(&spare, &child, &e);
	rpc_event_free(&e);
	return rc;
}

#define MADE(id) "\"result\":{\"thread\":{\"id\":\"" id "\"}}"

static void
refill(void)
{
	ck_assert_int_eq(app_spare_refill(&spare, &child), 0);
}

/* One like "a" is there or, when `asked`, on its way. */
static void
have_one(bool asked)
{
	begin();
	take("a");
	take("a");
	refill();
	expect_said("start(a) start(a) start(a)");
	ck_assert_int_ne(spare.awaited, 0);
	if (asked)
		return;
	ck_assert_int_eq(answer(MADE("s")), 0);
	ck_assert_int_eq(spare.awaited, 0);
	expect_said("");
}

START_TEST(only_what_comes_again_is_started_ahead)
{
	begin();
	refill();
	take("a");
	ck_assert_int_ne(request, 0);
	refill();
	take("b");
	refill();
	take("a");
	refill();
	expect_said("start(a) start(b) start(a)");
	take("a");
	expect_said("start(a)");
	refill();
	refill();
	expect_said("start(a)");
	end();
}
END_TEST

START_TEST(it_is_given_to_the_next_one_alone)
{
	have_one(false);
	take("a");
	ck_assert_int_eq(request, 0);
	ck_assert_str_eq(thread, "s");
	expect_said("");
	take("a");
	ck_assert_int_ne(request, 0);
	ck_assert_str_eq(thread, "");
	expect_said("start(a)");
	refill();
	expect_said("start(a)");
	end();
}
END_TEST

START_TEST(one_on_its_way_is_waited_for)
{
	int64_t awaited;

	have_one(true);
	awaited = spare.awaited;
	take("a");
	ck_assert_int_eq(request, awaited);
	ck_assert_str_eq(thread, "");
	ck_assert_int_eq(spare.awaited, 0);
	expect_said("");
	end();
}
END_TEST

/* All that thread/start says, by one member each. */
static const struct {
	const char *cwd, *model, *members;
	bool ephemeral;
} others[] = {
	{ "/x", "a", "", true },
	{ "/w", "b", "", true },
	{ "/w", "a", ",\"verbosity\":\"low\"", true },
	{ "/w", "a",
	    ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":"
	    "\"f\"}}]",
	    true },
	{ "/w", "a", "", false },
};

START_TEST(who_wants_another_gets_another)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		char wanted[64];

		for (int asked = 0; asked < 2; asked++) {
			have_one(asked);
			ck_assert_int_eq(
			    take_like(others[i].cwd, others[i].model,
				others[i].ephemeral, others[i].members),
			    0);
			ck_assert_int_ne(request, 0);
			ck_assert_str_eq(thread, "");
			snprintf(wanted, sizeof(wanted), "%sstart(%s)",
			    asked ? "" : "close(s) ", others[i].model);
			expect_said(wanted);
			refill();
			expect_said("");
			/* It comes although nobody wants it any more. */
			if (asked) {
				ck_assert_int_eq(answer(MADE("s")), 0);
				expect_said("close(s)");
			}
			ck_assert_int_eq(spare.awaited, 0);
			end();
		}
	}
}
END_TEST

/* It would stay in the user's list of sessions without a word in it. */
START_TEST(threads_that_are_kept_are_not_started_ahead)
{
	begin();
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(take_like("/w", "a", false, ""), 0);
		refill();
	}
	expect_said("start(a) start(a) start(a)");
	end();
}
END_TEST

START_TEST(very_long_parameters_are_not_kept)
{
	char *cwd = malloc(300001);

	memset(cwd, 'x', 300000);
	cwd[300000] = '\0';
	begin();
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(take_like(cwd, "a", true, ""), 0);
		refill();
	}
	expect_said("start(a) start(a) start(a)");
	ck_assert_uint_eq(spare.params.size, 0);
	end();
	free(cwd);
}
END_TEST

START_TEST(refusals_and_nonsense)
{
	have_one(true);
	ck_assert_int_eq(answer("\"error\":{\"code\":-32001}"), 0);
	ck_assert_int_eq(spare.awaited, 0);
	/* Not again until somebody has had one. */
	refill();
	expect_said("");
	take("a");
	refill();
	expect_said("start(a) start(a)");
	end();
	have_one(true);
	ck_assert_int_eq(answer("\"result\":{}"), -EINVAL);
	end();
}
END_TEST

START_TEST(what_cannot_be_said_changes_nothing)
{
	have_one(false);
	child.out.cap = 10;
	ck_assert_int_eq(take_like("/w", "b", true, ""), -EMSGSIZE);
	expect_said("");
	child.out.cap = 1000;
	take("a");
	ck_assert_str_eq(thread, "s");
	child.out.cap = 10;
	ck_assert_int_eq(app_spare_refill(&spare, &child), -EMSGSIZE);
	ck_assert_int_eq(spare.awaited, 0);
	expect_said("");
	end();
}
END_TEST

UNIT_MAIN("app_spare", only_what_comes_again_is_started_ahead,
    it_is_given_to_the_next_one_alone, one_on_its_way_is_waited_for,
    who_wants_another_gets_another, threads_that_are_kept_are_not_started_ahead,
    very_long_parameters_are_not_kept, refusals_and_nonsense,
    what_cannot_be_said_changes_nothing)
