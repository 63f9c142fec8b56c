#include "app/usage.h"

#include "base/buf.h"

enum {
	HELP_MAX = 1024 * 1024
};

static int
print(const char *text)
{
	fputs(text, stdout);
	return EXIT_SUCCESS;
}

/* A text and the option table behind it. */
static int
print_with_options(const char *text)
{
	struct buf b;
	int rc;

	buf_init(&b, HELP_MAX);
	rc = buf_puts(&b, text);
	if (rc == 0)
		rc = options_help(&settings_table, &b);
	if (rc == 0)
		fputs(b.data, stdout);
	buf_free(&b);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
usage_program(void)
{
	fputs("Usage: codex-api-proxy COMMAND [OPTIONS]\n"
	      "\n"
	      "A local OpenAI-compatible server on top of the Codex CLI.\n"
	      "\n"
	      "Commands:\n",
	    stdout);
#define COMMAND(name_, function_, options_, help_) \
	printf("  %-10s %s\n", #name_, help_);
#define COMMAND_WORD(name_, word_, help_)
#include "app/commands.def"
#undef COMMAND
#undef COMMAND_WORD
	return print("\n"
		     "  --help     this text; COMMAND --help says more\n"
		     "  --version  print the version\n"
		     "\n"
		     "See codex-api-proxy(1).\n");
}

int
usage_start(void)
{
	return print_with_options(
	    "Usage: codex-api-proxy start [--foreground] [OPTIONS]\n"
	    "\n"
	    "Starts the server and returns once it answers; exit status 1 and "
	    "the reason on\n"
	    "stderr if it does not come up.\n"
	    "\n"
	    "  --foreground\n"
	    "        Stay attached and log to stderr, for debugging and for "
	    "service managers.\n"
	    "        SIGTERM or SIGINT drains and ends it; a second one ends "
	    "it at once.\n"
	    "\n"
	    "Options, each with its default and environment variable; the "
	    "command line\n"
	    "overrides the environment:\n"
	    "\n");
}

int
usage_restart(void)
{
	return print_with_options(
	    "Usage: codex-api-proxy restart [--foreground] [OPTIONS]\n"
	    "\n"
	    "Stops the server if it runs and starts it with the settings of "
	    "its last\n"
	    "successful start. Options given now override those one by one. An "
	    "empty value\n"
	    "(--model=) takes a text or a list back to its default, or to "
	    "nothing if it has\n"
	    "none; --no-NAME takes a switch back.\n"
	    "\n"
	    "Options:\n"
	    "\n");
}

int
usage_stop(void)
{
	return print(
	    "Usage: codex-api-proxy stop [--pid-file FILE] [--state-file "
	    "FILE]\n"
	    "\n"
	    "Sends SIGTERM and waits until running requests have finished "
	    "(--drain-seconds).\n"
	    "Exit status 0 if it stopped something, 1 if not.\n");
}

int
usage_status(void)
{
	return print(
	    "Usage: codex-api-proxy status [--verbose] [--json] [--pid-file "
	    "FILE]\n"
	    "                              [--state-file FILE]\n"
	    "\n"
	    "Exit status 0 if it runs, 3 if not. --verbose adds the settings "
	    "of the last\n"
	    "successful start, secrets redacted.\n");
}

int
usage_doctor(void)
{
	return print(
	    "Usage: codex-api-proxy doctor [OPTIONS]\n"
	    "\n"
	    "Checks, a line each, all that the server needs, and says what to "
	    "do about what is\n"
	    "missing. Takes the options of start. Exit status 0 only if all "
	    "is well.\n");
}

int
usage_version(void)
{
	return print("codex-api-proxy " PACKAGE_VERSION "\n");
}

void
usage_print_settings(const struct settings *s)
{
	for (size_t i = 0; i < settings_table.n; i++) {
		const struct option_def *def = &settings_table.defs[i];
		struct buf value;

		buf_init(&value, HELP_MAX);
		if (option_value_text(def, s, &value) == 0)
			printf("  %-24s %s\n", def->name,
			    value.len > 0 ? value.data : "-");
		buf_free(&value);
	}
}
