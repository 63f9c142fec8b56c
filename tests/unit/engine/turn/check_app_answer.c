#include "unit/unit.h"

#include <errno.h>

#include "base/clock.h"
#include "engine/turn/app_answer.h"
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
#define REQUIRED ",\"tool_choice\":\"required\""
#define TOOLS ",\"tools\":[" TOOL("f") "," TOOL("exec_command") "]"

struct script {
	const char *members; /* of the request */
	const char *lines[LINES_MAX];
	const char *content, *reasoning, *calls;
	enum finish_reason finish; /* FINISH_NONE: the job has not finished */
	enum error_kind error; /* NONE: it has not failed */
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
	    "one|two", "", "", FINISH_STOP, 0, "two answers" },
	{ "",
	    { COMPLETED("a", "null", ""), COMPLETED("b", "null", "two"), DONE },
	    "two", "", "", FINISH_STOP, 0, "an empty one is no paragraph" },
	{ "",
	    { PART, THOUGHT("I "), THOUGHT("think"), PART, THOUGHT("so"),
		COMPLETED("a", COMMENTARY, "well"),
		COMPLETED("b", FINAL, "pong"), DONE },
	    "pong", "I think/so|well", "", FINISH_STOP, 0,
	    "reasoning in parts, commentary behind" },
	{ "",
	    { THOUGHT("I think"), PART, COMPLETED("a", COMMENTARY, "well"),
		COMPLETED("b", FINAL, "pong"), DONE },
	    "pong", "I think|well", "", FINISH_STOP, 0,
	    "a part that never came" },
	{ "", { FAILED("no", "\"usageLimitExceeded\"") }, "", "", "",
	    FINISH_NONE, ERROR_USAGE_LIMIT, "a failed turn" },
	{ "", { FAULT("no", "\"unauthorized\""), DONE }, "", "", "",
	    FINISH_NONE, ERROR_CODEX_UNAUTHORIZED,
	    "an error is final before the turn is" },
	{ "", { RETRY, COMPLETED("a", "null", "pong"), DONE }, "pong", "", "",
	    FINISH_STOP, 0, "trying again is no error" },
	{ "", { INTERRUPTED }, "", "", "", FINISH_NONE, ERROR_UPSTREAM,
	    "interrupted by somebody else" },
	{ "", { TURN_ENDED("new", "null") }, "", "", "", FINISH_NONE,
	    ERROR_UPSTREAM, "a status that we do not know" },
	{ "", { COMPACTION, DONE }, "", "", "", FINISH_NONE,
	    ERROR_CONTEXT_LENGTH, "Codex would summarise" },
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
	    "", "", "c1 f {};", FINISH_TOOL_CALLS, 0,
	    "whole calls of a stream that broke off are the answer" },
	{ TOOLS,
	    { COMPLETED("a", "null", "I call"), CALL("c1", "f", "{}"),
		CALL("c2", "f", "[]"), FAULT("no", "\"serverOverloaded\"") },
	    "I call", "", "c1 f {};c2 f [];", FINISH_TOOL_CALLS, 0,
	    "and of one that failed" },
	{ TOOLS OBJECT,
	    { CALL("c1", "f", "{}"), FAULT(TOKEN_LIMIT, "\"other\"") }, "", "",
	    "c1 f {};", FINISH_LENGTH, 0, "and of one that was cut" },
	{ TOOLS, { CALL("c1", "f", "{}"), FILTERED }, "", "", "c1 f {};",
	    FINISH_CONTENT_FILTER, 0, "and of one that was filtered" },
	{ TOOLS, { CALL("c1", "f", "{}"), FAILED("no", "\"other\"") }, "", "",
	    "c1 f {};", FINISH_TOOL_CALLS, 0, "told by the turn alone" },
	{ "", { COMPLETED("a", "null", "half"), FILTERED }, "half", "", "",
	    FINISH_CONTENT_FILTER, 0, "filtered, and not asked for again" },
	{ "", { COMPLETED("a", "null", "half"), LIMITED }, "half", "", "",
	    FINISH_LENGTH, 0, "of an older Codex, which would ask again" },
	{ OBJECT, { COMPLETED("a", "null", "{"), FILTERED }, "{", "", "",
	    FINISH_NONE, ERROR_CONTENT_POLICY, "filtered JSON is none" },
	{ TOOLS REQUIRED,
	    { COMPLETED("a", "null", "I call"), CALL("c1", "f", "{}"),
		RESPONSE },
	    "I call", "", "c1 f {};", FINISH_TOOL_CALLS, 0,
	    "a call that was demanded" },
	{ TOOLS REQUIRED,
	    { THOUGHT("no"), COMPLETED("a", "null", "pong"), DONE }, "", "", "",
	    FINISH_NONE, ERROR_NOT_OBEYED,
	    "text instead, of which nothing is out" },
	{ TOOLS ",\"tool_choice\":{\"type\":\"function\",\"function\":{"
		"\"name\":\"f\"}}",
	    { COMPLETED("a", "null", "pong"), DONE }, "", "", "", FINISH_NONE,
	    ERROR_NOT_OBEYED, "nor a call of the one that was named" },
	{ REQUIRED, { COMPLETED("a", "null", "pong"), DONE }, "pong", "", "",
	    FINISH_STOP, 0, "without tools there is nothing to obey" },
	{ TOOLS, { CALL("c1", "f", ""), CALL("c2", "f", " \\n"), RESPONSE }, "",
	    "", "c1 f {};c2 f {};", FINISH_TOOL_CALLS, 0,
	    "arguments of nothing" },
	{ TOOLS, { CALL("c1", "f", "{}"), DONE }, "", "", "c1 f {};",
	    FINISH_TOOL_CALLS, 0, "a turn that ends of itself" },
	{ TOOLS ",\"tool_choice\":\"none\"",
	    { CALL("c1", "f", "{}"), RESPONSE, COMPLETED("a", "null", "pong"),
		RESPONSE, DONE },
	    "pong", "", "", FINISH_STOP, 0, "a call that nobody allowed" },
	{ ",\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"patch\"}}]",
	    { CALL("c1", "patch", "{\\\"input\\\":\\\"*** a\\\"}"), RESPONSE },
	    "", "", "c1 patch *** a;", FINISH_TOOL_CALLS, 0,
	    "a freeform tool" },
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
	    "half", "", "", FINISH_NONE, ERROR_UPSTREAM,
	    "broken off and begun anew" },
	{ STREAM, { DELTA("a", "half"), STARTED("b", FINAL) }, "half", "", "",
	    FINISH_NONE, ERROR_UPSTREAM, "the same, noticed earlier" },
	{ STREAM, { DELTA("a", "half"), RETRY }, "half", "", "", FINISH_NONE,
	    ERROR_UPSTREAM, "the same, said by Codex" },
	{ STREAM, { DELTA("a", "half"), DONE }, "half", "", "", FINISH_NONE,
	    ERROR_UPSTREAM, "done, but the message is not" },
	{ STREAM, { DELTA("a", "half"), COMPLETED("a", "null", "pong"), DONE },
	    "half", "", "", FINISH_NONE, ERROR_UPSTREAM,
	    "the whole is another text" },
	{ STREAM, { DELTA("a", "pong"), COMPLETED("a", "null", "po"), DONE },
	    "pong", "", "", FINISH_NONE, ERROR_UPSTREAM,
	    "the whole is shorter" },
	{ STREAM,
	    { STARTED("a", COMMENTARY), DELTA("a", "half"), RETRY,
		COMPLETED("b", FINAL, "pong"), DONE },
	    "pong", "half", "", FINISH_STOP, 0, "void commentary harms none" },
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
	{ "", { THOUGHT("h"), THOUGHT("m"), DELTA("a", "po") }, "", "", "",
	    FINISH_NONE, 0, "nothing that is not whole" },
	{ "", { THOUGHT("hm"), PART, THOUGHT("so") }, "", "hm", "", FINISH_NONE,
	    0, "a part of a summary is whole with the next" },
	{ "", { THOUGHT("hm"), COMPLETED("a", "null", "pong") }, "pong", "hm",
	    "", FINISH_NONE, 0, "a whole one before the end" },
	{ OBJECT,
	    { FAILED("Incomplete response returned, reason: "
		     "max_output_tokens",
		"\"other\"") },
	    "", "", "", FINISH_NONE, ERROR_UPSTREAM,
	    "half a JSON document is none" },
	{ STREAM TOOLS, { DELTA("a", "half"), CALL("c1", "f", "{}"), RESPONSE },
	    "half", "", "c1 f {};", FINISH_TOOL_CALLS, 0,
	    "a message that nobody ended" },
};

static void
feed(struct app_answer *a, const char *line)
{
	struct rpc_event e;

	ck_assert_msg(rpc_event_parse(line, strlen(line), &e) == 0, "%s", line);
	ck_assert_int_eq(app_answer_event(a, &e), 0);
	rpc_event_free(&e);
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
	ck_assert_msg(a->said == (seen->items > 0), "%s: said", s->comment);
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

/* The tokens come before the calls, and before what a stop string may cut. */
START_TEST(usage_comes_first)
{
	static const char *const lines[] = { USAGE, CALL("c1", "f", "{}"),
		RESPONSE };
	struct job *j = app_job(TOOLS);
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
	ck_assert_uint_eq(e->usage.cache_write_input, 5);
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

static struct event *
take_first(struct job *j)
{
	bool closed;
	struct channel_item *first = channel_take(j->channel, &closed);
	struct channel_item *item, *next;

	ck_assert_ptr_nonnull(first);
	for (item = first->next; item != NULL; item = next) {
		next = item->next;
		event_free(event_of(item));
	}
	return event_of(first);
}

/* With the names that Codex and the model have for them. */
START_TEST(items_have_names)
{
	static const struct {
		const char *lines[2];
		enum item_kind kind;
		enum item_phase phase;
		const char *id, *call_id, *name;
	} items[] = {
		{ { DELTA("msg_1", "x") }, ITEM_MESSAGE, PHASE_FINAL, "msg_1",
		    "", "" },
		{ { COMPLETED("msg_2", COMMENTARY, "x") }, ITEM_MESSAGE,
		    PHASE_COMMENTARY, "msg_2", "", "" },
		{ { THOUGHT_OF("rs_1", "x") }, ITEM_REASONING, PHASE_NONE,
		    "rs_1", "", "" },
		{ { CALL("c1", "fn__exec_command", "{}"), DONE }, ITEM_CALL,
		    PHASE_NONE, "fc_c1", "c1", "exec_command" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		struct job *j = app_job(STREAM TOOLS);
		struct app_answer a;
		struct event *e;

		app_answer_init(&a, j);
		for (size_t k = 0; k < 2 && items[i].lines[k] != NULL; k++)
			feed(&a, items[i].lines[k]);
		e = take_first(j);
		ck_assert_int_eq(e->kind, EVENT_ITEM_BEGIN);
		ck_assert_int_eq(e->item.kind, items[i].kind);
		ck_assert_int_eq(e->item.phase, items[i].phase);
		ck_assert_str_eq(event_id(e), items[i].id);
		ck_assert_str_eq(event_call_id(e), items[i].call_id);
		ck_assert_str_eq(event_name(e), items[i].name);
		event_free(e);
		app_answer_free(&a);
		job_unref(j);
	}
}
END_TEST

/* Two items of reasoning are two, when Codex names them so. */
START_TEST(reasoning_items_are_told_apart)
{
	static const char *const lines[] = { PART, THOUGHT_OF("rs_1", "one"),
		THOUGHT_OF("rs_1", ", on"), THOUGHT_OF("rs_2", "two"), PART,
		THOUGHT_OF("rs_2", "three"), DONE };

	for (int live = 0; live < 2; live++) {
		struct job *j = app_job(live ? STREAM : "");
		struct app_answer a;
		struct app_seen seen;

		app_seen_init(&seen);
		app_answer_init(&a, j);
		for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
			feed(&a, lines[i]);
		app_see(j, &seen);
		ck_assert_str_eq(
		    app_text(&seen.reasoning), "one, on|two/three");
		ck_assert_uint_eq(seen.items, 2);
		ck_assert_uint_eq(seen.broken, 0);
		app_answer_free(&a);
		app_seen_free(&seen);
		job_unref(j);
	}
}
END_TEST

/* What broke off is said to have; void commentary is no answer. */
START_TEST(broken_items_are_not_whole)
{
	static const char *const lines[] = { THOUGHT("hm"), RETRY,
		STARTED("a", COMMENTARY), DELTA("a", "half"), RETRY,
		COMPLETED("b", FINAL, "pong"), DONE };
	struct job *j = app_job(STREAM);
	struct app_answer a;
	struct app_seen seen;

	app_seen_init(&seen);
	app_answer_init(&a, j);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		feed(&a, lines[i]);
	app_see(j, &seen);
	ck_assert_uint_eq(seen.items, 3);
	ck_assert_uint_eq(seen.broken, 2);
	ck_assert_str_eq(app_text(&seen.reasoning), "hm|half");
	app_answer_free(&a);
	app_seen_free(&seen);
	job_unref(j);
}
END_TEST

/* A child is lost: what a caller cannot have seen is taken back. */
START_TEST(an_answer_that_is_not_live_can_begin_anew)
{
	static const struct {
		const char *members;
		const char *line;
		bool may;
		unsigned voids;
		const char *comment;
	} cases[] = {
		{ "", RETRY, true, 0, "nothing was said" },
		{ STREAM, RETRY, true, 0, "nor in a stream" },
		{ "", COMPLETED("a", "null", "x"), true, 1, "a message" },
		{ STREAM, COMPLETED("a", "null", "x"), false, 0, "it is out" },
		{ ",\"stop\":\"y\"", DELTA("a", "x"), false, 0,
		    "with stop strings it counts as out" },
		{ "", INTERRUPTED, false, 0, "it is over" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct job *j = app_job(cases[i].members);
		struct app_answer a;
		struct app_seen seen;

		app_seen_init(&seen);
		app_answer_init(&a, j);
		feed(&a, cases[i].line);
		ck_assert_msg(app_answer_may_begin_anew(&a) == cases[i].may,
		    "%s", cases[i].comment);
		if (cases[i].may)
			ck_assert_int_eq(app_answer_take_back(&a), 0);
		app_see(j, &seen);
		ck_assert_msg(
		    seen.voids == cases[i].voids, "%s", cases[i].comment);
		app_answer_free(&a);
		app_seen_free(&seen);
		job_unref(j);
	}
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
	size_t len = LIMIT_BACKLOG / 2 + 1;
	char *arguments = calloc(1, len);
	struct rpc_event e = { .kind = RPC_TOOL_CALL,
		.item = { "", 0 },
		.call_id = { "c", 1 },
		.name = { "f", 1 },
		.text = { arguments, len } };
	struct app_answer a;

	app_answer_init(&a, j);
	ck_assert_int_eq(app_answer_event(&a, &e), 0);
	ck_assert_int_eq(app_answer_event(&a, &e), -EMSGSIZE);
	ck_assert_uint_eq(a.calls.n, 1);
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
		struct rpc_event e = { .kind = RPC_MESSAGE_DELTA,
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
		e.kind = RPC_MESSAGE_COMPLETED;
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

/* Results are told apart by them. */
START_TEST(call_ids_are_made_unique)
{
	static const char *const lines[] = { CALL("c1", "f", "{}"),
		CALL("c1", "f", "[]"), CALL("", "f", "{}"),
		CALL("", "f", "{}") };
	struct job *j = app_job(TOOLS);
	struct app_answer a;

	app_answer_init(&a, j);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		feed(&a, lines[i]);
	ck_assert_uint_eq(a.calls.n, ARRAY_SIZE(lines));
	ck_assert_str_eq(a.calls.list[0].id, "c1");
	for (size_t i = 1; i < a.calls.n; i++) {
		ck_assert(strncmp(a.calls.list[i].id, "call_", 5) == 0);
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(
			    a.calls.list[i].id, a.calls.list[k].id);
	}
	app_answer_free(&a);
	job_unref(j);
}
END_TEST

UNIT_MAIN("app_answer", answers, usage_comes_first, call_ids_are_made_unique,
    items_have_names, reasoning_items_are_told_apart,
    broken_items_are_not_whole, an_answer_that_is_not_live_can_begin_anew,
    a_used_up_quota_says_when_to_come_back, a_long_id_is_one_message,
    calls_are_bounded, any_pieces_are_the_text)
