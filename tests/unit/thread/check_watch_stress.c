#include "unit/unit.h"

#include <pthread.h>
#include <stdint.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "thread/watch.h"
#include "unit/watch_client.h"

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

UNIT_MAIN("watch stress", deadlines_come_in_order, stress_removal_races_hangup)
