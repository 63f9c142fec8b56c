/*
 * A tokenizer of this family cuts a text in two steps: a regular expression
 * makes pieces of it, and each piece is merged from bytes by the vocabulary.
 * The first step is done here as the original does it:
 *
 *	word    at most one character before it that is neither letter, digit
 *	        nor newline; capitals; small letters; "'s" and its like
 *	number  up to three digits
 *	marks   a space or none; all that is neither white, letter nor digit;
 *	        newlines
 *	white   up to its last newline, or up to the space before a word
 *
 * The second is replaced by a sum. A piece costs a token, and more by what it
 * begins with, and by each two characters beside each other in it: "th" costs
 * nearly nothing, "zq" most of a token, since a vocabulary of frequent words
 * has long tokens where pairs are frequent. A pair costs the more the later it
 * comes in its piece, by size_reach. Nothing is negative, so that a longer
 * word is never less. size_weights.h has the tables and how they were fitted.
 */
#include "conversation/size.h"

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "base/utf8.h"
#include "conversation/size_classes.h"
#include "conversation/size_weights.h"

enum {
	UNIT = 512, /* a token, as it is summed up */
	SINGLE = UNIT / SIZE_SINGLE,
	DIGITS_A_TOKEN = 3,
	/*
	 * Of white space, as measured: there are tokens of many of the same,
	 * and of four changes or so.
	 */
	WHITE_MORE = 3,
	WHITE_CHANGE = 64
};

/* A character, as it is looked at. */
struct glyph {
	uint8_t kind; /* SIZE_... */
	uint8_t class;
	uint8_t len; /* bytes; 0: the end */
	uint8_t byte; /* the first */
};

struct cursor {
	const unsigned char *s, *end;
	struct glyph now; /* at `s` */
	uint64_t sum;
};

/* Bytes of a character that begins so; 1 where it is no UTF-8. */
static unsigned
decode(const unsigned char *s, const unsigned char *end, uint32_t *ret_code)
{
	unsigned n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 1;
	uint32_t code = s[0] & (0x7fu >> n);

	/* A byte that begins nothing counts as a control character. */
	*ret_code = 0x80;
	if (n == 1 || s[0] > 0xf4 || (size_t)(end - s) < n)
		return 1;
	for (unsigned i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 1;
		code = code << 6 | (s[i] & 0x3f);
	}
	*ret_code = code;
	return n;
}

static const struct size_range *
range_of(uint32_t code)
{
	size_t low = 0, high = ARRAY_SIZE(size_ranges), middle;

	while (high - low > 1) {
		middle = (low + high) / 2;
		if (size_ranges[middle].first <= code)
			low = middle;
		else
			high = middle;
	}
	return &size_ranges[low];
}

static void
look_wide(struct cursor *c)
{
	const struct size_range *r;
	uint32_t code;

	c->now.len = decode(c->s, c->end, &code);
	r = range_of(code);
	c->now.class = r->class;
	c->now.kind = r->kind;
	switch (r->kind) {
	case SIZE_PAIRS_EVEN:
		c->now.kind = code & 1 ? SIZE_LOWER : SIZE_UPPER;
		break;
	case SIZE_PAIRS_ODD:
		c->now.kind = code & 1 ? SIZE_UPPER : SIZE_LOWER;
		break;
	case SIZE_EACH_UPPER:
	case SIZE_EACH_LOWER:
		c->now.class += code - r->first;
		c->now.kind = r->kind == SIZE_EACH_UPPER ? SIZE_UPPER
							 : SIZE_LOWER;
		break;
	default:
		break;
	}
}

static inline void
look(struct cursor *c)
{
	if (c->s == c->end) {
		c->now = (struct glyph){ .kind = SIZE_END };
		return;
	}
	c->now.byte = *c->s;
	if (*c->s >= 0x80) {
		look_wide(c);
		return;
	}
	c->now.kind = size_ascii[*c->s].kind;
	c->now.class = size_ascii[*c->s].class;
	c->now.len = 1;
}

static inline void
step(struct cursor *c)
{
	c->s += c->now.len;
	look(c);
}

static bool
is_letter(const struct cursor *c)
{
	return c->now.kind >= SIZE_LOWER;
}

/* A letter of one byte is never more than a token. */
static inline unsigned
pair_of_latin(unsigned a, unsigned b, unsigned nth)
{
	unsigned cost = size_latin[a][b] * size_reach[SIZE_REACH_LATIN][nth];

	return cost < UNIT ? cost : UNIT;
}

static inline unsigned
pair_of_letters(unsigned a, unsigned b, unsigned nth)
{
	if (a < SIZE_CYRILLIC && b < SIZE_CYRILLIC)
		return pair_of_latin(a, b, nth);
	if (a >= SIZE_OTHER && b >= SIZE_OTHER)
		return size_other[a - SIZE_OTHER][b - SIZE_OTHER] *
		    size_reach[b < SIZE_ASIAN ? SIZE_REACH_OTHER
					      : SIZE_REACH_ASIAN][nth];
	if (a >= SIZE_CYRILLIC && b >= SIZE_CYRILLIC && a < SIZE_OTHER &&
	    b < SIZE_OTHER)
		return size_cyrillic[a - SIZE_CYRILLIC][b - SIZE_CYRILLIC] *
		    size_reach[SIZE_REACH_CYRILLIC][nth];
	return SIZE_ALPHABETS;
}

static unsigned
capital(const struct cursor *c)
{
	return c->now.class < SIZE_CYRILLIC ? SIZE_CAPITAL_LATIN
					    : SIZE_CAPITAL_OTHER;
}

/* The bytes of "'s", "'t", "'re" and so on, in either case; or 0. */
static size_t
contraction(const struct cursor *c)
{
	size_t left = (size_t)(c->end - c->s);
	unsigned a, b;

	if (c->now.kind != SIZE_MARK || *c->s != '\'' || left < 2)
		return 0;
	a = c->s[1] | 0x20u;
	b = left > 2 ? c->s[2] | 0x20u : 0;
	if (a == 's' || a == 't' || a == 'm' || a == 'd')
		return 2;
	return (b == 'e' && (a == 'r' || a == 'v')) || (a == 'l' && b == 'l')
	    ? 3
	    : 0;
}

/* It costs nothing: "don't" is a token. */
static void
pass_contraction(struct cursor *c)
{
	size_t n = contraction(c);

	if (n == 0)
		return;
	c->s += n;
	look(c);
}

/* At a word's first letter; `lead` is what comes of that before it. */
static void
take_word(struct cursor *c, unsigned lead)
{
	uint64_t cost = UNIT + (lead + size_letter[c->now.class]) * SINGLE;
	unsigned before = c->now.class, nth = 0;
	bool small = false;

	for (;;) {
		small = small || c->now.kind == SIZE_LOWER;
		step(c);
		if (!is_letter(c) || (small && c->now.kind == SIZE_UPPER))
			break;
		if (c->now.kind == SIZE_UPPER)
			cost += capital(c);
		cost += pair_of_letters(before, c->now.class, nth);
		before = c->now.class;
		nth += nth < SIZE_REACH - 1;
	}
	c->sum += cost;
	pass_contraction(c);
}

/* Behind the first of several marks, or a lone one; then newlines. */
static void
take_marks(struct cursor *c, unsigned first, unsigned lead)
{
	uint64_t cost = UNIT + (lead + size_mark[first]) * SINGLE;
	unsigned before = first, nth = 0;

	for (; c->now.kind == SIZE_MARK; step(c)) {
		cost += size_marks[before][c->now.class] *
		    size_reach[SIZE_REACH_MARKS][nth];
		before = c->now.class;
		nth += nth < SIZE_REACH - 1;
	}
	while (c->now.kind == SIZE_NEWLINE)
		step(c);
	c->sum += cost;
}

static void
take_number(struct cursor *c)
{
	c->sum += UNIT;
	for (int i = 0; i < DIGITS_A_TOKEN && c->now.kind == SIZE_DIGIT; i++)
		step(c);
}

static uint64_t
cost_of_white(size_t n)
{
	return n == 0 ? 0 : UNIT + (n - 1) * WHITE_MORE;
}

/*
 * Passes over white space up to its last newline, which is one piece, and then
 * over the rest. Returns how many are in the rest; the last is `ret_last`.
 */
static size_t
pass_white(struct cursor *c, struct glyph *ret_last)
{
	uint64_t run = UNIT, lines = 0;
	size_t rest = 0;
	unsigned before = c->now.byte;

	for (; c->now.kind <= SIZE_NEWLINE; step(c)) {
		run += c->now.byte == before ? WHITE_MORE : WHITE_CHANGE;
		before = c->now.byte;
		rest++;
		if (c->now.kind == SIZE_NEWLINE) {
			lines = run;
			rest = 0;
		}
		*ret_last = c->now;
	}
	c->sum += lines;
	return rest;
}

/*
 * The last white goes to the word behind it, or, when it is a space, to the
 * marks; before a digit it stays alone.
 */
static void
take_white(struct cursor *c)
{
	struct glyph last;
	size_t n = pass_white(c, &last);
	bool space = last.class == SIZE_SPACE;
	unsigned first = c->now.class;

	if (n == 0 || c->now.kind == SIZE_END) {
		c->sum += cost_of_white(n);
		return;
	}
	c->sum += cost_of_white(n - 1);
	if (is_letter(c)) {
		take_word(c, space ? SIZE_LEAD_SPACE : SIZE_LEAD_WHITE);
	} else if (space && c->now.kind == SIZE_MARK) {
		step(c);
		take_marks(c, first, SIZE_SPACED_MARK);
	} else {
		c->sum += UNIT;
	}
}

/* At a mark: it goes to the word behind it, unless there is another. */
static void
take_mark(struct cursor *c)
{
	unsigned first = c->now.class;

	step(c);
	if (is_letter(c))
		take_word(c, size_lead_mark[first]);
	else
		take_marks(c, first, 0);
}

/* In UNITs. A token is a byte or more. */
static uint64_t
units_of(const char *s, size_t len)
{
	struct cursor c = { .s = (const unsigned char *)s };

	if (len == 0)
		return 0;
	c.end = c.s + len;
	look(&c);
	while (c.now.kind != SIZE_END) {
		if (is_letter(&c))
			take_word(&c, SIZE_LEAD_NONE);
		else if (c.now.kind == SIZE_MARK)
			take_mark(&c);
		else if (c.now.kind == SIZE_DIGIT)
			take_number(&c);
		else
			take_white(&c);
	}
	return c.sum < len * UNIT ? c.sum : len * UNIT;
}

static uint64_t
tokens_of(uint64_t units)
{
	return (units + UNIT / 2) / UNIT;
}

uint64_t
size_of_text(const char *s, size_t len)
{
	return tokens_of(units_of(s, len));
}

/* Counts the first of what is held, and keeps the rest. */
static void
settle(struct size_meter *m, size_t n)
{
	m->units += units_of(m->held, n);
	m->n -= n;
	memmove(m->held, m->held + n, m->n);
}

/*
 * No piece reaches across the beginning of white space that begins with a
 * space, so that what is before it can be counted by itself.
 */
static bool
parts(const struct size_meter *m, char next)
{
	return next == ' ' && m->n > 0 &&
	    strchr(" \t\n\v\f\r", m->held[m->n - 1]) == NULL;
}

void
size_meter_feed(struct size_meter *m, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (parts(m, s[i]))
			settle(m, m->n);
		m->held[m->n++] = s[i];
		if (m->n == SIZE_METER_HELD)
			settle(m, utf8_complete_prefix(m->held, m->n));
	}
}

uint64_t
size_meter_tokens(const struct size_meter *m)
{
	return tokens_of(m->units + units_of(m->held, m->n));
}
