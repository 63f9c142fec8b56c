/*
 * unit.h - what every Check program of this project shares.
 *
 * A test file defines its cases with START_TEST and lists them:
 *
 *	UNIT_MAIN("buf", append_grows, append_stops_at_cap)
 *
 * UNIT_MAIN makes main(), which runs each in a forked child with a time
 * limit and fails the program when one fails.
 */
#ifndef TESTS_UNIT_H
#define TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>

#include "base/compiler.h"

/* A NULL-terminated vector of constant words, as argv or environment. */
#define WORDS(...) \
	((char *const *)(const void *)(const char *const[]){ \
	    __VA_ARGS__, NULL })

/* An image of one pixel. */
#define UNIT_PNG_URL \
	"data:image/png;base64," \
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ" \
	"AAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

static inline int
unit_run(const char *name, const TTest *const *tests, size_t n)
{
	Suite *s = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *sr;
	int failed;

	for (size_t i = 0; i < n; i++)
		tcase_add_test(tc, tests[i]);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define UNIT_MAIN(name, ...) \
	int main(void) \
	{ \
		const TTest *const tests[] = { __VA_ARGS__ }; \
		return unit_run(name, tests, ARRAY_SIZE(tests)); \
	}

#endif
