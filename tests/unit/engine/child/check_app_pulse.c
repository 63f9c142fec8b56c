#include "unit/unit.h"

#include "engine/child/app_pulse.h"

enum {
	LINES_MAX = 12
};

/* What happens at a second, and what is to be done then. */
struct line {
	int64_t at; /* seconds */
	enum {
		END,
		STEP, /* app_pulse_step with `need` */
		HEARD,
		GAVE, /* `bytes` */
		ROOM /* the same after its pipe was full */
	} what;
	enum app_pulse_need need;
	enum app_pulse_verdict verdict;
	int64_t due; /* the deadline afterwards in seconds; -1: never */
	size_t bytes;
};

#define NEVER (-1)
#define NONE PULSE_NONE
#define RUNNING PULSE_RUNNING
#define OWED PULSE_OWED
#define FINE PULSE_FINE
#define ASK PULSE_ASK
#define LOST PULSE_LOST
#define LARGE APP_PULSE_LARGE

static const struct {
	const char *comment;
	struct line lines[LINES_MAX];
} cases[] = {
	{ "an idle child is never asked",
	    { { 1, STEP, NONE, FINE, NEVER, 0 },
		{ 1000, STEP, NONE, FINE, NEVER, 0 },
		{ 9000, STEP, NONE, FINE, NEVER, 0 } } },
	{ "an answer that does not come",
	    { { 100, STEP, OWED, FINE, 102, 0 },
		{ 101, STEP, OWED, FINE, 102, 0 },
		{ 102, STEP, OWED, ASK, 104, 0 },
		{ 103, STEP, OWED, FINE, 104, 0 },
		{ 104, STEP, OWED, FINE, 106, 0 },
		{ 106, STEP, OWED, FINE, 108, 0 },
		{ 108, STEP, OWED, LOST, 110, 0 } } },
	{ "a model thinks, and the child answers when it is asked",
	    { { 0, STEP, RUNNING, FINE, 10, 0 },
		{ 10, STEP, RUNNING, ASK, 12, 0 },
		{ 11, HEARD, NONE, 0, 21, 0 },
		{ 12, STEP, RUNNING, FINE, 21, 0 },
		{ 21, STEP, RUNNING, ASK, 23, 0 },
		{ 22, HEARD, NONE, 0, 32, 0 },
		{ 31, STEP, RUNNING, FINE, 32, 0 } } },
	{ "a model thinks, and the child does not answer",
	    { { 0, STEP, RUNNING, FINE, 10, 0 },
		{ 10, STEP, RUNNING, ASK, 12, 0 },
		{ 12, STEP, RUNNING, FINE, 14, 0 },
		{ 14, STEP, RUNNING, FINE, 16, 0 },
		{ 16, STEP, RUNNING, LOST, 18, 0 } } },
	{ "whatever it says is a sign of life",
	    { { 0, STEP, OWED, FINE, 2, 0 }, { 2, STEP, OWED, ASK, 4, 0 },
		{ 4, STEP, OWED, FINE, 6, 0 }, { 6, STEP, OWED, FINE, 8, 0 },
		{ 7, HEARD, NONE, 0, 9, 0 }, { 8, STEP, OWED, FINE, 9, 0 },
		{ 9, STEP, OWED, ASK, 11, 0 } } },
	{ "the silence of an idle child does not count",
	    { { 0, STEP, OWED, FINE, 2, 0 }, { 1, STEP, NONE, FINE, NEVER, 0 },
		{ 500, STEP, OWED, FINE, 502, 0 },
		{ 502, STEP, OWED, ASK, 504, 0 } } },
	{ "the silence of running turns counts when an answer is owed",
	    { { 0, STEP, RUNNING, FINE, 10, 0 }, { 5, STEP, OWED, ASK, 7, 0 },
		{ 7, STEP, OWED, FINE, 9, 0 }, { 9, STEP, OWED, FINE, 11, 0 },
		{ 11, STEP, OWED, LOST, 13, 0 } } },
	{ "time in which we did not run is one step",
	    { { 0, STEP, OWED, FINE, 2, 0 }, { 90, STEP, OWED, ASK, 92, 0 },
		{ 190, STEP, OWED, FINE, 192, 0 },
		{ 191, HEARD, NONE, 0, 193, 0 },
		{ 192, STEP, OWED, FINE, 193, 0 } } },
	{ "what fits into its pipe says nothing",
	    { { 0, STEP, OWED, FINE, 2, 0 }, { 1, GAVE, NONE, 0, 2, 1000 },
		{ 2, STEP, OWED, ASK, 4, 0 }, { 3, GAVE, NONE, 0, 4, 1000 } } },
	{ "to make room in its pipe it must have read",
	    { { 0, STEP, OWED, FINE, 2, 0 }, { 2, STEP, OWED, ASK, 4, 0 },
		{ 3, ROOM, NONE, 0, 5, 1000 }, { 3, ROOM, NONE, 0, 5, 0 },
		{ 5, STEP, OWED, ASK, 7, 0 } } },
	{ "nothing is expected while it takes in what is large",
	    { { 0, STEP, OWED, FINE, 2, 0 }, { 1, GAVE, NONE, 0, 2, LARGE },
		{ 2, STEP, OWED, ASK, 4, 0 }, { 3, ROOM, NONE, 0, 5, 1 },
		{ 5, STEP, OWED, FINE, NEVER, 0 },
		{ 60, STEP, OWED, FINE, NEVER, 0 },
		{ 61, HEARD, NONE, 0, NEVER, 0 },
		{ 62, STEP, OWED, FINE, 64, 0 } } },
};

static int64_t
seconds(int64_t s)
{
	return s == NEVER ? CLOCK_NEVER : s * NS_PER_S;
}

static void
play(struct app_pulse *p, const struct line *l, const char *comment)
{
	int64_t now = seconds(l->at), due;
	enum app_pulse_verdict verdict = FINE;

	if (l->what == STEP)
		verdict = app_pulse_step(p, l->need, now);
	else if (l->what == HEARD)
		app_pulse_heard(p, now);
	else
		app_pulse_gave(p, l->bytes, l->what == ROOM, now);
	due = app_pulse_deadline(p);
	ck_assert_msg(verdict == l->verdict, "%s, at %lld: %d", comment,
	    (long long)l->at, (int)verdict);
	ck_assert_msg(due == seconds(l->due), "%s, at %lld: due %lld", comment,
	    (long long)l->at, (long long)(due / NS_PER_S));
}

START_TEST(silence_over_time)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct app_pulse p = { 0 };

		for (size_t k = 0; k < LINES_MAX; k++) {
			if (cases[i].lines[k].what != END)
				play(&p, &cases[i].lines[k], cases[i].comment);
		}
	}
}
END_TEST

UNIT_MAIN("app_pulse", silence_over_time)
