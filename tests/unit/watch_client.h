/*
 * watch_client.h - what the tests of lib/runtime/watch share: a client with a
 * socket that counts what it is told.
 */
#ifndef TESTS_UNIT_WATCH_CLIENT_H
#define TESTS_UNIT_WATCH_CLIENT_H

#include <check.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "thread/watch.h"

/* What an entry was told, and a bell for those who wait for it. */
struct client {
	struct watch_entry entry;
	int fds[2]; /* ours (watched) and the peer's */
	pthread_mutex_t lock;
	pthread_cond_t bell;
	int hangups, deadlines;
	int64_t last; /* when */
};

static inline void
told(void *arg, enum watch_event event)
{
	struct client *c = arg;

	pthread_mutex_lock(&c->lock);
	if (event == WATCH_HANGUP)
		c->hangups++;
	else
		c->deadlines++;
	c->last = clock_now();
	pthread_cond_signal(&c->bell);
	pthread_mutex_unlock(&c->lock);
}

static inline void
client_init(struct client *c)
{
	memset(c, 0, sizeof(*c));
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->bell, NULL);
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, c->fds), 0);
}

static inline void
client_close(struct client *c)
{
	fd_close(&c->fds[0]);
	fd_close(&c->fds[1]);
	pthread_cond_destroy(&c->bell);
	pthread_mutex_destroy(&c->lock);
}

static inline void
add(struct watch *w, struct client *c, int64_t deadline)
{
	ck_assert_int_eq(
	    watch_add(w, &c->entry, c->fds[0], deadline, told, c), 0);
}

/* Waits until that many have been told; Check's time limit is the deadline. */
static inline void
await(struct client *c, int hangups, int deadlines)
{
	pthread_mutex_lock(&c->lock);
	while (c->hangups < hangups || c->deadlines < deadlines)
		pthread_cond_wait(&c->bell, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

static inline struct watch *
start(void)
{
	struct watch *w;

	ck_assert_int_eq(watch_start(&w), 0);
	return w;
}

/*
 * Returns when the watch's thread has gone through everything that was so
 * when this was called: an entry of our own hangs up, twice, since the first
 * one may be told in the round that was already fetched.
 */
static inline void
settle(struct watch *w)
{
	struct client c;

	for (int i = 0; i < 2; i++) {
		client_init(&c);
		fd_close(&c.fds[1]);
		add(w, &c, CLOCK_NEVER);
		await(&c, 1, 0);
		watch_remove(w, &c.entry);
		client_close(&c);
	}
}

static inline void
peer_sends(struct client *c)
{
	ck_assert_int_eq(fd_write_all(c->fds[1], "data", 4), 0);
}

#endif
