#include "json/jsonw.h"

#include <errno.h>
#include <string.h>

#include "base/utf8.h"

/* U+FFFD, the replacement character. */
#define REPLACEMENT "\xef\xbf\xbd"

#define EVERY_BYTE(c) (UINT64_C(0x0101010101010101) * (c))

/* True for a byte that goes into a JSON string as it is. */
static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/*
 * True when all eight bytes are plain. x - 1 has its high bit set when x is
 * 0 (or was above 0x80, which counts as not plain anyway), so a xor with the
 * byte that is looked for finds it in eight places at once.
 */
static bool
all_plain(const char *s)
{
	uint64_t word, bad;

	memcpy(&word, s, sizeof(word));
	bad = word | (word - EVERY_BYTE(0x20));
	bad |= (word ^ EVERY_BYTE('"')) - EVERY_BYTE(1);
	bad |= (word ^ EVERY_BYTE('\\')) - EVERY_BYTE(1);
	return (bad & EVERY_BYTE(0x80)) == 0;
}

/* True when all of a short text is plain: most names and deltas are. */
static bool
short_plain(const char *s, size_t len)
{
	char both[8];

	if (len >= 4) {
		memcpy(both, s, 4);
		memcpy(both + 4, s + len - 4, 4);
		return all_plain(both);
	}
	while (len > 0 && is_plain((unsigned char)s[len - 1]))
		len--;
	return len == 0;
}

/* Length of the longest prefix that needs no escape. */
static size_t
plain_prefix(const char *s, size_t len)
{
	size_t i = 0;

	if (len <= 8 && short_plain(s, len))
		return len;
	for (;;) {
		size_t n;

		while (len - i >= 8 && all_plain(s + i))
			i += 8;
		/* The last word, part of which was seen already. */
		if (len > 8 && len - i < 8 && all_plain(s + len - 8))
			return len;
		if (i < len && is_plain((unsigned char)s[i])) {
			i++;
			continue;
		}
		if (i == len || (unsigned char)s[i] < 0x80)
			return i;
		n = utf8_char(s + i, len - i);
		if (n == 0)
			return i;
		i += n;
	}
}

/* ---- the writer ---- */

void
jsonw_begin(struct jsonw *w, struct buf *out)
{
	*w = (struct jsonw){ .depth = 0 };
	bufw_begin(&w->text, out);
}

int
jsonw_end(struct jsonw *w)
{
	/* Who saw an error may have given up half-way. */
	BUG_ON(w->text.error == 0 && (w->depth > 0 || w->in_string));
	return bufw_end(&w->text);
}

/* True when a value ends with this byte: what comes next needs a comma. */
static bool
ends_value(char c)
{
	/* The letters are those of true, false and null. */
	return c == '"' || c == '}' || c == ']' || (c >= '0' && c <= '9') ||
	    c == 'e' || c == 'l';
}

static bool
needs_comma(const struct jsonw *w)
{
	const struct buf *out = w->text.out;

	return out->len > w->text.start && ends_value(out->data[out->len - 1]);
}

/* ---- strings ---- */

/* Writes in another form the one byte that plain_prefix stopped at. */
static void
put_escape(struct jsonw *w, unsigned char c)
{
	static const char names[] = "\"\\\b\f\n\r\t";
	static const char letters[] = "\"\\bfnrt";
	static const char hex[] = "0123456789abcdef";
	char escape[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
	const char *name;

	if (c >= 0x80) {
		jsonw_puts(w, REPLACEMENT);
		return;
	}
	name = c == '\0' ? NULL : strchr(names, c);
	if (name != NULL)
		escape[1] = letters[name - names];
	jsonw_append(w, escape, name != NULL ? 2 : sizeof(escape));
}

static void
put_escaped(struct jsonw *w, const char *s, size_t len)
{
	while (w->text.error == 0 && len > 0) {
		size_t n = plain_prefix(s, len);

		jsonw_append(w, s, n);
		s += n;
		len -= n;
		if (len > 0) {
			put_escape(w, (unsigned char)*s);
			s++;
			len--;
		}
	}
}

static void
put_escaped_key(struct jsonw *w, const char *key)
{
	jsonw_puts(w, needs_comma(w) ? ",\"" : "\"");
	put_escaped(w, key, strlen(key));
	jsonw_puts(w, "\":");
}

/*
 * Writes what stands before a value, a comma and its name, and returns where
 * the first `len` bytes of the value go, to be taken with close_value; NULL
 * after an error. All in one piece, for most members are short.
 */
static char *
open_value(struct jsonw *w, const char *key, size_t len)
{
	size_t n_key = key != NULL ? strlen(key) : 0;
	bool comma;
	char *at;

	BUG_ON(w->in_string);
	if (key != NULL && plain_prefix(key, n_key) < n_key) {
		put_escaped_key(w, key);
		key = NULL;
	}
	if (w->text.error != 0)
		return NULL;
	comma = needs_comma(w);
	at = buf_room(w->text.out,
	    (comma ? 1 : 0) + (key != NULL ? n_key + 3 : 0) + len,
	    &w->text.error);
	if (at == NULL)
		return NULL;
	if (comma)
		*at++ = ',';
	if (key == NULL)
		return at;
	*at++ = '"';
	memcpy(at, key, n_key);
	at[n_key] = '"';
	at[n_key + 1] = ':';
	return at + n_key + 2;
}

/* `end` is behind what was written there. */
static void
close_value(struct jsonw *w, const char *end)
{
	struct buf *out = w->text.out;

	buf_commit(out, (size_t)(end - (out->data + out->len)));
}

static void
put_lead(struct jsonw *w, const char *key)
{
	char *at = open_value(w, key, 0);

	if (at != NULL)
		close_value(w, at);
}

void
jsonw_key(struct jsonw *w, const char *key)
{
	put_lead(w, key);
}

void
jsonw_raw(struct jsonw *w, const char *key, const char *s, size_t len)
{
	char *at = open_value(w, key, len);

	BUG_ON(len == 0);
	if (at == NULL)
		return;
	memcpy(at, s, len);
	close_value(w, at + len);
}

void
jsonw_text(struct jsonw *w, const char *key, const char *s, size_t len)
{
	size_t plain = plain_prefix(s, len);
	char *at = open_value(w, key, plain + (plain == len ? 2 : 1));

	if (at == NULL)
		return;
	*at++ = '"';
	if (plain > 0)
		memcpy(at, s, plain);
	at += plain;
	if (plain == len)
		*at++ = '"';
	close_value(w, at);
	if (plain < len) {
		put_escaped(w, s + plain, len - plain);
		bufw_putc(&w->text, '"');
	}
}

void
jsonw_str(struct jsonw *w, const char *key, const char *s)
{
	if (s == NULL)
		jsonw_null(w, key);
	else
		jsonw_text(w, key, s, strlen(s));
}

void
jsonw_string_open(struct jsonw *w, const char *key)
{
	jsonw_raw(w, key, "\"", 1);
	w->in_string = true;
}

void
jsonw_string_add(struct jsonw *w, const char *s, size_t len)
{
	BUG_ON(!w->in_string);
	put_escaped(w, s, len);
}

void
jsonw_string_close(struct jsonw *w)
{
	BUG_ON(!w->in_string);
	bufw_putc(&w->text, '"');
	w->in_string = false;
}

void
jsonw_escaped(struct jsonw *w, const char *s, size_t len)
{
	BUG_ON(w->in_string);
	put_escaped(w, s, len);
}

/* ---- objects and arrays ---- */

static void
open_level(struct jsonw *w, const char *key, bool array)
{
	uint64_t bit;

	BUG_ON(w->depth == JSONW_DEPTH_MAX);
	jsonw_raw(w, key, array ? "[" : "{", 1);
	bit = UINT64_C(1) << w->depth++;
	w->arrays = array ? w->arrays | bit : w->arrays & ~bit;
}

void
jsonw_object(struct jsonw *w, const char *key)
{
	open_level(w, key, false);
}

void
jsonw_array(struct jsonw *w, const char *key)
{
	open_level(w, key, true);
}

void
jsonw_close(struct jsonw *w)
{
	BUG_ON(w->depth == 0 || w->in_string);
	w->depth--;
	bufw_putc(&w->text, (w->arrays >> w->depth & 1) != 0 ? ']' : '}');
}

/* ---- other values ---- */

void
jsonw_bool(struct jsonw *w, const char *key, bool value)
{
	jsonw_raw(w, key, value ? "true" : "false", value ? 4 : 5);
}

void
jsonw_null(struct jsonw *w, const char *key)
{
	jsonw_raw(w, key, "null", 4);
}

enum {
	/* UINT64_MAX has 20 digits; a sign and a point besides. */
	NUMBER_MAX = 22
};

/* Puts digits in front of `at`, at least `least`; returns the first. */
static char *
put_digits(char *at, uint64_t value, int least)
{
	for (; value > 0 || least > 0; value /= 10, least--)
		*--at = (char)('0' + value % 10);
	return at;
}

static uint64_t
magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

static void
put_number(struct jsonw *w, const char *key, uint64_t value, bool negative)
{
	char text[NUMBER_MAX], *end = text + sizeof(text);
	char *at = put_digits(end, value, 1);

	if (negative)
		*--at = '-';
	jsonw_raw(w, key, at, (size_t)(end - at));
}

void
jsonw_i64(struct jsonw *w, const char *key, int64_t value)
{
	put_number(w, key, magnitude(value), value < 0);
}

void
jsonw_u64(struct jsonw *w, const char *key, uint64_t value)
{
	put_number(w, key, value, false);
}

/* `ns` in units of `unit` thousandths, rounded. */
static void
put_time(struct jsonw *w, const char *key, int64_t ns, uint64_t unit)
{
	char text[NUMBER_MAX], *end = text + sizeof(text), *at;
	uint64_t n = (magnitude(ns) + unit / 2) / unit;

	at = put_digits(end, n % 1000, 3);
	*--at = '.';
	at = put_digits(at, n / 1000, 1);
	if (ns < 0 && n > 0)
		*--at = '-';
	jsonw_raw(w, key, at, (size_t)(end - at));
}

void
jsonw_millis(struct jsonw *w, const char *key, int64_t ns)
{
	put_time(w, key, ns, 1000);
}

void
jsonw_seconds(struct jsonw *w, const char *key, int64_t ns)
{
	put_time(w, key, ns, 1000000);
}

static int
append_dump(const char *piece, size_t len, void *arg)
{
	struct jsonw *w = arg;

	jsonw_append(w, piece, len);
	return jsonw_error(w);
}

void
jsonw_tree(struct jsonw *w, const char *key, const json_t *value)
{
	put_lead(w, key);
	if (json_dump_callback(
		value, append_dump, w, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
		jsonw_fail(w, -ENOMEM);
}
