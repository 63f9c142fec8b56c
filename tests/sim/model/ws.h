/*
 * ws.h - the server's end of one WebSocket connection: whole text messages in,
 * frames out. Pings are answered, and the client's close and its hang-up
 * noticed, during every wait.
 *
 * Life cycle: ws_new, the others in any order, ws_free, which leaves the socket
 * open. For one thread.
 */
#ifndef SIM_WS_H
#define SIM_WS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "ws_frame.h"

struct ws;

/*
 * `fd` is the socket behind the handshake, `first` the `len` bytes that have
 * already been read from it; `stop_fd` becomes readable when the server stops.
 * NULL = no memory.
 */
MUST_CHECK struct ws *
ws_new(int fd, int stop_fd, const char *first, size_t len);

struct ws *ws_free(struct ws *ws);

/*
 * The next message of the client's, appended to `out`. Returns 1, 0 when the
 * deadline passes before, -EPIPE when there is none and the connection is over,
 * or the errors of buf.
 */
MUST_CHECK int ws_next(struct ws *ws, int64_t deadline, struct buf *out);

/* Waits until the deadline. False when the connection is over before. */
bool ws_wait(struct ws *ws, int64_t deadline);

/*
 * Sends bytes that are whole frames. False when not all were taken, since the
 * connection is over.
 */
MUST_CHECK bool ws_send(struct ws *ws, const char *frames, size_t len);

/* Says goodbye and waits a second at most for the client to do so. */
void ws_close(struct ws *ws, enum ws_status status);

#endif
