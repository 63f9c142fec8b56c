#include "unit/unit.h"

#include "base/jsonx.h"
#include "core/codex_error.h"

/* 2026-11-24 08:30:00 UTC */
#define NOW INT64_C(1795509000)

static const struct {
	const char *message; /* as it stands inside a JSON string */
	const char *info; /* JSON */
	enum api_error_kind kind;
	int retry_after;
	const char *words; /* in the message */
	const char *comment;
} cases[] = {
	{ "m", "\"contextWindowExceeded\"", API_ERROR_CONTEXT_LENGTH, -1, "m",
	    "a kind that is named" },
	{ "m", "\"usageLimitExceeded\"", API_ERROR_USAGE_LIMIT, -1, "m", "" },
	{ "m", "\"sessionBudgetExceeded\"", API_ERROR_USAGE_LIMIT, -1, "m",
	    "" },
	{ "m", "\"rateLimitExceeded\"", API_ERROR_RATE_LIMIT, 1, "m", "" },
	{ "m", "\"serverOverloaded\"", API_ERROR_OVERLOADED, 1, "m", "" },
	{ "m", "\"flexUnavailable\"", API_ERROR_OVERLOADED, 1, "m", "" },
	{ "m", "\"policyCapacityUnavailable\"", API_ERROR_OVERLOADED, 1, "m",
	    "" },
	{ "m", "\"modelNotFound\"", API_ERROR_MODEL_NOT_FOUND, -1, "m", "" },
	{ "m", "\"cyberPolicy\"", API_ERROR_CONTENT_POLICY, -1, "m", "" },
	{ "m", "\"misalignmentPolicyViolation\"", API_ERROR_CONTENT_POLICY, -1,
	    "m", "" },
	{ "m", "\"inferenceHookDenied\"", API_ERROR_CONTENT_POLICY, -1, "m",
	    "" },
	{ "m", "\"unauthorized\"", API_ERROR_CODEX_UNAUTHORIZED, -1,
	    "codex login", "says what to do" },
	{ "m", "\"badRequest\"", API_ERROR_BAD_REQUEST, -1, "m", "" },
	{ "m", "\"internalServerError\"", API_ERROR_UPSTREAM, -1, "m", "" },
	{ "m", "\"other\"", API_ERROR_UPSTREAM, -1, "m", "" },
	{ "m", "\"somethingNew\"", API_ERROR_UPSTREAM, -1, "m",
	    "of a later Codex" },
	{ "m", "null", API_ERROR_UPSTREAM, -1, "m", "no kind" },
	{ "m", "7", API_ERROR_UPSTREAM, -1, "m", "none at all" },
	{ "m", "{\"httpConnectionFailed\":{\"httpStatusCode\":401}}",
	    API_ERROR_CODEX_UNAUTHORIZED, -1, "codex login", "by the status" },
	{ "m", "{\"responseTooManyFailedAttempts\":{\"httpStatusCode\":429}}",
	    API_ERROR_RATE_LIMIT, 1, "m", "" },
	{ "m", "{\"httpConnectionFailed\":{\"httpStatusCode\":503}}",
	    API_ERROR_OVERLOADED, 1, "m", "" },
	{ "m", "{\"httpConnectionFailed\":{\"httpStatusCode\":400}}",
	    API_ERROR_BAD_REQUEST, -1, "m", "" },
	{ "m", "{\"httpConnectionFailed\":{\"httpStatusCode\":500}}",
	    API_ERROR_UPSTREAM, -1, "m", "" },
	{ "m", "{\"responseStreamDisconnected\":{\"httpStatusCode\":null}}",
	    API_ERROR_UPSTREAM, -1, "m", "" },
	{ "m", "{\"x\":7}", API_ERROR_UPSTREAM, -1, "m", "made up" },
	{ "Quota exceeded. Check your plan and billing details.", "\"other\"",
	    API_ERROR_USAGE_LIMIT, -1, "Quota",
	    "the words decide where no kind is named" },
	{ "Quota exceeded. Check your plan and billing details.",
	    "{\"httpConnectionFailed\":{\"httpStatusCode\":429}}",
	    API_ERROR_USAGE_LIMIT, -1, "Quota", "before the status" },
	{ "Quota exceeded.", "\"contextWindowExceeded\"",
	    API_ERROR_CONTEXT_LENGTH, -1, "Quota", "a name before the words" },
	{ "{\\\"error\\\":{\\\"type\\\":\\\"usage_limit_reached\\\","
	  "\\\"message\\\":\\\"m\\\",\\\"resets_in_seconds\\\":90}}",
	    "\"usageLimitExceeded\"", API_ERROR_USAGE_LIMIT, 90, "m",
	    "the time stays" },
	{ "{\\\"detail\\\":\\\"Instructions are required\\\"}",
	    "\"badRequest\"", API_ERROR_BAD_REQUEST, -1,
	    "Instructions are required Try --instructions codex.",
	    "wants Codex's own prompt" },
	{ "", "\"unauthorized\"", API_ERROR_CODEX_UNAUTHORIZED, -1,
	    "codex login", "without words" },
	{ "", "\"other\"", API_ERROR_UPSTREAM, -1, "", "without any" },
};

START_TEST(turn_errors_map)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct api_error e = API_ERROR_INIT;
		json_t *error;
		char text[1024];

		snprintf(text, sizeof(text),
		    "{\"message\":\"%s\",\"codexErrorInfo\":%s}",
		    cases[i].message, cases[i].info);
		error = json_loads(text, 0, NULL);
		ck_assert_msg(error != NULL, "%s", text);
		codex_error_from_turn(error, NOW, &e);
		ck_assert_msg(e.kind == cases[i].kind, "%s %s: %s",
		    cases[i].info, cases[i].comment, api_error_code(e.kind));
		ck_assert_msg(e.retry_after == cases[i].retry_after,
		    "%s %s: retry after %d", cases[i].info, cases[i].comment,
		    e.retry_after);
		ck_assert_msg(e.message != NULL && e.message[0] != '\0' &&
			strstr(e.message, cases[i].words) != NULL,
		    "%s %s: %s", cases[i].info, cases[i].comment, e.message);
		api_error_free(&e);
		json_decref(error);
	}
}
END_TEST

START_TEST(no_error_object_is_an_error)
{
	struct api_error e = API_ERROR_INIT;

	codex_error_from_turn(NULL, NOW, &e);
	ck_assert_int_eq(e.kind, API_ERROR_UPSTREAM);
	ck_assert_ptr_nonnull(e.message);
	api_error_free(&e);
}
END_TEST

UNIT_MAIN("codex_error_info", turn_errors_map, no_error_object_is_an_error)
