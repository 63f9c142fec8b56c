/*
 * http_route: which route a path is of, what is behind it, which methods it
 * takes, and what is said where there is none.
 */
#include "http/http_route.h"

#include <string.h>

#include "unit/unit.h"

static const struct http_route all[] = {
	{ .path = "/v1/models", .methods = HTTP_GET },
	{ .path = "/v1/models/", .methods = HTTP_GET },
	{ .path = "/v1/answers/compact", .methods = HTTP_POST },
	{ .path = "/v1/answers/*", .methods = HTTP_GET | HTTP_DELETE },
	{ .path = "/v1/answers/*/items", .methods = HTTP_GET | HTTP_POST },
	{ .path = "/v1/answers/*/items/*",
	    .methods = HTTP_GET | HTTP_POST | HTTP_DELETE },
	{ .path = "/about", .methods = HTTP_GET, .private = true },
};
static const struct http_routes routes = { .v = all, .n = ARRAY_SIZE(all) };

START_TEST(paths)
{
	static const struct {
		const char *path;
		int route; /* -1: none */
		const char *rest;
	} rows[] = {
		{ "/v1/models", 0, "" },
		{ "/v1/models/a", 1, "a" },
		{ "/v1/models/a/b", 1, "a/b" },
		{ "/v1/models/", -1, NULL },
		{ "/v1/model", -1, NULL },
		{ "/v1/modelss", -1, NULL },
		/* the first that fits */
		{ "/v1/answers/compact", 2, "" },
		/* a name has no slash, and is not empty */
		{ "/v1/answers/r1", 3, "r1" },
		{ "/v1/answers/", -1, NULL },
		{ "/v1/answers", -1, NULL },
		{ "/v1/answers/r1/", -1, NULL },
		{ "/v1/answers/*", 3, "*" },
		{ "/v1/answers/compact/items", 4, "compact/items" },
		{ "/v1/answers/r1/items", 4, "r1/items" },
		{ "/v1/answers//items", -1, NULL },
		{ "/v1/answers/r1/item", -1, NULL },
		{ "/v1/answers/r1/items/", -1, NULL },
		{ "/v1/answers/r1/items/i", 5, "r1/items/i" },
		{ "/v1/answers/items/items/items", 5, "items/items/items" },
		{ "/v1/answers/r1/items/i/j", -1, NULL },
		{ "/v1/answers/r1/s/items/i", -1, NULL },
		{ "", -1, NULL },
		{ "*", -1, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char path[64], *rest = NULL;
		const struct http_route *found;

		snprintf(path, sizeof(path), "%s", rows[i].path);
		found = http_route_find(&routes, path, &rest);
		ck_assert_msg(
		    found == (rows[i].route < 0 ? NULL : &all[rows[i].route]),
		    "%s", rows[i].path);
		if (found != NULL)
			ck_assert_str_eq(rest, rows[i].rest);
	}
}
END_TEST

START_TEST(methods)
{
	static const struct {
		int route;
		bool get, post, delete;
		const char *allow;
	} rows[] = {
		{ 0, true, false, false, "GET, HEAD, OPTIONS" },
		{ 2, false, true, false, "POST, OPTIONS" },
		{ 3, true, false, true, "GET, HEAD, DELETE, OPTIONS" },
		{ 5, true, true, true, "GET, HEAD, POST, DELETE, OPTIONS" },
	};
	char allow[HTTP_ALLOW_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct http_route *r = &all[rows[i].route];

		ck_assert(http_route_takes(r, HTTP_GET) == rows[i].get);
		ck_assert(http_route_takes(r, HTTP_HEAD) == rows[i].get);
		ck_assert(http_route_takes(r, HTTP_POST) == rows[i].post);
		ck_assert(http_route_takes(r, HTTP_DELETE) == rows[i].delete);
		ck_assert(http_route_takes(r, HTTP_OPTIONS));
		ck_assert(!http_route_takes(r, HTTP_OTHER));
		ck_assert_str_eq(http_route_allow(r, allow), rows[i].allow);
	}
}
END_TEST

/* Patterns, prefixes and what is private are told to nobody. */
START_TEST(what_a_404_says)
{
	static const struct {
		const char *path, *said;
	} rows[] = {
		{ "/v1/model",
		    "There is nothing at /v1/model; did you mean "
		    "/v1/models?" },
		{ "/abuot",
		    "There is nothing at /abuot; served are "
		    "/v1/models, /v1/answers/compact." },
		{ "/quite/another/thing",
		    "There is nothing at /quite/another/thing; served are "
		    "/v1/models, /v1/answers/compact." },
		{ "/v1/embeddings",
		    "There is nothing at /v1/embeddings: Codex "
		    "offers no embeddings." },
	};
	struct http_context context = { .routes = &routes };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char path[64];
		struct http_request r = { .context = &context,
			.refusal = ERROR_INIT };

		snprintf(path, sizeof(path), "%s", rows[i].path);
		r.target.path = path;
		http_route_refuse(&r);
		ck_assert_int_eq(r.refusal.kind, ERROR_NOT_FOUND);
		ck_assert_str_eq(r.refusal.message, rows[i].said);
		error_free(&r.refusal);
	}
}
END_TEST

UNIT_MAIN("http_route", paths, methods, what_a_404_says)
