#include "app/usage.h"

#include "base/buf.h"
#include "core/settings.h"

int
usage_program(void)
{
	fputs("Usage: codex-api-proxy COMMAND [OPTIONS]\n"
	      "\n"
	      "A local OpenAI-compatible server on top of the Codex CLI.\n"
	      "\n"
	      "Commands:\n"
	      "  start --foreground  run the server, attached to the terminal\n"
	      "\n"
	      "  --help              this text; COMMAND --help says more\n"
	      "  --version           print the version\n"
	      "\n"
	      "See codex-api-proxy(1).\n",
	    stdout);
	return EXIT_SUCCESS;
}

int
usage_start(void)
{
	struct buf b;
	int rc;

	buf_init(&b, 1024 * 1024);
	rc = buf_puts(&b,
	    "Usage: codex-api-proxy start --foreground [OPTIONS]\n"
	    "\n"
	    "Runs the server and logs to stderr. SIGTERM or SIGINT drains and "
	    "ends it;\n"
	    "a second one ends it at once.\n"
	    "\n"
	    "Options, each with its default and environment variable; the "
	    "command line\n"
	    "overrides the environment:\n"
	    "\n"
	    "  --foreground\n"
	    "        Stay attached to the terminal (needed in this version).\n"
	    "\n");
	if (rc == 0)
		rc = options_help(&settings_table, &b);
	if (rc == 0)
		fputs(b.data, stdout);
	buf_free(&b);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
usage_version(void)
{
	fputs("codex-api-proxy " PACKAGE_VERSION "\n", stdout);
	return EXIT_SUCCESS;
}
