#include "http/http_framing.h"

#include <string.h>
#include <strings.h>

#include "base/compiler.h"
#include "base/limits.h"

static const char line_fault[] = "a NUL byte, a folded line or a bare line "
				 "feed in its headers";

enum header {
	CONTENT_LENGTH,
	TRANSFER_ENCODING,
	HOST,
	ORIGIN,
	CONTENT_TYPE,
	HEADERS
};

/* Those that a request may have once. */
static const struct {
	const char *name, *fault;
} single[HEADERS] = {
	[CONTENT_LENGTH] = { "Content-Length",
	    "more than one Content-Length header" },
	[TRANSFER_ENCODING] = { "Transfer-Encoding",
	    "a Transfer-Encoding other than chunked" },
	[HOST] = { "Host", "more than one Host header" },
	[ORIGIN] = { "Origin", "more than one Origin header" },
	[CONTENT_TYPE] = { "Content-Type",
	    "more than one Content-Type header" },
};

struct framing {
	unsigned count[HEADERS];
	bool chunked;
	const char *wrong;
	const char *end; /* of what stands before the next line */
};

/* RFC 9110, 5.6.2 */
static bool
is_token(const char *s, size_t len)
{
	return len > 0 &&
	    strspn(s,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789!#$%&'*+-.^_`|~") == len;
}

/*
 * "Content-Length:", CR LF, blank, "5" is "Content-Length5" without a value in
 * 0.9.75; so is each other header that this server decides by.
 */
static bool
is_folded(const char *name, size_t value_len)
{
	static const char *const deciding[] = { "Content-Length",
		"Transfer-Encoding", "Host", "Authorization", "Origin",
		"x-api-key", "api-key", "Content-Type", "Content-Encoding" };

	if (value_len > 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(deciding); i++) {
		size_t len = strlen(deciding[i]);

		if (strncasecmp(name, deciding[i], len) == 0 &&
		    name[len] != '\0')
			return true;
	}
	return false;
}

void
http_line_set(struct http_line *line, char *target)
{
	char *query = strchr(target, '?');
	size_t arguments = 0;

	*line = (struct http_line){ .target = target, .target_plain = true };
	for (const char *c = target; *c != '\0'; c++) {
		line->target_len++;
		arguments += *c == '&';
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			line->target_plain = false;
	}
	line->target_long = line->target_len + arguments * LIMIT_ARGUMENT >
	    LIMIT_TARGET;
	if (line->target_long && query != NULL)
		query[1] = '\0';
}

#if MHD_VERSION < 0x01000000
enum {
	VERSION_LEN = 8 /* HTTP/1.1 */
};

/*
 * The head stands in memory as it came, but for NUL in place of the colons and
 * line ends, and the length that we are told is that up to the first NUL. So
 * each part begins one byte, or CR and LF, behind the last, or there is more
 * between them than we were told.
 */
static bool
first_line_is_whole(const struct http_line *l)
{
	return l->target == l->method + strlen(l->method) + 1 &&
	    l->version == l->target + l->target_len + 1;
}

static const char *
first_line_end(const struct http_line *l)
{
	return l->version + VERSION_LEN;
}

static bool
follows(struct framing *f, const char *name, const char *value, size_t len)
{
	bool next = name == f->end + 2;

	f->end = value + len;
	return next;
}

/* Two line ends: those of the last header and of the empty line. */
static bool
head_ends(const struct framing *f, const struct http_line *l,
    struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	return info != NULL && f->end + 4 == l->method + info->header_size;
}
#else
/* It tells the whole lengths, and refuses what is amiss between. */
static bool
first_line_is_whole(const struct http_line *l)
{
	(void)l;
	return true;
}

static const char *
first_line_end(const struct http_line *l)
{
	(void)l;
	return NULL;
}

static bool
follows(struct framing *f, const char *name, const char *value, size_t len)
{
	(void)f;
	(void)name;
	return value == NULL || memchr(value, '\0', len) == NULL;
}

static bool
head_ends(const struct framing *f, const struct http_line *l,
    struct MHD_Connection *connection)
{
	(void)f;
	(void)l;
	(void)connection;
	return true;
}
#endif

static const char *
header_fault(struct framing *f, const char *name, size_t name_len,
    const char *value, size_t len)
{
	if (!follows(f, name, value, len))
		return line_fault;
	if (!is_token(name, name_len))
		return "a header whose name is none, or with a blank before "
		       "its colon";
	if (is_folded(name, len))
		return "a header that is folded over two lines";
	if (value != NULL && memchr(value, '\r', len) != NULL)
		return "a CR within a header";
	return NULL;
}

static enum MHD_Result
look_at(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len,
    const char *value, size_t len)
{
	struct framing *f = cls;

	(void)kind;
	if (f->wrong == NULL)
		f->wrong = header_fault(f, name, name_len, value, len);
	for (size_t i = 0; i < HEADERS; i++)
		f->count[i] += strcasecmp(name, single[i].name) == 0;
	/* As it stands: libmicrohttpd does not see through blanks. */
	if (strcasecmp(name, single[TRANSFER_ENCODING].name) == 0)
		f->chunked = value != NULL && strcasecmp(value, "chunked") == 0;
	return MHD_YES;
}

static const char *
first_line_fault(const struct http_line *l)
{
	if (!is_token(l->method, strlen(l->method)))
		return "a method that is none";
	if (!l->target_plain)
		return "a blank or a control character in its target";
	if (!first_line_is_whole(l))
		return "a NUL byte or two blanks in a row in its first line";
	return NULL;
}

/* All headers are well in themselves. */
static const char *
together_fault(const struct framing *f, const struct http_line *l)
{
	bool old = strcmp(l->version, MHD_HTTP_VERSION_1_0) == 0;

	for (size_t i = 0; i < HEADERS; i++) {
		if (f->count[i] > 1)
			return single[i].fault;
	}
	if (f->count[HOST] == 0 && !old)
		return "no Host header";
	if (f->count[TRANSFER_ENCODING] == 0)
		return NULL;
	if (f->count[CONTENT_LENGTH] > 0)
		return "Content-Length together with Transfer-Encoding";
	/* RFC 9112, 6.1 */
	if (old)
		return "a Transfer-Encoding, which HTTP/1.0 does not know";
	return f->chunked ? NULL : single[TRANSFER_ENCODING].fault;
}

const char *
http_framing_fault(struct MHD_Connection *connection,
    const struct http_line *line, bool *ret_body)
{
	struct framing f = { .wrong = first_line_fault(line) };

	f.end = first_line_end(line);
	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, look_at, &f);
	*ret_body = f.count[CONTENT_LENGTH] > 0 ||
	    f.count[TRANSFER_ENCODING] > 0;
	if (f.wrong == NULL && !head_ends(&f, line, connection))
		f.wrong = line_fault;
	return f.wrong != NULL ? f.wrong : together_fault(&f, line);
}
