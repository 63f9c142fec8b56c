#include "unit/unit.h"

#include "json/jsonx.h"
#include "codex/codex_error.h"

/* 2026-11-24 08:30:00 UTC */
#define NOW INT64_C(1795509000)

static const struct {
	const char *message; /* as it stands inside a JSON string */
	const char *info; /* JSON */
	enum error_kind kind;
	int retry_after;
	const char *words; /* in the message */
	const char *comment;
} cases[] = {
	{ "m", "\"contextWindowExceeded\"", ERROR_CONTEXT_LENGTH, -1, "m",
	    "a kind that is named" },
	{ "m", "\"usageLimitExceeded\"", ERROR_USAGE_LIMIT, -1, "m", "" },
	{ "m", "\"sessionBudgetExceeded\"", ERROR_USAGE_LIMIT, -1, "m", "" },
	{ "m", "\"rateLimitExceeded\"", ERROR_RATE_LIMIT, 1, "m", "" },
	{ "m", "\"serverOverloaded\"", ERROR_OVERLOADED, 1, "m", "" },
	{ "m", "\"flexUnavailable\"", ERROR_OVERLOADED, 1, "m", "" },
	{ "m", "\"policyCapacityUnavailable\"", ERROR_OVERLOADED, 1, "m", "" },
	{ "m", "\"modelNotFound\"", ERROR_MODEL_NOT_FOUND, -1, "m", "" },
	{ "m", "\"cyberPolicy\"", ERROR_CONTENT_POLICY, -1, "m", "" },
	{ "m", "\"misalignmentPolicyViolation\"", ERROR_CONTENT_POLICY, -1, "m",
	    "" },
	{ "m", "\"inferenceHookDenied\"", ERROR_CONTENT_POLICY, -1, "m", "" },
	{ "m", "\"unauthorized\"", ERROR_CODEX_UNAUTHORIZED, -1, "codex login",
	    "says what to do" },
	{ "m", "\"badRequest\"", ERROR_BAD_REQUEST, -1, "m", "" },
	{ "m", "\"internalServerError\"", ERROR_UPSTREAM, -1, "m", "" },
	{ "m", "\"other\"", ERROR_UPSTREAM, -1, "m", "" },
	{ "m", "\"somethingNew\"", ERROR_UPSTREAM, -1, "m",
	    "of a later Codex" },
	{ "m", "null", ERROR_UPSTREAM, -1, "m", "no kind" },
	{ "m", "7", ERROR_UPSTREAM, -1, "m", "none at all" },
	{ "m", "{\"httpConnectionFailed\":{\"httpStatusCode\":401}}",
	    ERROR_CODEX_UNAUTHORIZED, -1, "codex login", "by the status" },
	{ "m", "{\"responseTooManyFailedAttempts\":{\"httpStatusCode\":429}}",
	    ERROR_RATE_LIMIT, 1, "m", "" },
	{ "m", "{\"httpConnectionFailed\":{\"httpStatusCode\":503}}",
	    ERROR_OVERLOADED, 1, "m", "" },
	{ "m", "{\"httpConnectionFailed\":{\"httpStatusCode\":400}}",
	    ERROR_BAD_REQUEST, -1, "m", "" },
	{ "m", "{\"httpConnectionFailed\":{\"httpStatusCode\":500}}",
	    ERROR_UPSTREAM, -1, "m", "" },
	{ "m", "{\"responseStreamDisconnected\":{\"httpStatusCode\":null}}",
	    ERROR_UPSTREAM, -1, "m", "" },
	{ "m", "{\"x\":7}", ERROR_UPSTREAM, -1, "m", "made up" },
	{ "Quota exceeded. Check your plan and billing details.", "\"other\"",
	    ERROR_USAGE_LIMIT, -1, "Quota",
	    "the words decide where no kind is named" },
	{ "Quota exceeded. Check your plan and billing details.",
	    "{\"httpConnectionFailed\":{\"httpStatusCode\":429}}",
	    ERROR_USAGE_LIMIT, -1, "Quota", "before the status" },
	{ "Quota exceeded.", "\"contextWindowExceeded\"", ERROR_CONTEXT_LENGTH,
	    -1, "Quota", "a name before the words" },
	{ "{\\\"error\\\":{\\\"type\\\":\\\"usage_limit_reached\\\","
	  "\\\"message\\\":\\\"m\\\",\\\"resets_in_seconds\\\":90}}",
	    "\"usageLimitExceeded\"", ERROR_USAGE_LIMIT, 90, "m",
	    "the time stays" },
	{ "{\\\"detail\\\":\\\"Instructions are required\\\"}",
	    "\"badRequest\"", ERROR_BAD_REQUEST, -1,
	    "Instructions are required Try --instructions codex.",
	    "wants Codex's own prompt" },
	{ "", "\"unauthorized\"", ERROR_CODEX_UNAUTHORIZED, -1, "codex login",
	    "without words" },
	{ "", "\"other\"", ERROR_UPSTREAM, -1, "", "without any" },
};

START_TEST(turn_errors_map)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error e = ERROR_INIT;
		json_t *error;
		char text[1024];

		snprintf(text, sizeof(text),
		    "{\"message\":\"%s\",\"codexErrorInfo\":%s}",
		    cases[i].message, cases[i].info);
		error = json_loads(text, 0, NULL);
		ck_assert_msg(error != NULL, "%s", text);
		codex_error_from_turn(error, NOW, &e);
		ck_assert_msg(e.kind == cases[i].kind, "%s %s: %s",
		    cases[i].info, cases[i].comment, error_code(e.kind));
		ck_assert_msg(e.retry_after == cases[i].retry_after,
		    "%s %s: retry after %d", cases[i].info, cases[i].comment,
		    e.retry_after);
		ck_assert_msg(e.message != NULL && e.message[0] != '\0' &&
			strstr(e.message, cases[i].words) != NULL,
		    "%s %s: %s", cases[i].info, cases[i].comment, e.message);
		error_free(&e);
		json_decref(error);
	}
}
END_TEST

START_TEST(no_error_object_is_an_error)
{
	struct error e = ERROR_INIT;

	codex_error_from_turn(NULL, NOW, &e);
	ck_assert_int_eq(e.kind, ERROR_UPSTREAM);
	ck_assert_ptr_nonnull(e.message);
	error_free(&e);
}
END_TEST

UNIT_MAIN("codex_error_info", turn_errors_map, no_error_object_is_an_error)
