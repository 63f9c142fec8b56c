/*
 * service.h - the composition root: puts the parts of the server together,
 * waits for signals, and takes them apart in order.
 */
#ifndef APP_SERVICE_H
#define APP_SERVICE_H

#include "core/settings.h"

/*
 * Runs the server in the foreground until SIGTERM or SIGINT has been served.
 * Logs to stderr. Returns the exit status: 0 after a drain, 1 when it could
 * not start (the reason is on stderr). The main thread, before any other.
 */
int service_run(const struct settings *s);

#endif
