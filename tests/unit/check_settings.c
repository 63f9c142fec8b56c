#include "unit/unit.h"

#include <errno.h>

#include "base/clock.h"
#include "core/settings.h"

static char *const no_environment[] = { NULL };

static int
load(struct settings *s, char *const *argv, char *const *env, char *error)
{
	return settings_load(s, argv, env, error);
}

START_TEST(defaults_are_the_contracts)
{
	char *const argv[] = { NULL };
	char error[OPTIONS_ERROR_MAX];
	struct settings s;

	setenv("HOME", "/home/somebody", 1);
	ck_assert_int_eq(load(&s, argv, no_environment, error), 0);
	ck_assert_uint_eq(s.host.n, 1);
	ck_assert_str_eq(s.host.v[0], "127.0.0.1");
	ck_assert_int_eq(s.port, 8765);
	ck_assert_ptr_null(s.api_key);
	ck_assert_str_eq(s.codex_bin, "codex");
	ck_assert_int_eq(s.max_concurrency, 1);
	ck_assert_int_eq(s.max_queue_size, 64);
	ck_assert_int_eq(s.queue_timeout, 30 * NS_PER_S);
	ck_assert_int_eq(s.timeout, 300 * NS_PER_S);
	ck_assert_str_eq(
	    s.codex_home, "/home/somebody/.codex-api-proxy/codex-home");
	ck_assert_str_eq(
	    s.default_cwd, "/home/somebody/.codex-api-proxy/workspace");
	ck_assert_uint_eq(s.allowed_root.n, 1);
	ck_assert_str_eq(s.allowed_root.v[0], s.default_cwd);
	ck_assert(s.ephemeral);
	ck_assert(!s.fast);
	ck_assert_int_eq(s.max_body_bytes, 33554432);
	ck_assert_int_eq(s.max_connections, 1024);
	ck_assert_int_eq(s.idle_timeout, 60 * NS_PER_S);
	ck_assert_int_eq(s.sse_ping, 15 * NS_PER_S);
	ck_assert_int_eq(s.drain, 30 * NS_PER_S);
	ck_assert_int_eq(s.engine, ENGINE_EXEC);
	ck_assert_int_eq(s.workers, 1);
	ck_assert_int_eq(s.turns_per_worker, 8);
	ck_assert_int_eq(s.instructions, INSTRUCTIONS_MINIMAL);
	ck_assert_int_eq(s.worker_max_turns, 0);
	ck_assert_int_eq(s.worker_max_rss_mb, 1024);
	settings_free(&s);
}
END_TEST

START_TEST(argv_wins_over_environment)
{
	char *const *argv = WORDS("--port", "1", "--model=m", "--no-ephemeral",
	    "--allowed-root=/a", "--allowed-root", "/b");
	char *const *env = WORDS("CODEX_PROXY_PORT=2", "CODEX_PROXY_MODEL=e",
	    "CODEX_PROXY_FAST=yes", "CODEX_PROXY_ALLOWED_ROOTS=/c:/d:/e",
	    "CODEX_PROXY_SSE_PING_SECONDS=0.25");
	char error[OPTIONS_ERROR_MAX];
	struct settings s;

	ck_assert_int_eq(load(&s, argv, env, error), 0);
	ck_assert_int_eq(s.port, 1);
	ck_assert_str_eq(s.model, "m");
	ck_assert(!s.ephemeral);
	ck_assert(s.fast);
	ck_assert_uint_eq(s.allowed_root.n, 2);
	ck_assert_str_eq(s.allowed_root.v[1], "/b");
	ck_assert_int_eq(s.sse_ping, 250 * NS_PER_MS);
	settings_free(&s);
}
END_TEST

static const struct {
	const char *option;
	const char *names, *value, *allowed;
	const char *comment;
} bad[] = {
	{ "--port=70000", "--port", "70000", "65535", "over the bound" },
	{ "--port=x", "--port", "x", "0", "no number" },
	{ "--engine=foo", "--engine", "foo", "app-server", "no such choice" },
	{ "--instructions=foo", "--instructions", "foo", "codex",
	    "no such choice" },
	{ "--workers=65", "--workers", "65", "64", "more than there may be" },
	{ "--turns-per-worker=0", "--turns-per-worker", "0", "1", "none" },
	{ "--timeout-seconds=-1", "--timeout-seconds", "-1", "", "negative" },
	{ "--model-alias=x", "--model-alias", "x", "NAME=MODEL", "no pair" },
	{ "--model-alias==x", "--model-alias", "=x", "NAME=MODEL", "no name" },
	{ "--codex-config=x", "--codex-config", "x", "KEY=VALUE", "no pair" },
	{ "--default-cwd=rel", "--default-cwd", "rel", "absolute",
	    "a relative path" },
	{ "--allowed-root=rel", "--allowed-root", "rel", "absolute",
	    "a relative path in a list" },
	{ "--proxy=u:pw@host", "--proxy", "not shown", "http://", "no URL" },
	{ "--tls-cert=/c", "--tls-key is missing", "--tls-cert", "need",
	    "a certificate without a key" },
	{ "--tls-key=/k", "--tls-cert is missing", "--tls-key", "need",
	    "a key without a certificate" },
	{ "--fast=perhaps", "--fast", "perhaps", "", "no boolean" },
	{ "--nonsense=1", "--nonsense", "", "--help", "no such option" },
};

START_TEST(bad_values_are_named)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char *const *argv = WORDS(bad[i].option);
		char error[OPTIONS_ERROR_MAX] = "";
		struct settings s;
		int rc = load(&s, argv, no_environment, error);

		ck_assert_msg(rc == -EINVAL, "%s: %d", bad[i].comment, rc);
		ck_assert_msg(strstr(error, bad[i].names) != NULL &&
			strstr(error, bad[i].value) != NULL &&
			strstr(error, bad[i].allowed) != NULL,
		    "%s: %s", bad[i].comment, error);
		ck_assert_ptr_null(strchr(error, '\n'));
	}
}
END_TEST

START_TEST(a_bad_key_is_not_shown)
{
	char *const *env = WORDS(
	    "CODEX_PROXY_PORT=x", "CODEX_PROXY_API_KEY=sk-very-secret");
	char *const argv[] = { NULL };
	char error[OPTIONS_ERROR_MAX];
	struct settings s;
	struct buf b;

	ck_assert_int_eq(load(&s, argv, env, error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "CODEX_PROXY_PORT"));
	ck_assert_ptr_null(strstr(error, "sk-very-secret"));

	ck_assert_int_eq(load(&s, argv, env + 1, error), 0);
	buf_init(&b, 4096);
	for (size_t i = 0; i < settings_table.n; i++)
		ck_assert_int_eq(
		    option_value_text(&settings_table.defs[i], &s, &b), 0);
	ck_assert_ptr_null(strstr(b.data, "sk-very-secret"));
	buf_free(&b);
	settings_free(&s);
}
END_TEST

START_TEST(models_are_resolved)
{
	char *const *argv = WORDS("--model=gpt-5.5", "--model-alias=fast=gpt-6",
	    "--model-alias=fas=no");
	char error[OPTIONS_ERROR_MAX];
	struct settings s;

	ck_assert_int_eq(load(&s, argv, no_environment, error), 0);
	ck_assert_str_eq(settings_model(&s, "codex-local"), "gpt-5.5");
	ck_assert_str_eq(settings_model(&s, "fast"), "gpt-6");
	ck_assert_str_eq(settings_model(&s, "fas"), "no");
	ck_assert_str_eq(settings_model(&s, "other"), "other");
	settings_free(&s);
	ck_assert_int_eq(load(&s, argv + 1, no_environment, error), 0);
	ck_assert_ptr_null(settings_model(&s, "codex-local"));
	settings_free(&s);
}
END_TEST

static const struct {
	const char *words[2];
	int engine, instructions;
} choices[] = {
	{ { "--engine=exec" }, ENGINE_EXEC, INSTRUCTIONS_MINIMAL },
	{ { "--engine=app-server", "--instructions=none" }, ENGINE_APP_SERVER,
	    INSTRUCTIONS_NONE },
	{ { "--engine=app-server", "--instructions=codex" }, ENGINE_APP_SERVER,
	    INSTRUCTIONS_CODEX },
	{ { "--instructions=minimal" }, ENGINE_EXEC, INSTRUCTIONS_MINIMAL },
};

START_TEST(choices_are_what_they_are_called)
{
	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		char *const *argv = WORDS(
		    choices[i].words[0], choices[i].words[1]);
		char error[OPTIONS_ERROR_MAX];
		struct settings s;

		ck_assert_int_eq(load(&s, argv, no_environment, error), 0);
		ck_assert_int_eq(s.engine, choices[i].engine);
		ck_assert_int_eq(s.instructions, choices[i].instructions);
		ck_assert_str_eq(settings_engine_name(&s),
		    choices[i].engine == ENGINE_EXEC ? "exec" : "app-server");
		settings_free(&s);
	}
}
END_TEST

UNIT_MAIN("settings", defaults_are_the_contracts, argv_wins_over_environment,
    bad_values_are_named, a_bad_key_is_not_shown, models_are_resolved,
    choices_are_what_they_are_called)
