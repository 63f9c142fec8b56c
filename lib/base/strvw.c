#include "base/strvw.h"

#include <stdarg.h>

void
strvw_begin(struct strvw *w, struct strv *out)
{
	*w = (struct strvw){ .out = out, .start = out->n };
}

int
strvw_end(struct strvw *w)
{
	if (w->error != 0)
		strv_truncate(w->out, w->start);
	return w->error;
}

void
strvw_fail(struct strvw *w, int error)
{
	if (w->error == 0)
		w->error = error;
}

void
strvw_add(struct strvw *w, const char *s)
{
	if (w->error == 0)
		w->error = strv_add(w->out, s);
}

void
strvw_addf(struct strvw *w, const char *fmt, ...)
{
	va_list ap;

	if (w->error != 0)
		return;
	va_start(ap, fmt);
	w->error = strv_vaddf(w->out, fmt, ap);
	va_end(ap);
}

void
strvw_add_all(struct strvw *w, ...)
{
	const char *s;
	va_list ap;

	va_start(ap, w);
	while ((s = va_arg(ap, const char *)) != NULL)
		strvw_add(w, s);
	va_end(ap);
}
