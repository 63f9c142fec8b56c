#include "http/http_health.h"

#include "base/clock.h"
#include "http/http_reply.h"

enum {
	PAGE_MAX = 4096
};

void
http_health_get(struct http_request *r)
{
	struct buf body;
	int64_t up = clock_now() - r->context->stats->started;

	buf_init(&body, PAGE_MAX);
	if (buf_printf(&body,
		"{\"status\":\"ok\",\"version\":\"" PACKAGE_VERSION "\","
		"\"engine\":\"%s\",\"uptime_seconds\":%.3f}\n",
		dispatch_engine(r->context->dispatch)->ops->name,
		(double)up / (double)NS_PER_S) == 0)
		http_reply(r, MHD_HTTP_OK, HTTP_JSON, &body);
	else
		r->abort = true;
	buf_free(&body);
}

static const struct {
	unsigned bit;
	enum api_error_kind kind;
	const char *reason;
} reasons[] = {
	{ NOT_READY_DRAINING, API_ERROR_SHUTTING_DOWN, "draining" },
	{ NOT_READY_CODEX_MISSING, API_ERROR_CODEX_UNAVAILABLE,
	    "codex executable missing" },
	{ NOT_READY_CODEX_TOO_OLD, API_ERROR_CODEX_UNAVAILABLE,
	    "codex is too old for this engine; update it" },
	{ NOT_READY_NO_WORKER, API_ERROR_CODEX_UNAVAILABLE,
	    "no worker initialised" },
	{ NOT_READY_NOT_LOGGED_IN, API_ERROR_CODEX_UNAUTHORIZED,
	    "not logged in; run 'codex login'" },
};

/* The envelope of an error, with the reasons one by one beside it. */
static int
not_ready_body(unsigned bits, struct buf *b)
{
	enum api_error_kind kind = API_ERROR_NONE;
	const char *comma = "";
	int rc = buf_puts(b, "{\"status\":\"not_ready\",\"reasons\":[");

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(reasons); i++) {
		if ((bits & reasons[i].bit) == 0)
			continue;
		if (kind == API_ERROR_NONE)
			kind = reasons[i].kind;
		rc = buf_printf(b, "%s\"%s\"", comma, reasons[i].reason);
		comma = ",";
	}
	if (rc == 0)
		rc = buf_printf(b,
		    "],\"error\":{\"message\":\"The server is not ready; see "
		    "reasons.\",\"type\":\"%s\",\"param\":null,"
		    "\"code\":\"%s\"}}\n",
		    api_error_type(kind), api_error_code(kind));
	return rc;
}

void
http_ready_get(struct http_request *r)
{
	unsigned bits = dispatch_readiness(r->context->dispatch);
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
