/*
 * store: ops run in their order on its thread; who leaves first frees nothing
 * that runs; what waits to be kept is bounded; the end finishes what is
 * queued.
 */
#include "store/store.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "system/log.h"

#include "unit/oom.h"
#include "unit/scratch.h"
#include "unit/unit.h"

static struct store *store;
static sem_t begun, go_on, woken;
static atomic_int freed;
static char error[STORE_ERROR_MAX];

static void
start(const char *path)
{
	log_silence();
	ck_assert_msg(
	    store_start(path, LIMIT_MIB, &store, error) == 0, "%s", error);
	sem_init(&begun, 0, 0);
	sem_init(&go_on, 0, 0);
	sem_init(&woken, 0, 0);
}

/* An op that looks for an item. */
struct look {
	struct store_op op;
	const char *id;
	int rc;
};

static void
look(struct store_op *op, struct store_db *db)
{
	struct look *l = CONTAINER_OF(op, struct look, op);
	struct store_rows rows;

	store_rows_init(&rows, LIMIT_MIB);
	l->rc = store_answers_item(db, text_of("me"), text_of(l->id), &rows);
	store_rows_free(&rows);
}

static void
run_until_told(struct store_op *op, struct store_db *db)
{
	(void)op;
	(void)db;
	sem_post(&begun);
	sem_wait(&go_on);
}

static void
count_free(struct store_op *op)
{
	(void)op;
	atomic_fetch_add(&freed, 1);
}

static void
post(void *arg)
{
	sem_post(arg);
}

static void
keep(const char *id, size_t body)
{
	char *text = calloc(1, body + 1);
	char in[32];
	struct store_item item = { .json = text_of("{}") };
	struct store_answer a = { .owner = text_of("me"),
		.id = text_of(id),
		.items = &item,
		.n_items = 1 };

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', body);
	a.body = (struct text){ text, body };
	snprintf(in, sizeof(in), "%s-in", id);
	item.id = text_of(in);
	store_keep(store, &a);
	memset(text, 0, body);
	memset(in, 0, sizeof(in));
	free(text);
}

static int
found(const char *id)
{
	struct look l = { .id = id };

	store_op_init(&l.op, look, count_free);
	ck_assert_int_eq(store_submit(store, &l.op, post, &woken), 0);
	sem_wait(&woken);
	ck_assert(store_is_done(store, &l.op));
	store_leave(store, &l.op);
	return l.rc;
}

START_TEST(what_was_kept_is_found_at_once)
{
	char id[16];

	start(NULL);
	for (int i = 0; i < 100; i++) {
		snprintf(id, sizeof(id), "r%d", i);
		keep(id, 1000);
		snprintf(id, sizeof(id), "r%d-in", i);
		ck_assert_int_eq(found(id), 0);
	}
	ck_assert_uint_eq(counter_get(&store_counts(store)->kept), 100);
	ck_assert_int_eq(found("other"), -ENOENT);
	store_free(store);
}
END_TEST

START_TEST(what_waits_is_bounded)
{
	struct store_op slow;
	const size_t body = LIMIT_MIB / 2;
	const unsigned fit = (unsigned)(LIMIT_STORE_BACKLOG / LIMIT_MIB);
	const struct store_counts *counts;

	start(NULL);
	counts = store_counts(store);
	store_op_init(&slow, run_until_told, count_free);
	ck_assert_int_eq(store_submit(store, &slow, post, &woken), 0);
	sem_wait(&begun);
	for (unsigned i = 0; i < 3 * fit; i++) {
		char id[16];

		snprintf(id, sizeof(id), "r%u", i);
		keep(id, body);
	}
	ck_assert_uint_ge(counter_get(&counts->dropped), fit);
	ck_assert_uint_le(counter_get(&counts->dropped), fit + 2);
	sem_post(&go_on);
	sem_wait(&woken);
	store_leave(store, &slow);
	/* It takes answers again once those are kept. */
	ck_assert_int_eq(found("r0-in"), -ENOENT);
	keep("later", 10);
	ck_assert_int_eq(found("later-in"), 0);
	store_free(store);
}
END_TEST

START_TEST(who_leaves_first_frees_nothing_that_runs)
{
	struct store_op slow;
	struct look queued = { .id = "a" };

	start(NULL);
	store_op_init(&slow, run_until_told, count_free);
	store_op_init(&queued.op, look, count_free);
	ck_assert_int_eq(store_submit(store, &slow, post, &woken), 0);
	sem_wait(&begun);
	ck_assert_int_eq(store_submit(store, &queued.op, post, &woken), 0);
	store_leave(store, &queued.op);
	store_leave(store, &slow);
	ck_assert_int_eq(freed, 0);
	sem_post(&go_on);
	store_free(store);
	ck_assert_int_eq(freed, 2);
	ck_assert_int_ne(sem_trywait(&woken), 0);
}
END_TEST

START_TEST(the_end_finishes_what_is_queued)
{
	struct store_op slow;
	struct look l = { .id = "b-in" };

	scratch_make();
	start(scratch_path("store"));
	store_op_init(&slow, run_until_told, count_free);
	ck_assert_int_eq(store_submit(store, &slow, post, &woken), 0);
	sem_wait(&begun);
	keep("a", 10);
	/* Who waits is told; what is to be kept is taken all the same. */
	store_quiet(store);
	sem_wait(&woken);
	ck_assert(!store_is_done(store, &slow));
	ck_assert(store_is_quiet(store));
	store_op_init(&l.op, look, count_free);
	ck_assert_int_eq(store_submit(store, &l.op, post, &woken), -EPIPE);
	store_leave(store, &l.op);
	store_leave(store, &slow);
	keep("b", 10);
	sem_post(&go_on);
	store_free(store);
	ck_assert_int_eq(freed, 2);
	start(scratch_path("store"));
	ck_assert_int_eq(found("a-in"), 0);
	ck_assert_int_eq(found("b-in"), 0);
	store_free(store);
	scratch_remove();
}
END_TEST

START_TEST(a_store_of_nothing_keeps_nothing)
{
	ck_assert_int_eq(store_start(NULL, 0, &store, error), 0);
	sem_init(&woken, 0, 0);
	keep("a", 10);
	ck_assert_int_eq(found("a-in"), -ENOENT);
	ck_assert_uint_eq(counter_get(&store_counts(store)->dropped), 0);
	store_free(store);
}
END_TEST

/* An answer for which there is no memory is dropped, and counted. */
START_TEST(memory_runs_out)
{
	bool fired = true;

	start(NULL);
	ck_assert_int_eq(found("a-in"), -ENOENT);
	for (long n = 0; fired; n++) {
		uint64_t before = counter_get(&store_counts(store)->dropped);
		struct store_item item = { text_of("i"), text_of("{}"), false };
		struct store_answer a = { .owner = text_of("me"),
			.id = text_of("a"),
			.items = &item,
			.n_items = 1 };

		oom_left = n;
		store_keep(store, &a);
		fired = oom_fired();
		ck_assert_uint_eq(
		    counter_get(&store_counts(store)->dropped) - before, fired);
		ck_assert_int_lt(n, 100);
	}
	ck_assert_int_eq(found("i"), 0);
	store_free(store);
}
END_TEST

UNIT_MAIN("store", what_was_kept_is_found_at_once, what_waits_is_bounded,
    who_leaves_first_frees_nothing_that_runs, the_end_finishes_what_is_queued,
    a_store_of_nothing_keeps_nothing, memory_runs_out)
