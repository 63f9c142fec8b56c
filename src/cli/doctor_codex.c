#include "cli/doctor_codex.h"

#include "base/parse.h"
#include "engine/pool/app_probe.h"
#include "engine/pool/engine_app_server.h"
#include "engine/setup/codex_probe.h"
#include "engine/setup/codex_reads.h"

static void
check_launcher(struct findings *f, const struct codex *c)
{
	if (c->binary.launcher != NULL)
		findings_say(f, true, "launcher",
		    "%s is the npm launcher; %s is run directly",
		    c->binary.launcher, c->binary.path);
	else
		findings_say(f, true, "launcher", "none; %s is run as it is",
		    c->binary.path);
}

static void
check_login(struct findings *f, const struct settings *s, const struct codex *c)
{
	switch (codex_probe_login(s, c)) {
	case CODEX_LOGIN_PROVIDER:
		findings_say(
		    f, true, "login", "a model provider of your own is set");
		break;
	case CODEX_LOGIN_KEYRING:
		findings_say(f, true, "login",
		    "in a keyring, so Codex runs in %s and is not isolated",
		    c->home);
		break;
	case CODEX_LOGIN_FOUND:
		findings_say(f, true, "login", "found");
		break;
	case CODEX_LOGIN_NONE:
		findings_say_proven(f, false, "login",
		    "nobody is logged in: run 'codex login' as this user");
		break;
	}
}

static void
check_reads(struct findings *f, const struct settings *s, const struct codex *c)
{
	char text[CODEX_READS_TEXT_MAX];
	bool well = codex_reads_describe(s, c, text);

	findings_say(
	    f, well || s->engine == ENGINE_APP_SERVER, "reading", "%s", text);
}

/*
 * Of concern only where this engine is asked for; auto can do without where
 * Codex is too old or the login is out of its reach.
 */
static void
check_app_server(struct findings *f, const struct settings *s, struct codex *c)
{
	const unsigned *m = engine_app_server_minimum_version;
	bool wanted = s->engine != ENGINE_EXEC;
	const char *instead = s->engine == ENGINE_AUTO
	    ? "; until then all requests go to exec, which takes no tools"
	    : "";
	char why[APP_WHY_MAX];
	int64_t ms;

	if (version_older(c->number, m))
		findings_say_proven(f, s->engine != ENGINE_APP_SERVER,
		    "engine app-server",
		    "needs Codex %u.%u.%u or later, not %s: npm install -g "
		    "@openai/codex%s",
		    m[0], m[1], m[2], c->version, instead);
	else if (codex_probe_login(s, c) == CODEX_LOGIN_KEYRING)
		findings_say(f, true, "engine app-server",
		    "needs a login in a file: codex -c "
		    "cli_auth_credentials_store=\"file\" login%s",
		    instead);
	else if (app_probe(s, c, &ms, why) != 0)
		findings_say_proven(
		    f, !wanted, "engine app-server", "does not start: %s", why);
	else
		findings_say(f, true, "engine app-server",
		    "is up after %lld ms", (long long)ms);
}

/* All that codex_probe does is what the engine does at its start. */
void
doctor_codex(struct findings *f, const struct settings *s)
{
	struct codex_probe_spec spec = { .settings = s,
		.engine = s->engine == ENGINE_APP_SERVER ? ENGINE_APP_SERVER
							 : ENGINE_EXEC,
		.minimum = codex_oldest_version,
		.abort_fd = -1 };
	struct error error = ERROR_INIT;
	unsigned reason = 0;
	struct codex *c;

	if (codex_probe(&spec, &c, &reason, &error) != 0) {
		findings_say_proven(f, false, "codex", "%s", error.message);
		error_free(&error);
		return;
	}
	findings_say(f, true, "codex", "%s (%s)", c->version, c->binary.path);
	check_launcher(f, c);
	findings_say(f, true, "CODEX_HOME", "%s", c->home);
	findings_say_proven(f, c->catalog != NULL, "model catalog", "%s",
	    c->catalog != NULL
		? c->catalog
		: "'codex debug models' gave none: update Codex");
	check_login(f, s, c);
	findings_say_proven(f, c->catalog != NULL, "engine exec",
	    "%zu models can be asked for", codex_models_visible(c->models));
	check_reads(f, s, c);
	check_app_server(f, s, c);
	codex_unref(c);
}
