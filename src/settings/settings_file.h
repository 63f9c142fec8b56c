/*
 * settings_file.h - the configuration file: variables as the environment may
 * have them, in the form of env_file.h. It is read once, at the start, by the
 * main thread.
 */
#ifndef SETTINGS_SETTINGS_FILE_H
#define SETTINGS_SETTINGS_FILE_H

#include <stddef.h>

#include "options/options.h"

/* What the names of all variables begin with. */
#define SETTINGS_PREFIX "CODEX_PROXY_"

enum {
	SETTINGS_UNREAD_MAX = 16,
	SETTINGS_UNREAD_NAME = 64
};

/* A line that is of no effect, and yet seems meant to have one. */
struct settings_unread {
	unsigned line; /* from 1 */
	/* What follows the prefix; cut off if it is long. Empty: the line is
	 * no NAME=VALUE. */
	char name[SETTINGS_UNREAD_NAME];
};

/* What is known of the file that was read; all zero: there was none. */
struct settings_file {
	/* For each option of the table the line that gives it a value, or 0;
	 * NULL: no file was read. Owned. */
	unsigned *lines;
	/* The first of the places that may not be read; borrowed, or NULL. */
	const char *denied;
	size_t n_unread; /* may be more than are listed */
	struct settings_unread unread[SETTINGS_UNREAD_MAX];
};

struct settings_sources;

/*
 * The file that --config says, wherever it is given; NULL: nowhere. Borrowed
 * from the sources.
 */
const char *settings_file_named(
    const struct option_table *t, const struct settings_sources *from);

/*
 * Reads the file `named`, or, with NULL, the first of the NULL-terminated
 * `places` that is there and may be read, over the values that are set so far.
 * Names that do not begin with SETTINGS_PREFIX are passed over: such a file is
 * also systemd's, and these are for others.
 *
 * Returns 0 with *ret_path, the file that was read (owned by the caller; NULL:
 * there was none), and *ret_file, which settings_file_free frees; else -ENOMEM,
 * or -EINVAL with one line in `ret_error`, and nothing to free. It names file
 * and line where a value is not allowed, and where a secret stands in a file
 * that is not its owner's alone.
 */
MUST_CHECK int settings_file_read(const char *named, const char *const *places,
    const struct option_table *t, void *values, struct settings_file *ret_file,
    char **ret_path, char ret_error[OPTIONS_ERROR_MAX]);
void settings_file_free(struct settings_file *f);

#endif
