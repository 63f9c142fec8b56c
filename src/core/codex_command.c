#include "core/codex_command.h"

#include "base/buf.h"
#include "base/jsonw.h"

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

/* Appends -c KEY="VALUE"; a JSON string is a TOML basic string, too. */
static int
add_string_override(struct strv *argv, const char *key, const char *value)
{
	struct buf b;
	int rc;

	buf_init(&b, 65536);
	rc = jsonw_string(&b, value, strlen(value));
	if (rc == 0)
		rc = strv_add(argv, "-c");
	if (rc == 0)
		rc = strv_addf(argv, "%s=%s", key, b.data);
	buf_free(&b);
	return rc;
}

static int
add_overrides(struct strv *argv, const char *const *overrides, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n && overrides[i] != NULL; i++)
		rc = strv_add_all(argv, "-c", overrides[i], NULL);
	return rc;
}

static int
add_isolation(struct strv *argv, const char *catalog)
{
	int rc = add_overrides(argv, isolation, ARRAY_SIZE(isolation));

	if (rc == 0 && catalog != NULL)
		rc = add_string_override(argv, "model_catalog_json", catalog);
	return rc;
}

/* The last override of a key wins: the request's over the operator's. */
static int
add_preferences(struct strv *argv, const struct settings *s,
    const struct codex_exec_spec *spec)
{
	const char *verbosity = spec->request->verbosity;
	int rc = 0;

	if (s->fast)
		rc = add_string_override(argv, "model_reasoning_effort", "low");
	for (size_t i = 0; rc == 0 && i < s->codex_config.n; i++)
		rc = strv_add_all(argv, "-c", s->codex_config.v[i], NULL);
	if (rc == 0 && spec->effort != NULL)
		rc = add_string_override(
		    argv, "model_reasoning_effort", spec->effort);
	if (rc == 0 && verbosity != NULL)
		rc = add_string_override(argv, "model_verbosity", verbosity);
	return rc;
}

static int
add_files(struct strv *argv, const struct codex_exec_spec *spec)
{
	int rc = 0;

	if (spec->schema != NULL)
		rc = strv_add_all(argv, "--output-schema", spec->schema, NULL);
	for (size_t i = 0; rc == 0 && i < spec->images->n; i++)
		rc = strv_addf(argv, "--image=%s", spec->images->v[i]);
	return rc;
}

int
codex_exec_argv(const struct settings *s, const struct codex_exec_spec *spec,
    struct strv *argv)
{
	int rc = strv_add_all(argv, spec->binary, "exec", "--json",
	    "--skip-git-repo-check", "--ignore-user-config", "--ignore-rules",
	    "--sandbox", "read-only", "-C", spec->cwd, NULL);

	if (rc == 0 && s->ephemeral)
		rc = strv_add(argv, "--ephemeral");
	/* "=": a name that begins with a dash stays a name. */
	if (rc == 0 && spec->model != NULL)
		rc = strv_addf(argv, "--model=%s", spec->model);
	if (rc == 0)
		rc = add_isolation(argv, spec->catalog);
	if (rc == 0)
		rc = add_preferences(argv, s, spec);
	if (rc == 0)
		rc = add_files(argv, spec);
	return rc != 0 ? rc : strv_add(argv, "-");
}

int
codex_app_server_argv(const struct settings *s, const char *binary,
    const char *catalog, struct strv *argv)
{
	int rc = strv_add_all(argv, binary, "app-server", NULL);

	if (rc == 0)
		rc = add_isolation(argv, catalog);
	if (rc == 0)
		rc = add_overrides(argv, app_server_overrides,
		    ARRAY_SIZE(app_server_overrides));
	for (size_t i = 0; rc == 0 && i < s->codex_config.n; i++)
		rc = strv_add_all(argv, "-c", s->codex_config.v[i], NULL);
	return rc;
}

static int
set_proxies(struct strv *env, const char *url)
{
	static const char *const names[] = { "http_proxy", "https_proxy",
		"HTTP_PROXY", "HTTPS_PROXY" };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(names); i++)
		rc = strv_env_set(env, names[i], url);
	return rc;
}

int
codex_environment(const struct settings *s, char *const *ours,
    const char *codex_home, struct strv *env)
{
	int rc = strv_add_vector(env, ours);

	if (rc != 0)
		return rc;
	strv_env_drop_prefix(env, "CODEX_PROXY_");
	/* sd_notify(3), sd_listen_fds(3): for us, not for our children. */
	strv_env_drop_prefix(env, "LISTEN_");
	strv_env_drop_prefix(env, "WATCHDOG_");
	strv_env_unset(env, "NOTIFY_SOCKET");
	rc = strv_env_set(env, "CODEX_HOME", codex_home);
	/* Without it Codex fills logs_*.sqlite in its home without end. */
	if (rc == 0)
		rc = strv_env_set(env, "RUST_LOG", "off");
	if (rc == 0)
		rc = strv_env_set(env, "RUST_BACKTRACE", "0");
	if (rc == 0 && s->proxy != NULL)
		rc = set_proxies(env, s->proxy);
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
