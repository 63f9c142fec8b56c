#include "unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "thread/watch.h"
#include "unit/watch_client.h"

static void
peer_closes(struct client *c)
{
	fd_close(&c->fds[1]);
}

static void
peer_closes_after_data(struct client *c)
{
	ck_assert_int_eq(fd_write_all(c->fds[1], "data", 4), 0);
	fd_close(&c->fds[1]);
}

static void
peer_half_closes(struct client *c)
{
	ck_assert_int_eq(shutdown(c->fds[1], SHUT_WR), 0);
}

static void
peer_stops_reading(struct client *c)
{
	ck_assert_int_eq(shutdown(c->fds[1], SHUT_RD), 0);
}

static void
send_bytes(struct client *c, size_t n)
{
	static const char zeros[4096];

	for (size_t sent = 0; sent < n; sent += sizeof(zeros))
		ck_assert_int_eq(
		    fd_write_all(c->fds[1], zeros, sizeof(zeros)), 0);
}

static void
peer_sends_all_that_may_wait(struct client *c)
{
	send_bytes(c, WATCH_UNREAD_MAX);
}

/* A close could stand behind it and be seen by nobody. */
static void
peer_sends_more_than_may_wait(struct client *c)
{
	send_bytes(c, WATCH_UNREAD_MAX + 8192);
}

static void
peer_sends_more_and_closes(struct client *c)
{
	peer_sends_more_than_may_wait(c);
	fd_close(&c->fds[1]);
}

/* clang-format off */
static const struct {
	const char *comment;
	void (*act)(struct client *c);
	int hangups;
} acts[] = {
	{ "close",               peer_closes,            1 },
	{ "data, then close",    peer_closes_after_data, 1 },
	{ "half-close",          peer_half_closes,       1 },
	{ "data alone",          peer_sends,             0 },
	{ "reads no more",       peer_stops_reading,     0 },
	{ "as much as may wait", peer_sends_all_that_may_wait, 0 },
	{ "more than may wait",  peer_sends_more_than_may_wait, 1 },
	{ "more, then close",    peer_sends_more_and_closes, 1 },
};
/* clang-format on */

START_TEST(hangup_table)
{
	struct watch *w = start();

	for (int before = 0; before < 2; before++) {
		for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
			struct client c;

			client_init(&c);
			if (before)
				acts[i].act(&c);
			add(w, &c, CLOCK_NEVER);
			if (!before)
				acts[i].act(&c);
			await(&c, acts[i].hangups, 0);
			settle(w);
			watch_remove(w, &c.entry);
			/* Once, and not for ever. */
			ck_assert_msg(c.hangups == acts[i].hangups, "%s: %d",
			    acts[i].comment, c.hangups);
			ck_assert_int_eq(c.deadlines, 0);
			client_close(&c);
		}
	}
	watch_stop(w);
	watch_stop(NULL);
}
END_TEST

START_TEST(a_hung_up_entry_keeps_its_deadline)
{
	struct watch *w = start();
	struct client c;
	int64_t deadline = clock_after(20 * NS_PER_MS);

	client_init(&c);
	add(w, &c, deadline);
	fd_close(&c.fds[1]);
	await(&c, 1, 1);
	ck_assert_int_ge(c.last, deadline);
	watch_set_deadline(w, &c.entry, 1); /* long past */
	await(&c, 1, 2);
	settle(w);
	watch_remove(w, &c.entry);
	ck_assert_int_eq(c.hangups, 1);
	ck_assert_int_eq(c.deadlines, 2);
	watch_remove(w, &c.entry);
	watch_set_deadline(w, &c.entry, 1);
	settle(w);
	ck_assert_int_eq(c.deadlines, 2);
	client_close(&c);
	watch_stop(w);
}
END_TEST

/* Deadlines without sockets, each changed some way before it comes. */
START_TEST(deadline_changes)
{
	/* clang-format off */
	static const struct {
		const char *comment;
		int64_t first_ms, then_ms; /* -1: never */
	} table[] = {
		{ "earlier",     60000, 30 },
		{ "never, then", -1,    30 },
		{ "later",       20,    60 },
		{ "the same",    30,    30 },
		{ "now",         60000, 0 },
	};
	/* clang-format on */
	struct watch *w = start();

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		int64_t begin = clock_now(), first, then;
		struct client c;

		client_init(&c);
		first = table[i].first_ms < 0
		    ? CLOCK_NEVER
		    : begin + table[i].first_ms * NS_PER_MS;
		then = begin + table[i].then_ms * NS_PER_MS;
		ck_assert_int_eq(
		    watch_add(w, &c.entry, -1, first, told, &c), 0);
		watch_set_deadline(w, &c.entry, then);
		await(&c, 0, 1);
		ck_assert_int_ge(c.last, first < then ? first : then);
		ck_assert_msg(
		    c.last < begin + 10 * NS_PER_S, "%s", table[i].comment);
		watch_remove(w, &c.entry);
		client_close(&c);
	}
	watch_stop(w);
}
END_TEST

START_TEST(a_deadline_can_be_taken_back)
{
	struct watch *w = start();
	struct client c, later;

	client_init(&c);
	client_init(&later);
	add(w, &c, clock_after(30 * NS_PER_S));
	watch_set_deadline(w, &c.entry, CLOCK_NEVER);
	add(w, &later, clock_after(10 * NS_PER_MS));
	await(&later, 0, 1);
	watch_remove(w, &c.entry);
	watch_remove(w, &later.entry);
	ck_assert_int_eq(c.deadlines, 0);
	client_close(&c);
	client_close(&later);
	watch_stop(w);
}
END_TEST

/* The socket is not closed in between: the watch itself must forget it. */
START_TEST(a_socket_can_be_watched_again)
{
	struct watch *w = start();
	struct client c;

	client_init(&c);
	for (int i = 0; i < 3; i++) {
		add(w, &c, CLOCK_NEVER);
		if (i == 1)
			fd_close(&c.fds[1]);
		await(&c, i, 0);
		watch_remove(w, &c.entry);
	}
	ck_assert_int_eq(c.hangups, 2);
	client_close(&c);
	watch_stop(w);
}
END_TEST

START_TEST(add_errors)
{
	struct watch *w = start();
	struct watch_entry e = { 0 };
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(watch_add(w, &e, fd, CLOCK_NEVER, told, NULL), -EPERM);
	ck_assert(!e.added);
	close(fd);
	ck_assert_int_eq(watch_add(w, &e, fd, 1, told, NULL), -EBADF);
	settle(w);
	watch_remove(w, &e);
	watch_stop(w);
}
END_TEST

static int64_t
cpu_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* Also with clients that have hung up, that talk, and that are silent. */
START_TEST(waiting_costs_no_cpu)
{
	struct watch *w = start();
	struct client clients[3], timer;
	int64_t before;

	for (size_t i = 0; i < 3; i++) {
		client_init(&clients[i]);
		add(w, &clients[i], CLOCK_NEVER);
	}
	peer_sends(&clients[0]);
	peer_closes(&clients[1]);
	await(&clients[1], 1, 0);
	client_init(&timer);
	before = cpu_time();
	add(w, &timer, clock_after(300 * NS_PER_MS));
	await(&timer, 0, 1);
	ck_assert_int_lt(cpu_time() - before, 10 * NS_PER_MS);
	for (size_t i = 0; i < 3; i++) {
		watch_remove(w, &clients[i].entry);
		client_close(&clients[i]);
	}
	watch_remove(w, &timer.entry);
	client_close(&timer);
	watch_stop(w);
}
END_TEST

UNIT_MAIN("watch", hangup_table, a_hung_up_entry_keeps_its_deadline,
    deadline_changes, a_deadline_can_be_taken_back,
    a_socket_can_be_watched_again, add_errors, waiting_costs_no_cpu)
