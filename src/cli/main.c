/*
 * main.c - runs one of the commands of commands.def.
 */
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/control.h"
#include "cli/doctor.h"
#include "cli/logs.h"
#include "cli/models.h"
#include "cli/restart.h"
#include "cli/usage.h"
#include "cli/words.h"
#include "base/compiler.h"
#include "options/nearest.h"

static const struct command {
	const char *name;
	int (*run)(char **argv);
} commands[] = {
#define COMMAND(name_, function_, options_, help_) { #name_, function_ },
#define COMMAND_WORD(name_, word_, help_)
#include "cli/commands.def"
#undef COMMAND
#undef COMMAND_WORD
};

static const struct {
	const char *command, *word;
} command_words[] = {
#define COMMAND(name_, function_, options_, help_)
#define COMMAND_WORD(name_, word_, help_) { #name_, word_ },
#include "cli/commands.def"
#undef COMMAND
#undef COMMAND_WORD
};

/* What other programs call them. */
static const struct {
	const char *theirs, *ours;
} synonyms[] = {
	{ "serve", "start" },
	{ "server", "start" },
	{ "run", "start" },
	{ "up", "start" },
	{ "launch", "start" },
	{ "down", "stop" },
	{ "kill", "stop" },
	{ "quit", "stop" },
	{ "reload", "restart" },
	{ "ps", "status" },
	{ "info", "status" },
	{ "check", "doctor" },
	{ "list", "models" },
	{ "ls", "models" },
	{ "chat", "ask" },
	{ "prompt", "ask" },
	{ "exec", "ask" },
	{ "tail", "logs" },
	{ "-v", "--version" },
};

static bool
is_one_of(const char *word, const char *a, const char *b, const char *c)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0 ||
	    strcmp(word, c) == 0;
}

/* NULL: nothing that we know. */
static const char *
meant(const char *word)
{
	struct nearest n;

	for (size_t i = 0; i < ARRAY_SIZE(synonyms); i++) {
		if (strcmp(word, synonyms[i].theirs) == 0)
			return synonyms[i].ours;
	}
	nearest_begin(&n, word);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		nearest_offer(&n, commands[i].name);
	nearest_offer(&n, "--help");
	nearest_offer(&n, "--version");
	return nearest_end(&n);
}

static int
complain(const char *word)
{
	const char *instead = meant(word);

	fprintf(stderr, "codex-api-proxy: there is no command '%.100s'", word);
	if (instead != NULL)
		fprintf(stderr, "; did you mean %s?\n", instead);
	else
		fputs("; see codex-api-proxy --help\n", stderr);
	return EXIT_USAGE;
}

/* An option that is none, but may be meant for one, ends it before it acts. */
static int
run(const struct command *c, char **argv)
{
	const char *own[ARRAY_SIZE(command_words) + 1];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(command_words); i++) {
		if (strcmp(command_words[i].command, c->name) == 0)
			own[n++] = command_words[i].word;
	}
	own[n] = NULL;
	if (!words_have_help(argv) && words_suggest(argv, own, &settings_table))
		return EXIT_USAGE;
	return c->run(argv);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return usage_commands();
	if (is_one_of(argv[1], "--help", "-h", "help"))
		return usage_program();
	if (is_one_of(argv[1], "--version", "-V", "version"))
		return usage_version();
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return run(&commands[i], argv + 2);
	}
	return complain(argv[1]);
}
