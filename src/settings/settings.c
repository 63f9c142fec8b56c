#include "settings/settings.h"

#include <errno.h>
#include <stddef.h>

#include "base/clock.h"
#include "settings/settings_path.h"
#include "system/log.h"

static const char *const settings_engine_names[] = { "auto", "exec",
	"app-server", NULL };
static const char *const settings_instructions_names[] = { "minimal", "none",
	"codex", NULL };
static const char *const settings_exec_reads[] = { "cwd", "disk", NULL };
static const char *const settings_log_levels[] = { LOG_LEVEL_NAMES, NULL };
static const char *const settings_log_formats[] = { LOG_FORMAT_NAMES, NULL };

/* As in settings.def, where it is text. */
#define MAX_BODIES_DEFAULT 268435456

/* Bounds of SECONDS are written in seconds and kept in nanoseconds. */
#define BOUND(type, value) \
	((OPTION_##type == OPTION_SECONDS ? NS_PER_S : 1) * (int64_t)(value))

static const struct option_def defs[] = {
#define SETTING(field_, ctype_, type_, name_, env_, initial_, min_, max_, \
    choices_, separator_, metavar_, flags_, help_) \
	{ .name = name_, \
		.env = SETTINGS_PREFIX env_, \
		.type = OPTION_##type_, \
		.offset = offsetof(struct settings, field_), \
		.initial = initial_, \
		.min = BOUND(type_, min_), \
		.max = BOUND(type_, max_), \
		.choices = choices_, \
		.separator = separator_, \
		.metavar = metavar_, \
		.help = help_, \
		.flags = flags_ },
#include "settings/settings.def"
#undef SETTING
};

const struct option_table settings_table = { defs, ARRAY_SIZE(defs) };

const char *const settings_places[] = { "~/.codex-api-proxy/environment",
	"/etc/codex-api-proxy/environment", NULL };

static int
expand_paths(struct settings *s)
{
	char **const files[] = { &s->config, &s->pid_file, &s->log_file,
		&s->state_file, &s->api_key_file, &s->tls_cert, &s->tls_key,
		&s->store_file };
	int rc = settings_path_expand(&s->codex_home);

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(files); i++)
		rc = settings_path_make_absolute(files[i]);
	if (rc == 0)
		rc = settings_path_expand(&s->default_cwd);
	if (rc == 0 && strchr(s->codex_bin, '/') != NULL)
		rc = settings_path_make_absolute(&s->codex_bin);
	for (size_t i = 0; rc == 0 && i < s->allowed_root.n; i++)
		rc = settings_path_expand(&s->allowed_root.v[i]);
	if (rc == 0 && s->allowed_root.n == 0)
		rc = strv_add(&s->allowed_root, s->default_cwd);
	return rc;
}

static int
complain(
    char *ret_error, const char *option, const char *value, const char *allowed)
{
	snprintf(ret_error, OPTIONS_ERROR_MAX, "--%s: '%s' is not allowed: %s",
	    option, value, allowed);
	return -EINVAL;
}

static int
check_pairs(const struct strv *list, const char *option, const char *allowed,
    char *ret_error)
{
	for (size_t i = 0; i < list->n; i++) {
		const char *eq = strchr(list->v[i], '=');

		if (eq == NULL || eq == list->v[i] || eq[1] == '\0')
			return complain(ret_error, option, list->v[i], allowed);
	}
	return 0;
}

/* A name that no alias may have and no pattern takes. */
static bool
is_reserved(const char *name, size_t len)
{
	static const char *const reserved[] = { SETTINGS_LOCAL_MODEL,
		SETTINGS_AGENT_MODEL };

	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		if (strlen(reserved[i]) == len &&
		    memcmp(reserved[i], name, len) == 0)
			return true;
	}
	return false;
}

static bool
same_name(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return strcspn(b, "=") == len && memcmp(a, b, len) == 0;
}

/* Of two of one name, one would be without effect. */
static int
check_aliases(const struct strv *list, char *ret_error)
{
	int rc = check_pairs(
	    list, "model-alias", "write NAME=MODEL", ret_error);

	for (size_t i = 0; rc == 0 && i < list->n; i++) {
		if (is_reserved(list->v[i], strcspn(list->v[i], "=")))
			rc = complain(ret_error, "model-alias", list->v[i],
			    "this name has a meaning of its own; --model says "
			    "which model is behind it");
		for (size_t k = 0; rc == 0 && k < i; k++) {
			if (same_name(list->v[i], list->v[k]))
				rc = complain(ret_error, "model-alias",
				    list->v[i], "that name is given twice");
		}
	}
	return rc;
}

static int
check_directory(const char *option, const char *value, char *ret_error)
{
	if (value[0] != '/')
		return complain(ret_error, option, value,
		    "an absolute path of a directory is needed");
	return 0;
}

/* As browsers send it: no page is at any other. */
static bool
is_origin(const char *s)
{
	const char *host = strstr(s, "://");

	if (strcmp(s, "*") == 0 || strcmp(s, "null") == 0)
		return true;
	return host != NULL && host > s && host[3] != '\0' &&
	    strpbrk(host + 3, "/?# ") == NULL;
}

static int
check_origins(const struct settings *s, char *ret_error)
{
	for (size_t i = 0; i < s->allowed_origin.n; i++) {
		if (!is_origin(s->allowed_origin.v[i]))
			return complain(ret_error, "allowed-origin",
			    s->allowed_origin.v[i],
			    "write SCHEME://HOST or SCHEME://HOST:PORT without "
			    "a path, such as http://localhost:3000, or *");
	}
	return 0;
}

/*
 * As the name in a Host header is compared, which is without its port, the
 * brackets of an address and a dot at the end.
 */
static bool
is_host(const char *s)
{
	const char *colon = strchr(s, ':');

	return strpbrk(s, "/@*[] \t") == NULL && s[strlen(s) - 1] != '.' &&
	    (colon == NULL || strchr(colon + 1, ':') != NULL);
}

static int
check_hosts(const struct settings *s, char *ret_error)
{
	for (size_t i = 0; i < s->allowed_host.n; i++) {
		if (!is_host(s->allowed_host.v[i]))
			return complain(ret_error, "allowed-host",
			    s->allowed_host.v[i],
			    "write a name or an address alone, without scheme, "
			    "port and brackets, such as proxy.example");
	}
	return 0;
}

/* A key that no header can carry would lock everybody out. */
static int
check_key(const char *key, char *ret_error)
{
	size_t len = key != NULL ? strlen(key) : 0;
	bool fits = len == 0 || (key[0] != ' ' && key[len - 1] != ' ');

	for (size_t i = 0; i < len; i++)
		fits = fits && (unsigned char)key[i] >= ' ' && key[i] != 0x7f;
	return fits ? 0
		    : complain(ret_error, "api-key", "(not shown)",
			  "a key has no blanks at its ends and no control "
			  "characters, as no header could carry them");
}

static int
check_tls(const struct settings *s, char *ret_error)
{
	bool has_cert = s->tls_cert != NULL;

	if (has_cert == (s->tls_key != NULL))
		return 0;
	snprintf(ret_error, OPTIONS_ERROR_MAX,
	    "--tls-%s is missing: --tls-cert and --tls-key need each other",
	    has_cert ? "key" : "cert");
	return -EINVAL;
}

/*
 * All bodies together must have room for one. The default grows with a
 * --max-body-bytes beyond it, so that who raises that needs no second option.
 */
static int
settle_bodies(struct settings *s, char *ret_error)
{
	char value[32];

	if (s->max_bodies_bytes >= s->max_body_bytes)
		return 0;
	if (s->max_bodies_bytes == MAX_BODIES_DEFAULT) {
		s->max_bodies_bytes = s->max_body_bytes;
		return 0;
	}
	snprintf(value, sizeof(value), "%lld", (long long)s->max_bodies_bytes);
	return complain(ret_error, "max-bodies-bytes", value,
	    "it must be at least --max-body-bytes");
}

static int
check_consistency(const struct settings *s, char *ret_error)
{
	int rc = check_aliases(&s->model_alias, ret_error);

	if (rc == 0)
		rc = check_pairs(&s->codex_config, "codex-config",
		    "write KEY=VALUE", ret_error);
	if (rc == 0)
		rc = check_directory(
		    "app-server-codex-home", s->codex_home, ret_error);
	if (rc == 0)
		rc = check_directory("default-cwd", s->default_cwd, ret_error);
	for (size_t i = 0; rc == 0 && i < s->allowed_root.n; i++)
		rc = check_directory(
		    "allowed-root", s->allowed_root.v[i], ret_error);
	if (rc == 0 && s->proxy != NULL && strstr(s->proxy, "://") == NULL)
		rc = complain(ret_error, "proxy", "(not shown)",
		    "write a URL such as http://127.0.0.1:3128");
	if (rc == 0)
		rc = check_origins(s, ret_error);
	if (rc == 0)
		rc = check_hosts(s, ret_error);
	if (rc == 0)
		rc = check_key(s->api_key, ret_error);
	if (rc == 0)
		rc = check_tls(s, ret_error);
	return rc;
}

/* An error names the file: nobody has typed what is wrong there. */
static int
read_saved(struct settings *s, const struct settings_sources *from,
    char ret_error[OPTIONS_ERROR_MAX])
{
	char error[OPTIONS_ERROR_MAX] = "";
	int rc = options_read_json(&settings_table, s, from->saved, error);

	if (error[0] != '\0')
		snprintf(ret_error, OPTIONS_ERROR_MAX,
		    "the state file %s is no use: %.400s; it was left as it is",
		    from->saved_in, error);
	return rc;
}

/* *ret_path is the file that was read, or NULL. */
static int
read_sources(struct settings *s, const struct settings_sources *from,
    char **ret_path, char ret_error[OPTIONS_ERROR_MAX])
{
	int rc = options_set_defaults(&settings_table, s, ret_error);

	if (rc == 0 && from->places != NULL)
		rc = settings_file_read(
		    settings_file_named(&settings_table, from), from->places,
		    &settings_table, s, &s->file, ret_path, ret_error);
	if (rc == 0)
		rc = options_read_environment(
		    &settings_table, s, from->environment, ret_error);
	if (rc == 0 && from->saved != NULL)
		rc = read_saved(s, from, ret_error);
	if (rc == 0)
		rc = options_read_argv(
		    &settings_table, s, from->argv, ret_error);
	return rc;
}

/* The line of the file that gives the option its value; 0: none does. */
static unsigned
line_of(const struct settings *s, const struct settings_sources *from,
    const struct option_def *def)
{
	if (s->file.lines == NULL ||
	    options_variable(from->environment, def->env) != NULL ||
	    json_object_get(s->given, def->name) != NULL)
		return 0;
	return s->file.lines[def - settings_table.defs];
}

/* "--NAME: WHAT" gets "FILE:LINE: " in front, where it is of the file. */
static void
say_where(const struct settings *s, const struct settings_sources *from,
    char error[OPTIONS_ERROR_MAX])
{
	char name[64], what[OPTIONS_ERROR_MAX];
	const struct option_def *def;
	unsigned line = 0;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(error, ": "), error);
	def = strncmp(name, "--", 2) == 0
	    ? options_find(&settings_table, name + 2)
	    : NULL;
	if (def != NULL)
		line = line_of(s, from, def);
	if (line == 0)
		return;
	snprintf(what, sizeof(what), "%s", error);
	snprintf(error, OPTIONS_ERROR_MAX, "%.200s:%u: %.290s", s->config, line,
	    what);
}

/* All that the sources alone do not say. */
static int
settle(struct settings *s, const struct settings_sources *from,
    char ret_error[OPTIONS_ERROR_MAX])
{
	int rc;

	s->given = options_given(&settings_table, s, from->saved, from->argv);
	if (s->given == NULL)
		return -ENOMEM;
	rc = settle_bodies(s, ret_error);
	if (rc == 0)
		rc = check_consistency(s, ret_error);
	if (rc == -EINVAL)
		say_where(s, from, ret_error);
	return rc;
}

int
settings_load_from(struct settings *s, const struct settings_sources *from,
    char ret_error[OPTIONS_ERROR_MAX])
{
	char *path = NULL;
	int rc;

	memset(s, 0, sizeof(*s));
	ret_error[0] = '\0';
	rc = read_sources(s, from, &path, ret_error);
	if (rc == 0)
		rc = expand_paths(s);
	if (from->places != NULL) {
		free(s->config);
		s->config = path;
	}
	if (rc == 0)
		rc = settle(s, from, ret_error);
	if (rc != 0 && ret_error[0] == '\0')
		snprintf(ret_error, OPTIONS_ERROR_MAX, "%s", strerror(-rc));
	if (rc != 0)
		settings_free(s);
	return rc;
}

int
settings_load(struct settings *s, char *const *argv, char *const *environment,
    char ret_error[OPTIONS_ERROR_MAX])
{
	struct settings_sources from = { .environment = environment,
		.argv = argv };

	return settings_load_from(s, &from, ret_error);
}

json_t *
settings_to_json(const struct settings *s)
{
	json_t *object = options_to_json(&settings_table, s);
	int rc = 0;

	for (size_t i = 0; object != NULL && i < settings_table.n; i++) {
		const struct option_def *def = &settings_table.defs[i];
		json_t *value = json_object_get(object, def->name);

		if ((def->flags & OPTION_SECRET) != 0)
			rc |= json_object_set_new(object, def->name,
			    json_string(
				json_is_null(value) ? "not set" : "set"));
	}
	if (rc == 0)
		return object;
	json_decref(object);
	return NULL;
}

void
settings_free(struct settings *s)
{
	options_free(&settings_table, s);
	settings_file_free(&s->file);
	json_decref(s->given);
	s->given = NULL;
}

bool
settings_in_file(const struct settings *s, const char *name)
{
	const struct option_def *def = options_find(&settings_table, name);

	return def != NULL && s->file.lines != NULL &&
	    s->file.lines[def - settings_table.defs] != 0;
}

bool
settings_may_make(const char *dir)
{
	return strstr(dir, "/.codex-api-proxy") != NULL;
}

const char *
settings_alias(const struct settings *s, const char *name)
{
	size_t len = strlen(name);
	const char *by_pattern = NULL;

	if (is_reserved(name, len))
		return NULL;
	for (size_t i = 0; i < s->model_alias.n; i++) {
		const char *alias = s->model_alias.v[i];
		size_t n = strcspn(alias, "=");

		if (n == len && memcmp(alias, name, len) == 0)
			return alias + n + 1;
		if (by_pattern == NULL && n > 0 && alias[n - 1] == '*' &&
		    strncmp(alias, name, n - 1) == 0)
			by_pattern = alias + n + 1;
	}
	return by_pattern;
}

const char *
settings_engine_name(const struct settings *s)
{
	return settings_engine_names[s->engine];
}
