/*
 * api_health.h - GET /health: the process lives. GET /ready: it can answer.
 * Neither needs a key, so neither says a path or a secret. GET /api/hello: what
 * Claude Code asks, by HEAD and without a key, to see whether its server is
 * there.
 */
#ifndef API_API_HEALTH_H
#define API_API_HEALTH_H

#include "http/http_request.h"

void api_health_get(struct http_request *r);
void api_ready_get(struct http_request *r);
void api_hello_get(struct http_request *r);

#endif
