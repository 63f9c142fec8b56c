#include "codex/tool_names.h"

#include <inttypes.h>

#include "base/hash.h"
#include "base/utf8.h"

#define PREFIX "fn__"
/* Where functions are that have no namespace. */
#define FUNCTIONS "functions"

enum {
	PREFIX_LEN = sizeof(PREFIX) - 1,
	HASH_LEN = 16,
	PLAIN_LEN_MAX = TOOL_NAME_MAX - 1 - PREFIX_LEN,
	KEPT_LEN = PLAIN_LEN_MAX - 1 - HASH_LEN
};

/*
 * exec_command, shell_command: not offered to the model, even with the shell
 * off. The others would be Codex's own wherever an operator's override turns
 * them on. mcp is refused, as are names that begin with mcp__.
 */
static const char *const taken_names[] = { "apply_patch", "exec_command", "mcp",
	"shell_command", "update_plan", "view_image", "write_stdin", NULL };

/* All are refused. */
static const char *const taken_spaces[] = { "api_tool", "browser", "computer",
	"container", "file_search", FUNCTIONS, "image_gen", "mcp",
	"multi_tool_use", "python", "python_user_visible", "submodel_delegator",
	"terminal", "tool_search", "web", NULL };

static bool
begins_with(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool
is_taken(const char *name, const char *const *taken)
{
	for (; *taken != NULL; taken++) {
		if (strcmp(name, *taken) == 0)
			return true;
	}
	return begins_with(name, "mcp__") || begins_with(name, PREFIX);
}

/*
 * Whether it would, with the prefix, be as long as a name with a hash and end
 * like one.
 */
static bool
looks_hashed(const char *name, size_t len)
{
	return len == PLAIN_LEN_MAX && name[KEPT_LEN] == '_' &&
	    strspn(name + KEPT_LEN + 1, "0123456789abcdef") == HASH_LEN;
}

static const char fit[] = "abcdefghijklmnopqrstuvwxyz"
			  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

static bool
is_fit(struct text name)
{
	return name.len > 0 && name.len < TOOL_NAME_MAX &&
	    strspn(name.s, fit) == name.len;
}

/* The beginning of the name and the hash of all of it. */
static const char *
hashed(struct text name, char out[TOOL_NAME_MAX])
{
	size_t n = name.len < KEPT_LEN ? name.len : KEPT_LEN;

	memcpy(out, PREFIX, PREFIX_LEN);
	for (size_t i = 0; i < n; i++)
		out[PREFIX_LEN + i] = name.s[i] != '\0' &&
			strchr(fit, name.s[i]) != NULL
		    ? name.s[i]
		    : '_';
	snprintf(out + PREFIX_LEN + n, TOOL_NAME_MAX - PREFIX_LEN - n,
	    "_%016" PRIx64, hash_bytes(name.s, name.len));
	return out;
}

static const char *
to_codex(struct text name, const char *const *taken, char out[TOOL_NAME_MAX])
{
	if (!is_fit(name))
		return hashed(name, out);
	if (!is_taken(name.s, taken))
		return name.s;
	if (name.len > PLAIN_LEN_MAX || looks_hashed(name.s, name.len))
		return hashed(name, out);
	snprintf(out, TOOL_NAME_MAX, PREFIX "%s", name.s);
	return out;
}

const char *
tool_name_to_codex(struct text name, char out[TOOL_NAME_MAX])
{
	return to_codex(name, taken_names, out);
}

const char *
tool_space_to_codex(struct text space, char out[TOOL_NAME_MAX])
{
	return to_codex(space, taken_spaces, out);
}

const char *
tool_full_name(const struct tool *tool, char out[TOOL_FULL_NAME_MAX])
{
	char space[TOOL_NAME_MAX], name[TOOL_NAME_MAX];

	snprintf(out, TOOL_FULL_NAME_MAX, "%s%s%s",
	    tool->space.len > 0 ? tool_space_to_codex(tool->space, space) : "",
	    tool->space.len > 0 ? "." : "",
	    tool_name_to_codex(tool->name, name));
	return out;
}

struct text
call_id_to_codex(struct text id, char out[TOOL_CALL_ID_MAX])
{
	size_t n = TOOL_CALL_ID_MAX - 1 - 1 - HASH_LEN;

	if (id.len < TOOL_CALL_ID_MAX)
		return id;
	n = utf8_complete_prefix(id.s, n);
	memcpy(out, id.s, n);
	snprintf(out + n, TOOL_CALL_ID_MAX - n, "_%016" PRIx64,
	    hash_bytes(id.s, id.len));
	return (struct text){ out, n + 1 + HASH_LEN };
}

static bool
is_space(struct text own, struct text space)
{
	char mapped[TOOL_NAME_MAX];

	if (own.len == 0)
		return space.len == 0 || text_is(space, FUNCTIONS);
	return text_is(space, tool_space_to_codex(own, mapped));
}

const struct tool *
tool_from_codex(const struct generation *g, struct text space, struct text name)
{
	char mapped[TOOL_NAME_MAX];

	for (size_t i = 0; i < g->n_tools; i++) {
		const struct tool *t = &g->tools[i];

		if (is_space(t->space, space) &&
		    text_is(name, tool_name_to_codex(t->name, mapped)))
			return t;
	}
	return NULL;
}
