#include "dialect/session.h"

#include <stdio.h>

/* The narrowest first: several threads may be of one session. */
static const char *const names[] = { "x-claude-code-session-id", "thread-id",
	"session-id", "session_id", "x-session-affinity" };

/* One agent beside others of that session, or nothing. */
static const char agent_name[] = "x-claude-code-agent-id";

static struct text
look(session_header *header, const void *arg, const char *name)
{
	size_t len = 0;
	const char *value = header(arg, name, &len);

	if (value == NULL || len == 0 || len > SESSION_NAME_MAX)
		return (struct text){ NULL, 0 };
	return (struct text){ value, len };
}

int
session_read(struct generation *g, session_header *header, const void *arg)
{
	char both[2 * SESSION_NAME_MAX + 2];
	struct text name = { NULL, 0 }, agent, copy;
	int rc;

	for (size_t i = 0; name.len == 0 && i < ARRAY_SIZE(names); i++)
		name = look(header, arg, names[i]);
	if (name.len == 0)
		return 0;
	agent = look(header, arg, agent_name);
	snprintf(both, sizeof(both), "%.*s%s%.*s", (int)name.len, name.s,
	    agent.len > 0 ? " " : "", (int)agent.len,
	    agent.len > 0 ? agent.s : "");
	rc = arena_text(&g->arena, text_of(both), &copy);
	if (rc != 0)
		return rc;
	for (; g != NULL; g = g->beside)
		g->conversation = copy;
	return 0;
}
