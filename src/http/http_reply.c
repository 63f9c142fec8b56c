#include "http/http_reply.h"

#include "http/http_cors.h"
#include "http/http_route.h"

/* Header lines are short; a failure is memory, and then the value is lost. */
static void
add_header(struct MHD_Response *response, const char *name, const char *value)
{
	(void)MHD_add_response_header(response, name, value);
}

/* A name that came from the caller may be anything. */
static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s < ' ' || *s > '~')
			return false;
	}
	return true;
}

/* Which engine has the request, and which model answers, once it is known. */
static void
add_route_headers(const struct latency *l, struct MHD_Response *response)
{
	if (l == NULL || l->given_to == STATS_ENGINES)
		return;
	add_header(response, "x-codex-engine", l->engine);
	if (l->codex_model[0] != '\0' && is_plain(l->codex_model))
		add_header(response, "x-codex-model", l->codex_model);
	if (l->left_out[0] != '\0')
		add_header(response, "x-codex-tools-left-out", l->left_out);
}

void
http_reply_queue(
    struct http_request *r, unsigned status, struct MHD_Response *response)
{
	struct http_context *context = r->context;

	if (response == NULL) {
		r->abort = true;
		return;
	}
	add_header(response, "x-request-id", r->id);
	if (r->route != NULL && r->route->id_header != NULL)
		add_header(response, r->route->id_header, r->id);
	add_route_headers(r->latency, response);
	http_cors_headers(r, response);
	if (r->close || atomic_load(&context->draining))
		add_header(response, "Connection", "close");
	if (MHD_queue_response(r->connection, status, response) == MHD_YES)
		r->replied = true;
	else
		r->abort = true;
	MHD_destroy_response(response);
	stats_http_response(context->stats, (int)status);
}

/* A response that owns the buffer's bytes; the buffer is empty afterwards. */
static struct MHD_Response *
make_response(struct buf *body)
{
	size_t len = 0;
	char *bytes = body->len > 0 ? buf_steal(body, &len) : NULL;

	return MHD_create_response_from_buffer(
	    len, bytes, MHD_RESPMEM_MUST_FREE);
}

void
http_reply(struct http_request *r, unsigned status, const char *content_type,
    struct buf *body)
{
	struct MHD_Response *response = make_response(body);

	if (response != NULL) {
		add_header(response, "Content-Type", content_type);
		add_header(response, "Cache-Control", "no-store");
		add_header(response, "X-Content-Type-Options", "nosniff");
	}
	http_reply_queue(r, status, response);
}

/* Nothing of "unsafe-": scripts and styles have paths of their own. */
#define CONTENT_SECURITY_POLICY \
	"default-src 'none'; script-src 'self'; style-src 'self'; " \
	"img-src 'self'; connect-src 'self'; base-uri 'none'; " \
	"form-action 'none'; frame-ancestors 'none'; " \
	"require-trusted-types-for 'script'"

void
http_reply_page(struct http_request *r, const char *content_type,
    const void *bytes, size_t len)
{
	/* It does not write to what it only borrows. */
	union {
		const void *const_bytes;
		void *bytes;
	} body = { .const_bytes = bytes };
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    len, body.bytes, MHD_RESPMEM_PERSISTENT);

	if (response != NULL) {
		add_header(response, "Content-Type", content_type);
		add_header(response, "Cache-Control", "no-store");
		add_header(response, "Content-Security-Policy",
		    CONTENT_SECURITY_POLICY);
		add_header(
		    response, "Cross-Origin-Resource-Policy", "same-origin");
		add_header(response, "Referrer-Policy", "no-referrer");
		add_header(response, "X-Content-Type-Options", "nosniff");
		add_header(response, "X-Frame-Options", "DENY");
	}
	http_reply_queue(r, MHD_HTTP_OK, response);
}

void
http_reply_empty(struct http_request *r, unsigned status, const char *allow)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    0, NULL, MHD_RESPMEM_PERSISTENT);

	if (response != NULL && allow != NULL)
		add_header(response, "Allow", allow);
	http_reply_queue(r, status, response);
}

static void
add_error_headers(
    struct MHD_Response *response, const struct error *e, int status)
{
	char seconds[16];

	add_header(response, "Content-Type", HTTP_JSON);
	add_header(response, "Cache-Control", "no-store");
	if (e->retry_after >= 0) {
		snprintf(seconds, sizeof(seconds), "%d", e->retry_after);
		add_header(response, "Retry-After", seconds);
	}
	/* The official SDKs obey it: a retry cannot help. */
	if (error_no_retry(e->kind))
		add_header(response, "x-should-retry", "false");
	if (e->kind == ERROR_UPGRADE_REQUIRED)
		add_header(response, "Upgrade", "HTTP/1.1");
	if (status == MHD_HTTP_UNAUTHORIZED && e->kind == ERROR_INVALID_API_KEY)
		add_header(response, "WWW-Authenticate", "Bearer");
}

int
http_reply_status(const struct http_request *r, enum error_kind kind)
{
	return r->route != NULL && r->route->status != NULL
	    ? r->route->status(kind)
	    : error_status(kind);
}

/* As the callers of that route, or of the API, expect it. */
static int
append_error(struct http_request *r, const struct error *e, struct buf *body)
{
	http_envelope_fn *envelope = r->route != NULL
	    ? r->route->envelope
	    : r->context->routes->envelope;

	return envelope(e, r->id, body);
}

static void
reply_error(struct http_request *r, const struct error *e, const char *allow)
{
	struct MHD_Response *response = NULL;
	int status = http_reply_status(r, e->kind);
	struct buf body;

	r->outcome = e->kind;
	if (e->kind == ERROR_SHUTTING_DOWN)
		r->close = true;
	buf_init(&body, 1024 * 1024);
	if (append_error(r, e, &body) == 0)
		response = make_response(&body);
	buf_free(&body);
	if (response != NULL) {
		add_error_headers(response, e, status);
		if (allow != NULL)
			add_header(response, "Allow", allow);
	}
	http_reply_queue(r, (unsigned)status, response);
}

void
http_reply_error(struct http_request *r, const struct error *e)
{
	reply_error(r, e, NULL);
}

void
http_reply_not_allowed(struct http_request *r, const char *allow)
{
	struct error e = ERROR_INIT;

	error_set(&e, ERROR_METHOD_NOT_ALLOWED,
	    "This path does not take that method; allowed: %s.", allow);
	reply_error(r, &e, allow);
	error_free(&e);
}

void
http_reply_kind(
    struct http_request *r, enum error_kind kind, const char *message)
{
	struct error e = ERROR_INIT;

	error_set(&e, kind, "%s", message);
	http_reply_error(r, &e);
	error_free(&e);
}

void
http_reply_no_memory(struct http_request *r)
{
	http_reply_kind(r, ERROR_INTERNAL, "The server is out of memory.");
}
