/*
 * session.h - the Responses API over one WebSocket: requests one after the
 * other, and the memory of the last response, which the next may build on.
 */
#ifndef SIM_SESSION_H
#define SIM_SESSION_H

#include <jansson.h>

#include "ws.h"

/*
 * Serves the connection to its end. `path` and `headers` are those of the
 * handshake, for the journal; both are borrowed.
 */
void session_run(struct ws *ws, const char *path, json_t *headers);

#endif
