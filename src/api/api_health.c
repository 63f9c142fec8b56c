#include "api/api_health.h"

#include "api/api.h"
#include "base/clock.h"
#include "dialect/openai_error.h"
#include "json/jsonw.h"
#include "http/http_reply.h"

enum {
	PAGE_MAX = 4096
};

static int
health_body(const struct http_request *r, struct buf *b)
{
	struct jsonw w;

	jsonw_begin(&w, b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "status", "ok");
	jsonw_str(&w, "version", PACKAGE_VERSION);
	jsonw_str(&w, "engine", engines_name(api_of(r)->engines));
	jsonw_seconds(
	    &w, "uptime_seconds", clock_now() - r->context->stats->started);
	jsonw_close(&w);
	jsonw_puts(&w, "\n");
	return jsonw_end(&w);
}

void
api_health_get(struct http_request *r)
{
	struct buf body;

	buf_init(&body, PAGE_MAX);
	if (health_body(r, &body) == 0)
		http_reply(r, MHD_HTTP_OK, HTTP_JSON, &body);
	else
		r->abort = true;
	buf_free(&body);
}

static const struct {
	unsigned bit;
	enum error_kind kind;
	const char *reason;
} reasons[] = {
	{ NOT_READY_DRAINING, ERROR_SHUTTING_DOWN, "draining" },
	{ NOT_READY_CODEX_MISSING, ERROR_CODEX_UNAVAILABLE,
	    "codex executable missing" },
	{ NOT_READY_CODEX_TOO_OLD, ERROR_CODEX_UNAVAILABLE,
	    "codex is too old for this engine; update it" },
	{ NOT_READY_NO_WORKER, ERROR_CODEX_UNAVAILABLE,
	    "no worker initialised" },
	{ NOT_READY_NOT_LOGGED_IN, ERROR_CODEX_UNAUTHORIZED,
	    "not logged in; run 'codex login'" },
	{ NOT_READY_LOGIN_ELSEWHERE, ERROR_CODEX_UNAUTHORIZED,
	    "the login is in a keyring" },
};

/* The envelope of an error, with the reasons one by one beside it. */
static int
not_ready_body(unsigned bits, struct buf *b)
{
	enum error_kind kind = ERROR_NONE;
	struct jsonw w;

	jsonw_begin(&w, b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "status", "not_ready");
	jsonw_array(&w, "reasons");
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		if ((bits & reasons[i].bit) == 0)
			continue;
		if (kind == ERROR_NONE)
			kind = reasons[i].kind;
		jsonw_str(&w, NULL, reasons[i].reason);
	}
	jsonw_close(&w);
	jsonw_object(&w, "error");
	jsonw_str(&w, "message", "The server is not ready; see reasons.");
	jsonw_str(&w, "type", openai_error_type(kind));
	jsonw_null(&w, "param");
	jsonw_str(&w, "code", error_code(kind));
	jsonw_close(&w);
	jsonw_close(&w);
	jsonw_puts(&w, "\n");
	return jsonw_end(&w);
}

void
api_ready_get(struct http_request *r)
{
	unsigned bits = engines_readiness(api_of(r)->engines);
	unsigned status = MHD_HTTP_OK;
	struct buf body;
	int rc;

	buf_init(&body, PAGE_MAX);
	if (bits == READY) {
		rc = buf_puts(&body, "{\"status\":\"ready\"}\n");
	} else {
		status = MHD_HTTP_SERVICE_UNAVAILABLE;
		rc = not_ready_body(bits, &body);
	}
	if (rc == 0)
		http_reply(r, status, HTTP_JSON, &body);
	else
		r->abort = true;
	buf_free(&body);
}

void
api_hello_get(struct http_request *r)
{
	struct buf body;

	buf_init(&body, PAGE_MAX);
	if (buf_puts(&body, "{\"message\":\"hello\"}\n") == 0)
		http_reply(r, MHD_HTTP_OK, HTTP_JSON, &body);
	else
		r->abort = true;
	buf_free(&body);
}
