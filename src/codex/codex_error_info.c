/*
 * The errors of `codex app-server`, which name a kind where Codex knows one: of
 * a turn that failed, and of a request that was refused.
 */
#include "codex/codex_error.h"

#include <string.h>

#include "json/jsonx.h"

/* Values of codexErrorInfo (0.154.0 to 0.169.0) that say what it is. */
static const struct {
	const char *name;
	enum error_kind kind;
} infos[] = {
	{ "contextWindowExceeded", ERROR_CONTEXT_LENGTH },
	{ "usageLimitExceeded", ERROR_USAGE_LIMIT },
	{ "sessionBudgetExceeded", ERROR_USAGE_LIMIT },
	{ "rateLimitExceeded", ERROR_RATE_LIMIT },
	{ "serverOverloaded", ERROR_OVERLOADED },
	{ "flexUnavailable", ERROR_OVERLOADED },
	{ "policyCapacityUnavailable", ERROR_OVERLOADED },
	{ "modelNotFound", ERROR_MODEL_NOT_FOUND },
	{ "cyberPolicy", ERROR_CONTENT_POLICY },
	{ "misalignmentPolicyViolation", ERROR_CONTENT_POLICY },
	{ "inferenceHookDenied", ERROR_CONTENT_POLICY },
	{ "unauthorized", ERROR_CODEX_UNAUTHORIZED },
};

static const struct {
	int status;
	enum error_kind kind;
} statuses[] = {
	{ 400, ERROR_BAD_REQUEST },
	{ 401, ERROR_CODEX_UNAUTHORIZED },
	{ 403, ERROR_CODEX_FORBIDDEN },
	{ 404, ERROR_MODEL_NOT_FOUND },
	{ 413, ERROR_BAD_REQUEST },
	{ 422, ERROR_BAD_REQUEST },
	{ 429, ERROR_RATE_LIMIT },
	{ 503, ERROR_OVERLOADED },
};

#define LOGIN_ADVICE \
	" Log in with 'codex login' as the user who runs the proxy."
#define INSTRUCTIONS_ADVICE " Try --instructions codex."

static enum error_kind
named_kind(const json_t *error)
{
	const char *name;

	if (jsonx_get_string(error, "codexErrorInfo", &name) != 0)
		return ERROR_NONE;
	for (size_t i = 0; i < ARRAY_SIZE(infos); i++) {
		if (strcmp(name, infos[i].name) == 0)
			return infos[i].kind;
	}
	return ERROR_NONE;
}

/* {"httpConnectionFailed":{"httpStatusCode":401}} and its like. */
static enum error_kind
kind_by_status(const json_t *error)
{
	json_t *info, *details;
	const char *name;
	int64_t status;

	if (jsonx_get_object(error, "codexErrorInfo", &info) != 0)
		return ERROR_NONE;
	json_object_foreach(info, name, details) {
		if (jsonx_get_int(details, "httpStatusCode", &status) != 0)
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
			if (status == statuses[i].status)
				return statuses[i].kind;
		}
	}
	return ERROR_NONE;
}

static bool
is_bad_request(const json_t *error)
{
	const char *name;

	return jsonx_get_string(error, "codexErrorInfo", &name) == 0 &&
	    strcmp(name, "badRequest") == 0;
}

/* The same words under another kind. */
static void
set_kind(struct error *e, enum error_kind kind)
{
	struct error fresh = ERROR_INIT;
	int seconds = e->retry_after;

	if (e->kind == kind)
		return;
	error_set(&fresh, kind, "%s%s", e->message != NULL ? e->message : "",
	    kind == ERROR_CODEX_UNAUTHORIZED ? LOGIN_ADVICE : "");
	if (seconds > 0)
		fresh.retry_after = seconds;
	error_move(e, &fresh);
}

/* A backend that wants Codex's own prompt says so. */
static void
advise_instructions(struct error *e)
{
	struct error fresh = ERROR_INIT;

	if (e->kind != ERROR_BAD_REQUEST || e->message == NULL ||
	    strcasestr(e->message, "instructions") == NULL)
		return;
	error_set(&fresh, e->kind, "%s" INSTRUCTIONS_ADVICE, e->message);
	error_move(e, &fresh);
}

void
codex_error_from_turn(const json_t *error, int64_t now, struct error *ret_error)
{
	enum error_kind kind = named_kind(error);
	const char *message = "";

	(void)jsonx_get_string(error, "message", &message);
	codex_error_from_message(message, now, ret_error);
	if (kind == ERROR_NONE && ret_error->kind == ERROR_UPSTREAM) {
		kind = is_bad_request(error) ? ERROR_BAD_REQUEST
					     : kind_by_status(error);
	}
	if (kind != ERROR_NONE)
		set_kind(ret_error, kind);
	advise_instructions(ret_error);
}

/* ---- refused requests ---- */

/* Codes of JSON-RPC 2.0, and the one of Codex's own. */
enum {
	INVALID_REQUEST = -32600,
	INVALID_PARAMS = -32602,
	OVERLOADED = -32001
};

static int64_t
refusal_code(const json_t *error)
{
	int64_t code = 0;

	(void)jsonx_get_int(error, "code", &code);
	return code;
}

bool
codex_refusal_is_overload(const json_t *error)
{
	return refusal_code(error) == OVERLOADED;
}

/* "input_too_large" is the only one (0.169.0). */
static bool
has_input_error(const json_t *error)
{
	const char *code;
	json_t *data;

	return jsonx_get_object(error, "data", &data) == 0 &&
	    jsonx_get_string(data, "input_error_code", &code) == 0;
}

void
codex_error_from_refusal(
    const json_t *error, int64_t now, struct error *ret_error)
{
	int64_t code = refusal_code(error);
	const char *message = "";

	(void)jsonx_get_string(error, "message", &message);
	codex_error_from_message(message, now, ret_error);
	if (code == OVERLOADED)
		set_kind(ret_error, ERROR_OVERLOADED);
	else if (has_input_error(error))
		set_kind(ret_error, ERROR_CONTEXT_LENGTH);
	else if (ret_error->kind == ERROR_UPSTREAM &&
	    (code == INVALID_REQUEST || code == INVALID_PARAMS))
		set_kind(ret_error, ERROR_BAD_REQUEST);
}
