#include "unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "thread/channel.h"

struct word {
	struct channel_item item;
	unsigned number;
};

static _Atomic size_t freed;

static void
free_word(struct channel_item *item)
{
	atomic_fetch_add(&freed, 1);
	free(CONTAINER_OF(item, struct word, item));
}

static struct channel_item *
word(unsigned number, size_t weight)
{
	struct word *w = calloc(1, sizeof(*w));

	ck_assert_ptr_nonnull(w);
	w->number = number;
	w->item.weight = weight;
	return &w->item;
}

/* Frees a taken list; checks that its numbers go up from *next. */
static size_t
eat(struct channel_item *items, unsigned *next)
{
	size_t n = 0;

	for (struct channel_item *after; items != NULL; items = after, n++) {
		struct word *w = CONTAINER_OF(items, struct word, item);

		after = items->next;
		ck_assert_uint_eq(w->number, *next);
		(*next)++;
		free(w);
	}
	return n;
}

static void
count(void *arg)
{
	++*(int *)arg;
}

START_TEST(takes_all_in_order)
{
	struct channel *c = channel_new(100, free_word);
	unsigned next = 0;
	bool closed = true;

	ck_assert_ptr_null(channel_take(c, &closed));
	ck_assert(!closed);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 5; i++)
			ck_assert_int_eq(
			    channel_push(c, word(5 * round + i, 20)), 0);
		ck_assert_uint_eq(eat(channel_take(c, &closed), &next), 5);
		ck_assert(!closed);
	}
	ck_assert_int_eq(channel_push(c, word(15, 1)), 0);
	channel_close(c);
	channel_close(c);
	ck_assert_uint_eq(eat(channel_take(c, &closed), &next), 1);
	ck_assert(closed);
	ck_assert_ptr_null(channel_take(c, &closed));
	ck_assert(closed);
	channel_unref(c);
	ck_assert_uint_eq(atomic_load(&freed), 0);
}
END_TEST

/* clang-format off */
static const struct {
	const char *comment;
	size_t cap, waiting, weight;
	bool cancelled, closed;
	int result;
} pushes[] = {
	{ "fits",                      10, 5,  4, false, false, 0 },
	{ "fits exactly",              10, 5,  5, false, false, 0 },
	{ "one byte over",             10, 5,  6, false, false, -ENOBUFS },
	{ "too large at all",          10, 0, 11, false, false, -ENOBUFS },
	{ "weight near the end",       10, 5, SIZE_MAX, false, false,
	  -ENOBUFS },
	{ "no weight, full",           10, 10, 0, false, false, 0 },
	{ "cancelled",                 10, 5,  1, true,  false, -ECANCELED },
	{ "closed",                    10, 5,  1, false, true,  -EPIPE },
};
/* clang-format on */

START_TEST(push_table)
{
	for (size_t i = 0; i < ARRAY_SIZE(pushes); i++) {
		struct channel *c = channel_new(pushes[i].cap, free_word);
		unsigned next = 0;
		bool refused = pushes[i].result != 0, closed;

		atomic_store(&freed, 0);
		ck_assert_int_eq(
		    channel_push(c, word(0, pushes[i].waiting)), 0);
		if (pushes[i].cancelled)
			channel_cancel(c, 1);
		if (pushes[i].closed)
			channel_close(c);
		ck_assert_msg(channel_push(c, word(1, pushes[i].weight)) ==
			pushes[i].result,
		    "%s", pushes[i].comment);
		ck_assert_uint_eq(atomic_load(&freed), refused);
		ck_assert_uint_eq(
		    eat(channel_take(c, &closed), &next), refused ? 1 : 2);
		channel_unref(c);
	}
}
END_TEST

START_TEST(final_passes_cap_and_cancellation)
{
	struct channel *c = channel_new(10, free_word);
	unsigned next = 0;
	bool closed;

	ck_assert_int_eq(channel_push(c, word(0, 10)), 0);
	channel_cancel(c, 1);
	channel_push_final(c, word(1, 1000));
	ck_assert_int_eq(channel_push(c, word(9, 0)), -ECANCELED);
	channel_push_final(c, word(9, 0));
	ck_assert_uint_eq(atomic_load(&freed), 2);
	ck_assert_uint_eq(eat(channel_take(c, &closed), &next), 2);
	ck_assert(closed);
	channel_unref(c);
}
END_TEST

/* When what is shared is used up, those that have much waiting are refused. */
START_TEST(what_is_shared_has_an_end)
{
	struct budget shared = { .max = 100 };
	struct channel *slow = channel_new(1000, free_word);
	struct channel *fast = channel_new(1000, free_word);
	unsigned next = 0;
	bool closed;

	channel_share(slow, &shared, 20);
	channel_share(fast, &shared, 20);
	ck_assert_int_eq(channel_push(slow, word(0, 60)), 0);
	ck_assert_int_eq(channel_push(slow, word(1, 40)), 0);
	ck_assert_uint_eq(budget_used(&shared), 100);
	ck_assert_int_eq(channel_push(slow, word(9, 1)), -EDQUOT);
	ck_assert_int_eq(channel_push(fast, word(0, 20)), 0);
	ck_assert_int_eq(channel_push(fast, word(9, 1)), -EDQUOT);
	ck_assert_uint_eq(budget_used(&shared), 120);
	ck_assert_uint_eq(eat(channel_take(fast, &closed), &next), 1);
	ck_assert_int_eq(channel_push(fast, word(1, 20)), 0);
	channel_push_final(slow, word(2, 50)); /* past it, too */
	ck_assert_uint_eq(budget_used(&shared), 170);
	next = 0;
	ck_assert_uint_eq(eat(channel_take(slow, &closed), &next), 3);
	ck_assert_uint_eq(budget_used(&shared), 20);
	channel_unref(slow);
	channel_unref(fast); /* with what waits */
	ck_assert_uint_eq(budget_used(&shared), 0);
}
END_TEST

START_TEST(some_are_taken_and_the_rest_waits)
{
	struct budget shared = { .max = 100 };
	struct channel *c = channel_new(100, free_word);
	unsigned next = 0;
	bool closed = true;

	channel_share(c, &shared, 0);
	ck_assert_ptr_null(channel_take_some(c, 10, &closed));
	ck_assert(!closed);
	for (unsigned i = 0; i < 5; i++)
		ck_assert_int_eq(channel_push(c, word(i, 10)), 0);
	channel_close(c);
	ck_assert_uint_eq(eat(channel_take_some(c, 1, &closed), &next), 1);
	ck_assert(!closed);
	ck_assert_uint_eq(eat(channel_take_some(c, 11, &closed), &next), 2);
	ck_assert(!closed);
	ck_assert_uint_eq(budget_used(&shared), 20);
	ck_assert_uint_eq(eat(channel_take_some(c, 20, &closed), &next), 2);
	ck_assert(closed);
	ck_assert_uint_eq(budget_used(&shared), 0);
	ck_assert_ptr_null(channel_take_some(c, 20, &closed));
	ck_assert(closed);
	channel_unref(c);
}
END_TEST

START_TEST(unref_frees_what_waits)
{
	struct channel *c = channel_new(10, free_word);

	ck_assert_ptr_eq(channel_ref(c), c);
	ck_assert_int_eq(channel_push(c, word(0, 1)), 0);
	ck_assert_int_eq(channel_push(c, word(1, 1)), 0);
	channel_unref(c);
	ck_assert_uint_eq(atomic_load(&freed), 0);
	channel_unref(c);
	ck_assert_uint_eq(atomic_load(&freed), 2);
	channel_unref(NULL);
}
END_TEST

START_TEST(wake_hook_calls)
{
	struct channel *c = channel_new(10, free_word);
	int calls = 0, others = 0;
	unsigned next = 0;
	bool closed;

	channel_set_wake_hook(c, count, &calls);
	ck_assert_int_eq(calls, 0); /* nothing to tell yet */
	ck_assert_int_eq(channel_push(c, word(0, 1)), 0);
	ck_assert_int_eq(calls, 1);
	ck_assert_int_eq(channel_push(c, word(1, 1)), 0);
	ck_assert_int_eq(calls, 1); /* told already */
	ck_assert_uint_eq(eat(channel_take(c, &closed), &next), 2);
	ck_assert_int_eq(channel_push(c, word(2, 1)), 0);
	ck_assert_int_eq(calls, 2);
	channel_set_wake_hook(c, NULL, NULL);
	channel_set_wake_hook(c, count, &others);
	ck_assert_int_eq(others, 1); /* told at once */
	ck_assert_uint_eq(eat(channel_take(c, &closed), &next), 1);
	channel_set_wake_hook(c, NULL, NULL);
	channel_close(c);
	ck_assert_int_eq(others, 1);
	channel_set_wake_hook(c, count, &others);
	ck_assert_int_eq(others, 2);
	channel_close(c); /* repeated: no news */
	ck_assert_int_eq(others, 2);
	ck_assert_int_eq(calls, 2);
	channel_unref(c);
}
END_TEST

START_TEST(close_and_final_wake)
{
	struct channel *c;
	int calls;

	for (int final = 0; final < 2; final++) {
		c = channel_new(10, free_word);
		calls = 0;
		channel_set_wake_hook(c, count, &calls);
		if (final)
			channel_push_final(c, word(0, 1));
		else
			channel_close(c);
		ck_assert_int_eq(calls, 1);
		channel_unref(c);
	}
}
END_TEST

START_TEST(first_reason_stays)
{
	struct channel *c = channel_new(10, free_word);
	int calls = 0, others = 0;

	ck_assert_int_eq(channel_cancelled(c), 0);
	channel_set_cancel_hook(c, count, &calls);
	ck_assert_int_eq(calls, 0);
	channel_cancel(c, 7);
	channel_cancel(c, 8);
	ck_assert_int_eq(channel_cancelled(c), 7);
	ck_assert_int_eq(calls, 1);
	channel_set_cancel_hook(c, count, &others);
	ck_assert_int_eq(others, 1);
	channel_set_cancel_hook(c, NULL, NULL);
	ck_assert_int_eq(others, 1);
	channel_unref(c);
}
END_TEST

/*
 * A producer pushes numbered items to a consumer that sleeps until the wake
 * hook rings, while a third thread cancels at some moment. What is taken is
 * a prefix of what was pushed and the final item; every item is freed once.
 */
struct race {
	struct channel *c;
	pthread_mutex_t lock;
	pthread_cond_t bell;
	bool rung;
	_Atomic unsigned pushed; /* with success */
	_Atomic int refused;
	_Atomic int cancel_calls;
	unsigned limit;
};

static void
ring(void *arg)
{
	struct race *r = arg;

	pthread_mutex_lock(&r->lock);
	r->rung = true;
	pthread_cond_signal(&r->bell);
	pthread_mutex_unlock(&r->lock);
}

static void
note_cancel(void *arg)
{
	atomic_fetch_add(&((struct race *)arg)->cancel_calls, 1);
}

static void *
produce(void *arg)
{
	struct race *r = arg;
	unsigned i;
	int err = 0;

	channel_set_cancel_hook(r->c, note_cancel, r);
	for (i = 0; i < r->limit && err == 0; i++) {
		do
			err = channel_push(r->c, word(i, 1));
		while (err == -ENOBUFS);
		if (err == 0)
			atomic_fetch_add(&r->pushed, 1);
	}
	atomic_store(&r->refused, err);
	channel_push_final(r->c, word(atomic_load(&r->pushed), 1));
	channel_set_cancel_hook(r->c, NULL, NULL);
	channel_unref(r->c);
	return NULL;
}

static void *
cancel(void *arg)
{
	struct race *r = arg;

	/* Half-way, as far as the other threads let us see it. */
	while (atomic_load(&r->pushed) < r->limit / 2)
		sched_yield();
	channel_cancel(r->c, 3);
	channel_unref(r->c);
	return NULL;
}

static size_t
consume(struct race *r)
{
	unsigned next = 0;
	bool closed = false;

	channel_set_wake_hook(r->c, ring, r);
	while (!closed) {
		pthread_mutex_lock(&r->lock);
		while (!r->rung)
			pthread_cond_wait(&r->bell, &r->lock);
		r->rung = false;
		pthread_mutex_unlock(&r->lock);
		eat(channel_take(r->c, &closed), &next);
	}
	channel_set_wake_hook(r->c, NULL, NULL);
	return next;
}

START_TEST(stress_cancel_races_push)
{
	for (unsigned round = 0; round < 300; round++) {
		struct race r = {
			.c = channel_new(16, free_word),
			.lock = PTHREAD_MUTEX_INITIALIZER,
			.bell = PTHREAD_COND_INITIALIZER,
			.limit = 2 * round,
		};
		pthread_t producer, canceller;

		channel_ref(r.c);
		channel_ref(r.c);
		pthread_create(&producer, NULL, produce, &r);
		pthread_create(&canceller, NULL, cancel, &r);
		/* All that was pushed and the final item arrive. */
		ck_assert_uint_eq(consume(&r), atomic_load(&r.pushed) + 1);
		pthread_join(producer, NULL);
		pthread_join(canceller, NULL);
		ck_assert_int_eq(channel_cancelled(r.c), 3);
		ck_assert_int_le(atomic_load(&r.cancel_calls), 1);
		if (atomic_load(&r.refused) != 0)
			ck_assert_int_eq(atomic_load(&r.cancel_calls), 1);
		channel_unref(r.c);
	}
}
END_TEST

/* After a hook is taken out, its argument may go, whatever others do. */
static void *
push_many(void *arg)
{
	struct channel *c = arg;
	bool closed;
	unsigned next;

	for (unsigned i = 0; i < 20000; i++) {
		ck_assert_int_eq(channel_push(c, word(i, 1)), 0);
		next = i;
		eat(channel_take(c, &closed), &next);
	}
	channel_close(c);
	return NULL;
}

START_TEST(removed_hook_is_never_called)
{
	struct channel *c = channel_new(10, free_word);
	pthread_t producer;

	pthread_create(&producer, NULL, push_many, c);
	for (int i = 0; i < 20000; i++) {
		int *calls = calloc(1, sizeof(*calls));

		ck_assert_ptr_nonnull(calls);
		channel_set_wake_hook(c, count, calls);
		channel_set_wake_hook(c, NULL, NULL);
		free(calls);
	}
	pthread_join(producer, NULL);
	channel_unref(c);
}
END_TEST

UNIT_MAIN("channel", takes_all_in_order, push_table,
    final_passes_cap_and_cancellation, what_is_shared_has_an_end,
    some_are_taken_and_the_rest_waits, unref_frees_what_waits, wake_hook_calls,
    close_and_final_wake, first_reason_stays, stress_cancel_races_push,
    removed_hook_is_never_called)
