/*
 * gen.h - the texts that are made of the option table and the commands when
 * the program is built: options of the man page, completions, the table of
 * doc/options.md.
 *
 * Part of a build-time program: all write to stdout, whose errors option_docs
 * sees at the end, and running out of memory ends the program.
 */
#ifndef GEN_GEN_H
#define GEN_GEN_H

#include <stdbool.h>
#include <stdio.h>

#include "settings/settings.h"

/* A word of one command alone, besides options and --help. */
struct gen_word {
	const char *command;
	const char *word;
	const char *help;
};

struct gen_command {
	const char *name;
	const char *help;
	bool all_options; /* false: those with OPTION_FINDS alone */
};

extern const struct gen_command gen_commands[];
extern const size_t gen_n_commands;
extern const struct gen_word gen_words[];
extern const size_t gen_n_words;

/* What a shell can offer as an option's value. */
enum gen_value {
	GEN_NOTHING, /* free text, numbers, secrets */
	GEN_FILE,
	GEN_DIR,
	GEN_CHOICE,
	GEN_BOOL
};

enum gen_value gen_value_of(const struct option_def *def);

/* Whether the command has the option. */
bool gen_has(const struct gen_command *command, const struct option_def *def);

/* option_allowed_text as a string; free() it. */
char *gen_allowed(const struct option_def *def);

/* The items of the OPTIONS list, as mdoc(7). */
void gen_man(void);
/* Shell functions that know the table; the template has the rest. */
void gen_bash(void);
void gen_zsh(void);
/* The rows of doc/options.md's table. */
void gen_table(void);
/* The commands and options as one JSON object, for the tests. */
void gen_json(void);

#endif
