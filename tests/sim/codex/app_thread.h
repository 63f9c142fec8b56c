/*
 * app_thread.h - the threads of app-server: history and running turns.
 *
 * Life cycle: thread_new, thread_free once its turns are gone.
 */
#ifndef FAKE_APP_THREAD_H
#define FAKE_APP_THREAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "app_wire.h"

struct turn;

/* Of one response, or of several. */
struct usage {
	int64_t input;
	int64_t cached;
	int64_t output;
	int64_t reasoning;
};

struct thread {
	LIST_ENTRY(thread) link;
	LIST_HEAD(thread_turns, turn) turns;
	char id[WIRE_ID_MAX];
	json_t *items; /* the history: Responses API items */
	struct usage total;
	bool raw; /* experimentalRawEvents */
	bool refused; /* `overloaded` has begun */
	int64_t refuse; /* so many requests to come */
	bool gone; /* nobody finds it any more */
	bool refuse_news; /* it takes in no more items */
};

/* An id of the form that Codex's have; `kind` is one hexadecimal digit. */
void thread_make_id(char ret_id[WIRE_ID_MAX], char kind, uint64_t serial);

struct thread *thread_new(bool raw);
struct thread *thread_find(const char *id);
void thread_free(struct thread *th);

/* Appends the ids of `limit` threads at most, as JSON; whether that is all. */
bool thread_list(struct buf *out, size_t limit);

#endif
