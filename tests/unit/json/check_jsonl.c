/*
 * jsonl: the lines and the result do not depend on how the bytes arrive.
 * Each case is fed whole, byte by byte, in two pieces cut at every place, in
 * three cut at every two, and in random ones.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "json/jsonl.h"

#include "unit/oom.h"
#include "unit/random.h"
#include "unit/unit.h"

enum {
	MAX_LINE = 8
};

#define LITERAL(s) s, sizeof(s) - 1

static const struct split_case {
	const char *bytes;
	size_t len;
	const char *lines; /* each ended by "|" */
	int result;
	const char *comment;
	const char *passed_over; /* lines over the cap as "<length>" */
} cases[] = {
	{ LITERAL(""), "", 0, "nothing", NULL },
	{ LITERAL("a\nbc\n"), "a|bc|", 0, "two lines", NULL },
	{ LITERAL("a\nbc"), "a|bc|", 0, "no newline at the end", NULL },
	{ LITERAL("a\r\nbc\r\n"), "a|bc|", 0, "CRLF", NULL },
	{ LITERAL("a\r"), "a|", 0, "CR at the very end", NULL },
	{ LITERAL("\n\n\r\na\n\n"), "a|", 0, "empty lines", NULL },
	{ LITERAL("\r\n\r"), "", 0, "nothing but ends", NULL },
	{ LITERAL("a\rb\n"), "a\rb|", 0, "CR inside", NULL },
	{ LITERAL("a\r\r\n"), "a\r|", 0, "two CRs", NULL },
	{ LITERAL("12345678\n"), "12345678|", 0, "at the cap", NULL },
	{ LITERAL("12345678\r\n"), "12345678|", 0, "at the cap, CRLF", NULL },
	{ LITERAL("12345678"), "12345678|", 0, "at the cap, no newline", NULL },
	{ LITERAL("a\n123456789\nb"), "a|", -EMSGSIZE, "over the cap",
	    "a|<9>b|" },
	{ LITERAL("123456789\r\n"), "", -EMSGSIZE, "over the cap, CRLF",
	    "<10>" },
	{ LITERAL("123456789"), "", -EMSGSIZE, "over the cap, no newline",
	    "<9>" },
	{ LITERAL("12345678\r\r\n"), "", -EMSGSIZE, "over by a CR", "<10>" },
	{ LITERAL("12345678\rx\n"), "", -EMSGSIZE, "CR inside, over it",
	    "<10>" },
	{ LITERAL("1234567\rx\n"), "", -EMSGSIZE, "CR inside, just over",
	    "<9>" },
	{ LITERAL("a\n1234567890123456789012345678901234567890"), "a|",
	    -EMSGSIZE, "far over the cap", "a|<40>" },
};

static int
collect(void *arg, const char *line, size_t len)
{
	struct buf *lines = arg;

	ck_assert_uint_gt(len, 0);
	ck_assert_uint_le(len, MAX_LINE);
	ck_assert_int_eq(buf_append(lines, line, len), 0);
	ck_assert_int_eq(buf_putc(lines, '|'), 0);
	return 0;
}

static int
collect_long(void *arg, const struct jsonl_long *line)
{
	struct buf *lines = arg;

	ck_assert_uint_gt(line->len, MAX_LINE);
	ck_assert_uint_eq(line->n_head, line->len);
	ck_assert_uint_eq(line->n_tail, line->len);
	ck_assert_mem_eq(line->head, line->tail, line->len);
	ck_assert_int_eq(buf_printf(lines, "<%zu>", line->len), 0);
	return 0;
}

/* Feeds `c` in pieces that end at the `n` places `cuts`. */
static void
check_feed(
    const struct split_case *c, const size_t *cuts, size_t n, bool passes_over)
{
	bool as_it_is = !passes_over || c->passed_over == NULL;
	int result = as_it_is ? c->result : 0;
	struct buf lines;
	struct jsonl j;
	size_t at = 0;
	int r = 0;

	buf_init(&lines, 1000);
	ck_assert_int_eq(buf_puts(&lines, ""), 0);
	jsonl_init(&j, MAX_LINE);
	if (passes_over)
		jsonl_on_long(&j, collect_long);
	for (size_t i = 0; i <= n && r == 0; i++) {
		size_t end = i < n ? cuts[i] : c->len;
		/* A block of its own, so that ASan sees a read past it. */
		char *piece = malloc(end - at + 1);

		ck_assert_ptr_nonnull(piece);
		memcpy(piece + 1, c->bytes + at, end - at);
		r = jsonl_feed(&j, piece + 1, end - at, collect, &lines);
		free(piece);
		at = end;
	}
	if (r == 0)
		r = jsonl_finish(&j, collect, &lines);
	ck_assert_msg(r == result &&
		strcmp(lines.data, as_it_is ? c->lines : c->passed_over) == 0,
	    "%s: %d, %s", c->comment, r, lines.data);
	jsonl_free(&j);
	buf_free(&lines);
}

static void
check_pieces(const struct split_case *c, const size_t *cuts, size_t n)
{
	check_feed(c, cuts, n, false);
	check_feed(c, cuts, n, true);
}

START_TEST(whatever_the_pieces)
{
	uint64_t seed = 7;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct split_case *c = &cases[i];
		size_t cuts[64];

		check_pieces(c, NULL, 0);
		for (size_t a = 0; a <= c->len; a++)
			for (size_t b = a; b <= c->len; b++)
				check_pieces(c, (size_t[]){ a, b }, 2);
		for (size_t a = 0; a < c->len; a++)
			cuts[a] = a;
		check_pieces(c, cuts, c->len);
		for (int round = 0; round < 100; round++) {
			size_t n = 0;

			for (size_t a = 0; a < c->len; a++)
				if (random_below(&seed, 3) == 0)
					cuts[n++] = a;
			check_pieces(c, cuts, n);
		}
	}
}
END_TEST

struct stopper {
	int calls, stop_at, result;
};

static int
stop(void *arg, const char *line, size_t len)
{
	struct stopper *s = arg;

	(void)line;
	(void)len;
	return ++s->calls == s->stop_at ? s->result : 0;
}

START_TEST(callback_stops_the_feed)
{
	static const int results[] = { -ECANCELED, 1 };

	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		struct stopper s = { 0, 2, results[i] };
		struct jsonl j;

		jsonl_init(&j, MAX_LINE);
		ck_assert_int_eq(
		    jsonl_feed(&j, "a\nb\nc\n", 6, stop, &s), results[i]);
		ck_assert_int_eq(s.calls, 2);
		jsonl_free(&j);

		s = (struct stopper){ 0, 1, results[i] };
		jsonl_init(&j, MAX_LINE);
		ck_assert_int_eq(jsonl_feed(&j, "a", 1, stop, &s), 0);
		ck_assert_int_eq(jsonl_finish(&j, stop, &s), results[i]);
		ck_assert_int_eq(s.calls, 1);
		jsonl_free(&j);
		jsonl_free(NULL);
	}
}
END_TEST

static int
same_place(void *arg, const char *line, size_t len)
{
	(void)len;
	ck_assert_ptr_eq(line, arg);
	return 0;
}

START_TEST(whole_lines_are_not_copied)
{
	char bytes[] = "abc\n";
	struct jsonl j;

	jsonl_init(&j, MAX_LINE);
	ck_assert_int_eq(jsonl_feed(&j, bytes, 4, same_place, bytes), 0);
	ck_assert_ptr_null(j.partial.data);
	jsonl_free(&j);
}
END_TEST

/* One huge line must not hold its memory for ever. */
START_TEST(memory_is_given_back)
{
	static char big[1 << 20];
	struct stopper s = { 0, 2, 1 };
	struct jsonl j;

	memset(big, 'x', sizeof(big));
	jsonl_init(&j, 2 * sizeof(big));
	ck_assert_int_eq(jsonl_feed(&j, big, sizeof(big), stop, &s), 0);
	ck_assert_int_eq(jsonl_feed(&j, "\n", 1, stop, &s), 0);
	ck_assert_int_eq(s.calls, 1);
	ck_assert_ptr_null(j.partial.data);
	jsonl_free(&j);
}
END_TEST

/* A letter: no newline is among them. */
static char
byte_at(size_t i)
{
	return (char)('A' + i % 53);
}

static int
see_ends(void *arg, const struct jsonl_long *line)
{
	ck_assert_uint_eq(line->len, 3000);
	ck_assert_uint_eq(line->n_head, JSONL_END);
	ck_assert_uint_eq(line->n_tail, JSONL_END);
	for (size_t i = 0; i < JSONL_END; i++) {
		ck_assert_int_eq(line->head[i], byte_at(i));
		ck_assert_int_eq(line->tail[i], byte_at(3000 - JSONL_END + i));
	}
	*(int *)arg += 1;
	return 0;
}

/* Whatever the pieces; and its memory is not held meanwhile. */
START_TEST(of_a_long_line_the_ends_are_kept)
{
	static const size_t pieces[] = { 1, 7, 100, 511, 513, 1100, 3000 };

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		char line[3000];
		struct jsonl j;
		int seen = 0;

		for (size_t k = 0; k < sizeof(line); k++)
			line[k] = byte_at(k);
		jsonl_init(&j, 1000);
		jsonl_on_long(&j, see_ends);
		for (size_t at = 0; at < sizeof(line); at += pieces[i]) {
			size_t n = sizeof(line) - at;

			ck_assert_int_eq(
			    jsonl_feed(&j, line + at,
				n < pieces[i] ? n : pieces[i], stop, &seen),
			    0);
		}
		ck_assert_uint_eq(j.partial.len, 0);
		ck_assert_int_eq(jsonl_feed(&j, "\n", 1, stop, &seen), 0);
		ck_assert_int_eq(seen, 1);
		jsonl_free(&j);
	}
}
END_TEST

static int
feed_fresh(struct jsonl *j, struct stopper *s)
{
	int r;

	jsonl_free(j);
	jsonl_init(j, 1000);
	*s = (struct stopper){ 0, 0, 0 };
	r = jsonl_feed(j, "one\nbegun", 9, stop, s);
	if (r == 0)
		r = jsonl_feed(j,
		    "0123456789012345678901234567890123456789"
		    "01234567890123456789012345678901234",
		    75, stop, s);
	return r < 0 ? r : jsonl_finish(j, stop, s);
}

START_TEST(out_of_memory_is_told)
{
	struct jsonl j;
	struct stopper s;

	jsonl_init(&j, 1000);
	OOM_EACH(feed_fresh(&j, &s), ck_assert_int_eq(s.calls, 1));
	ck_assert_int_eq(s.calls, 2);
	jsonl_free(&j);
}
END_TEST

UNIT_MAIN("jsonl", whatever_the_pieces, callback_stops_the_feed,
    whole_lines_are_not_copied, memory_is_given_back,
    of_a_long_line_the_ends_are_kept, out_of_memory_is_told)
