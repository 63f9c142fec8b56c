#include "conversation/event.h"

#include <stdlib.h>
#include <string.h>

static struct event *
event_new(enum event_kind kind, size_t len)
{
	struct event *e = malloc(sizeof(*e) + len + 1);

	if (e == NULL)
		return NULL;
	memset(e, 0, sizeof(*e));
	e->kind = kind;
	e->len = len;
	e->text = e->bytes;
	e->bytes[len] = '\0';
	e->link.weight = sizeof(*e) + len;
	return e;
}

static struct event *
new_piece(enum event_kind kind, const struct event_item *item, const char *text,
    size_t len)
{
	struct event *e = event_new(kind, len);

	if (e == NULL)
		return NULL;
	e->item = *item;
	if (len > 0)
		memcpy(e->bytes, text, len);
	return e;
}

/* One behind the other, with the NUL of all but the last between them. */
static struct event *
new_words(enum event_kind kind, const struct event_item *item,
    const char *const *words, size_t n)
{
	size_t len = n - 1, at = 0;
	struct event *e;

	for (size_t i = 0; i < n; i++)
		len += words[i] != NULL ? strlen(words[i]) : 0;
	e = event_new(kind, len);
	if (e == NULL)
		return NULL;
	e->item = *item;
	for (size_t i = 0; i < n; i++) {
		const char *word = words[i] != NULL ? words[i] : "";

		memcpy(e->bytes + at, word, strlen(word) + 1);
		at += strlen(word) + 1;
	}
	return e;
}

static const char *
nth_word(const struct event *e, unsigned n)
{
	const char *word = e->text;

	while (n-- > 0)
		word += strlen(word) + 1;
	return word;
}

struct event *
event_new_begin(const struct event_item *item, const char *id,
    const char *call_id, const char *name)
{
	const char *const words[] = { id, call_id, name };

	return new_words(EVENT_ITEM_BEGIN, item, words, ARRAY_SIZE(words));
}

struct event *
event_new_text(
    const struct event_item *item, unsigned part, const char *text, size_t len)
{
	struct event *e = new_piece(EVENT_TEXT, item, text, len);

	if (e != NULL)
		e->part = part;
	return e;
}

struct event *
event_new_arguments(const struct event_item *item, const char *text, size_t len)
{
	return new_piece(EVENT_ARGUMENTS, item, text, len);
}

struct event *
event_new_end(const struct event_item *item, bool whole, const char *id,
    const char *sealed)
{
	const char *const words[] = { id, sealed };
	struct event *e = new_words(
	    EVENT_ITEM_END, item, words, ARRAY_SIZE(words));

	if (e != NULL)
		e->whole = whole;
	return e;
}

struct event *
event_new_void(void)
{
	return event_new(EVENT_VOID, 0);
}

struct event *
event_new_usage(const struct usage *usage)
{
	struct event *e = event_new(EVENT_USAGE, 0);

	if (e != NULL)
		e->usage = *usage;
	return e;
}

struct event *
event_new_finished(enum finish_reason reason)
{
	struct event *e = event_new(EVENT_FINISHED, 0);

	if (e != NULL)
		e->finish = reason;
	return e;
}

struct event *
event_new_stopped(const char *by, size_t len)
{
	static const struct event_item none;
	struct event *e = new_piece(EVENT_FINISHED, &none, by, len);

	if (e != NULL)
		e->finish = FINISH_STOP_STRING;
	return e;
}

struct event *
event_new_failed(struct error *error)
{
	struct event *e;

	BUG_ON(error->kind == ERROR_NONE);
	e = event_new(EVENT_FAILED, 0);
	if (e != NULL) {
		e->error = *error;
		*error = (struct error)ERROR_INIT;
	}
	return e;
}

const char *
event_id(const struct event *e)
{
	return nth_word(e, 0);
}

const char *
event_call_id(const struct event *e)
{
	return nth_word(e, 1);
}

const char *
event_name(const struct event *e)
{
	return nth_word(e, 2);
}

const char *
event_sealed(const struct event *e)
{
	return nth_word(e, 1);
}

bool
event_is_answer(const struct event *e)
{
	return e->kind == EVENT_TEXT && e->item.kind == ITEM_MESSAGE &&
	    e->item.phase == PHASE_FINAL;
}

void
event_free(struct event *e)
{
	if (e == NULL)
		return;
	if (e->kind == EVENT_FAILED)
		error_free(&e->error);
	free(e);
}

struct event *
event_of(struct channel_item *item)
{
	return CONTAINER_OF(item, struct event, link);
}

void
event_free_item(struct channel_item *item)
{
	event_free(event_of(item));
}
