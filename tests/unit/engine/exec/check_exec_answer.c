#include "unit/unit.h"

#include "engine/exec/exec_answer.h"
#include "unit/app_job.h"

enum {
	LINES_MAX = 8
};

#define ITEM(type, text) \
	"{\"type\":\"item.completed\",\"item\":{\"id\":\"i\",\"type\":\"" type \
	"\"," text "}}"
#define SAYS(text) ITEM("agent_message", "\"text\":\"" text "\"")
#define THINKS(text) ITEM("reasoning", "\"text\":\"" text "\"")
#define WARNS ITEM("error", "\"message\":\"careful\"")
#define DONE \
	"{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":11," \
	"\"cached_input_tokens\":3,\"cache_write_input_tokens\":5," \
	"\"output_tokens\":7,\"reasoning_output_tokens\":2}}"
#define FAILS(message) \
	"{\"type\":\"turn.failed\",\"error\":{\"message\":\"" message "\"}}"
#define COMPLAINS "{\"type\":\"error\",\"message\":\"Reconnecting... 1/5\"}"
#define FILTERED \
	"{\"type\":\"error\",\"message\":\"Reconnecting... 1/5 (stream " \
	"disconnected before completion: Incomplete response returned, " \
	"reason: content_filter)\"}"
#define OBJECT ",\"response_format\":{\"type\":\"json_object\"}"
#define BROKEN_OFF \
	FAILS("Incomplete response returned, reason: max_output_tokens")

static const struct {
	const char *members; /* of the request */
	const char *lines[LINES_MAX];
	const char *content, *reasoning;
	unsigned items;
	enum finish_reason finish; /* FINISH_NONE: the job has not finished */
	enum error_kind error; /* NONE: it has not failed */
	const char *comment;
} scripts[] = {
	{ "", { SAYS("pong"), DONE }, "pong", "", 1, FINISH_STOP, 0,
	    "the usual" },
	{ "", { SAYS("pong") }, "", "", 0, FINISH_NONE, 0,
	    "it may yet be commentary" },
	{ "", { SAYS("let me see"), SAYS("pong"), DONE }, "pong", "let me see",
	    2, FINISH_STOP, 0, "the last message is the answer" },
	{ "", { THINKS("hm"), SAYS("well"), THINKS("so"), SAYS("pong"), DONE },
	    "pong", "hm|so|well", 4, FINISH_STOP, 0,
	    "reasoning goes out at once, a message with the next" },
	{ "", { SAYS(""), SAYS("pong"), THINKS(""), DONE }, "pong", "", 1,
	    FINISH_STOP, 0, "what is empty is none" },
	{ "", { DONE }, "", "", 0, FINISH_NONE, ERROR_UPSTREAM,
	    "no answer at all" },
	{ "", { THINKS("hm"), "no JSON", DONE }, "", "hm", 1, FINISH_NONE,
	    ERROR_UPSTREAM, "the answer's line was lost" },
	{ "", { SAYS(""), DONE }, "", "", 0, FINISH_STOP, 0,
	    "an empty answer is one" },
	{ "", { WARNS, COMPLAINS, "no JSON", SAYS("pong"), DONE, SAYS("x") },
	    "pong", "", 1, FINISH_STOP, 0, "what is no answer" },
	{ "", { SAYS("as far as"), BROKEN_OFF }, "as far as", "", 1,
	    FINISH_LENGTH, 0, "broken off" },
	{ OBJECT, { SAYS("{\\\"a\\\":1}"), DONE }, "{\"a\":1}", "", 1,
	    FINISH_STOP, 0, "JSON as asked for" },
	{ OBJECT, { SAYS("[1]"), DONE }, "", "", 0, FINISH_NONE, ERROR_UPSTREAM,
	    "another kind of it, of which nothing is out" },
	{ OBJECT, { DONE }, "", "", 0, FINISH_NONE, ERROR_UPSTREAM, "none" },
	{ OBJECT, { SAYS("{\\\"a\\\":"), BROKEN_OFF }, "", "", 0, FINISH_NONE,
	    ERROR_UPSTREAM, "half a JSON document is none" },
	{ "", { SAYS("half"), FILTERED, SAYS("half"), DONE }, "half", "", 1,
	    FINISH_CONTENT_FILTER, 0,
	    "filtered: what Codex asks then is void" },
	{ OBJECT, { SAYS("{"), FILTERED }, "", "", 0, FINISH_NONE,
	    ERROR_CONTENT_POLICY, "filtered JSON is none" },
	{ "", { SAYS("half"), FAILS("no") }, "", "", 0, FINISH_NONE,
	    ERROR_UPSTREAM, "a failed turn" },
};

static void
feed(struct exec_answer *a, const char *line)
{
	ck_assert_int_eq(exec_answer_line(a, line, strlen(line)), 0);
}

START_TEST(answers)
{
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		struct job *j = app_job(scripts[i].members);
		struct exec_answer a;
		struct app_seen seen;

		app_seen_init(&seen);
		exec_answer_init(&a, j);
		for (size_t k = 0; scripts[i].lines[k] != NULL; k++)
			feed(&a, scripts[i].lines[k]);
		app_see(j, &seen);
		ck_assert_msg(
		    strcmp(app_text(&seen.content), scripts[i].content) == 0 &&
			strcmp(app_text(&seen.reasoning),
			    scripts[i].reasoning) == 0,
		    "%s: %s, %s", scripts[i].comment, app_text(&seen.content),
		    app_text(&seen.reasoning));
		ck_assert_msg(seen.items == scripts[i].items &&
			seen.finish == scripts[i].finish &&
			seen.error == scripts[i].error,
		    "%s: %u items, finish %d, error %d", scripts[i].comment,
		    seen.items, (int)seen.finish, (int)seen.error);
		/* They are spent, whatever becomes of the answer. */
		if (scripts[i].finish == FINISH_STOP)
			ck_assert_uint_eq(seen.usages, 1);
		ck_assert_msg(a.final == (seen.ends > 0), "%s: final",
		    scripts[i].comment);
		exec_answer_free(&a);
		app_seen_free(&seen);
		job_unref(j);
	}
}
END_TEST

/* The tokens come before the answer: a stop string in it ends the reading. */
START_TEST(usage_comes_before_the_answer)
{
	struct job *j = app_job("");
	struct exec_answer a;
	struct channel_item *item, *next;
	const struct event *first;
	bool closed;

	exec_answer_init(&a, j);
	feed(&a, SAYS("pong"));
	feed(&a, DONE);
	item = channel_take(j->channel, &closed);
	first = event_of(item);
	ck_assert_int_eq(first->kind, EVENT_USAGE);
	ck_assert_uint_eq(first->usage.input, 11);
	ck_assert_uint_eq(first->usage.cached_input, 3);
	ck_assert_uint_eq(first->usage.cache_write_input, 5);
	ck_assert_uint_eq(first->usage.output, 7);
	ck_assert_uint_eq(first->usage.reasoning_output, 2);
	for (; item != NULL; item = next) {
		next = item->next;
		event_free(event_of(item));
	}
	exec_answer_free(&a);
	job_unref(j);
}
END_TEST

/* After a crash the run may be repeated only while nothing is out. */
START_TEST(what_is_out_is_known)
{
	struct job *j = app_job("");
	struct exec_answer a;

	exec_answer_init(&a, j);
	feed(&a, SAYS("well"));
	ck_assert(!a.handed_on);
	feed(&a, SAYS("pong"));
	ck_assert(a.handed_on);
	exec_answer_free(&a);
	job_unref(j);
}
END_TEST

UNIT_MAIN(
    "exec_answer", answers, usage_comes_before_the_answer, what_is_out_is_known)
