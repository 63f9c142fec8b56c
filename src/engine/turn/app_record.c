#include "engine/turn/app_record.h"

#include <errno.h>
#include <stdlib.h>

#include "base/limits.h"

enum {
	UNITS_MAX = LIMIT_CALLS + 64 /* items of an answer */
};

struct app_record_unit {
	bool call;
	enum item_phase phase; /* of a message */
	struct digest digest; /* of a call the unit, of a message its text */
};

int
app_record_begin(struct app_record *r, const struct digest *key,
    const struct text *stop, size_t n_stop)
{
	stop_filter_init(&r->stop, stop, n_stop);
	buf_init(&r->passed, LIMIT_BACKLOG);
	r->text = digester_new(key);
	r->joined = digester_new(key);
	r->units = calloc(UNITS_MAX, sizeof(*r->units));
	if (r->text != NULL && r->joined != NULL && r->units != NULL)
		return 0;
	app_record_free(r);
	return -ENOMEM;
}

void
app_record_free(struct app_record *r)
{
	digester_free(r->text);
	digester_free(r->joined);
	free(r->units);
	stop_filter_free(&r->stop);
	buf_free(&r->passed);
	*r = (struct app_record){ .text = NULL };
}

static struct app_record_unit *
add_unit(struct app_record *r)
{
	if (r->n == UNITS_MAX) {
		r->spoiled = true;
		return NULL;
	}
	return &r->units[r->n++];
}

/* What broke off Codex has not, or not so. */
static void
on_end(struct app_record *r, const struct event *e)
{
	struct app_record_unit *unit;
	struct digest text;

	digester_end(r->text, &text);
	r->spoiled = r->spoiled || !e->whole;
	if (r->message_bytes == 0)
		return;
	r->message_bytes = 0;
	unit = add_unit(r);
	if (unit != NULL)
		*unit = (struct app_record_unit){ .phase = e->item.phase,
			.digest = text };
}

static void
add_joined(struct app_record *r, const char *text, size_t len)
{
	digester_add(r->joined, text, len);
	r->joined_bytes += len;
	if (r->stop.n_stop == 0)
		return;
	if (stop_filter_feed(&r->stop, text, len, &r->passed) != 0 ||
	    r->stop.stopped)
		r->spoiled = true;
	buf_reset(&r->passed);
}

/* Between two of them chat has a blank line. */
static void
on_text(struct app_record *r, const struct event *e)
{
	bool begins = r->message_bytes == 0 && e->len > 0;

	digester_add(r->text, e->text, e->len);
	r->message_bytes += e->len;
	r->bytes += e->len;
	if (!event_is_answer(e))
		return;
	if (begins && r->joined_bytes > 0)
		add_joined(r, "\n\n", 2);
	add_joined(r, e->text, e->len);
}

void
app_record_event(struct app_record *r, const struct event *e)
{
	if (r->text == NULL || e->item.kind != ITEM_MESSAGE)
		return;
	if (e->kind == EVENT_TEXT)
		on_text(r, e);
	else if (e->kind == EVENT_ITEM_END)
		on_end(r, e);
}

/* No message is open then. */
void
app_record_call(struct app_record *r, const struct item *call)
{
	struct app_record_unit *unit = r->text != NULL ? add_unit(r) : NULL;

	if (unit == NULL)
		return;
	unit->call = true;
	r->n_calls++;
	r->bytes += call->arguments.len;
	if (chain_call(r->text, call, &unit->digest) != 0)
		r->spoiled = true;
}

/* ---- the forms ---- */

static void
add_message(struct app_record *r, const struct chain_part *parts, size_t n,
    enum item_phase phase, struct digest *chain)
{
	struct digest unit;

	if (n == 0)
		return;
	chain_message(r->text, ROLE_ASSISTANT, phase, parts, n, &unit);
	chain_add(r->text, chain, &unit);
}

static void
apart(struct app_record *r, bool phases, struct digest *chain)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct app_record_unit *u = &r->units[i];
		struct chain_part part = { PART_TEXT, u->digest };

		if (u->call)
			chain_add(r->text, chain, &u->digest);
		else
			add_message(
			    r, &part, 1, phases ? u->phase : PHASE_NONE, chain);
	}
}

static void
joined(struct app_record *r, struct digest *chain)
{
	struct chain_part part = { .kind = PART_TEXT };

	digester_end(r->joined, &part.text);
	add_message(r, &part, r->joined_bytes > 0, PHASE_NONE, chain);
	for (size_t i = 0; i < r->n; i++) {
		if (r->units[i].call)
			chain_add(r->text, chain, &r->units[i].digest);
	}
}

static void
in_blocks(struct app_record *r, struct digest *chain)
{
	struct chain_part parts[UNITS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct app_record_unit *u = &r->units[i];

		if (!u->call) {
			parts[n++] = (struct chain_part){ PART_TEXT,
				u->digest };
			continue;
		}
		add_message(r, parts, n, PHASE_NONE, chain);
		n = 0;
		chain_add(r->text, chain, &u->digest);
	}
	add_message(r, parts, n, PHASE_NONE, chain);
}

/* A string that a longer one, now impossible, kept undecided. */
static bool
is_cut(struct app_record *r)
{
	return r->stop.n_stop > 0 &&
	    (stop_filter_finish(&r->stop, &r->passed) != 0 || r->stop.stopped);
}

bool
app_record_keys(struct app_record *r, const struct digest *all,
    struct digest ret_keys[APP_RECORD_KEYS])
{
	if (r->text == NULL || r->spoiled || r->n == 0 || is_cut(r))
		return false;
	for (int i = 0; i < APP_RECORD_KEYS; i++)
		ret_keys[i] = *all;
	apart(r, true, &ret_keys[0]);
	apart(r, false, &ret_keys[1]);
	joined(r, &ret_keys[2]);
	in_blocks(r, &ret_keys[3]);
	return true;
}
