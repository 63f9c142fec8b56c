/*
 * fence_filter.h - takes JSON out of what models put around it: white space,
 * and one code fence ("```json" in a line, the document, "```"). The text
 * comes in pieces; what may be part of the end is held back. Pure.
 *
 * Whatever else stands around it stays, for the check of the format to tell.
 *
 * Life cycle: fence_filter_init; feed; finish, after which another text may
 * come; free. Threads: one at a time.
 */
#ifndef CONVERSATION_FENCE_FILTER_H
#define CONVERSATION_FENCE_FILTER_H

#include <stdbool.h>

#include "base/buf.h"

/* Private. */
struct fence_filter {
	struct buf held; /* the beginning, or white space and ` at the end */
	enum {
		FENCE_UNKNOWN,
		FENCE_NONE,
		FENCE_OPEN
	} state;
	bool begun; /* some of the document has come */
};

void fence_filter_init(struct fence_filter *f);
void fence_filter_free(struct fence_filter *f);

/* Forgets what came; as after init. */
void fence_filter_reset(struct fence_filter *f);

/*
 * Appends what is surely of the document. Errors: buf's; the filter may then
 * only be freed.
 */
MUST_CHECK int fence_filter_feed(
    struct fence_filter *f, const char *text, size_t len, struct buf *out);

/* The text is over: appends what is left of it. */
MUST_CHECK int fence_filter_finish(struct fence_filter *f, struct buf *out);

#endif
