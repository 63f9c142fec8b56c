#include "stream.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "proxy.h"

enum {
	READ_BLOCK = 65536,
	INPUT_MAX = 4 * READ_BLOCK,
	NEWLINES_PER_EVENT = 2
};

struct reader {
	struct client *client;
	struct buf in; /* not unwrapped yet */
	size_t chunk; /* bytes of the current chunk that are to come */
	bool begun, done;
	size_t newlines;
	int64_t first;
	char last[16]; /* of the contents */
};

static int
read_more(struct reader *r)
{
	char *space;
	ssize_t n;
	int rc = buf_reserve(&r->in, READ_BLOCK, &space);

	if (rc < 0)
		return rc;
	n = recv(r->client->fd, space, READ_BLOCK, 0);
	if (n <= 0)
		return n < 0 ? -errno : -EPROTO;
	buf_commit(&r->in, (size_t)n);
	return 0;
}

static int
read_head(struct reader *r)
{
	static const char good[] = "HTTP/1.1 200";
	const char *end = NULL;
	int rc;

	while (end == NULL) {
		rc = read_more(r);
		if (rc < 0)
			return rc;
		end = memmem(r->in.data, r->in.len, "\r\n\r\n", 4);
	}
	if (strncmp(r->in.data, good, strlen(good)) != 0)
		return -EPROTO;
	buf_consume(&r->in, (size_t)(end + 4 - r->in.data));
	return 0;
}

static void
keep_last(struct reader *r, const char *s, size_t len)
{
	size_t size = sizeof(r->last), keep;

	if (len > size) {
		s += len - size;
		len = size;
	}
	keep = size - len;
	memmove(r->last, r->last + len, keep);
	memcpy(r->last + keep, s, len);
}

static void
take_contents(struct reader *r, const char *s, size_t len)
{
	static const char mark[] = "\"delta\":{\"content\":";
	const char *end = s + len, *at = s;

	if (r->first == 0 && memmem(s, len, mark, strlen(mark)) != NULL)
		r->first = clock_now();
	keep_last(r, s, len);
	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		r->newlines++;
		at++;
	}
}

/* The size in front of a chunk; 0 bytes when it is not there whole. */
static size_t
open_chunk(struct reader *r, const char *s, size_t len)
{
	const char *line = s, *end;

	if (r->begun && len < 2)
		return 0;
	line += r->begun ? 2 : 0; /* the end of the chunk before it */
	end = memmem(line, len - (size_t)(line - s), "\r\n", 2);
	if (end == NULL)
		return 0;
	r->begun = true;
	r->chunk = strtoul(line, NULL, 16);
	r->done = r->chunk == 0;
	return (size_t)(end + 2 - s);
}

/* Unwraps as much as is there. */
static void
unwrap(struct reader *r)
{
	const char *s = r->in.data;
	size_t len = r->in.len, n;

	while (len > 0 && !r->done) {
		n = r->chunk < len ? r->chunk : len;
		if (n > 0) {
			take_contents(r, s, n);
			r->chunk -= n;
		} else {
			n = open_chunk(r, s, len);
		}
		if (n == 0)
			break;
		s += n;
		len -= n;
	}
	buf_consume(&r->in, r->in.len - len);
}

static int
begin(struct reader *r, struct client *c)
{
	int rc;

	*r = (struct reader){ .client = c };
	buf_init(&r->in, INPUT_MAX);
	rc = read_head(r);
	if (rc == 0)
		unwrap(r);
	return rc;
}

static int
read_on(struct reader *r)
{
	int rc = read_more(r);

	if (rc == 0)
		unwrap(r);
	return rc;
}

static bool
ends_well(const struct reader *r)
{
	static const char done[] = "data: [DONE]\n\n";
	size_t n = strlen(done);

	return memcmp(r->last + sizeof(r->last) - n, done, n) == 0;
}

int
stream_request(
    struct client *c, const char *body, struct stream_result *ret_result)
{
	struct reader r;
	int rc = client_send(c, PROXY_CHAT_PATH, body);

	if (rc != 0)
		return rc;
	rc = begin(&r, c);
	/* Behind the last chunk there is an empty line. */
	while (rc == 0 && (!r.done || r.in.len < 2))
		rc = read_on(&r);
	if (rc == 0 && (!ends_well(&r) || r.first == 0))
		rc = -EPROTO;
	buf_free(&r.in);
	if (rc == 0)
		*ret_result = (struct stream_result){ r.first,
			r.newlines / NEWLINES_PER_EVENT };
	return rc;
}

int
stream_first_event(struct client *c)
{
	struct reader r;
	int rc = begin(&r, c);

	while (rc == 0 && r.newlines < NEWLINES_PER_EVENT)
		rc = read_on(&r);
	buf_free(&r.in);
	return rc;
}
