#include "cli/command.h"

#include <errno.h>
#include <unistd.h>

#include "daemon/state_file.h"

int
command_complain(const char *message)
{
	fprintf(stderr, "codex-api-proxy: %s\n", message);
	return EXIT_FAILURE;
}

int
command_settings(struct settings *s, char *const *argv, const json_t *saved,
    const char *saved_in)
{
	struct settings_sources from = { .places = settings_places,
		.environment = environ,
		.saved = saved,
		.saved_in = saved_in,
		.argv = argv };
	char error[OPTIONS_ERROR_MAX];
	int rc = settings_load_from(s, &from, error);

	if (rc != 0)
		command_complain(error);
	return rc;
}

/* Instead of `s`, which is freed, if what was saved is of use. */
static void
take_saved(struct settings *s, char *const *argv)
{
	char error[STATE_FILE_ERROR_MAX];
	struct settings saved;
	struct state_file st;
	int rc = state_file_read(s->state_file, &st, error);

	if (rc != 0) {
		if (rc != -ENOENT)
			command_complain(error);
		return;
	}
	if (command_settings(&saved, argv, st.options, st.path) == 0) {
		settings_free(s);
		*s = saved;
	}
	state_file_free(&st);
}

int
command_last_settings(struct settings *s, char *const *argv)
{
	int rc = command_settings(s, argv, NULL, NULL);

	if (rc == 0)
		take_saved(s, argv);
	return rc;
}
