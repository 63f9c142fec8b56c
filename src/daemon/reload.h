/*
 * reload.h - what SIGHUP does: the log file is opened anew; the file of keys,
 * the certificate and its private key are read again. Main thread.
 */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include <stdbool.h>

#include "daemon/drain.h"

/*
 * What is no use is logged and changes nothing. `logs_to_file`: the log is
 * --log-file, as in the background.
 */
void reload_files(struct parts *p, bool logs_to_file);

#endif
