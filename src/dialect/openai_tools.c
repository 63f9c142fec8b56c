#include "dialect/openai_tools.h"

#include <stdio.h>

const json_t *
openai_named(const json_t *entry, const char **ret_where)
{
	static const char *const words[] = { ".function", ".custom" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const json_t *named = json_object_get(entry, words[i] + 1);

		if (json_is_object(named)) {
			*ret_where = words[i];
			return named;
		}
	}
	*ret_where = "";
	return json_object_get(entry, "name") != NULL ? entry : NULL;
}

/*
 * Name and description. `where` is "tools[3].function", "functions[3]" and the
 * like.
 */
static int
parse_head(struct reader *r, const json_t *object, const char *where,
    struct tool *tool)
{
	struct text name = { NULL, 0 };
	char param[READER_PARAM_MAX];
	int rc;

	snprintf(param, sizeof(param), "%.100s.name", where);
	rc = reader_text(r, object, "name", param, true, &name);
	if (rc == 0)
		rc = reader_check_name(r, name, param);
	if (rc == 0)
		rc = reader_keep(r, name, &tool->name);
	if (rc != 0)
		return rc;
	snprintf(param, sizeof(param), "%.100s.description", where);
	tool->description = text_of("");
	return reader_keep_text(
	    r, object, "description", param, false, &tool->description);
}

int
openai_function(struct reader *r, const json_t *object, const char *where,
    struct tool *tool)
{
	char param[READER_PARAM_MAX];
	json_t *parameters;
	int rc = parse_head(r, object, where, tool);

	if (rc != 0)
		return rc;
	snprintf(param, sizeof(param), "%.100s.parameters", where);
	rc = reader_object(r, object, "parameters", param, &parameters);
	if (rc != 0 || parameters == NULL)
		return rc;
	return reader_keep_parameters(r, parameters, param, &tool->parameters);
}

/* A freeform one; that its input may be any text need not be told. */
static int
parse_custom(struct reader *r, const json_t *object, const char *where,
    struct tool *tool)
{
	char param[READER_PARAM_MAX];
	struct text type;
	json_t *format;
	int rc = parse_head(r, object, where, tool);

	tool->custom = true;
	snprintf(param, sizeof(param), "%.100s.format", where);
	if (rc == 0)
		rc = reader_object(r, object, "format", param, &format);
	if (rc != 0 || format == NULL)
		return rc;
	snprintf(param, sizeof(param), "%.100s.format.type", where);
	rc = reader_text(r, format, "type", param, true, &type);
	if (rc != 0 || text_is(type, "text"))
		return rc;
	if (!text_is(type, "grammar"))
		return reader_invalid(r, param, "text or grammar");
	return reader_keep_json(r, format, &tool->grammar);
}

/* At `where`; its members in one of their own, or beside the type. */
static int
parse_tool_of(struct reader *r, const json_t *object, bool custom,
    const char *where, struct tool *tool)
{
	const char *key = custom ? "custom" : "function", *at;
	const json_t *named = openai_named(object, &at);
	char param[READER_PARAM_MAX];
	json_t *own;
	int rc;

	snprintf(param, sizeof(param), "%.100s.%s", where, key);
	rc = reader_object(r, object, key, param, &own);
	if (rc != 0)
		return rc;
	if (own == NULL && named != object)
		return reader_missing(r, param);
	if (own == NULL)
		snprintf(param, sizeof(param), "%s", where);
	return custom
	    ? parse_custom(r, own != NULL ? own : object, param, tool)
	    : openai_function(r, own != NULL ? own : object, param, tool);
}

int
openai_tool(struct reader *r, const json_t *object, const char *where,
    struct tool *tool)
{
	struct text type = text_of("function");
	char param[READER_PARAM_MAX];
	bool custom;
	int rc;

	if (!json_is_object(object))
		return reader_wrong_type(r, where, "an object", object);
	snprintf(param, sizeof(param), "%.100s.type", where);
	rc = reader_text(r, object, "type", param, false, &type);
	if (rc != 0)
		return rc;
	custom = text_is(type, "custom");
	if (!custom && !text_is(type, "function"))
		return error_set_param(r->error, ERROR_UNSUPPORTED_PARAMETER,
		    param,
		    "Tools of type '%.64s' are not supported; function and "
		    "custom are.",
		    type.s);
	return parse_tool_of(r, object, custom, where, tool);
}

int
openai_parallel(struct reader *r, const json_t *root)
{
	static const char key[] = "parallel_tool_calls";
	struct generation *g = r->generation;
	bool parallel = false;
	int rc = reader_flag(r, root, key, key, &parallel);

	if (rc == 0 && json_is_boolean(json_object_get(root, key)))
		g->parallel = parallel ? PARALLEL_YES : PARALLEL_NO;
	return rc;
}
