/*
 * The guard lets nothing through that a plainer look at the headers would
 * stop. Input: "METHOD PATH", then a header a line.
 *
 * libmicrohttpd's functions that look at headers are replaced here, so that no
 * connection is needed.
 */
#include <strings.h>

#include "fuzz.h"
#include "http/http_connection.h"
#include "http/http_guard.h"
#include "http/http_route.h"

enum {
	HEADERS_MAX = 16
};

static const struct http_route table[] = {
	{ "/health", HTTP_GET, .needs_key = false },
	{ "/v1/models", HTTP_GET, .needs_key = true },
	{ "/v1/models/", HTTP_GET, .needs_key = true },
	{ "/v1/chat/completions", HTTP_POST, .needs_key = true,
	    .counted = "chat", .reads_body = true },
};
static const struct http_routes routes = { .v = table, .n = ARRAY_SIZE(table) };

static struct header {
	char *name, *value;
} headers[HEADERS_MAX];
static size_t n_headers;

/* As libmicrohttpd has it: colons and line ends are overwritten. */
static char head[64 * 1024];
static union MHD_ConnectionInfo head_size;

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

int
MHD_get_connection_values_n(struct MHD_Connection *connection,
    enum MHD_ValueKind kind, MHD_KeyValueIteratorN iterator, void *cls)
{
	(void)connection;
	for (size_t i = 0; i < n_headers; i++) {
		const struct header *h = &headers[i];

		if (iterator(cls, kind, h->name, strlen(h->name), h->value,
			strlen(h->value)) != MHD_YES)
			return (int)i + 1;
	}
	return (int)n_headers;
}

static const char *
value_of(const char *name)
{
	for (size_t i = 0; i < n_headers; i++) {
		if (strcasecmp(headers[i].name, name) == 0)
			return headers[i].value;
	}
	return NULL;
}

enum MHD_Result
MHD_lookup_connection_value_n(struct MHD_Connection *connection,
    enum MHD_ValueKind kind, const char *key, size_t key_size,
    const char **value_ptr, size_t *value_size_ptr)
{
	const char *value = value_of(key);

	(void)connection;
	(void)kind;
	(void)key_size;
	if (value == NULL)
		return MHD_NO;
	*value_ptr = value;
	*value_size_ptr = strlen(value);
	return MHD_YES;
}

/* Nothing is known of the client's address. */
const union MHD_ConnectionInfo *
MHD_get_connection_info(struct MHD_Connection *connection,
    enum MHD_ConnectionInfoType info_type, ...)
{
	(void)connection;
	return info_type == MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE ? &head_size
								    : NULL;
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

static bool
append(char **at, const char *s, size_t len)
{
	if (len + 2 > (size_t)(head + sizeof(head) - *at))
		return false;
	memcpy(*at, s, len);
	memset(*at + len, 0, 2);
	*at += len;
	return true;
}

static void
read_headers(struct fuzz_input *in, char *at)
{
	n_headers = 0;
	while (in->len > 0 && n_headers < HEADERS_MAX) {
		struct text line = fuzz_line(in);
		char *begin = at, *colon;

		/* The empty line has its place, too. */
		if (line.len + 4 > (size_t)(head + sizeof(head) - at))
			break;
		(void)append(&at, line.s, line.len);
		colon = strchr(begin, ':');
		if (colon == NULL) {
			at = begin;
			continue;
		}
		*colon = '\0';
		headers[n_headers].name = begin;
		headers[n_headers++].value = colon + 1 +
		    strspn(colon + 1, " \t");
		at += 2;
	}
	head_size.header_size = (size_t)(at + 2 - head);
}

/* "METHOD PATH", and the headers behind it. False: it has no room. */
static bool
read_head(struct text first, size_t target, struct fuzz_input *in,
    struct http_line *ret_line)
{
	static const char version[] = "HTTP/1.1";
	char *at = head;

	if (first.len + sizeof(version) + 8 > sizeof(head))
		return false;
	(void)append(&at, first.s, first.len);
	if (target > 0)
		head[target - 1] = '\0';
	http_line_set(ret_line, head + target);
	ret_line->method = head;
	ret_line->version = ++at;
	(void)append(&at, version, sizeof(version) - 1);
	read_headers(in, at + 2);
	return true;
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
	static const char *const names[] = { "Authorization", "x-api-key",
		"api-key" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = value_of(names[i]);

		if (value != NULL && strstr(value, "secret") != NULL)
			return true;
	}
	return false;
}

static bool
passed(const struct http_request *r)
{
	const char *path = r->target.path;
	const char *host = value_of("Host");
	const char *origin = value_of("Origin");
	bool post = r->method == HTTP_POST;

	FUZZ_ASSERT(count("Content-Length") <= 1);
	FUZZ_ASSERT(count("Transfer-Encoding") <= 1);
	FUZZ_ASSERT(
	    count("Content-Length") == 0 || count("Transfer-Encoding") == 0);
	FUZZ_ASSERT(count("Host") <= 1);
	FUZZ_ASSERT(host != NULL && may_be_ours(host));
	FUZZ_ASSERT(strncmp(path, "/v1/", 4) != 0 || has_key() ||
	    r->method == HTTP_OPTIONS);
	FUZZ_ASSERT(!post || origin == NULL ||
	    strncasecmp(origin, "https://good.test", 17) == 0 ||
	    (strncasecmp(origin, "http://", 7) == 0 &&
		may_be_ours(origin + 7)));
	FUZZ_ASSERT(r->target.host == NULL || may_be_ours(r->target.host));
	FUZZ_ASSERT(!post || count("Content-Length") == 1 ||
	    count("Transfer-Encoding") == 1);
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
	struct http_connection peer = { 0 };
	struct settings s;
	struct http_context context = {
		.settings = &s, .routes = &routes, .bodies = { .max = SIZE_MAX }
	};
	struct http_request r = { .context = &context,
		.peer = &peer,
		.method = method_of(first),
		.refusal = ERROR_INIT };

	if (!read_head(first, at, &in, &peer.line)) {
		free(path);
		return 0;
	}
	load_settings(&s, &context.keys);
	if (http_target_read(path, &r.target) == 0)
		r.route = http_route_find(&routes, r.target.path, &r.rest);
	if (r.route != NULL && http_target_decode(r.rest) < 0)
		r.route = NULL;
	r.expects_continue = value_of("Expect") != NULL;
	http_guard_check(&r);
	if (r.refusal.kind == ERROR_NONE)
		FUZZ_ASSERT(passed(&r));
	else
		FUZZ_ASSERT(error_status(r.refusal.kind) < 500);
	error_free(&r.refusal);
	http_target_free(&r.target);
	free(r.origin);
	key_ring_free(context.keys);
	settings_free(&s);
	free(path);
	return 0;
}
