/*
 * The part of options.h that writes: values, what they may be, --help.
 */
#include "options/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bufw.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/utf8.h"

enum {
	HELP_COLUMNS = 79,
	HELP_INDENT = 8
};

/* The strings of a NULL-terminated vector (may be NULL). */
static void
put_joined(
    struct bufw *w, const char *const *v, const char *between, const char *last)
{
	for (size_t i = 0; v != NULL && v[i] != NULL; i++) {
		if (i > 0)
			bufw_puts(w, v[i + 1] == NULL ? last : between);
		bufw_puts(w, v[i]);
	}
}

static void
put_int(struct bufw *w, int64_t value)
{
	bufw_printf(w, "%" PRId64, value);
}

/* Nanoseconds as seconds with no more decimals than needed. */
static void
put_seconds(struct bufw *w, int64_t ns)
{
	char text[32];
	size_t len;

	len = (size_t)snprintf(text, sizeof(text), "%" PRId64 ".%09" PRId64,
	    ns / NS_PER_S, ns % NS_PER_S);
	while (text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	bufw_append(w, text, len);
}

static void
put_list(struct bufw *w, const struct option_def *def, const struct strv *list)
{
	const char *between = def->separator != NULL ? def->separator : " ";

	put_joined(w, (const char *const *)list->v, between, between);
}

/* Whether a secret has a value. */
static bool
is_given(const struct option_def *def, const void *at)
{
	if (def->type == OPTION_LIST)
		return ((const struct strv *)at)->n > 0;
	return def->type != OPTION_STRING || *(char *const *)at != NULL;
}

static void
put_value(struct bufw *w, const struct option_def *def, const void *at)
{
	const char *string;

	switch (def->type) {
	case OPTION_STRING:
		string = *(char *const *)at;
		bufw_puts(w, string != NULL ? string : "");
		return;
	case OPTION_INT:
		put_int(w, *(const int64_t *)at);
		return;
	case OPTION_SECONDS:
		put_seconds(w, *(const int64_t *)at);
		return;
	case OPTION_BOOL:
		bufw_puts(w, *(const bool *)at ? "yes" : "no");
		return;
	case OPTION_CHOICE:
		bufw_puts(w, def->choices[*(const int *)at]);
		return;
	case OPTION_LIST:
		put_list(w, def, at);
		return;
	}
	BUG_ON("no such option type");
}

int
option_value_text(
    const struct option_def *def, const void *values, struct buf *out)
{
	const void *at = (const char *)values + def->offset;
	struct bufw w;

	bufw_begin(&w, out);
	if ((def->flags & OPTION_SECRET) != 0)
		bufw_puts(&w, secret_redacted(is_given(def, at) ? "x" : NULL));
	else
		put_value(&w, def, at);
	return bufw_end(&w);
}

/* "WHAT from MIN to MAX", or "WHAT, MIN or more". */
static void
put_range(struct bufw *w, const struct option_def *def, const char *what,
    void (*put)(struct bufw *w, int64_t value))
{
	bool open = def->max == INT64_MAX;

	bufw_puts(w, what);
	bufw_puts(w, open ? ", " : " from ");
	put(w, def->min);
	bufw_puts(w, open ? " or more" : " to ");
	if (!open)
		put(w, def->max);
}

static void
put_allowed(struct bufw *w, const struct option_def *def)
{
	switch (def->type) {
	case OPTION_INT:
		put_range(w, def, "a whole number", put_int);
		return;
	case OPTION_SECONDS:
		put_range(w, def, "a number of seconds", put_seconds);
		return;
	case OPTION_BOOL:
		bufw_puts(w, "yes or no");
		return;
	case OPTION_CHOICE:
		put_joined(w, def->choices, ", ", " or ");
		return;
	case OPTION_STRING:
	case OPTION_LIST:
		break;
	}
	bufw_puts(w, def->metavar != NULL ? def->metavar : "a text");
}

int
option_allowed_text(const struct option_def *def, struct buf *out)
{
	struct bufw w;

	bufw_begin(&w, out);
	put_allowed(&w, def);
	return bufw_end(&w);
}

/* ---- --help ---- */

static const char *
value_name(const struct option_def *def)
{
	if (def->metavar != NULL)
		return def->metavar;
	if (def->type == OPTION_INT)
		return "N";
	return def->type == OPTION_SECONDS ? "S" : "VALUE";
}

/* The line that an option's help begins with. */
static void
put_synopsis(struct bufw *w, const struct option_def *def)
{
	if (def->type == OPTION_BOOL) {
		bufw_printf(w, "  --[no-]%s\n", def->name);
		return;
	}
	bufw_printf(w, "  --%s ", def->name);
	if (def->type == OPTION_CHOICE)
		put_joined(w, def->choices, "|", "|");
	else
		bufw_puts(w, value_name(def));
	bufw_putc(w, '\n');
}

/* One word of a paragraph whose last line ends at *column. */
static void
wrap_word(struct bufw *w, size_t *column, const char *word, size_t len)
{
	size_t width = utf8_count(word, len);

	if (*column > 0 && *column + 1 + width <= HELP_COLUMNS) {
		bufw_putc(w, ' ');
		*column += 1 + width;
	} else {
		bufw_printf(
		    w, "%s%*s", *column > 0 ? "\n" : "", HELP_INDENT, "");
		*column = HELP_INDENT + width;
	}
	bufw_append(w, word, len);
}

static void
wrap_text(struct bufw *w, size_t *column, const char *text)
{
	for (text += strspn(text, " "); *text != '\0';
	     text += strspn(text, " ")) {
		size_t len = strcspn(text, " ");

		wrap_word(w, column, text, len);
		text += len;
	}
}

/* "[label: value]", which is not broken in two. */
static void
wrap_note(struct bufw *w, size_t *column, const char *label, const char *value)
{
	struct buf note;
	int r;

	if (value == NULL || *value == '\0')
		return;
	buf_init(&note, w->out->cap);
	r = buf_printf(&note, "[%s: %s]", label, value);
	bufw_fail(w, r);
	if (r == 0)
		wrap_word(w, column, note.data, note.len);
	buf_free(&note);
}

static void
put_help(struct bufw *w, const struct option_def *def)
{
	bool secret = (def->flags & OPTION_SECRET) != 0;
	size_t column = 0;

	put_synopsis(w, def);
	if (def->help != NULL)
		wrap_text(w, &column, def->help);
	if (def->type == OPTION_LIST)
		wrap_word(w, &column, "(repeatable)", 12);
	if (!secret)
		wrap_note(w, &column, "default", def->initial);
	wrap_note(w, &column, "env", def->env);
	if (column > 0)
		bufw_putc(w, '\n');
}

int
options_help(const struct option_table *t, struct buf *out)
{
	struct bufw w;

	bufw_begin(&w, out);
	for (size_t i = 0; i < t->n; i++)
		put_help(&w, &t->defs[i]);
	return bufw_end(&w);
}
