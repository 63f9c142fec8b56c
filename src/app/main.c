/*
 * main.c - the table of sub-commands.
 */
#include <unistd.h>

#include "app/service.h"
#include "app/usage.h"
#include "base/strv.h"
#include "core/settings.h"

/* sysexits.h has 64 for this; Unix tools at large, and our contract, 2. */
enum {
	EXIT_USAGE = 2
};

static bool
wants_help(char *const *argv)
{
	for (; *argv != NULL; argv++) {
		if (strcmp(*argv, "--help") == 0 || strcmp(*argv, "-h") == 0)
			return true;
	}
	return false;
}

/* Takes --foreground out of the options; true when it was there. */
static bool
take_foreground(char **argv)
{
	char **to = argv;
	bool found = false;

	for (; *argv != NULL; argv++) {
		if (strcmp(*argv, "--foreground") == 0)
			found = true;
		else
			*to++ = *argv;
	}
	*to = NULL;
	return found;
}

static int
command_start(char **argv)
{
	char error[OPTIONS_ERROR_MAX];
	struct settings settings;
	bool foreground;
	int status;

	if (wants_help(argv))
		return usage_start();
	foreground = take_foreground(argv);
	if (settings_load(&settings, argv, environ, error) != 0) {
		fprintf(stderr, "codex-api-proxy: %s\n", error);
		return EXIT_USAGE;
	}
	if (foreground) {
		status = service_run(&settings);
	} else {
		fputs("codex-api-proxy: start needs --foreground; use your "
		      "service manager, or nohup, to run it in the "
		      "background\n",
		    stderr);
		status = EXIT_USAGE;
	}
	settings_free(&settings);
	return status;
}

static const struct {
	const char *name;
	int (*run)(char **argv);
} commands[] = {
	{ "start", command_start },
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
