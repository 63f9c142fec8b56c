#include "options/env_file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* A value as it is written over itself, which never makes it longer. */
struct value {
	char *out;
	char *keep; /* what stands before it stays, blanks included */
};

struct env_file
env_file(char *text, size_t len)
{
	return (struct env_file){ text, text + len, 1 };
}

static bool
at_newline(const struct env_file *f)
{
	return *f->at == '\n' || *f->at == '\r';
}

static bool
at_blank(const struct env_file *f)
{
	return *f->at == ' ' || *f->at == '\t';
}

static char
take(struct env_file *f)
{
	if (*f->at == '\n')
		f->line++;
	return *f->at++;
}

static void
skip_blanks(struct env_file *f)
{
	while (f->at < f->end && at_blank(f))
		f->at++;
}

/* To the first byte of a line that is no comment; false: there is none. */
static bool
find_line(struct env_file *f)
{
	while (f->at < f->end) {
		if (*f->at == '#' || *f->at == ';') {
			while (f->at < f->end && !at_newline(f))
				f->at++;
		} else if (at_newline(f) || at_blank(f)) {
			(void)take(f);
		} else {
			return true;
		}
	}
	return false;
}

/* Up to "=", which is taken, or the line's end; true: there was a "=". */
static bool
take_name(struct env_file *f, char **ret_end)
{
	*ret_end = f->at;
	/* With systemd a name may begin with "=", which makes it none. */
	do {
		if (!at_blank(f))
			*ret_end = f->at + 1;
		f->at++;
	} while (f->at < f->end && *f->at != '=' && !at_newline(f));
	return f->at < f->end && take(f) == '=';
}

/* All of it, beginning behind the quote; false: it is not closed. */
static bool
take_literal(struct env_file *f, struct value *v)
{
	while (f->at < f->end) {
		char c = take(f);

		if (c == '\'')
			return true;
		*v->out++ = c;
	}
	return false;
}

static bool
take_double_quoted(struct env_file *f, struct value *v)
{
	while (f->at < f->end) {
		char c = take(f);

		if (c == '"')
			return true;
		if (c == '\\' && f->at < f->end) {
			if (strchr("\"\\`$\n", *f->at) == NULL)
				*v->out++ = c;
			c = take(f);
			if (c == '\n')
				continue;
		}
		*v->out++ = c;
	}
	return false;
}

/* To the line's end; quotes are nothing special here. */
static void
take_plain(struct env_file *f, struct value *v)
{
	while (f->at < f->end && !at_newline(f)) {
		bool kept = !at_blank(f);

		if (*f->at != '\\') {
			*v->out++ = take(f);
		} else if (++f->at < f->end) {
			bool joins = at_newline(f);
			char c = take(f);

			if (!joins)
				*v->out++ = c;
		}
		if (kept)
			v->keep = v->out;
	}
}

/* Up to the end of its last line; -EINVAL: a quote is open since *ret_line. */
static int
take_value(struct env_file *f, struct value *v, unsigned *ret_line)
{
	for (;;) {
		unsigned line = f->line;
		bool closed;

		skip_blanks(f);
		if (f->at == f->end || (*f->at != '\'' && *f->at != '"'))
			break;
		closed = take(f) == '\'' ? take_literal(f, v)
					 : take_double_quoted(f, v);
		if (!closed) {
			*ret_line = line;
			return -EINVAL;
		}
		v->keep = v->out;
	}
	take_plain(f, v);
	return 0;
}

static bool
is_name(const char *s)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

	return (*s < '0' || *s > '9') && *s != '\0' &&
	    s[strspn(s, allowed)] == '\0';
}

int
env_file_next(struct env_file *f, struct env_line *ret_line)
{
	char *name_end, *value;
	struct value v;
	bool assigns;

	if (!find_line(f))
		return 0;
	ret_line->line = f->line;
	ret_line->name = f->at;
	assigns = take_name(f, &name_end);
	value = v.out = v.keep = f->at;
	if (assigns && take_value(f, &v, &ret_line->line) != 0)
		return -EINVAL;
	/* Only now that the newline is taken its byte may be overwritten. */
	if (assigns && f->at < f->end)
		(void)take(f);
	*name_end = '\0';
	if (assigns)
		*v.keep = '\0';
	ret_line->value = assigns && is_name(ret_line->name) ? value : NULL;
	return 1;
}
