/*
 * http_stream.h - a response body that is produced piece by piece while the
 * connection sleeps in between.
 *
 * Embedded in the state of a request's route, which lives until the request
 * is over. The HTTP thread only.
 */
#ifndef HTTP_HTTP_STREAM_H
#define HTTP_HTTP_STREAM_H

#include "http/http_request.h"

enum http_stream_result {
	HTTP_STREAM_MORE, /* `out` has what there is, perhaps nothing yet */
	HTTP_STREAM_ENDED, /* `out` has the last bytes */
	HTTP_STREAM_BROKEN /* the body cannot be completed: cut it off */
};

/*
 * Appends what there is to send now. Called again only when all of it was
 * handed on; when it appended nothing, after the request's park was woken.
 */
typedef enum http_stream_result http_stream_fn(void *arg, struct buf *out);

struct http_stream {
	struct http_request *request;
	http_stream_fn *fn;
	void *arg;
	struct buf out;
	size_t sent;
	enum http_stream_result state;
};

/*
 * Makes a stream of at most `cap` bytes waiting at once. http_stream_free
 * when the request is over.
 */
void http_stream_init(struct http_stream *s, struct http_request *r, size_t cap,
    http_stream_fn *fn, void *arg);
void http_stream_free(struct http_stream *s);

/* Queues the 200 response of server-sent events. */
void http_stream_start(struct http_stream *s);

#endif
