#include "engine/turn/app_held.h"

#include "base/clock.h"
#include "base/limits.h"
#include "engine/child/app_bounds.h"
#include "rpc/rpc_requests.h"

void
app_held_init(struct app_held *h)
{
	buf_init(&h->answers, LIMIT_BACKLOG);
	h->heard = 0;
	h->ended = false;
	h->let_go_of = false;
}

void
app_held_free(struct app_held *h)
{
	buf_free(&h->answers);
}

int
app_held_add(struct app_held *h, const char *id)
{
	return rpc_deny(id, "item/tool/call", &h->answers);
}

void
app_held_hear(struct app_held *h, bool output)
{
	h->heard = clock_now();
	h->ended = h->ended || output;
}

int64_t
app_held_deadline(const struct app_held *h)
{
	if (h->ended)
		return h->heard + app_bounds.call_end;
	return h->answers.len == 0 ? CLOCK_NEVER
				   : h->heard + app_bounds.call_quiet;
}

void
app_held_drop(struct app_held *h)
{
	buf_reset(&h->answers);
	h->ended = false;
}

int
app_held_let_go(struct app_held *h, struct buf *out)
{
	int rc = buf_append(out, h->answers.data, h->answers.len);

	if (rc == 0)
		buf_reset(&h->answers);
	h->let_go_of = true;
	return rc;
}
