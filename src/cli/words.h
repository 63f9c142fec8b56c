/*
 * words.h - the words of a command line that are no options of the server.
 */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <stdbool.h>

#include "options/options.h"

/* True when --help or -h is among them. */
bool words_have_help(char *const *argv);

/* Takes the word out; true when it was there. */
bool words_take(char **argv, const char *word);

/*
 * Looks for an option that there is not, but whose name is near to that of one
 * of `t` or of the command's `own` words (NULL-terminated, with dashes); "-v"
 * is near to "--verbose". Says on stderr which one was meant, and returns true.
 * What is near to nothing is for others to complain of.
 */
bool words_suggest(
    char *const *argv, const char *const *own, const struct option_table *t);

/*
 * Takes "WORD value" or "WORD=value" out, up to a "--", and returns the value
 * of the last one; `otherwise` when there was none. Borrowed from argv.
 */
const char *
words_take_value(char **argv, const char *word, const char *otherwise);

/*
 * Overwrites the values of secret options, so that they are no longer to be
 * seen in the process list. The strings must be those of main's argv.
 */
void words_hide_secrets(char **argv, const struct option_table *t);

#endif
