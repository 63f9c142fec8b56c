#include "codex/codex_command.h"

#include "base/strvw.h"
#include "json/jsonw.h"

/*
 * What Codex would show the model besides the caller's messages, turned off
 * (measured item by item on 0.122.0 to 0.169.0, see doc/codex.md). Features
 * by -c, never by --disable: a name that a version does not know is then a
 * warning and not fatal.
 */
static const char *const isolation[] = { "web_search=\"disabled\"",
	"include_permissions_instructions=false",
	"include_environment_context=false",
	"include_collaboration_mode_instructions=false",
	"skills.include_instructions=false", "skills.bundled.enabled=false",
	"orchestrator.skills.enabled=false", "project_doc_max_bytes=0",
	"tools.experimental_request_user_input.enabled=false",
	"features.multi_agent=false", "features.goals=false",
	"features.image_generation=false", "features.hooks=false",
	"features.skill_search=false", "features.tool_suggest=false",
	"features.apps=false", "features.plugins=false",
	"features.skill_mcp_dependency_install=false", "mcp_servers={}", NULL };

/*
 * The model of app-server sees the caller's messages and tools and nothing of
 * ours, so Codex's own tools go, too. A tool's output is never cut (at 48,000
 * characters by default), and a thread is unloaded when we let go of it (half
 * an hour later by default: 0.85 MB a request).
 */
static const char *const app_server_overrides[] = { "features.shell_tool=false",
	"features.view_image=false", "tool_output_token_limit=100000000",
	"thread_unload_delay_secs=0", NULL };

/*
 * The agent of exec keeps its tools. Its commands have no environment but a
 * few plain variables (Codex itself has all, so that a provider's env_key
 * works), and no snapshot of a shell, which would keep the rest in a file.
 */
static const char *const exec_overrides[] = {
	"shell_environment_policy.inherit=\"core\"",
	"features.shell_snapshot=false", NULL
};

/* KEY="VALUE"; a JSON string is a TOML basic string, too. */
static int
write_assignment(struct buf *b, const char *key, const char *value)
{
	struct jsonw w;

	jsonw_begin(&w, b);
	jsonw_puts(&w, key);
	jsonw_puts(&w, "=");
	jsonw_str(&w, NULL, value);
	return jsonw_end(&w);
}

static void
add_string_override(struct strvw *argv, const char *key, const char *value)
{
	struct buf b;
	int rc;

	buf_init(&b, 65536);
	rc = write_assignment(&b, key, value);
	strvw_fail(argv, rc);
	if (rc == 0)
		strvw_add_all(argv, "-c", b.data, NULL);
	buf_free(&b);
}

/* `overrides` ends with NULL, or is NULL for none. */
static void
add_overrides(struct strvw *argv, const char *const *overrides)
{
	for (; overrides != NULL && *overrides != NULL; overrides++)
		strvw_add_all(argv, "-c", *overrides, NULL);
}

static void
add_isolation(struct strvw *argv, const char *catalog)
{
	add_overrides(argv, isolation);
	if (catalog != NULL)
		add_string_override(argv, "model_catalog_json", catalog);
}

/* The last override of a key wins: the request's over the operator's. */
static void
add_preferences(struct strvw *argv, const struct settings *s,
    const struct codex_exec_spec *spec)
{
	const char *verbosity = spec->request->verbosity;

	if (s->fast)
		add_string_override(argv, "model_reasoning_effort", "low");
	add_overrides(argv, (const char *const *)s->codex_config.v);
	if (spec->effort != NULL)
		add_string_override(
		    argv, "model_reasoning_effort", spec->effort);
	if (verbosity != NULL)
		add_string_override(argv, "model_verbosity", verbosity);
}

static void
add_files(struct strvw *argv, const struct codex_exec_spec *spec)
{
	if (spec->schema != NULL)
		strvw_add_all(argv, "--output-schema", spec->schema, NULL);
	for (size_t i = 0; i < spec->images->n; i++)
		strvw_addf(argv, "--image=%s", spec->images->v[i]);
}

int
codex_exec_argv(const struct settings *s, const struct codex_exec_spec *spec,
    struct strv *argv)
{
	struct strvw w;

	strvw_begin(&w, argv);
	strvw_add_all(&w, spec->binary, "exec", "--json",
	    "--skip-git-repo-check", "--ignore-user-config", "--ignore-rules",
	    "-C", spec->cwd, NULL);
	strvw_fail(
	    &w, exec_reads_argv(spec->reads, s->exec_read, spec->cwd, argv));
	if (s->ephemeral)
		strvw_add(&w, "--ephemeral");
	/* "=": a name that begins with a dash stays a name. */
	if (spec->model != NULL)
		strvw_addf(&w, "--model=%s", spec->model);
	add_isolation(&w, spec->catalog);
	add_overrides(&w, exec_overrides);
	add_preferences(&w, s, spec);
	add_files(&w, spec);
	strvw_add(&w, "-");
	return strvw_end(&w);
}

int
codex_app_server_argv(const struct settings *s, const char *binary,
    const char *catalog, struct strv *argv)
{
	struct strvw w;

	strvw_begin(&w, argv);
	strvw_add_all(&w, binary, "app-server", NULL);
	add_isolation(&w, catalog);
	add_overrides(&w, app_server_overrides);
	add_overrides(&w, (const char *const *)s->codex_config.v);
	return strvw_end(&w);
}

/* A variable that is set for Codex, unless its value is NULL. */
struct variable {
	const char *name, *value;
};

int
codex_environment(const struct settings *s, char *const *ours,
    const char *codex_home, struct strv *env)
{
	const struct variable variables[] = {
		{ "CODEX_HOME", codex_home },
		/* Or Codex fills logs_*.sqlite in its home without end. */
		{ "RUST_LOG", "off" },
		{ "RUST_BACKTRACE", "0" },
		{ "http_proxy", s->proxy },
		{ "https_proxy", s->proxy },
		{ "HTTP_PROXY", s->proxy },
		{ "HTTPS_PROXY", s->proxy },
	};
	int rc = strv_add_vector(env, ours);

	if (rc != 0)
		return rc;
	strv_env_drop_prefix(env, "CODEX_PROXY_");
	/* sd_notify(3), sd_listen_fds(3): for us, not for our children. */
	strv_env_drop_prefix(env, "LISTEN_");
	strv_env_drop_prefix(env, "WATCHDOG_");
	strv_env_unset(env, "NOTIFY_SOCKET");
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(variables); i++) {
		const struct variable *v = &variables[i];

		if (v->value != NULL)
			rc = strv_env_set(env, v->name, v->value);
	}
	return rc;
}

bool
codex_has_own_provider(const struct settings *s)
{
	static const char key[] = "model_provider=";

	for (size_t i = 0; i < s->codex_config.n; i++) {
		if (strncmp(s->codex_config.v[i], key, strlen(key)) == 0 &&
		    strstr(s->codex_config.v[i], "openai\"") == NULL)
			return true;
	}
	return false;
}
