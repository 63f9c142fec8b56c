/*
 * api_server.h - what the server is, for the commands of its own user.
 *
 *	GET /private/server	{"version","pid","started_at","engine",
 *				"all_to_exec","state_file","logs_to","urls",
 *				"settings"}, the settings as in effect, secrets
 *				redacted; all_to_exec: why --engine auto has
 *				exec do all, or null
 *	GET /private/models	{"models":[...]}, as codex_models_json has them
 */
#ifndef API_API_SERVER_H
#define API_API_SERVER_H

#include "http/http_request.h"

void api_server_get(struct http_request *r);
void api_server_models(struct http_request *r);

#endif
