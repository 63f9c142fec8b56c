#include "settings/settings_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "options/env_file.h"
#include "settings/settings.h"
#include "settings/settings_path.h"
#include "system/private_file.h"

#define PREFIX_LEN (sizeof(SETTINGS_PREFIX) - 1)

/* The one variable that means nothing in the file, which it would name. */
#define OWN_NAME SETTINGS_PREFIX "CONFIG"

struct reading {
	const struct option_table *t;
	struct settings_file *file;
	const char **found; /* each option's value: the last in the text */
	char *path; /* NULL: there is no file */
	struct buf text;
	char exposed[PRIVATE_FILE_ERROR_MAX];
	char *error;
};

/* "PATH:LINE: WHAT"; always -EINVAL. */
static int
fail_at(const struct reading *r, unsigned line, const char *what)
{
	snprintf(r->error, OPTIONS_ERROR_MAX, "%.200s:%u: %.290s", r->path,
	    line, what);
	return -EINVAL;
}

/* ---- which file ---- */

static int
fail_to_read(const char *path, int rc, char *error)
{
	if (rc == -ENOMEM)
		return rc;
	snprintf(error, OPTIONS_ERROR_MAX, "configuration file %.300s: %s",
	    path, strerror(-rc));
	return -EINVAL;
}

static int
read_file(struct reading *r, const char *given)
{
	int rc;

	r->path = strdup(given);
	if (r->path == NULL)
		return -ENOMEM;
	rc = settings_path_make_absolute(&r->path);
	if (rc == 0)
		rc = private_file_read_any(
		    r->path, LIMIT_CONFIG, &r->text, r->exposed);
	return rc;
}

/* No reason not to start: it is not there, or is for others. */
static bool
is_passed_over(int rc)
{
	return rc == -ENOENT || rc == -ENOTDIR || rc == -EACCES;
}

static int
find_file(struct reading *r, const char *named, const char *const *places)
{
	const char *const only[] = { named, NULL };

	if (named != NULL)
		places = only;
	for (; *places != NULL; places++) {
		int rc = read_file(r, *places);

		if (rc == 0)
			return 0;
		if (named != NULL || !is_passed_over(rc))
			return fail_to_read(*places, rc, r->error);
		if (rc == -EACCES && r->file->denied == NULL)
			r->file->denied = *places;
		free(r->path);
		r->path = NULL;
	}
	return 0;
}

const char *
settings_file_named(
    const struct option_table *t, const struct settings_sources *from)
{
	const char *path = options_variable(from->environment, OWN_NAME);
	const json_t *saved = json_object_get(from->saved, "config");
	char *const *argv = from->argv;
	char error[OPTIONS_ERROR_MAX];
	struct option_word w;

	if (saved != NULL)
		path = json_string_value(saved);
	/* What is wrong with a word is told when all of them are read. */
	while (*argv != NULL && options_next(t, &argv, &w, error) == 0) {
		if (strcmp(w.def->name, "config") == 0)
			path = w.value;
	}
	return path != NULL && *path != '\0' ? path : NULL;
}

/* ---- what stands in it ---- */

static void
note_unread(struct settings_file *f, unsigned line, const char *name)
{
	struct settings_unread *u = &f->unread[f->n_unread];

	if (f->n_unread++ >= SETTINGS_UNREAD_MAX)
		return;
	u->line = line;
	snprintf(u->name, sizeof(u->name), "%s", name);
}

static void
note_value(struct reading *r, const struct env_line *line)
{
	for (size_t i = 0; i < r->t->n; i++) {
		if (strcmp(r->t->defs[i].env, line->name) == 0 &&
		    strcmp(line->name, OWN_NAME) != 0) {
			r->found[i] = line->value;
			r->file->lines[i] = line->line;
			return;
		}
	}
	note_unread(r->file, line->line, line->name + PREFIX_LEN);
}

static int
read_lines(struct reading *r)
{
	struct env_file f = env_file(r->text.data, r->text.len);
	struct env_line line;
	int rc;

	while ((rc = env_file_next(&f, &line)) > 0) {
		if (line.line > LIMIT_CONFIG_LINES)
			return fail_at(r, line.line, "too many lines");
		if (line.value == NULL)
			note_unread(r->file, line.line, "");
		else if (strncmp(line.name, SETTINGS_PREFIX, PREFIX_LEN) == 0)
			note_value(r, &line);
	}
	return rc == 0 ? 0
		       : fail_at(r, line.line, "this quote is never closed");
}

/* A URL is one only with a password in it. */
static bool
is_key(const struct option_def *def, const char *value)
{
	bool is_url = def->metavar != NULL && strcmp(def->metavar, "URL") == 0;

	return (def->flags & OPTION_SECRET) != 0 &&
	    (is_url ? strchr(value, '@') != NULL : *value != '\0');
}

static int
fail_exposed(const struct reading *r, unsigned line, const char *name)
{
	char what[OPTIONS_ERROR_MAX];

	snprintf(what, sizeof(what),
	    "%s is a secret, and may stand in a file of its owner alone: "
	    "%.200s",
	    name, r->exposed);
	return fail_at(r, line, what);
}

static int
set_values(const struct reading *r, void *values)
{
	char what[OPTIONS_ERROR_MAX] = "";
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->t->n; i++) {
		const struct option_def *def = &r->t->defs[i];
		unsigned line = r->file->lines[i];

		if (line == 0)
			continue;
		if (r->exposed[0] != '\0' && is_key(def, r->found[i]))
			return fail_exposed(r, line, def->env);
		rc = options_read_variable(def, values, r->found[i], what);
		if (rc == -EINVAL)
			return fail_at(r, line, what);
		if (*r->found[i] == '\0')
			r->file->lines[i] = 0;
	}
	return rc;
}

static int
read_text(struct reading *r, void *values)
{
	int rc;

	if (memchr(r->text.data, '\0', r->text.len) != NULL)
		return fail_at(r, 1, "this is no text");
	r->found = calloc(r->t->n, sizeof(*r->found));
	r->file->lines = calloc(r->t->n, sizeof(*r->file->lines));
	if (r->found == NULL || r->file->lines == NULL)
		return -ENOMEM;
	rc = read_lines(r);
	return rc != 0 ? rc : set_values(r, values);
}

int
settings_file_read(const char *named, const char *const *places,
    const struct option_table *t, void *values, struct settings_file *ret_file,
    char **ret_path, char ret_error[OPTIONS_ERROR_MAX])
{
	struct settings_file file = { .lines = NULL };
	struct reading r = { .t = t, .file = &file, .error = ret_error };
	int rc;

	buf_init(&r.text, LIMIT_CONFIG);
	rc = find_file(&r, named, places);
	if (rc == 0 && r.path != NULL)
		rc = read_text(&r, values);
	private_file_wipe(&r.text);
	free(r.found);
	if (rc != 0) {
		settings_file_free(&file);
		free(r.path);
		return rc;
	}
	*ret_file = file;
	*ret_path = r.path;
	return 0;
}

void
settings_file_free(struct settings_file *f)
{
	free(f->lines);
	f->lines = NULL;
}
