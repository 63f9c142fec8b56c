/*
 * api_models.h - GET /v1/models and /v1/models/{id}: codex-local, the
 * aliases, and the visible models of Codex's catalog. With an anthropic-version
 * header the answers are in the form of that API, too (Anthropic API
 * reference, "List Models"), and its names are as in /v1/messages.
 */
#ifndef API_API_MODELS_H
#define API_API_MODELS_H

#include "http/http_request.h"

void api_models_list(struct http_request *r);
void api_models_get(struct http_request *r);

#endif
