/*
 * jsonw.h - writes JSON straight into a buffer, without a tree and in
 * straight lines: the first error sticks and is looked at once, at the end.
 *
 *	jsonw_begin(&w, out);
 *	jsonw_object(&w, NULL);
 *	jsonw_str(&w, "type", "message");
 *	jsonw_array(&w, "sizes");
 *	for (...)
 *		jsonw_u64(&w, NULL, sizes[i]);
 *	jsonw_close(&w);
 *	jsonw_close(&w);
 *	return jsonw_end(&w);
 *
 * All functions that write a value take the member's name first, which is
 * NULL for an element of an array, for a value on the outermost level and
 * behind jsonw_key. Commas are written here. After the first error nothing
 * more is written, and jsonw_end cuts the buffer back to what it held at
 * jsonw_begin.
 *
 * Raw text. What is the same each time need not be taken apart: with
 * jsonw_puts and jsonw_append goes text as it is, a half-open object too.
 * Whether a comma is needed is read from the last byte that was written since
 * jsonw_begin: behind a value it is, behind a bracket, a colon, a comma or
 * white space it is not. Brackets that raw text opens, raw text closes;
 * jsonw_close knows only those of jsonw_object and jsonw_array.
 *
 * More than JSONW_DEPTH_MAX levels, too many and too few jsonw_close are
 * faults of our own and abort. (Trees do not count as levels.) The rest is as
 * with bufw.h, on which it stands. Errors are those of buf.
 */
#ifndef JSON_JSONW_H
#define JSON_JSONW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bufw.h"

enum {
	JSONW_DEPTH_MAX = 64
};

/* Private, but for what jsonw_error tells. */
struct jsonw {
	struct bufw text;
	uint64_t arrays; /* a bit a level: is it an array? */
	unsigned depth;
	bool in_string;
};

void jsonw_begin(struct jsonw *w, struct buf *out);

/* 0, or the first error. */
MUST_CHECK int jsonw_end(struct jsonw *w);

/* The same before the end, for loops that would go on for long. */
static inline int
jsonw_error(const struct jsonw *w)
{
	return w->text.error;
}

/* Notes the error of another function's; 0 is none. */
static inline void
jsonw_fail(struct jsonw *w, int error)
{
	bufw_fail(&w->text, error);
}

/* ---- objects, arrays, names ---- */

void jsonw_object(struct jsonw *w, const char *key);
void jsonw_array(struct jsonw *w, const char *key);

/* Closes the innermost of both. */
void jsonw_close(struct jsonw *w);

/* A name alone; its value comes next, from whomever. */
void jsonw_key(struct jsonw *w, const char *key);

/* ---- values ---- */

/*
 * A string of `len` bytes, which should be UTF-8; each byte that is not part
 * of a well-formed character becomes U+FFFD, so that the output is always
 * valid JSON. `s` may be NULL when `len` is 0.
 */
void jsonw_text(struct jsonw *w, const char *key, const char *s, size_t len);

/* The same for a C string; NULL gives null. */
void jsonw_str(struct jsonw *w, const char *key, const char *s);

/*
 * A string in pieces. A character that lies in two of them is none: cut with
 * utf8_complete_prefix. Between open and close stands nothing else.
 */
void jsonw_string_open(struct jsonw *w, const char *key);
void jsonw_string_add(struct jsonw *w, const char *s, size_t len);
void jsonw_string_close(struct jsonw *w);

void jsonw_i64(struct jsonw *w, const char *key, int64_t value);
void jsonw_u64(struct jsonw *w, const char *key, uint64_t value);
void jsonw_bool(struct jsonw *w, const char *key, bool value);
void jsonw_null(struct jsonw *w, const char *key);

/* A time in nanoseconds, as milliseconds or seconds with three decimals. */
void jsonw_millis(struct jsonw *w, const char *key, int64_t ns);
void jsonw_seconds(struct jsonw *w, const char *key, int64_t ns);

/* A value that is JSON already, taken as it is; `len` is not 0. */
void jsonw_raw(struct jsonw *w, const char *key, const char *s, size_t len);

/* A tree without white space, its members in the order they have. */
void jsonw_tree(struct jsonw *w, const char *key, const json_t *value);

/* ---- raw text (above) ---- */

static inline void
jsonw_append(struct jsonw *w, const char *s, size_t len)
{
	bufw_append(&w->text, s, len);
}

static inline void
jsonw_puts(struct jsonw *w, const char *s)
{
	bufw_puts(&w->text, s);
}

/*
 * What stands within a string that raw text opens and closes, perhaps in
 * another jsonw_begin: as jsonw_text writes it, but without the quotes.
 */
void jsonw_escaped(struct jsonw *w, const char *s, size_t len);

#endif
