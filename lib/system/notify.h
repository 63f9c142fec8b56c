/*
 * notify.h - how the program tells whoever started it how it is: a pipe to
 * `start`, and the service manager's socket.
 *
 * The service manager's protocol is that of sd_notify(3): datagrams of
 * "VARIABLE=value" lines to the socket that NOTIFY_SOCKET names. It is
 * simple enough to be spoken without libsystemd.
 */
#ifndef SYSTEM_NOTIFY_H
#define SYSTEM_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/*
 * Remembers NOTIFY_SOCKET and WATCHDOG_USEC. Called once from main, before
 * threads. Without a service manager the functions below do nothing.
 */
void notify_init(void);

/*
 * Sends one message, e.g. "READY=1\nSTATUS=listening". Any thread. A service
 * manager that does not take it is no reason to stop: nothing is returned.
 */
void notify_send(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* True when the service manager has led this descriptor to its journal. */
bool notify_is_journal(int fd);

/*
 * How often WATCHDOG=1 is wanted, in nanoseconds: half of what the service
 * manager allows; 0: not wanted.
 */
int64_t notify_watchdog_interval(void);

/*
 * Sockets that the service manager has opened for us (sd_listen_fds(3)):
 * their number; they are SOCKETS_FIRST and those behind it. They are made
 * close-on-exec, and LISTEN_* is taken out of the environment. Once, from
 * main.
 */
enum {
	NOTIFY_SOCKETS_FIRST = 3
};
int notify_listen_fds(void);

#endif
