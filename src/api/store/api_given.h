/*
 * api_given.h - the body of a request about a conversation: its items, each
 * of which gets an id, and its metadata.
 */
#ifndef API_STORE_API_GIVEN_H
#define API_STORE_API_GIVEN_H

#include "api/store/api_ask.h"

/* Takes a copy of the body. HTTP thread. Errors: -ENOMEM. */
MUST_CHECK int api_given_take(struct api_ask *ask, struct http_request *r);

/*
 * Reads it into ask->items and ask->metadata; what is wrong with it goes to
 * ask->error. Any thread. Errors: -EINVAL, -ENOMEM.
 */
MUST_CHECK int api_given_read(struct api_ask *ask);

#endif
