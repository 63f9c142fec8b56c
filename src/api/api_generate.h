/*
 * api_generate.h - a request that is answered by a model, in the dialect that
 * its route names: from the body to the jobs, and from their events back to
 * the caller.
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
#ifndef API_API_GENERATE_H
#define API_API_GENERATE_H

#include "http/http_request.h"

void api_generate_begin(struct http_request *r);
void api_generate_resume(struct http_request *r);
void api_generate_end(struct http_request *r);

#endif
