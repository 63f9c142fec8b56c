/*
 * json_scan.h - reads JSON (RFC 8259) where it stands: no tree, no memory.
 *
 * For texts of which a few members matter. The reader steps through the text
 * once, from json_scan_begin to json_scan_end, and takes or skips each value:
 *
 *	json_scan_begin(&s, bytes, len);
 *	if (json_scan_enter(&s))
 *		while (json_scan_member(&s, &key))
 *			take or json_scan_skip(&s);
 *	if (json_scan_end(&s) == JSON_SCAN_GOOD) ...
 *
 * Between the two exactly one value is taken or skipped, with all members of
 * an object that is entered. What has been read holds only if json_scan_end
 * says JSON_SCAN_GOOD. After the first fault all functions find nothing and
 * return at once, so one look at the end is enough.
 *
 * It never takes what jsonx_parse refuses. Four things it leaves undecided:
 * names with escapes, more than JSON_SCAN_DEPTH_MAX levels, half a surrogate
 * pair, and numbers with an exponent or more than JSON_SCAN_DIGITS_MAX digits
 * on either side of the point. Pure.
 */
#ifndef JSON_JSON_SCAN_H
#define JSON_JSON_SCAN_H

#include <stdbool.h>

#include "json/jsonx.h"

enum {
	JSON_SCAN_DEPTH_MAX = 32,
	JSON_SCAN_DIGITS_MAX = 18 /* fit into 64 bits */
};

enum json_scan_state {
	JSON_SCAN_GOOD,
	JSON_SCAN_BAD, /* no JSON, or no UTF-8 */
	JSON_SCAN_UNSURE /* to be read in another way */
};

/* Private. */
struct json_scan {
	const char *at, *end;
	unsigned depth;
	bool first; /* of its object or array: no comma before it */
	enum json_scan_state state;
};

/* The bytes between the quotation marks. */
struct json_string {
	const char *s; /* in the text that is read */
	size_t len;
	bool escaped; /* has escapes: json_scan_unescape */
};

void json_scan_begin(struct json_scan *s, const char *bytes, size_t len);

/* The value was all there is, but for space? */
enum json_scan_state json_scan_end(struct json_scan *s);

/* Nothing more is wanted of it: JSON_SCAN_UNSURE, unless it is bad. */
void json_scan_give_up(struct json_scan *s);

/* True when an object begins here: its members follow. */
bool json_scan_enter(struct json_scan *s);

/*
 * The name of the next member; its value is to be taken or skipped. False
 * after the last one.
 */
bool json_scan_member(struct json_scan *s, struct text *ret_key);

/*
 * True when a value of this type is next, which they take; else it is still
 * there. A whole number has no fraction.
 */
bool json_scan_string(struct json_scan *s, struct json_string *ret);
bool json_scan_int(struct json_scan *s, int64_t *ret);
bool json_scan_bool(struct json_scan *s, bool *ret);
bool json_scan_null(struct json_scan *s);

/* Steps over a value of any type. */
void json_scan_skip(struct json_scan *s);

/*
 * Writes what the string means to `out`, which has room for `string.len`
 * bytes, and returns how many there are. Only for what was read from a text
 * that is JSON_SCAN_GOOD.
 */
size_t json_scan_unescape(struct json_string string, char *out);

#endif
