/*
 * http_body.h - the body of one request as it comes in, and the one count of
 * the bytes that all of them hold together.
 *
 * Without the count 1,024 connections may each send a body of the allowed
 * size, hold back its end, and so keep 32 GiB of ours.
 *
 * Life cycle: http_body_init when the headers are there; http_body_append on
 * the HTTP thread; http_body_move hands it on to whoever parses it, on any
 * thread; http_body_free as soon as its bytes are not needed.
 */
#ifndef HTTP_HTTP_BODY_H
#define HTTP_HTTP_BODY_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/metrics.h"

/* Of the whole server; outlives all bodies. */
struct http_bodies {
	size_t max; /* bytes of all together */
	_Atomic size_t held;
	struct counter refused; /* bodies that found no room */
};

struct http_body {
	struct buf bytes;
	struct http_bodies *all;
};

/* What a caller is told when there is no room. */
#define HTTP_BODIES_FULL \
	"The server holds as many bytes of request bodies as it may " \
	"(--max-bodies-bytes); send the request again in a moment."

/* `cap` is the most bytes of this one. */
void
http_body_init(struct http_body *body, struct http_bodies *all, size_t cap);

/* Whether `len` bytes more find room now. Takes nothing; any thread. */
bool http_bodies_have_room(struct http_bodies *all, size_t len);

/*
 * Errors: -EMSGSIZE over its own cap, -ENOSPC all bodies together would hold
 * too much, -ENOMEM. It then has what it had before.
 */
MUST_CHECK int
http_body_append(struct http_body *body, const void *data, size_t len);

/* Moves the bytes to `to`, which is not initialised; `from` is empty then. */
void http_body_move(struct http_body *to, struct http_body *from);

/* Gives back its memory and its share of the count. May be repeated. */
void http_body_free(struct http_body *body);

#endif
