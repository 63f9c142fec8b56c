/*
 * chat_details.h - encrypted reasoning as chat hands it out, in an answer's
 * reasoning_details. chat_parse.h has how it is asked for and comes back. Pure.
 *
 * Source: OpenRouter's API reference, "Reasoning tokens".
 */
#ifndef DIALECT_CHAT_CHAT_DETAILS_H
#define DIALECT_CHAT_CHAT_DETAILS_H

#include "conversation/event.h"
#include "json/jsonw.h"

/* Of what is encrypted; and which provider's it is. */
#define CHAT_DETAIL_TYPE "reasoning.encrypted"
#define CHAT_DETAIL_FORMAT "openai-responses-v1"

/* An event that has one to give: the end of a reasoning that is encrypted. */
bool chat_detail_is_in(const struct event *e);

/* The element of the list that is in `e`; `index`: its own, from 0. */
void chat_detail_json(struct jsonw *w, const struct event *e, unsigned index);

#endif
