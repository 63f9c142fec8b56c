/*
 * exchange.h - one request to sim_model and its answer.
 *
 * Life cycle: exchange_new with the headers, exchange_body for each piece,
 * exchange_answer once, exchange_close when the connection is done with it.
 * Each exchange belongs to its connection's thread.
 */
#ifndef SIM_EXCHANGE_H
#define SIM_EXCHANGE_H

#include <microhttpd.h>
#include <stdbool.h>

#include "base/compiler.h"

struct exchange;

/* `stop_fd` becomes readable when the server stops. NULL = no memory. */
MUST_CHECK struct exchange *exchange_new(struct MHD_Connection *connection,
    const char *method, const char *path, int stop_fd);

MUST_CHECK int exchange_body(struct exchange *x, const char *bytes, size_t len);

/* Queues the response, possibly after a wait; MHD_NO = drop the connection. */
MUST_CHECK enum MHD_Result exchange_answer(struct exchange *x);

/* Writes the closing line and frees. `sent`: MHD sent all of it. */
void exchange_close(struct exchange *x, bool sent);

#endif
