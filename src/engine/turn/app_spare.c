#include "engine/turn/app_spare.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "system/log.h"

void
app_spare_init(struct app_spare *s)
{
	memset(s, 0, sizeof(*s));
	buf_init(&s->params, SIZE_MAX);
	buf_init(&s->next, SIZE_MAX);
}

void
app_spare_free(struct app_spare *s)
{
	buf_free(&s->params);
	buf_free(&s->next);
}

static void
set(struct app_spare *s, enum app_spare_state state, int64_t request)
{
	s->state = state;
	s->awaited = request;
}

static int
close_thread(struct app_spare *s, struct app_child *c)
{
	set(s, SPARE_NONE, 0);
	return rpc_unsubscribe(app_child_next_id(c), s->thread, &c->out);
}

/* Somebody wants another kind of thread. */
static int
drop(struct app_spare *s, struct app_child *c)
{
	if (s->state == SPARE_READY)
		return close_thread(s, c);
	if (s->state == SPARE_ASKED)
		s->state = SPARE_UNWANTED;
	return 0;
}

static bool
is_as_before(const struct app_spare *s)
{
	return s->next.len == s->params.len && s->next.len <= LIMIT_SPARE &&
	    memcmp(s->next.data, s->params.data, s->next.len) == 0;
}

static void
remember(struct app_spare *s, bool as_before)
{
	struct buf older = s->params;

	s->recurring = as_before;
	s->params = s->next;
	s->next = older;
	if (s->params.len > LIMIT_SPARE)
		buf_free(&s->params);
}

/* Hands out what there is, if there is one. */
static bool
hand_out(struct app_spare *s, int64_t *ret_request, char thread[RPC_ID_MAX])
{
	if (s->state != SPARE_READY && s->state != SPARE_ASKED)
		return false;
	*ret_request = s->awaited;
	if (s->state == SPARE_READY)
		memcpy(thread, s->thread, RPC_ID_MAX);
	set(s, SPARE_NONE, 0);
	return true;
}

int
app_spare_take(struct app_spare *s, struct app_child *c,
    const struct rpc_thread *spec, int64_t *ret_request,
    char thread[RPC_ID_MAX])
{
	bool as_before;
	int rc;

	buf_reset(&s->next);
	s->next.cap = c->out.cap;
	rc = rpc_thread_params(spec, &s->next);
	if (rc != 0) {
		buf_free(&s->next);
		return rc;
	}
	as_before = is_as_before(s);
	if (!as_before || !hand_out(s, ret_request, thread)) {
		struct text params = { s->next.data, s->next.len };

		if (!as_before)
			rc = drop(s, c);
		*ret_request = app_child_next_id(c);
		if (rc == 0)
			rc = rpc_thread_start(*ret_request, params, &c->out);
	}
	if (rc == 0)
		remember(s, as_before && spec->ephemeral);
	else
		buf_free(&s->next);
	return rc;
}

int
app_spare_refill(struct app_spare *s, struct app_child *c)
{
	struct text params = { s->params.data, s->params.len };
	int64_t request;
	int rc;

	if (s->state != SPARE_NONE || !s->recurring)
		return 0;
	request = app_child_next_id(c);
	rc = rpc_thread_start(request, params, &c->out);
	if (rc == 0)
		set(s, SPARE_ASKED, request);
	return rc;
}

/* It was nobody's yet, so whoever needs a thread will see for himself. */
static int
on_refused(struct app_spare *s)
{
	log_debug("codex: no thread could be started ahead");
	s->recurring = false;
	set(s, SPARE_NONE, 0);
	return 0;
}

int
app_spare_answer(
    struct app_spare *s, struct app_child *c, const struct rpc_event *e)
{
	bool wanted = s->state == SPARE_ASKED;

	if (e->error != NULL)
		return on_refused(s);
	rpc_event_keep_id(e->thread, s->thread);
	if (s->thread[0] == '\0')
		return -EINVAL;
	set(s, SPARE_READY, 0);
	return wanted ? 0 : close_thread(s, c);
}
