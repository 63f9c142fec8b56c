#include "base/parse.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * Reads digits as a number that `sign` (1 or -1) applies to, so that
 * INT64_MIN fits. Returns what follows them; sets *overflow when it does not
 * fit.
 */
static const char *
read_digits(const char *s, int sign, int64_t *value, bool *overflow)
{
	*value = 0;
	for (; is_digit(*s); s++) {
		int64_t digit = sign * (*s - '0');

		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, digit, value))
			*overflow = true;
	}
	return s;
}

static int
store_bounded(
    int64_t value, bool overflow, int64_t min, int64_t max, int64_t *ret)
{
	if (overflow || value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int
parse_int(const char *s, int64_t min, int64_t max, int64_t *ret_value)
{
	int sign = *s == '-' ? -1 : 1;
	bool overflow = false;
	int64_t value;

	if (*s == '-' || *s == '+')
		s++;
	if (!is_digit(*s))
		return -EINVAL;
	s = read_digits(s, sign, &value, &overflow);
	if (*s != '\0')
		return -EINVAL;
	return store_bounded(value, overflow, min, max, ret_value);
}

/* Reads the digits behind the point as nanoseconds; drops the rest. */
static const char *
read_fraction(const char *s, int64_t *ret_ns)
{
	int64_t unit = NS_PER_S;

	*ret_ns = 0;
	for (; is_digit(*s); s++) {
		unit /= 10;
		*ret_ns += unit * (*s - '0');
	}
	return s;
}

int
parse_seconds(const char *s, int64_t min_ns, int64_t max_ns, int64_t *ret_ns)
{
	bool overflow = false;
	int64_t ns, fraction = 0;

	if (!is_digit(*s))
		return -EINVAL;
	s = read_digits(s, 1, &ns, &overflow);
	if (*s == '.') {
		if (!is_digit(s[1]))
			return -EINVAL;
		s = read_fraction(s + 1, &fraction);
	}
	if (*s != '\0')
		return -EINVAL;
	if (__builtin_mul_overflow(ns, NS_PER_S, &ns) ||
	    __builtin_add_overflow(ns, fraction, &ns))
		overflow = true;
	return store_bounded(ns, overflow, min_ns, max_ns, ret_ns);
}

int
parse_bool(const char *s, bool *ret_value)
{
	static const char *const words[][2] = {
		{ "0", "1" },
		{ "false", "true" },
		{ "no", "yes" },
		{ "off", "on" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		for (int value = 0; value <= 1; value++)
			if (strcasecmp(s, words[i][value]) == 0) {
				*ret_value = value;
				return 0;
			}
	return -EINVAL;
}

/* The first word that begins with a digit, or NULL. */
static const char *
find_number_word(const char *s)
{
	static const char space[] = " \t\r\n\v\f";

	for (s += strspn(s, space); *s != '\0'; s += strspn(s, space)) {
		if (is_digit(*s))
			return s;
		s += strcspn(s, space);
	}
	return NULL;
}

int
parse_version(const char *s, unsigned ret_version[3])
{
	unsigned version[3];
	bool overflow = false;
	int64_t value;

	s = find_number_word(s);
	if (s == NULL)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(version); i++) {
		if (!is_digit(*s))
			return -EINVAL;
		s = read_digits(s, 1, &value, &overflow);
		if (overflow || value > UINT_MAX)
			return -ERANGE;
		version[i] = (unsigned)value;
		if (i < 2 && *s++ != '.')
			return -EINVAL;
	}
	memcpy(ret_version, version, sizeof(version));
	return 0;
}

bool
version_older(const unsigned a[3], const unsigned b[3])
{
	for (int i = 0; i < 3; i++) {
		if (a[i] != b[i])
			return a[i] < b[i];
	}
	return false;
}
