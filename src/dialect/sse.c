#include "dialect/sse.h"

int
sse_open(struct buf *b)
{
	return buf_puts(b, "data: ");
}

int
sse_open_type(struct buf *b, const char *type)
{
	return buf_printf(b, "event: %s\ndata: ", type);
}

int
sse_close(struct buf *b)
{
	return buf_puts(b, "\n\n");
}

int
sse_data(struct buf *b, const char *data)
{
	return buf_printf(b, "data: %s\n\n", data);
}

int
sse_comment(struct buf *b, const char *text)
{
	return buf_printf(b, ": %s\n\n", text);
}
