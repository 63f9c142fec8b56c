#include "engine/turn/app_kept.h"

#include "base/limits.h"
#include "unit/unit.h"

static struct app_kept kept;

static struct digest
digest_of(unsigned char c)
{
	struct digest d;

	memset(d.bytes, c, sizeof(d.bytes));
	return d;
}

/* Of the conversation `key`, as chat has it; the other forms are 0. */
static uint64_t
add(unsigned char key, bool waiting, size_t bytes, int64_t until)
{
	struct app_kept_entry e = { .waiting = waiting,
		.bytes = bytes,
		.until = until,
		.effort = key == 'e',
		.wishes = digest_of('w') };

	e.keys[2] = digest_of(key);
	return app_kept_add(&kept, &e);
}

static uint64_t
find(unsigned char key, unsigned char wishes, bool results, bool effort,
    enum stats_kept_miss *ret_miss)
{
	struct digest k = digest_of(key), w = digest_of(wishes);
	struct app_kept_query q = { &k, &w, results, effort };
	struct app_kept_entry *e = app_kept_find(&kept, &q, ret_miss);

	return e != NULL ? e->number : 0;
}

static const struct {
	unsigned char key, wishes;
	bool results, effort;
	unsigned char found; /* 0: none */
	enum stats_kept_miss miss;
	const char *comment;
} rows[] = {
	{ 'i', 'w', false, false, 'i', 0, "an idle one" },
	{ 'i', 'x', false, true, 'i', 0, "it takes other wishes" },
	{ 'i', 'w', true, false, 0, KEPT_MISS_NEW, "it waits for no results" },
	{ 'e', 'w', false, true, 'e', 0, "an effort, and then another" },
	{ 'e', 'w', false, false, 0, KEPT_MISS_SETTINGS,
	    "an effort cannot be unsaid" },
	{ 't', 'w', true, false, 't', 0, "a turn that waits" },
	{ 't', 'x', true, false, 0, KEPT_MISS_SETTINGS, "it keeps its wishes" },
	{ 't', 'w', false, false, 0, KEPT_MISS_NEW, "messages alone are none" },
	{ 'n', 'w', false, false, 0, KEPT_MISS_NEW, "nobody's" },
};

START_TEST(finds)
{
	uint64_t idle = add('i', false, 1, 100);
	uint64_t effort = add('e', false, 1, 100);
	uint64_t waiting = add('t', true, 1, 100);

	ck_assert(idle != 0 && effort != 0 && waiting != 0);
	ck_assert_uint_eq(kept.n_idle, 2);
	ck_assert_uint_eq(kept.n_waiting, 1);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum stats_kept_miss miss;
		uint64_t n = find(rows[i].key, rows[i].wishes, rows[i].results,
		    rows[i].effort, &miss);
		uint64_t wanted = rows[i].found == 'i' ? idle
		    : rows[i].found == 'e'             ? effort
		    : rows[i].found == 't'             ? waiting
						       : 0;

		ck_assert_msg(n == wanted, "%s", rows[i].comment);
		if (n == 0)
			ck_assert_msg(
			    miss == rows[i].miss, "%s", rows[i].comment);
	}
	app_kept_clear(&kept);
}
END_TEST

START_TEST(is_taken_once)
{
	enum stats_kept_miss miss;
	uint64_t n = add('i', false, 5, 100);

	ck_assert(app_kept_take(&kept, n));
	ck_assert(!app_kept_take(&kept, n));
	ck_assert_uint_eq(find('i', 'w', false, false, &miss), 0);
	ck_assert_uint_eq(kept.n_idle, 0);
	ck_assert_uint_eq(kept.bytes, 0);
	ck_assert_uint_ne(add('i', false, 5, 100), n);
	app_kept_clear(&kept);
}
END_TEST

static void
expect_drop(size_t most, int64_t now, uint64_t wanted,
    enum stats_kept_eviction wanted_why)
{
	enum stats_kept_eviction why;
	uint64_t n = app_kept_next_to_drop(&kept, most, now, &why);

	ck_assert_uint_eq(n, wanted);
	if (n != 0)
		ck_assert_int_eq(why, wanted_why);
}

START_TEST(the_oldest_goes_first)
{
	uint64_t a = add('a', false, 1, 100), b = add('b', true, 1, 100);
	uint64_t c = add('c', false, 1, 100);

	expect_drop(3, 0, 0, 0);
	expect_drop(2, 0, a, KEPT_EVICTED_COUNT);
	expect_drop(2, 0, 0, 0);
	expect_drop(0, 0, b, KEPT_EVICTED_COUNT);
	expect_drop(0, 0, c, KEPT_EVICTED_COUNT);
	expect_drop(0, 0, 0, 0);
	ck_assert_uint_eq(kept.bytes, 0);
}
END_TEST

START_TEST(bytes_are_bounded)
{
	uint64_t a = add('a', false, LIMIT_KEPT / 2, 100);
	uint64_t b = add('b', false, LIMIT_KEPT / 2, 100);

	expect_drop(9, 0, 0, 0);
	ck_assert_uint_ne(add('c', false, 1, 100), 0);
	expect_drop(9, 0, a, KEPT_EVICTED_BYTES);
	expect_drop(9, 0, 0, 0);
	ck_assert(app_kept_take(&kept, b));
	app_kept_clear(&kept);
}
END_TEST

START_TEST(time_is_bounded)
{
	uint64_t a = add('a', false, 1, 100), b = add('b', false, 1, 50);

	expect_drop(9, 49, 0, 0);
	expect_drop(9, 50, b, KEPT_EVICTED_TIME);
	expect_drop(9, 99, 0, 0);
	expect_drop(9, 100, a, KEPT_EVICTED_TIME);
}
END_TEST

START_TEST(doomed_is_found_by_nobody)
{
	struct digest k = digest_of('a'), w = digest_of('w');
	struct app_kept_query q = { &k, &w, false, false };
	enum stats_kept_miss miss;
	uint64_t n = add('a', false, 7, 100);

	app_kept_doom(
	    &kept, app_kept_find(&kept, &q, &miss), KEPT_EVICTED_BUSY);
	ck_assert_uint_eq(kept.n_idle, 0);
	ck_assert_uint_eq(kept.bytes, 0);
	ck_assert_ptr_null(app_kept_find(&kept, &q, &miss));
	ck_assert(!app_kept_take(&kept, n));
	expect_drop(9, 0, n, KEPT_EVICTED_BUSY);
	expect_drop(9, 0, 0, 0);
	ck_assert_uint_eq(kept.bytes, 0);
}
END_TEST

UNIT_MAIN("app_kept", finds, is_taken_once, the_oldest_goes_first,
    bytes_are_bounded, time_is_bounded, doomed_is_found_by_nobody)
