#include "json/json_mend.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ESCAPE = 6, /* bytes of "\ud83d" */
	PRECISION = 17 /* digits that tell any two doubles apart */
};

/* ---- strings ---- */

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* Whether the escape of a surrogate stands there, the third digit in `set`. */
static bool
is_surrogate(const char *at, const char *set)
{
	return at[0] == '\\' && at[1] == 'u' && is_one_of(at[2], "dD") &&
	    is_one_of(at[3], set) && isxdigit((unsigned char)at[4]) &&
	    isxdigit((unsigned char)at[5]);
}

/* `at` is the opening quote; returns what is behind the closing one. */
static char *
mend_string(char *at, const char *end, bool *changed)
{
	static const char high[] = "89abAB", low[] = "cdefCDEF";

	for (at++; at < end && *at != '"'; at++) {
		if (*at != '\\')
			continue;
		if (!is_surrogate(at, high) && !is_surrogate(at, low)) {
			at++;
			continue;
		}
		if (is_surrogate(at, high) && is_surrogate(at + ESCAPE, low)) {
			at += 2 * ESCAPE - 1;
			continue;
		}
		memcpy(at + 2, "fffd", 4);
		at += ESCAPE - 1;
		*changed = true;
	}
	return at < end ? at + 1 : at;
}

/* ---- numbers ---- */

static size_t
digits_at(const char *at)
{
	return strspn(at, "0123456789");
}

/* A number without its sign, by the grammar: what is none stays as it is. */
static bool
is_number(const char *at, size_t len)
{
	const char *end = at + len;
	size_t n = digits_at(at);

	if (n == 0 || (n > 1 && *at == '0'))
		return false;
	at += n;
	if (*at == '.') {
		n = digits_at(++at);
		if (n == 0)
			return false;
		at += n;
	}
	if (is_one_of(*at, "eE")) {
		at++;
		at += is_one_of(*at, "+-");
		n = digits_at(at);
		if (n == 0)
			return false;
		at += n;
	}
	return at == end;
}

static void
overwrite(char *at, size_t len, const char *by)
{
	size_t n = strlen(by);

	memcpy(at, by, n);
	memset(at + n, ' ', len - n);
}

/* An integer of so many digits, without its sign; 19 digits have room. */
static void
write_integer(char *at, size_t len)
{
	char digits[64], mended[64];

	snprintf(
	    digits, sizeof(digits), "%.*e", PRECISION - 1, strtod(at, NULL));
	snprintf(mended, sizeof(mended), "%c%.*se%ld", digits[0], PRECISION - 1,
	    digits + 2,
	    strtol(strchr(digits, 'e') + 1, NULL, 10) - (PRECISION - 1));
	overwrite(at, len, mended);
}

static bool
fits(const char *at)
{
	errno = 0;
	(void)strtoll(at, NULL, 10);
	return errno != ERANGE;
}

/* `at` is its first byte; returns what is behind it. */
static char *
mend_number(char *at, bool *changed)
{
	static const char infinite[] = "1e308";
	char *sign = at, *end = at + strspn(at, "0123456789+-.eE");
	size_t len;

	at += *at == '-';
	len = (size_t)(end - at);
	if (len < strlen(infinite) || !is_number(at, len))
		return end;
	if (isinf(strtod(at, NULL)))
		overwrite(at, len, infinite);
	else if (digits_at(at) == len && !fits(sign))
		write_integer(at, len);
	else
		return end;
	*changed = true;
	return end;
}

bool
json_mend(char *text, size_t len)
{
	const char *end = text + len;
	bool changed = false;
	char *at = text;

	while (at < end) {
		if (*at == '"')
			at = mend_string(at, end, &changed);
		else if (*at == '-' || isdigit((unsigned char)*at))
			at = mend_number(at, &changed);
		else
			at++;
	}
	return changed;
}
