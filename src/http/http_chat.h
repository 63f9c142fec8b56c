/*
 * http_chat.h - POST /v1/chat/completions: from the body to the jobs, and
 * from their events back to the caller.
 *
 * States of one, all on the HTTP thread:
 *
 *	parsing     a large body is with the body parser; parked
 *	waiting     the jobs are submitted; parked until there is something to
 *	            say: the status line waits for the first output, a
 *	            failure, or the first keep-alive
 *	streaming   the SSE response is under way
 *	over        one JSON body, or an error, is queued
 */
#ifndef HTTP_HTTP_CHAT_H
#define HTTP_HTTP_CHAT_H

#include "http/http_request.h"

void http_chat_begin(struct http_request *r);
void http_chat_resume(struct http_request *r);
void http_chat_end(struct http_request *r);

#endif
