#include "core/event.h"

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
	e->text[len] = '\0';
	e->item.weight = sizeof(*e) + len;
	return e;
}

struct event *
event_new_text(enum event_kind kind, const char *text, size_t len)
{
	struct event *e = event_new(kind, len);

	if (e != NULL && len > 0)
		memcpy(e->text, text, len);
	return e;
}

struct event *
event_new_tool_call(unsigned call, const char *id, const char *name)
{
	size_t id_len = strlen(id), name_len = strlen(name);
	struct event *e = event_new(EVENT_TOOL_CALL, id_len + 1 + name_len);

	if (e == NULL)
		return NULL;
	memcpy(e->text, id, id_len + 1);
	memcpy(e->text + id_len + 1, name, name_len);
	e->call = call;
	return e;
}

struct event *
event_new_tool_arguments(unsigned call, const char *text, size_t len)
{
	struct event *e = event_new_text(EVENT_TOOL_ARGUMENTS, text, len);

	if (e != NULL)
		e->call = call;
	return e;
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
event_new_failed(struct api_error *error)
{
	struct event *e;

	BUG_ON(error->kind == API_ERROR_NONE);
	e = event_new(EVENT_FAILED, 0);
	if (e != NULL) {
		e->error = *error;
		*error = (struct api_error)API_ERROR_INIT;
	}
	return e;
}

const char *
event_tool_id(const struct event *e)
{
	return e->text;
}

const char *
event_tool_name(const struct event *e)
{
	return e->text + strlen(e->text) + 1;
}

void
event_free(struct event *e)
{
	if (e == NULL)
		return;
	if (e->kind == EVENT_FAILED)
		api_error_free(&e->error);
	free(e);
}

struct event *
event_of(struct channel_item *item)
{
	return CONTAINER_OF(item, struct event, item);
}

void
event_free_item(struct channel_item *item)
{
	event_free(event_of(item));
}
