#include <jansson.h>

#include "gen/gen.h"

/* ---- doc/options.md ---- */

/* A cell: "|" would end it, and 'text' is code there. */
static void
put_cell(const char *text)
{
	const char *close;

	for (char before = ' '; *text != '\0'; before = *text++) {
		close = NULL;
		if (*text == '\'' && (before == ' ' || before == '('))
			close = strchr(text + 1, '\'');
		if (close != NULL) {
			printf("`%.*s`", (int)(close - text - 1), text + 1);
			text = close;
		} else if (*text == '|') {
			fputs("\\|", stdout);
		} else {
			putchar(*text);
		}
	}
}

static void
put_name(const struct option_def *def)
{
	if (def->type == OPTION_BOOL)
		printf("| `--[no-]%s` |", def->name);
	else
		printf("| `--%s %s` |", def->name,
		    def->metavar != NULL ? def->metavar : "VALUE");
}

static void
put_row(const struct option_def *def)
{
	put_name(def);
	printf(" `%s` |", def->env);
	if (def->initial != NULL)
		printf(" %s", def->initial);
	fputs(" | ", stdout);
	put_cell(def->help);
	if (def->type == OPTION_LIST)
		fputs(" Repeatable.", stdout);
	if (def->type == OPTION_CHOICE) {
		char *allowed = gen_allowed(def);

		fputs(" Allowed: ", stdout);
		put_cell(allowed);
		putchar('.');
		free(allowed);
	}
	puts(" |");
}

void
gen_table(void)
{
	for (size_t i = 0; i < settings_table.n; i++)
		put_row(&settings_table.defs[i]);
}

/* ---- JSON ---- */

static const char *const type_names[] = {
	[OPTION_STRING] = "string",
	[OPTION_INT] = "int",
	[OPTION_SECONDS] = "seconds",
	[OPTION_BOOL] = "bool",
	[OPTION_CHOICE] = "choice",
	[OPTION_LIST] = "list",
};

static const char *const value_names[] = {
	[GEN_NOTHING] = "nothing",
	[GEN_FILE] = "file",
	[GEN_DIR] = "dir",
	[GEN_CHOICE] = "choice",
	[GEN_BOOL] = "bool",
};

static json_t *
option_json(const struct option_def *def)
{
	json_t *choices = json_array();

	for (size_t i = 0; def->choices != NULL && def->choices[i] != NULL; i++)
		json_array_append_new(choices, json_string(def->choices[i]));
	return json_pack("{s:s,s:s,s:s,s:s?,s:s?,s:s?,s:o,s:b,s:b,s:s,s:I,s:I}",
	    "name", def->name, "env", def->env, "type", type_names[def->type],
	    "default", def->initial, "metavar", def->metavar, "separator",
	    def->separator, "choices", choices, "secret",
	    (def->flags & OPTION_SECRET) != 0, "finds",
	    (def->flags & OPTION_FINDS) != 0, "completes",
	    value_names[gen_value_of(def)], "min", (json_int_t)def->min, "max",
	    (json_int_t)def->max);
}

static json_t *
command_json(const struct gen_command *command)
{
	json_t *words = json_array();

	for (size_t i = 0; i < gen_n_words; i++)
		if (strcmp(gen_words[i].command, command->name) == 0)
			json_array_append_new(
			    words, json_string(gen_words[i].word));
	return json_pack("{s:s,s:b,s:o}", "name", command->name, "all_options",
	    command->all_options, "words", words);
}

void
gen_json(void)
{
	json_t *options = json_array(), *commands = json_array(), *root;

	for (size_t i = 0; i < settings_table.n; i++)
		json_array_append_new(
		    options, option_json(&settings_table.defs[i]));
	for (size_t i = 0; i < gen_n_commands; i++)
		json_array_append_new(commands, command_json(&gen_commands[i]));
	root = json_pack("{s:o,s:o}", "options", options, "commands", commands);
	if (root == NULL || json_dumpf(root, stdout, JSON_INDENT(1)) != 0)
		exit(EXIT_FAILURE);
	putchar('\n');
	json_decref(root);
}
