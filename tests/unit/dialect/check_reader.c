#include "dialect/reader.h"

#include <errno.h>

#include "base/buf.h"
#include "base/limits.h"
#include "unit/oom.h"
#include "unit/unit.h"

enum {
	BODY_CAP = 64 * 1024 * 1024
};

static struct text kept;

/* Keeps the member "a" and nothing else. */
static int
read_a(struct reader *r, const json_t *root, void *form)
{
	(void)form;
	kept = (struct text){ NULL, 0 };
	return reader_keep_text(r, root, "a", "a", true, &kept);
}

static int
run(const char *body, size_t len, struct error *e, size_t *ret_held)
{
	struct generation *g;
	int rc = reader_run(body, len, read_a, NULL, &g, e);

	if (rc != 0)
		return rc;
	*ret_held = arena_held(&g->arena);
	generation_unref(g);
	return 0;
}

static void
expect_refused(const char *body, enum error_kind kind, const char *words)
{
	struct error e = ERROR_INIT;
	size_t held;

	ck_assert_msg(
	    run(body, strlen(body), &e, &held) == -EINVAL, "%.100s", body);
	ck_assert_int_eq(e.kind, kind);
	ck_assert_msg(strstr(e.message, words) != NULL, "%s", e.message);
	error_free(&e);
}

START_TEST(bodies_that_are_none)
{
	expect_refused("", ERROR_INVALID_JSON, "empty");
	expect_refused("{", ERROR_INVALID_JSON, "too early");
	expect_refused("[]", ERROR_INVALID_TYPE, "an array");
	expect_refused("{}", ERROR_MISSING_PARAMETER, "'a' is missing");
	expect_refused("{\"a\":1}", ERROR_INVALID_TYPE,
	    "'a' must be a string, not an integer");
}
END_TEST

/* Not an assertion a piece: those take longer than what is tested. */
static void
put(struct buf *b, const char *text, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		rc |= buf_puts(b, text);
	ck_assert_int_eq(rc, 0);
}

/* {"a":"x","b":[0,0,...]} of `n` zeros. */
static void
put_zeros(struct buf *b, size_t n)
{
	put(b, "{\"a\":\"x\",\"b\":[0", 1);
	put(b, ",0", n - 1);
	put(b, "]}", 1);
}

/* What is not read costs nothing. */
START_TEST(unknown_members_leave_nothing)
{
	struct error e = ERROR_INIT;
	struct buf b;
	size_t held = 0;

	buf_init(&b, BODY_CAP);
	put_zeros(&b, 500000);
	ck_assert_int_eq(run(b.data, b.len, &e, &held), 0);
	ck_assert_uint_le(held, 4096);
	buf_free(&b);
}
END_TEST

START_TEST(values_have_a_bound_beyond_a_megabyte)
{
	struct error e = ERROR_INIT;
	struct buf b;
	size_t held;

	buf_init(&b, BODY_CAP);
	/* 9.5 MiB, which took 200 MiB. */
	put_zeros(&b, 4980000);
	expect_refused(b.data, ERROR_INVALID_VALUE, "too many JSON values");
	buf_reset(&b);
	/* As many in as many bytes more, in which a text stands. */
	put_zeros(&b, 560000);
	expect_refused(b.data, ERROR_INVALID_VALUE, "too many JSON values");
	b.len -= 2;
	put(&b, ",\"", 1);
	put(&b, "[,{,\\\"[,", 100000);
	put(&b, "\"]}", 1);
	ck_assert_int_eq(run(b.data, b.len, &e, &held), 0);
	buf_free(&b);
}
END_TEST

START_TEST(any_body_of_a_megabyte_is_read)
{
	struct error e = ERROR_INIT;
	struct buf b;
	size_t held;

	buf_init(&b, BODY_CAP);
	put(&b, "{\"a\":\"x\",\"b\":[[]", 1);
	put(&b, ",[]", (LIMIT_FREE_BODY - b.len - 2) / 3);
	put(&b, "]}", 1);
	ck_assert_int_eq(run(b.data, b.len, &e, &held), 0);
	buf_free(&b);
}
END_TEST

static int
read_all(struct reader *r, const json_t *root, void *form)
{
	struct text text = { NULL, 0 };
	const char *word = NULL;
	bool flag = false;
	int64_t n = 0;
	json_t *value;
	int rc = reader_word(r, root, "word", "word", true, &text);

	(void)form;
	if (rc == 0)
		rc = reader_keep_word(r, text, &word);
	if (rc == 0)
		rc = reader_flag(r, root, "flag", "flag", &flag);
	if (rc == 0)
		rc = reader_int(r, root, "int", "int", &n);
	if (rc == 0)
		rc = reader_array(r, root, "array", "array", &value);
	if (rc == 0)
		rc = reader_object(r, root, "object", "object", &value);
	if (rc == 0 && value != NULL)
		rc = reader_keep_json(r, value, &kept);
	if (rc == 0)
		r->generation->model = word;
	if (rc == 0)
		rc = reader_room(r, 10, 10) != NULL ? 0 : -ENOMEM;
	return rc;
}

static const struct {
	const char *body;
	enum error_kind kind; /* ERROR_NONE: it is read */
	const char *param;
} members[] = {
	{ "{\"word\":\"w\"}", ERROR_NONE, NULL },
	{ "{\"word\":\"w\",\"flag\":null,\"int\":null,\"array\":null,"
	  "\"object\":null}",
	    ERROR_NONE, NULL },
	{ "{\"word\":\"w\",\"flag\":true,\"int\":-1,\"array\":[],"
	  "\"object\":{ \"a\" : 1 }}",
	    ERROR_NONE, NULL },
	{ "{\"word\":null}", ERROR_MISSING_PARAMETER, "word" },
	{ "{\"word\":7}", ERROR_INVALID_TYPE, "word" },
	{ "{\"word\":\"w\\u0000\"}", ERROR_INVALID_VALUE, "word" },
	{ "{\"word\":\"w\",\"flag\":1}", ERROR_INVALID_TYPE, "flag" },
	{ "{\"word\":\"w\",\"int\":1.0}", ERROR_INVALID_TYPE, "int" },
	{ "{\"word\":\"w\",\"array\":{}}", ERROR_INVALID_TYPE, "array" },
	{ "{\"word\":\"w\",\"object\":[]}", ERROR_INVALID_TYPE, "object" },
};

START_TEST(members_have_their_types)
{
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		const char *body = members[i].body;
		struct error e = ERROR_INIT;
		struct generation *g = NULL;
		int rc = reader_run(body, strlen(body), read_all, NULL, &g, &e);

		ck_assert_msg(
		    e.kind == members[i].kind, "%s: %s", body, e.message);
		ck_assert_int_eq(rc, e.kind == ERROR_NONE ? 0 : -EINVAL);
		if (rc == 0)
			ck_assert_str_eq(g->model, "w");
		else
			ck_assert_str_eq(e.param, members[i].param);
		if (i == 2)
			ck_assert_str_eq(kept.s, "{\"a\":1}");
		generation_unref(g);
		error_free(&e);
	}
}
END_TEST

static int
make(const char *body, struct error *e)
{
	struct generation *g = NULL;
	int rc = reader_run(body, strlen(body), read_all, NULL, &g, e);

	generation_unref(g);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	struct error e = ERROR_INIT;

	OOM_EACH(make(members[2].body, &e),
	    ck_assert_int_eq(e.kind, ERROR_INTERNAL));
	error_free(&e);
}
END_TEST

UNIT_MAIN("reader", bodies_that_are_none, unknown_members_leave_nothing,
    values_have_a_bound_beyond_a_megabyte, any_body_of_a_megabyte_is_read,
    members_have_their_types, out_of_memory_is_told)
