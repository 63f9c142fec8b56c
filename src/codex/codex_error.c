#include "codex/codex_error.h"

#include <time.h>

#include "base/clock.h"
#include "codex/codex_words.h"
#include "json/jsonx.h"

enum {
	RETRY_AFTER_MAX = 7 * 24 * 3600
};

#define SECONDS_A_DAY 86400

struct rule {
	const char *text; /* part of Codex's message, in any case */
	enum error_kind kind;
	const char *advice; /* appended, or NULL */
};

#define LOGIN_ADVICE \
	" Log in with 'codex login' as the user who runs the proxy."

/*
 * The first that matches decides, so sentences of Codex's own come before
 * words that an upstream's message may hold.
 */
static const struct rule rules[] = {
	/* the context window */
	{ "ran out of room in the model's context", ERROR_CONTEXT_LENGTH,
	    NULL },
	{ "context_length_exceeded", ERROR_CONTEXT_LENGTH, NULL },
	{ "input exceeds the maximum length", ERROR_CONTEXT_LENGTH, NULL },
	{ "input_too_large", ERROR_CONTEXT_LENGTH, NULL },
	{ "exceeds the context window", ERROR_CONTEXT_LENGTH, NULL },
	{ "maximum context length", ERROR_CONTEXT_LENGTH, NULL },
	/* quota and rate */
	{ "hit your usage limit", ERROR_USAGE_LIMIT, NULL },
	{ "usage_limit_reached", ERROR_USAGE_LIMIT, NULL },
	{ "usage limit has been reached", ERROR_USAGE_LIMIT, NULL },
	{ "quota exceeded", ERROR_USAGE_LIMIT, NULL },
	{ "insufficient_quota", ERROR_USAGE_LIMIT, NULL },
	{ "to use codex with your chatgpt plan", ERROR_USAGE_LIMIT, NULL },
	{ "session budget", ERROR_USAGE_LIMIT, NULL },
	{ "last status: 429", ERROR_RATE_LIMIT, NULL },
	{ "unexpected status 429", ERROR_RATE_LIMIT, NULL },
	{ "rate limit exceeded", ERROR_RATE_LIMIT, NULL },
	{ "rate_limit_exceeded", ERROR_RATE_LIMIT, NULL },
	{ "rate limit reached for", ERROR_RATE_LIMIT, NULL },
	/* login */
	{ "unexpected status 403", ERROR_CODEX_FORBIDDEN, NULL },
	{ "last status: 403", ERROR_CODEX_FORBIDDEN, NULL },
	{ "unexpected status 401", ERROR_CODEX_UNAUTHORIZED, LOGIN_ADVICE },
	{ "last status: 401", ERROR_CODEX_UNAUTHORIZED, LOGIN_ADVICE },
	{ "not logged in", ERROR_CODEX_UNAUTHORIZED, LOGIN_ADVICE },
	{ "please log out and sign in", ERROR_CODEX_UNAUTHORIZED,
	    LOGIN_ADVICE },
	{ "refresh token", ERROR_CODEX_UNAUTHORIZED, LOGIN_ADVICE },
	{ "missing environment variable", ERROR_CODEX_UNAUTHORIZED,
	    " Set it for the proxy, or log in with 'codex login'." },
	/* the upstream's load */
	{ "is at capacity", ERROR_OVERLOADED, NULL },
	{ "server_is_overloaded", ERROR_OVERLOADED, NULL },
	{ "server overloaded", ERROR_OVERLOADED, NULL },
	{ "unexpected status 503", ERROR_OVERLOADED, NULL },
	{ "last status: 503", ERROR_OVERLOADED, NULL },
	{ "experiencing high demand", ERROR_UPSTREAM, NULL },
	/* the request itself */
	{ "model_not_found", ERROR_MODEL_NOT_FOUND, NULL },
	{ "model is not supported", ERROR_MODEL_NOT_FOUND, NULL },
	{ "unexpected status 404", ERROR_MODEL_NOT_FOUND, NULL },
	{ "policy", ERROR_CONTENT_POLICY, NULL },
	{ "flagged", ERROR_CONTENT_POLICY, NULL },
	{ "invalid_prompt", ERROR_CONTENT_POLICY, NULL },
	{ "unexpected status 400", ERROR_BAD_REQUEST, NULL },
	{ "unexpected status 413", ERROR_BAD_REQUEST, NULL },
	{ "unexpected status 422", ERROR_BAD_REQUEST, NULL },
	{ "invalid_request_error", ERROR_BAD_REQUEST, NULL },
	{ "unsupported value", ERROR_BAD_REQUEST, NULL },
	{ "unsupported parameter", ERROR_BAD_REQUEST, NULL },
	{ "invalid value", ERROR_BAD_REQUEST, NULL },
	{ "invalid schema", ERROR_BAD_REQUEST, NULL },
};

static const struct rule *
find_rule(const char *message)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (strcasestr(message, rules[i].text) != NULL)
			return &rules[i];
	}
	return NULL;
}

/* "The model `x` does not exist or you do not have access to it." */
static bool
speaks_of_missing_model(const char *message)
{
	return strcasestr(message, "model") != NULL &&
	    (strcasestr(message, "does not exist") != NULL ||
		strcasestr(message, "not found") != NULL);
}

static enum error_kind
kind_of(const char *message, const char **ret_advice)
{
	const struct rule *rule = find_rule(message);

	*ret_advice = rule != NULL && rule->advice != NULL ? rule->advice : "";
	if (rule != NULL && rule->kind != ERROR_MODEL_NOT_FOUND)
		return rule->kind;
	if (speaks_of_missing_model(message) ||
	    (rule != NULL && strcasestr(message, "model") != NULL))
		return ERROR_MODEL_NOT_FOUND;
	return ERROR_UPSTREAM;
}

/* ---- when to come back ---- */

int
codex_error_clamp_retry(int64_t seconds)
{
	if (seconds < 1)
		return 1;
	return seconds > RETRY_AFTER_MAX ? RETRY_AFTER_MAX : (int)seconds;
}

/* "26th, 2026 4:10 PM" has an ordinal that strptime does not know. */
static void
drop_ordinals(char *s)
{
	static const char *const endings[] = { "st,", "nd,", "rd,", "th," };

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		char *at = strstr(s, endings[i]);

		if (at != NULL)
			memmove(at, at + 2, strlen(at + 2) + 1);
	}
}

/* Local time of `text` as Unix seconds, or -1. */
static int64_t
reset_time(const char *text, int64_t now)
{
	time_t today = (time_t)now;
	char copy[64];
	struct tm tm;
	int64_t at;

	snprintf(copy, sizeof(copy), "%s", text);
	drop_ordinals(copy);
	localtime_r(&today, &tm);
	tm.tm_sec = 0;
	tm.tm_isdst = -1;
	if (strptime(copy, "%b %d, %Y %I:%M %p", &tm) != NULL)
		return (int64_t)mktime(&tm);
	if (strptime(copy, "%I:%M %p", &tm) == NULL)
		return -1;
	at = (int64_t)mktime(&tm);
	return at < now ? at + SECONDS_A_DAY : at;
}

/* -1 when the message does not say. */
static int
retry_after(const char *message, int64_t now)
{
	static const char phrase[] = "try again at ";
	const char *at = strcasestr(message, phrase);
	int64_t when;

	if (at == NULL)
		return -1;
	when = reset_time(at + strlen(phrase), now);
	return when < 0 ? -1 : codex_error_clamp_retry(when - now);
}

/* ---- the upstream's JSON body as a message ---- */

/* Number of seconds until the reset that the body names, or -1. */
static int
body_retry_after(const json_t *error, int64_t now)
{
	int64_t n;

	if (jsonx_get_int(error, "resets_in_seconds", &n) == 0)
		return codex_error_clamp_retry(n);
	if (jsonx_get_int(error, "resets_at", &n) == 0)
		return codex_error_clamp_retry(n - now);
	return -1;
}

/* What the ChatGPT backend says. */
static void
from_detail(const char *detail, struct error *ret_error)
{
	char words[CODEX_WORDS_MAX];
	enum error_kind kind;
	const char *advice;

	codex_words_for_caller(detail, words);
	kind = kind_of(words, &advice);
	error_set(ret_error, kind == ERROR_UPSTREAM ? ERROR_BAD_REQUEST : kind,
	    "%s", words);
}

static bool
from_body(const json_t *root, int64_t now, struct error *ret_error)
{
	const char *message = NULL, *code = NULL, *type = NULL, *advice;
	char words[CODEX_WORDS_MAX], all[2 * CODEX_WORDS_MAX];
	enum error_kind kind;
	json_t *error;
	int seconds;

	if (jsonx_get_string(root, "detail", &message) == 0) {
		from_detail(message, ret_error);
		return true;
	}
	if (jsonx_get_object(root, "error", &error) != 0 ||
	    jsonx_get_string(error, "message", &message) != 0)
		return false;
	jsonx_get_string(error, "code", &code);
	jsonx_get_string(error, "type", &type);
	codex_words_for_caller(message, words);
	snprintf(all, sizeof(all), "%.500s %.500s %s", code != NULL ? code : "",
	    type != NULL ? type : "", words);
	kind = kind_of(all, &advice);
	error_set(ret_error, kind, "%s%s", words, advice);
	seconds = body_retry_after(error, now);
	if (seconds > 0)
		ret_error->retry_after = seconds;
	return true;
}

static bool
from_json(const char *message, int64_t now, struct error *ret_error)
{
	char why[JSONX_ERROR_MAX];
	bool done = false;
	json_t *root;

	if (message[0] != '{' ||
	    jsonx_parse(message, strlen(message), 32, &root, why) != 0)
		return false;
	if (json_is_object(root))
		done = from_body(root, now, ret_error);
	json_decref(root);
	return done;
}

/* ---- */

void
codex_error_from_message(
    const char *message, int64_t now, struct error *ret_error)
{
	char words[CODEX_WORDS_MAX];
	enum error_kind kind;
	const char *advice;
	int seconds;

	if (from_json(message, now, ret_error))
		return;
	codex_words_for_caller(message, words);
	kind = kind_of(words, &advice);
	error_set(ret_error, kind, "%s%s",
	    words[0] != '\0' ? words : "Codex gave no reason.", advice);
	if (kind != ERROR_USAGE_LIMIT)
		return;
	seconds = retry_after(words, now);
	if (seconds > 0)
		ret_error->retry_after = seconds;
}

bool
codex_error_from_stderr(const char *tail, int64_t now, struct error *ret_error)
{
	static const char *const known[] = { "input exceeds the maximum",
		"input_too_large", "not logged in",
		"missing environment variable" };
	const char *start;

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcasestr(tail, known[i]) == NULL)
			continue;
		start = strstr(tail, "Error: ");
		codex_error_from_message(
		    start != NULL ? start : tail, now, ret_error);
		return true;
	}
	return false;
}

enum finish_reason
codex_error_incomplete(const char *message)
{
	static const char phrase[] = "Incomplete response returned, reason: ";
	const char *at = strstr(message, phrase);

	if (at == NULL)
		return FINISH_NONE;
	at += strlen(phrase);
	if (strncmp(at, "max_output_tokens", 17) == 0)
		return FINISH_LENGTH;
	if (strncmp(at, "content_filter", 14) == 0)
		return FINISH_CONTENT_FILTER;
	return FINISH_NONE;
}

bool
codex_error_is_refusal(const char *message)
{
	const char *advice;

	return kind_of(message, &advice) == ERROR_CODEX_FORBIDDEN;
}

bool
codex_error_is_unreadable(const char *message)
{
	const char *at = strstr(message, "encrypted content");

	return strstr(message, "invalid_encrypted_content") != NULL ||
	    (at != NULL && strstr(at, "could not be") != NULL);
}
