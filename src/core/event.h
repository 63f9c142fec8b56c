/*
 * event.h - what an engine reports of one job, in order, through the job's
 * channel.
 *
 *	{ CONTENT | REASONING | TOOL_CALL | TOOL_ARGUMENTS | USAGE }*
 *	( FINISHED | FAILED )
 *
 * Life cycle: an event_new_* function makes it, channel_push hands it over,
 * the consumer frees it with event_free.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stddef.h>
#include <stdint.h>

#include "core/api_error.h"
#include "runtime/channel.h"

enum event_kind {
	EVENT_CONTENT, /* text: a piece of the answer */
	EVENT_REASONING, /* text: a piece of reasoning or commentary */
	EVENT_TOOL_CALL, /* text: "id\0name"; a call begins */
	EVENT_TOOL_ARGUMENTS, /* text: a piece of the call's arguments */
	EVENT_USAGE,
	EVENT_FINISHED,
	EVENT_FAILED
};

enum finish_reason {
	FINISH_NONE,
	FINISH_STOP,
	FINISH_TOOL_CALLS,
	FINISH_LENGTH,
	FINISH_CONTENT_FILTER
};

/* Tokens as Codex counts them. */
struct usage {
	uint64_t input, cached_input, output, reasoning_output;
};

struct event {
	struct channel_item item;
	enum event_kind kind;
	union {
		struct usage usage;
		enum finish_reason finish;
		struct api_error error; /* owned */
		unsigned call; /* TOOL_*: index of the call, from 0 */
	};
	size_t len; /* bytes of text */
	char text[]; /* NUL-terminated, may contain NUL, valid UTF-8 */
};

/* All return NULL when memory is out. */
struct event *
event_new_text(enum event_kind kind, const char *text, size_t len);
struct event *
event_new_tool_call(unsigned call, const char *id, const char *name);
struct event *
event_new_tool_arguments(unsigned call, const char *text, size_t len);
struct event *event_new_usage(const struct usage *usage);
struct event *event_new_finished(enum finish_reason reason);
/* Moves `error` into the event; it is emptied. */
struct event *event_new_failed(struct api_error *error);

/* Id and name of an EVENT_TOOL_CALL; borrowed. */
const char *event_tool_id(const struct event *e);
const char *event_tool_name(const struct event *e);

void event_free(struct event *e);

/* event_free for channel_new. */
void event_free_item(struct channel_item *item);

/* The event that an item of an event channel is. */
struct event *event_of(struct channel_item *item);

#endif
