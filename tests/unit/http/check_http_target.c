#include "http/http_target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit/oom.h"
#include "unit/unit.h"

START_TEST(paths)
{
	static const struct {
		const char *raw, *path, *host;
	} rows[] = {
		{ "/health", "/health", NULL },
		{ "/", "/", NULL },
		{ "*", "*", NULL },
		{ "/v1/models", "/v1/models", NULL },
		{ "/v1/models/", "/v1/models", NULL },
		{ "//v1///models//", "/v1/models", NULL },
		{ "/v1/models/a//b", "/v1/models/a/b", NULL },
		/* only below /v1/ */
		{ "//metrics", "//metrics", NULL },
		{ "/metrics/", "/metrics/", NULL },
		{ "/v1", "/v1", NULL },
		{ "/v1/", "/v1", NULL },
		{ "/v12//x", "/v12//x", NULL },
		/* nothing is decoded */
		{ "/%6detrics", "/%6detrics", NULL },
		{ "/%76%31/models", "/%76%31/models", NULL },
		{ "/metrics%00", "/metrics%00", NULL },
		/* whole URLs */
		{ "http://a.example:80/health", "/health", "a.example:80" },
		{ "HTTPS://[::1]:8/v1//models", "/v1/models", "[::1]:8" },
		{ "http://user@host", "/", "user@host" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct http_target t;

		ck_assert_int_eq(http_target_read(rows[i].raw, &t), 0);
		ck_assert_str_eq(t.path, rows[i].path);
		if (rows[i].host == NULL)
			ck_assert_ptr_null(t.host);
		else
			ck_assert_str_eq(t.host, rows[i].host);
		http_target_free(&t);
		ck_assert_ptr_null(t.path);
	}
}
END_TEST

START_TEST(no_targets)
{
	static const char *const rows[] = { "", "health", "http:///health",
		"ftp://a/health", "**", "http://" };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct http_target t;

		ck_assert_int_eq(http_target_read(rows[i], &t), -EINVAL);
	}
}
END_TEST

START_TEST(decoding)
{
	static const struct {
		const char *raw, *wanted;
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "a%2Fb", "a/b" },
		{ "%e2%82%ac", "\xe2\x82\xac" },
		{ "100%25", "100%" },
		{ "%", NULL },
		{ "a%2", NULL },
		{ "%zz", NULL },
		{ "a%00b", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *s = strdup(rows[i].raw);
		int n = http_target_decode(s);

		if (rows[i].wanted == NULL) {
			ck_assert_int_eq(n, -EINVAL);
		} else {
			ck_assert_int_eq(n, (int)strlen(rows[i].wanted));
			ck_assert_str_eq(s, rows[i].wanted);
		}
		free(s);
	}
}
END_TEST

static int
read_and_free(void)
{
	struct http_target t;
	int rc = http_target_read("http://a/v1/models", &t);

	if (rc == 0)
		http_target_free(&t);
	return rc;
}

START_TEST(no_memory)
{
	OOM_EACH(read_and_free(), (void)0);
}
END_TEST

UNIT_MAIN("http_target", paths, no_targets, decoding, no_memory)
