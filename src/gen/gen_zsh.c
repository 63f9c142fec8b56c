#include "gen/gen.h"

/* Within single quotes, and within the brackets of a description. */
static void
put_description(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr("[]\\", *text) != NULL)
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

/* The action behind the last colon of a specification. */
static void
put_action(const struct option_def *def)
{
	switch (gen_value_of(def)) {
	case GEN_FILE:
		fputs("_files", stdout);
		break;
	case GEN_DIR:
		fputs("_files -/", stdout);
		break;
	case GEN_CHOICE:
		putchar('(');
		for (size_t i = 0; def->choices[i] != NULL; i++)
			printf("%s%s", i > 0 ? " " : "", def->choices[i]);
		putchar(')');
		break;
	case GEN_BOOL:
	case GEN_NOTHING:
		putchar(' ');
		break;
	}
}

/* "--name=" takes its value behind "=" or as the next word. */
static void
put_option(const struct option_def *def)
{
	const char *name = def->name;

	if (def->type == OPTION_BOOL) {
		printf("\t\t'(--%s --no-%s)'", name, name);
		printf("{--%s,--no-%s}'[", name, name);
		put_description(def->help);
		puts("]'");
		return;
	}
	printf("\t\t'%s--%s=[", def->type == OPTION_LIST ? "*" : "", name);
	put_description(def->help);
	printf("]:%s:", def->metavar != NULL ? def->metavar : "value");
	put_action(def);
	puts("'");
}

/* One that is named as an option is takes a value as that does. */
static void
put_word(const struct gen_word *word)
{
	const struct option_def *def = options_find(
	    &settings_table, word->word + 2);
	bool has_value = def != NULL && def->type != OPTION_BOOL;

	printf("\t\t'%s%s[", word->word, has_value ? "=" : "");
	put_description(word->help);
	puts(has_value ? "]:value: '" : "]'");
}

static void
put_command(const struct gen_command *command)
{
	printf("\t%s)\n\t\tspecs=(\n\t\t'(- *)--help[say how to use it]'\n",
	    command->name);
	for (size_t i = 0; i < gen_n_words; i++) {
		if (strcmp(gen_words[i].command, command->name) != 0)
			continue;
		put_word(&gen_words[i]);
	}
	for (size_t i = 0; i < settings_table.n; i++)
		if (gen_has(command, &settings_table.defs[i]))
			put_option(&settings_table.defs[i]);
	puts("\t\t)\n\t\t;;");
}

void
gen_zsh(void)
{
	puts("typeset -ga _codex_api_proxy_commands=(");
	for (size_t i = 0; i < gen_n_commands; i++) {
		printf("\t'%s:", gen_commands[i].name);
		put_description(gen_commands[i].help);
		puts("'");
	}
	puts(")\n");
	puts("# What stands behind a command: sets `specs`.");
	puts("_codex_api_proxy_specs() {\n\tcase $1 in");
	for (size_t i = 0; i < gen_n_commands; i++)
		put_command(&gen_commands[i]);
	puts("\t*) specs=() ;;\n\tesac\n}");
}
