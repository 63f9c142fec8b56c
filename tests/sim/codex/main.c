/*
 * fake_codex - a scripted stand-in for the Codex CLI, for the faults that
 * the real one does not show on demand and for measuring what a request
 * costs without it. See ../README.md.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "app_account.h"
#include "app_server.h"
#include "base/buf.h"
#include "calls.h"
#include "catalog.h"
#include "output.h"
#include "script.h"
#include "turn.h"

enum {
	READ_BLOCK = 65536
};

/* From the environment: for what must be known before the prompt is read. */
static void
read_mode(struct script *s)
{
	const char *mode = getenv("FAKE_CODEX_MODE");

	if (mode != NULL)
		output_must(script_parse(s, SCRIPT_EXEC, mode, strlen(mode)),
		    "FAKE_CODEX_MODE");
}

static void
read_prompt(struct buf *prompt)
{
	char *space;
	ssize_t n;

	do {
		output_must(buf_reserve(prompt, READ_BLOCK, &space), "stdin");
		n = read(STDIN_FILENO, space, READ_BLOCK);
		if (n > 0)
			buf_commit(prompt, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
}

static size_t
piece_size(const struct script *s)
{
	return s->trickle ? 1 : (size_t)s->pieces;
}

static int
run_exec(char **argv)
{
	struct script script;
	struct buf prompt;
	int status;

	script_init(&script);
	buf_init(&prompt, SIZE_MAX);
	read_mode(&script);
	if (script.never_read) {
		calls_note(argv, 0);
		turn_hang();
	}
	read_prompt(&prompt);
	calls_note(argv, prompt.len);
	/* After the note, which tells the dispositions we were given. */
	signal(SIGPIPE, SIG_IGN);
	output_must(
	    script_parse_prompt(&script, SCRIPT_EXEC, prompt.data, prompt.len),
	    "bad FAKE: directive");
	output_init(piece_size(&script));
	status = turn_run(&script, prompt.data, prompt.len);
	output_free();
	buf_free(&prompt);
	script_free(&script);
	return status;
}

static int
run_version(char **argv)
{
	calls_note(argv, 0);
	printf("codex-cli %s\n", account_version());
	return 0;
}

static int
run_debug(char **argv)
{
	calls_note(argv, 0);
	printf("%s\n", catalog);
	return 0;
}

/* Like the real one, on stderr. */
static int
run_login(char **argv)
{
	const char *login = getenv("FAKE_CODEX_LOGIN");
	bool out = login != NULL && strcmp(login, "out") == 0;

	calls_note(argv, 0);
	fprintf(stderr, out ? "Not logged in\n" : "Logged in using ChatGPT\n");
	return out ? 1 : 0;
}

/* Anything runs in it, and is not run: only its result is of interest. */
static int
run_sandbox(char **argv)
{
	calls_note(argv, 0);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(char **argv);
} commands[] = {
	{ "exec", run_exec },
	{ "app-server", app_server_run },
	{ "--version", run_version },
	{ "-V", run_version },
	{ "debug", run_debug },
	{ "login", run_login },
	{ "sandbox", run_sandbox },
};

int
main(int argc, char **argv)
{
	int i = 1;

	/* Options that go before the command. */
	while (i + 1 < argc && strcmp(argv[i], "-c") == 0)
		i += 2;
	for (size_t k = 0; i < argc && k < ARRAY_SIZE(commands); k++) {
		if (strcmp(commands[k].name, argv[i]) == 0)
			return commands[k].run(argv);
	}
	fprintf(stderr, "error: unrecognized subcommand '%s'\n",
	    i < argc ? argv[i] : "");
	return 2;
}
