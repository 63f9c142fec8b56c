/*
 * messages_reply.h - the two writers of a message, a stream of events and one
 * body; and what both share. Pure.
 *
 * Source: Anthropic API reference, "The Message object".
 */
#ifndef DIALECT_MESSAGES_MESSAGES_REPLY_H
#define DIALECT_MESSAGES_MESSAGES_REPLY_H

#include "dialect/messages/messages_flow.h"
#include "json/jsonw.h"

extern const struct reply_ops messages_stream, messages_whole;

/*
 * Makes `ret_head` what a message begins with: id, type, role, model, and what
 * is null in all of ours. To be freed whatever it returns. Errors: those of
 * buf.
 */
MUST_CHECK int messages_head_init(
    struct buf *ret_head, const struct identity *identity, const char *model);

/*
 * Writes the message: the head, its blocks as they stand in `content`, how it
 * ended, and the tokens.
 */
void messages_message_put(struct jsonw *w, const char *key,
    const struct buf *head, const struct buf *content,
    const struct messages_flow *flow, const struct usage *usage);

/* "stop_reason":...,"stop_sequence":...,"stop_details":... */
void messages_stop_put(struct jsonw *w, const struct messages_flow *flow);

/*
 * The members of usage that count; those that were read from a cache are no
 * part of input_tokens here.
 */
void messages_tokens_put(struct jsonw *w, const struct usage *usage);

/* Members of a block that is the call that `e` begins, but for its input. */
void messages_call_put(struct jsonw *w, const struct event *e);

#endif
