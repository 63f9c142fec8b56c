/*
 * usage.h - the tokens of an answer, and why it ended. Pure; any thread.
 */
#ifndef CONVERSATION_USAGE_H
#define CONVERSATION_USAGE_H

#include <stdint.h>

struct generation;

/*
 * Tokens as Codex counts them: `cached_input` and `cache_write_input` are
 * parts of `input`, `reasoning_output` is part of `output`. So are the
 * estimates, where Codex did not come to tell.
 */
struct usage {
	uint64_t input, cached_input, cache_write_input, output,
	    reasoning_output;
	uint64_t estimated_input, estimated_output;
};

enum finish_reason {
	FINISH_NONE,
	FINISH_STOP,
	FINISH_STOP_STRING, /* the caller's own has cut the answer */
	FINISH_TOOL_CALLS,
	FINISH_LENGTH,
	FINISH_CONTENT_FILTER
};

void usage_add(struct usage *sum, const struct usage *u);

/*
 * What a model that was asked this, and said so many tokens, may have counted:
 * of what was asked an estimate (size_of_generation_soon).
 */
struct usage usage_estimate(const struct generation *g, uint64_t said);

#endif
