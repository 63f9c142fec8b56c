#include "http/http_route.h"

#include <stdint.h>

#include "options/nearest.h"

enum {
	PATHS_SHOWN = 1024
};

/*
 * Whether the path is one of the pattern, in which each "*" is a name without
 * a slash. *ret_rest begins with the first of them, or is empty.
 */
static bool
matches_names(const char *pattern, char *path, char **ret_rest)
{
	size_t len;

	*ret_rest = path + strlen(path);
	for (; *pattern != '\0'; pattern++) {
		len = *pattern == '*' ? strcspn(path, "/") : 1;
		if (len == 0 || (*pattern != '*' && *pattern != *path))
			return false;
		if (*pattern == '*' && **ret_rest == '\0')
			*ret_rest = path;
		path += len;
	}
	return *path == '\0';
}

static bool
matches(const struct http_route *route, char *path, char **ret_rest)
{
	size_t len = strlen(route->path);

	/* "/" alone is no prefix: everything would be below it. */
	if (len == 1 || route->path[len - 1] != '/')
		return matches_names(route->path, path, ret_rest);
	*ret_rest = path + len;
	return strncmp(path, route->path, len) == 0 && path[len] != '\0';
}

const struct http_route *
http_route_find(const struct http_routes *routes, char *path, char **ret_rest)
{
	for (size_t i = 0; i < routes->n; i++) {
		if (matches(&routes->v[i], path, ret_rest))
			return &routes->v[i];
	}
	return NULL;
}

/* What callers of the API ask for and no model of Codex's can do. */
static const char *
never_served(const char *path)
{
	static const char *const ends[] = { "/embeddings", "/moderations",
		"/images/generations", "/audio/speech",
		"/audio/transcriptions" };
	size_t len = strlen(path);

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t n = strlen(ends[i]);

		if (len >= n && strcmp(path + len - n, ends[i]) == 0)
			return ends[i] + 1;
	}
	return NULL;
}

/* One that a 404 may tell of. */
static bool
is_public(const struct http_route *route)
{
	return !route->private && strchr(route->path, '*') == NULL &&
	    route->path[strlen(route->path) - 1] != '/';
}

/* What is served, "a, b and c" without the "and". */
static void
list_paths(const struct http_routes *routes, char out[PATHS_SHOWN])
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < routes->n && len < PATHS_SHOWN; i++) {
		if (is_public(&routes->v[i]))
			len += (size_t)snprintf(out + len, PATHS_SHOWN - len,
			    "%s%s", len > 0 ? ", " : "", routes->v[i].path);
	}
}

/* The path that is nearest, if less than half of it differs, or NULL. */
static const char *
nearest_path(const struct http_routes *routes, const char *path)
{
	const char *best = NULL;
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < routes->n; i++) {
		const char *served = routes->v[i].path;
		size_t d = nearest_distance(path, served);

		if (is_public(&routes->v[i]) && d < least &&
		    d < (strlen(served) + 1) / 2) {
			least = d;
			best = served;
		}
	}
	return best;
}

void
http_route_refuse(struct http_request *r)
{
	const struct http_routes *routes = r->context->routes;
	const char *path = r->target.path != NULL ? r->target.path : "";
	const char *never = never_served(path);
	const char *near = nearest_path(routes, path);
	char all[PATHS_SHOWN];

	list_paths(routes, all);
	if (never != NULL)
		error_set(&r->refusal, ERROR_NOT_FOUND,
		    "There is nothing at %.200s: Codex offers no %s.", path,
		    never);
	else if (near != NULL)
		error_set(&r->refusal, ERROR_NOT_FOUND,
		    "There is nothing at %.200s; did you mean %s?", path, near);
	else
		error_set(&r->refusal, ERROR_NOT_FOUND,
		    "There is nothing at %.200s; served are %s.", path, all);
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
http_route_allow(const struct http_route *route, char out[HTTP_ALLOW_MAX])
{
	snprintf(out, HTTP_ALLOW_MAX, "%s%s%sOPTIONS",
	    (route->methods & HTTP_GET) != 0 ? "GET, HEAD, " : "",
	    (route->methods & HTTP_POST) != 0 ? "POST, " : "",
	    (route->methods & HTTP_DELETE) != 0 ? "DELETE, " : "");
	return out;
}
