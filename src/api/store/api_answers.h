/*
 * api_answers.h - what was answered, as OpenAI's Responses API gives it out
 * again. HTTP thread.
 *
 *	GET, DELETE /v1/responses/ID
 *	GET /v1/responses/ID/input_items	what its request gave anew
 *	POST /v1/responses/ID/cancel		400: none runs in the background
 *	/v1/responses/compact			404
 *	GET /v1/responses			426: no WebSocket is spoken
 */
#ifndef API_STORE_API_ANSWERS_H
#define API_STORE_API_ANSWERS_H

#include "http/http_request.h"

void api_answers_one(struct http_request *r);
void api_answers_input(struct http_request *r);
void api_answers_cancel(struct http_request *r);
void api_answers_none(struct http_request *r);
void api_answers_upgrade(struct http_request *r);

#endif
