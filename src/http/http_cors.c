#include "http/http_cors.h"

#include <strings.h>

#include "http/http_tls.h"

enum {
	HEADER_LIST_MAX = 2048
};

static bool
same(const char *allowed, const char *origin, size_t len)
{
	return strlen(allowed) == len && strncasecmp(allowed, origin, len) == 0;
}

static bool
is_listed(const struct settings *s, const char *origin, size_t len)
{
	for (size_t i = 0; i < s->allowed_origin.n; i++) {
		const char *allowed = s->allowed_origin.v[i];

		if (strcmp(allowed, "*") == 0 || same(allowed, origin, len))
			return true;
	}
	return false;
}

bool
http_cors_check(struct http_request *r)
{
	size_t len = 0;
	const char *origin = http_request_header(r, "Origin", &len);

	if (origin == NULL)
		return true;
	if (!is_listed(r->context->settings, origin, len))
		return false;
	/* Without memory the page does not get to read the answer. */
	r->origin = strndup(origin, len);
	return true;
}

bool
http_cors_is_own_page(const struct http_request *r)
{
	const char *scheme = http_tls_is_spoken(r->connection) ? "https://"
							       : "http://";
	size_t n = strlen(scheme), origin_len = 0, host_len = 0;
	const char *origin = http_request_header(r, "Origin", &origin_len);
	const char *host = http_request_header(r, "Host", &host_len);

	return origin != NULL && host != NULL && origin_len == n + host_len &&
	    strncasecmp(origin, scheme, n) == 0 &&
	    strncasecmp(origin + n, host, host_len) == 0;
}

/* A list of header names, nothing that could end the header line. */
static bool
is_name_list(const char *s, size_t len)
{
	return s != NULL && len > 0 && len <= HEADER_LIST_MAX &&
	    strspn(s,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789-_, ") >= len;
}

static void
add(struct MHD_Response *response, const char *name, const char *value)
{
	(void)MHD_add_response_header(response, name, value);
}

void
http_cors_headers(const struct http_request *r, struct MHD_Response *response)
{
	char list[HEADER_LIST_MAX + 1];
	const char *wanted;
	size_t len = 0;

	if (r->context->settings->allowed_origin.n > 0)
		add(response, "Vary", "Origin");
	if (r->origin == NULL)
		return;
	add(response, "Access-Control-Allow-Origin", r->origin);
	add(response, "Access-Control-Expose-Headers",
	    "x-request-id, x-codex-engine, x-codex-model, retry-after, "
	    "x-should-retry, x-codex-tools-left-out");
	if (r->method != HTTP_OPTIONS)
		return;
	wanted = http_request_header(r, "Access-Control-Request-Headers", &len);
	if (is_name_list(wanted, len))
		snprintf(list, sizeof(list), "%.*s", (int)len, wanted);
	else
		snprintf(list, sizeof(list),
		    "authorization, content-type, x-api-key, api-key, "
		    "x-request-id");
	add(response, "Access-Control-Allow-Methods",
	    "GET, HEAD, POST, DELETE, OPTIONS");
	add(response, "Access-Control-Allow-Headers", list);
	add(response, "Access-Control-Max-Age", "600");
	/* Private Network Access: a public page that reaches for loopback. */
	if (http_request_has(r, "Access-Control-Request-Private-Network"))
		add(response, "Access-Control-Allow-Private-Network", "true");
}
