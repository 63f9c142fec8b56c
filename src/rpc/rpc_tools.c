#include "rpc/rpc_tools.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bufw.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "codex/tool_names.h"
#include "json/jsonw.h"
#include "json/jsonx.h"
#include "rpc/rpc_lost.h"
#include "rpc/rpc_schemas.h"

enum {
	ABOUT_SPACE_MAX = 1024 /* characters; Codex refuses more */
};

/* A freeform tool as a function; rpc_items.h has its calls. */
#define INPUT_SCHEMA \
	"{\"type\":\"object\",\"properties\":{\"input\":{\"type\":" \
	"\"string\"}},\"required\":[\"input\"]," \
	"\"additionalProperties\":false}"

static void
put_schema(struct jsonw *w, const struct tool *tool)
{
	static const char any[] = "{\"type\":\"object\",\"properties\":{}}";

	if (tool->custom)
		jsonw_raw(
		    w, "inputSchema", INPUT_SCHEMA, sizeof(INPUT_SCHEMA) - 1);
	else if (tool->parameters.len > 0)
		jsonw_raw(
		    w, "inputSchema", tool->parameters.s, tool->parameters.len);
	else
		jsonw_raw(w, "inputSchema", any, sizeof(any) - 1);
}

static void
put_lost(struct jsonw *w, struct text schema)
{
	struct buf lost;

	if (schema.len == 0 || rpc_schema_is_cut(schema))
		return;
	buf_init(&lost, SIZE_MAX);
	jsonw_fail(w, rpc_lost_append(schema, &lost));
	jsonw_string_add(w, lost.data, lost.len);
	buf_free(&lost);
}

/* A format has no place of its own, nor what Codex leaves out of a schema. */
static void
put_description(struct jsonw *w, const struct tool *tool)
{
	static const char format[] = "\n\nThe input must be of this format:\n";

	jsonw_string_open(w, "description");
	jsonw_string_add(w, tool->description.s, tool->description.len);
	if (tool->grammar.len > 0) {
		jsonw_string_add(w, format, sizeof(format) - 1);
		jsonw_string_add(w, tool->grammar.s, tool->grammar.len);
	}
	put_lost(w, tool->parameters);
	jsonw_string_close(w);
}

static void
put_tool(struct jsonw *w, const struct tool *tool)
{
	char name[TOOL_NAME_MAX];

	jsonw_object(w, NULL);
	jsonw_str(w, "type", "function");
	jsonw_str(w, "name", tool_name_to_codex(tool->name, name));
	put_description(w, tool);
	put_schema(w, tool);
	jsonw_close(w);
}

static bool
is_shown(const struct generation *g, const struct tool *tool)
{
	return g->forced == NULL && generation_offers(g, tool);
}

/* Of those of its namespace that are shown. */
static bool
is_first(const struct generation *g, const struct tool *tool)
{
	for (const struct tool *t = g->tools; t < tool; t++) {
		if (text_equal(t->space, tool->space) && is_shown(g, t))
			return false;
	}
	return true;
}

/* Where a description stops that Codex takes. */
static size_t
fitting(struct text about)
{
	size_t n = 0;

	for (int i = 0; i < ABOUT_SPACE_MAX && n < about.len; i++)
		n += utf8_char(about.s + n, about.len - n);
	return n;
}

/* Codex refuses a namespace that it is given twice. */
static void
put_space(struct jsonw *w, const struct generation *g, const struct tool *first)
{
	char name[TOOL_NAME_MAX];

	jsonw_object(w, NULL);
	jsonw_str(w, "type", "namespace");
	jsonw_str(w, "name", tool_space_to_codex(first->space, name));
	jsonw_text(w, "description", first->about_space.s,
	    fitting(first->about_space));
	jsonw_array(w, "tools");
	for (const struct tool *t = first; t < g->tools + g->n_tools; t++) {
		if (text_equal(t->space, first->space) && is_shown(g, t))
			put_tool(w, t);
	}
	jsonw_close(w);
	jsonw_close(w);
}

bool
rpc_tools_offered(const struct generation *g)
{
	return g->forced == NULL && generation_offers_tools(g);
}

int
rpc_tools_append(const struct generation *g, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_array(&w, NULL);
	for (size_t i = 0; i < g->n_tools && jsonw_error(&w) == 0; i++) {
		const struct tool *t = &g->tools[i];

		if (!is_shown(g, t))
			continue;
		if (t->space.len == 0)
			put_tool(&w, t);
		else if (is_first(g, t))
			put_space(&w, g, t);
	}
	jsonw_close(&w);
	return jsonw_end(&w);
}

int
rpc_tools_long_spaces(const struct generation *g, struct buf *out)
{
	char name[TOOL_NAME_MAX];
	size_t before = out->len;
	struct bufw w;

	bufw_begin(&w, out);
	for (size_t i = 0; i < g->n_tools; i++) {
		const struct tool *t = &g->tools[i];

		if (fitting(t->about_space) == t->about_space.len ||
		    !is_shown(g, t) || !is_first(g, t))
			continue;
		if (out->len == before)
			bufw_puts(&w,
			    "What these namespaces of functions are, in full:");
		bufw_printf(
		    &w, "\n\n%s:\n", tool_space_to_codex(t->space, name));
		bufw_append(&w, t->about_space.s, t->about_space.len);
	}
	return bufw_end(&w);
}

int
rpc_tools_input(struct text arguments, char **ret_input, size_t *ret_len)
{
	struct text input = arguments;
	char why[JSONX_ERROR_MAX];
	json_t *root = NULL;
	int rc = jsonx_parse(
	    arguments.s, arguments.len, LIMIT_ANSWER_DEPTH, &root, why);

	if (rc != -ENOMEM) {
		(void)jsonx_get_text(root, "input", &input);
		*ret_len = input.len;
		*ret_input = malloc(input.len + 1);
		rc = *ret_input == NULL ? -ENOMEM : 0;
	}
	if (rc == 0) {
		memcpy(*ret_input, input.s, input.len);
		(*ret_input)[input.len] = '\0';
	}
	json_decref(root);
	return rc;
}

static int
forced_instruction(const struct tool *tool, struct buf *out)
{
	char name[TOOL_FULL_NAME_MAX];
	struct bufw w;

	bufw_begin(&w, out);
	bufw_printf(&w,
	    "Answer this time with the arguments of a call of the function %s: "
	    "one JSON object and nothing else. It will be called with them.",
	    tool_full_name(tool, name));
	if (tool->description.len > 0) {
		bufw_puts(&w, " What it does:\n\n");
		bufw_append(&w, tool->description.s, tool->description.len);
	}
	return bufw_end(&w);
}

int
rpc_tools_instruction(const struct generation *g, struct buf *out)
{
	char name[TOOL_NAME_MAX];

	if (g->forced != NULL)
		return forced_instruction(g->forced, out);
	if (g->choice == CHOICE_NAMED)
		return buf_printf(out,
		    "Answer this time with a call of the function %s and of "
		    "no other, not with text.",
		    tool_name_to_codex(g->chosen, name));
	if (g->choice == CHOICE_REQUIRED && generation_offers_tools(g))
		return buf_puts(out,
		    "Answer this time with a call of at least one of the "
		    "functions, not with text.");
	return 0;
}
