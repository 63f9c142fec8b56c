#include "conversation/history.h"

#include "unit/oom.h"
#include "unit/request.h"

#define USER "{'role':'user','content':'u'}"
#define SYSTEM "{'role':'system','content':'s'}"
#define CALL(id) \
	"{'id':'" id "','type':'function','function':{'name':'f'," \
	"'arguments':'{}'}}"
#define CALLS(calls) "{'role':'assistant','tool_calls':[" calls "]}"
#define RESULT(id) "{'role':'tool','tool_call_id':'" id "','content':'r'}"
#define OLD_CALL \
	"{'role':'assistant','function_call':{'name':'f','arguments':'{}'}}"
#define OLD_RESULT(name) "{'role':'function','name':'" name "','content':'r'}"

static const struct {
	const char *messages;
	const char *param; /* NULL: they are good */
	const char *named; /* what the message names */
	const char *comment;
} cases[] = {
	{ USER, NULL, NULL, "no calls" },
	{ USER "," CALLS(CALL("a")) "," RESULT("a"), NULL, NULL,
	    "a call and its result" },
	{ CALLS(CALL("a") "," CALL("b")) "," RESULT("b") "," RESULT(
	      "a") "," USER,
	    NULL, NULL, "results in another order" },
	{ CALLS(CALL("a")) "," SYSTEM "," RESULT("a"), NULL, NULL,
	    "a system message between" },
	{ CALLS(CALL("a")) "," RESULT("a") "," CALLS(CALL("a")) "," RESULT("a"),
	    NULL, NULL, "an id used again later" },
	{ OLD_CALL "," OLD_RESULT("f") "," USER, NULL, NULL,
	    "the old function_call" },
	{ CALLS(CALL("a") "," CALL("ab")) "," RESULT("ab") "," RESULT("a"),
	    NULL, NULL, "an id that begins another" },
	{ USER "," RESULT("x9"), "messages[1].tool_call_id", "x9",
	    "a result without a call" },
	{ RESULT("x9") "," CALLS(CALL("x9")), "messages[0].tool_call_id", "x9",
	    "a result before its call" },
	{ CALLS(CALL("a")) "," RESULT("a") "," RESULT("a"),
	    "messages[2].tool_call_id", "'a' is answered twice",
	    "two results of one call" },
	{ CALLS(CALL("a") "," CALL("b7")) "," RESULT("a") "," USER,
	    "messages[0].tool_calls", "b7", "a result is missing" },
	{ CALLS(CALL("z1") "," CALL("a2")) "," USER, "messages[0].tool_calls",
	    "z1", "the first that is missing is named" },
	{ USER "," CALLS(CALL("b7")), "messages[1].tool_calls", "b7",
	    "calls at the very end" },
	{ CALLS(CALL("b7")) "," CALLS(CALL("c")) "," RESULT("c"),
	    "messages[0].tool_calls", "b7", "the next assistant message" },
	{ CALLS(CALL("b7")) "," USER "," RESULT("b7"), "messages[0].tool_calls",
	    "b7", "a result after a user message" },
	{ CALLS(CALL("a")) "," RESULT("a") "," USER "," RESULT("a"),
	    "messages[3].tool_call_id", "'a'", "one of an earlier message" },
	{ CALLS(CALL("a") "," CALL("d5") "," CALL("d5")) "," RESULT("a"),
	    "messages[0].tool_calls", "d5", "an id twice in one message" },
	{ OLD_CALL "," USER, "messages[0].function_call", "'f'",
	    "an old call without its result" },
	{ USER "," OLD_RESULT("f"), "messages[1].name", "'f'",
	    "an old result without its call" },
	{ OLD_CALL "," OLD_RESULT("g3"), "messages[1].name", "g3",
	    "an old result of another function" },
	{ OLD_CALL "," OLD_RESULT("f") "," OLD_RESULT("f"), "messages[2].name",
	    "'f'", "an old call answered twice" },
	{ CALLS(CALL("a")) "," OLD_RESULT("f"), "messages[1].name", "'f'",
	    "an old result for a call with an id" },
	{ OLD_CALL "," RESULT("f"), "messages[1].tool_call_id", "'f'",
	    "a result with an id for an old call" },
};

static struct generation *
request(const char *messages)
{
	struct generation *r;
	char *list;

	ck_assert_int_ge(asprintf(&list, "[%s]", messages), 0);
	r = unit_quoted_request(list, "");
	free(list);
	return r;
}

START_TEST(calls_and_results_belong_together)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct generation *r = request(cases[i].messages);
		struct error e = ERROR_INIT;
		int rc = history_check(r, &e);
		bool bad = cases[i].param != NULL;

		unit_name_fault(r, &e);
		ck_assert_msg(rc == (bad ? -EINVAL : 0), "%s: %s",
		    cases[i].comment, e.message);
		ck_assert_msg(!bad || e.kind == ERROR_INVALID_VALUE, "%s",
		    cases[i].comment);
		ck_assert_msg(!bad || strcmp(e.param, cases[i].param) == 0,
		    "%s: %s", cases[i].comment, e.param);
		ck_assert_msg(!bad || strstr(e.message, cases[i].named) != NULL,
		    "%s: %s", cases[i].comment, e.message);
		error_free(&e);
		generation_unref(r);
	}
}
END_TEST

#define ID(s) \
	{ \
		s, sizeof(s) - 1 \
	}
#define A_CALL(id) \
	{ \
		.kind = ITEM_CALL, .call_id = ID(id) \
	}
#define A_RESULT(id) \
	{ \
		.kind = ITEM_RESULT, .call_id = ID(id) \
	}
#define A_THOUGHT \
	{ \
		.kind = ITEM_REASONING \
	}

/* Calls and results that stand as items of their own. */
static const struct {
	struct item items[6];
	enum error_field field;
	const char *comment;
} apart[] = {
	{ { A_CALL("a"), A_RESULT("a"), A_THOUGHT, A_CALL("b"), A_RESULT("b"),
	      A_THOUGHT },
	    FIELD_NONE, "one call after the other, and thoughts between" },
	{ { A_CALL("a"), A_CALL("b"), A_RESULT("a"), A_CALL("c"), A_RESULT("c"),
	      A_RESULT("b") },
	    FIELD_NONE, "a call before the last one is answered" },
	{ { A_CALL("a"), A_RESULT("a"), A_CALL("a"), A_RESULT("a"), A_CALL("a"),
	      A_RESULT("a") },
	    FIELD_NONE, "an id used again" },
	{ { A_CALL("a"), A_CALL("a"), A_RESULT("a"), A_RESULT("a"), A_THOUGHT,
	      A_THOUGHT },
	    FIELD_CALL, "an id used again before its result" },
	{ { A_CALL("a"), A_RESULT("a"), A_RESULT("a"), A_CALL("a"),
	      A_RESULT("a"), A_THOUGHT },
	    FIELD_RESULT, "a result too many" },
	{ { A_CALL("a"), A_RESULT("a"), A_CALL("a"), A_THOUGHT, A_THOUGHT,
	      A_THOUGHT },
	    FIELD_CALL, "the second of an id without its result" },
};

START_TEST(items_that_stand_apart)
{
	for (size_t i = 0; i < ARRAY_SIZE(apart); i++) {
		struct generation g = {
			.items = (struct item *)(uintptr_t)apart[i].items,
			.n_items = ARRAY_SIZE(apart[i].items)
		};
		struct error e = ERROR_INIT;
		int rc = history_check(&g, &e);

		ck_assert_msg(e.field == apart[i].field, "%s: %s",
		    apart[i].comment, e.message);
		ck_assert_int_eq(rc, e.field == FIELD_NONE ? 0 : -EINVAL);
		error_free(&e);
	}
}
END_TEST

/* A quadratic check would need hours for this, not the test's minute. */
START_TEST(many_calls_take_little_time)
{
	enum {
		CALLS_N = 200000
	};
	struct error e = ERROR_INIT;
	struct generation *r;
	struct buf b;
	int rc;

	buf_init(&b, 64 * 1024 * 1024);
	rc = buf_puts(&b, "[{\"role\":\"assistant\",\"tool_calls\":[");
	for (int i = 0; i < CALLS_N && rc == 0; i++)
		rc = buf_printf(&b,
		    "%s{\"id\":\"c%d\",\"function\":{\"name\":\"f\","
		    "\"arguments\":\"\"}}",
		    i > 0 ? "," : "", i);
	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(buf_puts(&b, "]}"), 0);
	for (int i = CALLS_N; i-- > 0 && rc == 0;)
		rc = buf_printf(&b,
		    ",{\"role\":\"tool\",\"tool_call_id\":\"c%d\","
		    "\"content\":\"\"}",
		    i);
	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(buf_putc(&b, ']'), 0);
	r = unit_request(b.data, "");
	ck_assert_int_eq(history_check(r, &e), 0);
	generation_unref(r);
	buf_free(&b);
}
END_TEST

START_TEST(out_of_memory_is_told)
{
	struct generation *r = request(CALLS(CALL("a")) "," RESULT("a"));
	struct error e = ERROR_INIT;

	OOM_EACH(
	    history_check(r, &e), ck_assert_int_eq(e.kind, ERROR_INTERNAL));
	error_free(&e);
	generation_unref(r);
}
END_TEST

UNIT_MAIN("history", calls_and_results_belong_together, items_that_stand_apart,
    many_calls_take_little_time, out_of_memory_is_told)
