#include "unit/unit.h"

#include <jansson.h>
#include <string.h>

#include "dialect/openai_error.h"
#include "unit/oom.h"

enum {
	JSON_CAP = 65536
};

static json_t *
error_object(const struct error *e)
{
	struct buf out;
	json_t *root, *error;

	buf_init(&out, JSON_CAP);
	ck_assert_int_eq(openai_error_json(e, "req_1", &out), 0);
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
	for (int kind = ERROR_NONE + 1; kind < ERROR_KINDS; kind++) {
		struct error e = ERROR_INIT;
		json_t *error;

		error_set(&e, kind, "n %d", 7);
		error = error_object(&e);
		ck_assert_str_eq(member(error, "message"), "n 7");
		ck_assert_str_eq(
		    member(error, "type"), openai_error_type(kind));
		ck_assert_str_eq(member(error, "code"), error_code(kind));
		ck_assert(json_is_null(json_object_get(error, "param")));
		json_decref(error);
		error_free(&e);
	}
}
END_TEST

/* What clients act on. */
static const struct {
	enum error_kind kind;
	const char *type;
} promised[] = {
	{ ERROR_INVALID_JSON, "invalid_request_error" },
	{ ERROR_CONTEXT_LENGTH, "invalid_request_error" },
	{ ERROR_INVALID_API_KEY, "authentication_error" },
	{ ERROR_CODEX_UNAUTHORIZED, "authentication_error" },
	{ ERROR_ORIGIN_NOT_ALLOWED, "permission_error" },
	{ ERROR_HOST_NOT_ALLOWED, "permission_error" },
	{ ERROR_NOT_FOUND, "invalid_request_error" },
	{ ERROR_MODEL_NOT_FOUND, "invalid_request_error" },
	{ ERROR_METHOD_NOT_ALLOWED, "invalid_request_error" },
	{ ERROR_BODY_TOO_LARGE, "invalid_request_error" },
	{ ERROR_TARGET_TOO_LONG, "invalid_request_error" },
	{ ERROR_UNSUPPORTED_MEDIA_TYPE, "invalid_request_error" },
	{ ERROR_QUEUE_FULL, "rate_limit_error" },
	{ ERROR_RATE_LIMIT, "rate_limit_error" },
	{ ERROR_USAGE_LIMIT, "insufficient_quota" },
	{ ERROR_CLIENT_GONE, "invalid_request_error" },
	{ ERROR_INTERNAL, "server_error" },
	{ ERROR_UPSTREAM, "server_error" },
	{ ERROR_OVERLOADED, "server_error" },
	{ ERROR_TIMEOUT, "server_error" },
};

START_TEST(types_are_those_of_openai)
{
	for (size_t i = 0; i < ARRAY_SIZE(promised); i++)
		ck_assert_str_eq(
		    openai_error_type(promised[i].kind), promised[i].type);
}
END_TEST

START_TEST(json_escapes_words_and_param)
{
	struct error e = ERROR_INIT;
	json_t *error;

	error_set_param(&e, ERROR_INVALID_TYPE,
	    "messages[2].content[0].\"type\"", "a \"b\"\n\xff%s",
	    "\xe2\x82\xac");
	error = error_object(&e);
	ck_assert_str_eq(
	    member(error, "message"), "a \"b\"\n\xef\xbf\xbd\xe2\x82\xac");
	ck_assert_str_eq(
	    member(error, "param"), "messages[2].content[0].\"type\"");
	json_decref(error);
	error_free(&e);
}
END_TEST

/* Lost memory loses words, and the code takes their place. */
START_TEST(lost_words_are_replaced)
{
	struct error e = ERROR_INIT;
	json_t *error;

	error_set_param(&e, ERROR_TIMEOUT, "p", "words");
	free(e.message);
	e.message = NULL;
	error = error_object(&e);
	ck_assert_str_eq(member(error, "message"), "timeout");
	json_decref(error);
	error_free(&e);
}
END_TEST

static int
write_json(const struct error *e)
{
	struct buf out;
	int rc;

	buf_init(&out, JSON_CAP);
	rc = openai_error_json(e, "req_1", &out);
	buf_free(&out);
	return rc;
}

START_TEST(writing_reports_out_of_memory)
{
	struct error e = ERROR_INIT;

	error_set(&e, ERROR_TIMEOUT, "%0200d", 1);
	OOM_EACH(write_json(&e), (void)0);
	error_free(&e);
}
END_TEST

UNIT_MAIN("openai_error", each_kind_is_complete, types_are_those_of_openai,
    json_escapes_words_and_param, lost_words_are_replaced,
    writing_reports_out_of_memory)
