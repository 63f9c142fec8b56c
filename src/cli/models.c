#include "cli/models.h"

#include <errno.h>

#include "base/limits.h"
#include "cli/command.h"
#include "client/running.h"
#include "cli/usage.h"
#include "cli/words.h"
#include "engine/setup/codex_probe.h"
#include "json/jsonx.h"
#include "system/log.h"

enum {
	CELL_MAX = MODELS_NAME_MAX,
	DEPTH_MAX = 16
};

struct models {
	json_t *settings; /* as settings_to_json has them */
	json_t *list; /* as codex_models_json has them */
	char local[CELL_MAX]; /* what stands behind codex-local */
};

/* ---- where they come from ---- */

static json_t *
list_of(const struct codex *c)
{
	char why[JSONX_ERROR_MAX];
	json_t *list = NULL;
	struct buf text;

	buf_init(&text, LIMIT_PAGE);
	if (codex_models_json(c->models, &text) != 0 ||
	    jsonx_parse(text.data, text.len, DEPTH_MAX, &list, why) != 0)
		list = NULL;
	buf_free(&text);
	return list;
}

/* The steps are those of a start, whose log lines are for a server. */
static int
ask_codex(struct models *m, const struct settings *s)
{
	struct codex_probe_spec spec = { .settings = s,
		.engine = ENGINE_EXEC,
		.minimum = codex_oldest_version,
		.abort_fd = -1 };
	struct error error = ERROR_INIT;
	unsigned reason = 0;
	struct codex *c;

	log_silence();
	if (codex_probe(&spec, &c, &reason, &error) != 0) {
		command_complain(error.message);
		error_free(&error);
		return -EINVAL;
	}
	m->list = list_of(c);
	m->settings = settings_to_json(s);
	codex_unref(c);
	return m->list != NULL ? 0 : -ENOMEM;
}

/* False: it does not tell. */
static bool
ask_server(struct models *m, const struct settings *s, const struct running *r)
{
	json_t *answer = running_ask(s, r, "/private/models");

	m->list = json_incref(json_object_get(answer, "models"));
	m->settings = json_incref(json_object_get(r->about, "settings"));
	json_decref(answer);
	return m->list != NULL;
}

static int
find(struct models *m, const struct settings *s)
{
	struct running r;
	bool found = running_find(s, &r) == 0 && ask_server(m, s, &r);

	running_free(&r);
	return found ? 0 : ask_codex(m, s);
}

/* ---- what they are called ---- */

static const json_t *
setting(const struct models *m, const char *name)
{
	return json_object_get(m->settings, name);
}

/* --codex-config model="gpt-5.5", as TOML has it. */
static void
configured_model(const struct models *m, char *out)
{
	const json_t *configs = setting(m, "codex-config");
	json_t *config;
	size_t i;

	*out = '\0';
	json_array_foreach(configs, i, config) {
		const char *text = json_string_value(config);

		if (text == NULL || strncmp(text, "model=", 6) != 0)
			continue;
		text += 6 + strspn(text + 6, "\"'");
		snprintf(
		    out, CELL_MAX, "%.*s", (int)strcspn(text, "\"'"), text);
	}
}

static void
default_model(const struct models *m, char *out)
{
	json_t *model;
	size_t i;

	json_array_foreach(m->list, i, model) {
		if (json_is_true(json_object_get(model, "default")))
			snprintf(out, CELL_MAX, "%s",
			    json_string_value(json_object_get(model, "name")));
	}
}

/* By --model, else by Codex's own configuration, else its default. */
static void
find_local(struct models *m)
{
	const json_t *model = setting(m, "model");
	char *out = m->local;

	*out = '\0';
	if (json_is_string(model))
		snprintf(out, CELL_MAX, "%s", json_string_value(model));
	else
		configured_model(m, out);
	if (*out == '\0')
		default_model(m, out);
}

/* ---- the table ---- */

static void
add_note(char *notes, const char *what, const char *name, int len)
{
	size_t at = strlen(notes);

	snprintf(notes + at, CELL_MAX - at, "%s%s%.*s", at > 0 ? ", " : "",
	    what, len, name);
}

/* "default, codex-local, alias fast" */
static void
put_notes(const struct models *m, const json_t *model, const char *name,
    char notes[CELL_MAX])
{
	const json_t *aliases = setting(m, "model-alias");
	json_t *alias;
	size_t i;

	*notes = '\0';
	if (json_is_true(json_object_get(model, "default")))
		add_note(notes, "default", "", 0);
	if (strcmp(name, m->local) == 0)
		add_note(notes, SETTINGS_LOCAL_MODEL, "", 0);
	json_array_foreach(aliases, i, alias) {
		const char *text = json_string_value(alias);
		const char *eq = text != NULL ? strchr(text, '=') : NULL;

		if (eq != NULL && strcmp(eq + 1, name) == 0)
			add_note(notes, "alias ", text, (int)(eq - text));
	}
}

static void
put_efforts(const json_t *model, char out[CELL_MAX])
{
	const json_t *efforts = json_object_get(model, "efforts");
	json_t *effort;
	size_t i;

	snprintf(out, CELL_MAX, "%s", json_array_size(efforts) > 0 ? "" : "-");
	json_array_foreach(efforts, i, effort) {
		size_t at = strlen(out);

		snprintf(out + at, CELL_MAX - at, "%s%s", i > 0 ? "," : "",
		    json_string_value(effort));
	}
}

struct row {
	char name[CELL_MAX], window[32], efforts[CELL_MAX], notes[CELL_MAX];
	const char *images;
};

static void
make_row(const struct models *m, const json_t *model, struct row *row)
{
	json_int_t window = json_integer_value(
	    json_object_get(model, "context_window"));

	snprintf(row->name, sizeof(row->name), "%s",
	    json_string_value(json_object_get(model, "name")));
	snprintf(row->window, sizeof(row->window), "-");
	if (window > 0)
		snprintf(row->window, sizeof(row->window), "%lld",
		    (long long)window);
	put_efforts(model, row->efforts);
	put_notes(m, model, row->name, row->notes);
	row->images = json_is_true(json_object_get(model, "images")) ? "yes"
								     : "no";
}

/* A column is as wide as what stands in it. */
static void
print_rows(const struct row *rows, size_t n)
{
	size_t name = 0, efforts = 0;

	for (size_t i = 0; i < n; i++) {
		size_t a = strlen(rows[i].name), b = strlen(rows[i].efforts);

		name = a > name ? a : name;
		efforts = b > efforts ? b : efforts;
	}
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];

		printf("%-*s  %9s  %-*s  ", (int)name, r->name, r->window,
		    (int)efforts, r->efforts);
		if (*r->notes == '\0')
			puts(r->images);
		else
			printf("%-6s  %s\n", r->images, r->notes);
	}
}

static bool
is_listed(const struct models *m, const char *name)
{
	json_t *model;
	size_t i;

	json_array_foreach(m->list, i, model) {
		const char *other = json_string_value(
		    json_object_get(model, "name"));

		if (other != NULL && strcmp(other, name) == 0)
			return true;
	}
	return false;
}

static int
print(struct models *m)
{
	size_t n = json_array_size(m->list) + 1;
	struct row *rows = calloc(n, sizeof(*rows));

	if (rows == NULL)
		return command_complain(strerror(ENOMEM));
	rows[0] = (struct row){ "MODEL", "CONTEXT", "EFFORTS", "", "IMAGES" };
	for (size_t i = 1; i < n; i++)
		make_row(m, json_array_get(m->list, i - 1), &rows[i]);
	print_rows(rows, n);
	free(rows);
	if (*m->local != '\0' && !is_listed(m, m->local))
		printf("\n%s stands for %s, which Codex does not list.\n",
		    SETTINGS_LOCAL_MODEL, m->local);
	return EXIT_SUCCESS;
}

static void
forget(struct models *m)
{
	json_decref(m->settings);
	json_decref(m->list);
}

int
models_run(char **argv)
{
	struct models m = { .list = NULL };
	struct settings s;
	int status = EXIT_FAILURE;

	if (words_have_help(argv))
		return usage_models();
	if (command_last_settings(&s, argv) != 0)
		return EXIT_USAGE;
	words_hide_secrets(argv, &settings_table);
	if (find(&m, &s) == 0) {
		find_local(&m);
		status = print(&m);
	}
	forget(&m);
	settings_free(&s);
	return status;
}

void
models_local(const struct settings *s, const struct running *r,
    char ret_name[MODELS_NAME_MAX])
{
	struct models m = { .list = NULL };

	if (ask_server(&m, s, r))
		find_local(&m);
	memcpy(ret_name, m.local, MODELS_NAME_MAX);
	forget(&m);
}
