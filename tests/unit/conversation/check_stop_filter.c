#include "unit/unit.h"

#include <string.h>

#include "conversation/stop_filter.h"
#include "unit/oom.h"
#include "unit/random.h"

enum {
	OUT_CAP = 4096
};

/* What the first stop string leaves of a whole text. */
static size_t
cut_of(const char *text, size_t len, const struct text *stop, size_t n)
{
	size_t cut = len;

	for (size_t at = 0; at < cut; at++) {
		for (size_t i = 0; i < n; i++) {
			if (stop[i].len <= len - at &&
			    memcmp(text + at, stop[i].s, stop[i].len) == 0)
				cut = at;
		}
	}
	return cut;
}

static bool
begins_a_stop(const char *text, size_t len, const struct text *stop, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (len < stop[i].len && memcmp(text, stop[i].s, len) == 0)
			return true;
	}
	return len == 0;
}

static const struct {
	const char *stop[STOP_FILTER_STRINGS];
	const char *text; /* pieces are separated by '|' */
	const char *out; /* what has been let through after each piece */
	bool stopped;
	const char *comment;
} cases[] = {
	{ { NULL }, "a|b", "a|b|", false, "no stop strings" },
	{ { "END" }, "abc|d", "abc|d|", false, "none there" },
	{ { "END" }, "abENDcd|e", "ab||", true, "in one piece" },
	{ { "END" }, "abE|N|Dcd", "ab|||", true, "in pieces" },
	{ { "END" }, "abE|N|cd", "ab||ENcd|", false, "not one after all" },
	{ { "END" }, "abEN", "ab|EN", false, "the text ends in the middle" },
	{ { "END" }, "END", "|", true, "nothing is left" },
	{ { "aab" }, "a|a|a|b", "||a||", true, "begins again inside itself" },
	{ { "b", "abc" }, "xab", "x|a", true,
	    "a longer one that began earlier does not come" },
	{ { "b", "abc" }, "xab|c", "x||", true, "and here it does" },
	{ { "bc", "abx" }, "abc|d", "a||", true, "decided at once" },
	{ { "ab", "abc" }, "xab", "x|", true, "both begin at one place" },
	{ { "\n\n", "\nUser:" }, "a\n|User", "a||\nUser", false,
	    "two that may begin" },
	{ { "\xe2\x82\xac" },
	    "a\xe2\x82\xac"
	    "b",
	    "a|", true, "a character of three bytes" },
	{ { "1", "2", "3", "4" }, "a4b", "a|", true, "the fourth counts" },
};

static size_t
stops_of(size_t i, struct text stop[STOP_FILTER_STRINGS])
{
	size_t n = 0;

	while (n < STOP_FILTER_STRINGS && cases[i].stop[n] != NULL) {
		stop[n] = (struct text){ cases[i].stop[n],
			strlen(cases[i].stop[n]) };
		n++;
	}
	return n;
}

START_TEST(examples)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct text stop[STOP_FILTER_STRINGS];
		size_t n = stops_of(i, stop);
		const char *at = cases[i].text;
		struct stop_filter f;
		struct buf out;

		buf_init(&out, OUT_CAP);
		stop_filter_init(&f, stop, n);
		for (;;) {
			size_t len = strcspn(at, "|");

			ck_assert_int_eq(
			    stop_filter_feed(&f, at, len, &out), 0);
			ck_assert_int_eq(buf_putc(&out, '|'), 0);
			if (at[len] == '\0')
				break;
			at += len + 1;
		}
		ck_assert_int_eq(stop_filter_finish(&f, &out), 0);
		ck_assert_msg(strcmp(out.data, cases[i].out) == 0, "%s: \"%s\"",
		    cases[i].comment, out.data);
		ck_assert_msg(
		    f.stopped == cases[i].stopped, "%s", cases[i].comment);
		stop_filter_free(&f);
		buf_free(&out);
	}
}
END_TEST

/* A text over a small alphabet, so that stop strings often nearly match. */
static size_t
random_text(uint64_t *seed, char *text, size_t min, size_t max)
{
	size_t len = min + random_below(seed, max - min + 1);

	for (size_t i = 0; i < len; i++)
		text[i] = (char)('a' + random_below(seed, 3));
	return len;
}

struct sample {
	char text[40];
	size_t len;
	char strings[STOP_FILTER_STRINGS][6];
	struct text stop[STOP_FILTER_STRINGS];
	size_t n;
	size_t cut;
};

static void
make_sample(uint64_t *seed, struct sample *s)
{
	s->len = random_text(seed, s->text, 0, sizeof(s->text));
	s->n = 1 + random_below(seed, STOP_FILTER_STRINGS);
	for (size_t i = 0; i < s->n; i++)
		s->stop[i] = (struct text){ s->strings[i],
			random_text(seed, s->strings[i], 2, 6) };
	s->cut = cut_of(s->text, s->len, s->stop, s->n);
}

static void
check_sample(uint64_t *seed, const struct sample *s)
{
	struct stop_filter f;
	struct buf out;
	size_t fed = 0;

	buf_init(&out, OUT_CAP);
	stop_filter_init(&f, s->stop, s->n);
	while (fed < s->len) {
		size_t piece = random_below(seed, 5);

		if (piece > s->len - fed)
			piece = s->len - fed;
		/* Check notes each of its assertions in a file. */
		if (stop_filter_feed(&f, s->text + fed, piece, &out) != 0)
			ck_abort_msg("it takes no more");
		fed += piece;
		if (out.len > s->cut)
			ck_abort_msg("a part of a stop string, or behind one");
		if (!f.stopped &&
		    !begins_a_stop(
			s->text + out.len, fed - out.len, s->stop, s->n))
			ck_abort_msg("more is held back than needed");
	}
	ck_assert_int_eq(stop_filter_finish(&f, &out), 0);
	ck_assert_uint_eq(out.len, s->cut);
	if (s->cut > 0)
		ck_assert_mem_eq(out.data, s->text, s->cut);
	ck_assert_int_eq(f.stopped, s->cut < s->len);
	stop_filter_free(&f);
	buf_free(&out);
}

START_TEST(any_pieces_give_the_same)
{
	uint64_t seed = 4711;
	unsigned cut = 0;

	for (unsigned i = 0; i < 50000; i++) {
		struct sample s;

		make_sample(&seed, &s);
		check_sample(&seed, &s);
		cut += s.cut < s.len;
	}
	/* Both outcomes were tried. */
	ck_assert_uint_gt(cut, 5000);
	ck_assert_uint_lt(cut, 45000);
}
END_TEST

START_TEST(swallows_all_behind_the_stop)
{
	struct text stop = { "b", 1 };
	struct stop_filter f;
	struct buf out;

	buf_init(&out, OUT_CAP);
	stop_filter_init(&f, &stop, 1);
	ck_assert_int_eq(stop_filter_feed(&f, "ab", 2, &out), 0);
	ck_assert_int_eq(stop_filter_feed(&f, "more", 4, &out), 0);
	ck_assert_int_eq(stop_filter_finish(&f, &out), 0);
	ck_assert_str_eq(out.data, "a");
	ck_assert_uint_eq(f.held.len, 0);
	stop_filter_free(&f);
	buf_free(&out);
}
END_TEST

static const struct text long_stop = { "0123456789012345678901234567890123"
				       "456789012345678901234567890123456",
	67 };

static int
feed_twice(struct stop_filter *f, struct buf *out)
{
	int rc = stop_filter_feed(f, long_stop.s, 66, out);

	return rc != 0 ? rc : stop_filter_feed(f, "xyz", 3, out);
}

static int
filter_once(struct buf *out)
{
	struct stop_filter f;
	int rc;

	stop_filter_init(&f, &long_stop, 1);
	rc = feed_twice(&f, out);
	stop_filter_free(&f);
	return rc;
}

START_TEST(out_of_memory_lets_nothing_through)
{
	struct buf out;

	buf_init(&out, OUT_CAP);
	OOM_EACH(filter_once(&out), ck_assert_uint_eq(out.len, 0));
	ck_assert_uint_eq(out.len, 69);
	buf_free(&out);
}
END_TEST

/* A piece that did not fit may be fed again. */
START_TEST(a_piece_is_taken_in_whole_or_not)
{
	struct text stop = { "xy", 2 };
	struct stop_filter f;
	struct buf out;

	buf_init(&out, 4);
	stop_filter_init(&f, &stop, 1);
	ck_assert_int_eq(stop_filter_feed(&f, "abx", 3, &out), 0);
	ck_assert_int_eq(stop_filter_feed(&f, "abcd", 4, &out), -EMSGSIZE);
	ck_assert_str_eq(out.data, "ab");
	ck_assert_int_eq(stop_filter_feed(&f, "z", 1, &out), 0);
	ck_assert_str_eq(out.data, "abxz");
	stop_filter_free(&f);
	buf_free(&out);
}
END_TEST

UNIT_MAIN("stop_filter", examples, any_pieces_give_the_same,
    swallows_all_behind_the_stop, out_of_memory_lets_nothing_through,
    a_piece_is_taken_in_whole_or_not)
