#include "http/http_route.h"

#include "http/http_chat.h"
#include "http/http_health.h"
#include "http/http_metrics.h"
#include "http/http_models.h"

/* clang-format off */
static const struct http_route routes[] = {
	{ "/health",              HTTP_GET,  false, http_health_get,  NULL, NULL },
	{ "/ready",               HTTP_GET,  false, http_ready_get,   NULL, NULL },
	{ "/metrics",             HTTP_GET,  false, http_metrics_get, NULL, NULL },
	{ "/v1/models",           HTTP_GET,  false, http_models_list, NULL, NULL },
	{ "/v1/models/",          HTTP_GET,  false, http_models_get,  NULL, NULL },
	{ "/v1/chat/completions", HTTP_POST, true,
	    http_chat_begin, http_chat_resume, http_chat_end },
};
/* clang-format on */

static bool
matches(const struct http_route *route, const char *path, const char **ret_rest)
{
	size_t len = strlen(route->path);

	if (strncmp(path, route->path, len) != 0)
		return false;
	if (route->path[len - 1] != '/' || path[len] == '\0') {
		*ret_rest = "";
		return path[len] == '\0' && route->path[len - 1] != '/';
	}
	*ret_rest = path + len;
	return true;
}

const struct http_route *
http_route_find(const char *path, const char **ret_rest)
{
	for (size_t i = 0; i < ARRAY_SIZE(routes); i++) {
		if (matches(&routes[i], path, ret_rest))
			return &routes[i];
	}
	return NULL;
}

bool
http_route_takes(const struct http_route *route, enum http_method m)
{
	if (m == HTTP_OPTIONS)
		return true;
	if (m == HTTP_HEAD)
		m = HTTP_GET;
	return (route->methods & m) != 0;
}

const char *
http_route_allow(const struct http_route *route)
{
	return route->methods == HTTP_POST ? "POST, OPTIONS"
					   : "GET, HEAD, OPTIONS";
}
