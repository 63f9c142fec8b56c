#include "core/tool_names.h"

#include <inttypes.h>

#define PREFIX "fn__"

enum {
	PREFIX_LEN = sizeof(PREFIX) - 1,
	HASH_LEN = 16,
	KEPT_LEN = TOOL_NAME_MAX - 1 - PREFIX_LEN - 1 - HASH_LEN
};

/*
 * exec_command, shell_command: not offered to the model, even with the shell
 * off. The others would be Codex's own wherever an operator's override turns
 * them on. mcp is refused, as are names that begin with mcp__.
 */
static const char *const taken[] = { "apply_patch", "exec_command", "mcp",
	"shell_command", "update_plan", "view_image", "write_stdin" };

static bool
begins_with(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool
is_taken(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		if (strcmp(name, taken[i]) == 0)
			return true;
	}
	return begins_with(name, "mcp__") || begins_with(name, PREFIX);
}

/* FNV-1a */
static uint64_t
hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

const char *
tool_name_to_codex(const char *name, char out[TOOL_NAME_MAX])
{
	if (!is_taken(name))
		return name;
	if (strlen(name) < TOOL_NAME_MAX - PREFIX_LEN)
		snprintf(out, TOOL_NAME_MAX, PREFIX "%s", name);
	else
		snprintf(out, TOOL_NAME_MAX, PREFIX "%.*s_%016" PRIx64,
		    KEPT_LEN, name, hash(name));
	return out;
}

const char *
tool_name_from_codex(const struct chat_request *r, const char *name)
{
	char mapped[TOOL_NAME_MAX];

	if (!begins_with(name, PREFIX))
		return name;
	for (size_t i = 0; i < r->n_tools; i++) {
		const char *own = r->tools[i].name.s;

		if (strcmp(tool_name_to_codex(own, mapped), name) == 0)
			return own;
	}
	/* One that stood in the history alone. */
	return is_taken(name + PREFIX_LEN) ? name + PREFIX_LEN : name;
}
