/*
 * api.h - what is served, as one: the things that the handlers of api_routes
 * work with. They reach them through the route table's own pointer.
 *
 * Life cycle, main thread: api_start; the server is started with the table
 * (api_routes.h); api_quiet once no handler can park any more; the server is
 * stopped; api_free.
 */
#ifndef API_API_H
#define API_API_H

#include "api/aside/api_aside.h"
#include "api/aside/api_parser.h"
#include "api/store/api_ask.h"
#include "engine/engines.h"
#include "http/http_request.h"
#include "http/http_route.h"
#include "settings/key_ring.h"
#include "settings/settings.h"
#include "stats/stats.h"

struct api {
	/* borrowed; they outlive it */
	struct api_kept kept; /* first: api_ask.h; its parser is its own */
	const struct settings *settings;
	struct stats *stats;
	struct key_ring *keys;
	struct engines *engines;
	const char *logs_to; /* "file", "journal" or "stderr" */

	struct aside *aside;
	int64_t started_at; /* Unix seconds */
	struct http_routes routes;
};

/* Copies the borrowed members of `with`. Errors: -errno. */
MUST_CHECK int api_start(const struct api *with, struct api **ret_api);

/*
 * Ends what works for parked requests and wakes them. In a drain, after it
 * began and before the server is stopped. May be repeated.
 */
void api_quiet(struct api *api);

/* After the server has stopped. */
void api_free(struct api *api);

/* For handlers, on the HTTP thread. */
struct api *api_of(const struct http_request *r);

#endif
