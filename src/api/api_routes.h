/*
 * api_routes.h - the table of all that is served.
 */
#ifndef API_API_ROUTES_H
#define API_API_ROUTES_H

#include "api/api.h"

/* Sets up api->routes, for http_server_start. Main thread, once. */
void api_routes_set(struct api *api);

#endif
