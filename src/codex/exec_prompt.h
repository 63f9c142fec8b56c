/*
 * exec_prompt.h - renders a conversation to the one prompt text that
 * `codex exec` takes.
 * Pure, but for the random tag below; any thread.
 *
 * A lone user message that has words is passed on byte for byte. Anything else
 * becomes a transcript in which every message stands whole and unescaped, in
 * order, under its role:
 *
 *	This is a conversation so far, ... (what is asked of the model)
 *
 *	<message role="system">
 *	TEXT
 *	</message>
 *	<message role="assistant">
 *	<tool_call id="ID" name="NAME">
 *	ARGUMENTS
 *	</tool_call>
 *	</message>
 *	<message role="tool" tool_call_id="ID">
 *	TEXT
 *	</message>
 *
 * What is no message, no call and no result has no place in it.
 * Attributes are JSON strings. Where a text holds such a tag itself, all tags
 * get a suffix ("message-1", ...) so that no text holds one; if need be, a
 * random one. Images are
 * mentioned in their place ("[image 1]"), in the order in which prompt_images
 * lists them.
 */
#ifndef CODEX_EXEC_PROMPT_H
#define CODEX_EXEC_PROMPT_H

#include "base/buf.h"
#include "conversation/generation.h"

/* Appends the prompt, with what asks for the answer's format. Errors: buf's. */
MUST_CHECK int prompt_render(const struct generation *g, struct buf *out);

/*
 * Calls `fn` with each image's data: URL, in order. A return other than 0
 * stops it and is returned.
 */
int prompt_images(const struct generation *g,
    int (*fn)(void *arg, struct text url), void *arg);

#endif
