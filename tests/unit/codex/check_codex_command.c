#include "unit/unit.h"

#include "codex/codex_command.h"

static struct settings settings;
static struct strv argv_out, no_images;
static const struct exec_reads reads = { .profiles = EXEC_PROFILES_DENY };

static void
build(char *const *options, const struct codex_exec_spec *spec)
{
	char *const none[] = { NULL };
	char error[OPTIONS_ERROR_MAX];

	ck_assert_int_eq(settings_load(&settings, options, none, error), 0);
	strv_init(&argv_out);
	ck_assert_int_eq(codex_exec_argv(&settings, spec, &argv_out), 0);
}

static void
cleanup(void)
{
	strv_free(&argv_out);
	settings_free(&settings);
}

static int
position(const char *word)
{
	for (size_t i = 0; i < argv_out.n; i++) {
		if (strcmp(argv_out.v[i], word) == 0)
			return (int)i;
	}
	return -1;
}

START_TEST(command_line_is_the_contracts)
{
	static const char *const words[] = { "exec", "--json",
		"--skip-git-repo-check", "--ignore-user-config",
		"--ignore-rules", "--ephemeral",
		"shell_environment_policy.inherit=\"core\"",
		"features.shell_snapshot=false",
		"default_permissions=\"proxy\"", "--model=gpt-5.5",
		"web_search=\"disabled\"", "project_doc_max_bytes=0",
		"skills.include_instructions=false",
		"model_catalog_json=\"/h/c.json\"",
		"model_reasoning_effort=\"high\"", "model_verbosity=\"low\"" };
	struct generation r = { .verbosity = "low" };
	struct codex_exec_spec spec = { .binary = "/bin/codex",
		.catalog = "/h/c.json",
		.cwd = "/w",
		.model = "gpt-5.5",
		.effort = "high",
		.images = &no_images,
		.reads = &reads,
		.request = &r };
	char *const options[] = { NULL };

	build(options, &spec);
	ck_assert_str_eq(argv_out.v[0], "/bin/codex");
	ck_assert_str_eq(argv_out.v[argv_out.n - 1], "-");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		ck_assert_msg(position(words[i]) > 0, "%s", words[i]);
	ck_assert_str_eq(argv_out.v[position("-C") + 1], "/w");
	/* It would win over the profile. */
	ck_assert_int_eq(position("--sandbox"), -1);
	cleanup();
}
END_TEST

START_TEST(later_overrides_win)
{
	struct generation r = { .verbosity = NULL };
	struct codex_exec_spec spec = { .binary = "/bin/codex",
		.cwd = "/w",
		.effort = "medium",
		.images = &no_images,
		.reads = &reads,
		.request = &r };
	char *const *options = WORDS("--fast", "--no-ephemeral",
	    "--codex-config=model_reasoning_effort=\"high\"");
	int fast, operators, callers;

	build(options, &spec);
	fast = position("model_reasoning_effort=\"low\"");
	operators = position("model_reasoning_effort=\"high\"");
	callers = position("model_reasoning_effort=\"medium\"");
	ck_assert_int_gt(fast, position("mcp_servers={}"));
	ck_assert_int_gt(operators, fast);
	ck_assert_int_gt(callers, operators);
	ck_assert_int_eq(position("--ephemeral"), -1);
	cleanup();
}
END_TEST

/* What a caller sends must not become an option or another TOML key. */
START_TEST(callers_words_stay_values)
{
	struct generation r = { .verbosity = NULL };
	struct codex_exec_spec spec = { .binary = "/bin/codex",
		.cwd = "/w",
		.model = "--dangerously-bypass-approvals-and-sandbox",
		.effort = "x\"\nmodel=\"y",
		.images = &no_images,
		.reads = &reads,
		.request = &r };
	char *const options[] = { NULL };

	build(options, &spec);
	ck_assert_int_eq(
	    position("--dangerously-bypass-approvals-and-sandbox"), -1);
	ck_assert_int_gt(
	    position("model_reasoning_effort=\"x\\\"\\nmodel=\\\"y\""), 0);
	cleanup();
}
END_TEST

START_TEST(environment_is_minimal)
{
	char *const *ours = WORDS("PATH=/bin", "CODEX_PROXY_API_KEY=secret",
	    "CODEX_PROXY_PORT=1", "LISTEN_FDS=1", "LISTEN_PID=1",
	    "NOTIFY_SOCKET=/x", "WATCHDOG_USEC=1", "CODEX_HOME=/user",
	    "http_proxy=http://old", "RUST_LOG=trace", "LANG=C");
	char *const *options = WORDS("--proxy=http://p:1");
	char *const none[] = { NULL };
	char error[OPTIONS_ERROR_MAX];
	struct strv env;

	ck_assert_int_eq(settings_load(&settings, options, none, error), 0);
	strv_init(&env);
	ck_assert_int_eq(codex_environment(&settings, ours, "/iso", &env), 0);
	for (size_t i = 0; i < env.n; i++) {
		ck_assert_ptr_null(strstr(env.v[i], "CODEX_PROXY_"));
		ck_assert_ptr_null(strstr(env.v[i], "LISTEN_"));
		ck_assert_ptr_null(strstr(env.v[i], "NOTIFY_SOCKET"));
		ck_assert_ptr_null(strstr(env.v[i], "WATCHDOG_"));
	}
	ck_assert_str_eq(strv_env_get(&env, "CODEX_HOME"), "/iso");
	ck_assert_str_eq(strv_env_get(&env, "RUST_LOG"), "off");
	ck_assert_str_eq(strv_env_get(&env, "LANG"), "C");
	ck_assert_str_eq(strv_env_get(&env, "http_proxy"), "http://p:1");
	ck_assert_str_eq(strv_env_get(&env, "HTTPS_PROXY"), "http://p:1");
	strv_free(&env);
	settings_free(&settings);
}
END_TEST

/* Nothing of a request stands in it: the child serves all. */
START_TEST(app_server_is_isolated_too)
{
	static const char *const words[] = { "app-server",
		"web_search=\"disabled\"", "project_doc_max_bytes=0",
		"mcp_servers={}", "features.shell_tool=false",
		"features.view_image=false",
		"tool_output_token_limit=100000000",
		"thread_unload_delay_secs=0",
		"model_catalog_json=\"/h/c.json\"" };
	char *const *options = WORDS("--codex-config=features.shell_tool=true");
	char *const none[] = { NULL };
	char error[OPTIONS_ERROR_MAX];

	ck_assert_int_eq(settings_load(&settings, options, none, error), 0);
	strv_init(&argv_out);
	ck_assert_int_eq(codex_app_server_argv(
			     &settings, "/bin/codex", "/h/c.json", &argv_out),
	    0);
	ck_assert_str_eq(argv_out.v[0], "/bin/codex");
	ck_assert_str_eq(argv_out.v[1], "app-server");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		ck_assert_msg(position(words[i]) > 0, "%s", words[i]);
	/* The operator has the last word. */
	ck_assert_int_gt(position("features.shell_tool=true"),
	    position("features.shell_tool=false"));
	cleanup();
}
END_TEST

UNIT_MAIN("codex_command", command_line_is_the_contracts, later_overrides_win,
    callers_words_stay_values, environment_is_minimal,
    app_server_is_isolated_too)
