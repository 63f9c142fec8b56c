/*
 * app_rig.h - a session on a child that is a shell script, driven by a test as
 * app_worker drives it. One at a time.
 */
#ifndef TESTS_UNIT_APP_RIG_H
#define TESTS_UNIT_APP_RIG_H

#include "engine/pool/app_turns.h"

extern struct app_session *session;
extern struct codex_limits limits; /* as last told */
extern struct job *ended; /* job_over was called for it; reference */
extern struct job *again; /* on_again was; reference */
extern unsigned rounds; /* of the loop since begin */

/* Starts the script as the session's child; `end` checks that none is left. */
void begin(const char *script);
void end(void);

/* For app_session_lose_turns. */
void on_again(void *arg, struct job *j);

/* One pass of what the worker's loop does. Monotonic ns. */
void turn_around(int64_t deadline);

/* Turns around until that is true; forty seconds, on any machine. */
void run_until(bool (*done)(void));

/* Conditions; a broken session fulfils them all. */
bool is_ready(void);
bool is_broken(void);
bool has_ended(void); /* a job */
bool is_empty(void); /* there are no turns */

/* The caller's reference of a job that is begun in the session. */
struct job *begin_job(void);
/* The same with members of its request, as for app_job. */
struct job *begin_job_like(const char *members);

/* What the caller of the ended job has seen; drops both references. */
void expect_seen(struct job *j, const char *content, enum error_kind error,
    const char *words);

#endif
