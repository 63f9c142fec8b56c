#include "unit/unit.h"

#include "unit/app_rig.h"
#include "unit/app_script.h"

enum {
	LINE_MAX_HERE = 2000 /* instead of limit_child_line */
};

#define FILL "x=x; while [ ${#x} -lt 4000 ]; do x=$x$x; done\n"
/* As Codex writes it: what it is about stands behind the item. */
#define LONG_ITEM(of) \
	"say \"{\\\"method\\\":\\\"item/completed\\\",\\\"params\\\":{" \
	"\\\"item\\\":{\\\"type\\\":\\\"userMessage\\\",\\\"text\\\":" \
	"\\\"$x\\\"}," of "}}\"\n"
#define OF_THREAD(t) "\\\"threadId\\\":\\\"" t "\\\",\\\"turnId\\\":\\\"u\\\""
#define LONG_DELTA(t) \
	"say \"{\\\"method\\\":\\\"item/agentMessage/delta\\\"," \
	"\\\"params\\\":{" OF_THREAD(t) ",\\\"itemId\\\":\\\"a\\\"," \
					"\\\"delta\\\":\\\"$x\\\"}}\"\n"
#define LONG_ANSWER \
	"ask; say " \
	"\"{\\\"id\\\":$id,\\\"result\\\":{\\\"x\\\":\\\"$x\\\"}}\"\n"
#define THE_ANSWER "say '" COMPLETED("a", FINAL, "pong") "'\nsay '" DONE "'\n"

static const struct {
	const char *script;
	const char *content;
	enum error_kind error;
	const char *words;
	const char *comment;
} cases[] = {
	{ SERVE FILL TURN LONG_ITEM(OF_THREAD("t")) THE_ANSWER REST, "",
	    ERROR_UPSTREAM, "too long", "its thread stands at the end" },
	{ SERVE FILL TURN LONG_DELTA("t") THE_ANSWER REST, "", ERROR_UPSTREAM,
	    "too long", "its thread stands at the beginning" },
	{ SERVE FILL TURN LONG_ITEM(OF_THREAD("other")) THE_ANSWER REST, "pong",
	    ERROR_NONE, "", "another's thread" },
	{ SERVE FILL TURN LONG_DELTA("other") THE_ANSWER REST, "pong",
	    ERROR_NONE, "", "another's thread at the beginning" },
	{ SERVE FILL TURN LONG_ITEM("\\\"more\\\":1") THE_ANSWER REST, "pong",
	    ERROR_NONE, "", "nobody's" },
	{ SERVE FILL LONG_ANSWER REST, "", ERROR_UPSTREAM, "too long",
	    "the answer to a request" },
};

/* The turn that it is about fails; the child is talked to as before. */
START_TEST(a_long_line_costs_its_own_turn)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct job *j;

		begin(cases[i].script);
		run_until(is_ready);
		session->child->lines.partial.cap = LINE_MAX_HERE;
		j = begin_job();
		run_until(has_ended);
		ck_assert_msg(
		    !session->broken, "%s: %s", cases[i].comment, session->why);
		expect_seen(
		    j, cases[i].content, cases[i].error, cases[i].words);
		end();
	}
}
END_TEST

UNIT_MAIN("app_long_lines", a_long_line_costs_its_own_turn)
