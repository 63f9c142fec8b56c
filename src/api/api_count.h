/*
 * api_count.h - how many tokens a request would take, estimated
 * (size_generation.h), in any dialect that has a way to say it: read as if it
 * were to be answered, but no job is made, no model asked and nothing spent.
 * The HTTP thread only.
 *
 * The three are the begin, resume and end of a route whose dialect has a
 * `count`.
 */
#ifndef API_API_COUNT_H
#define API_API_COUNT_H

#include "http/http_request.h"

void api_count_begin(struct http_request *r);
void api_count_resume(struct http_request *r);
void api_count_end(struct http_request *r);

#endif
