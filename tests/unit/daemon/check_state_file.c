#include "unit/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/state_file.h"
#include "json/jsonx.h"
#include "system/fdio.h"
#include "unit/scratch.h"

static char *const nothing[] = { NULL };

static json_t *
json(const char *text)
{
	char why[JSONX_ERROR_MAX];
	json_t *value;

	ck_assert_msg(jsonx_parse(text, strlen(text), 8, &value, why) == 0,
	    "%s: %s", text, why);
	return value;
}

static const struct {
	int version;
	const char *options, *given;
	bool engine_dropped;
	const char *comment;
} files[] = {
	{ 2, "{}", "{}", false, "nothing given" },
	{ 2, "{\"engine\":\"exec\"}", "{\"engine\":\"exec\"}", false,
	    "an engine that was asked for" },
	{ 2, "{\"api-key\":null,\"host\":[]}", "{\"api-key\":null,\"host\":[]}",
	    false, "taken back on purpose" },
	{ 2, "{\"model-alias\":[\"a=x\",\"a=y\"]}",
	    "{\"model-alias\":[\"a=x\",\"a=y\"]}", false, "as it was given" },
	{ 1, "{\"engine\":\"exec\",\"port\":\"8765\"}", "{\"port\":\"8765\"}",
	    true, "version 1: everybody's engine" },
	{ 1, "{\"engine\":\"app-server\"}", "{\"engine\":\"app-server\"}",
	    false, "version 1: an engine that was asked for" },
	{ 1,
	    "{\"api-key\":null,\"model\":\"m\",\"host\":[],\"listen\":[\"a\"]}",
	    "{\"model\":\"m\",\"listen\":[\"a\"]}", false,
	    "version 1: not set is not given" },
	{ 1,
	    "{\"model-alias\":[\"a=x\",\"b=x\",\"a=y\",\"ab=y\",\"a=z\","
	    "\"b=x\"]}",
	    "{\"model-alias\":[\"a=x\",\"b=x\",\"ab=y\"]}", false,
	    "version 1: the first alias counts" },
	{ 1, "{\"model-alias\":[1,\"a=x\",[]],\"engine\":7}",
	    "{\"model-alias\":[1,\"a=x\",[]],\"engine\":7}", false,
	    "version 1: wrong types are for others to refuse" },
};

START_TEST(what_was_given)
{
	scratch_make();
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char text[500], error[STATE_FILE_ERROR_MAX] = "";
		json_t *given = json(files[i].given);
		struct state_file st;
		int n = snprintf(text, sizeof(text),
		    "{\"version\":%d,\"pid\":7,\"started_at\":8,"
		    "\"engine\":\"exec\",\"urls\":[\"u\"],\"options\":%s}",
		    files[i].version, files[i].options);

		ck_assert_int_eq(
		    file_write_atomic(scratch_path("s"), text, (size_t)n, 0600),
		    0);
		ck_assert_msg(
		    state_file_read(scratch_path("s"), &st, error) == 0,
		    "%s: %s", files[i].comment, error);
		ck_assert_msg(
		    json_equal(st.options, given), "%s", files[i].comment);
		ck_assert_msg(st.engine_dropped == files[i].engine_dropped,
		    "%s", files[i].comment);
		ck_assert_int_eq(st.pid, 7);
		ck_assert_str_eq(st.urls.v[0], "u");
		state_file_free(&st);
		json_decref(given);
	}
	scratch_remove();
}
END_TEST

static void
load(struct settings *s, char *const *argv, const json_t *saved)
{
	char error[OPTIONS_ERROR_MAX];
	struct settings_sources from = { .environment = WORDS(
					     "CODEX_PROXY_WORKERS=3"),
		.saved = saved,
		.saved_in = "x",
		.argv = argv };

	ck_assert_msg(settings_load_from(s, &from, error) == 0, "%s", error);
}

/* Neither defaults nor the environment: they may change until then. */
START_TEST(only_what_was_given_is_written)
{
	char error[STATE_FILE_ERROR_MAX];
	struct settings s, again;
	struct state_file st;
	struct strv urls;
	struct stat file;
	json_t *wanted;
	char *word;

	scratch_make();
	strv_init(&urls);
	ck_assert_int_ge(
	    asprintf(&word, "--state-file=%s", scratch_path("s")), 0);
	load(&s, WORDS(word, "--api-key=k", "--fast", "--host=a", "--host=b"),
	    NULL);
	ck_assert_int_eq(state_file_write(&s, &urls), 0);
	ck_assert_int_eq(stat(scratch_path("s"), &file), 0);
	ck_assert_uint_eq(file.st_mode & 07777, 0600);
	ck_assert_int_eq(state_file_read(scratch_path("s"), &st, error), 0);
	ck_assert_int_eq(st.pid, getpid());
	wanted = json_pack("{s:s,s:s,s:s,s:[s,s]}", "state-file",
	    scratch_path("s"), "api-key", "k", "fast", "yes", "host", "a", "b");
	ck_assert(json_equal(st.options, wanted));
	/* A restart inherits that, and adds to it. */
	load(&again, WORDS("--api-key=", "--no-fast", "--port=1"), st.options);
	ck_assert_ptr_null(again.api_key);
	json_object_set_new(wanted, "api-key", json_null());
	json_object_set_new(wanted, "fast", json_string("no"));
	json_object_set_new(wanted, "port", json_string("1"));
	ck_assert(json_equal(again.given, wanted));
	json_decref(wanted);
	state_file_free(&st);
	settings_free(&s);
	settings_free(&again);
	free(word);
	scratch_remove();
}
END_TEST

static const struct {
	const char *text; /* NULL: there is no file */
	int rc;
	const char *comment;
} targets[] = {
	{ NULL, 0, "nothing there" },
	{ "", 0, "an empty file" },
	{ "{\"version\":1,\"pid\":1,\"options\":{}}", 0, "an older one" },
	{ "{\"version\":99,\"pid\":1}", 0, "a newer one" },
	{ "precious", -EEXIST, "a text" },
	{ "{\"version\":\"1.0.0\"}", -EEXIST, "somebody else's JSON" },
	{ "{\"version\":1}", -EEXIST, "somebody else's JSON, with a number" },
	{ "[]", -EEXIST, "a list" },
};

START_TEST(what_is_no_state_file_is_left_alone)
{
	char error[STATE_FILE_ERROR_MAX];

	scratch_make();
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		unlink(scratch_path("s"));
		if (targets[i].text != NULL)
			ck_assert_int_eq(
			    file_create(scratch_path("s"), targets[i].text,
				strlen(targets[i].text), 0600),
			    0);
		ck_assert_msg(
		    state_file_check(scratch_path("s"), error) == targets[i].rc,
		    "%s", targets[i].comment);
	}
	ck_assert_int_eq(state_file_check(scratch_directory, error), -EEXIST);
	ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0600), 0);
	ck_assert_int_eq(
	    state_file_check(scratch_path("fifo"), error), -EEXIST);
	ck_assert_ptr_nonnull(strstr(error, "left as it is"));
	scratch_remove();
}
END_TEST

START_TEST(a_fifo_is_not_waited_for)
{
	char error[STATE_FILE_ERROR_MAX];
	struct state_file st;

	scratch_make();
	ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0600), 0);
	ck_assert_int_eq(
	    state_file_read(scratch_path("fifo"), &st, error), -EINVAL);
	ck_assert_int_eq(
	    state_file_read(scratch_path("none"), &st, error), -ENOENT);
	scratch_remove();
}
END_TEST

/* The environment counts at a restart where nothing was given. */
START_TEST(precedence)
{
	json_t *saved = json("{\"port\":\"1\"}");
	struct settings s;

	load(&s, nothing, saved);
	ck_assert_int_eq(s.port, 1);
	ck_assert_int_eq(s.workers, 3);
	settings_free(&s);
	json_object_set_new(saved, "workers", json_string("2"));
	load(&s, nothing, saved);
	ck_assert_int_eq(s.workers, 2);
	settings_free(&s);
	load(&s, WORDS("--workers=4"), saved);
	ck_assert_int_eq(s.workers, 4);
	settings_free(&s);
	json_decref(saved);
}
END_TEST

UNIT_MAIN("state_file", what_was_given, only_what_was_given_is_written,
    what_is_no_state_file_is_left_alone, a_fifo_is_not_waited_for, precedence)
