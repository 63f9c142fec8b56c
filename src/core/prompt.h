/*
 * prompt.h - renders messages to the one prompt text that `codex exec` takes.
 * Pure; any thread.
 *
 * A lone user message is passed on byte for byte. Anything else becomes a
 * transcript in which every message stands whole, in order, under its role,
 * so that the model can tell who said what, tool calls and results included.
 * Images are mentioned in their place ("[image 1]"), in the order in which
 * prompt_images lists them.
 */
#ifndef CORE_PROMPT_H
#define CORE_PROMPT_H

#include "base/buf.h"
#include "core/chat_request.h"

/* Appends the prompt, with what response_format asks for. Errors: buf's. */
MUST_CHECK int prompt_render(const struct chat_request *r, struct buf *out);

/*
 * Calls `fn` with each image's data: URL, in order. A return other than 0
 * stops it and is returned.
 */
int prompt_images(const struct chat_request *r,
    int (*fn)(void *arg, struct text url), void *arg);

#endif
