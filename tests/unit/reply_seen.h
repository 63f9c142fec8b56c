/*
 * reply_seen.h - what a caller sees of a chat completion, read back strictly
 * and put into a few lines that a test can compare.
 *
 * The summary has a line a choice and a last one with the usage, or only the
 * code and the words of the error:
 *	0 content|reasoning|id:name:arguments;|finish reason
 *	prompt,completion,total,cached,reasoning
 * The name of a freeform tool has a * before it.
 */
#ifndef TESTS_UNIT_REPLY_SEEN_H
#define TESTS_UNIT_REPLY_SEEN_H

#include <stdbool.h>

#include "base/buf.h"
#include "conversation/error.h"
#include "conversation/generation.h"

struct call_seen {
	char id[32], name[32], arguments[256];
};

struct choice_seen {
	char content[1024], reasoning[1024], finish[32];
	struct call_seen calls[4];
	size_t n_calls;
	bool role;
};

/* Zero-initialised but for `n`, the choices that were asked for. */
struct seen {
	struct choice_seen choices[CHOICES_MAX];
	size_t n;
	char usage[128];
	char error[256];
	bool done;
};

/* Fail the test when the bytes are not what the API promises. */
void see_stream(struct seen *s, const struct buf *out, bool include_usage);
void see_body(struct seen *s, const struct buf *out);
void see_failure(struct seen *s, const struct error *error);

void seen_summary(const struct seen *s, struct buf *summary);

#endif
