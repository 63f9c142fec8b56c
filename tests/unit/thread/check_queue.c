#include "unit/unit.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "thread/queue.h"

struct thing {
	struct queue_node node;
	_Atomic int taken; /* how often it was popped, removed or expired */
};

static int
push_one(struct queue *q, struct queue_node *node)
{
	struct queue_node *nodes[1] = { node };
	int rc = queue_push(q, nodes, 1);

	queue_call(q, 1);
	return rc;
}

START_TEST(push_is_all_or_nothing)
{
	/* clang-format off */
	static const struct {
		const char *comment;
		size_t capacity, held, n;
		int result;
	} table[] = {
		{ "fits",                4, 0, 3, 0 },
		{ "fills it",            4, 1, 3, 0 },
		{ "one too many",        4, 2, 3, -EAGAIN },
		{ "full",                4, 4, 1, -EAGAIN },
		{ "more than capacity",  2, 0, 3, -EAGAIN },
		{ "nothing at all",      2, 2, 0, 0 },
		{ "no capacity",         0, 0, 1, -EAGAIN },
	};
	/* clang-format on */
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct queue *q = queue_new(table[i].capacity);
		struct queue_node nodes[8] = { 0 };
		struct queue_node *all[8];
		bool pushed;

		for (size_t k = 0; k < 8; k++)
			all[k] = &nodes[k];
		ck_assert_int_eq(queue_push(q, all, table[i].held), 0);
		ck_assert_msg(queue_push(q, all + table[i].held, table[i].n) ==
			table[i].result,
		    "%s", table[i].comment);
		pushed = table[i].result == 0;
		ck_assert_uint_eq(
		    queue_depth(q), table[i].held + (pushed ? table[i].n : 0));
		ck_assert(
		    table[i].n == 0 || nodes[table[i].held].queued == pushed);
		queue_free(q);
	}
}
END_TEST

/* The queue behaves as an array would, whatever is done to it. */
START_TEST(random_walk_agrees_with_a_model)
{
	enum {
		NODES = 12,
		CAPACITY = 8,
		STEPS = 20000
	};
	struct queue *q = queue_new(CAPACITY);
	struct queue_node nodes[NODES] = { 0 };
	struct queue_node *model[CAPACITY], *got;
	struct pollfd pfd = { .fd = queue_fd(q), .events = POLLIN };
	size_t n = 0;
	unsigned seed = 1;

	for (int step = 0; step < STEPS; step++) {
		struct queue_node *x = &nodes[rand_r(&seed) % NODES];
		size_t at = 0;
		int r;

		while (at < n && model[at] != x)
			at++;
		switch (rand_r(&seed) % 3) {
		case 0:
			if (at < n)
				break; /* a queued node is not pushed */
			r = push_one(q, x);
			ck_assert_int_eq(r, n < CAPACITY ? 0 : -EAGAIN);
			if (r == 0)
				model[n++] = x;
			break;
		case 1:
			r = queue_pop(q, 0, &got);
			ck_assert_int_eq(r, n > 0 ? 0 : -ETIMEDOUT);
			if (n == 0)
				break;
			ck_assert_ptr_eq(got, model[0]);
			n--;
			memmove(model, model + 1, n * sizeof(model[0]));
			break;
		default:
			ck_assert_int_eq(queue_remove(q, x), at < n);
			if (at == n)
				break;
			n--;
			memmove(model + at, model + at + 1,
			    (n - at) * sizeof(model[0]));
		}
		ck_assert_uint_eq(queue_depth(q), n);
		ck_assert_int_eq(poll(&pfd, 1, 0), n > 0);
	}
	queue_free(q);
}
END_TEST

START_TEST(pop_waits_for_its_deadline)
{
	struct queue *q = queue_new(1);
	struct queue_node *got = NULL;
	int64_t deadline;

	ck_assert_int_eq(queue_pop(q, 0, &got), -ETIMEDOUT);
	ck_assert_int_eq(queue_pop(q, clock_now(), &got), -ETIMEDOUT);
	deadline = clock_after(30 * NS_PER_MS);
	ck_assert_int_eq(queue_pop(q, deadline, &got), -ETIMEDOUT);
	ck_assert_int_ge(clock_now(), deadline);
	ck_assert_ptr_null(got);
	queue_free(q);
}
END_TEST

START_TEST(close_hands_out_the_rest)
{
	struct queue *q = queue_new(4);
	struct queue_node a = { 0 }, b = { 0 }, *got;
	struct pollfd pfd = { .events = POLLIN };

	ck_assert_int_eq(push_one(q, &a), 0);
	queue_close(q);
	queue_close(q);
	ck_assert_int_eq(push_one(q, &b), -EPIPE);
	pfd.fd = queue_fd(q);
	ck_assert_int_eq(poll(&pfd, 1, 0), 1);
	ck_assert_int_eq(queue_pop(q, CLOCK_NEVER, &got), 0);
	ck_assert_ptr_eq(got, &a);
	ck_assert_int_eq(queue_pop(q, CLOCK_NEVER, &got), -EPIPE);
	ck_assert_int_eq(queue_pop(q, 0, &got), -EPIPE);
	ck_assert_int_eq(poll(&pfd, 1, 0), 1); /* and stays so */
	queue_free(q);
	queue_free(NULL);
}
END_TEST

static void *
pop_for_ever(void *arg)
{
	struct queue_node *got;
	int r;

	do
		r = queue_pop(arg, CLOCK_NEVER, &got);
	while (r == 0);
	ck_assert_int_eq(r, -EPIPE);
	return NULL;
}

START_TEST(close_wakes_all_that_wait)
{
	struct queue *q = queue_new(1);
	pthread_t threads[4];

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, pop_for_ever, q), 0);
	queue_close(q);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	queue_free(q);
}
END_TEST

static void *
echo(void *arg)
{
	struct queue **q = arg;
	struct queue_node *got;

	while (queue_pop(q[0], CLOCK_NEVER, &got) == 0)
		ck_assert_int_eq(push_one(q[1], got), 0);
	return NULL;
}

/* Both sides wait for each other all the time: no wake-up may be lost. */
START_TEST(push_wakes_a_waiting_pop)
{
	struct queue *q[2] = { queue_new(1), queue_new(1) };
	struct queue_node node = { 0 }, *got;
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, echo, q), 0);
	for (int i = 0; i < 2000; i++) {
		ck_assert_int_eq(push_one(q[0], &node), 0);
		ck_assert_int_eq(queue_pop(q[1], CLOCK_NEVER, &got), 0);
		ck_assert_ptr_eq(got, &node);
	}
	queue_close(q[0]);
	pthread_join(thread, NULL);
	queue_free(q[0]);
	queue_free(q[1]);
}
END_TEST

START_TEST(expire_finds_what_is_due)
{
	/* clang-format off */
	static const struct {
		const char *comment;
		int64_t deadlines[4]; /* 0: no node */
		int64_t now;
		int due;              /* index, or -1 */
		int64_t next;
	} table[] = {
		{ "empty",             { 0 },          50, -1, CLOCK_NEVER },
		{ "none is due",       { 90, 70 },     50, -1, 70 },
		{ "due to the moment", { 90, 50 },     50,  1, 90 },
		{ "the first of two",  { 90, 40, 30 }, 50,  1, 30 },
		{ "the only one",      { 40 },         50,  0, CLOCK_NEVER },
		{ "no deadline",       { CLOCK_NEVER }, 50, -1, CLOCK_NEVER },
	};
	/* clang-format on */
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct queue *q = queue_new(4);
		struct queue_node nodes[4] = { 0 }, *due;
		int64_t next = 0;

		for (size_t k = 0; k < 4 && table[i].deadlines[k] != 0; k++) {
			nodes[k].deadline = table[i].deadlines[k];
			ck_assert_int_eq(push_one(q, &nodes[k]), 0);
		}
		due = queue_expire(q, table[i].now, &next);
		ck_assert_msg(
		    due == (table[i].due < 0 ? NULL : &nodes[table[i].due]),
		    "%s", table[i].comment);
		ck_assert_int_eq(next, table[i].next);
		ck_assert(due == NULL || !due->queued);
		queue_free(q);
	}
}
END_TEST

static int64_t
cpu_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

START_TEST(waiting_costs_no_cpu)
{
	struct queue *q = queue_new(1);
	struct queue_node *got;
	int64_t before = cpu_time();

	ck_assert_int_eq(
	    queue_pop(q, clock_after(300 * NS_PER_MS), &got), -ETIMEDOUT);
	ck_assert_int_lt(cpu_time() - before, 10 * NS_PER_MS);
	queue_free(q);
}
END_TEST

/*
 * Producers push batches and now and then take one back; consumers pop,
 * half of them through the descriptor. Each node is taken exactly once.
 */
enum {
	PRODUCERS = 4,
	CONSUMERS = 4,
	EACH = 25000,
	BATCH = 5
};

struct stress {
	struct queue *q;
	struct thing *things;
	_Atomic unsigned next_producer, next_consumer;
	_Atomic size_t removed, popped;
};

static void
push_batch(struct stress *s, struct thing *first)
{
	struct queue_node *nodes[BATCH];
	int r;

	for (size_t i = 0; i < BATCH; i++)
		nodes[i] = &first[i].node;
	do {
		r = queue_push(s->q, nodes, BATCH);
		if (r == -EAGAIN)
			sched_yield(); /* full: the consumers' turn */
	} while (r == -EAGAIN);
	ck_assert_int_eq(r, 0);
	queue_call(s->q, BATCH);
}

static void *
produce(void *arg)
{
	struct stress *s = arg;
	unsigned me = atomic_fetch_add(&s->next_producer, 1);
	struct thing *mine = s->things + (size_t)me * EACH;

	for (size_t i = 0; i < EACH; i += BATCH) {
		push_batch(s, mine + i);
		if (i % 3 == 0 && queue_remove(s->q, &mine[i + 2].node)) {
			atomic_fetch_add(&mine[i + 2].taken, 1);
			atomic_fetch_add(&s->removed, 1);
		}
	}
	return NULL;
}

static void *
consume(void *arg)
{
	struct stress *s = arg;
	bool polls = atomic_fetch_add(&s->next_consumer, 1) % 2;
	struct pollfd pfd = { .fd = queue_fd(s->q), .events = POLLIN };
	struct queue_node *got;
	int r = 0;

	while (r != -EPIPE) {
		if (polls)
			ck_assert_int_eq(poll(&pfd, 1, -1), 1);
		r = queue_pop(s->q, polls ? 0 : CLOCK_NEVER, &got);
		if (r != 0)
			continue;
		atomic_fetch_add(
		    &CONTAINER_OF(got, struct thing, node)->taken, 1);
		atomic_fetch_add(&s->popped, 1);
	}
	return NULL;
}

START_TEST(stress_moves_each_node_once)
{
	struct stress s = { .q = queue_new(64) };
	pthread_t producers[PRODUCERS], consumers[CONSUMERS];

	s.things = calloc((size_t)PRODUCERS * EACH, sizeof(*s.things));
	ck_assert_ptr_nonnull(s.things);
	for (size_t i = 0; i < CONSUMERS; i++)
		ck_assert_int_eq(
		    pthread_create(&consumers[i], NULL, consume, &s), 0);
	for (size_t i = 0; i < PRODUCERS; i++)
		ck_assert_int_eq(
		    pthread_create(&producers[i], NULL, produce, &s), 0);
	for (size_t i = 0; i < PRODUCERS; i++)
		pthread_join(producers[i], NULL);
	queue_close(s.q);
	for (size_t i = 0; i < CONSUMERS; i++)
		pthread_join(consumers[i], NULL);
	for (size_t i = 0; i < (size_t)PRODUCERS * EACH; i++)
		ck_assert_int_eq(atomic_load(&s.things[i].taken), 1);
	ck_assert_uint_eq(atomic_load(&s.removed) + atomic_load(&s.popped),
	    (size_t)PRODUCERS * EACH);
	ck_assert_uint_gt(atomic_load(&s.popped), 0);
	free(s.things);
	queue_free(s.q);
}
END_TEST

UNIT_MAIN("queue", push_is_all_or_nothing, random_walk_agrees_with_a_model,
    pop_waits_for_its_deadline, close_hands_out_the_rest,
    close_wakes_all_that_wait, push_wakes_a_waiting_pop,
    expire_finds_what_is_due, waiting_costs_no_cpu, stress_moves_each_node_once)
