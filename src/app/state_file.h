/*
 * state_file.h - what the last successful start was: its settings, for
 * `restart`, and where it answers, for `status`.
 *
 * {"version":1,"pid":N,"started_at":SECONDS,"engine":"exec",
 *  "urls":["http://..."],"options":{"port":"8765",...}}
 *
 * Mode 0600, since keys are in it; written to a temporary file and renamed.
 */
#ifndef APP_STATE_FILE_H
#define APP_STATE_FILE_H

#include <jansson.h>

#include "base/strv.h"
#include "core/settings.h"

enum {
	STATE_FILE_ERROR_MAX = 512
};

struct state_file {
	char *path; /* owned */
	json_t *root; /* owned */
	const json_t *options; /* borrowed from it */
	struct strv urls;
	int64_t pid;
	int64_t started_at; /* Unix seconds */
};

/* Errors: -errno. */
MUST_CHECK int
state_file_write(const struct settings *s, const struct strv *urls);

/*
 * Reads and checks it. Errors: -ENOENT, or another with one line in
 * `ret_error`; the file is never changed.
 */
MUST_CHECK int state_file_read(const char *path, struct state_file *ret_state,
    char ret_error[STATE_FILE_ERROR_MAX]);
void state_file_free(struct state_file *st);

#endif
