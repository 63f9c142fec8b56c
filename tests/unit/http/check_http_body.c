/* http_body: bodies within their own cap and within what all may hold. */
#include <errno.h>
#include <string.h>

#include "http/http_body.h"
#include "thread/thread.h"

#include "unit/unit.h"

enum {
	THREADS = 4,
	ROUNDS = 2000,
	PIECE = 10
};

START_TEST(each_keeps_to_its_cap)
{
	struct http_bodies all = { .max = 100 };
	struct http_body b;

	http_body_init(&b, &all, 5);
	ck_assert_int_eq(http_body_append(&b, "abc", 3), 0);
	ck_assert_int_eq(http_body_append(&b, "def", 3), -EMSGSIZE);
	ck_assert_uint_eq(all.held, 3);
	ck_assert_int_eq(http_body_append(&b, "de", 2), 0);
	ck_assert_str_eq(b.bytes.data, "abcde");
	http_body_free(&b);
	ck_assert_uint_eq(all.held, 0);
}
END_TEST

START_TEST(all_keep_to_theirs)
{
	struct http_bodies all = { .max = 10 };
	struct http_body a, b;

	http_body_init(&a, &all, 100);
	http_body_init(&b, &all, 100);
	ck_assert_int_eq(http_body_append(&a, "123456", 6), 0);
	ck_assert_int_eq(http_body_append(&b, "12345", 5), -ENOSPC);
	ck_assert(http_bodies_have_room(&all, 4));
	ck_assert(!http_bodies_have_room(&all, 5));
	ck_assert(!http_bodies_have_room(&all, SIZE_MAX));
	ck_assert_int_eq(http_body_append(&b, "1234", 4), 0);
	ck_assert_uint_eq(all.held, 10);
	http_body_free(&a);
	http_body_free(&a);
	ck_assert_uint_eq(all.held, 4);
	http_body_free(&b);
	ck_assert_uint_eq(all.held, 0);
}
END_TEST

START_TEST(a_moved_body_takes_its_share_along)
{
	struct http_bodies all = { .max = 10 };
	struct http_body from, to;

	http_body_init(&from, &all, 8);
	ck_assert_int_eq(http_body_append(&from, "123456", 6), 0);
	http_body_move(&to, &from);
	http_body_free(&from);
	ck_assert_uint_eq(all.held, 6);
	ck_assert_str_eq(to.bytes.data, "123456");
	ck_assert_int_eq(http_body_append(&to, "789", 3), -EMSGSIZE);
	http_body_free(&to);
	ck_assert_uint_eq(all.held, 0);
}
END_TEST

/* Never over the bound, and nothing left, whoever comes first. */
static void *
fill_and_free(void *arg)
{
	struct http_bodies *all = arg;
	size_t over = 0;

	for (int i = 0; i < ROUNDS; i++) {
		struct http_body b;

		http_body_init(&b, all, SIZE_MAX / 2);
		while (http_body_append(&b, "0123456789", PIECE) == 0)
			over += b.bytes.len > all->max;
		http_body_free(&b);
	}
	return over == 0 ? NULL : arg;
}

START_TEST(threads_share_the_count)
{
	struct http_bodies all = { .max = 100 };
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    thread_start(&threads[i], fill_and_free, &all, "f"), 0);
	for (int i = 0; i < THREADS; i++) {
		void *wrong;

		pthread_join(threads[i], &wrong);
		ck_assert_ptr_null(wrong);
	}
	ck_assert_uint_eq(all.held, 0);
}
END_TEST

UNIT_MAIN("http_body", each_keeps_to_its_cap, all_keep_to_theirs,
    a_moved_body_takes_its_share_along, threads_share_the_count)
