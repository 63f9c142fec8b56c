#include "http/http_cors.h"

#include <strings.h>

enum {
	HEADER_LIST_MAX = 2048
};

static bool
origin_allowed(const struct settings *s, const char *origin)
{
	for (size_t i = 0; i < s->allowed_origin.n; i++) {
		const char *allowed = s->allowed_origin.v[i];

		if (strcmp(allowed, "*") == 0 ||
		    strcasecmp(allowed, origin) == 0)
			return true;
	}
	return false;
}

bool
http_cors_check(struct http_request *r)
{
	const char *origin = http_request_header(r, "Origin");

	if (origin == NULL)
		return true;
	if (!origin_allowed(r->context->settings, origin))
		return false;
	r->origin = origin;
	return true;
}

/* A list of header names, nothing that could end the header line. */
static bool
is_name_list(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len <= HEADER_LIST_MAX &&
	    strspn(s,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-_, ") == len;
}

static void
add(struct MHD_Response *response, const char *name, const char *value)
{
	(void)MHD_add_response_header(response, name, value);
}

void
http_cors_headers(const struct http_request *r, struct MHD_Response *response)
{
	const char *wanted;

	if (r->context->settings->allowed_origin.n > 0)
		add(response, "Vary", "Origin");
	if (r->origin == NULL)
		return;
	add(response, "Access-Control-Allow-Origin", r->origin);
	add(response, "Access-Control-Expose-Headers",
	    "x-request-id, retry-after, x-should-retry");
	if (r->method != HTTP_OPTIONS)
		return;
	wanted = http_request_header(r, "Access-Control-Request-Headers");
	add(response, "Access-Control-Allow-Methods",
	    "GET, HEAD, POST, OPTIONS");
	add(response, "Access-Control-Allow-Headers",
	    wanted != NULL && is_name_list(wanted)
		? wanted
		: "authorization, content-type, x-api-key, x-request-id");
	add(response, "Access-Control-Max-Age", "600");
	/* Private Network Access: a public page that reaches for loopback. */
	if (http_request_header(r, "Access-Control-Request-Private-Network") !=
	    NULL)
		add(response, "Access-Control-Allow-Private-Network", "true");
}
