/* random_id: form, and that none comes twice, on one thread or on several. */
#include <pthread.h>
#include <string.h>

#include "system/random_id.h"
#include "unit/unit.h"

enum {
	THREADS = 4,
	EACH = 5000,
	ID_SIZE = 4 + 2 * RANDOM_ID_BYTES_MAX + 1
};

START_TEST(form)
{
	for (size_t bytes = 1; bytes <= RANDOM_ID_BYTES_MAX; bytes++) {
		char id[ID_SIZE + 1];

		memset(id, 'x', sizeof(id));
		random_id(id, 4 + 2 * bytes + 1, "req_", bytes);
		ck_assert_uint_eq(strlen(id), 4 + 2 * bytes);
		ck_assert_int_eq(memcmp(id, "req_", 4), 0);
		ck_assert_uint_eq(
		    strspn(id + 4, "0123456789abcdef"), 2 * bytes);
		ck_assert_int_eq(id[4 + 2 * bytes + 1], 'x');
	}
}
END_TEST

static void *
make_many(void *arg)
{
	char(*ids)[ID_SIZE] = arg;

	for (size_t i = 0; i < EACH; i++)
		random_id(ids[i], ID_SIZE, "req_", 12);
	return NULL;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* 96 bits: were two the same, they would not be random. */
START_TEST(none_comes_twice)
{
	static char ids[THREADS * EACH][ID_SIZE];
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, make_many, ids[i * EACH]),
		    0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	qsort(ids, THREADS * EACH, ID_SIZE, compare);
	for (size_t i = 1; i < THREADS * EACH; i++)
		ck_assert_str_ne(ids[i - 1], ids[i]);
}
END_TEST

UNIT_MAIN("random_id", form, none_comes_twice)
