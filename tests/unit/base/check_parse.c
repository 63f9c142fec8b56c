/* parse: what each form takes and refuses. */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"

#include "unit/unit.h"

#define S(seconds) ((int64_t)(seconds)*NS_PER_S)

struct number_case {
	const char *text;
	int64_t min, max;
	int result;
	int64_t value;
	const char *comment;
};

static const struct number_case int_cases[] = {
	{ "0", 0, 10, 0, 0, "zero" },
	{ "10", 0, 10, 0, 10, "the upper bound" },
	{ "11", 0, 10, -ERANGE, 0, "past it" },
	{ "-1", 0, 10, -ERANGE, 0, "under the lower bound" },
	{ "-1", -1, 10, 0, -1, "the lower bound" },
	{ "+7", 0, 10, 0, 7, "a plus" },
	{ "007", 0, 10, 0, 7, "leading zeros, not octal" },
	{ "-0", 0, 10, 0, 0, "minus zero" },
	{ "", 0, 10, -EINVAL, 0, "nothing" },
	{ "-", 0, 10, -EINVAL, 0, "a sign alone" },
	{ "+-1", 0, 10, -EINVAL, 0, "two signs" },
	{ " 1", 0, 10, -EINVAL, 0, "space before" },
	{ "1 ", 0, 10, -EINVAL, 0, "space after" },
	{ "1\n", 0, 10, -EINVAL, 0, "newline after" },
	{ "1.0", 0, 10, -EINVAL, 0, "a fraction" },
	{ "1e1", 0, 10, -EINVAL, 0, "an exponent" },
	{ "0x1", 0, 10, -EINVAL, 0, "hexadecimal" },
	{ "9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX,
	    "the largest" },
	{ "9223372036854775808", INT64_MIN, INT64_MAX, -ERANGE, 0, "one more" },
	{ "-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN,
	    "the smallest" },
	{ "-9223372036854775809", INT64_MIN, INT64_MAX, -ERANGE, 0,
	    "one less" },
	{ "99999999999999999999999999", 0, 10, -ERANGE, 0, "overflow" },
	{ "18446744073709551617", 0, 10, -ERANGE, 0, "1 if it wrapped" },
	{ "99999999999999999999x", 0, 10, -EINVAL, 0, "overflow, then text" },
};

static const struct number_case second_cases[] = {
	{ "30", 0, S(60), 0, S(30), "whole" },
	{ "0.5", 0, S(60), 0, S(1) / 2, "a half" },
	{ "60.0", 0, S(60), 0, S(60), "the bound with a fraction" },
	{ "60.000000001", 0, S(60), -ERANGE, 0, "a nanosecond past it" },
	{ "0.000000001", 0, S(60), 0, 1, "a nanosecond" },
	{ "0.0000000019", 0, S(60), 0, 1, "the tenth digit is dropped" },
	{ "0.1", S(1), S(60), -ERANGE, 0, "under the lower bound" },
	{ "0", 0, S(60), 0, 0, "zero" },
	{ "", 0, S(60), -EINVAL, 0, "nothing" },
	{ ".5", 0, S(60), -EINVAL, 0, "no digit before the point" },
	{ "5.", 0, S(60), -EINVAL, 0, "no digit after it" },
	{ "1.2.3", 0, S(60), -EINVAL, 0, "two points" },
	{ "1,5", 0, S(60), -EINVAL, 0, "a comma" },
	{ "-1", 0, S(60), -EINVAL, 0, "a minus" },
	{ "+1", 0, S(60), -EINVAL, 0, "a plus" },
	{ "1e1", 0, S(60), -EINVAL, 0, "an exponent" },
	{ "1s", 0, S(60), -EINVAL, 0, "a unit" },
	{ " 1", 0, S(60), -EINVAL, 0, "space before" },
	{ "1 ", 0, S(60), -EINVAL, 0, "space after" },
	{ "inf", 0, S(60), -EINVAL, 0, "infinity" },
	{ "nan", 0, S(60), -EINVAL, 0, "not a number" },
	{ "9223372036", 0, INT64_MAX, 0, S(9223372036), "the largest" },
	{ "9223372036.854775807", 0, INT64_MAX, 0, INT64_MAX, "to the end" },
	{ "9223372036.854775808", 0, INT64_MAX, -ERANGE, 0, "one more" },
	{ "9223372037", 0, INT64_MAX, -ERANGE, 0, "a second more" },
	{ "99999999999999999999", 0, INT64_MAX, -ERANGE, 0, "overflow" },
};

static void
check_numbers(const struct number_case *cases, size_t n,
    int (*parse)(const char *, int64_t, int64_t, int64_t *))
{
	for (size_t i = 0; i < n; i++) {
		const struct number_case *c = &cases[i];
		int64_t value = 4242;
		int r = parse(c->text, c->min, c->max, &value);

		ck_assert_msg(r == c->result, "%s: %d", c->comment, r);
		/* A failure writes nothing. */
		ck_assert_msg(value == (r == 0 ? c->value : 4242), "%s: %lld",
		    c->comment, (long long)value);
	}
}

START_TEST(ints)
{
	check_numbers(int_cases, ARRAY_SIZE(int_cases), parse_int);
}
END_TEST

START_TEST(seconds)
{
	check_numbers(second_cases, ARRAY_SIZE(second_cases), parse_seconds);
}
END_TEST

START_TEST(bools)
{
	static const struct {
		const char *text;
		int result;
		bool value;
	} cases[] = {
		{ "1", 0, true },
		{ "true", 0, true },
		{ "yes", 0, true },
		{ "on", 0, true },
		{ "TRUE", 0, true },
		{ "Yes", 0, true },
		{ "0", 0, false },
		{ "false", 0, false },
		{ "no", 0, false },
		{ "off", 0, false },
		{ "oFF", 0, false },
		{ "", -EINVAL, 0 },
		{ "2", -EINVAL, 0 },
		{ "01", -EINVAL, 0 },
		{ "y", -EINVAL, 0 },
		{ "true ", -EINVAL, 0 },
		{ " on", -EINVAL, 0 },
		{ "enabled", -EINVAL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		/* Once with each value before, to see what is written. */
		for (int before = 0; before <= 1; before++) {
			bool value = before, want = cases[i].value;
			int r = parse_bool(cases[i].text, &value);

			ck_assert_msg(
			    r == cases[i].result, "'%s'", cases[i].text);
			if (r < 0)
				want = before;
			ck_assert_msg(value == want, "'%s'", cases[i].text);
		}
	}
}
END_TEST

static const struct version_case {
	const char *text;
	int result;
	unsigned version[3];
	const char *comment;
} version_cases[] = {
	{ "codex-cli 0.169.0-alpha.1", 0, { 0, 169, 0 }, "as codex says it" },
	{ "codex-cli 0.122.5\n", 0, { 0, 122, 5 }, "with a newline" },
	{ "1.2.3", 0, { 1, 2, 3 }, "bare" },
	{ "a\t1.2.3", 0, { 1, 2, 3 }, "after a tab" },
	{ "codex2 1.2.3", 0, { 1, 2, 3 }, "a digit inside a word" },
	{ "1.2.3.4", 0, { 1, 2, 3 }, "four parts" },
	{ "1.2.4294967295", 0, { 1, 2, 4294967295 }, "the largest" },
	{ "1.2.4294967296", -ERANGE, { 0 }, "one more" },
	{ "1.2.99999999999999999999", -ERANGE, { 0 }, "overflow" },
	{ "1.2", -EINVAL, { 0 }, "two parts" },
	{ "1.2.", -EINVAL, { 0 }, "an empty part" },
	{ "1..2", -EINVAL, { 0 }, "an empty part inside" },
	{ "1", -EINVAL, { 0 }, "one part" },
	{ "1-2-3", -EINVAL, { 0 }, "other separators" },
	{ "v1.2.3", -EINVAL, { 0 }, "a letter before" },
	{ "3 1.2.3", -EINVAL, { 0 }, "the first word counts" },
	{ "codex", -EINVAL, { 0 }, "no version" },
	{ "  ", -EINVAL, { 0 }, "white space" },
	{ "", -EINVAL, { 0 }, "nothing" },
};

START_TEST(versions)
{
	for (size_t i = 0; i < ARRAY_SIZE(version_cases); i++) {
		const struct version_case *c = &version_cases[i];
		unsigned got[3] = { 7, 7, 7 };
		static const unsigned untouched[3] = { 7, 7, 7 };
		int r = parse_version(c->text, got);

		ck_assert_msg(r == c->result, "%s: %d", c->comment, r);
		ck_assert_msg(memcmp(got, r == 0 ? c->version : untouched,
				  sizeof(got)) == 0,
		    "%s: %u.%u.%u", c->comment, got[0], got[1], got[2]);
	}
}
END_TEST

UNIT_MAIN("parse", ints, seconds, bools, versions)
