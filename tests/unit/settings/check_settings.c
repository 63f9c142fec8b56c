#include "unit/unit.h"

#include <errno.h>

#include "base/clock.h"
#include "settings/settings.h"

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
	ck_assert_int_eq(s.max_bodies_bytes, 268435456);
	ck_assert_int_eq(s.max_connections, 1024);
	ck_assert_int_eq(s.idle_timeout, 60 * NS_PER_S);
	ck_assert_int_eq(s.sse_ping, 15 * NS_PER_S);
	ck_assert_int_eq(s.drain, 30 * NS_PER_S);
	ck_assert_int_eq(s.engine, ENGINE_AUTO);
	ck_assert_int_eq(s.workers, 1);
	ck_assert_int_eq(s.turns_per_worker, 8);
	ck_assert_int_eq(s.instructions, INSTRUCTIONS_MINIMAL);
	ck_assert_int_eq(s.worker_max_turns, 0);
	ck_assert_int_eq(s.worker_max_rss_mb, 1024);
	ck_assert_int_eq(s.kept_threads, 32);
	ck_assert_int_eq(s.kept_for, 600 * NS_PER_S);
	settings_free(&s);
}
END_TEST

/* One body must find room, without a second option. */
START_TEST(all_bodies_have_room_for_one)
{
	/* argv, the bytes of all */
	const struct {
		char *const *argv;
		int64_t all;
	} rows[] = {
		{ WORDS("--max-body-bytes=1000000000"), 1000000000 },
		{ WORDS("--max-body-bytes=268435456"), 268435456 },
		{ WORDS("--max-body-bytes=2048", "--max-bodies-bytes=2048"),
		    2048 },
		{ WORDS("--max-body-bytes=2048", "--max-bodies-bytes=4096"),
		    4096 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char error[OPTIONS_ERROR_MAX];
		struct settings s;

		ck_assert_int_eq(
		    load(&s, rows[i].argv, no_environment, error), 0);
		ck_assert_int_eq(s.max_bodies_bytes, rows[i].all);
		settings_free(&s);
	}
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
	{ "--max-bodies-bytes=33554431", "--max-bodies-bytes", "33554431",
	    "--max-body-bytes", "less than one body" },
	{ "--allowed-host=http://a.example", "--allowed-host", "a.example",
	    "without scheme", "a scheme" },
	{ "--allowed-host=a.example:80", "--allowed-host", "a.example:80",
	    "port", "a port" },
	{ "--allowed-host=[::1]", "--allowed-host", "[::1]", "brackets",
	    "brackets, which are no part of an address" },
	{ "--allowed-host=*", "--allowed-host", "*", "a name", "no pattern" },
	{ "--allowed-host=a.example.", "--allowed-host", "a.example.", "a name",
	    "a dot at the end" },
	{ "--api-key= ", "--api-key", "not shown", "blanks", "a blank key" },
	{ "--api-key=k ", "--api-key", "not shown", "blanks", "one behind" },
	{ "--api-key=\tk", "--api-key", "not shown", "control", "a tab" },
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

START_TEST(aliases_are_found)
{
	static const struct {
		const char *name, *target, *comment;
	} cases[] = {
		{ "fast", "gpt-6", "exact" },
		{ "fas", "no", "exact, of which another begins" },
		{ "fa", NULL, "the beginning of one" },
		{ "faster", NULL, "longer than one" },
		{ "claude-x", "first", "of two patterns the first given" },
		{ "claude-opus-4", "first", "though the second is longer" },
		{ "claude-", "first", "nothing in place of the star" },
		{ "claude-opus-5", "exact", "exact before a pattern" },
		{ "claude", NULL, "too short for a pattern" },
		{ "co", NULL, "no pattern" },
		{ "codex-x", "codex", "a pattern over ours" },
		{ "codex-local", NULL, "which it does not take" },
		{ "codex-agent", NULL, "nor this" },
		{ "a*b", "star", "a star elsewhere is a letter" },
		{ "axb", NULL, "and takes nothing" },
		{ "", NULL, "no name" },
	};
	char *const *argv = WORDS("--model-alias=fast=gpt-6",
	    "--model-alias=fas=no", "--model-alias=claude-*=first",
	    "--model-alias=claude-opus-*=second",
	    "--model-alias=claude-opus-5=exact", "--model-alias=codex-*=codex",
	    "--model-alias=a*b=star");
	char error[OPTIONS_ERROR_MAX];
	struct settings s;

	ck_assert_int_eq(load(&s, argv, no_environment, error), 0);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *target = settings_alias(&s, cases[i].name);

		if (cases[i].target == NULL)
			ck_assert_msg(target == NULL, "%s", cases[i].comment);
		else
			ck_assert_msg(target != NULL &&
				strcmp(target, cases[i].target) == 0,
			    "%s", cases[i].comment);
	}
	settings_free(&s);
}
END_TEST

/* Of two of one name, one would be without effect. */
START_TEST(aliases_are_checked)
{
	static const struct {
		const char *one, *other, *says; /* NULL: they are well */
	} cases[] = {
		{ "--model-alias=a=x", "--model-alias=b=x", NULL },
		{ "--model-alias=a=x", "--model-alias=a=y", "a=y" },
		{ "--model-alias=a*=x", "--model-alias=a*=x", "twice" },
		{ "--model-alias=a*=x", "--model-alias=a=x", NULL },
		{ "--model-alias=ab=x", "--model-alias=a=x", NULL },
		{ "--model-alias=a=x", "--model-alias=codex-local=x",
		    "codex-local" },
		{ "--model-alias=codex-agent=x", "--fast", "codex-agent" },
		{ "--model-alias=codex-*=x", "--fast", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *const *argv = WORDS(cases[i].one, cases[i].other);
		char error[OPTIONS_ERROR_MAX] = "";
		struct settings s;
		int rc = load(&s, argv, no_environment, error);

		ck_assert_msg(rc == (cases[i].says != NULL ? -EINVAL : 0),
		    "%s %s: %s", cases[i].one, cases[i].other, error);
		if (rc == 0)
			settings_free(&s);
		else
			ck_assert_ptr_nonnull(strstr(error, cases[i].says));
	}
}
END_TEST

static const struct {
	const char *words[2];
	int engine, instructions;
	const char *name;
} choices[] = {
	{ { "--engine=auto" }, ENGINE_AUTO, INSTRUCTIONS_MINIMAL, "auto" },
	{ { "--engine=exec" }, ENGINE_EXEC, INSTRUCTIONS_MINIMAL, "exec" },
	{ { "--engine=app-server", "--instructions=none" }, ENGINE_APP_SERVER,
	    INSTRUCTIONS_NONE, "app-server" },
	{ { "--engine=app-server", "--instructions=codex" }, ENGINE_APP_SERVER,
	    INSTRUCTIONS_CODEX, "app-server" },
	{ { "--instructions=minimal" }, ENGINE_AUTO, INSTRUCTIONS_MINIMAL,
	    "auto" },
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
		ck_assert_str_eq(settings_engine_name(&s), choices[i].name);
		settings_free(&s);
	}
}
END_TEST

UNIT_MAIN("settings", defaults_are_the_contracts, all_bodies_have_room_for_one,
    argv_wins_over_environment, bad_values_are_named, a_bad_key_is_not_shown,
    aliases_are_found, aliases_are_checked, choices_are_what_they_are_called)
