/*
 * server.h - sim_model's HTTP side: a thread a connection, each of which
 * may block (in a pause, a delay, a hang) and then watches for the client's
 * hang-up and the server's stop.
 *
 * Life cycle: server_start, server_stop; one server a process. Both are for
 * the main thread.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include <stdint.h>

#include "base/compiler.h"

/*
 * Listens on 127.0.0.1; port 0 takes any. Errors: -errno.
 */
MUST_CHECK int server_start(uint16_t port, uint16_t *ret_port);

/* Breaks off what runs, joins all threads. */
void server_stop(void);

#endif
