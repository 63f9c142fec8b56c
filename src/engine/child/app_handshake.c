#include "engine/child/app_handshake.h"

#include <errno.h>

#include "base/clock.h"
#include "engine/child/app_bounds.h"
#include "rpc/rpc_requests.h"

int
app_handshake_begin(struct app_handshake *h, struct app_child *c)
{
	*h = (struct app_handshake){ .awaited = app_child_next_id(c),
		.by = clock_after(app_bounds.handshake) };
	return rpc_initialize(h->awaited, &c->out);
}

static int
on_greeted(
    struct app_handshake *h, struct app_child *c, const struct rpc_event *e)
{
	int rc;

	if (e->error != NULL)
		return -EPERM;
	h->greeted = true;
	rc = rpc_initialized(&c->out);
	h->awaited = app_child_next_id(c);
	return rc != 0 ? rc : rpc_account_read(h->awaited, &c->out);
}

/* What is left of the quota may be told late: nothing waits for it. */
static int
on_account(
    struct app_handshake *h, struct app_child *c, const struct rpc_event *e)
{
	h->login_missing = e->login_needed && !e->logged_in;
	h->done = true;
	h->awaited = 0;
	h->by = CLOCK_NEVER;
	if (!e->login_needed)
		return 0;
	h->limits_id = app_child_next_id(c);
	return rpc_rate_limits_read(h->limits_id, &c->out);
}

int
app_handshake_answer(
    struct app_handshake *h, struct app_child *c, const struct rpc_event *e)
{
	return h->greeted ? on_account(h, c, e) : on_greeted(h, c, e);
}
