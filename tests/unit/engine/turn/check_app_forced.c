/* Calls that are forced: the model's text is their arguments. */
#include "unit/unit.h"

#include "engine/turn/app_answer.h"
#include "unit/app_job.h"
#include "unit/app_lines.h"

enum {
	LINES_MAX = 10
};

#define STREAM ",\"stream\":true"
#define FORCED \
	",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]," \
	"\"tool_choice\":\"required\""
#define OPEN "{\\\"x\\\":"
#define WHOLE OPEN "1}"

struct script {
	const char *more; /* of the request */
	const char *lines[LINES_MAX];
	const char *content, *reasoning;
	const char *call; /* behind its id */
	enum finish_reason finish;
	enum error_kind error;
	const char *comment;
};

/* Both for callers that stream and for those that do not. */
static const struct script both[] = {
	{ "",
	    { STARTED("a", FINAL), DELTA("a", OPEN), DELTA("a", "1}"),
		COMPLETED("a", FINAL, WHOLE), USAGE, DONE },
	    "", "", "f {\"x\":1};", FINISH_TOOL_CALLS, 0, "the usual" },
	{ "", { COMPLETED("a", "null", WHOLE), RESPONSE }, "", "",
	    "f {\"x\":1};", FINISH_TOOL_CALLS, 0, "without deltas" },
	{ "",
	    { DELTA("a", " "), DELTA("a", "\\n"), DELTA("a", WHOLE),
		COMPLETED("a", "null", " \\n" WHOLE), DONE },
	    "", "", "f  \n{\"x\":1};", FINISH_TOOL_CALLS, 0, "blanks before" },
	{ "",
	    { THOUGHT("hm"), COMPLETED("c", COMMENTARY, "well"),
		COMPLETED("a", FINAL, WHOLE), DONE },
	    "", "hm|well", "f {\"x\":1};", FINISH_TOOL_CALLS, 0,
	    "thoughts and commentary are none" },
	{ "",
	    { COMPLETED("a", FINAL, WHOLE), COMPLETED("b", FINAL, "{}"), DONE },
	    "", "", "f {\"x\":1};", FINISH_TOOL_CALLS, 0, "one is enough" },
	{ "", { COMPLETED("a", FINAL, ""), COMPLETED("b", FINAL, "{}"), DONE },
	    "", "", "f {};", FINISH_TOOL_CALLS, 0, "an empty text is none" },
	{ "", { COMPLETED("a", FINAL, WHOLE), RETRY, DONE }, "", "",
	    "f {\"x\":1};", FINISH_TOOL_CALLS, 0,
	    "whole before the stream broke off" },
	{ "",
	    { DELTA("a", "po"), DELTA("a", "ng"), COMPLETED("a", FINAL, "pong"),
		DONE },
	    "", "", "", FINISH_NONE, ERROR_NOT_OBEYED, "text" },
	{ "", { COMPLETED("a", FINAL, "[1]"), DONE }, "", "", "", FINISH_NONE,
	    ERROR_NOT_OBEYED, "no object" },
	{ "", { DONE }, "", "", "", FINISH_NONE, ERROR_NOT_OBEYED, "nothing" },
	{ "", { FAULT(TOKEN_LIMIT, "\"other\"") }, "", "", "", FINISH_NONE,
	    ERROR_UPSTREAM, "cut off before its first byte" },
};

static const struct script some[] = {
	{ "", { COMPLETED("a", FINAL, OPEN), DONE }, "", "", "", FINISH_NONE,
	    ERROR_NOT_OBEYED, "half of it, of which nothing is out" },
	{ STREAM, { DELTA("a", OPEN) }, "", "", "f {\"x\":", FINISH_NONE, 0,
	    "live" },
	{ STREAM, { DELTA("a", OPEN), COMPLETED("a", FINAL, OPEN), DONE }, "",
	    "", "f {\"x\":", FINISH_NONE, ERROR_NOT_OBEYED,
	    "half of it is out" },
	{ STREAM, { DELTA("a", OPEN), RETRY }, "", "", "f {\"x\":", FINISH_NONE,
	    ERROR_UPSTREAM, "what is out is void" },
	{ STREAM, { DELTA("a", OPEN), FAULT(TOKEN_LIMIT, "\"other\"") }, "", "",
	    "f {\"x\":", FINISH_NONE, ERROR_UPSTREAM, "or cut off" },
	{ "", { DELTA("a", OPEN), RETRY, COMPLETED("b", FINAL, "{}"), DONE },
	    "", "", "f {};", FINISH_TOOL_CALLS, 0,
	    "held back: nothing is void" },
};

static void
feed(struct app_answer *a, const char *line)
{
	struct rpc_event e;

	ck_assert_msg(rpc_event_parse(line, strlen(line), &e) == 0, "%s", line);
	ck_assert_int_eq(app_answer_event(a, &e), 0);
	rpc_event_free(&e);
}

/* An id of ours, and behind it `wanted`. */
static bool
is_call(const char *calls, const char *wanted)
{
	const char *behind = strchr(calls, ' ');

	if (wanted[0] == '\0')
		return calls[0] == '\0';
	return behind != NULL && strncmp(calls, "call_", 5) == 0 &&
	    behind - calls > 20 && strcmp(behind + 1, wanted) == 0;
}

static void
run_script(const struct script *s, const char *more)
{
	struct app_answer a;
	struct app_seen seen;
	char members[1024];
	struct job *j;

	snprintf(members, sizeof(members), FORCED "%s%s", s->more, more);
	j = app_job(members);
	app_seen_init(&seen);
	app_answer_init(&a, j);
	for (size_t i = 0; i < LINES_MAX && s->lines[i] != NULL; i++)
		feed(&a, s->lines[i]);
	app_see(j, &seen);
	ck_assert_msg(strcmp(app_text(&seen.content), s->content) == 0,
	    "%s: content %s", s->comment, app_text(&seen.content));
	ck_assert_msg(strcmp(app_text(&seen.reasoning), s->reasoning) == 0,
	    "%s: reasoning %s", s->comment, app_text(&seen.reasoning));
	ck_assert_msg(is_call(app_text(&seen.calls), s->call), "%s: calls %s",
	    s->comment, app_text(&seen.calls));
	ck_assert_msg(seen.finish == s->finish && seen.error == s->error,
	    "%s: finish %d, error %d (%s)", s->comment, (int)seen.finish,
	    (int)seen.error, seen.message);
	app_answer_free(&a);
	app_seen_free(&seen);
	job_unref(j);
}

START_TEST(text_is_arguments)
{
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		run_script(&both[i], "");
		run_script(&both[i], STREAM);
	}
	for (size_t i = 0; i < ARRAY_SIZE(some); i++)
		run_script(&some[i], "");
}
END_TEST

static void
first_id(char out[64])
{
	struct job *j = app_job(FORCED);
	struct app_answer a;
	struct app_seen seen;

	app_seen_init(&seen);
	app_answer_init(&a, j);
	feed(&a, COMPLETED("a", FINAL, WHOLE));
	app_see(j, &seen);
	snprintf(out, 64, "%.63s", app_text(&seen.calls));
	*strchr(out, ' ') = '\0';
	app_answer_free(&a);
	app_seen_free(&seen);
	job_unref(j);
}

/* A conversation may have many of them. */
START_TEST(ids_differ)
{
	char one[64], other[64];

	first_id(one);
	first_id(other);
	ck_assert_str_ne(one, other);
}
END_TEST

UNIT_MAIN("app_forced", text_is_arguments, ids_differ)
