#include "http/http_reply.h"

#include "http/http_cors.h"

/* Header lines are short; a failure is memory, and then the value is lost. */
static void
add_header(struct MHD_Response *response, const char *name, const char *value)
{
	(void)MHD_add_response_header(response, name, value);
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
add_error_headers(struct MHD_Response *response, const struct api_error *e)
{
	char seconds[16];

	add_header(response, "Content-Type", HTTP_JSON);
	add_header(response, "Cache-Control", "no-store");
	if (e->retry_after >= 0) {
		snprintf(seconds, sizeof(seconds), "%d", e->retry_after);
		add_header(response, "Retry-After", seconds);
	}
	/* The official SDKs obey it: a retry cannot help. */
	if (api_error_no_retry(e->kind))
		add_header(response, "x-should-retry", "false");
	if (e->kind == API_ERROR_INVALID_API_KEY)
		add_header(response, "WWW-Authenticate", "Bearer");
}

static void
reply_error(
    struct http_request *r, const struct api_error *e, const char *allow)
{
	struct MHD_Response *response = NULL;
	struct buf body;

	r->outcome = e->kind;
	if (e->kind == API_ERROR_SHUTTING_DOWN)
		r->close = true;
	buf_init(&body, 1024 * 1024);
	if (api_error_json(e, &body) == 0)
		response = make_response(&body);
	buf_free(&body);
	if (response != NULL) {
		add_error_headers(response, e);
		if (allow != NULL)
			add_header(response, "Allow", allow);
	}
	http_reply_queue(r, (unsigned)api_error_status(e->kind), response);
}

void
http_reply_error(struct http_request *r, const struct api_error *e)
{
	reply_error(r, e, NULL);
}

void
http_reply_not_allowed(struct http_request *r, const char *allow)
{
	struct api_error e = API_ERROR_INIT;

	api_error_set(&e, API_ERROR_METHOD_NOT_ALLOWED,
	    "This path does not take that method; allowed: %s.", allow);
	reply_error(r, &e, allow);
	api_error_free(&e);
}
