/*
 * http_models.h - GET /v1/models and /v1/models/{id}: codex-local, the
 * aliases, and the visible models of Codex's catalog.
 */
#ifndef HTTP_HTTP_MODELS_H
#define HTTP_HTTP_MODELS_H

#include "http/http_request.h"

void http_models_list(struct http_request *r);
void http_models_get(struct http_request *r);

#endif
