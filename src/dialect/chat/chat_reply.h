/*
 * chat_reply.h - what chunks and bodies of a chat completion share. Pure.
 *
 * All messages of the answer proper are one text, `content`; commentary and
 * summaries of reasoning are another, `reasoning_content`. In both a blank
 * line stands between two of them.
 */
#ifndef DIALECT_CHAT_CHAT_REPLY_H
#define DIALECT_CHAT_CHAT_REPLY_H

#include "dialect/chat/chat_form.h"
#include "dialect/openai_object.h"

#define CHAT_BLANK_LINE "\n\n"
#define CHAT_ID_PREFIX "chatcmpl-"

/* The paragraph of reasoning_content that came last; zero-initialised. */
struct chat_paragraph {
	bool begun;
	unsigned item, part;
};

/* True when a blank line belongs before this piece of reasoning_content. */
bool chat_paragraph_begins(struct chat_paragraph *p, const struct event *e);

/* How a choice ended, as the API calls it. */
const char *
chat_finish_name(const struct chat_form *form, enum finish_reason reason);

#endif
