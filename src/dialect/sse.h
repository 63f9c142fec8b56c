/*
 * sse.h - framing of server-sent events (WHATWG HTML, section 9.2). Pure.
 */
#ifndef DIALECT_SSE_H
#define DIALECT_SSE_H

#include "base/buf.h"

/*
 * An event is opened, its data is appended to the buffer by the caller (one
 * line: JSON never contains a raw newline), and it is closed:
 * "data: " ... "\n\n".
 * Errors are those of buf.
 */
MUST_CHECK int sse_open(struct buf *b);
/* The same of an event that says its type: "event: TYPE\ndata: ". */
MUST_CHECK int sse_open_type(struct buf *b, const char *type);
MUST_CHECK int sse_close(struct buf *b);

/* A whole event with literal one-line data, e.g. "[DONE]". */
MUST_CHECK int sse_data(struct buf *b, const char *data);

/* A comment line, ": text\n\n". */
MUST_CHECK int sse_comment(struct buf *b, const char *text);

#endif
