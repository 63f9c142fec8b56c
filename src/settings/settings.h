/*
 * settings.h - the effective settings of the server.
 *
 * Life cycle: settings_load once at start; immutable afterwards, so that any
 * thread may read them; settings_free at the end.
 */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "options/options.h"
#include "options/options_json.h"
#include "base/strv.h"
#include "settings/settings_file.h"

enum settings_engine {
	ENGINE_AUTO, /* app-server, and exec where files are to be looked at */
	ENGINE_EXEC,
	ENGINE_APP_SERVER
};

/* What the app-server engine tells the model besides the caller's words. */
enum settings_instructions {
	INSTRUCTIONS_MINIMAL, /* one neutral sentence */
	INSTRUCTIONS_NONE,
	INSTRUCTIONS_CODEX /* Codex's own prompt */
};

/* What the agent of `codex exec` may read. */
enum settings_exec_read {
	EXEC_READ_CWD,
	EXEC_READ_DISK
};

struct settings {
#define SETTING(field, ctype, ...) ctype field;
#include "settings/settings.def"
#undef SETTING
	/*
	 * What was given on the command line, and to those before it that a
	 * restart goes by: what `saved` below can be next time, secrets
	 * included. Owned.
	 */
	json_t *given;
	/* Of the configuration file, whose path `config` is; NULL: of none. */
	struct settings_file file;
};

/* The option table, for --help and listings. */
extern const struct option_table settings_table;

/*
 * Where a configuration file is looked for if nothing names one:
 * ~/.codex-api-proxy/environment, then /etc/codex-api-proxy/environment.
 */
extern const char *const settings_places[];

/* Where settings come from; a later one overrides an earlier. */
struct settings_sources {
	/* Of the configuration file, as settings_places; NULL: no file is
	 * read, whatever --config says. They must outlive the settings. */
	const char *const *places;
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

/* The same from a command line and an environment alone; no file is read. */
MUST_CHECK int settings_load(struct settings *s, char *const *argv,
    char *const *environment, char ret_error[OPTIONS_ERROR_MAX]);
void settings_free(struct settings *s);

/*
 * All settings, for people to look at: a secret is "set" or "not set". A new
 * reference; NULL: out of memory.
 */
json_t *settings_to_json(const struct settings *s);

/* Whether the configuration file has a value for the option of that name. */
bool settings_in_file(const struct settings *s, const char *name);

/* Only what is ours by default is made; a path that is mistyped is an error. */
bool settings_may_make(const char *dir);

/*
 * The MODEL of the alias of that name, else of the first pattern (NAME*=MODEL)
 * that takes it; NULL: there is none. Borrowed from `s`.
 */
const char *settings_alias(const struct settings *s, const char *name);

/* "auto", "exec" or "app-server". */
const char *settings_engine_name(const struct settings *s);

/*
 * The model name that stands for --model or Codex's own; and the one that is
 * the same model, but as Codex's agent, which --engine auto alone has.
 */
#define SETTINGS_LOCAL_MODEL "codex-local"
#define SETTINGS_AGENT_MODEL "codex-agent"

#endif
