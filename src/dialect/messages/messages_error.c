#include "dialect/messages/messages_error.h"

#include <string.h>

enum {
	FAILED = 500, /* the original's word for all that went wrong upstream */
	OVERLOADED = 529
};

int
messages_error_status(enum error_kind kind)
{
	switch (kind) {
	case ERROR_INVALID_API_KEY:
	case ERROR_CODEX_UNAUTHORIZED:
	case ERROR_CODEX_UNUSABLE: /* of 4xx the one that is not repeated */
		return 403;
	case ERROR_NOT_OBEYED: /* nothing that passes */
		return 400;
	case ERROR_UPSTREAM:
	case ERROR_CODEX_CRASHED:
		return FAILED;
	case ERROR_QUEUE_FULL:
	case ERROR_OVERLOADED:
	case ERROR_QUEUE_TIMEOUT:
	case ERROR_SHUTTING_DOWN:
		return OVERLOADED;
	default:
		return error_status(kind);
	}
}

static const char *
type_of(enum error_kind kind)
{
	switch (messages_error_status(kind)) {
	case 401:
		return "authentication_error";
	case 403:
		return "permission_error";
	case 404:
		return "not_found_error";
	case 413:
		return "request_too_large";
	case 429:
		return "rate_limit_error";
	case 504:
		return "timeout_error";
	case OVERLOADED:
		return "overloaded_error";
	default:
		return messages_error_status(kind) < FAILED
		    ? "invalid_request_error"
		    : "api_error";
	}
}

/* The envelope has no room for the place, so the words say it. */
static void
put_message(struct jsonw *w, const struct error *e)
{
	/* Claude Code takes these words as its cue to compact. */
	static const char too_long[] = "prompt is too long: ";
	const char *message = error_message(e);

	jsonw_string_open(w, "message");
	if (e->kind == ERROR_CONTEXT_LENGTH) {
		jsonw_string_add(w, too_long, strlen(too_long));
	} else if (e->param != NULL && strstr(message, e->param) == NULL) {
		jsonw_string_add(w, e->param, strlen(e->param));
		jsonw_string_add(w, ": ", 2);
	}
	jsonw_string_add(w, message, strlen(message));
	jsonw_string_close(w);
}

/*
 * What the SDK's runner of tools looks for before it goes on with whole
 * histories: platform.claude.com, "Message threads".
 */
static void
put_details(struct jsonw *w, const struct error *e)
{
	jsonw_object(w, "details");
	jsonw_str(w, "error_code", error_code(e->kind));
	jsonw_array(w, "unsupported");
	jsonw_close(w);
	jsonw_close(w);
}

void
messages_error_put(
    struct jsonw *w, const struct error *e, const char *request_id)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "type", "error");
	jsonw_object(w, "error");
	jsonw_str(w, "type", type_of(e->kind));
	put_message(w, e);
	if (e->kind == ERROR_THREAD_UNSUPPORTED)
		put_details(w, e);
	jsonw_close(w);
	jsonw_str(w, "request_id", request_id);
	jsonw_close(w);
}

int
messages_error_json(
    const struct error *e, const char *request_id, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	messages_error_put(&w, e, request_id);
	return jsonw_end(&w);
}
