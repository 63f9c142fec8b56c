#include "faults.h"

#include "base/clock.h"

json_t *
fault_body(const char *message, const char *type, const char *code)
{
	return json_pack("{s:{s:s, s:s, s:n, s:s?}}", "error", "message",
	    message, "type", type, "param", "code", code);
}

static const char *
status_type(int64_t status)
{
	if (status == 401)
		return "authentication_error";
	if (status == 403)
		return "permission_error";
	if (status == 429)
		return "rate_limit_error";
	return status >= 500 ? "server_error" : "invalid_request_error";
}

/* As the ChatGPT backend says it; s->after is when the limit ends. */
static json_t *
usage_limit(const struct script *s, const char *message)
{
	int64_t after = s->after >= 0 ? s->after : 3600;

	return json_pack("{s:{s:s, s:s, s:s, s:I, s:I}}", "error", "type",
	    s->code, "message", message, "plan_type", "plus", "resets_at",
	    (json_int_t)(clock_unix_seconds() + after), "resets_in_seconds",
	    (json_int_t)after);
}

json_t *
fault_scripted(const struct script *s)
{
	char text[32];
	const char *message = s->message;

	snprintf(text, sizeof(text), "sim: %lld", (long long)s->status);
	if (message == NULL)
		message = text;
	if (s->code != NULL && strncmp(s->code, "usage_", 6) == 0)
		return usage_limit(s, message);
	return fault_body(message, status_type(s->status), s->code);
}
