#include "http/http_metrics.h"

#include <strings.h>

#include "http/http_reply.h"

enum {
	PAGE_MAX = 4 * 1024 * 1024
};

/* Scrapers send both media types; a client that names JSON wants JSON. */
static bool
wants_prometheus(const struct http_request *r)
{
	const char *format = http_request_query(r, "format");
	const char *accept = http_request_header(r, "Accept");

	if (format != NULL)
		return strcmp(format, "prometheus") == 0;
	if (accept == NULL || strcasestr(accept, HTTP_JSON) != NULL)
		return false;
	return strcasestr(accept, "text/plain") != NULL ||
	    strcasestr(accept, "openmetrics") != NULL;
}

void
http_metrics_get(struct http_request *r)
{
	struct http_context *context = r->context;
	struct stats_gauges *gauges = calloc(1, sizeof(*gauges));
	bool prometheus = wants_prometheus(r);
	struct buf body;
	int rc = -1;

	buf_init(&body, PAGE_MAX);
	if (gauges != NULL) {
		dispatch_gauges(context->dispatch, gauges);
		gauges->keys = key_ring_usages(context->keys);
		rc = prometheus
		    ? stats_prometheus(context->stats, gauges, &body)
		    : stats_json(context->stats, gauges, &body);
	}
	if (rc == 0)
		http_reply(r, MHD_HTTP_OK,
		    prometheus ? "text/plain; version=0.0.4; charset=utf-8"
			       : HTTP_JSON,
		    &body);
	else
		r->abort = true;
	buf_free(&body);
	free(gauges);
}
