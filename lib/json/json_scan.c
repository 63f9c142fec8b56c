#include "json/json_scan.h"

#include <string.h>

#include "base/utf8.h"

/* ---- bytes ---- */

void
json_scan_begin(struct json_scan *s, const char *bytes, size_t len)
{
	*s = (struct json_scan){ .at = bytes, .end = bytes + len };
	if (utf8_valid_prefix(bytes, len) != len) {
		s->state = JSON_SCAN_BAD;
		s->at = s->end;
	}
}

/* Where nothing is left, nothing is found. */
static bool
stop(struct json_scan *s, enum json_scan_state state)
{
	if (s->state == JSON_SCAN_GOOD)
		s->state = state;
	s->at = s->end;
	return false;
}

static bool
bad(struct json_scan *s)
{
	return stop(s, JSON_SCAN_BAD);
}

void
json_scan_give_up(struct json_scan *s)
{
	(void)stop(s, JSON_SCAN_UNSURE);
}

/* 0 at the end; a NUL byte is part of no JSON either. */
static char
peek(const struct json_scan *s)
{
	return s->at < s->end ? *s->at : '\0';
}

static void
skip_space(struct json_scan *s)
{
	while (s->at < s->end &&
	    (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' ||
		*s->at == '\r'))
		s->at++;
}

static bool
take(struct json_scan *s, char c)
{
	if (peek(s) != c)
		return false;
	s->at++;
	return true;
}

static char
next_token(struct json_scan *s)
{
	skip_space(s);
	return peek(s);
}

enum json_scan_state
json_scan_end(struct json_scan *s)
{
	if (next_token(s) != '\0' || s->at < s->end)
		(void)bad(s);
	return s->state;
}

/* ---- strings ---- */

/*
 * The highest bit of each byte that is zero, up to the first such byte; above
 * that one others may be set, too.
 */
static uint64_t
zero_bytes(uint64_t word)
{
	return (word - UINT64_C(0x0101010101010101)) & ~word &
	    UINT64_C(0x8080808080808080);
}

/* Quotation mark, backslash, or control character among eight bytes. */
static bool
has_special(uint64_t word)
{
	uint64_t control = (word - UINT64_C(0x2020202020202020)) & ~word &
	    UINT64_C(0x8080808080808080);

	return (control | zero_bytes(word ^ UINT64_C(0x2222222222222222)) |
		   zero_bytes(word ^ UINT64_C(0x5c5c5c5c5c5c5c5c))) != 0;
}

static void
skip_plain(struct json_scan *s)
{
	uint64_t word;

	while (s->end - s->at >= (ptrdiff_t)sizeof(word)) {
		memcpy(&word, s->at, sizeof(word));
		if (has_special(word))
			break;
		s->at += sizeof(word);
	}
	while (s->at < s->end && *s->at != '"' && *s->at != '\\' &&
	    (unsigned char)*s->at >= 0x20)
		s->at++;
}

/* Of what stands at `at`; -1: no hexadecimal digit. */
static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four digits; -1: there are none. */
static int32_t
hex_number(const char *at, const char *end)
{
	int32_t n = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(at[i]);

		if (digit < 0)
			return -1;
		n = n * 16 + digit;
	}
	return n;
}

static bool
is_high_surrogate(int32_t n)
{
	return n >= 0xd800 && n < 0xdc00;
}

static bool
is_low_surrogate(int32_t n)
{
	return n >= 0xdc00 && n < 0xe000;
}

/*
 * The character of the digits behind \u, and those of a second \u where it
 * takes two; *at steps over them. -1: there is none.
 */
static int32_t
take_code_point(const char **at, const char *end)
{
	int32_t n = hex_number(*at, end), low;

	if (n < 0 || is_low_surrogate(n))
		return -1;
	*at += 4;
	if (!is_high_surrogate(n))
		return n;
	if (end - *at < 2 || (*at)[0] != '\\' || (*at)[1] != 'u')
		return -1;
	low = hex_number(*at + 2, end);
	if (!is_low_surrogate(low))
		return -1;
	*at += 6;
	return 0x10000 + ((n - 0xd800) << 10) + (low - 0xdc00);
}

/* Of the letter behind a backslash; 0: it has none, or is u, which has more. */
static char
meaning_of(char letter)
{
	static const char letters[] = "\"\\/bfnrt",
			  meanings[] = "\"\\/\b\f\n\r\t";

	for (size_t i = 0; letters[i] != '\0'; i++) {
		if (letters[i] == letter)
			return meanings[i];
	}
	return '\0';
}

static bool
skip_escape(struct json_scan *s)
{
	s->at++;
	if (take(s, 'u')) {
		int32_t n = hex_number(s->at, s->end);

		if (take_code_point(&s->at, s->end) >= 0)
			return true;
		/* Half a pair means something to jsonx_parse. */
		return (is_high_surrogate(n) || is_low_surrogate(n)) &&
		    stop(s, JSON_SCAN_UNSURE);
	}
	return s->at < s->end && meaning_of(*s->at++) != '\0';
}

bool
json_scan_string(struct json_scan *s, struct json_string *ret)
{
	struct json_string string = { 0 };

	if (next_token(s) != '"')
		return false;
	string.s = ++s->at;
	for (skip_plain(s); peek(s) == '\\'; skip_plain(s)) {
		string.escaped = true;
		if (!skip_escape(s))
			return bad(s);
	}
	string.len = (size_t)(s->at - string.s);
	if (!take(s, '"'))
		return bad(s);
	*ret = string;
	return true;
}

static char *
put_code_point(char *out, int32_t n)
{
	if (n < 0x80) {
		*out++ = (char)n;
		return out;
	}
	if (n < 0x800) {
		*out++ = (char)(0xc0 | n >> 6);
	} else if (n < 0x10000) {
		*out++ = (char)(0xe0 | n >> 12);
		*out++ = (char)(0x80 | (n >> 6 & 0x3f));
	} else {
		*out++ = (char)(0xf0 | n >> 18);
		*out++ = (char)(0x80 | (n >> 12 & 0x3f));
		*out++ = (char)(0x80 | (n >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (n & 0x3f));
	return out;
}

size_t
json_scan_unescape(struct json_string string, char *out)
{
	const char *at = string.s, *end = string.s + string.len;
	char *to = out;

	while (at < end) {
		const char *escape = memchr(at, '\\', (size_t)(end - at));
		size_t plain = (size_t)((escape != NULL ? escape : end) - at);

		memcpy(to, at, plain);
		to += plain;
		if (escape == NULL)
			break;
		at = escape + 2;
		if (escape[1] == 'u')
			to = put_code_point(to, take_code_point(&at, end));
		else
			*to++ = meaning_of(escape[1]);
	}
	return (size_t)(to - out);
}

/* ---- numbers and words ---- */

/* How many; 0 is a fault. */
static size_t
take_digits(struct json_scan *s)
{
	const char *start = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return (size_t)(s->at - start);
}

/* What comes behind the whole part: *ret_whole if that is nothing. */
static bool
skip_fraction(struct json_scan *s, bool *ret_whole)
{
	size_t digits = 0;

	*ret_whole = !take(s, '.');
	if (!*ret_whole) {
		digits = take_digits(s);
		if (digits == 0)
			return bad(s);
	}
	if (digits > JSON_SCAN_DIGITS_MAX || peek(s) == 'e' || peek(s) == 'E')
		return stop(s, JSON_SCAN_UNSURE);
	return true;
}

static bool
take_number(struct json_scan *s, int64_t *ret, bool *ret_whole)
{
	bool negative = take(s, '-');
	const char *start = s->at;
	size_t digits = take_digits(s);
	int64_t n = 0;

	if (digits == 0 || (*start == '0' && digits > 1))
		return bad(s);
	if (digits > JSON_SCAN_DIGITS_MAX)
		return stop(s, JSON_SCAN_UNSURE);
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (start[i] - '0');
	*ret = negative ? -n : n;
	return skip_fraction(s, ret_whole);
}

bool
json_scan_int(struct json_scan *s, int64_t *ret)
{
	char c = next_token(s);
	struct json_scan before = *s;
	bool whole;
	int64_t n;

	if ((c != '-' && (c < '0' || c > '9')) || !take_number(s, &n, &whole))
		return false;
	if (!whole) {
		*s = before;
		return false;
	}
	*ret = n;
	return true;
}

static bool
take_word(struct json_scan *s, const char *word, size_t len)
{
	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
		return false;
	s->at += len;
	return true;
}

bool
json_scan_null(struct json_scan *s)
{
	return next_token(s) == 'n' && take_word(s, "null", 4);
}

bool
json_scan_bool(struct json_scan *s, bool *ret)
{
	char c = next_token(s);
	bool is_true = c == 't' && take_word(s, "true", 4);

	if (!is_true && !(c == 'f' && take_word(s, "false", 5)))
		return false;
	*ret = is_true;
	return true;
}

/* ---- objects and arrays ---- */

static bool
open_bracket(struct json_scan *s, char bracket)
{
	if (next_token(s) != bracket)
		return false;
	if (s->depth == JSON_SCAN_DEPTH_MAX)
		return stop(s, JSON_SCAN_UNSURE);
	s->at++;
	s->depth++;
	s->first = true;
	return true;
}

/* True when there is another member or element, false behind the last. */
static bool
next_in(struct json_scan *s, char close)
{
	bool first = s->first;

	s->first = false;
	if (next_token(s) == close) {
		s->at++;
		s->depth--;
		return false;
	}
	if (first)
		return s->at < s->end || bad(s);
	return take(s, ',') || bad(s);
}

bool
json_scan_enter(struct json_scan *s)
{
	return open_bracket(s, '{');
}

bool
json_scan_member(struct json_scan *s, struct text *ret_key)
{
	struct json_string key;

	if (!next_in(s, '}'))
		return false;
	if (!json_scan_string(s, &key) || next_token(s) != ':')
		return bad(s);
	if (key.escaped)
		return stop(s, JSON_SCAN_UNSURE);
	s->at++;
	*ret_key = (struct text){ key.s, key.len };
	return true;
}

static void
skip_members(struct json_scan *s)
{
	struct text key;

	if (open_bracket(s, '{'))
		while (json_scan_member(s, &key))
			json_scan_skip(s);
}

static void
skip_elements(struct json_scan *s)
{
	if (open_bracket(s, '['))
		while (next_in(s, ']'))
			json_scan_skip(s);
}

/* As deep as brackets may be. */
void
json_scan_skip(struct json_scan *s)
{
	struct json_string string;
	bool flag, whole;
	int64_t n;

	switch (next_token(s)) {
	case '{':
		skip_members(s);
		break;
	case '[':
		skip_elements(s);
		break;
	case '"':
		(void)json_scan_string(s, &string);
		break;
	case 't':
	case 'f':
		if (!json_scan_bool(s, &flag))
			(void)bad(s);
		break;
	case 'n':
		if (!json_scan_null(s))
			(void)bad(s);
		break;
	default:
		(void)take_number(s, &n, &whole);
		break;
	}
}
