#include "stream.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/clock.h"

enum {
	READ_BLOCK = 65536,
	INPUT_MAX = 4 * READ_BLOCK,
	LINE_MAX_BYTES = 4 << 20 /* some hold the whole answer */
};

struct reader {
	struct client *client;
	const struct api *api;
	struct buf in; /* not unwrapped yet */
	struct buf lines; /* not looked at yet; chunks end anywhere */
	size_t chunk; /* bytes of the current chunk that are to come */
	bool begun, done;
	bool has_line, has_end;
	size_t deltas;
	int64_t first;
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
look_at(struct reader *r, const char *s, size_t len)
{
	const char *delta = r->api->delta, *at = s, *end = s + len, *hit;
	size_t skip = strlen(delta);

	r->has_line = true;
	while ((hit = memmem(at, (size_t)(end - at), delta, skip)) != NULL) {
		r->deltas++;
		at = hit + skip;
	}
	if (r->first == 0 && r->deltas > 0)
		r->first = clock_now();
	if (memmem(at, (size_t)(end - at), r->api->end, strlen(r->api->end)) !=
	    NULL)
		r->has_end = true;
}

/* Those that are there whole. */
static void
take_lines(struct reader *r)
{
	const char *s = r->lines.data, *last;

	if (r->lines.len == 0)
		return;
	last = memrchr(s, '\n', r->lines.len);
	if (last == NULL)
		return;
	look_at(r, s, (size_t)(last + 1 - s));
	buf_consume(&r->lines, (size_t)(last + 1 - s));
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
static int
unwrap(struct reader *r)
{
	const char *s = r->in.data;
	size_t len = r->in.len, n;
	int rc = 0;

	while (rc == 0 && len > 0 && !r->done) {
		n = r->chunk < len ? r->chunk : len;
		if (n > 0) {
			rc = buf_append(&r->lines, s, n);
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
	take_lines(r);
	return rc;
}

static int
begin(struct reader *r, struct client *c, const struct api *api)
{
	int rc;

	*r = (struct reader){ .client = c, .api = api };
	buf_init(&r->in, INPUT_MAX);
	buf_init(&r->lines, LINE_MAX_BYTES);
	rc = read_head(r);
	return rc == 0 ? unwrap(r) : rc;
}

static int
read_on(struct reader *r)
{
	int rc = read_more(r);

	return rc == 0 ? unwrap(r) : rc;
}

static void
finish(struct reader *r)
{
	buf_free(&r->in);
	buf_free(&r->lines);
}

int
stream_request(struct client *c, const struct api *api, const char *body,
    struct stream_result *ret_result)
{
	struct reader r;
	int rc = client_send(c, api->path, body);

	if (rc != 0)
		return rc;
	rc = begin(&r, c, api);
	/* Behind the last chunk there is an empty line. */
	while (rc == 0 && (!r.done || r.in.len < 2))
		rc = read_on(&r);
	if (rc == 0 && (!r.has_end || r.deltas == 0))
		rc = -EPROTO;
	finish(&r);
	if (rc == 0)
		*ret_result = (struct stream_result){ r.first, r.deltas };
	return rc;
}

int
stream_first_event(struct client *c)
{
	struct reader r;
	/* Any API does: no content is looked for. */
	int rc = begin(&r, c, &apis[API_CHAT]);

	while (rc == 0 && !r.has_line)
		rc = read_on(&r);
	finish(&r);
	return rc;
}
