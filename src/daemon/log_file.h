/*
 * log_file.h - the file that the server logs to in the background. stderr is
 * led there, too, so that an abort's last words are kept. Main thread.
 */
#ifndef DAEMON_LOG_FILE_H
#define DAEMON_LOG_FILE_H

#include "settings/settings.h"

/*
 * Opens --log-file for appending, makes it the log's and stderr's. Called
 * again it opens the name anew, after a rotation; a failure then leaves the
 * old one in use. Errors: -errno.
 */
MUST_CHECK int log_file_open(const struct settings *s);

#endif
