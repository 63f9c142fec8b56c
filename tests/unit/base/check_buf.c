/*
 * Properties of buf: contents equal what was appended, the cap holds to the
 * byte, a failure changes nothing.
 */
#include <errno.h>
#include <string.h>

#include "base/buf.h"

#include "unit/oom.h"
#include "unit/random.h"
#include "unit/unit.h"

static void
assert_holds(const struct buf *b, const char *text)
{
	ck_assert_uint_eq(b->len, strlen(text));
	ck_assert_ptr_nonnull(b->data);
	ck_assert_str_eq(b->data, text);
}

START_TEST(empty_until_first_append)
{
	struct buf b;

	buf_init(&b, 10);
	ck_assert_ptr_null(b.data);
	ck_assert_uint_eq(b.len, 0);
	buf_reset(&b);
	buf_consume(&b, 0);
	ck_assert_ptr_null(b.data);
	ck_assert_int_eq(buf_append(&b, NULL, 0), 0);
	assert_holds(&b, "");
	buf_free(&b);
	ck_assert_ptr_null(b.data);
	ck_assert_uint_eq(b.cap, 10);
	buf_free(&b);
	buf_free(NULL);
}
END_TEST

START_TEST(appends_of_any_kind)
{
	struct buf b;

	buf_init(&b, 1000);
	ck_assert_int_eq(buf_puts(&b, "one"), 0);
	ck_assert_int_eq(buf_putc(&b, ','), 0);
	ck_assert_int_eq(buf_append(&b, "two-", 3), 0);
	assert_holds(&b, "one,two");
	ck_assert_int_eq(buf_printf(&b, ";%d%s", 3, "x"), 0);
	assert_holds(&b, "one,two;3x");
	buf_consume(&b, 4);
	assert_holds(&b, "two;3x");
	buf_truncate(&b, 3);
	assert_holds(&b, "two");
	buf_consume(&b, 3);
	assert_holds(&b, "");
	ck_assert_int_eq(buf_puts(&b, "again"), 0);
	buf_reset(&b);
	assert_holds(&b, "");
	buf_free(&b);
}
END_TEST

START_TEST(reserved_space_counts_once_committed)
{
	struct buf b;
	char *space;

	buf_init(&b, 10);
	ck_assert_int_eq(buf_reserve(&b, 5, &space), 0);
	assert_holds(&b, "");
	ck_assert_int_eq(buf_puts(&b, "ab"), 0);
	ck_assert_int_eq(buf_reserve(&b, 9, &space), -EMSGSIZE);
	ck_assert_int_eq(buf_reserve(&b, 8, &space), 0);
	memcpy(space, "cdefghij", 8);
	buf_commit(&b, 0);
	assert_holds(&b, "ab");
	ck_assert_int_eq(buf_reserve(&b, 8, &space), 0);
	memcpy(space, "cdefghij", 8);
	buf_commit(&b, 8);
	assert_holds(&b, "abcdefghij");
	buf_free(&b);
}
END_TEST

/* Whatever pieces are appended, the cap is reached exactly, never passed. */
START_TEST(cap_holds_to_the_byte)
{
	for (size_t cap = 0; cap < 300; cap++) {
		for (size_t piece = 1; piece < 20; piece++) {
			char bytes[20];
			struct buf b;

			memset(bytes, 'x', sizeof(bytes));
			buf_init(&b, cap);
			while (b.len + piece <= cap)
				ck_assert_int_eq(
				    buf_append(&b, bytes, piece), 0);
			ck_assert_int_eq(
			    buf_append(&b, bytes, piece), -EMSGSIZE);
			ck_assert_uint_eq(b.len, cap / piece * piece);
			ck_assert_int_eq(buf_append(&b, bytes, cap - b.len), 0);
			ck_assert_uint_eq(b.len, cap);
			ck_assert_int_eq(buf_putc(&b, 'x'), -EMSGSIZE);
			ck_assert_int_eq(buf_printf(&b, "%s", "x"), -EMSGSIZE);
			ck_assert_uint_eq(strlen(b.data), cap);
			ck_assert_uint_le(b.size, cap + 1);
			buf_free(&b);
		}
	}
}
END_TEST

START_TEST(no_length_overflows)
{
	struct buf b;
	char *space;

	buf_init(&b, SIZE_MAX);
	ck_assert_int_eq(buf_puts(&b, "abc"), 0);
	ck_assert_int_eq(buf_reserve(&b, SIZE_MAX, &space), -EMSGSIZE);
	ck_assert_int_eq(buf_reserve(&b, SIZE_MAX - 3, &space), -EMSGSIZE);
	ck_assert_int_eq(buf_append(&b, "", SIZE_MAX - 2), -EMSGSIZE);
	assert_holds(&b, "abc");
	buf_free(&b);
}
END_TEST

/* A model of plain arrays, and random calls. */
START_TEST(equals_a_model)
{
	enum {
		MODEL_CAP = 500
	};
	char model[MODEL_CAP];
	uint64_t seed = 1;
	size_t len = 0;
	struct buf b;

	buf_init(&b, MODEL_CAP);
	for (int step = 0; step < 20000; step++) {
		char piece[64];
		size_t n = random_below(&seed, sizeof(piece));

		memset(piece, 'a' + step % 26, sizeof(piece));
		if (random_below(&seed, 3) == 0) {
			n = n < len ? n : len;
			memmove(model, model + n, len - n);
			len -= n;
			buf_consume(&b, n);
		} else if (len + n <= MODEL_CAP) {
			memcpy(model + len, piece, n);
			len += n;
			ck_assert_int_eq(buf_append(&b, piece, n), 0);
		} else {
			ck_assert_int_eq(buf_append(&b, piece, n), -EMSGSIZE);
		}
		ck_assert_uint_eq(b.len, len);
		ck_assert_mem_eq(len > 0 ? b.data : "", model, len);
	}
	buf_free(&b);
}
END_TEST

START_TEST(steal_leaves_it_empty)
{
	struct buf b;
	size_t len = 7;
	char *s;

	buf_init(&b, 10);
	s = buf_steal(&b, &len);
	ck_assert_str_eq(s, "");
	ck_assert_uint_eq(len, 0);
	free(s);
	ck_assert_int_eq(buf_append(&b, "a\0b", 3), 0);
	s = buf_steal(&b, &len);
	ck_assert_uint_eq(len, 3);
	ck_assert_mem_eq(s, "a\0b", 4);
	free(s);
	ck_assert_ptr_null(b.data);
	ck_assert_uint_eq(b.cap, 10);
	ck_assert_int_eq(buf_puts(&b, "x"), 0);
	s = buf_steal(&b, NULL);
	ck_assert_str_eq(s, "x");
	free(s);
}
END_TEST

START_TEST(fixed_never_allocates)
{
	char storage[8];
	int results[4];
	struct buf b;

	buf_init_fixed(&b, storage, sizeof(storage));
	/* Check allocates too: no assertion while nothing may. */
	oom_left = 0;
	results[0] = buf_puts(&b, "abcd");
	results[1] = buf_printf(&b, "%s", "efgh");
	results[2] = buf_printf(&b, "%s", "efg");
	results[3] = buf_putc(&b, 'h');
	ck_assert(!oom_fired());
	ck_assert_int_eq(results[0], 0);
	ck_assert_int_eq(results[1], -EMSGSIZE);
	ck_assert_int_eq(results[2], 0);
	ck_assert_int_eq(results[3], -EMSGSIZE);
	assert_holds(&b, "abcdefg");
	ck_assert_ptr_eq(b.data, storage);
}
END_TEST

START_TEST(out_of_memory_changes_nothing)
{
	struct buf b;
	char *space, *stolen;

	buf_init(&b, 1 << 20);
	oom_left = 0;
	stolen = buf_steal(&b, NULL);
	ck_assert(oom_fired());
	ck_assert_ptr_null(stolen);
	OOM_EACH(buf_puts(&b, "abc"), ck_assert_ptr_null(b.data));
	OOM_EACH(buf_printf(&b, "%100d", 1), assert_holds(&b, "abc"));
	buf_truncate(&b, 3);
	OOM_EACH(buf_reserve(&b, 1000, &space), assert_holds(&b, "abc"));
	assert_holds(&b, "abc");
	buf_free(&b);
}
END_TEST

UNIT_MAIN("buf", empty_until_first_append, appends_of_any_kind,
    reserved_space_counts_once_committed, cap_holds_to_the_byte,
    no_length_overflows, equals_a_model, steal_leaves_it_empty,
    fixed_never_allocates, out_of_memory_changes_nothing)
