#include "unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "runtime/fdio.h"
#include "runtime/watch.h"

/* What an entry was told, and a bell for those who wait for it. */
struct client {
	struct watch_entry entry;
	int fds[2]; /* ours (watched) and the peer's */
	pthread_mutex_t lock;
	pthread_cond_t bell;
	int hangups, deadlines;
	int64_t last; /* when */
};

static void
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

static void
client_init(struct client *c)
{
	memset(c, 0, sizeof(*c));
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->bell, NULL);
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, c->fds), 0);
}

static void
client_close(struct client *c)
{
	fd_close(&c->fds[0]);
	fd_close(&c->fds[1]);
	pthread_cond_destroy(&c->bell);
	pthread_mutex_destroy(&c->lock);
}

static void
add(struct watch *w, struct client *c, int64_t deadline)
{
	ck_assert_int_eq(
	    watch_add(w, &c->entry, c->fds[0], deadline, told, c), 0);
}

/* Waits until that many have been told; Check's time limit is the deadline. */
static void
await(struct client *c, int hangups, int deadlines)
{
	pthread_mutex_lock(&c->lock);
	while (c->hangups < hangups || c->deadlines < deadlines)
		pthread_cond_wait(&c->bell, &c->lock);
	pthread_mutex_unlock(&c->lock);
}

static struct watch *
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
static void
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
peer_sends(struct client *c)
{
	ck_assert_int_eq(fd_write_all(c->fds[1], "data", 4), 0);
}

static void
peer_stops_reading(struct client *c)
{
	ck_assert_int_eq(shutdown(c->fds[1], SHUT_RD), 0);
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

/* Deadlines come in their order, each once, whatever the heap went through. */
enum {
	MANY = 1000
};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t bell;
	size_t n;
	const struct watch_entry *order[MANY];
} log_of_many = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.bell = PTHREAD_COND_INITIALIZER,
};

static void
log_one(void *arg, enum watch_event event)
{
	ck_assert_int_eq(event, WATCH_DEADLINE);
	pthread_mutex_lock(&log_of_many.lock);
	ck_assert_uint_lt(log_of_many.n, MANY);
	log_of_many.order[log_of_many.n++] = arg;
	pthread_cond_signal(&log_of_many.bell);
	pthread_mutex_unlock(&log_of_many.lock);
}

START_TEST(deadlines_come_in_order)
{
	static struct watch_entry entries[MANY];
	static int64_t when[MANY];
	struct watch *w = start();
	int64_t base = clock_after(NS_PER_S);
	unsigned seed = 5;
	size_t left = MANY;

	for (size_t i = 0; i < MANY; i++)
		ck_assert_int_eq(
		    watch_add(w, &entries[i], -1, base + rand_r(&seed) % 1000,
			log_one, &entries[i]),
		    0);
	for (size_t k = 0; k < 2 * MANY; k++) {
		size_t i = (size_t)rand_r(&seed) % MANY;

		when[i] = base + rand_r(&seed) % 1000;
		watch_set_deadline(w, &entries[i], when[i]);
	}
	for (size_t i = 0; i < MANY; i += 7, left--)
		watch_remove(w, &entries[i]);
	for (size_t i = 0; i < MANY; i++) {
		when[i] = base + rand_r(&seed) % 1000;
		watch_set_deadline(w, &entries[i], when[i]);
	}
	ck_assert_msg(clock_now() < base, "too slow a machine for this test");
	pthread_mutex_lock(&log_of_many.lock);
	while (log_of_many.n < left)
		pthread_cond_wait(&log_of_many.bell, &log_of_many.lock);
	pthread_mutex_unlock(&log_of_many.lock);
	settle(w);
	ck_assert_uint_eq(log_of_many.n, left);
	for (size_t i = 0; i < left; i++) {
		size_t at = (size_t)(log_of_many.order[i] - entries);
		size_t before = i == 0
		    ? at
		    : (size_t)(log_of_many.order[i - 1] - entries);

		ck_assert_int_ge(when[at], when[before]);
	}
	for (size_t i = 0; i < MANY; i++)
		watch_remove(w, &entries[i]);
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

/*
 * Peers close and deadlines change at random while entries are removed and
 * their memory and sockets given back at once: a late callback would touch
 * freed memory, or be told to the next client with that socket's number.
 */
enum {
	PAIRS = 200,
	STRESS_ROUNDS = 20
};

static void
stress_client(struct watch *w, struct client **slot, unsigned *seed)
{
	struct client *c = *slot;

	switch (rand_r(seed) % 4) {
	case 0:
		fd_close(&c->fds[1]);
		break;
	case 1:
		watch_set_deadline(
		    w, &c->entry, clock_after(rand_r(seed) % (2 * NS_PER_MS)));
		break;
	case 2:
		if (c->fds[1] != -1)
			peer_sends(c);
		break;
	default:
		watch_remove(w, &c->entry);
		/* No lock: nothing may be under way any more. */
		ck_assert_int_le(c->hangups, c->fds[1] == -1);
		client_close(c);
		free(c);
		*slot = NULL;
	}
}

static void *
stress(void *arg)
{
	struct client *clients[PAIRS / 4] = { NULL };
	struct watch *w = arg;
	unsigned seed = (unsigned)(uintptr_t)&seed;
	size_t left;

	for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
		clients[i] = malloc(sizeof(*clients[i]));
		ck_assert_ptr_nonnull(clients[i]);
		client_init(clients[i]);
		add(w, clients[i], CLOCK_NEVER);
	}
	do {
		left = 0;
		for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
			if (clients[i] == NULL)
				continue;
			stress_client(w, &clients[i], &seed);
			left++;
		}
	} while (left > 0);
	return NULL;
}

START_TEST(stress_removal_races_hangup)
{
	struct watch *w = start();
	pthread_t threads[4];

	for (int round = 0; round < STRESS_ROUNDS; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
			ck_assert_int_eq(
			    pthread_create(&threads[i], NULL, stress, w), 0);
		for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
			pthread_join(threads[i], NULL);
	}
	settle(w);
	watch_stop(w);
}
END_TEST

UNIT_MAIN("watch", hangup_table, a_hung_up_entry_keeps_its_deadline,
    deadline_changes, a_deadline_can_be_taken_back, deadlines_come_in_order,
    a_socket_can_be_watched_again, add_errors, waiting_costs_no_cpu,
    stress_removal_races_hangup)
