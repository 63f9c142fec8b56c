/*
 * api_given.h - the body of a request about a conversation: its items, each
 * of which gets an id, and its metadata. It is read where all bodies are
 * (api_parser), before the store is asked anything. HTTP thread.
 */
#ifndef API_STORE_API_GIVEN_H
#define API_STORE_API_GIVEN_H

#include "api/store/api_ask.h"

/*
 * As api_ask_run, once the request's body has been read into ask->items and
 * ask->metadata. The route's dialect is responses_given_dialect.
 */
void api_given_run(struct http_request *r, struct api_ask *ask);

/* The route's, for these and for handlers with one question. */
void api_given_resume(struct http_request *r);
void api_given_over(struct http_request *r);

#endif
