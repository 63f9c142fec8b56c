#include "engine/turn/app_text.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "engine/turn/app_order.h"
#include "json/jsonx.h"
#include "system/random_id.h"

enum {
	CALL_ID_MAX = 40
};

/*
 * On a thread that had an answer before, and of which nothing is out: what goes
 * wrong may be the thread's fault.
 */
static bool
may_have_fresh(const struct app_answer *a)
{
	return a->resumed && !a->final && !a->said;
}

int
app_text_fail(struct app_answer *a, struct error *error)
{
	if (may_have_fresh(a)) {
		a->anew = true;
		error_free(error);
		return 0;
	}
	a->final = true;
	job_fail(a->job, error);
	return 0;
}

static int
fail_void(struct app_answer *a)
{
	struct error error = ERROR_INIT;

	error_set(&error, ERROR_UPSTREAM,
	    "The model's stream broke off and Codex has begun anew, so that "
	    "the text sent so far is void; send the request again.");
	return app_text_fail(a, &error);
}

/* Text is no answer to who cannot do anything but call. */
int
app_text_disobeyed(struct app_answer *a)
{
	struct error error = ERROR_INIT;
	int rc = 0;

	if (a->has_usage)
		rc = job_push(a->job, event_new_usage(&a->usage));
	if (rc != 0)
		return rc;
	error_set_at(&error, ERROR_NOT_OBEYED, FIELD_CHOICE, PLACE_NONE,
	    "The model answered with text, although it was told to call a "
	    "function.");
	return app_text_fail(a, &error);
}

/* Ids of any length name their items. */
static void
keep_id(char kept[RPC_ID_MAX], struct text id)
{
	snprintf(kept, RPC_ID_MAX, "%.*s",
	    (int)(id.len < RPC_ID_MAX ? id.len : RPC_ID_MAX - 1), id.s);
}

static bool
is_kept_id(const char kept[RPC_ID_MAX], struct text id)
{
	size_t len = id.len < RPC_ID_MAX ? id.len : RPC_ID_MAX - 1;

	return strlen(kept) == len && memcmp(kept, id.s, len) == 0;
}

/* ---- reasoning ---- */

static int
begin_reasoning(struct app_answer *a)
{
	struct app_reasoning *r = &a->reasoning;

	if (r->said)
		return 0;
	r->said = true;
	r->item = (struct event_item){ .kind = ITEM_REASONING };
	return app_order_say(a, event_new_begin(&r->item, r->id, NULL, NULL));
}

static int
say_reasoning(struct app_answer *a, const char *text, size_t len)
{
	const struct app_reasoning *r = &a->reasoning;
	int rc = begin_reasoning(a);

	if (rc != 0)
		return rc;
	return app_order_say(a, event_new_text(&r->item, r->part, text, len));
}

static int
flush_reasoning(struct app_answer *a)
{
	struct buf *text = &a->reasoning.text;
	int rc;

	if (text->len == 0)
		return 0;
	rc = say_reasoning(a, text->data, text->len);
	buf_reset(text);
	return rc;
}

static int
end_reasoning(struct app_answer *a, bool whole)
{
	struct app_reasoning *r = &a->reasoning;
	int rc = flush_reasoning(a);

	if (rc == 0 && r->sealed != NULL)
		rc = begin_reasoning(a);
	if (rc == 0 && r->said)
		rc = app_order_say(
		    a, event_new_end(&r->item, whole, r->id, r->sealed));
	free(r->sealed);
	r->sealed = NULL;
	r->open = false;
	r->said = false;
	r->part = 0;
	r->part_begun = false;
	r->id[0] = '\0';
	return rc;
}

/*
 * The reasoning that an event names, or that it does not. In the midst of a
 * message, where Codex has none, it is all the same one and waits.
 */
static int
change_reasoning(struct app_answer *a, struct text id)
{
	struct app_reasoning *r = &a->reasoning;
	int rc = 0;

	if (a->message.said ||
	    (r->open && (id.len == 0 || is_kept_id(r->id, id))))
		return 0;
	rc = end_reasoning(a, true);
	keep_id(r->id, id);
	r->open = true;
	return rc;
}

static int
on_reasoning_part(struct app_answer *a, const struct rpc_event *e)
{
	struct app_reasoning *r = &a->reasoning;
	int rc = change_reasoning(a, e->item);

	if (rc != 0 || !r->part_begun || a->message.said)
		return rc;
	rc = flush_reasoning(a);
	r->part++;
	r->part_begun = false;
	return rc;
}

static int
on_reasoning(struct app_answer *a, const struct rpc_event *e)
{
	int rc;

	if (e->text.len == 0)
		return 0;
	rc = change_reasoning(a, e->item);
	if (rc != 0)
		return rc;
	a->reasoning.part_begun = true;
	if (a->live && !a->message.said)
		return say_reasoning(a, e->text.s, e->text.len);
	return buf_append(&a->reasoning.text, e->text.s, e->text.len);
}

/* Of what nobody wants nothing is kept. */
static int
on_reasoning_completed(struct app_answer *a, const struct rpc_event *e)
{
	struct app_reasoning *r = &a->reasoning;
	int rc;

	if (!a->job->request->sealed || e->text.len == 0)
		return 0;
	if (e->text.len > LIMIT_SEALED)
		return -EMSGSIZE;
	rc = change_reasoning(a, e->item);
	if (rc != 0)
		return rc;
	free(r->sealed);
	r->sealed = strndup(e->text.s, e->text.len);
	if (r->sealed == NULL)
		return -ENOMEM;
	return a->message.said ? 0 : end_reasoning(a, true);
}

/* ---- messages ---- */

static int
begin_call(struct app_answer *a)
{
	struct app_message *m = &a->message;
	char id[CALL_ID_MAX];

	random_id(id, sizeof(id), "call_", 12);
	m->item = (struct event_item){ .kind = ITEM_CALL,
		.call = a->n_forced,
		.space = a->forced->space };
	return app_order_say(
	    a, event_new_begin(&m->item, NULL, id, a->forced->name.s));
}

static int
begin_message(struct app_answer *a)
{
	struct app_message *m = &a->message;
	int rc;

	if (m->said)
		return 0;
	rc = end_reasoning(a, true);
	if (rc != 0)
		return rc;
	m->said = true;
	if (m->call)
		return begin_call(a);
	return app_order_say(a, event_new_begin(&m->item, m->id, NULL, NULL));
}

static int
say_message(struct app_answer *a, const char *text, size_t len)
{
	const struct event_item *item = &a->message.item;
	int rc;

	if (len == 0)
		return 0;
	rc = begin_message(a);
	if (rc != 0)
		return rc;
	return app_order_say(a,
	    a->message.call ? event_new_arguments(item, text, len)
			    : event_new_text(item, 0, text, len));
}

static int
end_message(struct app_answer *a, bool whole)
{
	struct app_message *m = &a->message;

	m->open = false;
	buf_reset(&m->text);
	if (!m->said)
		return 0;
	m->said = false;
	return app_order_say(a, event_new_end(&m->item, whole, m->id, NULL));
}

static bool
is_current(const struct app_answer *a, struct text id)
{
	return a->message.open && is_kept_id(a->message.id, id);
}

static void
open_message(struct app_answer *a, struct text id, bool final_phase)
{
	struct app_message *m = &a->message;

	keep_id(m->id, id);
	m->open = true;
	m->call = final_phase && a->forced != NULL;
	m->item = (struct event_item){ .kind = ITEM_MESSAGE,
		.phase = final_phase ? PHASE_FINAL : PHASE_COMMENTARY };
}

/* What was begun is void, which fails the job when it was the answer. */
int
app_text_abandon_message(struct app_answer *a)
{
	const struct app_message *m = &a->message;

	if (m->said && (m->call || m->item.phase == PHASE_FINAL))
		return fail_void(a);
	return end_message(a, false);
}

/* This message is the one that comes now; a->final when it cannot be. */
static int
change_message(struct app_answer *a, struct text id, bool final_phase)
{
	int rc = app_text_abandon_message(a);

	if (rc == 0 && !a->final)
		open_message(a, id, final_phase);
	return rc;
}

/* The first byte that tells what it is, or 0. */
static char
first_of(struct text text)
{
	size_t i = 0;

	while (i < text.len && strchr(" \t\r\n", text.s[i]) != NULL)
		i++;
	return i < text.len ? text.s[i] : '\0';
}

/* Nothing goes out of what cannot be arguments. */
static int
say_arguments(struct app_answer *a, struct text delta)
{
	struct text all = { a->message.text.data, a->message.text.len };

	if (a->message.said)
		return say_message(a, delta.s, delta.len);
	switch (first_of(all)) {
	case '\0':
		return 0;
	case '{':
		return say_message(a, all.s, all.len);
	default:
		return app_text_disobeyed(a);
	}
}

static int
on_delta(struct app_answer *a, const struct rpc_event *e)
{
	int rc = 0;

	if (!is_current(a, e->item))
		rc = change_message(a, e->item, true);
	if (rc != 0 || a->final || !a->live)
		return rc;
	rc = buf_append(&a->message.text, e->text.s, e->text.len);
	if (rc != 0)
		return rc;
	return a->message.call ? say_arguments(a, e->text)
			       : say_message(a, e->text.s, e->text.len);
}

/* -ENOMEM, or -EINVAL: it is none. */
static int
check_object(struct text text)
{
	char why[JSONX_ERROR_MAX];
	json_t *root;
	int rc = jsonx_parse(text.s, text.len, LIMIT_ANSWER_DEPTH, &root, why);

	if (rc != 0)
		return rc;
	rc = json_is_object(root) ? 0 : -EINVAL;
	json_decref(root);
	return rc;
}

/* What the deltas have not brought; they may not have brought other text. */
static int
say_rest(struct app_answer *a, struct text whole)
{
	const struct app_message *m = &a->message;
	size_t out = m->said ? m->text.len : 0;

	if (out > whole.len ||
	    (out > 0 && memcmp(m->text.data, whole.s, out) != 0))
		return fail_void(a);
	return say_message(a, whole.s + out, whole.len - out);
}

static int
on_completed(struct app_answer *a, const struct rpc_event *e)
{
	int rc = 0;
	bool call;

	if (!is_current(a, e->item))
		rc = change_message(a, e->item, e->final_phase);
	if (rc != 0 || a->final)
		return rc;
	call = a->message.call && (e->text.len > 0 || a->message.said);
	if (call)
		rc = check_object(e->text);
	if (rc == -EINVAL)
		return app_text_disobeyed(a);
	if (rc == 0)
		rc = say_rest(a, e->text);
	if (rc != 0 || a->final)
		return rc;
	a->n_forced += call;
	return end_message(a, true);
}

int
app_text_abandon(struct app_answer *a)
{
	int rc = app_text_abandon_message(a);

	return rc != 0 || a->final ? rc : end_reasoning(a, false);
}

int
app_text_end(struct app_answer *a)
{
	int rc = end_message(a, false);

	return rc != 0 ? rc : end_reasoning(a, true);
}

int
app_text_event(struct app_answer *a, const struct rpc_event *e)
{
	/* One is what was asked for. */
	if (a->n_forced > 0)
		return 0;
	switch (e->kind) {
	case RPC_MESSAGE_STARTED:
		return change_message(a, e->item, e->final_phase);
	case RPC_MESSAGE_DELTA:
		return on_delta(a, e);
	case RPC_MESSAGE_COMPLETED:
		return on_completed(a, e);
	case RPC_REASONING_PART:
		return on_reasoning_part(a, e);
	case RPC_REASONING_DELTA:
		return on_reasoning(a, e);
	case RPC_REASONING_COMPLETED:
		return on_reasoning_completed(a, e);
	default:
		return 0;
	}
}
