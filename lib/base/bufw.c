#include "base/bufw.h"

#include <stdarg.h>

void
bufw_begin(struct bufw *w, struct buf *out)
{
	*w = (struct bufw){ .out = out, .start = out->len };
}

int
bufw_end(struct bufw *w)
{
	if (w->error != 0)
		buf_truncate(w->out, w->start);
	return w->error;
}

void
bufw_fail(struct bufw *w, int error)
{
	if (w->error == 0)
		w->error = error;
}

void
bufw_append(struct bufw *w, const void *data, size_t len)
{
	char *space;

	if (w->error != 0)
		return;
	space = buf_room(w->out, len, &w->error);
	if (space == NULL)
		return;
	if (len > 0)
		memcpy(space, data, len);
	buf_commit(w->out, len);
}

void
bufw_putc(struct bufw *w, char c)
{
	bufw_append(w, &c, 1);
}

void
bufw_printf(struct bufw *w, const char *fmt, ...)
{
	va_list ap;

	if (w->error != 0)
		return;
	va_start(ap, fmt);
	w->error = buf_vprintf(w->out, fmt, ap);
	va_end(ap);
}
