#include "app/command.h"

#include <unistd.h>

int
command_complain(const char *message)
{
	fprintf(stderr, "codex-api-proxy: %s\n", message);
	return EXIT_FAILURE;
}

int
command_settings(
    struct settings *s, char *const *argv, const struct state_file *saved)
{
	struct settings_sources from = { .environment = environ, .argv = argv };
	char error[OPTIONS_ERROR_MAX];
	int rc;

	if (saved != NULL) {
		from.saved = saved->options;
		from.saved_in = saved->path;
	}
	rc = settings_load_from(s, &from, error);
	if (rc != 0)
		command_complain(error);
	return rc;
}
