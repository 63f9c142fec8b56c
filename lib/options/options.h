/*
 * options.h - the option-table engine: one table defines each option once
 * and drives argv, environment, defaults, --help and listings.
 *
 * The values live in the caller's plain struct; an entry says at which
 * offset and of which C type:
 *
 *	OPTION_STRING   char *       owned; NULL = not set
 *	OPTION_INT      int64_t
 *	OPTION_SECONDS  int64_t      nanoseconds
 *	OPTION_BOOL     bool         --name, --no-name, --name=yes
 *	OPTION_CHOICE   int          index into `choices`
 *	OPTION_LIST     struct strv  repeatable; one per argv occurrence, split
 *	                             at `separator` in the environment
 *
 * Life cycle: zero the struct, options_set_defaults, options_read_environment,
 * options_read_argv (each overrides the one before; a list is replaced as a
 * whole by the first value of a later source), options_free.
 *
 * In argv a value that begins with "--" must be given as --name=value. An
 * empty value takes a string or a list back to its default; without one it is
 * not set, or has no members. For the other types it is an error in argv, and
 * in the environment the same as no variable.
 * Threads: none of its own; the tables are constant.
 */
#ifndef OPTIONS_OPTIONS_H
#define OPTIONS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/strv.h"

enum option_type {
	OPTION_STRING,
	OPTION_INT,
	OPTION_SECONDS,
	OPTION_BOOL,
	OPTION_CHOICE,
	OPTION_LIST
};

/* Flags. */
enum {
	OPTION_SECRET = 1, /* the value is never printed */
	OPTION_FINDS = 2 /* says which server is meant: for all commands */
};

/* Metavars of paths, for which a shell can offer what is there. */
#define OPTION_METAVAR_FILE "FILE"
#define OPTION_METAVAR_PATH "PATH"
#define OPTION_METAVAR_DIR "DIR"

struct option_def {
	const char *name; /* without the dashes */
	const char *env; /* environment variable, or NULL */
	enum option_type type;
	size_t offset; /* of the value in the caller's struct */
	const char *initial; /* default as text; NULL = not set, empty list */
	int64_t min, max; /* OPTION_INT, and OPTION_SECONDS in nanoseconds */
	const char *const *choices; /* OPTION_CHOICE: NULL-terminated */
	const char *separator; /* OPTION_LIST: in the environment */
	const char *metavar; /* what the value is, e.g. "N" or "FILE" */
	const char *help; /* one or two sentences */
	unsigned flags;
};

struct option_table {
	const struct option_def *defs;
	size_t n;
};

enum {
	OPTIONS_ERROR_MAX = 512
};

/*
 * All of these return 0, -ENOMEM, or -EINVAL with one line in `ret_error`
 * that names the option (or variable), the value unless it is secret, and
 * what is allowed.
 */
MUST_CHECK int options_set_defaults(const struct option_table *t, void *values,
    char ret_error[OPTIONS_ERROR_MAX]);
MUST_CHECK int options_read_environment(const struct option_table *t,
    void *values, char *const *environment, char ret_error[OPTIONS_ERROR_MAX]);
/* One variable's value, as if the environment had it. */
MUST_CHECK int options_read_variable(const struct option_def *def, void *values,
    const char *text, char ret_error[OPTIONS_ERROR_MAX]);
/* `argv` holds options only, NULL-terminated; anything else is an error. */
MUST_CHECK int options_read_argv(const struct option_table *t, void *values,
    char *const *argv, char ret_error[OPTIONS_ERROR_MAX]);

/* The value of the variable of that name, or NULL. Borrowed. */
const char *options_variable(char *const *environment, const char *name);

/* One option of a command line. */
struct option_word {
	const struct option_def *def;
	const char *value; /* empty for --name=; "yes" or "no" for a switch */
};

/*
 * Takes the first option and its value off *argv, which holds at least one
 * word; the value is not looked at. Borrowed from argv.
 */
MUST_CHECK int options_next(const struct option_table *t, char *const **argv,
    struct option_word *ret_word, char ret_error[OPTIONS_ERROR_MAX]);

/* The option of that name, without dashes; NULL: there is none. */
const struct option_def *
options_find(const struct option_table *t, const char *name);

/* Frees what the values own and zeroes them. */
void options_free(const struct option_table *t, void *values);

/*
 * Appends the value as one would write it, nothing for a string that is not
 * set; "set" or "not set" for a secret; list members joined by the separator
 * or " ".
 */
MUST_CHECK int option_value_text(
    const struct option_def *def, const void *values, struct buf *out);

/* Appends what a value may be: "a whole number from 0 to 65535". */
MUST_CHECK int
option_allowed_text(const struct option_def *def, struct buf *out);

/*
 * Appends the options as --help shows them: name and metavar, then help,
 * default, and environment variable, wrapped at 79 columns.
 */
MUST_CHECK int options_help(const struct option_table *t, struct buf *out);

#endif
