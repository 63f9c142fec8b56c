/*
 * tool_names.h - the names by which Codex is given the caller's functions.
 * Pure; any thread.
 *
 * Codex refuses functions named mcp or mcp__..., and silently leaves out
 * those with the names of its own tools (doc/codex.md). These go by another
 * name, "fn__" and their own, and so does a name that begins so already; all
 * other names stay. So no two functions get one name, whatever else is in the
 * request. Where the result would be longer than a name may be, its end is a
 * 64-bit hash of the whole. A name depends on nothing but the caller's name:
 * the next request of a conversation gives the same bytes, which the model's
 * cache of prefixes lives on.
 */
#ifndef CORE_TOOL_NAMES_H
#define CORE_TOOL_NAMES_H

#include "core/chat_request.h"

enum {
	TOOL_NAME_MAX = 65 /* bytes, with the NUL */
};

/*
 * The name for Codex: `name` itself, or `out`. A name from a history may be
 * any text; what is mapped is 1 to 64 characters.
 */
const char *tool_name_to_codex(const char *name, char out[TOOL_NAME_MAX]);

/*
 * The caller's name of the function that Codex says is called. It lies in the
 * request or in `name`; a name that is none of ours is returned as it is.
 */
const char *
tool_name_from_codex(const struct chat_request *r, const char *name);

#endif
