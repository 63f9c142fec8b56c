/*
 * settings.h - the effective settings of the server.
 *
 * Life cycle: settings_load once at start; immutable afterwards, so that any
 * thread may read them; settings_free at the end.
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/options.h"
#include "base/options_json.h"
#include "base/strv.h"

enum settings_engine {
	ENGINE_EXEC,
	ENGINE_APP_SERVER
};

/* What the app-server engine tells the model besides the caller's words. */
enum settings_instructions {
	INSTRUCTIONS_MINIMAL, /* one neutral sentence */
	INSTRUCTIONS_NONE,
	INSTRUCTIONS_CODEX /* Codex's own prompt */
};

struct settings {
#define SETTING(field, ctype, ...) ctype field;
#include "core/settings.def"
#undef SETTING
	bool roots_implied; /* --allowed-root was not set: is default_cwd */
};

/* The option table, for --help and listings. */
extern const struct option_table settings_table;

/* Where settings come from; a later one overrides an earlier. */
struct settings_sources {
	char *const *environment; /* NULL-terminated */
	const json_t *saved; /* of a state file (options_json.h), or NULL */
	const char *saved_in; /* its path, for errors; with `saved` */
	char *const *argv; /* options only, NULL-terminated */
};

/*
 * Fills `s` from the defaults and the sources, makes paths absolute, and
 * checks what concerns several options. Returns 0, -ENOMEM, or -EINVAL with
 * one line in `ret_error`.
 */
MUST_CHECK int settings_load_from(struct settings *s,
    const struct settings_sources *from, char ret_error[OPTIONS_ERROR_MAX]);

/* The same from a command line and an environment alone. */
MUST_CHECK int settings_load(struct settings *s, char *const *argv,
    char *const *environment, char ret_error[OPTIONS_ERROR_MAX]);
void settings_free(struct settings *s);

/*
 * What `saved` above can be next time: all values, secrets too; what was not
 * set is left to its default. A new reference; NULL: out of memory.
 */
json_t *settings_to_json(const struct settings *s);

/*
 * The model that Codex is asked for when a caller asks for `name`: NULL is
 * Codex's own default. "codex-local" and aliases are resolved, any other
 * name is returned as it is. Borrowed from `s` or `name`.
 */
const char *settings_model(const struct settings *s, const char *name);

/* "exec" or "app-server". */
const char *settings_engine_name(const struct settings *s);

/* The model name that stands for --model or Codex's own. */
#define SETTINGS_LOCAL_MODEL "codex-local"

#endif
