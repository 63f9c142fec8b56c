#include "unit/unit.h"

#include <errno.h>

#include "base/clock.h"
#include "engine/app_answer.h"
#include "unit/app_job.h"
#include "unit/app_lines.h"
#include "unit/random.h"

enum {
	LINES_MAX = 10
};

#define STREAM ",\"stream\":true"
#define OBJECT ",\"response_format\":{\"type\":\"json_object\"}"
#define TOOL(name) \
	"{\"type\":\"function\",\"function\":{\"name\":\"" name "\"}}"
#define TOOLS ",\"tools\":[" TOOL("f") "," TOOL("exec_command") "]"

struct script {
	const char *members; /* of the request */
	const char *lines[LINES_MAX];
	const char *content, *reasoning, *calls;
	enum finish_reason finish; /* FINISH_NONE: the job has not finished */
	enum api_error_kind error; /* NONE: it has not failed */
	const char *comment;
};

/* Both for callers that stream and for those that do not. */
static const struct script both[] = {
	{ "",
	    { STARTED("a", "null"), DELTA("a", "po"), DELTA("a", "ng"),
		COMPLETED("a", "null", "pong"), USAGE, DONE },
	    "pong", "", "", FINISH_STOP, 0, "the usual" },
	{ "", { STARTED("a", FINAL), COMPLETED("a", FINAL, "pong"), DONE },
	    "pong", "", "", FINISH_STOP, 0, "no deltas" },
	{ "", { COMPLETED("a", "null", "pong"), DONE }, "pong", "", "",
	    FINISH_STOP, 0, "only what is complete" },
	{ "",
	    { STARTED("a", FINAL), DELTA("a", "po"),
		COMPLETED("a", FINAL, "pong"), DONE },
	    "pong", "", "", FINISH_STOP, 0, "the last delta is missing" },
	{ "", { DONE }, "", "", "", FINISH_STOP, 0, "no answer at all" },
	{ "",
	    { STARTED("a", COMMENTARY), DELTA("a", "let me see"),
		COMPLETED("a", COMMENTARY, "let me see"), STARTED("b", FINAL),
		DELTA("b", "pong"), COMPLETED("b", FINAL, "pong"), DONE },
	    "pong", "let me see", "", FINISH_STOP, 0, "commentary" },
	{ "",
	    { STARTED("a", PARTIAL), COMPLETED("a", PARTIAL, "half"),
		COMPLETED("b", FINAL, "pong"), DONE },
	    "pong", "half", "", FINISH_STOP, 0, "a phase of a later Codex" },
	{ "",
	    { COMPLETED("a", "null", "one"), COMPLETED("b", "null", "two"),
		DONE },
	    "one\n\ntwo", "", "", FINISH_STOP, 0, "two answers" },
	{ "",
	    { COMPLETED("a", "null", ""), COMPLETED("b", "null", "two"), DONE },
	    "two", "", "", FINISH_STOP, 0, "an empty one is no paragraph" },
	{ "",
	    { PART, THOUGHT("I "), THOUGHT("think"), PART, THOUGHT("so"),
		COMPLETED("a", COMMENTARY, "well"),
		COMPLETED("b", FINAL, "pong"), DONE },
	    "pong", "I think\n\nso\n\nwell", "", FINISH_STOP, 0,
	    "reasoning in paragraphs, commentary behind" },
	{ "",
	    { THOUGHT("I think"), PART, COMPLETED("a", COMMENTARY, "well"),
		COMPLETED("b", FINAL, "pong"), DONE },
	    "pong", "I think\n\nwell", "", FINISH_STOP, 0,
	    "one empty line between two paragraphs" },
	{ "", { FAILED("no", "\"usageLimitExceeded\"") }, "", "", "",
	    FINISH_NONE, API_ERROR_USAGE_LIMIT, "a failed turn" },
	{ "", { FAULT("no", "\"unauthorized\""), DONE }, "", "", "",
	    FINISH_NONE, API_ERROR_CODEX_UNAUTHORIZED,
	    "an error is final before the turn is" },
	{ "", { RETRY, COMPLETED("a", "null", "pong"), DONE }, "pong", "", "",
	    FINISH_STOP, 0, "trying again is no error" },
	{ "", { INTERRUPTED }, "", "", "", FINISH_NONE, API_ERROR_UPSTREAM,
	    "interrupted by somebody else" },
	{ "", { TURN_ENDED("new", "null") }, "", "", "", FINISH_NONE,
	    API_ERROR_UPSTREAM, "a status that we do not know" },
	{ "", { COMPACTION, DONE }, "", "", "", FINISH_NONE,
	    API_ERROR_CONTEXT_LENGTH, "Codex would summarise" },
	{ "",
	    { COMPLETED("a", "null", "as far as"),
		FAILED("Incomplete response returned, reason: "
		       "max_output_tokens",
		    "\"other\"") },
	    "as far as", "", "", FINISH_LENGTH, 0, "broken off" },
	{ OBJECT, { COMPLETED("a", "null", "{\\\"x\\\":1}"), DONE },
	    "{\"x\":1}", "", "", FINISH_STOP, 0, "JSON as asked for" },
	{ TOOLS, { CALL("c1", "f", "{\\\"x\\\":1}"), RESPONSE, DONE }, "", "",
	    "c1 f {\"x\":1};", FINISH_TOOL_CALLS, 0, "a call" },
	{ TOOLS, { CALL("c1", "f", "{}"), CALL("c2", "f", "[]"), RESPONSE }, "",
	    "", "c1 f {};c2 f [];", FINISH_TOOL_CALLS, 0, "two calls" },
	{ TOOLS,
	    { COMPLETED("a", "null", "I call"), CALL("c1", "f", "{}"),
		RESPONSE },
	    "I call", "", "c1 f {};", FINISH_TOOL_CALLS, 0,
	    "words before a call" },
	{ TOOLS, { CALL("c1", "fn__exec_command", "{}"), RESPONSE }, "", "",
	    "c1 exec_command {};", FINISH_TOOL_CALLS, 0,
	    "a name that Codex has taken" },
	{ TOOLS,
	    { CALL("c1", "update_plan", "{}"), RESPONSE,
		COMPLETED("a", "null", "pong"), RESPONSE, DONE },
	    "pong", "", "", FINISH_STOP, 0, "a tool of Codex's own" },
	{ TOOLS ",\"parallel_tool_calls\":false",
	    { CALL("c1", "f", "{}"), CALL("c2", "f", "{}"), RESPONSE }, "", "",
	    "c1 f {};", FINISH_TOOL_CALLS, 0, "one at a time" },
	{ TOOLS,
	    { CALL("c1", "f", "{}"), RETRY, CALL("c2", "f", "{}"), RESPONSE },
	    "", "", "c2 f {};", FINISH_TOOL_CALLS, 0,
	    "calls of a stream that broke off are void" },
	{ TOOLS, { CALL("c1", "f", "{}"), DONE }, "", "", "c1 f {};",
	    FINISH_TOOL_CALLS, 0, "a turn that ends of itself" },
	{ TOOLS ",\"tool_choice\":\"none\"",
	    { CALL("c1", "f", "{}"), RESPONSE, COMPLETED("a", "null", "pong"),
		RESPONSE, DONE },
	    "pong", "", "", FINISH_STOP, 0, "a call that nobody allowed" },
	{ TOOLS, { RESPONSE }, "", "", "", FINISH_NONE, 0,
	    "a response without a call ends nothing" },
};

/* What was sent cannot be taken back; what was held back can. */
static const struct script streams[] = {
	{ STREAM, { STARTED("a", FINAL), DELTA("a", "po") }, "po", "", "",
	    FINISH_NONE, 0, "live" },
	{ STREAM, { DELTA("a", "po") }, "po", "", "", FINISH_NONE, 0,
	    "a message without its start" },
	{ STREAM,
	    { DELTA("a", "half"), DELTA("b", "pong"),
		COMPLETED("b", "null", "pong"), DONE },
	    "half", "", "", FINISH_NONE, API_ERROR_UPSTREAM,
	    "broken off and begun anew" },
	{ STREAM, { DELTA("a", "half"), STARTED("b", FINAL) }, "half", "", "",
	    FINISH_NONE, API_ERROR_UPSTREAM, "the same, noticed earlier" },
	{ STREAM, { DELTA("a", "half"), RETRY }, "half", "", "", FINISH_NONE,
	    API_ERROR_UPSTREAM, "the same, said by Codex" },
	{ STREAM, { DELTA("a", "half"), DONE }, "half", "", "", FINISH_NONE,
	    API_ERROR_UPSTREAM, "done, but the message is not" },
	{ STREAM, { DELTA("a", "half"), COMPLETED("a", "null", "pong"), DONE },
	    "half", "", "", FINISH_NONE, API_ERROR_UPSTREAM,
	    "the whole is another text" },
	{ STREAM, { DELTA("a", "pong"), COMPLETED("a", "null", "po"), DONE },
	    "pong", "", "", FINISH_NONE, API_ERROR_UPSTREAM,
	    "the whole is shorter" },
	{ STREAM,
	    { STARTED("a", COMMENTARY), DELTA("a", "half"), RETRY,
		COMPLETED("b", FINAL, "pong"), DONE },
	    "pong", "half", "", FINISH_STOP, 0, "void commentary harms none" },
	{ STREAM OBJECT,
	    { DELTA("a", "no"), COMPLETED("a", "null", "no"), DONE }, "no", "",
	    "", FINISH_NONE, API_ERROR_UPSTREAM, "no JSON" },
	{ STREAM,
	    { DELTA("a", "half"),
		FAILED("Incomplete response returned, reason: "
		       "max_output_tokens",
		    "\"other\"") },
	    "half", "", "", FINISH_LENGTH, 0, "as far as it got" },
	{ ",\"stop\":\"x\"", { DELTA("a", "po") }, "po", "", "", FINISH_NONE, 0,
	    "with a stop string it is live, too" },
	{ "",
	    { DELTA("a", "half"), DELTA("b", "pong"),
		COMPLETED("b", "null", "pong"), DONE },
	    "pong", "", "", FINISH_STOP, 0, "held back: nothing is void" },
	{ "",
	    { DELTA("a", "half"), RETRY, COMPLETED("b", "null", "pong"), DONE },
	    "pong", "", "", FINISH_STOP, 0, "the same, said by Codex" },
	{ "", { THOUGHT("hm"), COMPLETED("a", "null", "pong") }, "", "", "",
	    FINISH_NONE, 0, "held back to the end" },
	{ "", { COMPLETED("a", "null", "pong"), FAULT("no", "\"other\"") }, "",
	    "", "", FINISH_NONE, API_ERROR_UPSTREAM, "and gone if it fails" },
	{ OBJECT, { COMPLETED("a", "null", "[1]"), DONE }, "", "", "",
	    FINISH_NONE, API_ERROR_UPSTREAM, "no JSON object" },
};

static void
feed(struct app_answer *a, const char *line)
{
	struct app_event e;

	ck_assert_msg(app_event_parse(line, strlen(line), &e) == 0, "%s", line);
	ck_assert_int_eq(app_answer_event(a, &e), 0);
	app_event_free(&e);
}

static void
check_script(const struct script *s, const struct app_seen *seen,
    const struct app_answer *a)
{
	ck_assert_msg(strcmp(app_text(&seen->content), s->content) == 0,
	    "%s: content %s", s->comment, app_text(&seen->content));
	ck_assert_msg(strcmp(app_text(&seen->reasoning), s->reasoning) == 0,
	    "%s: reasoning %s", s->comment, app_text(&seen->reasoning));
	ck_assert_msg(strcmp(app_text(&seen->calls), s->calls) == 0,
	    "%s: calls %s", s->comment, app_text(&seen->calls));
	ck_assert_msg(seen->finish == s->finish && seen->error == s->error,
	    "%s: finish %d, error %d (%s)", s->comment, (int)seen->finish,
	    (int)seen->error, seen->message);
	ck_assert_msg(a->final == (s->finish != FINISH_NONE || s->error != 0),
	    "%s: final", s->comment);
	ck_assert_msg(a->handed_on ==
		(seen->content.len + seen->reasoning.len + seen->calls.len > 0),
	    "%s: handed on", s->comment);
}

static void
run_script(const struct script *s, const char *more)
{
	struct app_answer a;
	struct app_seen seen;
	char members[1024];
	struct job *j;

	snprintf(members, sizeof(members), "%s%s", s->members, more);
	j = app_job(members);
	app_seen_init(&seen);
	app_answer_init(&a, j);
	for (size_t i = 0; i < LINES_MAX && s->lines[i] != NULL; i++)
		feed(&a, s->lines[i]);
	app_see(j, &seen);
	check_script(s, &seen, &a);
	app_answer_free(&a);
	app_seen_free(&seen);
	job_unref(j);
}

START_TEST(answers)
{
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		run_script(&both[i], "");
		run_script(&both[i], STREAM);
	}
	for (size_t i = 0; i < ARRAY_SIZE(streams); i++)
		run_script(&streams[i], "");
}
END_TEST

/* The tokens come before the text: a stop string in it ends the reading. */
START_TEST(usage_comes_first)
{
	static const char *const lines[] = { COMPLETED("a", "null", "pong"),
		USAGE, DONE };
	struct job *j = app_job("");
	struct app_answer a;
	struct channel_item *item;
	struct event *e;
	bool closed;

	app_answer_init(&a, j);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		feed(&a, lines[i]);
	item = channel_take(j->channel, &closed);
	e = event_of(item);
	ck_assert_int_eq(e->kind, EVENT_USAGE);
	ck_assert_uint_eq(e->usage.input, 11);
	ck_assert_uint_eq(e->usage.cached_input, 3);
	ck_assert_uint_eq(e->usage.output, 7);
	ck_assert_uint_eq(e->usage.reasoning_output, 2);
	while (item != NULL) {
		struct channel_item *next = item->next;

		event_free(event_of(item));
		item = next;
	}
	app_answer_free(&a);
	job_unref(j);
}
END_TEST

/* When Codex names no time the quota's window does. */
START_TEST(a_used_up_quota_says_when_to_come_back)
{
	static const char line[] = FAILED("no", "\"usageLimitExceeded\"");
	struct job *j = app_job("");
	struct channel_item *item;
	struct app_answer a;
	bool closed;

	app_answer_init(&a, j);
	a.quota_resets_at = clock_unix_seconds() + 3000;
	feed(&a, line);
	item = channel_take(j->channel, &closed);
	ck_assert_int_eq(event_of(item)->kind, EVENT_FAILED);
	ck_assert_int_gt(event_of(item)->error.retry_after, 1000);
	ck_assert_int_le(event_of(item)->error.retry_after, 3000);
	event_free(event_of(item));
	app_answer_free(&a);
	job_unref(j);
}
END_TEST

/* Ids of any length name their messages. */
START_TEST(a_long_id_is_one_message)
{
	char line[1024], id[300];
	struct job *j = app_job(STREAM);
	struct app_answer a;
	struct app_seen seen;

	memset(id, 'i', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	app_seen_init(&seen);
	app_answer_init(&a, j);
	for (int i = 0; i < 3; i++) {
		snprintf(line, sizeof(line), DELTA("%s", "x"), id);
		feed(&a, line);
	}
	app_see(j, &seen);
	ck_assert_str_eq(app_text(&seen.content), "xxx");
	app_answer_free(&a);
	app_seen_free(&seen);
	job_unref(j);
}
END_TEST

/* The arguments that are kept have a bound as the text has. */
START_TEST(calls_are_bounded)
{
	struct job *j = app_job(TOOLS);
	size_t len = JOB_BACKLOG_MAX / 2 + 1;
	char *arguments = calloc(1, len);
	struct app_event e = { .kind = APP_TOOL_CALL,
		.item = { "c", 1 },
		.name = { "f", 1 },
		.text = { arguments, len } };
	struct app_answer a;

	app_answer_init(&a, j);
	ck_assert_int_eq(app_answer_event(&a, &e), 0);
	ck_assert_int_eq(app_answer_event(&a, &e), -EMSGSIZE);
	ck_assert_uint_eq(a.n_calls, 1);
	free(arguments);
	app_answer_free(&a);
	job_unref(j);
}
END_TEST

/*
 * However Codex cuts a text into deltas, and whichever of the last ones are
 * missing: a caller gets the text, streaming or not.
 */
START_TEST(any_pieces_are_the_text)
{
	static const char text[] = "the answer, in pieces of any size";
	uint64_t seed = 7;

	for (int round = 0; round < 2000; round++) {
		struct job *j = app_job(round % 2 == 0 ? STREAM : "");
		size_t at = 0, end = random_below(&seed, sizeof(text));
		struct app_event e = { .kind = APP_MESSAGE_DELTA,
			.item = { "a", 1 } };
		struct app_answer a;
		struct app_seen seen;

		app_seen_init(&seen);
		app_answer_init(&a, j);
		while (at < end) {
			e.text.s = text + at;
			e.text.len = random_below(&seed, end - at + 1);
			at += e.text.len;
			ck_assert_int_eq(app_answer_event(&a, &e), 0);
		}
		e.kind = APP_MESSAGE_COMPLETED;
		e.final_phase = true;
		e.text = (struct text){ text, strlen(text) };
		ck_assert_int_eq(app_answer_event(&a, &e), 0);
		feed(&a, DONE);
		app_see(j, &seen);
		ck_assert_str_eq(app_text(&seen.content), text);
		ck_assert_int_eq(seen.finish, FINISH_STOP);
		app_answer_free(&a);
		app_seen_free(&seen);
		job_unref(j);
	}
}
END_TEST

UNIT_MAIN("app_answer", answers, usage_comes_first,
    a_used_up_quota_says_when_to_come_back, a_long_id_is_one_message,
    calls_are_bounded, any_pieces_are_the_text)
