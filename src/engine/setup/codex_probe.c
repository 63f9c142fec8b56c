#include "engine/setup/codex_probe.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/log.h"
#include "base/limits.h"
#include "base/parse.h"
#include "codex/codex_catalog.h"
#include "codex/codex_command.h"
#include "engine/setup/codex_home.h"
#include "engine/setup/codex_reads.h"
#include "engine/setup/codex_refusal.h"
#include "system/fdio.h"
#include "system/process.h"

/* --version and login status answer in 15 to 80 ms. */
#define QUICK_DEADLINE (10 * NS_PER_S)
/* With a login, `debug models` asks the backend before it answers. */
#define CATALOG_DEADLINE (5 * NS_PER_S)

enum {
	/* Of a reason: until somebody acts, no caller need ask again. */
	LASTING = 1 << 30
};

/* The first that takes the command line of `codex exec` (codex_command.c). */
const unsigned codex_oldest_version[3] = { 0, 122, 0 };

/* One preparation under way. */
struct probe {
	const struct codex_probe_spec *spec;
	char *users_home;
	struct codex *codex;
	unsigned *reason;
	struct error *error;
};

static int unavailable(struct probe *p, unsigned reason, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static int
unavailable(struct probe *p, unsigned reason, const char *fmt, ...)
{
	char message[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	*p->reason = reason & ~LASTING;
	return error_set(p->error,
	    (reason & LASTING) != 0 ? ERROR_CODEX_UNUSABLE
				    : ERROR_CODEX_UNAVAILABLE,
	    "%s", message);
}

/* Runs Codex in `env` and in `cwd` (NULL: here) and collects stdout. */
static int
run_argv(struct probe *p, const struct strv *env, const char *cwd,
    int64_t patience, const struct strv *argv, struct buf *out,
    struct process_status *ret_status)
{
	struct process_spec spec = { .path = p->codex->binary.path,
		.argv = argv->v,
		.envp = env->v,
		.cwd = cwd,
		.no_stdin = true };
	struct buf err;
	int rc;

	buf_init(&err, LIMIT_CODEX_WORDS);
	rc = process_capture(&spec, clock_after(patience), p->spec->abort_fd,
	    out, &err, ret_status);
	buf_free(&err);
	return rc;
}

/* Runs `codex ARG...` in `env` and collects stdout. */
static int run_codex(struct probe *p, const struct strv *env, int64_t patience,
    struct buf *out, struct process_status *ret_status, ...)
    __attribute__((sentinel));

static int
run_codex(struct probe *p, const struct strv *env, int64_t patience,
    struct buf *out, struct process_status *ret_status, ...)
{
	struct strv argv;
	const char *arg;
	va_list ap;
	int rc;

	strv_init(&argv);
	rc = strv_add(&argv, p->codex->binary.path);
	va_start(ap, ret_status);
	while (rc == 0 && (arg = va_arg(ap, const char *)) != NULL)
		rc = strv_add(&argv, arg);
	va_end(ap);
	if (rc == 0)
		rc = run_argv(p, env, NULL, patience, &argv, out, ret_status);
	strv_free(&argv);
	return rc;
}

static void
step(const struct probe *p, const char *what)
{
	if (p->spec->on_step != NULL)
		p->spec->on_step(p->spec->arg, what);
}

static int
find_binary(struct probe *p)
{
	const char *name = p->spec->settings->codex_bin;
	struct codex_binary *b = &p->codex->binary;
	int rc = codex_binary_find(name, b);

	if (rc == -ENOENT)
		return unavailable(p, NOT_READY_CODEX_MISSING | LASTING,
		    "The Codex CLI '%s' was not found; install it (npm "
		    "install -g @openai/codex) or name it with --codex-bin.",
		    name);
	if (rc != 0)
		return unavailable(p, NOT_READY_CODEX_MISSING | LASTING,
		    "The Codex CLI '%s' cannot be run: %s.", name,
		    strerror(-rc));
	return 0;
}

/* Not sooner: one that is of no use is looked for every second. */
static void
tell_launcher(const struct codex_binary *b)
{
	if (b->launcher != NULL)
		log_info("codex: %s is the npm launcher; running the native "
			 "binary %s directly",
		    b->launcher, b->path);
}

/* Callers are told this, too, and no path: only the log has it. */
static int
no_directory(struct probe *p, const char *path, const char *option, int rc)
{
	log_error("codex: %s: %s", path, strerror(-rc));
	return unavailable(p, NOT_READY_NO_WORKER,
	    "The directory of %s cannot be prepared: %s.", option,
	    strerror(-rc));
}

/* The default one is ours to make, and somebody may clear it away. */
static int
prepare_workspace(struct probe *p)
{
	const char *dir = p->spec->settings->default_cwd;
	int rc;

	if (!settings_may_make(dir))
		return 0;
	rc = dir_make(dir, 0700);
	if (rc != 0)
		return no_directory(p, dir, "--default-cwd", rc);
	p->codex->workspace = strdup(dir);
	return p->codex->workspace != NULL
	    ? 0
	    : unavailable(p, NOT_READY_NO_WORKER, "Out of memory.");
}

static int
prepare_home(struct probe *p)
{
	struct codex *c = p->codex;
	int rc;

	p->users_home = codex_home_users();
	c->home = strdup(p->spec->settings->codex_home);
	if (p->users_home == NULL || c->home == NULL)
		return unavailable(p, NOT_READY_NO_WORKER, "Out of memory.");
	rc = codex_home_prepare(c->home, p->users_home);
	if (rc == -EPERM)
		return unavailable(p, NOT_READY_NO_WORKER | LASTING,
		    "Others can enter the directory of "
		    "--app-server-codex-home: make it yours alone (chmod 700), "
		    "or name one that is, or one that is not there yet.");
	if (rc != 0)
		return no_directory(p, c->home, "--app-server-codex-home", rc);
	rc = prepare_workspace(p);
	if (rc != 0)
		return rc;
	rc = codex_environment(p->spec->settings, environ, c->home, &c->env);
	if (rc == 0)
		rc = codex_binary_environment(&c->binary, &c->env);
	if (rc != 0)
		return unavailable(p, NOT_READY_NO_WORKER, "Out of memory.");
	return 0;
}

/* "codex-cli 0.169.0\n" into version and number. */
static int
read_version(struct probe *p, const struct buf *out)
{
	struct codex *c = p->codex;
	size_t len = out->len;

	while (len > 0 &&
	    (out->data[len - 1] == '\n' || out->data[len - 1] == '\r'))
		len--;
	if (len == 0 || len > 100 || parse_version(out->data, c->number) != 0)
		return unavailable(p, NOT_READY_CODEX_MISSING,
		    "'%s --version' does not name a Codex version.",
		    c->binary.path);
	c->version = strndup(out->data, len);
	if (c->version == NULL)
		return unavailable(p, NOT_READY_NO_WORKER, "Out of memory.");
	return 0;
}

static int
check_version(struct probe *p)
{
	const unsigned *m = p->spec->minimum;
	struct process_status st;
	struct buf out;
	int rc;

	step(p, "reading its version");
	buf_init(&out, LIMIT_CODEX_WORDS);
	rc = run_codex(
	    p, &p->codex->env, QUICK_DEADLINE, &out, &st, "--version", NULL);
	if (rc != 0)
		rc = unavailable(p, NOT_READY_CODEX_MISSING,
		    "'%s --version' failed: %s.", p->codex->binary.path,
		    strerror(-rc));
	else
		rc = read_version(p, &out);
	buf_free(&out);
	if (rc == 0 && version_older(p->codex->number, m))
		rc = unavailable(p, NOT_READY_CODEX_TOO_OLD | LASTING,
		    "%s is too old: this engine needs %u.%u.%u or later; "
		    "update it with npm install -g @openai/codex.",
		    p->codex->version, m[0], m[1], m[2]);
	if (rc == 0)
		tell_launcher(&p->codex->binary);
	return rc;
}

static int
check_configuration(struct probe *p)
{
	char why[CODEX_REFUSAL_MAX];

	step(p, "having it read its configuration");
	if (!codex_refusal(p->spec->settings, p->codex, p->spec->abort_fd, why))
		return 0;
	return unavailable(p, NOT_READY_NO_WORKER | LASTING,
	    "Codex refuses its configuration (--codex-config): %s", why);
}

/* The user is logged in, yet there is no auth.json: it is in a keyring. */
static bool
keyring_login(struct probe *p)
{
	struct process_status st = { .code = 1 };
	struct strv env;
	struct buf out;
	int rc;

	step(p, "looking for a login");
	strv_init(&env);
	buf_init(&out, LIMIT_CODEX_WORDS);
	rc = strv_add_vector(&env, p->codex->env.v);
	if (rc == 0)
		rc = strv_env_set(&env, "CODEX_HOME", p->users_home);
	if (rc == 0)
		rc = run_codex(p, &env, QUICK_DEADLINE, &out, &st, "login",
		    "status", NULL);
	strv_free(&env);
	buf_free(&out);
	return rc == 0 && !st.signalled && st.code == 0;
}

enum codex_login
codex_probe_login(const struct settings *s, const struct codex *c)
{
	if (codex_has_own_provider(s))
		return CODEX_LOGIN_PROVIDER;
	if (strcmp(c->home, s->codex_home) != 0)
		return CODEX_LOGIN_KEYRING;
	if (getenv("CODEX_API_KEY") != NULL || codex_home_has_login(c->home))
		return CODEX_LOGIN_FOUND;
	return CODEX_LOGIN_NONE;
}

/*
 * Where the login is in a keyring an isolated home has none. exec can do with
 * the user's own home, since it is told to leave the configuration there
 * alone; app-server cannot be told.
 */
static int
use_users_home(struct probe *p)
{
	struct codex *c = p->codex;
	char *home = strdup(p->users_home);

	if (home == NULL || strv_env_set(&c->env, "CODEX_HOME", home) != 0) {
		free(home);
		return unavailable(p, NOT_READY_NO_WORKER, "Out of memory.");
	}
	free(c->home);
	c->home = home;
	log_warning("codex: the login is in a keyring, so Codex runs in the "
		    "user's own home %s and not in an isolated one; AGENTS.md "
		    "and skills there can reach the model. 'codex login' with "
		    "cli_auth_credentials_store=\"file\" ends this",
	    home);
	return 0;
}

static int
find_login(struct probe *p)
{
	const struct settings *s = p->spec->settings;

	if (codex_probe_logged_in(s, p->codex))
		return 0;
	if (access(p->users_home, F_OK) != 0 || !keyring_login(p)) {
		log_warning("codex: nobody is logged in; run 'codex login'");
		return 0;
	}
	if (p->spec->engine == ENGINE_EXEC)
		return use_users_home(p);
	if (s->engine == ENGINE_AUTO)
		return unavailable(p, NOT_READY_LOGIN_ELSEWHERE,
		    "The login is in a keyring, where the app-server engine "
		    "cannot use it; to have that, log in again with 'codex -c "
		    "cli_auth_credentials_store=\"file\" login'.");
	log_warning("codex: the login is in a keyring, where the isolated home "
		    "of the app-server engine cannot use it: log in again with "
		    "'codex -c cli_auth_credentials_store=\"file\" login', or "
		    "use --engine exec");
	return 0;
}

/*
 * Has `codex sandbox` run a command: in our profile, or as Codex does it by
 * itself. 0: it ran. Versions before 0.154.0 want the system's name.
 */
static int
try_sandbox(struct probe *p, bool in_profile)
{
	const struct settings *s = p->spec->settings;
	const struct codex *c = p->codex;
	struct process_status st = { .code = 1 };
	struct strv argv;
	struct buf out;
	int rc;

	strv_init(&argv);
	buf_init(&out, LIMIT_CODEX_WORDS);
	rc = strv_add_all(&argv, c->binary.path, "sandbox", NULL);
	if (rc == 0 && c->reads.profiles == EXEC_PROFILES_ALLOW)
		rc = strv_add(&argv, "linux");
	if (rc == 0)
		rc = in_profile ? exec_reads_argv(&c->reads, s->exec_read,
				      s->default_cwd, &argv)
				: strv_add_all(&argv, "-c",
				      "sandbox_mode=\"read-only\"", NULL);
	if (rc == 0)
		rc = strv_add_all(&argv, "--", "/bin/sh", "-c", ":", NULL);
	if (rc == 0)
		rc = run_argv(p, &c->env, s->default_cwd, QUICK_DEADLINE, &argv,
		    &out, &st);
	strv_free(&argv);
	buf_free(&out);
	if (rc == 0 && (st.signalled || st.code != 0))
		rc = -EACCES;
	return rc;
}

/*
 * A Codex whose own files are not where they seem to be (a script that starts
 * another program) could run nothing in a profile that hides them. Only where
 * its sandbox works without the profile is the profile given up: a sandbox
 * that does not work at all hides everything, too.
 */
static int
find_reads(struct probe *p)
{
	const struct settings *s = p->spec->settings;
	struct codex *c = p->codex;
	char text[CODEX_READS_TEXT_MAX];

	if (codex_reads_collect(s, p->users_home, c) != 0)
		return unavailable(p, NOT_READY_NO_WORKER, "Out of memory.");
	if (p->spec->engine == ENGINE_APP_SERVER)
		return 0;
	step(p, "trying its sandbox");
	if (exec_reads_uses_profile(&c->reads, s->exec_read) &&
	    try_sandbox(p, true) == -EACCES && try_sandbox(p, false) == 0)
		c->reads.profiles = EXEC_PROFILES_NONE;
	if (!codex_reads_describe(s, c, text))
		log_warning("codex: %s", text);
	return 0;
}

static json_t *
ask_catalog(struct probe *p, const char *option)
{
	struct process_status st = { .code = 1 };
	json_t *catalog = NULL;
	struct buf out;
	int rc;

	buf_init(&out, LIMIT_CATALOG);
	rc = run_codex(p, &p->codex->env, CATALOG_DEADLINE, &out, &st, "debug",
	    "models", option, NULL);
	if (rc == 0 && !st.signalled && st.code == 0 && out.len > 0)
		catalog = codex_catalog_parse(out.data, out.len);
	buf_free(&out);
	return catalog;
}

static int
write_catalog(struct probe *p, const json_t *catalog)
{
	struct codex *c = p->codex;
	int rc = codex_catalog_derive(catalog, &c->catalog_text);

	if (rc == 0 &&
	    asprintf(&c->catalog, "%s/model-catalog.json",
		p->spec->settings->codex_home) < 0) {
		c->catalog = NULL;
		rc = -ENOMEM;
	}
	if (rc == 0)
		rc = codex_write_catalog(c);
	return rc != 0 ? rc : codex_models_read(catalog, &c->models);
}

static int
derive_catalog(struct probe *p)
{
	json_t *catalog;
	int rc;

	step(p, "probing the model catalog");
	catalog = ask_catalog(p, NULL);
	if (catalog == NULL)
		catalog = ask_catalog(p, "--bundled");
	if (catalog == NULL) {
		log_warning("codex: no model catalog from 'codex debug "
			    "models'; requests may carry more than was sent");
		return 0;
	}
	rc = write_catalog(p, catalog);
	json_decref(catalog);
	if (rc != 0)
		return no_directory(p, p->spec->settings->codex_home,
		    "--app-server-codex-home", rc);
	return 0;
}

int
codex_probe(const struct codex_probe_spec *spec, struct codex **ret_codex,
    unsigned *ret_reason, struct error *ret_error)
{
	struct probe p = { .spec = spec,
		.reason = ret_reason,
		.error = ret_error,
		.codex = codex_new() };
	int rc;

	if (p.codex == NULL)
		return unavailable(&p, NOT_READY_NO_WORKER, "Out of memory.");
	rc = find_binary(&p);
	if (rc == 0)
		rc = prepare_home(&p);
	if (rc == 0)
		rc = check_version(&p);
	if (rc == 0)
		rc = check_configuration(&p);
	if (rc == 0)
		rc = find_reads(&p);
	if (rc == 0)
		rc = find_login(&p);
	if (rc == 0)
		rc = derive_catalog(&p);
	free(p.users_home);
	if (rc != 0) {
		codex_unref(p.codex);
		return rc;
	}
	*ret_codex = p.codex;
	return 0;
}
