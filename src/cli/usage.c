#include "cli/usage.h"

#include <errno.h>

#include "base/buf.h"
#include "base/limits.h"
#include "cli/command.h"

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

	buf_init(&b, LIMIT_HELP);
	rc = buf_puts(&b, text);
	if (rc == 0)
		rc = options_help(&settings_table, &b);
	if (rc == 0)
		fputs(b.data, stdout);
	buf_free(&b);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
print_commands(FILE *to)
{
#define COMMAND(name_, function_, options_, help_) \
	fprintf(to, "  %-10s %s\n", #name_, help_);
#define COMMAND_WORD(name_, word_, help_)
#include "cli/commands.def"
#undef COMMAND
#undef COMMAND_WORD
}

int
usage_commands(void)
{
	fputs("Usage: codex-api-proxy COMMAND [OPTIONS]\n\n", stderr);
	print_commands(stderr);
	fputs(
	    "\ncodex-api-proxy --help and COMMAND --help say more.\n", stderr);
	return EXIT_USAGE;
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
	print_commands(stdout);
	return print("\n"
		     "  --help     this text; COMMAND --help says more\n"
		     "  --version  print the version\n"
		     "\n"
		     "What the server does can be seen in a browser, at its\n"
		     "address. See codex-api-proxy(1).\n");
}

int
usage_start(void)
{
	return print_with_options(
	    "Usage: codex-api-proxy start [--foreground] [--verbose] "
	    "[OPTIONS]\n"
	    "\n"
	    "Starts the server and returns once it answers; exit status 1 and "
	    "the reason on\n"
	    "stderr if it does not come up.\n"
	    "\n"
	    "  --verbose\n"
	    "        Print all settings, and not only those that differ from "
	    "the defaults.\n"
	    "  --foreground\n"
	    "        Stay attached and log to stderr, for debugging and for "
	    "service managers.\n"
	    "        SIGTERM or SIGINT drains and ends it; a second one ends "
	    "it at once.\n"
	    "\n"
	    "Options, each with its default and environment variable; the "
	    "command line\n"
	    "overrides the environment, and that the file of --config:\n"
	    "\n");
}

int
usage_restart(void)
{
	return print_with_options(
	    "Usage: codex-api-proxy restart [--foreground] [--verbose] "
	    "[OPTIONS]\n"
	    "\n"
	    "Stops the server if it runs and starts it with the options that "
	    "its last\n"
	    "successful start was given. Options given now override those one "
	    "by one; the\n"
	    "environment, the configuration file and the defaults count for "
	    "the rest. An\n"
	    "empty value (--model=) takes a text or a list back to its "
	    "default, or to nothing\n"
	    "if it has none; --no-NAME takes a switch back. Sees first "
	    "whether the new server\n"
	    "could start, and leaves the old one alone if not; "
	    "--drain-seconds counts for the\n"
	    "end of the old one, too.\n"
	    "\n"
	    "Options:\n"
	    "\n");
}

int
usage_stop(void)
{
	return print(
	    "Usage: codex-api-proxy stop [--drain-seconds S] [--config FILE]\n"
	    "                            [--pid-file FILE] [--state-file "
	    "FILE]\n"
	    "\n"
	    "Has the server end and waits until running requests have "
	    "finished, for as long as\n"
	    "--drain-seconds says now, or said at its start; a terminal shows "
	    "what it waits for.\n"
	    "Exit status 0 if it stopped something, 1 if not.\n");
}

int
usage_status(void)
{
	return print(
	    "Usage: codex-api-proxy status [--verbose] [--json] [--config "
	    "FILE]\n"
	    "                              [--pid-file FILE] [--state-file "
	    "FILE]\n"
	    "\n"
	    "Exit status 0 if it runs, 3 if not. --verbose adds its settings, "
	    "or those that\n"
	    "a restart would have, secrets redacted.\n");
}

int
usage_doctor(void)
{
	return print(
	    "Usage: codex-api-proxy doctor [OPTIONS]\n"
	    "\n"
	    "Checks, a line each, all that the server needs, and says what to "
	    "do about what is\n"
	    "missing. Goes by the settings of the running server, else by "
	    "those of the last\n"
	    "start, and by options of start given now above these. Exit status "
	    "0 only if all\n"
	    "is well.\n");
}

int
usage_models(void)
{
	return print(
	    "Usage: codex-api-proxy models [OPTIONS]\n"
	    "\n"
	    "Lists the models that Codex offers: name, context window in "
	    "tokens, reasoning\n"
	    "efforts, whether images are taken, which one is the default, "
	    "which stands behind\n"
	    "codex-local, and the aliases. Asks the running server, else "
	    "Codex itself, with the\n"
	    "settings of the last start and the options given.\n");
}

int
usage_ask(void)
{
	return print(
	    "Usage: codex-api-proxy ask [--model MODEL] [PROMPT ...]\n"
	    "                           [--config FILE] [--pid-file FILE]\n"
	    "                           [--state-file FILE]\n"
	    "\n"
	    "Asks the running server one question and prints the answer as it "
	    "comes. Without\n"
	    "a PROMPT the question is read from standard input; what stands "
	    "behind a -- is\n"
	    "PROMPT, whatever it begins with. Ctrl-C ends the answer, and what "
	    "it costs.\n"
	    "Exit status 0 if the answer is whole, 1 if not, 3 if no server "
	    "runs.\n");
}

int
usage_logs(void)
{
	return print(
	    "Usage: codex-api-proxy logs [-f | --follow] [--config FILE]\n"
	    "                            [--pid-file FILE] [--state-file "
	    "FILE]\n"
	    "\n"
	    "Prints the log file of the server that runs, else that of the "
	    "last one. With -f\n"
	    "it goes on with what is added, across rotations, until Ctrl-C. "
	    "For a server in\n"
	    "the foreground or under a service manager it says where the log "
	    "is instead, and\n"
	    "exits with 1.\n");
}

int
usage_version(void)
{
	return print("codex-api-proxy " PACKAGE_VERSION "\n");
}

/* As one would write it; nothing for what is not set. */
static int
value_text(const struct option_def *def, const json_t *value, struct buf *out)
{
	const char *separator = def->separator != NULL ? def->separator : " ";
	json_t *member;
	size_t i;
	int rc = 0;

	if (!json_is_array(value))
		return json_is_string(value)
		    ? buf_puts(out, json_string_value(value))
		    : 0;
	json_array_foreach(value, i, member) {
		const char *text = json_string_value(member);

		if (rc == 0 && text != NULL)
			rc = buf_printf(
			    out, "%s%s", i > 0 ? separator : "", text);
	}
	return rc;
}

int
usage_value_text(const char *name, const json_t *value, struct buf *out)
{
	const struct option_def *def = options_find(&settings_table, name);

	return def != NULL ? value_text(def, value, out) : -EINVAL;
}

void
usage_print_settings(const json_t *settings)
{
	for (size_t i = 0; i < settings_table.n; i++) {
		const struct option_def *def = &settings_table.defs[i];
		struct buf value;

		buf_init(&value, LIMIT_HELP);
		if (value_text(
			def, json_object_get(settings, def->name), &value) == 0)
			printf("  %-24s %s\n", def->name,
			    value.len > 0 ? value.data : "-");
		buf_free(&value);
	}
}

void
usage_print_urls(const json_t *urls, int at)
{
	json_t *url;
	size_t i;

	json_array_foreach(urls, i, url) {
		const char *text = json_string_value(url);

		if (text != NULL)
			printf("%-*s%s%s\n", at, "URL:", text,
			    strncmp(text, "unix:", 5) == 0 ? "" : "/v1");
	}
}
