#include "unit/turn_rig.h"

#include "base/clock.h"
#include "unit/app_lines.h"
#include "unit/unit.h"

struct settings settings;
struct app_child child;
struct app_spare spare;
static struct codex *codex;
struct app_turn *turn;
struct job *job;
struct app_seen seen;
static int64_t last_id;
char trace[TRACE_MAX];

static const struct {
	const char *method, *name;
	bool ends; /* may be said when the job is over */
} methods[] = {
	{ "thread/start", "thread", false },
	{ "thread/inject_items", "inject", false },
	{ "turn/start", "turn", false },
	{ "turn/interrupt", "interrupt", true },
	{ "thread/archive", "archive", true },
	{ "thread/unsubscribe", "close", true },
};

static void
note(const char *method, bool was_over)
{
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		if (strcmp(methods[i].method, method) != 0)
			continue;
		ck_assert_msg(!was_over || methods[i].ends,
		    "%s although the job is over", method);
		ck_assert_uint_lt(
		    strlen(trace) + strlen(method) + 2, sizeof(trace));
		if (trace[0] != '\0')
			strncat(trace, " ", 2);
		strncat(trace, methods[i].name, 20);
		return;
	}
	ck_abort_msg("asks for %s", method);
}

static void
check_request(const char *line, size_t len, bool was_over)
{
	json_t *root, *params;
	const char *method, *thread;
	char why[JSONX_ERROR_MAX];
	int64_t id;

	ck_assert_msg(jsonx_parse(line, len, 128, &root, why) == 0, "%s: %.*s",
	    why, (int)len, line);
	ck_assert_int_eq(jsonx_get_int(root, "id", &id), 0);
	ck_assert_int_gt(id, last_id);
	last_id = id;
	ck_assert_int_eq(jsonx_get_string(root, "method", &method), 0);
	ck_assert_int_eq(jsonx_get_object(root, "params", &params), 0);
	note(method, was_over);
	if (strcmp(method, "thread/start") != 0) {
		ck_assert_int_eq(
		    jsonx_get_string(params, "threadId", &thread), 0);
		ck_assert_str_eq(thread, "t");
	}
	json_decref(root);
}

/* Looks at what was said, and takes it; lines of spaces are the test's. */
static void
take_requests(bool was_over)
{
	const char *at = child.out.data, *end = at + child.out.len, *eol;

	while (at < end) {
		eol = memchr(at, '\n', (size_t)(end - at));
		ck_assert_ptr_nonnull(eol);
		if (*at != ' ')
			check_request(at, (size_t)(eol - at), was_over);
		at = eol + 1;
	}
	buf_reset(&child.out);
	/* Nothing is awaited but the last thing that was asked for. */
	ck_assert(turn->awaited == 0 || turn->awaited == last_id);
}

void
let_go(void)
{
	if (!turn->job_over || turn->job == NULL)
		return;
	turn->job = NULL;
	app_see(job, &seen);
	ck_assert_uint_eq(seen.ends, 1);
	/* The last one: to touch it from now on is a fault. */
	job_unref(job);
	job = NULL;
}

void
turn_begin_job(struct job *j, char *const *words)
{
	app_settings(&settings, words);
	memset(&child, 0, sizeof(child));
	child.codex = codex = codex_new();
	ck_assert_ptr_nonnull(codex);
	buf_init(&child.out, (size_t)16 * 1024 * 1024);
	app_spare_init(&spare);
	app_seen_init(&seen);
	last_id = 0;
	trace[0] = '\0';
	job = j;
	ck_assert_int_eq(app_turn_begin(&settings, &child, &spare,
			     RPC_INSTRUCTIONS_MESSAGE, NULL, job, &turn),
	    0);
	take_requests(false);
}

void
turn_begin(const char *members, char *const *words)
{
	turn_begin_job(app_job(members), words);
}

void
turn_end(void)
{
	app_turn_free(turn);
	job_unref(job);
	app_spare_free(&spare);
	buf_free(&child.out);
	codex_unref(codex);
	app_seen_free(&seen);
	settings_free(&settings);
}

static int
after(int rc, bool was_over)
{
	take_requests(was_over);
	let_go();
	return rc;
}

int
say(const char *line)
{
	bool was_over = turn->job_over;
	struct rpc_event e;
	int rc;

	ck_assert_msg(rpc_event_parse(line, strlen(line), &e) == 0, "%s", line);
	rc = e.kind == RPC_ANSWER ? app_turn_answer(turn, &e)
				  : app_turn_event(turn, &e);
	rpc_event_free(&e);
	return after(rc, was_over);
}

int
answer(void)
{
	return say("{\"id\":1,\"result\":{\"thread\":{\"id\":\"t\"},"
		   "\"turn\":{\"id\":\"u\"}}}");
}

int
lose_line(bool answer)
{
	struct rpc_event e = { .kind = RPC_TOO_LONG,
		.id = answer ? turn->awaited : 0 };
	bool was_over = turn->job_over;

	return after(app_turn_line_lost(turn, &e), was_over);
}

int
step(int64_t now)
{
	bool was_over = turn->job_over;

	return after(app_turn_step(turn, now), was_over);
}

void
ok(int rc)
{
	ck_assert_int_eq(rc, 0);
}

void
advance(enum app_turn_state state)
{
	if (state == TURN_STARTING)
		return;
	ok(answer());
	if (state >= TURN_INJECTING)
		ok(step(clock_now()));
	if (state >= TURN_ASKING)
		ok(answer());
	if (state >= TURN_RUNNING) {
		ok(say(TURN_STARTED));
		ok(answer());
	}
	ck_assert_int_eq(turn->state, state);
}
