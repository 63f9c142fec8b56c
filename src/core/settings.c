#include "core/settings.h"

#include <errno.h>
#include <pwd.h>
#include <stddef.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

static const char *const settings_engine_names[] = { "exec", NULL };
static const char *const settings_log_levels[] = { LOG_LEVEL_NAMES, NULL };
static const char *const settings_log_formats[] = { LOG_FORMAT_NAMES, NULL };

/* Bounds of SECONDS are written in seconds and kept in nanoseconds. */
#define BOUND(type, value) \
	((OPTION_##type == OPTION_SECONDS ? NS_PER_S : 1) * (int64_t)(value))

static const struct option_def defs[] = {
#define SETTING(field_, ctype_, type_, name_, env_, initial_, min_, max_, \
    choices_, separator_, metavar_, flags_, help_) \
	{ .name = name_, \
		.env = "CODEX_PROXY_" env_, \
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
#include "core/settings.def"
#undef SETTING
};

const struct option_table settings_table = { defs, ARRAY_SIZE(defs) };

static const char *
home_directory(void)
{
	const char *home = getenv("HOME");
	struct passwd *pw;

	if (home != NULL && home[0] == '/')
		return home;
	pw = getpwuid(getuid());
	return pw != NULL ? pw->pw_dir : "/";
}

/* Shells leave "--name=~/dir" alone, and our own defaults have it, too. */
static int
expand_home(char **path)
{
	struct buf b;
	char *s = *path;
	int rc = 0;

	if (s == NULL || s[0] != '~' || (s[1] != '/' && s[1] != '\0'))
		return 0;
	buf_init(&b, 65536);
	rc = buf_printf(&b, "%s%s", home_directory(), s + 1);
	if (rc == 0) {
		free(s);
		*path = buf_steal(&b, NULL);
	}
	buf_free(&b);
	return rc;
}

static int
expand_paths(struct settings *s)
{
	int rc = expand_home(&s->codex_home);

	if (rc == 0)
		rc = expand_home(&s->default_cwd);
	if (rc == 0)
		rc = expand_home(&s->codex_bin);
	for (size_t i = 0; rc == 0 && i < s->allowed_root.n; i++)
		rc = expand_home(&s->allowed_root.v[i]);
	if (rc == 0 && s->allowed_root.n == 0 && s->default_cwd != NULL)
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

static int
check_directory(const char *option, const char *value, char *ret_error)
{
	if (value == NULL || value[0] != '/')
		return complain(ret_error, option, value ? value : "",
		    "an absolute path of a directory is needed");
	return 0;
}

static int
check_consistency(const struct settings *s, char *ret_error)
{
	int rc = check_pairs(
	    &s->model_alias, "model-alias", "write NAME=MODEL", ret_error);

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
		rc = complain(ret_error, "proxy", s->proxy,
		    "write a URL such as http://127.0.0.1:3128");
	if (rc == 0 && s->host.n == 0)
		rc = complain(
		    ret_error, "host", "", "an address or a name is needed");
	if (rc == 0 && s->codex_bin == NULL)
		rc = complain(ret_error, "codex-bin", "",
		    "a path or a name to look up in PATH is needed");
	return rc;
}

int
settings_load(struct settings *s, char *const *argv, char *const *environment,
    char ret_error[OPTIONS_ERROR_MAX])
{
	int rc;

	memset(s, 0, sizeof(*s));
	rc = options_set_defaults(&settings_table, s, ret_error);
	if (rc == 0)
		rc = options_read_environment(
		    &settings_table, s, environment, ret_error);
	if (rc == 0)
		rc = options_read_argv(&settings_table, s, argv, ret_error);
	if (rc == 0)
		rc = expand_paths(s);
	if (rc == 0)
		rc = check_consistency(s, ret_error);
	if (rc == -ENOMEM)
		snprintf(ret_error, OPTIONS_ERROR_MAX, "out of memory");
	if (rc != 0)
		settings_free(s);
	return rc;
}

void
settings_free(struct settings *s)
{
	options_free(&settings_table, s);
}

const char *
settings_model(const struct settings *s, const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, SETTINGS_LOCAL_MODEL) == 0)
		return s->model;
	for (size_t i = 0; i < s->model_alias.n; i++) {
		const char *alias = s->model_alias.v[i];

		if (strncmp(alias, name, len) == 0 && alias[len] == '=')
			return alias + len + 1;
	}
	return name;
}
