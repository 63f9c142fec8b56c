#include "core/app_schemas.h"

#include <string.h>

#include "base/jsonw.h"
#include "core/tool_names.h"

enum {
	SCHEMA_BYTES = 5000,
	/*
	 * Codex counts when it has completed the schema: with a type where
	 * there is none, "properties" and "items" where a type wants them.
	 */
	COMPLETED_BYTES = sizeof("\"type\":\"object\",\"properties\":{},") - 1,
	BOOLEAN_BYTES = sizeof("{\"type\":\"string\"}") - 1 - sizeof("true") + 1
};

/* One of a type that wants nothing more; what is no schema counts as one. */
static bool
is_complete(const json_t *schema)
{
	const char *type = json_string_value(json_object_get(schema, "type"));

	return type != NULL && strcmp(type, "object") != 0 &&
	    strcmp(type, "array") != 0;
}

/* The most by which it may grow. As deep as chat_request lets JSON be. */
static size_t
growth(const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i, n = 0;

	if (json_is_boolean(value))
		return BOOLEAN_BYTES;
	if (json_is_object(value) && !is_complete(value))
		n = COMPLETED_BYTES;
	json_object_foreach((json_t *)(uintptr_t)value, key, member)
		n += growth(member);
	json_array_foreach(value, i, member)
		n += growth(member);
	return n;
}

bool
app_schema_is_cut(const json_t *schema)
{
	return json_dumpb(schema, NULL, 0, JSON_COMPACT) + growth(schema) >
	    SCHEMA_BYTES;
}

static int
append_schema(const struct chat_tool *tool, bool first, struct buf *out)
{
	char mapped[TOOL_NAME_MAX];
	int rc = 0;

	if (first)
		rc = buf_puts(out,
		    "The parameters of these functions in full, each as a "
		    "JSON Schema; where the function itself is described they "
		    "may be shortened.");
	if (rc == 0)
		rc = buf_printf(
		    out, "\n\n%s:\n", tool_name_to_codex(tool->name.s, mapped));
	return rc != 0 ? rc : jsonw_value(out, tool->parameters);
}

int
app_schemas_append(const struct chat_request *r, struct buf *out)
{
	size_t n = r->tool_choice == CHAT_TOOLS_NONE ? 0 : r->n_tools;
	size_t before = out->len;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (r->tools[i].parameters != NULL &&
		    app_schema_is_cut(r->tools[i].parameters))
			rc = append_schema(
			    &r->tools[i], out->len == before, out);
	}
	if (rc != 0)
		buf_truncate(out, before);
	return rc;
}
