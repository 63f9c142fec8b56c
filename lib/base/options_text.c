/*
 * The part of options.h that writes: values, what they may be, --help.
 */
#include "base/options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/secret.h"
#include "base/utf8.h"

enum {
	HELP_COLUMNS = 79,
	HELP_INDENT = 8
};

/* Appends the strings of a NULL-terminated vector (may be NULL). */
static int
append_joined(const char *const *v, const char *between, const char *last,
    struct buf *out)
{
	int r = 0;

	for (size_t i = 0; v != NULL && v[i] != NULL && r == 0; i++) {
		if (i > 0)
			r = buf_puts(out, v[i + 1] == NULL ? last : between);
		if (r == 0)
			r = buf_puts(out, v[i]);
	}
	return r;
}

/* Appends nanoseconds as seconds with no more decimals than needed. */
static int
append_seconds(int64_t ns, struct buf *out)
{
	char text[32];
	size_t len;

	len = (size_t)snprintf(text, sizeof(text), "%" PRId64 ".%09" PRId64,
	    ns / NS_PER_S, ns % NS_PER_S);
	while (text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	return buf_append(out, text, len);
}

static int
append_secret(bool is_set, struct buf *out)
{
	return buf_puts(out, secret_redacted(is_set ? "x" : NULL));
}

static int
append_string(const struct option_def *def, const char *s, struct buf *out)
{
	if ((def->flags & OPTION_SECRET) != 0)
		return append_secret(s != NULL, out);
	return s == NULL ? 0 : buf_puts(out, s);
}

static int
append_list(
    const struct option_def *def, const struct strv *list, struct buf *out)
{
	const char *between = def->separator != NULL ? def->separator : " ";
	size_t before = out->len;
	int r = 0;

	if ((def->flags & OPTION_SECRET) != 0)
		return append_secret(list->n > 0, out);
	for (size_t i = 0; i < list->n && r == 0; i++) {
		if (i > 0)
			r = buf_puts(out, between);
		if (r == 0)
			r = buf_puts(out, list->v[i]);
	}
	if (r < 0)
		buf_truncate(out, before);
	return r;
}

int
option_value_text(
    const struct option_def *def, const void *values, struct buf *out)
{
	const void *at = (const char *)values + def->offset;

	switch (def->type) {
	case OPTION_STRING:
		return append_string(def, *(char *const *)at, out);
	case OPTION_INT:
		return jsonw_int(out, *(const int64_t *)at);
	case OPTION_SECONDS:
		return append_seconds(*(const int64_t *)at, out);
	case OPTION_BOOL:
		return buf_puts(out, *(const bool *)at ? "yes" : "no");
	case OPTION_CHOICE:
		return buf_puts(out, def->choices[*(const int *)at]);
	case OPTION_LIST:
		return append_list(def, at, out);
	}
	BUG_ON("no such option type");
	return 0;
}

/* Appends "WHAT from MIN to MAX", or "WHAT, MIN or more". */
static int
append_range(const struct option_def *def, const char *what,
    int (*append)(int64_t value, struct buf *out), struct buf *out)
{
	bool open = def->max == INT64_MAX;
	int r = buf_printf(out, "%s%s ", what, open ? "," : " from");

	if (r == 0)
		r = append(def->min, out);
	if (r == 0)
		r = buf_puts(out, open ? " or more" : " to ");
	return r < 0 || open ? r : append(def->max, out);
}

static int
append_int(int64_t value, struct buf *out)
{
	return jsonw_int(out, value);
}

int
option_allowed_text(const struct option_def *def, struct buf *out)
{
	switch (def->type) {
	case OPTION_INT:
		return append_range(def, "a whole number", append_int, out);
	case OPTION_SECONDS:
		return append_range(
		    def, "a number of seconds", append_seconds, out);
	case OPTION_BOOL:
		return buf_puts(out, "yes or no");
	case OPTION_CHOICE:
		return append_joined(def->choices, ", ", " or ", out);
	case OPTION_STRING:
	case OPTION_LIST:
		break;
	}
	return buf_puts(out, def->metavar != NULL ? def->metavar : "a text");
}

/* Appends the line that an option's help begins with. */
static int
append_synopsis(const struct option_def *def, struct buf *out)
{
	int r;

	if (def->type == OPTION_BOOL)
		return buf_printf(out, "  --[no-]%s\n", def->name);
	r = buf_printf(out, "  --%s ", def->name);
	if (r < 0)
		return r;
	if (def->type == OPTION_CHOICE)
		r = append_joined(def->choices, "|", "|", out);
	else if (def->metavar != NULL)
		r = buf_puts(out, def->metavar);
	else
		r = buf_puts(out,
		    def->type == OPTION_INT           ? "N"
			: def->type == OPTION_SECONDS ? "S"
						      : "VALUE");
	return r < 0 ? r : buf_putc(out, '\n');
}

/* Appends one word to a paragraph whose last line ends at *column. */
static int
wrap_word(struct buf *out, size_t *column, const char *word, size_t len)
{
	size_t width = utf8_count(word, len);
	int r;

	if (*column > 0 && *column + 1 + width <= HELP_COLUMNS) {
		r = buf_putc(out, ' ');
		*column += 1 + width;
	} else {
		r = buf_printf(
		    out, "%s%*s", *column > 0 ? "\n" : "", HELP_INDENT, "");
		*column = HELP_INDENT + width;
	}
	return r < 0 ? r : buf_append(out, word, len);
}

static int
wrap_text(struct buf *out, size_t *column, const char *text)
{
	int r = 0;

	for (text += strspn(text, " "); *text != '\0' && r == 0;
	     text += strspn(text, " ")) {
		size_t len = strcspn(text, " ");

		r = wrap_word(out, column, text, len);
		text += len;
	}
	return r;
}

/* Appends "[label: value]", which is not broken in two. */
static int
wrap_note(struct buf *out, size_t *column, const char *label, const char *value)
{
	struct buf note;
	int r;

	if (value == NULL || *value == '\0')
		return 0;
	buf_init(&note, out->cap);
	r = buf_printf(&note, "[%s: %s]", label, value);
	if (r == 0)
		r = wrap_word(out, column, note.data, note.len);
	buf_free(&note);
	return r;
}

static int
append_help(const struct option_def *def, struct buf *out)
{
	bool secret = (def->flags & OPTION_SECRET) != 0;
	size_t column = 0;
	int r = append_synopsis(def, out);

	if (r == 0 && def->help != NULL)
		r = wrap_text(out, &column, def->help);
	if (r == 0 && def->type == OPTION_LIST)
		r = wrap_word(out, &column, "(repeatable)", 12);
	if (r == 0 && !secret)
		r = wrap_note(out, &column, "default", def->initial);
	if (r == 0)
		r = wrap_note(out, &column, "env", def->env);
	if (r == 0 && column > 0)
		r = buf_putc(out, '\n');
	return r;
}

int
options_help(const struct option_table *t, struct buf *out)
{
	size_t before = out->len;
	int r = 0;

	for (size_t i = 0; i < t->n && r == 0; i++)
		r = append_help(&t->defs[i], out);
	if (r < 0)
		buf_truncate(out, before);
	return r;
}
