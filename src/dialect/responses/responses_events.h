/*
 * responses_events.h - the bytes of one event of a streamed response. Pure.
 *
 * What the events tell is quoted from the output, at the time that their
 * comments name. Each function appends one whole SSE event, or nothing. Errors
 * are those of buf.
 *
 * Source: OpenAI API reference, "Streaming events" of the Responses API. No
 * other events may be sent: there are clients that fail on an unknown one.
 */
#ifndef DIALECT_RESPONSES_RESPONSES_EVENTS_H
#define DIALECT_RESPONSES_RESPONSES_EVENTS_H

#include "dialect/responses/responses_object.h"

struct responses_events {
	uint64_t next; /* sequence number */
	struct buf delta; /* all deltas of an item or part begin with it */
};

void responses_events_init(struct responses_events *events);
void responses_events_free(struct responses_events *events);

/*
 * response.WHAT: "created", "in_progress", or what the state is called; with
 * the object, see responses_object_json.
 */
MUST_CHECK int
responses_event_response(struct responses_events *events, const char *what,
    const struct responses_object *object, const struct responses_state *state,
    const struct responses_output *output, struct buf *out);

/* Behind responses_output_begin. */
MUST_CHECK int responses_event_item_added(struct responses_events *events,
    const struct responses_output *output, struct buf *out);

/* Behind responses_output_begin_part. */
MUST_CHECK int responses_event_part_added(struct responses_events *events,
    const struct responses_output *output, struct buf *out);

/* Behind responses_output_add; `from` is where the piece begins. */
MUST_CHECK int responses_event_delta(struct responses_events *events,
    const struct responses_output *output, size_t from, struct buf *out);

/* Two events: behind responses_output_end_part. */
MUST_CHECK int responses_event_part_done(struct responses_events *events,
    const struct responses_output *output, struct buf *out);

/* Behind responses_output_end; of a call two events. */
MUST_CHECK int responses_event_item_done(struct responses_events *events,
    const struct responses_output *output, struct buf *out);

/* A failure; responses_event_response belongs behind it. */
MUST_CHECK int responses_event_error(
    struct responses_events *events, const struct error *e, struct buf *out);

#endif
