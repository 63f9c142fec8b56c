/*
 * tool_names.h - the names by which Codex is given the caller's functions,
 * their namespaces and their calls. Pure; any thread.
 *
 * Codex refuses functions named mcp or mcp__..., and silently leaves out
 * those with the names of its own tools; it refuses namespaces of the first
 * kind, and those that the Responses API has of its own (doc/codex.md). These
 * go by another name, "fn__" and their own, and so does a name that begins so
 * already; all other names stay. So no two functions get one name, whatever
 * else is in the request. Where the result would be longer than a name may be,
 * its end is a 64-bit hash of the whole; also where it would only look so. A
 * name depends on nothing but the caller's name: the next request of a
 * conversation gives the same bytes, which the model's cache of prefixes lives
 * on.
 */
#ifndef CODEX_TOOL_NAMES_H
#define CODEX_TOOL_NAMES_H

#include "conversation/generation.h"

enum {
	TOOL_NAME_MAX = 65, /* bytes, with the NUL */
	TOOL_FULL_NAME_MAX = 2 * TOOL_NAME_MAX,
	TOOL_CALL_ID_MAX = 65
};

/*
 * The name for Codex, 1 to 64 characters: `name` itself, or `out`. `name` is
 * any text, behind which a NUL stands.
 */
const char *tool_name_to_codex(struct text name, char out[TOOL_NAME_MAX]);

/* The same for a namespace, which is not empty. */
const char *tool_space_to_codex(struct text space, char out[TOOL_NAME_MAX]);

/*
 * A function as its model knows it: "space.name", or its name alone. It lies in
 * `out`.
 */
const char *
tool_full_name(const struct tool *tool, char out[TOOL_FULL_NAME_MAX]);

/* The same for the id of a call, which is not empty. */
struct text call_id_to_codex(struct text id, char out[TOOL_CALL_ID_MAX]);

/*
 * The tool of the request that Codex calls by these names, or NULL; `space` is
 * empty where there is no namespace.
 */
const struct tool *tool_from_codex(
    const struct generation *g, struct text space, struct text name);

#endif
