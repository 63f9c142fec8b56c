#include "http/http_stream.h"

#include "http/http_reply.h"

/*
 * libmicrohttpd allocates this much per response for the case that the
 * client speaks HTTP/1.0; chunks go through the connection's own buffer.
 */
enum {
	BLOCK_SIZE = 1024
};

void
http_stream_init(struct http_stream *s, struct http_request *r, size_t cap,
    http_stream_fn *fn, void *arg)
{
	s->request = r;
	s->fn = fn;
	s->arg = arg;
	s->sent = 0;
	s->state = HTTP_STREAM_MORE;
	buf_init(&s->out, cap);
}

void
http_stream_free(struct http_stream *s)
{
	buf_free(&s->out);
}

static ssize_t
hand_out(struct http_stream *s, char *to, size_t max)
{
	size_t n = s->out.len - s->sent;

	if (n > max)
		n = max;
	memcpy(to, s->out.data + s->sent, n);
	s->sent += n;
	if (s->sent == s->out.len) {
		buf_reset(&s->out);
		s->sent = 0;
	}
	return (ssize_t)n;
}

/*
 * The content reader. 0 is returned only together with a suspend (alone it
 * would be a busy loop), and a suspend never together with data (the data
 * would wait for the resume): both measured on 0.9.75.
 */
static ssize_t
read_content(void *cls, uint64_t pos, char *to, size_t max)
{
	struct http_stream *s = cls;

	(void)pos;
	for (;;) {
		if (s->out.len > s->sent)
			return hand_out(s, to, max);
		if (s->state == HTTP_STREAM_ENDED)
			return MHD_CONTENT_READER_END_OF_STREAM;
		if (s->state == HTTP_STREAM_BROKEN)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		s->state = s->fn(s->arg, &s->out);
		if (s->state == HTTP_STREAM_MORE && s->out.len == 0 &&
		    http_park_suspend(&s->request->park))
			return 0;
	}
}

void
http_stream_start(struct http_stream *s)
{
	struct MHD_Response *response = MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, BLOCK_SIZE, read_content, s, NULL);

	if (response != NULL) {
		(void)MHD_add_response_header(
		    response, "Content-Type", "text/event-stream");
		(void)MHD_add_response_header(
		    response, "Cache-Control", "no-cache");
		(void)MHD_add_response_header(
		    response, "X-Accel-Buffering", "no");
	}
	http_reply_queue(s->request, MHD_HTTP_OK, response);
}
