/*
 * turn_rig.h - a turn in a child that is nothing but the buffer of what is said
 * to it; the test says what Codex would. One at a time.
 *
 * Each line that is said is checked, and each call here fails the test when
 * something is asked for that must not be when the job is over.
 */
#ifndef TESTS_UNIT_TURN_RIG_H
#define TESTS_UNIT_TURN_RIG_H

#include "engine/turn/app_news.h"
#include "unit/app_job.h"

enum {
	TRACE_MAX = 4096
};

extern struct settings settings;
extern struct app_child child;
extern struct app_spare spare; /* thread; there is none */
extern struct app_turn *turn;
extern struct job *job; /* the caller's reference; NULL once it is over */
extern struct app_seen seen; /* by the caller, once it is over */
extern char trace[TRACE_MAX]; /* short names of what was asked for */

#define REFUSAL(code, message, data) \
	"{\"id\":1,\"error\":{\"code\":" code ",\"message\":\"" message \
	"\",\"data\":" data "}}"
#define BUSY REFUSAL("-32001", "Server overloaded; retry later.", "null")

/* Begins a turn for this job, or for app_job(members), with options. */
void turn_begin_job(struct job *j, char *const *words);
void turn_begin(const char *members, char *const *words);
void turn_end(void);

/* Codex says this line; the turn's result. */
int say(const char *line);
/* The answer that Codex gives when all is well. */
int answer(void);
/* Codex says what is too long to be read; of an answer its id is left. */
int lose_line(bool answer);
/* app_turn_step. */
int step(int64_t now);

/* As the session does: the job goes back as soon as it is over. */
void let_go(void);

void ok(int rc);

/* Brings a fresh turn to this state. */
void advance(enum app_turn_state state);

#endif
