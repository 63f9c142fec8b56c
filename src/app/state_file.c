#include "app/state_file.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/jsonx.h"
#include "runtime/fdio.h"

enum {
	FILE_MAX = 4 * 1024 * 1024,
	DEPTH_MAX = 16,
	STATE_VERSION = 1
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
	    "urls", urls_to_json(urls), "options", settings_to_json(s));
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

static int
read_members(struct state_file *st, const char *path, char *ret_error)
{
	json_t *options;
	int64_t version;

	if (!json_is_object(st->root) ||
	    jsonx_get_int(st->root, "version", &version) != 0)
		return broken(path, "it has no version", ret_error);
	if (version != STATE_VERSION)
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
	buf_init(&text, FILE_MAX);
	rc = st.path == NULL ? -ENOMEM : file_read(path, FILE_MAX, &text);
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

void
state_file_free(struct state_file *st)
{
	json_decref(st->root);
	free(st->path);
	strv_free(&st->urls);
	memset(st, 0, sizeof(*st));
}
