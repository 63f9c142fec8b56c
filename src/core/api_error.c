#include "core/api_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"

static const struct {
	int status;
	const char *type;
	const char *code;
	int retry_after;
} table[API_ERROR_KINDS] = {
#define API_ERROR(kind, status, type, code, retry_after) \
	[API_ERROR_##kind] = { status, type, code, retry_after },
#include "core/api_error.def"
#undef API_ERROR
};

static char *format(const char *fmt, va_list ap) PRINTF_LIKE(1, 0);

static char *
format(const char *fmt, va_list ap)
{
	char *s;

	return vasprintf(&s, fmt, ap) < 0 ? NULL : s;
}

static char *
copy(const char *s)
{
	return s != NULL ? strdup(s) : NULL;
}

/* Takes both strings. They may have been made from those of `e`. */
static void
set(struct api_error *e, enum api_error_kind kind, char *param, char *message)
{
	api_error_free(e);
	e->kind = kind;
	e->message = message;
	e->param = param;
	e->retry_after = table[kind].retry_after;
}

int
api_error_set(
    struct api_error *e, enum api_error_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(e, kind, NULL, format(fmt, ap));
	va_end(ap);
	return -EINVAL;
}

int
api_error_set_param(struct api_error *e, enum api_error_kind kind,
    const char *param, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	set(e, kind, copy(param), format(fmt, ap));
	va_end(ap);
	return -EINVAL;
}

void
api_error_move(struct api_error *to, struct api_error *from)
{
	if (to == from)
		return;
	api_error_free(to);
	*to = *from;
	*from = (struct api_error)API_ERROR_INIT;
}

void
api_error_copy(struct api_error *to, const struct api_error *from)
{
	if (to == from)
		return;
	set(to, from->kind, copy(from->param), copy(from->message));
	to->retry_after = from->retry_after;
}

void
api_error_free(struct api_error *e)
{
	if (e == NULL)
		return;
	free(e->message);
	free(e->param);
	*e = (struct api_error)API_ERROR_INIT;
}

int
api_error_status(enum api_error_kind kind)
{
	return table[kind].status;
}

const char *
api_error_type(enum api_error_kind kind)
{
	return table[kind].type;
}

const char *
api_error_code(enum api_error_kind kind)
{
	return table[kind].code;
}

bool
api_error_no_retry(enum api_error_kind kind)
{
	return kind == API_ERROR_USAGE_LIMIT;
}

int
api_error_json(const struct api_error *e, struct buf *out)
{
	const char *message = e->message != NULL ? e->message
						 : table[e->kind].code;
	int rc;

	BUG_ON(e->kind == API_ERROR_NONE);
	rc = buf_puts(out, "{\"error\":{\"message\":");
	if (rc == 0)
		rc = jsonw_cstring(out, message);
	if (rc == 0)
		rc = buf_printf(
		    out, ",\"type\":\"%s\",\"param\":", table[e->kind].type);
	if (rc == 0)
		rc = jsonw_cstring(out, e->param);
	if (rc == 0)
		rc = buf_printf(out, ",\"code\":\"%s\"}}", table[e->kind].code);
	return rc;
}
