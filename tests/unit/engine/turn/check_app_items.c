/*
 * Of an answer's items what only some dialects have words for: namespaces,
 * encrypted reasoning, and the order that is kept for it.
 */
#include "unit/unit.h"

#include <errno.h>

#include "engine/turn/app_answer.h"
#include "unit/app_job.h"
#include "unit/app_lines.h"
#include "unit/oom.h"

#define T(s) \
	{ \
		s, sizeof(s) - 1 \
	}

static struct tool tools[] = {
	{ .name = T("look"), .offered = true },
	{ .name = T("look"), .space = T("n"), .offered = true },
	{ .name = T("look"),
	    .space = T("web"),
	    .custom = true,
	    .offered = true },
};

static struct job *
job_with_tools(const char *members)
{
	struct job *j = app_job(members);

	j->request->tools = tools;
	j->request->n_tools = ARRAY_SIZE(tools);
	return j;
}

static void
feed(struct app_answer *a, const char *line)
{
	struct rpc_event e;

	ck_assert_msg(rpc_event_parse(line, strlen(line), &e) == 0, "%s", line);
	ck_assert_int_eq(app_answer_event(a, &e), 0);
	rpc_event_free(&e);
}

/* What one event is, in a few characters behind `out`. */
static int
describe(const struct event *e, struct buf *out)
{
	static const char kinds[] = {
		[ITEM_MESSAGE] = 'm', [ITEM_CALL] = 'c', [ITEM_REASONING] = 'r'
	};

	switch (e->kind) {
	case EVENT_ITEM_BEGIN:
		return buf_printf(out, "%u%c%s%s%.*s%s[", e->item.index,
		    kinds[e->item.kind], event_id(e),
		    e->item.kind == ITEM_CALL ? " " : "",
		    (int)e->item.space.len, e->item.space.s,
		    e->item.custom ? "*" : "");
	case EVENT_TEXT:
	case EVENT_ARGUMENTS:
		return buf_printf(out, "%s,", e->text);
	case EVENT_ITEM_END:
		return buf_printf(out, "]%s%s ", e->whole ? "" : "broken",
		    e->item.kind == ITEM_REASONING ? event_sealed(e) : "");
	default:
		return 0;
	}
}

/* What the caller gets, in order. */
static void
expect(struct job *j, const char *wanted, const char *comment)
{
	bool closed;
	struct channel_item *item = channel_take(j->channel, &closed), *next;
	struct buf got;

	buf_init(&got, 65536);
	for (; item != NULL; item = next) {
		next = item->next;
		ck_assert_int_eq(describe(event_of(item), &got), 0);
		event_free(event_of(item));
	}
	ck_assert_msg(
	    strcmp(app_text(&got), wanted) == 0, "%s: %s", comment, got.data);
	buf_free(&got);
}

/* Of several with one name it is the one that was called. */
START_TEST(tools_of_one_name_are_told_apart)
{
	static const char *const lines[] = { CALL_IN("n", "c1", "look", "{}"),
		CALL("c2", "look", "{}"), CALL_IN("fn__web", "c3", "look", "x"),
		CALL_IN("other", "c4", "look", "{}"), RESPONSE };
	struct job *j = job_with_tools("");
	struct app_answer a;

	app_answer_init(&a, j);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		feed(&a, lines[i]);
	expect(j, "0cfc_c1 n[{},] 1cfc_c2 [{},] 2cfc_c3 web*[x,] ", "");
	app_answer_free(&a);
	job_unref(j);
}
END_TEST

enum {
	LINES_MAX = 10
};

struct script {
	const char *lines[LINES_MAX];
	const char *wanted; /* where encrypted reasoning is wanted */
	const char *plain; /* where it is not */
	const char *comment;
};

static const struct script scripts[] = {
	{ { PART, THOUGHT_OF("r1", "hm"), SEALED("r1", "\"S\""),
	      COMPLETED("a", FINAL, "x"), DONE },
	    "0rr1[hm,]S 1ma[x,] ", "0rr1[hm,] 1ma[x,] ", "with a summary" },
	{ { SEALED("r1", "\"S\""), COMPLETED("a", FINAL, "x"), DONE },
	    "0rr1[]S 1ma[x,] ", "0ma[x,] ", "without one" },
	{ { THOUGHT_OF("r1", "hm"), SEALED("r1", "null"),
	      COMPLETED("a", FINAL, "x"), DONE },
	    "0rr1[hm,] 1ma[x,] ", "0rr1[hm,] 1ma[x,] ",
	    "what is not encrypted" },
	{ { SEALED("r1", "\"\""), DONE }, "", "", "nothing at all" },
	{ { SEALED("r1", "\"S\""), COMPLETED("a", COMMENTARY, "x"),
	      THOUGHT_OF("r2", "so"), SEALED("r2", "\"T\""),
	      SEALED("r3", "\"U\""), COMPLETED("b", FINAL, "y"), DONE },
	    "0rr1[]S 1ma[x,] 2rr2[so,]T 3rr3[]U 4mb[y,] ",
	    "0ma[x,] 1rr2[so,] 2mb[y,] ", "several" },
	{ { SEALED("r1", "\"S\""), CALL("c1", "look", "{}"),
	      THOUGHT_OF("r2", "so"), SEALED("r2", "\"T\""),
	      CALL("c2", "look", "[]"), COMPLETED("a", FINAL, "x"), RESPONSE },
	    "0rr1[]S 1cfc_c1 [{},] 2rr2[so,]T 3cfc_c2 [[],] 4ma[x,] ",
	    "0rr2[so,] 1ma[x,] 2cfc_c1 [{},] 3cfc_c2 [[],] ",
	    "calls have their places" },
	{ { CALL("c1", "look", "{}"), SEALED("r1", "\"S\""), RETRY },
	    "0cfc_c1 [{},] 1rr1[]S ", "0cfc_c1 [{},] ",
	    "also in what broke off" },
	{ { CALL_IN("x", "c1", "look", "{}"), SEALED("r1", "\"S\""),
	      COMPLETED("a", FINAL, "x"), DONE },
	    "0rr1[]S 1ma[x,] ", "0ma[x,] ", "nothing waits for no call" },
	{ { THOUGHT_OF("r1", "hm"), RETRY, SEALED("r2", "\"T\""),
	      COMPLETED("a", FINAL, "x"), DONE },
	    "0rr1[hm,]broken 1rr2[]T 2ma[x,] ", "0rr1[hm,]broken 1ma[x,] ",
	    "what broke off is not completed" },
};

static void
run(const struct script *s, const char *members, bool sealed)
{
	struct job *j = job_with_tools(members);
	struct app_answer a;

	j->request->sealed = sealed;
	app_answer_init(&a, j);
	for (size_t i = 0; i < LINES_MAX && s->lines[i] != NULL; i++)
		feed(&a, s->lines[i]);
	expect(j, sealed ? s->wanted : s->plain, s->comment);
	app_answer_free(&a);
	job_unref(j);
}

START_TEST(encrypted_reasoning_is_had_in_its_place)
{
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		for (int sealed = 0; sealed < 2; sealed++) {
			run(&scripts[i], ",\"stream\":true", sealed);
			/* There a summary is kept until it is whole. */
			if (strstr(scripts[i].wanted, "broken") == NULL)
				run(&scripts[i], "", sealed);
		}
	}
}
END_TEST

#define REQUIRED \
	",\"tools\":[{\"type\":\"function\",\"function\":{" \
	"\"name\":\"a\"}},{\"type\":\"function\",\"function\":{" \
	"\"name\":\"look\"}}],\"tool_choice\":\"required\""

START_TEST(what_waits_for_a_call_keeps_its_place)
{
	static const struct script s = {
		{ SEALED("r1", "\"S\""), COMPLETED("a", COMMENTARY, "x"),
		    CALL("c1", "look", "{}"), SEALED("r2", "\"T\""), RESPONSE },
		"0rr1[]S 1ma[x,] 2cfc_c1 [{},] 3rr2[]T ",
		"0ma[x,] 1cfc_c1 [{},] ", "a call that is demanded"
	};

	for (int sealed = 0; sealed < 2; sealed++)
		run(&s, REQUIRED, sealed);
}
END_TEST

/* Codex never has them so. A message is one item; what comes in it waits. */
START_TEST(reasoning_in_the_midst_of_a_message)
{
	static const struct script s = {
		{ DELTA("a", "x"), THOUGHT_OF("r1", "hm"),
		    SEALED("r1", "\"S\""), DELTA("a", "y"),
		    COMPLETED("a", "null", "xy"), DONE },
		"0ma[x,y,] 1r[hm,]S ", "0ma[x,y,] 1r[hm,] ", "in a message"
	};

	for (int sealed = 0; sealed < 2; sealed++)
		run(&s, ",\"stream\":true", sealed);
}
END_TEST

/* Nor does anything else come in the midst of an item. */
START_TEST(calls_in_the_midst_of_a_message)
{
	static const struct script s = {
		{ DELTA("a", "x"), CALL("c1", "look", "{}"),
		    COMPLETED("a", "null", "xy"), DELTA("b", "z"),
		    CALL("c2", "look", "{}"), RESPONSE },
		"0ma[x,y,] 1cfc_c1 [{},] 2cfc_c2 [{},] 3mb[z,]broken ",
		"0ma[x,y,] 1mb[z,]broken 2cfc_c1 [{},] 3cfc_c2 [{},] ",
		"in a message"
	};

	for (int sealed = 0; sealed < 2; sealed++)
		run(&s, ",\"stream\":true", sealed);
}
END_TEST

START_TEST(encrypted_reasoning_is_bounded)
{
	char *text = calloc(1, LIMIT_SEALED + 2);
	struct rpc_event e = { .kind = RPC_REASONING_COMPLETED,
		.item = { "r", 1 },
		.text = { text, LIMIT_SEALED + 1 } };

	memset(text, 'x', LIMIT_SEALED + 1);
	for (int sealed = 0; sealed < 2; sealed++) {
		struct job *j = job_with_tools("");
		struct app_answer a;

		j->request->sealed = sealed;
		app_answer_init(&a, j);
		ck_assert_int_eq(
		    app_answer_event(&a, &e), sealed ? -EMSGSIZE : 0);
		app_answer_free(&a);
		job_unref(j);
	}
	free(text);
}
END_TEST

START_TEST(memory_runs_out)
{
	static const char *const lines[] = { THOUGHT_OF("r1", "hm"),
		SEALED("r1", "\"S\""), CALL_IN("n", "c1", "look", "{}"),
		SEALED("r2", "\"T\""), RESPONSE };

	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		bool fired = true;

		for (long n = 0; fired; n++) {
			struct job *j = job_with_tools(",\"stream\":true");
			struct app_answer a;
			struct rpc_event e;
			int rc;

			j->request->sealed = true;
			app_answer_init(&a, j);
			for (size_t k = 0; k < i; k++)
				feed(&a, lines[k]);
			rc = rpc_event_parse(lines[i], strlen(lines[i]), &e);
			ck_assert_int_eq(rc, 0);
			oom_left = n;
			rc = app_answer_event(&a, &e);
			fired = oom_fired();
			/* A job ends even when nothing can say so. */
			ck_assert_int_eq(rc, fired && !a.final ? -ENOMEM : 0);
			rpc_event_free(&e);
			app_answer_free(&a);
			job_unref(j);
		}
	}
}
END_TEST

UNIT_MAIN("app_items", tools_of_one_name_are_told_apart,
    encrypted_reasoning_is_had_in_its_place,
    what_waits_for_a_call_keeps_its_place, reasoning_in_the_midst_of_a_message,
    calls_in_the_midst_of_a_message, encrypted_reasoning_is_bounded,
    memory_runs_out)
