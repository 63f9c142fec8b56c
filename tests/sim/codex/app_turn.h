/*
 * app_turn.h - the turns of app-server: a queue of those that have something
 * to say, a list of those that sleep, the rest waits for the client.
 *
 * A turn goes through a table of stages (app_turn.c); each says something,
 * or nothing, and how the turn goes on.
 *
 * Life cycle: turn_new, turn_start or turn_free; a started turn frees itself
 * at its end.
 */
#ifndef FAKE_APP_TURN_H
#define FAKE_APP_TURN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "app_thread.h"
#include "app_wire.h"
#include "base/buf.h"
#include "script.h"

enum stage_result {
	STAGE_NEXT, /* on to the next stage */
	STAGE_AGAIN, /* the same one, when others had their turn */
	STAGE_SLEEP, /* the next one at `due` */
	STAGE_PAUSE, /* the same one at `due` */
	STAGE_PARK, /* the next one when turn_resume is called */
	STAGE_MESSAGE, /* another message */
	STAGE_OVER /* it has ended */
};

struct turn {
	TAILQ_ENTRY(turn) link;
	LIST_ENTRY(turn) of_thread;
	enum {
		TURN_READY,
		TURN_SLEEPING,
		TURN_PARKED
	} state;
	struct thread *thread;
	char id[WIRE_ID_MAX];
	uint64_t serial;
	struct script own; /* when the prompt has directives */
	const struct script *script; /* that, or the process's */
	struct buf prompt; /* the last user text */
	json_t *input; /* of turn/start */
	char *request; /* id of turn/start, while it is not answered */
	size_t stage;
	int64_t due; /* monotonic */
	int64_t started_ms;

	/* The item being said. */
	struct wire_args args;
	char item[WIRE_ID_MAX];
	int items; /* said so far */
	int responses; /* of the model, so far */
	int64_t messages; /* answers said so far */
	struct buf text; /* the answer */
	struct buf json; /* the same as a JSON string */
	struct buf head; /* of a delta's line */
	const char *phase; /* JSON */
	size_t at; /* bytes of `text` said */
	int64_t deltas; /* said so far */

	/* Requests of ours without an answer, and what tools said. */
	int asked;
	struct buf tool_output;
	bool tool_said;
};

/*
 * A turn on `input` (an array; borrowed), which is not yet part of the
 * thread's history, or without any on that history.
 */
struct turn *turn_new(struct thread *th, json_t *input);
void turn_free(struct turn *t);

/* Answers turn/start with that id, and begins. */
void turn_start(struct turn *t, const char *request);

/* The running turn of this id, or NULL. */
struct turn *turn_find(struct thread *th, const char *id);

/* Does what turn/interrupt asks for and answers it. */
void turn_interrupt(struct turn *t, const char *request);

/* Ends all of a thread's turns without a word. */
void turns_drop(struct thread *th);

/* A parked turn goes on. */
void turn_resume(struct turn *t);

/* Lets all go on whose time has come, until enough is collected. */
void turns_run(void);

/* Monotonic time at which turns_run has work again; 0 for now. */
int64_t turns_due(void);

/* Turns that run, and that have ended. */
int64_t turns_running(void);
int64_t turns_ended(void);

#endif
