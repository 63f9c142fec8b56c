/*
 * http_health.h - GET /health: the process lives. GET /ready: it can answer.
 * Neither needs a key, so neither says a path or a secret.
 */
#ifndef HTTP_HTTP_HEALTH_H
#define HTTP_HTTP_HEALTH_H

#include "http/http_request.h"

void http_health_get(struct http_request *r);
void http_ready_get(struct http_request *r);

#endif
