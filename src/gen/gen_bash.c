#include "gen/gen.h"

static void
put_words(const struct gen_command *command)
{
	for (size_t i = 0; i < gen_n_words; i++)
		if (strcmp(gen_words[i].command, command->name) == 0)
			printf(" %s", gen_words[i].word);
	for (size_t i = 0; i < settings_table.n; i++) {
		const struct option_def *def = &settings_table.defs[i];

		if (!gen_has(command, def))
			continue;
		printf(" --%s", def->name);
		if (def->type == OPTION_BOOL)
			printf(" --no-%s", def->name);
	}
}

/* The words of each command: a case of a case. */
static void
put_commands(void)
{
	fputs("_codex_api_proxy_commands='", stdout);
	for (size_t i = 0; i < gen_n_commands; i++)
		printf("%s%s", i > 0 ? " " : "", gen_commands[i].name);
	puts("'\n");
	puts("# What stands behind a command: sets `words`.");
	puts("_codex_api_proxy_words() {\n\tcase $1 in");
	for (size_t i = 0; i < gen_n_commands; i++) {
		printf("\t%s) words='--help", gen_commands[i].name);
		put_words(&gen_commands[i]);
		puts("' ;;");
	}
	puts("\t*) words='' ;;\n\tesac\n}\n");
}

static void
put_value(const struct option_def *def)
{
	printf("\t--%s) kind=", def->name);
	switch (gen_value_of(def)) {
	case GEN_FILE:
		fputs("'file'", stdout);
		break;
	case GEN_DIR:
		fputs("dir", stdout);
		break;
	case GEN_CHOICE:
		fputs("words values='", stdout);
		for (size_t i = 0; def->choices[i] != NULL; i++)
			printf("%s%s", i > 0 ? " " : "", def->choices[i]);
		putchar('\'');
		break;
	case GEN_BOOL:
		fputs("switch values='yes no'", stdout);
		break;
	case GEN_NOTHING:
		fputs("nothing", stdout);
		break;
	}
	if (def->type == OPTION_LIST)
		fputs(" repeatable=yes", stdout);
	puts(" ;;");
}

void
gen_bash(void)
{
	put_commands();
	puts("# What an option takes: sets `kind`, `values` and `repeatable`.");
	puts("_codex_api_proxy_option() {");
	puts("\tkind='' values='' repeatable=''");
	puts("\tcase $1 in");
	for (size_t i = 0; i < settings_table.n; i++)
		put_value(&settings_table.defs[i]);
	puts("\tesac\n}");
}
