#include "core/app_tools.h"

#include "base/jsonw.h"
#include "core/tool_names.h"

static int
append_schema(const json_t *parameters, struct buf *out)
{
	if (parameters != NULL)
		return jsonw_value(out, parameters);
	return buf_puts(out, "{\"type\":\"object\",\"properties\":{}}");
}

static int
append_tool(const struct chat_tool *tool, struct buf *out)
{
	char name[TOOL_NAME_MAX];
	int rc = buf_printf(out, "{\"type\":\"function\",\"name\":\"%s\",",
	    tool_name_to_codex(tool->name.s, name));

	if (rc == 0)
		rc = buf_puts(out, "\"description\":");
	if (rc == 0)
		rc = jsonw_string(
		    out, tool->description.s, tool->description.len);
	if (rc == 0)
		rc = buf_puts(out, ",\"inputSchema\":");
	if (rc == 0)
		rc = append_schema(tool->parameters, out);
	return rc != 0 ? rc : buf_putc(out, '}');
}

int
app_tools_append(const struct chat_request *r, struct buf *out)
{
	size_t n = r->tool_choice == CHAT_TOOLS_NONE ? 0 : r->n_tools;
	size_t before = out->len;
	int rc = buf_putc(out, '[');

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (i > 0)
			rc = buf_putc(out, ',');
		if (rc == 0)
			rc = append_tool(&r->tools[i], out);
	}
	if (rc == 0)
		rc = buf_putc(out, ']');
	if (rc != 0)
		buf_truncate(out, before);
	return rc;
}

int
app_tools_instruction(const struct chat_request *r, struct buf *out)
{
	char name[TOOL_NAME_MAX];

	if (r->tool_choice == CHAT_TOOLS_NAMED)
		return buf_printf(out,
		    "Answer this time with a call of the function %s and of "
		    "no other, not with text.",
		    tool_name_to_codex(r->tool_choice_name.s, name));
	if (r->tool_choice == CHAT_TOOLS_REQUIRED && r->n_tools > 0)
		return buf_puts(out,
		    "Answer this time with a call of at least one of the "
		    "functions, not with text.");
	return 0;
}
