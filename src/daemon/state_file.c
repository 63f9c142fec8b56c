#include "daemon/state_file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "json/jsonx.h"
#include "system/fdio.h"

enum {
	DEPTH_MAX = 16,
	STATE_VERSION = 2, /* that is written */
	STATE_VERSION_OLDEST = 1
};

static json_t *
urls_to_json(const struct strv *urls)
{
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < urls->n; i++)
		json_array_append_new(array, json_string(urls->v[i]));
	return array;
}

int
state_file_write(const struct settings *s, const struct strv *urls)
{
	json_t *root = json_pack("{s:i,s:I,s:I,s:s,s:o,s:o}", "version",
	    STATE_VERSION, "pid", (json_int_t)getpid(), "started_at",
	    (json_int_t)clock_unix_seconds(), "engine", settings_engine_name(s),
	    "urls", urls_to_json(urls), "options", json_incref(s->given));
	char *text;
	int rc;

	if (root == NULL)
		return -ENOMEM;
	text = json_dumps(root, JSON_INDENT(2));
	json_decref(root);
	if (text == NULL)
		return -ENOMEM;
	rc = file_write_atomic(s->state_file, text, strlen(text), 0600);
	explicit_bzero(text, strlen(text));
	free(text);
	return rc;
}

static int
broken(const char *path, const char *why, char *ret_error)
{
	snprintf(ret_error, STATE_FILE_ERROR_MAX,
	    "the state file %s is no use: %s; it was left as it is", path, why);
	return -EINVAL;
}

static int
read_urls(struct state_file *st)
{
	json_t *list, *url;
	size_t i;
	int rc = jsonx_get_array(st->root, "urls", &list);

	if (rc != 0)
		return rc;
	json_array_foreach(list, i, url) {
		if (!json_is_string(url))
			return -EINVAL;
		rc = strv_add(&st->urls, json_string_value(url));
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* ---- version 1 ---- */

static bool
is_unset(const json_t *value)
{
	return json_is_null(value) ||
	    (json_is_array(value) && json_array_size(value) == 0);
}

/* True when a member before `index` has the same name in front of its "=". */
static bool
is_named_before(const json_t *aliases, size_t index)
{
	const char *mine = json_string_value(json_array_get(aliases, index));
	size_t len = mine != NULL ? strcspn(mine, "=") : 0;

	for (size_t i = 0; len > 0 && i < index; i++) {
		const char *other = json_string_value(
		    json_array_get(aliases, i));

		if (other != NULL && strcspn(other, "=") == len &&
		    memcmp(mine, other, len) == 0)
			return true;
	}
	return false;
}

static void
drop_repeated(json_t *aliases)
{
	size_t i = json_array_size(aliases);

	while (i-- > 0) {
		if (is_named_before(aliases, i))
			(void)json_array_remove(aliases, i);
	}
}

/* Leaves of all settings those that somebody seems to have given. */
static void
keep_given(struct state_file *st, json_t *options)
{
	const char *name, *engine;
	json_t *value;
	void *next;

	json_object_foreach_safe(options, next, name, value)
	{
		if (is_unset(value))
			(void)json_object_del(options, name);
	}
	drop_repeated(json_object_get(options, "model-alias"));
	engine = json_string_value(json_object_get(options, "engine"));
	if (engine != NULL && strcmp(engine, "exec") == 0) {
		(void)json_object_del(options, "engine");
		st->engine_dropped = true;
	}
}

/* ---- */

static int
read_members(struct state_file *st, const char *path, char *ret_error)
{
	json_t *options;
	int64_t version;

	if (!json_is_object(st->root) ||
	    jsonx_get_int(st->root, "version", &version) != 0)
		return broken(path, "it has no version", ret_error);
	if (version < STATE_VERSION_OLDEST || version > STATE_VERSION)
		return broken(path, "it is of another version", ret_error);
	if (jsonx_get_int(st->root, "pid", &st->pid) != 0 ||
	    jsonx_get_int(st->root, "started_at", &st->started_at) != 0)
		return broken(
		    path, "pid and started_at must be numbers", ret_error);
	if (jsonx_get_object(st->root, "options", &options) != 0)
		return broken(path, "options must be an object", ret_error);
	if (read_urls(st) != 0)
		return broken(
		    path, "urls must be an array of strings", ret_error);
	if (version == STATE_VERSION_OLDEST)
		keep_given(st, options);
	st->options = options;
	return 0;
}

int
state_file_read(const char *path, struct state_file *ret_state,
    char ret_error[STATE_FILE_ERROR_MAX])
{
	struct state_file st = { .path = strdup(path) };
	char why[JSONX_ERROR_MAX];
	struct buf text;
	int rc;

	strv_init(&st.urls);
	buf_init(&text, LIMIT_STATE_FILE);
	rc = st.path == NULL ? -ENOMEM
			     : file_read(path, LIMIT_STATE_FILE, &text);
	if (rc != 0)
		snprintf(ret_error, STATE_FILE_ERROR_MAX, "%s: %s", path,
		    strerror(-rc));
	else if (jsonx_parse(text.len > 0 ? text.data : "", text.len, DEPTH_MAX,
		     &st.root, why) != 0)
		rc = broken(path, why, ret_error);
	buf_free(&text);
	if (rc == 0)
		rc = read_members(&st, path, ret_error);
	if (rc != 0) {
		state_file_free(&st);
		return rc;
	}
	*ret_state = st;
	return 0;
}

/* Of any version: a newer one has these, too. */
static bool
looks_like_state(const char *path)
{
	char why[JSONX_ERROR_MAX];
	int64_t version, pid;
	struct buf text;
	json_t *root = NULL;
	bool is;

	buf_init(&text, LIMIT_STATE_FILE);
	is = file_read(path, LIMIT_STATE_FILE, &text) == 0 &&
	    jsonx_parse(text.len > 0 ? text.data : "", text.len, DEPTH_MAX,
		&root, why) == 0 &&
	    json_is_object(root) &&
	    jsonx_get_int(root, "version", &version) == 0 &&
	    jsonx_get_int(root, "pid", &pid) == 0;
	buf_free(&text);
	json_decref(root);
	return is;
}

int
state_file_check(const char *path, char ret_error[STATE_FILE_ERROR_MAX])
{
	struct stat st;

	if (stat(path, &st) != 0) {
		if (errno == ENOENT)
			return 0;
		snprintf(ret_error, STATE_FILE_ERROR_MAX, "%s: %s", path,
		    strerror(errno));
		return -errno;
	}
	if (S_ISREG(st.st_mode) && (st.st_size == 0 || looks_like_state(path)))
		return 0;
	snprintf(ret_error, STATE_FILE_ERROR_MAX,
	    "%s is no state file; it was left as it is", path);
	return -EEXIST;
}

void
state_file_free(struct state_file *st)
{
	json_decref(st->root);
	free(st->path);
	strv_free(&st->urls);
	memset(st, 0, sizeof(*st));
}
