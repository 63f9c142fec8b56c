#include "unit/unit.h"

#include <errno.h>

#include "rpc/rpc_events.h"
#include "unit/app_lines.h"
#include "unit/damage.h"
#include "unit/oom.h"

#define PLAIN \
	"{\"method\":\"item/agentMessage/delta\",\"params\":{\"threadId\":" \
	"\"t\",\"turnId\":\"u\",\"itemId\":\"i\",\"delta\":\"caf\xc3\xa9\"}"

static const struct {
	const char *line;
	int rc;
	enum rpc_event_kind kind;
	const char *item, *text;
	const char *comment;
} cases[] = {
	{ PLAIN "}", 0, RPC_MESSAGE_DELTA, "i", "caf\xc3\xa9", "0.154" },
	{ PLAIN ",\"emittedAtMs\":1795509000123}", 0, RPC_MESSAGE_DELTA, "i",
	    "caf\xc3\xa9", "0.169" },
	{ PLAIN ",\"emittedAtMs\":}", -EINVAL, 0, "", "", "no number" },
	{ PLAIN ",\"emittedAtMs\":007}", -EINVAL, 0, "", "", "no JSON number" },
	{ PLAIN ",\"emittedAtMs\":99999999999999999999}", 0, RPC_MESSAGE_DELTA,
	    "i", "caf\xc3\xa9", "beyond 64 bits" },
	{ PLAIN ",\"emittedAtMs\":0}", 0, RPC_MESSAGE_DELTA, "i", "caf\xc3\xa9",
	    "the first moment" },
	{ PLAIN ",\"new\":[]}", 0, RPC_MESSAGE_DELTA, "i", "caf\xc3\xa9",
	    "another member" },
	{ PLAIN, -EINVAL, 0, "", "", "broken off" },
	{ DELTA("i", "a\\nb"), 0, RPC_MESSAGE_DELTA, "i", "a\nb", "escapes" },
	{ DELTA("i", "\\ud83d\\ude00\\u0041"), 0, RPC_MESSAGE_DELTA, "i",
	    "\xf0\x9f\x98\x80"
	    "A",
	    "characters by number" },
	{ COMPLETED("i", "null", "\\\"a\\\""), 0, RPC_MESSAGE_COMPLETED, "i",
	    "\"a\"", "quotation marks" },
	{ DELTA("i", "\xff"), -EINVAL, 0, "", "", "broken UTF-8" },
	{ STARTED("i", FINAL), 0, RPC_MESSAGE_STARTED, "i", "", "a message" },
	{ COMPLETED("i", "null", "pong"), 0, RPC_MESSAGE_COMPLETED, "i", "pong",
	    "all of it" },
	{ ITEM("started", "\"type\":\"reasoning\",\"id\":\"i\""), 0, RPC_OTHER,
	    "", "", "an item that is none of ours" },
	{ NOTE("item/started", ",\"item\":7"), 0, RPC_OTHER, "", "",
	    "made up: no item" },
	{ COMPACTION, 0, RPC_COMPACTION, "", "", "compaction" },
	{ PART, 0, RPC_REASONING_PART, "", "", "a paragraph" },
	{ THOUGHT("hm"), 0, RPC_REASONING_DELTA, "", "hm", "a summary" },
	{ THOUGHT_OF("rs_1", "hm"), 0, RPC_REASONING_DELTA, "rs_1", "hm",
	    "with its item" },
	{ NOTE("item/reasoning/textDelta", ",\"delta\":\"hm\""), 0,
	    RPC_REASONING_DELTA, "", "hm", "raw reasoning" },
	{ CALL("c", "f", "{\\\"x\\\":1}"), 0, RPC_TOOL_CALL, "fc_c",
	    "{\"x\":1}", "a call" },
	{ SEALED("rs_1", "\"gAA=\""), 0, RPC_REASONING_COMPLETED, "rs_1",
	    "gAA=", "encrypted reasoning" },
	{ SEALED("rs_1", "null"), 0, RPC_REASONING_COMPLETED, "rs_1", "",
	    "reasoning that is not" },
	{ NOTE("rawResponseItem/completed", ",\"item\":{\"type\":\"message\"}"),
	    0, RPC_OTHER, "", "", "another raw item" },
	{ NOTE("rawResponseItem/completed",
	      ",\"item\":{\"type\":\"message\",\"content\":[{\"type\":"
	      "\"input_text\",\"text\":\"image content omitted because it "
	      "could not be processed\"}]}"),
	    0, RPC_IMAGE_OMITTED, "", "", "an image that was left out" },
	{ OUTPUT("c"), 0, RPC_TOOL_OUTPUT, "", "", "what a call has brought" },
	{ GUIDANCE, 0, RPC_FILTERED, "", "", "words about a filter" },
	{ RESPONSE, 0, RPC_RESPONSE_COMPLETED, "", "", "a response" },
	{ NOTE("rawResponse/completed", ",\"usage\":null"), 0,
	    RPC_RESPONSE_COMPLETED, "", "", "one without usage" },
	{ USAGE, 0, RPC_USAGE, "", "", "tokens" },
	{ NOTE("thread/tokenUsage/updated", ""), 0, RPC_OTHER, "", "",
	    "made up: no tokens" },
	{ RETRY, 0, RPC_ERROR, "", "", "an error" },
	{ TURN_STARTED, 0, RPC_TURN_STARTED, "", "", "a turn begins" },
	{ DONE, 0, RPC_TURN_COMPLETED, "", "", "a turn ends" },
	{ NOTE("account/rateLimits/updated", ",\"rateLimits\":{}"), 0,
	    RPC_RATE_LIMITS, "", "", "quota" },
	{ NOTE("configWarning", ",\"summary\":\"s\",\"message\":\"m\""), 0,
	    RPC_WARNING, "", "s", "a warning" },
	{ NOTE("warning", ",\"message\":\"m\""), 0, RPC_WARNING, "", "m",
	    "another" },
	{ NOTE("something/new", ""), 0, RPC_OTHER, "", "", "a later Codex" },
	{ "{\"method\":\"initialized\"}", 0, RPC_OTHER, "", "", "no params" },
	{ "{\"id\":7,\"result\":{}}", 0, RPC_ANSWER, "", "", "an answer" },
	{ "{\"id\":7,\"result\":null}", 0, RPC_ANSWER, "", "", "of nothing" },
	{ "{\"id\":7,\"error\":{\"code\":-32001}}", 0, RPC_ANSWER, "", "",
	    "a refusal" },
	{ "{\"id\":\"7\",\"result\":{}}", 0, RPC_OTHER, "", "",
	    "an answer to nothing of ours" },
	{ "{\"id\":7}", -EINVAL, 0, "", "", "neither" },
	{ "{\"id\":7,\"method\":\"item/tool/call\",\"params\":{}}", 0,
	    RPC_REQUEST, "", "", "a request" },
	{ "{}", -EINVAL, 0, "", "", "nothing" },
	{ "[]", -EINVAL, 0, "", "", "no object" },
	{ "WARN: x", -EINVAL, 0, "", "", "no JSON" },
	{ "", -EINVAL, 0, "", "", "an empty line" },
};

START_TEST(lines)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *line = cases[i].line;
		struct rpc_event e;
		int rc = rpc_event_parse(line, strlen(line), &e);

		ck_assert_msg(
		    rc == cases[i].rc, "%s: %d", cases[i].comment, rc);
		if (rc != 0)
			continue;
		ck_assert_msg(e.kind == cases[i].kind, "%s: kind %d",
		    cases[i].comment, (int)e.kind);
		ck_assert_msg(e.item.len == strlen(cases[i].item) &&
			memcmp(e.item.s, cases[i].item, e.item.len) == 0,
		    "%s: item", cases[i].comment);
		ck_assert_msg(e.text.len == strlen(cases[i].text) &&
			memcmp(e.text.s, cases[i].text, e.text.len) == 0,
		    "%s: text", cases[i].comment);
		rpc_event_free(&e);
		rpc_event_free(&e);
	}
}
END_TEST

START_TEST(a_call_has_an_id_of_its_own)
{
	static const char line[] = CALL("c1", "f", "{}");
	struct rpc_event e;

	ck_assert_int_eq(rpc_event_parse(line, strlen(line), &e), 0);
	ck_assert(text_equal(e.item, (struct text){ "fc_c1", 5 }));
	ck_assert(text_equal(e.call_id, (struct text){ "c1", 2 }));
	ck_assert_uint_eq(e.space.len, 0);
	ck_assert(text_equal(e.name, (struct text){ "f", 1 }));
	rpc_event_free(&e);
}
END_TEST

static void
parse(const char *line, struct rpc_event *e)
{
	ck_assert_msg(rpc_event_parse(line, strlen(line), e) == 0, "%s", line);
}

static bool
is(struct text t, const char *s)
{
	return t.len == strlen(s) && memcmp(t.s, s, t.len) == 0;
}

START_TEST(members)
{
	struct rpc_event e;

	parse(STARTED("i", FINAL), &e);
	ck_assert(is(e.thread, "t") && is(e.turn, "u") && e.final_phase);
	rpc_event_free(&e);
	parse(STARTED("i", "null"), &e);
	ck_assert(e.final_phase);
	rpc_event_free(&e);
	parse(STARTED("i", COMMENTARY), &e);
	ck_assert(!e.final_phase);
	rpc_event_free(&e);
	parse(STARTED("i", PARTIAL), &e);
	ck_assert(!e.final_phase);
	rpc_event_free(&e);
	parse(USAGE, &e);
	ck_assert_uint_eq(e.usage.input, 11);
	ck_assert_uint_eq(e.usage.cached_input, 3);
	ck_assert_uint_eq(e.usage.cache_write_input, 5);
	ck_assert_uint_eq(e.usage.output, 7);
	ck_assert_uint_eq(e.usage.reasoning_output, 2);
	rpc_event_free(&e);
	parse(CALL("c", "f", "{}"), &e);
	ck_assert(is(e.name, "f"));
	rpc_event_free(&e);
	parse(RETRY, &e);
	ck_assert(e.will_retry && e.error != NULL);
	rpc_event_free(&e);
	parse(FAULT("no", "null"), &e);
	ck_assert(!e.will_retry && e.error != NULL);
	rpc_event_free(&e);
}
END_TEST

static const struct {
	const char *line;
	enum rpc_turn_status status;
	bool error;
} ends[] = {
	{ DONE, RPC_TURN_DONE, false },
	{ INTERRUPTED, RPC_TURN_INTERRUPTED, false },
	{ FAILED("no", "null"), RPC_TURN_FAILED, true },
	{ TURN_ENDED("new", "null"), RPC_TURN_FAILED, false },
	{ NOTE("turn/completed", ""), RPC_TURN_FAILED, false },
};

START_TEST(ends_of_a_turn)
{
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct rpc_event e;

		parse(ends[i].line, &e);
		ck_assert_int_eq(e.kind, RPC_TURN_COMPLETED);
		ck_assert(is(e.turn, "u"));
		ck_assert_msg(e.status == ends[i].status, "%s", ends[i].line);
		ck_assert_int_eq(e.error != NULL, ends[i].error);
		rpc_event_free(&e);
	}
}
END_TEST

START_TEST(answers_and_requests)
{
	struct rpc_event e;

	parse(
	    "{\"id\":7,\"result\":{\"thread\":{\"id\":\"t\"}},\"error\":null}",
	    &e);
	ck_assert_int_eq(e.id, 7);
	ck_assert(is(e.thread, "t") && is(e.turn, ""));
	ck_assert_ptr_null(e.error);
	ck_assert(!e.login_needed && !e.logged_in);
	rpc_event_free(&e);
	parse("{\"id\":7,\"result\":{\"turn\":{\"id\":\"u\"}}}", &e);
	ck_assert(is(e.thread, "") && is(e.turn, "u"));
	rpc_event_free(&e);
	parse("{\"id\":8,\"error\":{\"code\":-1}}", &e);
	ck_assert_int_eq(e.id, 8);
	ck_assert_ptr_nonnull(e.error);
	rpc_event_free(&e);
	parse("{\"id\":3,\"result\":{\"requiresOpenaiAuth\":true,"
	      "\"account\":null}}",
	    &e);
	ck_assert(e.login_needed && !e.logged_in);
	rpc_event_free(&e);
	parse("{\"id\":3,\"result\":{\"requiresOpenaiAuth\":true,"
	      "\"account\":{\"type\":\"chatgpt\"}}}",
	    &e);
	ck_assert(e.login_needed && e.logged_in);
	rpc_event_free(&e);
	parse("{\"id\":4,\"result\":{\"rateLimits\":{\"primary\":null}}}", &e);
	ck_assert_ptr_nonnull(e.limits);
	rpc_event_free(&e);
	parse("{\"id\":\"q\",\"method\":\"m\",\"params\":{\"threadId\":\"t\"}}",
	    &e);
	ck_assert_str_eq(e.method, "m");
	ck_assert_str_eq(json_string_value(e.request_id), "q");
	ck_assert(is(e.thread, "t"));
	rpc_event_free(&e);
}
END_TEST

/* clang-format off */
static const struct {
	const char *head, *tail;
	int64_t id;
	const char *thread;
	const char *comment;
} ends_of_lines[] = {
	{ "{\"method\":\"m\",\"params\":{\"threadId\":\"t\",\"delta\":\"xx", "",
	    0, "t", "at the beginning" },
	{ "{\"method\":\"m\",\"params\":{\"item\":{\"text\":\"x",
	    "x\"},\"threadId\":\"t\",\"turnId\":\"u\"}}",
	    0, "t", "at the end" },
	{ "{\"method\":\"m\",\"params\":{\"item\":{\"content\":[{\"text\":\"x",
	    "\"threadId\":\"no\"}]},\"threadId\":\"t\"}}",
	    0, "t", "the last one counts" },
	{ "{\"method\":\"m\",\"params\":{\"item\":{\"threadId\":\"no\",\"x\":\"",
	    "\"},\"threadId\":\"t\"}}",
	    0, "t", "a member of the item is another's" },
	{ "{\"method\":\"m\",\"params\":{\"item\":{\"text\":\"x",
	    "x \\\"threadId\\\":\\\"no\\\" \"}}}",
	    0, "", "in a string it is text" },
	{ "{\"method\":\"m\",\"params\":{\"threadId\":\"t", "x\"}}",
	    0, "", "an id that is cut off" },
	{ "{\"method\":\"m\",\"params\":{\"x\":\"x", "\"threadId\":\"t",
	    0, "", "an id that does not end" },
	{ "{\"id\":7,\"result\":{\"x\":\"x", "\"},\"threadId\":\"t\"}",
	    7, "", "an answer" },
	{ "{\"method\":\"m\",\"id\":7,\"params\":{\"threadId\":\"t\",\"x\":\"x",
	    "x\"}}", 0, "t", "a request" },
	{ "xxxxxxxx", "xxxxxxxxxx", 0, "", "what is none of the protocol" },
	{ "", "", 0, "", "nothing" },
};
/* clang-format on */

START_TEST(lines_of_which_the_ends_are_left)
{
	for (size_t i = 0; i < ARRAY_SIZE(ends_of_lines); i++) {
		const char *head = ends_of_lines[i].head;
		const char *tail = ends_of_lines[i].tail;
		struct rpc_event e;

		rpc_event_of_ends((struct text){ head, strlen(head) },
		    (struct text){ tail, strlen(tail) }, &e);
		ck_assert_int_eq(e.kind, RPC_TOO_LONG);
		ck_assert_msg(e.id == ends_of_lines[i].id &&
			is(e.thread, ends_of_lines[i].thread),
		    "%s: %lld %.*s", ends_of_lines[i].comment, (long long)e.id,
		    (int)e.thread.len, e.thread.s);
	}
}
END_TEST

START_TEST(damaged_lines_do_no_harm)
{
	uint64_t seed = 12;

	for (unsigned round = 0; round < 50000; round++) {
		const char *line =
		    cases[random_below(&seed, ARRAY_SIZE(cases))].line;
		size_t len = strlen(line);
		char *bytes = malloc(len + 4);
		struct rpc_event e;

		memcpy(bytes, line, len);
		len = damage(bytes, len, &seed);
		if (rpc_event_parse(bytes, len, &e) == 0) {
			ck_assert_ptr_nonnull(e.text.s);
			ck_assert_ptr_nonnull(e.method);
			rpc_event_free(&e);
		}
		free(bytes);
	}
}
END_TEST

static int
parse_and_free(const char *line)
{
	struct rpc_event e;
	int rc = rpc_event_parse(line, strlen(line), &e);

	if (rc == 0)
		rpc_event_free(&e);
	return rc;
}

/* What was copied of a line is freed with it. */
START_TEST(out_of_memory)
{
	OOM_EACH(parse_and_free(DELTA("i", "a\\nb")), (void)0);
}
END_TEST

UNIT_MAIN("rpc_events", lines, a_call_has_an_id_of_its_own, members,
    ends_of_a_turn, answers_and_requests, lines_of_which_the_ends_are_left,
    damaged_lines_do_no_harm, out_of_memory)
