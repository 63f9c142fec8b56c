#include "options/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bufw.h"
#include "base/parse.h"
#include "base/secret.h"
#include "base/utf8.h"

/* Most bytes of what was given that an error text repeats. */
enum {
	SHOWN_MAX = 100
};

/* Where a value was given: the words for it, and where errors go. */
struct source {
	const char *prefix; /* of the name: "--" or "" */
	const char *name; /* of the option or variable */
	char *error; /* OPTIONS_ERROR_MAX bytes */
};

static void *
value_at(const struct option_def *def, void *values)
{
	return (char *)values + def->offset;
}

/*
 * The errors below are written up to what fits: their writers are not ended,
 * which would take all of it back.
 */

/*
 * `text` in quotes, cut to a length that leaves room for the rest of the
 * error and without what would break its line.
 */
static void
put_shown(struct bufw *w, const char *text, size_t len)
{
	bool cut = len > SHOWN_MAX;

	if (cut)
		len = utf8_complete_prefix(text, SHOWN_MAX);
	bufw_putc(w, '\'');
	for (size_t i = 0; i < len && text[i] != '\0'; i++) {
		unsigned char c = (unsigned char)text[i];

		bufw_putc(w, c < 0x20 || c == 0x7f ? '?' : text[i]);
	}
	bufw_puts(w, cut ? "...'" : "'");
}

/* "WHAT 'text'; see --help"; always -EINVAL. */
static int
fail_shown(char *error, const char *what, const char *text, size_t len)
{
	struct bufw w;
	struct buf out;

	buf_init_fixed(&out, error, OPTIONS_ERROR_MAX);
	bufw_begin(&w, &out);
	bufw_puts(&w, what);
	put_shown(&w, text, len);
	bufw_puts(&w, "; see --help");
	return -EINVAL;
}

/* Says that `text` is no value of this option; always -EINVAL. */
static int
fail_value(
    const struct option_def *def, const struct source *source, const char *text)
{
	struct bufw w;
	struct buf out;

	buf_init_fixed(&out, source->error, OPTIONS_ERROR_MAX);
	bufw_begin(&w, &out);
	bufw_puts(&w, "bad value ");
	if ((def->flags & OPTION_SECRET) == 0) {
		put_shown(&w, text, strlen(text));
		bufw_putc(&w, ' ');
	}
	bufw_printf(&w, "for %s%s: it must be ", source->prefix, source->name);
	bufw_fail(&w, option_allowed_text(def, &out));
	return -EINVAL;
}

/* The state file, which saves what was given, is JSON. Always -EINVAL. */
static int
fail_encoding(const struct source *source)
{
	snprintf(source->error, OPTIONS_ERROR_MAX,
	    "bad value for %s%s: it must be UTF-8 text", source->prefix,
	    source->name);
	return -EINVAL;
}

/* Says that an option came last or before another; always -EINVAL. */
static int
fail_missing(const struct option_def *def, char *error)
{
	struct bufw w;
	struct buf out;

	buf_init_fixed(&out, error, OPTIONS_ERROR_MAX);
	bufw_begin(&w, &out);
	bufw_printf(&w, "--%s needs a value: ", def->name);
	bufw_fail(&w, option_allowed_text(def, &out));
	return -EINVAL;
}

static void
free_string(const struct option_def *def, char **value)
{
	if ((def->flags & OPTION_SECRET) != 0)
		secret_wipe(*value);
	free(*value);
	*value = NULL;
}

static void
free_list(const struct option_def *def, struct strv *list)
{
	for (size_t i = 0; i < list->n; i++)
		if ((def->flags & OPTION_SECRET) != 0)
			secret_wipe(list->v[i]);
	strv_free(list);
}

/* An empty text is the default, and "not set" where there is none. */
static int
set_string(const struct option_def *def, char **value, const char *text)
{
	size_t size;
	char *copy = NULL;

	if (*text == '\0' && def->initial != NULL)
		text = def->initial;
	size = strlen(text) + 1;

	if (size > 1) {
		copy = malloc(size);
		if (copy == NULL)
			return -ENOMEM;
		memcpy(copy, text, size);
	}
	free_string(def, value);
	*value = copy;
	return 0;
}

static int
set_choice(const struct option_def *def, int *value, const char *text)
{
	for (int i = 0; def->choices[i] != NULL; i++)
		if (strcmp(def->choices[i], text) == 0) {
			*value = i;
			return 0;
		}
	return -EINVAL;
}

/* Appends the parts of `text` between `separator`s, without empty ones. */
static int
add_parts(struct strv *list, const char *text, const char *separator)
{
	int r = 0;

	while (r == 0 && text != NULL && *text != '\0') {
		const char *end = NULL;

		if (separator != NULL)
			end = strstr(text, separator);
		if (end == NULL)
			return strv_add(list, text);
		if (end > text)
			r = strv_addf(list, "%.*s", (int)(end - text), text);
		text = end + strlen(separator);
	}
	return r;
}

/* Sets the value; a list gets `text`, split at `separator`, added. */
static int
set_value(const struct option_def *def, void *at, const char *text,
    const char *separator)
{
	switch (def->type) {
	case OPTION_STRING:
		return set_string(def, at, text);
	case OPTION_INT:
		return parse_int(text, def->min, def->max, at);
	case OPTION_SECONDS:
		return parse_seconds(text, def->min, def->max, at);
	case OPTION_BOOL:
		return parse_bool(text, at);
	case OPTION_CHOICE:
		return set_choice(def, at, text);
	case OPTION_LIST:
		return add_parts(at, text, separator);
	}
	BUG_ON("no such option type");
	return -EINVAL;
}

/* The same, with the error text; `separator` as in set_value. */
static int
take_value(const struct option_def *def, void *values, const char *text,
    const char *separator, const struct source *source)
{
	size_t len = strlen(text);
	int r;

	if (utf8_valid_prefix(text, len) != len)
		return fail_encoding(source);
	r = set_value(def, value_at(def, values), text, separator);
	if (r == 0 || r == -ENOMEM)
		return r;
	return fail_value(def, source, text);
}

int
options_set_defaults(const struct option_table *t, void *values,
    char ret_error[OPTIONS_ERROR_MAX])
{
	int r = 0;

	for (size_t i = 0; i < t->n && r == 0; i++) {
		const struct option_def *def = &t->defs[i];
		struct source source = { "--", def->name, ret_error };

		if (def->initial != NULL)
			r = take_value(
			    def, values, def->initial, def->separator, &source);
	}
	return r;
}

/* A list that was emptied and not filled again is the default once more. */
static int
refill_list(const struct option_def *def, struct strv *list)
{
	return list->n > 0 ? 0 : add_parts(list, def->initial, def->separator);
}

const char *
options_variable(char *const *environment, const char *name)
{
	size_t len = strlen(name);

	for (; environment != NULL && *environment != NULL; environment++)
		if (strncmp(*environment, name, len) == 0 &&
		    (*environment)[len] == '=')
			return *environment + len + 1;
	return NULL;
}

/* Whether an empty text means something for this option. */
static bool
may_be_empty(const struct option_def *def)
{
	return def->type == OPTION_STRING || def->type == OPTION_LIST;
}

int
options_read_variable(const struct option_def *def, void *values,
    const char *text, char ret_error[OPTIONS_ERROR_MAX])
{
	struct source source = { "", def->env, ret_error };
	int r;

	if (*text == '\0' && !may_be_empty(def))
		return 0;
	if (def->type == OPTION_LIST)
		free_list(def, value_at(def, values));
	r = take_value(def, values, text, def->separator, &source);
	if (r == 0 && def->type == OPTION_LIST)
		r = refill_list(def, value_at(def, values));
	return r;
}

int
options_read_environment(const struct option_table *t, void *values,
    char *const *environment, char ret_error[OPTIONS_ERROR_MAX])
{
	int r = 0;

	for (size_t i = 0; i < t->n && r == 0; i++) {
		const struct option_def *def = &t->defs[i];
		const char *text = NULL;

		if (def->env != NULL)
			text = options_variable(environment, def->env);
		if (text != NULL)
			r = options_read_variable(def, values, text, ret_error);
	}
	return r;
}

static const struct option_def *
find_option(const struct option_table *t, const char *name, size_t len)
{
	for (size_t i = 0; i < t->n; i++)
		if (strlen(t->defs[i].name) == len &&
		    memcmp(t->defs[i].name, name, len) == 0)
			return &t->defs[i];
	return NULL;
}

const struct option_def *
options_find(const struct option_table *t, const char *name)
{
	return find_option(t, name, strlen(name));
}

/* One argument, taken apart. */
struct argument {
	const char *value; /* NULL: none was given with "=" */
	bool negated; /* --no-name */
};

/* The option that `arg` is, or NULL with the error set. */
static const struct option_def *
split_argument(const struct option_table *t, const char *arg,
    struct argument *ret, char *error)
{
	const struct option_def *def = NULL;
	size_t len = strcspn(arg, "=");
	const char *name = arg + 2;
	const char *wrong = NULL;
	bool negated = false;

	if (arg[0] != '-' || arg[1] == '\0' || strcmp(arg, "--") == 0) {
		fail_shown(error, "unexpected argument ", arg, strlen(arg));
		return NULL;
	}
	if (arg[1] == '-') {
		def = find_option(t, name, len - 2);
		if (def == NULL && strncmp(name, "no-", 3) == 0) {
			def = find_option(t, name + 3, len - 5);
			negated = true;
		}
	}
	/* Without the value: it may be the key of a mistyped --api-key. */
	if (def == NULL || (negated && def->type != OPTION_BOOL))
		wrong = "unknown option ";
	else if (negated && arg[len] == '=')
		wrong = "no value goes with ";
	if (wrong != NULL) {
		fail_shown(error, wrong, arg, len);
		return NULL;
	}
	ret->negated = negated;
	ret->value = arg[len] == '=' ? arg + len + 1 : NULL;
	return def;
}

int
options_next(const struct option_table *t, char *const **argv,
    struct option_word *ret_word, char ret_error[OPTIONS_ERROR_MAX])
{
	struct argument a = { NULL, false };
	const struct option_def *def;

	def = split_argument(t, *(*argv)++, &a, ret_error);
	if (def == NULL)
		return -EINVAL;
	if (a.value == NULL && def->type == OPTION_BOOL)
		a.value = a.negated ? "no" : "yes";
	/* A forgotten value must not swallow the option that follows. */
	if (a.value == NULL && **argv != NULL && strncmp(**argv, "--", 2) != 0)
		a.value = *(*argv)++;
	if (a.value == NULL)
		return fail_missing(def, ret_error);
	ret_word->def = def;
	ret_word->value = a.value;
	return 0;
}

/*
 * Takes one option off *argv. `fresh` says for each definition whether a
 * list still holds what an earlier source gave.
 */
static int
read_argument(const struct option_table *t, void *values, char *const **argv,
    bool *fresh, char *error)
{
	struct option_word w;
	struct source source;
	int r = options_next(t, argv, &w, error);

	if (r != 0)
		return r;
	if (w.def->type == OPTION_LIST && fresh[w.def - t->defs]) {
		free_list(w.def, value_at(w.def, values));
		fresh[w.def - t->defs] = false;
	}
	source = (struct source){ "--", w.def->name, error };
	return take_value(w.def, values, w.value, NULL, &source);
}

int
options_read_argv(const struct option_table *t, void *values, char *const *argv,
    char ret_error[OPTIONS_ERROR_MAX])
{
	bool *fresh = malloc(t->n + 1);
	int r = 0;

	if (fresh == NULL)
		return -ENOMEM;
	memset(fresh, true, t->n);
	while (r == 0 && *argv != NULL)
		r = read_argument(t, values, &argv, fresh, ret_error);
	for (size_t i = 0; i < t->n && r == 0; i++)
		if (t->defs[i].type == OPTION_LIST && !fresh[i])
			r = refill_list(
			    &t->defs[i], value_at(&t->defs[i], values));
	free(fresh);
	return r;
}

void
options_free(const struct option_table *t, void *values)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct option_def *def = &t->defs[i];
		void *at = value_at(def, values);

		switch (def->type) {
		case OPTION_STRING:
			free_string(def, at);
			break;
		case OPTION_LIST:
			free_list(def, at);
			break;
		case OPTION_INT:
		case OPTION_SECONDS:
			*(int64_t *)at = 0;
			break;
		case OPTION_BOOL:
			*(bool *)at = false;
			break;
		case OPTION_CHOICE:
			*(int *)at = 0;
			break;
		}
	}
}
