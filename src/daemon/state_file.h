/*
 * state_file.h - what the last successful start was: the options that it was
 * given, for `restart`, and, for people, where it answered.
 *
 * {"version":2,"pid":N,"started_at":SECONDS,"engine":"exec",
 *  "urls":["http://..."],"options":{"port":"8765",...}}
 *
 * What was not given is not in it, so that the environment and new defaults
 * count at a restart. Version 1 had all settings, whether given or not. It is
 * still read, and then
 *
 *	- what was not set (null, an empty list) was not given
 *	- nor was the engine "exec", which was everybody's
 *	- of two aliases of one name the first is kept, which was the one that
 *	  counted
 *
 * Mode 0600, since keys are in it; written to a temporary file and renamed.
 */
#ifndef DAEMON_STATE_FILE_H
#define DAEMON_STATE_FILE_H

#include <jansson.h>

#include "base/strv.h"
#include "settings/settings.h"

enum {
	STATE_FILE_ERROR_MAX = 512
};

struct state_file {
	char *path; /* owned */
	json_t *root; /* owned */
	const json_t *options; /* what was given; borrowed from it */
	bool engine_dropped; /* an engine "exec" of version 1 was left out */
	struct strv urls;
	int64_t pid;
	int64_t started_at; /* Unix seconds */
};

/*
 * Writes what was given of the settings to their --state-file, as of this
 * process. Errors: -errno.
 */
MUST_CHECK int
state_file_write(const struct settings *s, const struct strv *urls);

/*
 * Reads and checks it. Errors: -ENOENT, or another with one line in
 * `ret_error`; the file is never changed.
 */
MUST_CHECK int state_file_read(const char *path, struct state_file *ret_state,
    char ret_error[STATE_FILE_ERROR_MAX]);
void state_file_free(struct state_file *st);

/*
 * Whether a start may write there: 0 when there is nothing, an empty file or
 * a state file of whatever version; -EEXIST, or another -errno, with one line
 * in `ret_error`, when it is something else, which is then left alone.
 */
MUST_CHECK int
state_file_check(const char *path, char ret_error[STATE_FILE_ERROR_MAX]);

#endif
