#include "unit/unit.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "settings/settings.h"
#include "system/fdio.h"
#include "unit/scratch.h"

static char *const nothing[] = { NULL };

static const char *
write_file(const char *name, const char *text, mode_t mode)
{
	const char *path = scratch_path(name);

	ck_assert_int_eq(file_write_atomic(path, text, strlen(text), mode), 0);
	return path;
}

/* Of "first" and "second" in the scratch directory. */
static int
load(struct settings *s, char *const *argv, char *const *environment,
    char error[OPTIONS_ERROR_MAX])
{
	const char *places[] = { scratch_path("first"), scratch_path("second"),
		NULL };
	struct settings_sources from = {
		.places = places, .environment = environment, .argv = argv
	};

	error[0] = '\0';
	return settings_load_from(s, &from, error);
}

/* The same, which must go well. */
static void
load_well(struct settings *s, char *const *argv, char *const *environment)
{
	char error[OPTIONS_ERROR_MAX];
	int rc = load(s, argv, environment, error);

	ck_assert_msg(rc == 0, "%d: %s", rc, error);
}

START_TEST(a_file_is_below_all_but_the_defaults)
{
	struct settings s;

	scratch_make();
	write_file("first",
	    "CODEX_PROXY_PORT=1\nCODEX_PROXY_MODEL=f\nCODEX_PROXY_FAST=yes\n"
	    "CODEX_PROXY_ALLOWED_ROOTS=/a:/b\nCODEX_PROXY_ENGINE=exec\n"
	    "CODEX_PROXY_HOST=h1,h2\nCODEX_PROXY_WORKERS=\n"
	    "CODEX_PROXY_DRAIN_SECONDS=1\nCODEX_PROXY_DRAIN_SECONDS=2.5\n",
	    0600);
	load_well(&s, WORDS("--port=3", "--allowed-root=/c"),
	    WORDS("CODEX_PROXY_PORT=2", "CODEX_PROXY_MODEL=e",
		"CODEX_PROXY_ALLOWED_ROOTS=/d", "CODEX_PROXY_ENGINE="));
	ck_assert_int_eq(s.port, 3);
	ck_assert_str_eq(s.model, "e");
	ck_assert(s.fast);
	ck_assert_uint_eq(s.allowed_root.n, 1);
	ck_assert_str_eq(s.allowed_root.v[0], "/c");
	ck_assert_int_eq(s.engine, ENGINE_EXEC); /* an empty variable is none */
	ck_assert_uint_eq(s.host.n, 2);
	ck_assert_str_eq(s.host.v[1], "h2");
	ck_assert_int_eq(s.workers, 1);
	ck_assert_int_eq(s.drain, INT64_C(2500000000)); /* the last counts */
	ck_assert_str_eq(s.config, scratch_path("first"));
	ck_assert(settings_in_file(&s, "host"));
	ck_assert(!settings_in_file(&s, "workers"));
	ck_assert(!settings_in_file(&s, "queue-timeout-seconds"));
	/* What is saved is what was given, and that the file was not. */
	ck_assert_uint_eq(json_object_size(s.given), 2);
	settings_free(&s);
	scratch_remove();
}
END_TEST

/* The state file, whose file is another. */
START_TEST(a_file_is_below_what_is_saved)
{
	const char *none[] = { NULL };
	struct settings_sources from = { .places = none,
		.environment = WORDS("CODEX_PROXY_CONFIG=/nowhere"),
		.saved_in = "/state",
		.argv = nothing };
	char error[OPTIONS_ERROR_MAX];
	struct settings s;
	json_t *saved;

	scratch_make();
	write_file("f", "CODEX_PROXY_PORT=1\nCODEX_PROXY_MODEL=f\n", 0600);
	saved = json_pack(
	    "{s:s,s:s}", "config", scratch_path("f"), "port", "2");
	from.saved = saved;
	ck_assert_msg(settings_load_from(&s, &from, error) == 0, "%s", error);
	ck_assert_int_eq(s.port, 2);
	ck_assert_str_eq(s.model, "f");
	settings_free(&s);
	/* Taken back, it is not the environment's either. */
	ck_assert_int_eq(json_object_set_new(saved, "config", json_null()), 0);
	ck_assert_msg(settings_load_from(&s, &from, error) == 0, "%s", error);
	ck_assert_ptr_null(s.config);
	settings_free(&s);
	json_decref(saved);
	scratch_remove();
}
END_TEST

static const struct {
	const char *argv, *environment; /* of --config and its variable */
	const char *first, *second; /* of the places, what is there */
	const char *read; /* which is read; NULL: none */
	const char *comment;
} which[] = {
	{ NULL, NULL, NULL, NULL, NULL, "there is none" },
	{ NULL, NULL, "", "", "first", "the first place before the second" },
	{ NULL, NULL, NULL, "", "second", "the second" },
	{ NULL, "", "", NULL, "first", "an empty variable" },
	{ NULL, "named", "", NULL, "named", "the variable" },
	{ "named", "second", "", "", "named", "the option before it" },
	{ "", "named", "", NULL, "first", "the option, taken back" },
};

/* "BEFORE" and what `name` is in the scratch directory. */
static const char *
word(const char *before, const char *name)
{
	static char words[2][3 * PATH_MAX];
	static unsigned turn;
	char *w = words[turn++ % 2];

	snprintf(w, sizeof(words[0]), "%s%s", before,
	    *name != '\0' ? scratch_path(name) : "");
	return w;
}

START_TEST(the_first_that_is_there_is_read)
{
	for (size_t i = 0; i < ARRAY_SIZE(which); i++) {
		const char *arg = which[i].argv, *env = which[i].environment;
		struct settings s;

		scratch_make();
		write_file("named", "", 0644);
		if (which[i].first != NULL)
			write_file("first", which[i].first, 0644);
		if (which[i].second != NULL)
			write_file("second", which[i].second, 0644);
		load_well(&s,
		    arg != NULL ? WORDS(word("--config=", arg)) : nothing,
		    env != NULL ? WORDS(word("CODEX_PROXY_CONFIG=", env))
				: nothing);
		if (which[i].read == NULL)
			ck_assert_ptr_null(s.config);
		else
			ck_assert_msg(s.config != NULL &&
				strcmp(s.config, scratch_path(which[i].read)) ==
				    0,
			    "%s: %s", which[i].comment, s.config);
		settings_free(&s);
		scratch_remove();
	}
}
END_TEST

START_TEST(a_file_that_is_named_must_be_there)
{
	char error[OPTIONS_ERROR_MAX];
	struct settings s;

	scratch_make();
	ck_assert_int_eq(
	    load(&s, WORDS(word("--config=", "none")), nothing, error),
	    -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, scratch_path("none")));
	ck_assert_ptr_nonnull(strstr(error, "No such file"));
	ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0600), 0);
	ck_assert_int_eq(
	    load(&s, WORDS(word("--config=", "fifo")), nothing, error),
	    -EINVAL);
	ck_assert_int_eq(dir_make(scratch_path("first"), 0700), 0);
	ck_assert_int_eq(load(&s, nothing, nothing, error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "Is a directory"));
	load_well(&s, WORDS("--config=/dev/null"), nothing);
	settings_free(&s);
	scratch_remove();
}
END_TEST

static const struct {
	const char *text;
	mode_t mode;
	const char *words; /* of the complaint, behind the path; NULL: none */
	const char *comment;
} files[] = {
	{ "\nCODEX_PROXY_PORT=x\n", 0600,
	    ":2: bad value 'x' for CODEX_PROXY_PORT: it must be", "a value" },
	{ "CODEX_PROXY_PORT=x\nCODEX_PROXY_PORT=1\n", 0600, NULL,
	    "one that does not count" },
	{ "CODEX_PROXY_MODEL=\xff\n", 0600, ":1: bad value for CODEX_PROXY_MO",
	    "no UTF-8" },
	{ "CODEX_PROXY_FAST=1\nCODEX_PROXY_ALLOWED_HOSTS=a:1\n", 0600,
	    ":2: --allowed-host: 'a:1' is not allowed", "seen later" },
	{ "CODEX_PROXY_API_KEY=' k'\n", 0600, ":1: --api-key: '(not shown)",
	    "a key that cannot be one" },
	{ "CODEX_PROXY_MODEL='a\n", 0600, ":1: this quote is never closed",
	    "an open quote" },
	/* secrets */
	{ "CODEX_PROXY_API_KEY=k\n", 0600, NULL, "a key" },
	{ "CODEX_PROXY_API_KEY=k\n", 0400, NULL, "a key, read-only" },
	{ "\nCODEX_PROXY_API_KEY=k\n", 0640,
	    ":2: CODEX_PROXY_API_KEY is a secret, and may stand in a file of "
	    "its owner alone: its mode is 0640; chmod 600 it",
	    "read by the group" },
	{ "CODEX_PROXY_API_KEY=k\n", 0604, "chmod 600", "read by others" },
	{ "CODEX_PROXY_API_KEY=k\n", 0620, "chmod 600", "written by others" },
	{ "CODEX_PROXY_API_KEY=\n", 0644, NULL, "an empty one" },
	{ "# CODEX_PROXY_API_KEY=k\n", 0644, NULL, "a comment" },
	{ "CODEX_PROXY_API_KEY_FILE=/k\n", 0644, NULL, "the name of a file" },
	{ "CODEX_PROXY_PROXY=http://u:p@h:1\n", 0644, "chmod 600",
	    "a password in a URL" },
	{ "CODEX_PROXY_PROXY=http://h:1\n", 0644, NULL, "a URL without" },
};

START_TEST(what_is_wrong_is_named_with_its_line)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *words = files[i].words, *path;
		char error[OPTIONS_ERROR_MAX];
		struct settings s;
		int rc;

		scratch_make();
		path = write_file("first", files[i].text, files[i].mode);
		rc = load(&s, nothing, nothing, error);
		ck_assert_msg(rc == (words != NULL ? -EINVAL : 0), "%s: %d %s",
		    files[i].comment, rc, error);
		if (words != NULL) {
			ck_assert_ptr_eq(strstr(error, path), error);
			ck_assert_msg(strstr(error, words) != NULL, "%s: %s",
			    files[i].comment, error);
			ck_assert_ptr_null(strchr(error, '\n'));
		} else {
			settings_free(&s);
		}
		scratch_remove();
	}
}
END_TEST

START_TEST(a_secret_of_another_user_is_refused)
{
	char error[OPTIONS_ERROR_MAX];
	struct settings s;
	int rc;

	if (geteuid() != 0)
		return; /* who alone can give files away */
	scratch_make();
	write_file("first", "CODEX_PROXY_API_KEY=k\n", 0600);
	ck_assert_int_eq(chown(scratch_path("first"), 12345, 0), 0);
	rc = load(&s, nothing, nothing, error);
	ck_assert_int_eq(rc, -EINVAL);
	ck_assert_msg(strstr(error, "uid 12345") != NULL, "%s", error);
	scratch_remove();
}
END_TEST

/* Of what stands above the file it is not said that it is in it. */
START_TEST(what_is_wrong_elsewhere_is_not_named_so)
{
	char error[OPTIONS_ERROR_MAX];
	struct settings s;

	scratch_make();
	write_file("first", "CODEX_PROXY_ALLOWED_HOSTS=a\n", 0600);
	ck_assert_int_eq(
	    load(&s, WORDS("--allowed-host=a:1"), nothing, error), -EINVAL);
	ck_assert_ptr_eq(strstr(error, "--allowed-host: "), error);
	ck_assert_int_eq(
	    load(&s, nothing, WORDS("CODEX_PROXY_ALLOWED_HOSTS=a:1"), error),
	    -EINVAL);
	ck_assert_ptr_eq(strstr(error, "--allowed-host: "), error);
	scratch_remove();
}
END_TEST

START_TEST(what_has_no_effect_is_noted)
{
	struct settings s;

	scratch_make();
	write_file("first",
	    "PATH=/bin\nCODEX_PROXY_PROT=1\nport 8080\n"
	    "CODEX_PROXY_CONFIG=/f\nexport CODEX_PROXY_PORT=1\nHTTPS_PROXY=x\n",
	    0644);
	load_well(&s, nothing, nothing);
	ck_assert_uint_eq(s.file.n_unread, 4);
	ck_assert_uint_eq(s.file.unread[0].line, 2);
	ck_assert_str_eq(s.file.unread[0].name, "PROT");
	ck_assert_uint_eq(s.file.unread[1].line, 3);
	ck_assert_str_eq(s.file.unread[1].name, "");
	ck_assert_uint_eq(s.file.unread[2].line, 4);
	ck_assert_str_eq(s.file.unread[2].name, "CONFIG");
	ck_assert_uint_eq(s.file.unread[3].line, 5);
	ck_assert_str_eq(s.file.unread[3].name, "");
	ck_assert_str_eq(s.config, scratch_path("first"));
	settings_free(&s);
	scratch_remove();
}
END_TEST

static void
add_lines(struct buf *text, const char *line, size_t n)
{
	buf_init(text, LIMIT_CONFIG + 1);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(buf_puts(text, line), 0);
}

START_TEST(there_are_limits)
{
	/* a line, how often, what is said; NULL: nothing */
	const struct {
		const char *line;
		size_t n;
		const char *words;
	} rows[] = {
		{ "no\n", LIMIT_CONFIG_LINES, NULL },
		{ "no\n", LIMIT_CONFIG_LINES + 1, ":4097: too many lines" },
		{ "#", LIMIT_CONFIG, NULL },
		{ "#", LIMIT_CONFIG + 1, "File too large" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char error[OPTIONS_ERROR_MAX];
		struct settings s;
		struct buf text;
		int rc;

		scratch_make();
		add_lines(&text, rows[i].line, rows[i].n);
		write_file("first", text.data, 0600);
		buf_free(&text);
		rc = load(&s, nothing, nothing, error);
		ck_assert_int_eq(rc, rows[i].words != NULL ? -EINVAL : 0);
		if (rows[i].words != NULL)
			ck_assert_msg(
			    strstr(error, rows[i].words) != NULL, "%s", error);
		else
			settings_free(&s);
		scratch_remove();
	}
}
END_TEST

START_TEST(a_nul_byte_is_no_text)
{
	static const char text[] = "CODEX_PROXY_PORT=1\0 2\n";
	char error[OPTIONS_ERROR_MAX];
	struct settings s;

	scratch_make();
	ck_assert_int_eq(file_write_atomic(scratch_path("first"), text,
			     sizeof(text) - 1, 0600),
	    0);
	ck_assert_int_eq(load(&s, nothing, nothing, error), -EINVAL);
	ck_assert_msg(strstr(error, "no text") != NULL, "%s", error);
	scratch_remove();
}
END_TEST

UNIT_MAIN("settings_file", a_file_is_below_all_but_the_defaults,
    a_file_is_below_what_is_saved, the_first_that_is_there_is_read,
    a_file_that_is_named_must_be_there, what_is_wrong_is_named_with_its_line,
    a_secret_of_another_user_is_refused,
    what_is_wrong_elsewhere_is_not_named_so, what_has_no_effect_is_noted,
    there_are_limits, a_nul_byte_is_no_text)
