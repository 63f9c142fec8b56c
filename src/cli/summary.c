#include "cli/summary.h"

#include "cli/models.h"
#include "cli/usage.h"

enum {
	LABEL_WIDTH = 10
};

/* ---- differences ---- */

/* As nobody has set any of them. A new reference, or NULL. */
static json_t *
defaults(void)
{
	char *nothing[] = { NULL };
	char error[OPTIONS_ERROR_MAX];
	struct settings s;
	json_t *all;

	if (settings_load(&s, nothing, nothing, error) != 0)
		return NULL;
	all = settings_to_json(&s);
	settings_free(&s);
	return all;
}

/* It follows the default working directory unless it is given. */
static bool
follows_cwd(const char *name, const json_t *value, const json_t *all)
{
	return strcmp(name, "allowed-root") == 0 &&
	    json_array_size(value) == 1 &&
	    json_equal(
		json_array_get(value, 0), json_object_get(all, "default-cwd"));
}

/* Prints a value as one would write it. */
static void
put_value(const char *name, const json_t *value)
{
	struct buf text;

	buf_init(&text, 65536);
	if (usage_value_text(name, value, &text) != 0 || text.len == 0)
		fputs("none", stdout);
	else
		fputs(text.data, stdout);
	buf_free(&text);
}

/* "Set:      max-queue-size 7", a line each; how many. */
static size_t
print_differences(const json_t *now, const json_t *before, const char *label,
    bool shows_before)
{
	size_t n = 0;

	for (size_t i = 0; i < settings_table.n; i++) {
		const char *name = settings_table.defs[i].name;
		const json_t *value = json_object_get(now, name);
		const json_t *old = json_object_get(before, name);

		if (json_equal(value, old) || follows_cwd(name, value, now))
			continue;
		printf("%-*s%s ", LABEL_WIDTH, n++ == 0 ? label : "", name);
		if (shows_before) {
			put_value(name, old);
			fputs(" -> ", stdout);
		}
		put_value(name, value);
		putchar('\n');
	}
	return n;
}

static void
print_changes(const json_t *now, const json_t *before)
{
	if (print_differences(now, before, "Changed:", true) == 0)
		printf("%-*snothing\n", LABEL_WIDTH, "Changed:");
}

static void
print_set(const json_t *now)
{
	json_t *before = defaults();

	if (before != NULL)
		(void)print_differences(now, before, "Set:", false);
	json_decref(before);
}

/* ---- */

void
summary_print(const struct settings *s, const struct running *r,
    const json_t *before, bool verbose)
{
	const json_t *now = json_object_get(r->about, "settings");
	char model[MODELS_NAME_MAX];

	printf("codex-api-proxy is running as pid %ld.\n", (long)r->pid);
	usage_print_urls(json_object_get(r->about, "urls"), LABEL_WIDTH);
	printf("%-*s%s\n", LABEL_WIDTH,
	    "Engine:", json_string_value(json_object_get(now, "engine")));
	models_local(s, r, model);
	if (*model != '\0')
		printf("%-*s%s\n", LABEL_WIDTH, "Model:", model);
	if (before != NULL)
		print_changes(now, before);
	else if (!verbose)
		print_set(now);
	if (!verbose)
		return;
	printf("State:    %s\nLog:      %s\n\nSettings:\n", s->state_file,
	    s->log_file);
	usage_print_settings(now);
}
