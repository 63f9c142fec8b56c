/*
 * messages_error: which status and type an error has in this API, and its
 * envelope.
 */
#include "unit/unit.h"

#include "dialect/messages/messages_dialect.h"
#include "dialect/messages/messages_error.h"
#include "unit/oom.h"

static const struct {
	enum error_kind kind;
	int status;
	const char *type;
} kinds[] = {
	{ ERROR_INVALID_JSON, 400, "invalid_request_error" },
	{ ERROR_INVALID_VALUE, 400, "invalid_request_error" },
	{ ERROR_THREAD_UNSUPPORTED, 400, "invalid_request_error" },
	{ ERROR_CONTEXT_LENGTH, 400, "invalid_request_error" },
	{ ERROR_CONTENT_POLICY, 400, "invalid_request_error" },
	{ ERROR_NOT_OBEYED, 400, "invalid_request_error" },
	/* 401 is tried again without end. */
	{ ERROR_INVALID_API_KEY, 403, "permission_error" },
	{ ERROR_CODEX_UNAUTHORIZED, 403, "permission_error" },
	{ ERROR_CODEX_FORBIDDEN, 403, "permission_error" },
	{ ERROR_ORIGIN_NOT_ALLOWED, 403, "permission_error" },
	{ ERROR_MODEL_NOT_FOUND, 404, "not_found_error" },
	{ ERROR_METHOD_NOT_ALLOWED, 405, "invalid_request_error" },
	{ ERROR_BODY_TOO_LARGE, 413, "request_too_large" },
	{ ERROR_TARGET_TOO_LONG, 414, "invalid_request_error" },
	{ ERROR_UNSUPPORTED_MEDIA_TYPE, 415, "invalid_request_error" },
	{ ERROR_RATE_LIMIT, 429, "rate_limit_error" },
	{ ERROR_USAGE_LIMIT, 429, "rate_limit_error" },
	{ ERROR_QUEUE_FULL, 529, "overloaded_error" },
	{ ERROR_QUEUE_TIMEOUT, 529, "overloaded_error" },
	{ ERROR_OVERLOADED, 529, "overloaded_error" },
	{ ERROR_SHUTTING_DOWN, 529, "overloaded_error" },
	{ ERROR_INTERNAL, 500, "api_error" },
	{ ERROR_UPSTREAM, 500, "api_error" },
	{ ERROR_CODEX_CRASHED, 500, "api_error" },
	{ ERROR_CODEX_UNAVAILABLE, 503, "api_error" },
	/* What no retry mends is no 5xx. */
	{ ERROR_CODEX_UNUSABLE, 403, "permission_error" },
	{ ERROR_TIMEOUT, 504, "timeout_error" },
};

START_TEST(statuses_and_types)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct error e = ERROR_INIT;
		struct buf out;
		char type[64];

		error_set(&e, kinds[i].kind, "why");
		buf_init(&out, 4096);
		ck_assert_int_eq(messages_error_json(&e, "r", &out), 0);
		snprintf(
		    type, sizeof(type), "{\"type\":\"%s\",", kinds[i].type);
		ck_assert_msg(strstr(out.data, type) != NULL, "%s", out.data);
		ck_assert_int_eq(
		    messages_error_status(kinds[i].kind), kinds[i].status);
		buf_free(&out);
		error_free(&e);
	}
}
END_TEST

/*
 * What holds for those to come, too: Claude Code asks again without end at 401
 * and 500, and the SDKs know no 502. So a login and a key are no 401, and what
 * no retry mends is no 5xx.
 */
START_TEST(nothing_permanent_is_tried_again)
{
	for (enum error_kind k = ERROR_NONE + 1; k < ERROR_KINDS; k++) {
		int status = messages_error_status(k);

		ck_assert_int_ne(status, 401);
		ck_assert_int_ne(status, 502);
		if (error_no_retry(k))
			ck_assert_int_lt(status, 500);
		if (error_status(k) < 500 && k != ERROR_QUEUE_FULL)
			ck_assert_int_lt(status, 500);
	}
}
END_TEST

#define ENVELOPE(error) \
	"{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\"," \
	"\"message\":" error "},\"request_id\":\"req_1\"}"

static const struct {
	enum error_kind kind;
	const char *param, *words, *json;
} envelopes[] = {
	{ ERROR_BAD_REQUEST, NULL, "a \"word\"",
	    ENVELOPE("\"a \\\"word\\\"\"") },
	/* The words say the place, once. */
	{ ERROR_INVALID_VALUE, "messages.0.role", "'messages.0.role' is odd",
	    ENVELOPE("\"'messages.0.role' is odd\"") },
	{ ERROR_INVALID_VALUE, "messages.0.content.1.id", "Twice.",
	    ENVELOPE("\"messages.0.content.1.id: Twice.\"") },
	{ ERROR_CONTEXT_LENGTH, "messages", "It is too much.",
	    ENVELOPE("\"prompt is too long: It is too much.\"") },
	{ ERROR_THREAD_UNSUPPORTED, "thread", "'thread' is not",
	    ENVELOPE("\"'thread' is not\",\"details\":{\"error_code\":"
		     "\"thread_unsupported_request\",\"unsupported\":[]}") },
};

START_TEST(envelopes_are_whole)
{
	for (size_t i = 0; i < ARRAY_SIZE(envelopes); i++) {
		struct error e = ERROR_INIT;
		struct buf out;

		error_set_param(&e, envelopes[i].kind, envelopes[i].param, "%s",
		    envelopes[i].words);
		buf_init(&out, 4096);
		ck_assert_int_eq(messages_dialect.error(&e, "req_1", &out), 0);
		ck_assert_str_eq(out.data, envelopes[i].json);
		buf_free(&out);
		error_free(&e);
	}
}
END_TEST

static const struct {
	enum error_field field;
	struct place place;
	const char *name;
} names[] = {
	{ FIELD_MODEL, { PLACE_ALL, PLACE_ALL }, "model" },
	{ FIELD_IMAGE, { 2, 1 }, "messages.2.content.1" },
	{ FIELD_IMAGE, { 2, PLACE_ALL }, "messages.2.content" },
	{ FIELD_IMAGE, { PLACE_ALL, PLACE_ALL }, "messages" },
	{ FIELD_CALL, { 0, 3 }, "messages.0.content.3.id" },
	{ FIELD_RESULT, { 1, 0 }, "messages.1.content.0.tool_use_id" },
	{ FIELD_TOOLS, { PLACE_ALL, PLACE_ALL }, "tools" },
	{ FIELD_SEARCH, { PLACE_ALL, PLACE_ALL }, "tools" },
	{ FIELD_CHOICE, { PLACE_ALL, PLACE_ALL }, "tool_choice" },
	{ FIELD_PARALLEL, { PLACE_ALL, PLACE_ALL },
	    "tool_choice.disable_parallel_tool_use" },
	{ FIELD_FORMAT, { PLACE_ALL, PLACE_ALL }, "output_config.format" },
	{ FIELD_EFFORT, { PLACE_ALL, PLACE_ALL }, "output_config.effort" },
	{ FIELD_STOP, { PLACE_ALL, PLACE_ALL }, "stop_sequences" },
	{ FIELD_NONE, { PLACE_ALL, PLACE_ALL }, NULL },
};

START_TEST(fields_at_fault)
{
	static const char body[] =
	    "{\"model\":\"m\",\"max_tokens\":1,\"output_config\":{\"effort\":"
	    "\"low\",\"format\":{\"type\":\"json_schema\",\"schema\":{}}},"
	    "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";
	struct error e = ERROR_INIT;
	struct generation *g = NULL;
	struct form *form = NULL;

	ck_assert_int_eq(
	    messages_dialect.read(body, strlen(body), &g, &form, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		error_set_at(&e, ERROR_BAD_REQUEST, names[i].field,
		    names[i].place, "no");
		dialect_name_fault(&messages_dialect, g, form, &e);
		if (names[i].name == NULL)
			ck_assert_ptr_null(e.param);
		else
			ck_assert_str_eq(e.param, names[i].name);
		error_free(&e);
	}
	messages_dialect.form_free(form);
	generation_unref(g);
}
END_TEST

/* Nothing but the number; and whoever asks for it says no max_tokens. */
START_TEST(tokens_are_counted)
{
	static const char body[] =
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	    "\"content\":\"a\"}]}";
	const struct dialect *d = &messages_count_dialect;
	struct error e = ERROR_INIT;
	struct generation *g = NULL;
	struct form *form = NULL;
	struct buf out;

	ck_assert_int_eq(d->read(body, strlen(body), &g, &form, &e), 0);
	buf_init(&out, 4096);
	ck_assert_int_eq(d->count(42, &out), 0);
	ck_assert_str_eq(out.data, "{\"input_tokens\":42}");
	buf_free(&out);
	d->form_free(form);
	generation_unref(g);
}
END_TEST

static int
write_once(const struct error *e)
{
	struct buf out;
	int rc;

	buf_init(&out, 4096);
	rc = messages_error_json(e, "r", &out);
	buf_free(&out);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	struct error e = ERROR_INIT;

	error_set(&e, ERROR_UPSTREAM, "why");
	OOM_EACH(write_once(&e), (void)0);
	error_free(&e);
}
END_TEST

UNIT_MAIN("messages_error", statuses_and_types,
    nothing_permanent_is_tried_again, envelopes_are_whole, fields_at_fault,
    tokens_are_counted, out_of_memory_is_told)
