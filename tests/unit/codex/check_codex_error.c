#include "unit/unit.h"

#include <time.h>

#include "codex/codex_error.h"

/* 2026-11-24 08:30:00 UTC, a Tuesday; the tests run in UTC. */
#define NOW INT64_C(1795509000)

static const struct {
	const char *message;
	enum error_kind kind;
	int retry_after; /* -2: do not care */
	const char *comment;
} cases[] = {
	{ "Codex ran out of room in the model's context window. Start a new "
	  "thread or clear earlier history before retrying.",
	    ERROR_CONTEXT_LENGTH, -1, "400 context_length_exceeded" },
	{ "{\"error\":{\"message\":\"sim: 400\",\"type\":"
	  "\"invalid_request_error\",\"param\":null,\"code\":null}}",
	    ERROR_BAD_REQUEST, -1, "400: the body is the message" },
	{ "{\"detail\":\"The 'x' model is not supported when using Codex "
	  "with a ChatGPT account.\"}",
	    ERROR_MODEL_NOT_FOUND, -1, "the ChatGPT backend's 400" },
	{ "{\"detail\":\"Instructions are required\"}", ERROR_BAD_REQUEST, -1,
	    "the same, another reason" },
	{ "unexpected status 401 Unauthorized: sim: 401, url: http://h/v1",
	    ERROR_CODEX_UNAUTHORIZED, -1, "401" },
	{ "unexpected status 403 Forbidden: sim: 403, url: http://h/v1",
	    ERROR_CODEX_FORBIDDEN, -1, "403" },
	{ "unexpected status 404 Not Found: no route, url: http://h/v1",
	    ERROR_UPSTREAM, -1, "404 that is not about a model" },
	{ "unexpected status 404 Not Found: model 'x' not found, url: h",
	    ERROR_MODEL_NOT_FOUND, -1, "404 that is" },
	{ "The model `x` does not exist or you do not have access to it.",
	    ERROR_MODEL_NOT_FOUND, -1, "404 model_not_found" },
	{ "unexpected status 413 Payload Too Large: x, url: http://h/v1",
	    ERROR_BAD_REQUEST, -1, "413" },
	{ "exceeded retry limit, last status: 429 Too Many Requests",
	    ERROR_RATE_LIMIT, 1, "429" },
	{ "rate limit exceeded: slow down", ERROR_RATE_LIMIT, 1,
	    "response.failed rate_limit_exceeded" },
	{ "Quota exceeded. Check your plan and billing details.",
	    ERROR_USAGE_LIMIT, -1, "429 insufficient_quota" },
	{ "You\xe2\x80\x99ve hit your usage limit. Upgrade to Pro "
	  "(https://chatgpt.com/explore/pro), visit https://chatgpt.com/"
	  "settings/usage to purchase more credits or try again at 9:36 AM.",
	    ERROR_USAGE_LIMIT, 66 * 60, "usage limit, later today" },
	{ "You\xe2\x80\x99ve hit your usage limit. Or try again at 8:29 AM.",
	    ERROR_USAGE_LIMIT, 24 * 3600 - 60, "usage limit, past midnight" },
	{ "You\xe2\x80\x99ve hit your usage limit. Upgrade or try again at "
	  "Nov 26th, 2026 4:10 PM.",
	    ERROR_USAGE_LIMIT, 2 * 86400 + 7 * 3600 + 40 * 60,
	    "usage limit, another day" },
	{ "You\xe2\x80\x99ve hit your usage limit. Try again later.",
	    ERROR_USAGE_LIMIT, -1, "usage limit without a time" },
	{ "{\"error\":{\"type\":\"usage_limit_reached\",\"message\":\"m\","
	  "\"resets_in_seconds\":90}}",
	    ERROR_USAGE_LIMIT, 90, "the backend's body" },
	{ "{\"error\":{\"type\":\"usage_limit_reached\",\"message\":\"m\","
	  "\"resets_at\":1795509600}}",
	    ERROR_USAGE_LIMIT, 600, "the same with a time" },
	{ "{\"error\":{\"type\":\"usage_limit_reached\",\"message\":\"m\","
	  "\"resets_in_seconds\":99999999}}",
	    ERROR_USAGE_LIMIT, 7 * 86400, "a week at the most" },
	{ "{\"error\":{\"type\":\"usage_limit_reached\",\"message\":\"m\","
	  "\"resets_at\":1}}",
	    ERROR_USAGE_LIMIT, 1, "already over" },
	{ "To use Codex with your ChatGPT plan, upgrade to Plus: "
	  "https://chatgpt.com/explore/plus.",
	    ERROR_USAGE_LIMIT, -1, "usage_not_included" },
	{ "We\xe2\x80\x99re currently experiencing high demand, which may "
	  "cause temporary errors.",
	    ERROR_UPSTREAM, -1, "500" },
	{ "Selected model is at capacity. Please try a different model.",
	    ERROR_OVERLOADED, 1, "503 server_is_overloaded" },
	{ "unexpected status 503 Service Unavailable: x, url: http://h",
	    ERROR_OVERLOADED, 1, "503" },
	{ "unexpected status 502 Bad Gateway: x, url: http://h", ERROR_UPSTREAM,
	    -1, "502" },
	{ "This content violates our usage policy.", ERROR_CONTENT_POLICY, -1,
	    "a policy refusal" },
	{ "Your prompt was flagged.", ERROR_CONTENT_POLICY, -1,
	    "another wording" },
	{ "stream disconnected before completion: Transport error: network "
	  "error: error decoding response body",
	    ERROR_UPSTREAM, -1, "cut stream" },
	{ "stream disconnected before completion: The model `x` does not exist "
	  "or you do not have access to it.",
	    ERROR_MODEL_NOT_FOUND, -1, "model_not_found before 0.165" },
	{ "stream disconnected before completion: This violates our policy.",
	    ERROR_CONTENT_POLICY, -1, "content_policy_violation, 0.162" },
	{ "stream disconnected before completion: Rate limit reached for m on "
	  "tokens per min. Please try again in 5s.",
	    ERROR_RATE_LIMIT, 1, "rate_limit_exceeded, 0.122" },
	{ "unexpected status 404 Not Found: The model 'x' does not exist, "
	  "url: http://h",
	    ERROR_MODEL_NOT_FOUND, -1, "404 before 0.165" },
	{ "{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\","
	  "\"param\":null,\"code\":\"context_length_exceeded\"}}",
	    ERROR_CONTEXT_LENGTH, -1, "the body before 0.169" },
	{ "{\"error\":{\"message\":\"m\",\"type\":\"invalid_request_error\","
	  "\"param\":null,\"code\":\"content_policy_violation\"}}",
	    ERROR_CONTENT_POLICY, -1, "the body in 0.162" },
	{ "Missing environment variable: `SIM_KEY`.", ERROR_CODEX_UNAUTHORIZED,
	    -1, "a provider's key" },
	{ "Reconnecting... waiting for network (Connection failed: error)",
	    ERROR_UPSTREAM, -1, "no network" },
	{ "something new", ERROR_UPSTREAM, -1, "unknown" },
	{ "", ERROR_UPSTREAM, -1, "nothing at all" },
	{ "{\"error\":{}}", ERROR_UPSTREAM, -1, "JSON that says nothing" },
	{ "{broken", ERROR_UPSTREAM, -1, "no JSON after all" },
};

START_TEST(messages_map)
{
	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error e = ERROR_INIT;

		codex_error_from_message(cases[i].message, NOW, &e);
		ck_assert_msg(e.kind == cases[i].kind, "%s: %s",
		    cases[i].comment, error_code(e.kind));
		ck_assert_msg(e.retry_after == cases[i].retry_after,
		    "%s: retry after %d", cases[i].comment, e.retry_after);
		ck_assert_msg(e.message != NULL && e.message[0] != '\0',
		    "%s: no words", cases[i].comment);
		error_free(&e);
	}
}
END_TEST

START_TEST(unauthorized_says_what_to_do)
{
	struct error e = ERROR_INIT;

	codex_error_from_message("unexpected status 401 Unauthorized", NOW, &e);
	ck_assert_ptr_nonnull(strstr(e.message, "codex login"));
	error_free(&e);
}
END_TEST

START_TEST(body_hands_on_its_message)
{
	struct error e = ERROR_INIT;

	codex_error_from_message(
	    "{\"error\":{\"message\":\"just this\",\"code\":\"x\"}}", NOW, &e);
	ck_assert_str_eq(e.message, "just this");
	error_free(&e);
}
END_TEST

START_TEST(long_messages_are_capped)
{
	struct error e = ERROR_INIT;
	char *message = malloc(100001);

	memset(message, 'x', 100000);
	message[100000] = '\0';
	codex_error_from_message(message, NOW, &e);
	ck_assert_uint_le(strlen(e.message), 4000);
	error_free(&e);
	free(message);
}
END_TEST

static const struct {
	const char *tail;
	bool known;
	enum error_kind kind;
	const char *comment;
} tails[] = {
	{ "WARNING: x\nError: turn/start: turn/start failed: Input exceeds "
	  "the maximum length of 1048576 characters. (code -32602), data: "
	  "{\"input_error_code\":\"input_too_large\"}\n",
	    true, ERROR_CONTEXT_LENGTH, "a prompt that is too long" },
	{ "Not logged in\n", true, ERROR_CODEX_UNAUTHORIZED, "no login" },
	{ "thread 'main' panicked at x.rs:1\n", false, 0, "a crash" },
	{ "", false, 0, "silence" },
};

START_TEST(stderr_is_searched)
{
	for (size_t i = 0; i < ARRAY_SIZE(tails); i++) {
		struct error e = ERROR_INIT;
		bool known = codex_error_from_stderr(tails[i].tail, NOW, &e);

		ck_assert_msg(known == tails[i].known, "%s", tails[i].comment);
		ck_assert_msg(e.kind == tails[i].kind, "%s", tails[i].comment);
		error_free(&e);
	}
}
END_TEST

START_TEST(incomplete_is_no_failure)
{
	ck_assert_int_eq(
	    codex_error_incomplete(
		"Incomplete response returned, reason: max_output_tokens"),
	    FINISH_LENGTH);
	ck_assert_int_eq(
	    codex_error_incomplete(
		"stream disconnected before completion: Incomplete response "
		"returned, reason: content_filter"),
	    FINISH_CONTENT_FILTER);
	ck_assert_int_eq(codex_error_incomplete(
			     "Incomplete response returned, reason: other"),
	    FINISH_NONE);
	ck_assert_int_eq(codex_error_incomplete("x"), FINISH_NONE);
}
END_TEST

START_TEST(encrypted_content_that_cannot_be_read)
{
	static const struct {
		const char *message;
		bool unreadable;
	} rows[] = {
		{ "{\"error\":{\"message\":\"no\",\"code\":"
		  "\"invalid_encrypted_content\"}}",
		    true },
		{ "stream disconnected before completion: The encrypted "
		  "content gAAA...GDc= could not be verified.",
		    true },
		{ "The encrypted content could not be decrypted or parsed.",
		    true },
		{ "It could not be done; no encrypted content.", false },
		{ "{\"error\":{\"message\":\"sim: 400\"}}", false },
		{ "", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(codex_error_is_unreadable(rows[i].message) ==
			rows[i].unreadable,
		    "%s", rows[i].message);
}
END_TEST

UNIT_MAIN("codex_error", encrypted_content_that_cannot_be_read, messages_map,
    unauthorized_says_what_to_do, body_hands_on_its_message,
    long_messages_are_capped, stderr_is_searched, incomplete_is_no_failure)
