/*
 * api_conversations.h - conversations that are kept by name, as OpenAI's API
 * has them. HTTP thread.
 *
 *	POST /v1/conversations			{items?, metadata?}
 *	GET, POST, DELETE /v1/conversations/ID	POST: {metadata}
 *	GET, POST /v1/conversations/ID/items	POST: {items}
 *	GET, DELETE /v1/conversations/ID/items/ID
 *
 * Source: OpenAI API reference, "Conversations".
 */
#ifndef API_STORE_API_CONVERSATIONS_H
#define API_STORE_API_CONVERSATIONS_H

#include "http/http_request.h"

void api_conversations_new(struct http_request *r);
void api_conversations_one(struct http_request *r);
void api_conversations_items(struct http_request *r);
void api_conversations_item(struct http_request *r);

#endif
