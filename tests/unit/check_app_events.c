#include "unit/unit.h"

#include <errno.h>

#include "core/app_events.h"
#include "unit/app_lines.h"
#include "unit/damage.h"
#include "unit/oom.h"

#define PLAIN \
	"{\"method\":\"item/agentMessage/delta\",\"params\":{\"threadId\":" \
	"\"t\",\"turnId\":\"u\",\"itemId\":\"i\",\"delta\":\"caf\xc3\xa9\"}"

static const struct {
	const char *line;
	int rc;
	enum app_event_kind kind;
	const char *item, *text;
	const char *comment;
} cases[] = {
	{ PLAIN "}", 0, APP_MESSAGE_DELTA, "i", "caf\xc3\xa9", "0.154" },
	{ PLAIN ",\"emittedAtMs\":1795509000123}", 0, APP_MESSAGE_DELTA, "i",
	    "caf\xc3\xa9", "0.169" },
	{ PLAIN ",\"emittedAtMs\":}", -EINVAL, 0, "", "", "no number" },
	{ PLAIN ",\"emittedAtMs\":007}", -EINVAL, 0, "", "", "no JSON number" },
	{ PLAIN ",\"emittedAtMs\":99999999999999999999}", -EINVAL, 0, "", "",
	    "out of range" },
	{ PLAIN ",\"emittedAtMs\":0}", 0, APP_MESSAGE_DELTA, "i", "caf\xc3\xa9",
	    "the first moment" },
	{ PLAIN ",\"new\":[]}", 0, APP_MESSAGE_DELTA, "i", "caf\xc3\xa9",
	    "another member" },
	{ PLAIN, -EINVAL, 0, "", "", "broken off" },
	{ DELTA("i", "a\\nb"), 0, APP_MESSAGE_DELTA, "i", "a\nb", "escapes" },
	{ DELTA("i", "\\ud83d\\ude00\\u0041"), 0, APP_MESSAGE_DELTA, "i",
	    "\xf0\x9f\x98\x80"
	    "A",
	    "characters by number" },
	{ COMPLETED("i", "null", "\\\"a\\\""), 0, APP_MESSAGE_COMPLETED, "i",
	    "\"a\"", "quotation marks" },
	{ DELTA("i", "\xff"), -EINVAL, 0, "", "", "broken UTF-8" },
	{ STARTED("i", FINAL), 0, APP_MESSAGE_STARTED, "i", "", "a message" },
	{ COMPLETED("i", "null", "pong"), 0, APP_MESSAGE_COMPLETED, "i", "pong",
	    "all of it" },
	{ ITEM("started", "\"type\":\"reasoning\",\"id\":\"i\""), 0, APP_OTHER,
	    "", "", "an item that is none of ours" },
	{ NOTE("item/started", ",\"item\":7"), 0, APP_OTHER, "", "",
	    "made up: no item" },
	{ COMPACTION, 0, APP_COMPACTION, "", "", "compaction" },
	{ PART, 0, APP_REASONING_PART, "", "", "a paragraph" },
	{ THOUGHT("hm"), 0, APP_REASONING_DELTA, "", "hm", "a summary" },
	{ NOTE("item/reasoning/textDelta", ",\"delta\":\"hm\""), 0,
	    APP_REASONING_DELTA, "", "hm", "raw reasoning" },
	{ CALL("c", "f", "{\\\"x\\\":1}"), 0, APP_TOOL_CALL, "c", "{\"x\":1}",
	    "a call" },
	{ NOTE("rawResponseItem/completed", ",\"item\":{\"type\":\"message\"}"),
	    0, APP_OTHER, "", "", "another raw item" },
	{ NOTE("rawResponseItem/completed",
	      ",\"item\":{\"type\":\"message\",\"content\":[{\"type\":"
	      "\"input_text\",\"text\":\"image content omitted because it "
	      "could not be processed\"}]}"),
	    0, APP_IMAGE_OMITTED, "", "", "an image that was left out" },
	{ RESPONSE, 0, APP_RESPONSE_COMPLETED, "", "", "a response" },
	{ NOTE("rawResponse/completed", ",\"usage\":null"), 0,
	    APP_RESPONSE_COMPLETED, "", "", "one without usage" },
	{ USAGE, 0, APP_USAGE, "", "", "tokens" },
	{ NOTE("thread/tokenUsage/updated", ""), 0, APP_OTHER, "", "",
	    "made up: no tokens" },
	{ RETRY, 0, APP_ERROR, "", "", "an error" },
	{ TURN_STARTED, 0, APP_TURN_STARTED, "", "", "a turn begins" },
	{ DONE, 0, APP_TURN_COMPLETED, "", "", "a turn ends" },
	{ NOTE("account/rateLimits/updated", ",\"rateLimits\":{}"), 0,
	    APP_RATE_LIMITS, "", "", "quota" },
	{ NOTE("configWarning", ",\"summary\":\"s\",\"message\":\"m\""), 0,
	    APP_WARNING, "", "s", "a warning" },
	{ NOTE("warning", ",\"message\":\"m\""), 0, APP_WARNING, "", "m",
	    "another" },
	{ NOTE("something/new", ""), 0, APP_OTHER, "", "", "a later Codex" },
	{ "{\"method\":\"initialized\"}", 0, APP_OTHER, "", "", "no params" },
	{ "{\"id\":7,\"result\":{}}", 0, APP_ANSWER, "", "", "an answer" },
	{ "{\"id\":7,\"result\":null}", 0, APP_ANSWER, "", "", "of nothing" },
	{ "{\"id\":7,\"error\":{\"code\":-32001}}", 0, APP_ANSWER, "", "",
	    "a refusal" },
	{ "{\"id\":\"7\",\"result\":{}}", 0, APP_OTHER, "", "",
	    "an answer to nothing of ours" },
	{ "{\"id\":7}", -EINVAL, 0, "", "", "neither" },
	{ "{\"id\":7,\"method\":\"item/tool/call\",\"params\":{}}", 0,
	    APP_REQUEST, "", "", "a request" },
	{ "{}", -EINVAL, 0, "", "", "nothing" },
	{ "[]", -EINVAL, 0, "", "", "no object" },
	{ "WARN: x", -EINVAL, 0, "", "", "no JSON" },
	{ "", -EINVAL, 0, "", "", "an empty line" },
};

START_TEST(lines)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *line = cases[i].line;
		struct app_event e;
		int rc = app_event_parse(line, strlen(line), &e);

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
		app_event_free(&e);
		app_event_free(&e);
	}
}
END_TEST

static void
parse(const char *line, struct app_event *e)
{
	ck_assert_msg(app_event_parse(line, strlen(line), e) == 0, "%s", line);
}

static bool
is(struct text t, const char *s)
{
	return t.len == strlen(s) && memcmp(t.s, s, t.len) == 0;
}

START_TEST(members)
{
	struct app_event e;

	parse(STARTED("i", FINAL), &e);
	ck_assert(is(e.thread, "t") && is(e.turn, "u") && e.final_phase);
	app_event_free(&e);
	parse(STARTED("i", "null"), &e);
	ck_assert(e.final_phase);
	app_event_free(&e);
	parse(STARTED("i", COMMENTARY), &e);
	ck_assert(!e.final_phase);
	app_event_free(&e);
	parse(STARTED("i", PARTIAL), &e);
	ck_assert(!e.final_phase);
	app_event_free(&e);
	parse(USAGE, &e);
	ck_assert_uint_eq(e.usage.input, 11);
	ck_assert_uint_eq(e.usage.cached_input, 3);
	ck_assert_uint_eq(e.usage.output, 7);
	ck_assert_uint_eq(e.usage.reasoning_output, 2);
	app_event_free(&e);
	parse(CALL("c", "f", "{}"), &e);
	ck_assert(is(e.name, "f"));
	app_event_free(&e);
	parse(RETRY, &e);
	ck_assert(e.will_retry && e.error != NULL);
	app_event_free(&e);
	parse(FAULT("no", "null"), &e);
	ck_assert(!e.will_retry && e.error != NULL);
	app_event_free(&e);
}
END_TEST

static const struct {
	const char *line;
	enum app_turn_status status;
	bool error;
} ends[] = {
	{ DONE, APP_TURN_DONE, false },
	{ INTERRUPTED, APP_TURN_INTERRUPTED, false },
	{ FAILED("no", "null"), APP_TURN_FAILED, true },
	{ TURN_ENDED("new", "null"), APP_TURN_FAILED, false },
	{ NOTE("turn/completed", ""), APP_TURN_FAILED, false },
};

START_TEST(ends_of_a_turn)
{
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct app_event e;

		parse(ends[i].line, &e);
		ck_assert_int_eq(e.kind, APP_TURN_COMPLETED);
		ck_assert(is(e.turn, "u"));
		ck_assert_msg(e.status == ends[i].status, "%s", ends[i].line);
		ck_assert_int_eq(e.error != NULL, ends[i].error);
		app_event_free(&e);
	}
}
END_TEST

START_TEST(answers_and_requests)
{
	struct app_event e;

	parse(
	    "{\"id\":7,\"result\":{\"thread\":{\"id\":\"t\"}},\"error\":null}",
	    &e);
	ck_assert_int_eq(e.id, 7);
	ck_assert(is(e.thread, "t") && is(e.turn, ""));
	ck_assert_ptr_null(e.error);
	ck_assert(!e.login_needed && !e.logged_in);
	app_event_free(&e);
	parse("{\"id\":7,\"result\":{\"turn\":{\"id\":\"u\"}}}", &e);
	ck_assert(is(e.thread, "") && is(e.turn, "u"));
	app_event_free(&e);
	parse("{\"id\":8,\"error\":{\"code\":-1}}", &e);
	ck_assert_int_eq(e.id, 8);
	ck_assert_ptr_nonnull(e.error);
	app_event_free(&e);
	parse("{\"id\":3,\"result\":{\"requiresOpenaiAuth\":true,"
	      "\"account\":null}}",
	    &e);
	ck_assert(e.login_needed && !e.logged_in);
	app_event_free(&e);
	parse("{\"id\":3,\"result\":{\"requiresOpenaiAuth\":true,"
	      "\"account\":{\"type\":\"chatgpt\"}}}",
	    &e);
	ck_assert(e.login_needed && e.logged_in);
	app_event_free(&e);
	parse("{\"id\":4,\"result\":{\"rateLimits\":{\"primary\":null}}}", &e);
	ck_assert_ptr_nonnull(e.limits);
	app_event_free(&e);
	parse("{\"id\":\"q\",\"method\":\"m\",\"params\":{\"threadId\":\"t\"}}",
	    &e);
	ck_assert_str_eq(e.method, "m");
	ck_assert_str_eq(json_string_value(e.request_id), "q");
	ck_assert(is(e.thread, "t"));
	app_event_free(&e);
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
		struct app_event e;

		memcpy(bytes, line, len);
		len = damage(bytes, len, &seed);
		if (app_event_parse(bytes, len, &e) == 0) {
			ck_assert_ptr_nonnull(e.text.s);
			ck_assert_ptr_nonnull(e.method);
			app_event_free(&e);
		}
		free(bytes);
	}
}
END_TEST

static int
parse_and_free(const char *line)
{
	struct app_event e;
	int rc = app_event_parse(line, strlen(line), &e);

	if (rc == 0)
		app_event_free(&e);
	return rc;
}

/* What was copied of a line is freed with it. */
START_TEST(out_of_memory)
{
	OOM_EACH(parse_and_free(DELTA("i", "a\\nb")), (void)0);
}
END_TEST

UNIT_MAIN("app_events", lines, members, ends_of_a_turn, answers_and_requests,
    damaged_lines_do_no_harm, out_of_memory)
