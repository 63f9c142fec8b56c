/*
 * bufw: what is written is what buf would hold; the first error sticks, and
 * nothing stays of what was written before it.
 */
#include <errno.h>

#include "base/bufw.h"

#include "unit/oom.h"
#include "unit/unit.h"

#define WRITTEN "one,two;3x"

static int
write_all(struct buf *b)
{
	struct bufw w;

	bufw_begin(&w, b);
	bufw_puts(&w, "one");
	bufw_putc(&w, ',');
	bufw_append(&w, "two-", 3);
	bufw_append(&w, NULL, 0);
	bufw_printf(&w, ";%d%s", 3, "x");
	return bufw_end(&w);
}

START_TEST(appends_of_any_kind)
{
	struct buf b;

	buf_init(&b, 100);
	ck_assert_int_eq(buf_puts(&b, "before "), 0);
	ck_assert_int_eq(write_all(&b), 0);
	ck_assert_str_eq(b.data, "before " WRITTEN);
	buf_free(&b);
}
END_TEST

START_TEST(nothing_to_write_is_no_error)
{
	struct bufw w;
	struct buf b;

	buf_init(&b, 0);
	bufw_begin(&w, &b);
	ck_assert_int_eq(bufw_end(&w), 0);
	ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(all_or_nothing_at_every_cap)
{
	size_t need = strlen(WRITTEN);

	for (size_t room = 0; room <= need; room++) {
		struct buf b;

		buf_init(&b, 1 + room);
		ck_assert_int_eq(buf_puts(&b, "x"), 0);
		ck_assert_int_eq(write_all(&b), room < need ? -EMSGSIZE : 0);
		ck_assert_str_eq(b.data, room < need ? "x" : "x" WRITTEN);
		buf_free(&b);
	}
}
END_TEST

static int
write_much(struct buf *b)
{
	struct bufw w;

	bufw_begin(&w, b);
	for (int i = 0; i < 100; i++)
		bufw_printf(&w, "%010d", i);
	return bufw_end(&w);
}

START_TEST(out_of_memory_changes_nothing)
{
	struct buf b;

	buf_init(&b, 10000);
	ck_assert_int_eq(buf_puts(&b, "x"), 0);
	OOM_EACH(write_much(&b), ck_assert_str_eq(b.data, "x"));
	ck_assert_uint_eq(b.len, 1001);
	buf_free(&b);
}
END_TEST

/* A shorter text that would fit again does not go out after the gap. */
START_TEST(the_first_error_sticks)
{
	struct bufw w;
	struct buf b;

	buf_init(&b, 5);
	bufw_begin(&w, &b);
	bufw_puts(&w, "123");
	bufw_puts(&w, "456");
	bufw_puts(&w, "7");
	bufw_putc(&w, '8');
	bufw_printf(&w, "%d", 9);
	ck_assert_str_eq(b.data, "123");
	bufw_fail(&w, -EINVAL);
	ck_assert_int_eq(w.error, -EMSGSIZE);
	ck_assert_int_eq(bufw_end(&w), -EMSGSIZE);
	ck_assert_str_eq(b.data, "");
	buf_free(&b);
}
END_TEST

START_TEST(the_error_of_another)
{
	struct bufw w;
	struct buf b;

	buf_init(&b, 100);
	bufw_begin(&w, &b);
	bufw_fail(&w, 0);
	bufw_puts(&w, "1");
	bufw_fail(&w, -EINVAL);
	bufw_fail(&w, 0);
	bufw_puts(&w, "2");
	ck_assert_str_eq(b.data, "1");
	ck_assert_int_eq(bufw_end(&w), -EINVAL);
	ck_assert_str_eq(b.data, "");
	buf_free(&b);
}
END_TEST

/* Of two on one buffer each takes back its own. */
START_TEST(writers_may_nest)
{
	struct bufw outer, inner;
	struct buf b;

	buf_init(&b, 100);
	bufw_begin(&outer, &b);
	bufw_puts(&outer, "a");
	bufw_begin(&inner, &b);
	bufw_puts(&inner, "b");
	bufw_fail(&inner, -EINVAL);
	ck_assert_int_eq(bufw_end(&inner), -EINVAL);
	bufw_puts(&outer, "c");
	ck_assert_int_eq(bufw_end(&outer), 0);
	ck_assert_str_eq(b.data, "ac");
	buf_free(&b);
}
END_TEST

UNIT_MAIN("bufw", appends_of_any_kind, nothing_to_write_is_no_error,
    all_or_nothing_at_every_cap, out_of_memory_changes_nothing,
    the_first_error_sticks, the_error_of_another, writers_may_nest)
