#include "http/http_body.h"

#include <errno.h>

void
http_body_init(struct http_body *body, struct http_bodies *all, size_t cap)
{
	buf_init(&body->bytes, cap);
	body->all = all;
}

bool
http_bodies_have_room(struct http_bodies *all, size_t len)
{
	size_t held = atomic_load(&all->held);

	return held <= all->max && len <= all->max - held;
}

/* Several HTTP threads add at once, so it is added first and looked at then. */
static int
charge(struct http_bodies *all, size_t len)
{
	if (atomic_fetch_add(&all->held, len) + len <= all->max)
		return 0;
	atomic_fetch_sub(&all->held, len);
	return -ENOSPC;
}

int
http_body_append(struct http_body *body, const void *data, size_t len)
{
	int rc;

	if (len > body->bytes.cap - body->bytes.len)
		return -EMSGSIZE;
	rc = charge(body->all, len);
	if (rc != 0)
		return rc;
	rc = buf_append(&body->bytes, data, len);
	if (rc != 0)
		atomic_fetch_sub(&body->all->held, len);
	return rc;
}

void
http_body_move(struct http_body *to, struct http_body *from)
{
	*to = *from;
	http_body_init(from, to->all, to->bytes.cap);
}

void
http_body_free(struct http_body *body)
{
	atomic_fetch_sub(&body->all->held, body->bytes.len);
	buf_free(&body->bytes);
}
