/*
 * service.h - the composition root: puts the parts of the server together,
 * waits for signals, and takes them apart in order.
 */
#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include "daemon/launch.h"
#include "settings/settings.h"

/*
 * Runs the server until SIGTERM or SIGINT has been served, and tells `launch`
 * how its start went. In the foreground it logs to stderr and serves even
 * while Codex is not usable (/ready says so); in the background it logs to
 * --log-file and gives up when it does not become ready. Returns the exit
 * status: 0 after a drain, 1 when it could not start; nothing is left behind
 * then. The main thread, before any other.
 */
int service_run(const struct settings *s, struct launch *launch);

#endif
