#include "daemon/caution.h"

#include "options/nearest.h"
#include "system/log.h"

enum {
	TEXT_MAX = 1024
};

/* What a stranger could do with it. */
static const char *
at_stake(const struct settings *s)
{
	if (s->engine == ENGINE_APP_SERVER)
		return "spend your Codex quota";
	if (s->exec_read == EXEC_READ_DISK)
		return "spend your Codex quota and have it read your files";
	return "spend your Codex quota and have it read what lies below the "
	       "allowed roots";
}

void
caution_open(const struct settings *s, struct launch *l, const char *url)
{
	log_warning("%s is reachable from other machines and no key is set: "
		    "anybody there can %s. Set CODEX_PROXY_API_KEY",
	    url, at_stake(s));
	launch_warning(l,
	    "warning: %s is reachable from other machines without a key: "
	    "anybody there can %s.",
	    url, at_stake(s));
}

void
caution_connections(const struct settings *s, struct launch *l, size_t most)
{
	char text[TEXT_MAX];

	snprintf(text, sizeof(text),
	    "--max-connections: %zu and not %lld, since the server may have no "
	    "more files open (ulimit -n, LimitNOFILE=)",
	    most, (long long)s->max_connections);
	log_warning("%s", text);
	launch_warning(l, "warning: %s", text);
}

/* On the command line, saved by one, in the environment, or in the file. */
static bool
default_cwd_was_given(const struct settings *s)
{
	const char *env = getenv("CODEX_PROXY_DEFAULT_CWD");

	return (env != NULL && *env != '\0') ||
	    settings_in_file(s, "default-cwd") ||
	    json_object_get(s->given, "default-cwd") != NULL;
}

static void
caution_default_cwd(struct launch *l)
{
	static const char note[] =
	    "with --engine auto only requests that name a directory "
	    "(metadata.cwd) or the model " SETTINGS_AGENT_MODEL
	    " have an agent that looks at one; with --engine exec all look at "
	    "--default-cwd";

	log_info("%s", note);
	launch_warning(l, "note: %s.", note);
}

/* What concerns Codex itself the log has already. */
void
caution_engines(
    const struct settings *s, struct engines *engines, struct launch *l)
{
	char text[TEXT_MAX];

	if (engines_unfit(engines, text, sizeof(text)))
		launch_warning(l,
		    "warning: all requests go to codex exec, which takes no "
		    "tools: %s",
		    text);
	else if (s->engine == ENGINE_AUTO && default_cwd_was_given(s))
		caution_default_cwd(l);
	if (engines_caution(engines, text, sizeof(text)))
		launch_warning(l, "warning: %s", text);
}

static bool
has_own_provider(const struct settings *s)
{
	for (size_t i = 0; i < s->codex_config.n; i++) {
		if (strncmp(s->codex_config.v[i], "model_provider", 14) == 0)
			return true;
	}
	return false;
}

static void
caution_model(const char *option, const char *model,
    const struct codex_models *listed, struct launch *l)
{
	char text[TEXT_MAX];
	struct nearest near;

	if (codex_models_find(listed, model) != NULL)
		return;
	nearest_begin(&near, model);
	for (size_t i = 0; i < listed->n; i++) {
		if (listed->v[i].visible)
			nearest_offer(&near, listed->v[i].name);
	}
	snprintf(text, sizeof(text),
	    "%s: Codex lists no model '%.100s'%s%s%s; 'codex-api-proxy models' "
	    "has those that it lists",
	    option, model, nearest_end(&near) != NULL ? "; did you mean " : "",
	    nearest_end(&near) != NULL ? nearest_end(&near) : "",
	    nearest_end(&near) != NULL ? "?" : "");
	log_warning("%s", text);
	launch_warning(l, "warning: %s", text);
}

/* `alias` is NAME=MODEL. Its MODEL may be of our own, or have an effort. */
static void
caution_alias(const struct settings *s, const char *alias,
    const struct codex_models *listed, struct launch *l)
{
	char *name = strndup(alias, strcspn(alias, "="));
	struct model_name target;

	if (name == NULL || model_name_read(s, listed, name, &target) != 0) {
		free(name);
		return;
	}
	if (target.model != NULL)
		caution_model("--model-alias", target.model, listed, l);
	model_name_free(&target);
	free(name);
}

void
caution_models(
    const struct settings *s, struct engines *engines, struct launch *l)
{
	struct codex_models *m = engines_models(engines, false);

	if (!has_own_provider(s) && codex_models_visible(m) > 0) {
		if (s->model != NULL)
			caution_model("--model", s->model, m, l);
		for (size_t i = 0; i < s->model_alias.n; i++)
			caution_alias(s, s->model_alias.v[i], m, l);
	}
	codex_models_unref(m);
}
