#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>

#include "unit/oom.h"
#include "unit/random.h"
#include "unit/unit.h"

enum {
	CAP = 1 << 20,
	PIECES = 2000
};

static bool
is_all(char byte, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] != byte)
			return false;
	}
	return true;
}

/* Pieces of all sizes, arrays and texts in turn: none touches another. */
START_TEST(pieces_are_apart)
{
	uint64_t rnd = 7;
	static char *pieces[PIECES];
	static size_t lens[PIECES];
	struct arena a;

	arena_init(&a, SIZE_MAX);
	for (size_t i = 0; i < PIECES; i++) {
		size_t len = random_below(&rnd, i % 50 == 0 ? 100000 : 200);
		struct text copy;
		char byte = (char)i;

		lens[i] = len;
		if (i % 2 == 0) {
			pieces[i] = arena_array(&a, len, 1);
			ck_assert_ptr_nonnull(pieces[i]);
			ck_assert(is_all(0, pieces[i], len));
			ck_assert_uint_eq(
			    (uintptr_t)pieces[i] % alignof(max_align_t), 0);
		} else {
			char *text = calloc(1, len + 1);

			ck_assert_int_eq(
			    arena_text(&a, (struct text){ text, len }, &copy),
			    0);
			free(text);
			ck_assert_uint_eq(copy.len, len);
			ck_assert_int_eq(copy.s[len], '\0');
			pieces[i] = (char *)(uintptr_t)copy.s;
		}
		memset(pieces[i], byte, len);
	}
	for (size_t i = 0; i < PIECES; i++)
		ck_assert(is_all((char)i, pieces[i], lens[i]));
	arena_free(&a);
	ck_assert_uint_eq(arena_held(&a), 0);
}
END_TEST

START_TEST(texts_are_copied_whole)
{
	struct text t = { "a\0b", 3 }, none = { NULL, 0 };
	struct arena a;

	arena_init(&a, CAP);
	ck_assert_int_eq(arena_text(&a, t, &t), 0);
	ck_assert(text_equal(t, (struct text){ "a\0b", 3 }));
	ck_assert_int_eq(arena_text(&a, none, &none), 0);
	ck_assert_ptr_nonnull(none.s);
	ck_assert_int_eq(none.s[0], '\0');
	arena_free(&a);
}
END_TEST

START_TEST(it_holds_no_more_than_its_cap)
{
	struct text t = { NULL, 0 };
	struct arena a;
	size_t n = 0;

	arena_init(&a, CAP);
	while (arena_array(&a, 100, 1) != NULL)
		n++;
	ck_assert_uint_le(arena_held(&a), CAP);
	/* Little of it is lost, and what does not fit is refused. */
	ck_assert_uint_gt(n * 112, CAP * 9 / 10);
	ck_assert_ptr_null(arena_array(&a, CAP, 1));
	ck_assert_ptr_null(arena_array(&a, SIZE_MAX / 2, 3));
	t.len = SIZE_MAX;
	ck_assert_int_eq(arena_text(&a, t, &t), -ENOMEM);
	arena_free(&a);
	arena_init(&a, 0);
	ck_assert_ptr_null(arena_array(&a, 1, 1));
	arena_free(&a);
}
END_TEST

/* Small things need not much more than they are. */
START_TEST(its_cap_can_be_raised)
{
	struct arena a;

	arena_init(&a, 1000);
	ck_assert_ptr_null(arena_array(&a, 2000, 1));
	arena_raise(&a, 2000);
	ck_assert_ptr_nonnull(arena_array(&a, 2000, 1));
	ck_assert_ptr_null(arena_array(&a, 2000, 1));
	arena_raise(&a, SIZE_MAX);
	ck_assert_ptr_nonnull(arena_array(&a, 2000, 1));
	arena_free(&a);
}
END_TEST

START_TEST(little_is_wasted)
{
	struct text t = { "0123456789abcde", 15 }, copy;
	struct arena a;
	int rc = 0;

	arena_init(&a, SIZE_MAX);
	for (int i = 0; i < 100000; i++)
		rc |= arena_text(&a, t, &copy);
	ck_assert_int_eq(rc, 0);
	ck_assert_uint_lt(arena_held(&a), 100000 * 16 * 5 / 4);
	arena_free(&a);
}
END_TEST

static int
take_all(void)
{
	struct text t = { "text", 4 };
	struct arena a;
	int rc = 0;

	arena_init(&a, CAP);
	for (int i = 0; rc == 0 && i < 100; i++) {
		rc = arena_text(&a, t, &t);
		if (rc == 0 && arena_array(&a, 50, 8) == NULL)
			rc = -ENOMEM;
	}
	if (rc == 0 && arena_array(&a, 1, 100000) == NULL)
		rc = -ENOMEM;
	arena_free(&a);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	OOM_EACH(take_all(), (void)0);
}
END_TEST

START_TEST(words_are_compared_whole)
{
	ck_assert(text_is((struct text){ "user", 4 }, "user"));
	ck_assert(!text_is((struct text){ "user\0x", 6 }, "user"));
	ck_assert(!text_is((struct text){ "use", 3 }, "user"));
	ck_assert(text_is((struct text){ NULL, 0 }, ""));
}
END_TEST

UNIT_MAIN("arena", pieces_are_apart, texts_are_copied_whole,
    it_holds_no_more_than_its_cap, its_cap_can_be_raised, little_is_wasted,
    out_of_memory_is_told, words_are_compared_whole)
