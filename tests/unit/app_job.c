#include "unit/app_job.h"
#include "unit/request.h"

#include <check.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/log.h"

enum {
	SEEN_MAX = 1024 * 1024
};

void
app_settings(struct settings *s, char *const *words)
{
	char *const none[] = { NULL };
	char error[OPTIONS_ERROR_MAX] = "";
	int rc = settings_load(s, words, none, error);

	ck_assert_msg(rc == 0, "%s", error);
}

struct job *
app_job(const char *members)
{
	return app_job_saying("hi", members);
}

struct job *
app_job_saying(const char *message, const char *members)
{
	struct error error = ERROR_INIT;
	struct latency *latency = latency_new("r", "app-server");
	static const struct model_name codexs_own = { .model = NULL };
	struct generation *request;
	struct job *j;
	char *body;
	int rc;

	log_configure(STDERR_FILENO, LOG_ERROR, LOG_TEXT);
	ck_assert_int_gt(
	    asprintf(&body,
		"{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
		"\"content\":\"%s\"}]%s}",
		message, members),
	    0);
	rc = unit_read(body, strlen(body), &request, &error);
	ck_assert_msg(rc == 0, "%s: %s", body, error.message);
	free(body);
	j = job_new(request, 0, "/w", &codexs_own, CLOCK_NEVER, latency);
	ck_assert_ptr_nonnull(j);
	generation_unref(request);
	latency_unref(latency);
	return j;
}

void
app_seen_init(struct app_seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	buf_init(&seen->content, SEEN_MAX);
	buf_init(&seen->reasoning, SEEN_MAX);
	buf_init(&seen->calls, SEEN_MAX);
}

void
app_seen_free(struct app_seen *seen)
{
	buf_free(&seen->content);
	buf_free(&seen->reasoning);
	buf_free(&seen->calls);
}

/* What stands between a text and the one before it. */
static const char *
border(const struct app_seen *seen, const struct buf *to, const struct event *e)
{
	if (to->len == 0 || !seen->fresh)
		return "";
	return e->part > 0 ? "/" : "|";
}

static int
see_text(struct app_seen *seen, const struct event *e)
{
	struct buf *to = event_is_answer(e) ? &seen->content : &seen->reasoning;
	int rc;

	ck_assert_uint_gt(e->len, 0);
	seen->fresh = seen->fresh || e->part != seen->part;
	rc = buf_puts(to, border(seen, to, e));
	seen->fresh = false;
	seen->part = e->part;
	return rc != 0 ? rc : buf_append(to, e->text, e->len);
}

static int
see_begin(struct app_seen *seen, const struct event *e)
{
	ck_assert(!seen->open);
	ck_assert_uint_eq(e->item.index, seen->items);
	ck_assert_int_eq(
	    e->item.phase != PHASE_NONE, e->item.kind == ITEM_MESSAGE);
	seen->items++;
	seen->open = true;
	seen->fresh = true;
	seen->part = 0;
	if (e->item.kind != ITEM_CALL)
		return 0;
	ck_assert_uint_eq(e->item.call, seen->n_calls);
	seen->n_calls++;
	return buf_printf(
	    &seen->calls, "%s %s ", event_call_id(e), event_name(e));
}

static int
see_end(struct app_seen *seen, const struct event *e)
{
	seen->open = false;
	if (!e->whole)
		seen->broken++;
	return e->item.kind == ITEM_CALL ? buf_puts(&seen->calls, ";") : 0;
}

/* One item after the other, each from its begin to its end. */
static int
see_item(struct app_seen *seen, const struct event *e)
{
	if (e->kind == EVENT_ITEM_BEGIN)
		return see_begin(seen, e);
	ck_assert(seen->open);
	ck_assert_uint_eq(e->item.index, seen->items - 1);
	if (e->kind == EVENT_ITEM_END)
		return see_end(seen, e);
	if (e->kind == EVENT_TEXT)
		return see_text(seen, e);
	ck_assert_int_eq(e->item.kind, ITEM_CALL);
	return buf_append(&seen->calls, e->text, e->len);
}

static void
see_void(struct app_seen *seen)
{
	buf_reset(&seen->content);
	buf_reset(&seen->reasoning);
	buf_reset(&seen->calls);
	seen->items = 0;
	seen->n_calls = 0;
	seen->open = false;
	seen->voids++;
}

static void
see_event(struct app_seen *seen, const struct event *e)
{
	/* Nothing comes after the end. */
	ck_assert_uint_eq(seen->ends, 0);
	switch (e->kind) {
	case EVENT_ITEM_BEGIN:
	case EVENT_TEXT:
	case EVENT_ARGUMENTS:
	case EVENT_ITEM_END:
		ck_assert_int_eq(see_item(seen, e), 0);
		break;
	case EVENT_VOID:
		see_void(seen);
		break;
	case EVENT_USAGE:
		seen->usage = e->usage;
		seen->usages++;
		break;
	case EVENT_FINISHED:
		ck_assert(!seen->open);
		seen->finish = e->finish;
		seen->ends++;
		break;
	case EVENT_FAILED:
		seen->error = e->error.kind;
		snprintf(seen->message, sizeof(seen->message), "%s",
		    e->error.message);
		seen->ends++;
		break;
	}
}

void
app_see(struct job *j, struct app_seen *seen)
{
	bool closed;
	struct channel_item *item = channel_take(j->channel, &closed), *next;

	for (; item != NULL; item = next) {
		next = item->next;
		see_event(seen, event_of(item));
		event_free(event_of(item));
	}
	ck_assert_int_eq(closed, seen->ends > 0);
}

const char *
app_text(const struct buf *b)
{
	return b->len > 0 ? b->data : "";
}
