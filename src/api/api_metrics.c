#include "api/api_metrics.h"

#include <strings.h>

#include "base/limits.h"
#include "api/api.h"
#include "http/http_guard.h"
#include "http/http_reply.h"
#include "system/log.h"

/* Scrapers send both media types; a client that names JSON wants JSON. */
static bool
wants_prometheus(const struct http_request *r)
{
	const char *format = http_request_query(r, "format");
	size_t len = 0;
	const char *accept = http_request_header(r, "Accept", &len);

	if (format != NULL)
		return strcmp(format, "prometheus") == 0;
	if (accept == NULL || strcasestr(accept, HTTP_JSON) != NULL)
		return false;
	return strcasestr(accept, "text/plain") != NULL ||
	    strcasestr(accept, "openmetrics") != NULL;
}

static struct stats_store
store_gauges(const struct store *s)
{
	const struct store_counts *c = store_counts(s);

	return (struct stats_store){
		.bytes = (uint64_t)gauge_get(&c->bytes),
		.bytes_max = store_max(s),
		.answers = (uint64_t)gauge_get(&c->answers),
		.conversations = (uint64_t)gauge_get(&c->conversations),
		.kept = counter_get(&c->kept),
		.evicted = counter_get(&c->evicted),
		.dropped = counter_get(&c->dropped),
		.faults = counter_get(&c->faults),
	};
}

void
api_metrics_get(struct http_request *r)
{
	struct api *api = api_of(r);
	struct stats_gauges *gauges = calloc(1, sizeof(*gauges));
	const struct http_bodies *bodies = &r->context->bodies;
	bool prometheus = wants_prometheus(r);
	struct buf body;
	int rc = -1;

	buf_init(&body, LIMIT_PAGE);
	if (gauges != NULL) {
		engines_gauges(api->engines, gauges);
		gauges->body_bytes = atomic_load(&bodies->held);
		gauges->body_bytes_max = bodies->max;
		gauges->bodies_refused = counter_get(&bodies->refused);
		gauges->log_lines_lost = log_lost();
		gauges->store = store_gauges(api->kept.store);
		gauges->account = http_guard_is_known(r);
		gauges->keys = key_ring_usages(api->keys);
		rc = prometheus ? stats_prometheus(api->stats, gauges, &body)
				: stats_json(api->stats, gauges, &body);
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
