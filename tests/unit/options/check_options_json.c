#include "unit/unit.h"

#include <errno.h>

#include "json/jsonx.h"
#include "settings/settings.h"

static char *const nothing[] = { NULL };

/* Whatever the settings are: written and read again they are the same. */
START_TEST(round_trip)
{
	char *const *argv = WORDS("--port=1", "--api-key=k", "--fast",
	    "--no-ephemeral", "--timeout-seconds=0.25", "--log-format=text",
	    "--allowed-root=/a", "--allowed-root=/b,c", "--host=::1",
	    "--model-alias=x=y;;z");
	char error[OPTIONS_ERROR_MAX];
	struct settings a, b;
	json_t *first, *second;

	ck_assert_int_eq(settings_load(&a, argv, nothing, error), 0);
	first = options_to_json(&settings_table, &a);
	ck_assert_ptr_nonnull(first);
	ck_assert_uint_eq(json_object_size(first), settings_table.n);
	memset(&b, 0, sizeof(b));
	ck_assert_int_eq(
	    options_read_json(&settings_table, &b, first, error), 0);
	second = options_to_json(&settings_table, &b);
	ck_assert(json_equal(first, second));
	ck_assert_int_eq(b.timeout, a.timeout);
	ck_assert_str_eq(b.api_key, "k");
	ck_assert_uint_eq(b.allowed_root.n, 2);
	json_decref(first);
	json_decref(second);
	settings_free(&a);
	settings_free(&b);
}
END_TEST

START_TEST(a_list_is_replaced_and_null_takes_back)
{
	char error[OPTIONS_ERROR_MAX];
	struct settings s;
	json_t *saved = json_pack(
	    "{s:[s],s:n,s:[]}", "allowed-root", "/z", "model", "allowed-host");

	ck_assert_int_eq(
	    settings_load(&s,
		WORDS("--allowed-root=/a", "--model=m", "--allowed-host=h"),
		nothing, error),
	    0);
	ck_assert_int_eq(
	    options_read_json(&settings_table, &s, saved, error), 0);
	ck_assert_uint_eq(s.allowed_root.n, 1);
	ck_assert_str_eq(s.allowed_root.v[0], "/z");
	ck_assert_ptr_null(s.model);
	ck_assert_uint_eq(s.allowed_host.n, 0);
	json_decref(saved);
	settings_free(&s);
}
END_TEST

static const struct {
	const char *json, *words, *comment;
} bad[] = {
	{ "{\"port\":8765}", "port", "a number" },
	{ "{\"port\":\"x\"}", "--port", "a bad value" },
	{ "{\"fast\":true}", "fast", "a boolean" },
	{ "{\"allowed-root\":[1]}", "allowed-root", "a number in a list" },
	{ "{\"allowed-root\":{}}", "allowed-root", "an object" },
	{ "{\"nonsense\":\"1\"}", "nonsense", "no such option" },
};

START_TEST(wrong_types_are_named)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char error[OPTIONS_ERROR_MAX] = "", why[JSONX_ERROR_MAX];
		struct settings s;
		json_t *json;

		memset(&s, 0, sizeof(s));
		ck_assert_int_eq(jsonx_parse(bad[i].json, strlen(bad[i].json),
				     8, &json, why),
		    0);
		ck_assert_msg(options_read_json(
				  &settings_table, &s, json, error) == -EINVAL,
		    "%s", bad[i].comment);
		ck_assert_msg(strstr(error, bad[i].words) != NULL, "%s: %s",
		    bad[i].comment, error);
		json_decref(json);
		settings_free(&s);
	}
}
END_TEST

static const struct {
	const char *saved, *given;
	const char *argv[6];
	const char *comment;
} rows[] = {
	{ NULL, "{}", { NULL }, "nothing" },
	{ NULL, "{\"port\":\"1\",\"fast\":\"no\"}",
	    { "--port", "1", "--no-fast" }, "a value, and a switch" },
	{ NULL, "{\"port\":\"2\"}", { "--port=1", "--port=2" },
	    "the last counts" },
	{ NULL, "{\"host\":[\"a\",\"b\"]}", { "--host=a", "--host=b" },
	    "a list grows" },
	{ NULL, "{\"model\":null,\"host\":[]}", { "--model=", "--host=" },
	    "taken back, whatever the default" },
	{ NULL, "{\"codex-bin\":null}", { "--codex-bin=x", "--codex-bin=" },
	    "given, and taken back" },
	{ NULL, "{\"codex-bin\":\"x\"}", { "--codex-bin=", "--codex-bin=x" },
	    "taken back, and given" },
	{ NULL, "{\"host\":[\"a\"]}", { "--host=", "--host=a", "--host=" },
	    "an empty member is none" },
	{ "{\"port\":\"1\",\"host\":[\"z\"]}",
	    "{\"port\":\"1\",\"host\":[\"a\"]}", { "--host=a" },
	    "one by one above what was saved" },
	{ "{\"model\":null}", "{\"model\":null}", { NULL },
	    "what was taken back stays so" },
	{ "{\"model\":\"m\"}", "{\"model\":null}", { "--model=" },
	    "what was saved is taken back" },
};

START_TEST(what_was_given)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char error[OPTIONS_ERROR_MAX] = "", why[JSONX_ERROR_MAX];
		char *const *argv = (char *const *)(const void *)rows[i].argv;
		json_t *saved = NULL, *wanted, *given;
		struct settings s;

		ck_assert_int_eq(jsonx_parse(rows[i].given,
				     strlen(rows[i].given), 8, &wanted, why),
		    0);
		if (rows[i].saved != NULL)
			ck_assert_int_eq(
			    jsonx_parse(rows[i].saved, strlen(rows[i].saved), 8,
				&saved, why),
			    0);
		ck_assert_msg(settings_load(&s, argv, nothing, error) == 0,
		    "%s: %s", rows[i].comment, error);
		given = options_given(&settings_table, &s, saved, argv);
		ck_assert_msg(json_equal(given, wanted), "%s", rows[i].comment);
		json_decref(given);
		json_decref(wanted);
		json_decref(saved);
		settings_free(&s);
	}
}
END_TEST

UNIT_MAIN("options_json", round_trip, a_list_is_replaced_and_null_takes_back,
    wrong_types_are_named, what_was_given)
