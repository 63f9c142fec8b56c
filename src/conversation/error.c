#include "conversation/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static const struct {
	int status;
	const char *code;
	int retry_after;
} table[ERROR_KINDS] = {
#define ERROR(kind, status, code, retry_after) \
	[ERROR_##kind] = { status, code, retry_after },
#include "conversation/error.def"
#undef ERROR
};

static char *format(const char *fmt, va_list ap) PRINTF_LIKE(1, 0);

/*
 * What callers sent is quoted up to so many bytes, in formats all over the
 * program: here it is made whole characters again.
 */
static char *
mended(char *s)
{
	if (s != NULL)
		utf8_mend_cuts(s);
	return s;
}

static char *
format(const char *fmt, va_list ap)
{
	char *s;

	return vasprintf(&s, fmt, ap) < 0 ? NULL : mended(s);
}

static char *
copy(const char *s)
{
	return s != NULL ? mended(strdup(s)) : NULL;
}

/* Takes both strings. They may have been made from those of `e`. */
static void
set(struct error *e, enum error_kind kind, char *param, char *message)
{
	error_free(e);
	e->kind = kind;
	e->message = message;
	e->param = param;
	e->retry_after = table[kind].retry_after;
}

int
error_set(struct error *e, enum error_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(e, kind, NULL, format(fmt, ap));
	va_end(ap);
	return -EINVAL;
}

int
error_set_param(struct error *e, enum error_kind kind, const char *param,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(e, kind, copy(param), format(fmt, ap));
	va_end(ap);
	return -EINVAL;
}

int
error_set_at(struct error *e, enum error_kind kind, enum error_field field,
    struct place place, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(e, kind, NULL, format(fmt, ap));
	va_end(ap);
	e->field = field;
	e->place = place;
	return -EINVAL;
}

void
error_move(struct error *to, struct error *from)
{
	if (to == from)
		return;
	error_free(to);
	*to = *from;
	*from = (struct error)ERROR_INIT;
}

void
error_copy(struct error *to, const struct error *from)
{
	if (to == from)
		return;
	set(to, from->kind, copy(from->param), copy(from->message));
	to->field = from->field;
	to->place = from->place;
	to->retry_after = from->retry_after;
}

void
error_free(struct error *e)
{
	if (e == NULL)
		return;
	free(e->message);
	free(e->param);
	*e = (struct error)ERROR_INIT;
}

int
error_status(enum error_kind kind)
{
	return table[kind].status;
}

const char *
error_code(enum error_kind kind)
{
	return table[kind].code;
}

enum error_kind
error_counted_as(enum error_kind kind)
{
	return kind == ERROR_CODEX_UNUSABLE ? ERROR_CODEX_UNAVAILABLE : kind;
}

bool
error_no_retry(enum error_kind kind)
{
	return kind == ERROR_USAGE_LIMIT || kind == ERROR_CODEX_FORBIDDEN ||
	    kind == ERROR_NOT_OBEYED || kind == ERROR_CODEX_UNUSABLE;
}

const char *
error_message(const struct error *e)
{
	BUG_ON(e->kind == ERROR_NONE);
	return e->message != NULL ? e->message : table[e->kind].code;
}
