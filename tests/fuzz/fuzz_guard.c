/*
 * The guard lets nothing through that a plainer look at the headers would
 * stop. Input: "METHOD PATH", then a header a line.
 *
 * libmicrohttpd's two functions that look at headers are replaced here, so
 * that no connection is needed.
 */
#include <strings.h>

#include "fuzz.h"
#include "http/http_guard.h"
#include "http/http_route.h"

enum {
	HEADERS_MAX = 16
};

static struct header {
	char *name, *value;
} headers[HEADERS_MAX];
static size_t n_headers;

int
MHD_get_connection_values(struct MHD_Connection *connection,
    enum MHD_ValueKind kind, MHD_KeyValueIterator iterator, void *cls)
{
	(void)connection;
	for (size_t i = 0; i < n_headers; i++) {
		if (iterator(cls, kind, headers[i].name, headers[i].value) !=
		    MHD_YES)
			return (int)i + 1;
	}
	return (int)n_headers;
}

const char *
MHD_lookup_connection_value(
    struct MHD_Connection *connection, enum MHD_ValueKind kind, const char *key)
{
	(void)connection;
	(void)kind;
	for (size_t i = 0; i < n_headers; i++) {
		if (strcasecmp(headers[i].name, key) == 0)
			return headers[i].value;
	}
	return NULL;
}

/* Nothing is known of the client's address. */
const union MHD_ConnectionInfo *
MHD_get_connection_info(struct MHD_Connection *connection,
    enum MHD_ConnectionInfoType info_type, ...)
{
	(void)connection;
	(void)info_type;
	return NULL;
}

static size_t
count(const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < n_headers; i++) {
		if (strcasecmp(headers[i].name, name) == 0)
			n++;
	}
	return n;
}

static const char *
value_of(const char *name)
{
	return MHD_lookup_connection_value(NULL, MHD_HEADER_KIND, name);
}

static void
read_headers(struct fuzz_input *in)
{
	n_headers = 0;
	while (in->len > 0 && n_headers < HEADERS_MAX) {
		char *line = fuzz_string(fuzz_line(in));
		char *colon = strchr(line, ':');

		if (colon == NULL) {
			free(line);
			continue;
		}
		*colon = '\0';
		headers[n_headers].name = line;
		headers[n_headers++].value = colon + 1 +
		    strspn(colon + 1, " \t");
	}
}

static void
free_headers(void)
{
	while (n_headers > 0)
		free(headers[--n_headers].name);
}

/* No name that a page on the web could have resolve to this machine. */
static bool
may_be_ours(const char *host)
{
	bool bracket = host[0] == '[';
	size_t len = strcspn(host + bracket, bracket ? "]" : ":");
	char *name = strndup(host + bracket, len);
	bool ours;

	FUZZ_ASSERT(name != NULL);
	if (len > 0 && name[len - 1] == '.')
		name[--len] = '\0';
	ours = strcasecmp(name, "localhost") == 0 ||
	    strcasecmp(name, "proxy.test") == 0 || strcmp(name, "::1") == 0 ||
	    (len > 10 && strcasecmp(name + len - 10, ".localhost") == 0) ||
	    (strncmp(name, "127.", 4) == 0 &&
		strspn(name, "0123456789.") == len);
	free(name);
	return ours;
}

static bool
has_key(void)
{
	const char *bearer = value_of("Authorization");
	const char *key = value_of("x-api-key");

	return (bearer != NULL && strstr(bearer, "secret") != NULL) ||
	    (key != NULL && strcmp(key, "secret") == 0);
}

static bool
passed(const struct http_request *r, const char *path)
{
	const char *host = value_of("Host");
	const char *origin = value_of("Origin");
	bool post = r->method == HTTP_POST;

	FUZZ_ASSERT(count("Content-Length") <= 1);
	FUZZ_ASSERT(count("Transfer-Encoding") <= 1);
	FUZZ_ASSERT(
	    count("Content-Length") == 0 || count("Transfer-Encoding") == 0);
	FUZZ_ASSERT(count("Host") <= 1);
	FUZZ_ASSERT(host == NULL || may_be_ours(host));
	FUZZ_ASSERT(strncmp(path, "/v1/", 4) != 0 || has_key() ||
	    r->method == HTTP_OPTIONS);
	FUZZ_ASSERT(!post || origin == NULL ||
	    strcasecmp(origin, "https://good.test") == 0);
	FUZZ_ASSERT(!post ||
	    strncasecmp(value_of("Content-Type"), "application/json", 16) == 0);
	FUZZ_ASSERT(r->route != NULL);
	return true;
}

static enum http_method
method_of(struct text name)
{
	/* A leading letter is enough to reach them all. */
	static const char letters[] = "GHPO";
	const char *at = name.len > 0 ? strchr(letters, name.s[0]) : NULL;

	if (at == NULL || *at == '\0')
		return HTTP_OTHER;
	return (enum http_method)(1 << (at - letters));
}

static void
load_settings(struct settings *s, struct key_ring **ret_keys)
{
	static const char *const words[] = { "--api-key=secret",
		"--allowed-host=proxy.test",
		"--allowed-origin=https://good.test", NULL };
	char error[OPTIONS_ERROR_MAX], key_error[KEY_RING_ERROR_MAX];
	char *none[] = { NULL };
	struct strv argv;

	strv_init(&argv);
	for (size_t i = 0; words[i] != NULL; i++)
		fuzz_must(strv_add(&argv, words[i]));
	fuzz_must(settings_load(s, argv.v, none, error));
	fuzz_must(key_ring_new(s, ret_keys, key_error));
	strv_free(&argv);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = fuzz_input(data, size);
	struct text first = fuzz_line(&in);
	const char *space = first.len > 0 ? memchr(first.s, ' ', first.len)
					  : NULL;
	size_t at = space == NULL ? first.len : (size_t)(space - first.s) + 1;
	struct text path_text = { first.s + at, first.len - at };
	char *path = fuzz_string(path_text);
	struct settings s;
	struct http_context context = { .settings = &s };
	struct http_request r = { .context = &context,
		.method = method_of(first),
		.refusal = API_ERROR_INIT };

	load_settings(&s, &context.keys);
	read_headers(&in);
	r.route = http_route_find(path, &r.rest);
	r.expects_continue = value_of("Expect") != NULL;
	http_guard_check(&r, path);
	if (r.refusal.kind == API_ERROR_NONE)
		FUZZ_ASSERT(passed(&r, path));
	else
		FUZZ_ASSERT(api_error_status(r.refusal.kind) < 500);
	api_error_free(&r.refusal);
	free_headers();
	key_ring_free(context.keys);
	settings_free(&s);
	free(path);
	return 0;
}
