/*
 * env_file.h - the form of the files that systemd reads by EnvironmentFile=:
 * NAME=VALUE lines, taken apart where they stand.
 *
 *	struct env_file f = env_file(text, len);
 *
 *	while ((rc = env_file_next(&f, &line)) > 0)
 *		...
 *
 * As with systemd (systemd.exec(5); seen to be so with 252): blank lines and
 * those that begin with # or ; are passed over. Blanks around a name and a
 * value go. Outside of quotes a backslash keeps what follows it, and takes a
 * line's end back. Quotes count where a value begins and behind a quoted part
 * of it: between ' all is literal, between " a backslash keeps ", \, ` and $,
 * takes a line's end back, and is itself otherwise. Nothing is expanded.
 *
 * Otherwise than with systemd a quote that is never closed is an error: there
 * it silently takes all that follows. And no comment goes on behind a backslash
 * at its end, which is so since systemd 254.
 *
 * Pure; any thread.
 */
#ifndef OPTIONS_ENV_FILE_H
#define OPTIONS_ENV_FILE_H

#include <stddef.h>

#include "base/compiler.h"

/* Private, but for what env_file() makes. */
struct env_file {
	char *at, *end;
	unsigned line; /* of `at`, from 1 */
};

struct env_line {
	/* Both borrowed from the text. */
	const char *name;
	const char *value; /* NULL: the line is no NAME=VALUE */
	unsigned line; /* in which it begins, from 1 */
};

/* Before the first line; `text` is overwritten, text[len] included. */
struct env_file env_file(char *text, size_t len);

/*
 * 1 and the next line, comments left out; 0: there is none; -EINVAL: a quote is
 * not closed, and ret_line->line is where it stands.
 */
MUST_CHECK int env_file_next(struct env_file *f, struct env_line *ret_line);

#endif
