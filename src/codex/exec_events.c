#include "codex/exec_events.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"

static uint64_t
count(const json_t *usage, const char *key)
{
	int64_t n;

	return jsonx_get_int(usage, key, &n) == 0 && n > 0 ? (uint64_t)n : 0;
}

static void
read_usage(struct exec_event *e)
{
	json_t *usage;

	e->kind = EXEC_COMPLETED;
	if (jsonx_get_object(e->root, "usage", &usage) != 0)
		return;
	e->usage.input = count(usage, "input_tokens");
	e->usage.cached_input = count(usage, "cached_input_tokens");
	e->usage.cache_write_input = count(usage, "cache_write_input_tokens");
	e->usage.output = count(usage, "output_tokens");
	e->usage.reasoning_output = count(usage, "reasoning_output_tokens");
}

static void
read_item(struct exec_event *e)
{
	const char *type;
	json_t *item;

	if (jsonx_get_object(e->root, "item", &item) != 0 ||
	    jsonx_get_string(item, "type", &type) != 0)
		return;
	if (strcmp(type, "agent_message") == 0 &&
	    jsonx_get_text(item, "text", &e->text) == 0)
		e->kind = EXEC_MESSAGE;
	else if (strcmp(type, "reasoning") == 0 &&
	    jsonx_get_text(item, "text", &e->text) == 0)
		e->kind = EXEC_REASONING;
	else if (strcmp(type, "error") == 0 &&
	    jsonx_get_text(item, "message", &e->text) == 0)
		e->kind = EXEC_WARNING;
}

/* A failure is one even when its words are missing. */
static void
read_failure(struct exec_event *e, enum exec_event_kind kind)
{
	json_t *error = e->root;

	e->kind = kind;
	if (kind == EXEC_FAILED)
		(void)jsonx_get_object(e->root, "error", &error);
	if (jsonx_get_text(error, "message", &e->text) != 0)
		e->text = (struct text){ "", 0 };
}

int
exec_event_parse(const char *line, size_t len, struct exec_event *ret_event)
{
	struct exec_event e = { .kind = EXEC_OTHER, .text = { "", 0 } };
	char why[JSONX_ERROR_MAX];
	const char *type;
	int rc = jsonx_parse(line, len, LIMIT_LINE_DEPTH, &e.root, why);

	if (rc != 0)
		return rc;
	/* What is no object has no members. */
	if (jsonx_get_string(e.root, "type", &type) != 0) {
		json_decref(e.root);
		return -EINVAL;
	}
	if (strcmp(type, "item.completed") == 0)
		read_item(&e);
	else if (strcmp(type, "turn.completed") == 0)
		read_usage(&e);
	else if (strcmp(type, "turn.failed") == 0)
		read_failure(&e, EXEC_FAILED);
	else if (strcmp(type, "error") == 0)
		read_failure(&e, EXEC_ERROR);
	*ret_event = e;
	return 0;
}

void
exec_event_free(struct exec_event *e)
{
	if (e == NULL)
		return;
	json_decref(e->root);
	e->root = NULL;
}
