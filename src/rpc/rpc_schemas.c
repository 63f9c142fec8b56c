#include "rpc/rpc_schemas.h"

#include "base/bufw.h"
#include "codex/tool_names.h"
#include "json/jsonx.h"

enum {
	DEPTH_MAX = 512, /* more than any reader lets through */
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

/* The most by which it may grow. As deep as a dialect's reader lets JSON be. */
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

/* No less than growth, without reading it. */
static size_t
most_growth(struct text schema)
{
	size_t n = 0;

	for (size_t i = 0; i < schema.len; i++) {
		if (schema.s[i] == '{')
			n += COMPLETED_BYTES;
		else if (schema.s[i] == 't' || schema.s[i] == 'f')
			n += BOOLEAN_BYTES;
	}
	return n;
}

/* What cannot be read counts as cut, which does no harm. */
static size_t
exact_growth(struct text schema)
{
	char why[JSONX_ERROR_MAX];
	json_t *value;
	size_t n;

	if (jsonx_parse(schema.s, schema.len, DEPTH_MAX, &value, why) != 0)
		return SCHEMA_BYTES;
	n = growth(value);
	json_decref(value);
	return n;
}

bool
rpc_schema_is_cut(struct text schema)
{
	if (schema.len > SCHEMA_BYTES)
		return true;
	if (schema.len + most_growth(schema) <= SCHEMA_BYTES)
		return false;
	return schema.len + exact_growth(schema) > SCHEMA_BYTES;
}

static void
put_schema(struct bufw *w, const struct tool *tool, bool first)
{
	char name[TOOL_FULL_NAME_MAX];

	if (first)
		bufw_puts(w,
		    "The parameters of these functions in full, each as a "
		    "JSON Schema; where the function itself is described they "
		    "may be shortened.");
	bufw_printf(w, "\n\n%s:\n", tool_full_name(tool, name));
	bufw_append(w, tool->parameters.s, tool->parameters.len);
}

int
rpc_schemas_append(const struct generation *g, struct buf *out)
{
	size_t before = out->len;
	struct bufw w;

	bufw_begin(&w, out);
	for (size_t i = 0; i < g->n_tools; i++) {
		const struct tool *t = &g->tools[i];

		if (generation_offers(g, t) && t->parameters.len > 0 &&
		    rpc_schema_is_cut(t->parameters))
			put_schema(&w, t, out->len == before);
	}
	return bufw_end(&w);
}
