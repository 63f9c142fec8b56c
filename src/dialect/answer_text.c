#include "dialect/answer_text.h"

#include "base/limits.h"
#include "conversation/format.h"

static bool
has_format(const struct answer_text *t)
{
	return t->request->format != FORMAT_TEXT;
}

/* Codex holds the model to a strict schema, but to nothing else. */
static bool
may_be_fenced(const struct answer_text *t)
{
	return t->request->format == FORMAT_OBJECT ||
	    t->request->format == FORMAT_TOLD;
}

void
answer_text_init(struct answer_text *t, const struct generation *request)
{
	t->request = request;
	fence_filter_init(&t->fence);
	stop_filter_init(&t->stop, request->stop, request->n_stop);
	buf_init(&t->bare, LIMIT_STOP_HELD);
	buf_init(&t->whole, LIMIT_REPLY);
}

void
answer_text_free(struct answer_text *t)
{
	fence_filter_free(&t->fence);
	stop_filter_free(&t->stop);
	buf_free(&t->bare);
	buf_free(&t->whole);
}

void
answer_text_reset(struct answer_text *t)
{
	fence_filter_reset(&t->fence);
	stop_filter_reset(&t->stop);
	buf_reset(&t->bare);
	buf_reset(&t->whole);
}

bool
answer_text_is_plain(const struct answer_text *t)
{
	return t->request->n_stop == 0 && !has_format(t);
}

/* Behind the fence. */
static int
pass(struct answer_text *t, const char *text, size_t len, struct buf *out)
{
	int rc = has_format(t) ? buf_append(&t->whole, text, len) : 0;

	return rc != 0 ? rc : stop_filter_feed(&t->stop, text, len, out);
}

static int
pass_bare(struct answer_text *t, struct buf *out)
{
	int rc = t->bare.len == 0 ? 0 : pass(t, t->bare.data, t->bare.len, out);

	buf_reset(&t->bare);
	return rc;
}

int
answer_text_feed(
    struct answer_text *t, const char *text, size_t len, struct buf *out)
{
	int rc;

	if (!may_be_fenced(t))
		return pass(t, text, len, out);
	rc = fence_filter_feed(&t->fence, text, len, &t->bare);
	return rc != 0 ? rc : pass_bare(t, out);
}

int
answer_text_finish(struct answer_text *t, struct buf *out)
{
	int rc = fence_filter_finish(&t->fence, &t->bare);

	if (rc == 0)
		rc = pass_bare(t, out);
	return rc != 0 ? rc : stop_filter_finish(&t->stop, out);
}

int
answer_text_check(const struct answer_text *t, struct error *ret_error)
{
	if (has_format(t) && t->stop.stopped)
		return error_set_at(ret_error, ERROR_INVALID_VALUE, FIELD_STOP,
		    PLACE_NONE,
		    "A stop string has cut the JSON document that the request "
		    "asks for.");
	return answer_format_check(t->request,
	    t->whole.len > 0 ? t->whole.data : "", t->whole.len, ret_error);
}
