/*
 * main.c - runs one of the commands of commands.def.
 */
#include "app/command.h"
#include "app/control.h"
#include "app/doctor.h"
#include "app/usage.h"
#include "base/compiler.h"

static const struct {
	const char *name;
	int (*run)(char **argv);
} commands[] = {
#define COMMAND(name_, function_, options_, help_) { #name_, function_ },
#define COMMAND_WORD(name_, word_, help_)
#include "app/commands.def"
#undef COMMAND
#undef COMMAND_WORD
};

static bool
is_one_of(const char *word, const char *a, const char *b, const char *c)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0 ||
	    strcmp(word, c) == 0;
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("codex-api-proxy: a command is needed; see "
		      "codex-api-proxy --help\n",
		    stderr);
		return EXIT_USAGE;
	}
	if (is_one_of(argv[1], "--help", "-h", "help"))
		return usage_program();
	if (is_one_of(argv[1], "--version", "-V", "version"))
		return usage_version();
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argv + 2);
	}
	fprintf(stderr,
	    "codex-api-proxy: there is no command '%s'; see codex-api-proxy "
	    "--help\n",
	    argv[1]);
	return EXIT_USAGE;
}
