#include "unit/unit.h"

#include <jansson.h>
#include <string.h>

#include "core/api_error.h"
#include "unit/oom.h"

enum {
	JSON_CAP = 65536
};

static json_t *
error_object(const struct api_error *e)
{
	struct buf out;
	json_t *root, *error;

	buf_init(&out, JSON_CAP);
	ck_assert_int_eq(api_error_json(e, &out), 0);
	root = json_loadb(out.data, out.len, 0, NULL);
	ck_assert_ptr_nonnull(root);
	ck_assert_uint_eq(json_object_size(root), 1);
	error = json_incref(json_object_get(root, "error"));
	ck_assert_uint_eq(json_object_size(error), 4);
	json_decref(root);
	buf_free(&out);
	return error;
}

static const char *
member(const json_t *error, const char *name)
{
	return json_string_value(json_object_get(error, name));
}

START_TEST(each_kind_is_complete)
{
	for (int kind = API_ERROR_NONE + 1; kind < API_ERROR_KINDS; kind++) {
		struct api_error e = API_ERROR_INIT;
		json_t *error;

		ck_assert_int_ge(api_error_status(kind), 400);
		ck_assert_int_lt(api_error_status(kind), 600);
		ck_assert_int_eq(api_error_set(&e, kind, "n %d", 7), -EINVAL);
		ck_assert_int_eq(e.kind, kind);
		error = error_object(&e);
		ck_assert_str_eq(member(error, "message"), "n 7");
		ck_assert_str_eq(member(error, "type"), api_error_type(kind));
		ck_assert_str_eq(member(error, "code"), api_error_code(kind));
		ck_assert(json_is_null(json_object_get(error, "param")));
		json_decref(error);
		api_error_free(&e);
	}
}
END_TEST

START_TEST(codes_are_unique)
{
	for (int a = API_ERROR_NONE + 1; a < API_ERROR_KINDS; a++) {
		for (int b = a + 1; b < API_ERROR_KINDS; b++)
			ck_assert_str_ne(api_error_code(a), api_error_code(b));
	}
}
END_TEST

/* What clients act on; the rest of the table is free to change. */
static const struct {
	enum api_error_kind kind;
	int status;
	const char *type;
	const char *code;
	int retry_after;
	bool no_retry;
} promised[] = {
	{ API_ERROR_UNSUPPORTED_PARAMETER, 400, "invalid_request_error",
	    "unsupported_parameter", -1, false },
	{ API_ERROR_CWD_NOT_ALLOWED, 400, "invalid_request_error",
	    "cwd_not_allowed", -1, false },
	{ API_ERROR_CONTEXT_LENGTH, 400, "invalid_request_error",
	    "context_length_exceeded", -1, false },
	{ API_ERROR_CODEX_UNAUTHORIZED, 401, "authentication_error",
	    "codex_unauthorized", -1, false },
	{ API_ERROR_MODEL_NOT_FOUND, 404, "invalid_request_error",
	    "model_not_found", -1, false },
	{ API_ERROR_USAGE_LIMIT, 429, "insufficient_quota",
	    "usage_limit_exceeded", -1, true },
	{ API_ERROR_RATE_LIMIT, 429, "rate_limit_error", "rate_limit_exceeded",
	    1, false },
	{ API_ERROR_QUEUE_FULL, 429, "rate_limit_error", "queue_full", 1,
	    false },
	{ API_ERROR_UPSTREAM, 502, "server_error", "upstream_error", -1,
	    false },
	{ API_ERROR_OVERLOADED, 503, "server_error", "overloaded", 1, false },
	{ API_ERROR_QUEUE_TIMEOUT, 503, "server_error", "queue_timeout", 1,
	    false },
	{ API_ERROR_SHUTTING_DOWN, 503, "server_error", "shutting_down", 1,
	    false },
	{ API_ERROR_TIMEOUT, 504, "server_error", "timeout", -1, false },
};

START_TEST(contract_holds)
{
	for (size_t i = 0; i < ARRAY_SIZE(promised); i++) {
		enum api_error_kind kind = promised[i].kind;
		struct api_error e = API_ERROR_INIT;

		api_error_set(&e, kind, "x");
		ck_assert_int_eq(api_error_status(kind), promised[i].status);
		ck_assert_str_eq(api_error_type(kind), promised[i].type);
		ck_assert_str_eq(api_error_code(kind), promised[i].code);
		ck_assert_int_eq(e.retry_after, promised[i].retry_after);
		ck_assert_int_eq(
		    api_error_no_retry(kind), promised[i].no_retry);
		api_error_free(&e);
	}
}
END_TEST

START_TEST(json_escapes_words_and_param)
{
	struct api_error e = API_ERROR_INIT;
	json_t *error;

	api_error_set_param(&e, API_ERROR_INVALID_TYPE,
	    "messages[2].content[0].\"type\"", "a \"b\"\n\xff%s",
	    "\xe2\x82\xac");
	error = error_object(&e);
	ck_assert_str_eq(
	    member(error, "message"), "a \"b\"\n\xef\xbf\xbd\xe2\x82\xac");
	ck_assert_str_eq(
	    member(error, "param"), "messages[2].content[0].\"type\"");
	json_decref(error);
	api_error_free(&e);
}
END_TEST

START_TEST(setting_again_replaces_even_from_itself)
{
	struct api_error e = API_ERROR_INIT;

	api_error_set_param(&e, API_ERROR_INVALID_TYPE, "n", "one");
	api_error_set_param(
	    &e, API_ERROR_QUEUE_FULL, e.param, "%s, two", e.message);
	ck_assert_int_eq(e.kind, API_ERROR_QUEUE_FULL);
	ck_assert_str_eq(e.message, "one, two");
	ck_assert_str_eq(e.param, "n");
	ck_assert_int_eq(e.retry_after, 1);
	api_error_set(&e, API_ERROR_TIMEOUT, "three");
	ck_assert_ptr_null(e.param);
	ck_assert_int_eq(e.retry_after, -1);
	api_error_free(&e);
}
END_TEST

START_TEST(moved_and_copied)
{
	struct api_error a = API_ERROR_INIT, b = API_ERROR_INIT;

	api_error_set_param(&a, API_ERROR_USAGE_LIMIT, "p", "words");
	a.retry_after = 90;
	api_error_set(&b, API_ERROR_TIMEOUT, "old");
	api_error_copy(&b, &a);
	api_error_copy(&b, &b);
	ck_assert_str_eq(b.message, "words");
	ck_assert_ptr_ne(b.message, a.message);
	ck_assert_str_eq(b.param, "p");
	ck_assert_int_eq(b.retry_after, 90);
	api_error_set(&b, API_ERROR_TIMEOUT, "old");
	api_error_move(&b, &a);
	api_error_move(&b, &b);
	ck_assert_int_eq(b.kind, API_ERROR_USAGE_LIMIT);
	ck_assert_str_eq(b.message, "words");
	ck_assert_int_eq(b.retry_after, 90);
	ck_assert_int_eq(a.kind, API_ERROR_NONE);
	ck_assert_ptr_null(a.message);
	api_error_free(&a);
	api_error_free(&b);
	api_error_free(NULL);
	ck_assert_int_eq(b.kind, API_ERROR_NONE);
}
END_TEST

/* Lost memory loses words, and the code takes their place. */
START_TEST(out_of_memory_keeps_the_error)
{
	struct api_error a = API_ERROR_INIT, b = API_ERROR_INIT;
	json_t *error;

	api_error_set_param(&a, API_ERROR_TIMEOUT, "p", "words");
	free(a.message);
	a.message = NULL;
	api_error_copy(&b, &a);
	ck_assert_ptr_null(b.message);
	ck_assert_str_eq(b.param, "p");
	error = error_object(&b);
	ck_assert_str_eq(member(error, "message"), "timeout");
	json_decref(error);
	api_error_free(&a);
	api_error_free(&b);
}
END_TEST

static int
write_json(const struct api_error *e)
{
	struct buf out;
	int rc;

	buf_init(&out, JSON_CAP);
	rc = api_error_json(e, &out);
	buf_free(&out);
	return rc;
}

START_TEST(writing_reports_out_of_memory)
{
	struct api_error e = API_ERROR_INIT;

	api_error_set(&e, API_ERROR_TIMEOUT, "%0200d", 1);
	OOM_EACH(write_json(&e), (void)0);
	api_error_free(&e);
}
END_TEST

UNIT_MAIN("api_error", each_kind_is_complete, codes_are_unique, contract_holds,
    json_escapes_words_and_param, setting_again_replaces_even_from_itself,
    moved_and_copied, out_of_memory_keeps_the_error,
    writing_reports_out_of_memory)
