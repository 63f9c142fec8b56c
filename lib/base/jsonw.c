#include "base/jsonw.h"

#include <errno.h>
#include <stdbool.h>
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

/* Length of the longest prefix that needs no escape. */
static size_t
plain_prefix(const char *s, size_t len)
{
	size_t i = 0;

	for (;;) {
		size_t n;

		while (len - i >= 8 && all_plain(s + i))
			i += 8;
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

/* Appends in another form the one byte that plain_prefix stopped at. */
static int
append_escape(struct buf *b, unsigned char c)
{
	static const char names[] = "\"\\\b\f\n\r\t";
	static const char letters[] = "\"\\bfnrt";
	static const char hex[] = "0123456789abcdef";
	char escape[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
	const char *name;

	if (c >= 0x80)
		return buf_puts(b, REPLACEMENT);
	name = c == '\0' ? NULL : strchr(names, c);
	if (name == NULL)
		return buf_append(b, escape, sizeof(escape));
	escape[1] = letters[name - names];
	return buf_append(b, escape, 2);
}

static int
append_quoted(struct buf *b, const char *s, size_t len)
{
	int r = buf_putc(b, '"');

	while (r == 0 && len > 0) {
		size_t n = plain_prefix(s, len);

		r = buf_append(b, s, n);
		s += n;
		len -= n;
		if (r == 0 && len > 0) {
			r = append_escape(b, (unsigned char)*s);
			s++;
			len--;
		}
	}
	return r < 0 ? r : buf_putc(b, '"');
}

int
jsonw_string(struct buf *b, const char *s, size_t len)
{
	size_t before = b->len;
	int r = append_quoted(b, s, len);

	if (r < 0)
		buf_truncate(b, before);
	return r;
}

int
jsonw_cstring(struct buf *b, const char *s)
{
	if (s == NULL)
		return buf_puts(b, "null");
	return jsonw_string(b, s, strlen(s));
}

/* Puts digits in front of `at`, at least `least`; returns the first. */
static char *
put_digits(char *at, uint64_t value, int least)
{
	for (; value > 0 || least > 0; value /= 10, least--)
		*--at = (char)('0' + value % 10);
	return at;
}

enum {
	/* UINT64_MAX has 20 digits; a sign and a point besides. */
	NUMBER_MAX = 22
};

int
jsonw_int(struct buf *b, int64_t value)
{
	char text[NUMBER_MAX], *end = text + sizeof(text), *at;

	at = put_digits(end, value < 0 ? -(uint64_t)value : (uint64_t)value, 1);
	if (value < 0)
		*--at = '-';
	return buf_append(b, at, (size_t)(end - at));
}

int
jsonw_ms(struct buf *b, int64_t ns)
{
	char text[NUMBER_MAX], *end = text + sizeof(text), *at;
	uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	uint64_t us = (size + 500) / 1000;

	at = put_digits(end, us % 1000, 3);
	*--at = '.';
	at = put_digits(at, us / 1000, 1);
	if (ns < 0 && us > 0)
		*--at = '-';
	return buf_append(b, at, (size_t)(end - at));
}

struct dump {
	struct buf *out;
	int rc;
};

static int
append_dump(const char *piece, size_t len, void *arg)
{
	struct dump *dump = arg;

	dump->rc = buf_append(dump->out, piece, len);
	return dump->rc;
}

int
jsonw_value(struct buf *b, const json_t *value)
{
	struct dump dump = { b, 0 };
	size_t before = b->len;

	if (json_dump_callback(
		value, append_dump, &dump, JSON_COMPACT | JSON_ENCODE_ANY) == 0)
		return 0;
	buf_truncate(b, before);
	return dump.rc != 0 ? dump.rc : -ENOMEM;
}
