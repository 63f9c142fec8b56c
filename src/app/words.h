/*
 * words.h - the words of a command line that are no options of the server.
 */
#ifndef APP_WORDS_H
#define APP_WORDS_H

#include <stdbool.h>

#include "base/options.h"

/* True when --help or -h is among them. */
bool words_have_help(char *const *argv);

/* Takes the word out; true when it was there. */
bool words_take(char **argv, const char *word);

/*
 * A new vector of the same strings without `word`; free() it. NULL: out of
 * memory.
 */
char **words_copy_without(char *const *argv, const char *word);

/*
 * Overwrites the values of secret options, so that they are no longer to be
 * seen in the process list. The strings must be those of main's argv.
 */
void words_hide_secrets(char **argv, const struct option_table *t);

#endif
