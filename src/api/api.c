#include "api/api.h"

#include <errno.h>

#include "base/clock.h"

int
api_start(const struct api *with, struct api **ret_api)
{
	struct api *api = calloc(1, sizeof(*api));
	int rc;

	if (api == NULL)
		return -ENOMEM;
	api->settings = with->settings;
	api->stats = with->stats;
	api->keys = with->keys;
	api->engines = with->engines;
	api->kept = with->kept;
	api->logs_to = with->logs_to;
	api->started_at = clock_unix_seconds();
	rc = api_parser_start(&api->kept.parser);
	if (rc == 0)
		rc = aside_start(&api->aside);
	if (rc != 0) {
		api_free(api);
		return rc;
	}
	*ret_api = api;
	return 0;
}

void
api_quiet(struct api *api)
{
	api_parser_stop(api->kept.parser);
	aside_stop(api->aside);
	store_quiet(api->kept.store);
}

void
api_free(struct api *api)
{
	if (api == NULL)
		return;
	api_parser_free(api->kept.parser);
	aside_free(api->aside);
	free(api);
}

struct api *
api_of(const struct http_request *r)
{
	return r->context->routes->arg;
}
