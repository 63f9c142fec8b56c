/*
 * What a request says of tools; the old functions and function_call too.
 */
#include "core/chat_parse.h"

#include <errno.h>

/* `where` is "tools[3].function" or "functions[3]". */
static int
parse_function(struct chat_parse *p, const json_t *object, const char *where,
    struct chat_tool *tool)
{
	char param[CHAT_PARAM_MAX];
	int rc;

	snprintf(param, sizeof(param), "%.100s.name", where);
	rc = chat_text_field(p, object, "name", param, true, &tool->name);
	if (rc == 0)
		rc = chat_check_name(p, tool->name, param);
	if (rc != 0)
		return rc;
	snprintf(param, sizeof(param), "%.100s.description", where);
	tool->description.s = "";
	rc = chat_text_field(
	    p, object, "description", param, false, &tool->description);
	if (rc != 0)
		return rc;
	snprintf(param, sizeof(param), "%.100s.parameters", where);
	if (jsonx_get_object(object, "parameters", &tool->parameters) ==
	    -EINVAL)
		return chat_wrong_type(p, param, "an object",
		    json_object_get(object, "parameters"));
	return 0;
}

static int
parse_tool(struct chat_parse *p, const json_t *object, size_t i,
    struct chat_tool *tool)
{
	struct text type = { "function", 8 };
	char param[CHAT_PARAM_MAX];
	json_t *function;
	int rc;

	snprintf(param, sizeof(param), "tools[%zu]", i);
	if (!json_is_object(object))
		return chat_wrong_type(p, param, "an object", object);
	snprintf(param, sizeof(param), "tools[%zu].type", i);
	rc = chat_text_field(p, object, "type", param, false, &type);
	if (rc != 0)
		return rc;
	if (strcmp(type.s, "function") != 0)
		return api_error_set_param(p->error,
		    API_ERROR_UNSUPPORTED_PARAMETER, param,
		    "Tools of type '%.64s' are not supported; only function "
		    "is.",
		    type.s);
	snprintf(param, sizeof(param), "tools[%zu].function", i);
	rc = jsonx_get_object(object, "function", &function);
	if (rc == -EINVAL)
		return chat_wrong_type(
		    p, param, "an object", json_object_get(object, "function"));
	if (rc != 0)
		return chat_missing(p, param);
	return parse_function(p, function, param, tool);
}

static int
parse_old_function(struct chat_parse *p, const json_t *object, size_t i,
    struct chat_tool *tool)
{
	char param[CHAT_PARAM_MAX];

	snprintf(param, sizeof(param), "functions[%zu]", i);
	if (!json_is_object(object))
		return chat_wrong_type(p, param, "an object", object);
	return parse_function(p, object, param, tool);
}

static int
parse_list(struct chat_parse *p, const json_t *root, const char *key,
    int (*parse)(
	struct chat_parse *, const json_t *, size_t, struct chat_tool *))
{
	struct chat_request *r = p->request;
	json_t *list, *value;
	size_t i;
	int rc = jsonx_get_array(root, key, &list);

	if (rc == -EINVAL)
		return chat_wrong_type(
		    p, key, "an array", json_object_get(root, key));
	if (rc != 0 || json_array_size(list) == 0)
		return 0;
	r->tools = calloc(json_array_size(list), sizeof(*r->tools));
	if (r->tools == NULL)
		return -ENOMEM;
	r->tools_key = key;
	json_array_foreach(list, i, value) {
		rc = parse(p, value, i, &r->tools[i]);
		if (rc != 0)
			return rc;
		r->n_tools++;
	}
	return 0;
}

static int
parse_choice_word(struct chat_parse *p, const char *word, const char *param)
{
	static const struct {
		const char *word;
		enum chat_tool_choice choice;
	} words[] = { { "auto", CHAT_TOOLS_AUTO }, { "none", CHAT_TOOLS_NONE },
		{ "required", CHAT_TOOLS_REQUIRED } };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(word, words[i].word) == 0) {
			p->request->tool_choice = words[i].choice;
			return 0;
		}
	}
	return api_error_set_param(p->error, API_ERROR_INVALID_VALUE, param,
	    "'%s' must be none, auto, required or a function.", param);
}

static int
not_given(struct chat_parse *p, const char *param)
{
	return api_error_set_param(p->error, API_ERROR_INVALID_VALUE, param,
	    "'%s' is not one of the tools of this request.", param);
}

/* A named function must be one of those that were given. */
static int
parse_choice_name(struct chat_parse *p, const json_t *object, const char *param)
{
	struct chat_request *r = p->request;
	int rc = chat_text_field(
	    p, object, "name", param, true, &r->tool_choice_name);

	if (rc != 0)
		return rc;
	r->tool_choice = CHAT_TOOLS_NAMED;
	for (size_t i = 0; i < r->n_tools; i++) {
		if (text_equal(r->tools[i].name, r->tool_choice_name))
			return 0;
	}
	return not_given(p, param);
}

/* ---- {"type":"allowed_tools"} ---- */

/* The names of the tools, none of them allowed yet; NULL without memory. */
static json_t *
name_set(const struct chat_request *r)
{
	json_t *names = json_object();

	for (size_t i = 0; names != NULL && i < r->n_tools; i++) {
		if (json_object_set_new(
			names, r->tools[i].name.s, json_false()) != 0) {
			json_decref(names);
			return NULL;
		}
	}
	return names;
}

static int
parse_allowed(
    struct chat_parse *p, const json_t *object, size_t i, json_t *names)
{
	static const char list[] = "tool_choice.allowed_tools.tools";
	char param[CHAT_PARAM_MAX];
	json_t *function;
	struct text name;
	int rc;

	snprintf(param, sizeof(param), "%s[%zu].function", list, i);
	if (jsonx_get_object(object, "function", &function) != 0)
		return chat_missing(p, param);
	snprintf(param, sizeof(param), "%s[%zu].function.name", list, i);
	rc = chat_text_field(p, function, "name", param, true, &name);
	if (rc != 0)
		return rc;
	if (strlen(name.s) != name.len ||
	    json_object_get(names, name.s) == NULL)
		return not_given(p, param);
	return json_object_set_new(names, name.s, json_true()) == 0 ? 0
								    : -ENOMEM;
}

static void
keep_allowed(struct chat_request *r, const json_t *names)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_tools; i++) {
		if (json_is_true(json_object_get(names, r->tools[i].name.s)))
			r->tools[n++] = r->tools[i];
	}
	r->n_tools = n;
}

/*
 * Codex cannot be told which of the tools it may call, so the others are left
 * out. A set of names, since both lists may be as long as a body can hold.
 */
static int
parse_allowed_list(struct chat_parse *p, const json_t *list)
{
	json_t *names = name_set(p->request), *value;
	size_t i;
	int rc = names == NULL ? -ENOMEM : 0;

	json_array_foreach(list, i, value) {
		if (rc != 0)
			break;
		rc = parse_allowed(p, value, i, names);
	}
	if (rc == 0)
		keep_allowed(p->request, names);
	json_decref(names);
	return rc;
}

static int
parse_allowed_mode(struct chat_parse *p, const json_t *object)
{
	static const char param[] = "tool_choice.allowed_tools.mode";
	struct text mode;
	int rc = chat_text_field(p, object, "mode", param, true, &mode);

	if (rc != 0)
		return rc;
	if (strcmp(mode.s, "auto") == 0)
		p->request->tool_choice = CHAT_TOOLS_AUTO;
	else if (strcmp(mode.s, "required") == 0)
		p->request->tool_choice = CHAT_TOOLS_REQUIRED;
	else
		return api_error_set_param(p->error, API_ERROR_INVALID_VALUE,
		    param, "'%s' must be auto or required.", param);
	return 0;
}

static int
parse_allowed_tools(struct chat_parse *p, const json_t *choice)
{
	static const char outer[] = "tool_choice.allowed_tools";
	static const char inner[] = "tool_choice.allowed_tools.tools";
	json_t *object, *list;
	int rc;

	if (jsonx_get_object(choice, "allowed_tools", &object) != 0)
		return chat_missing(p, outer);
	rc = parse_allowed_mode(p, object);
	if (rc != 0)
		return rc;
	rc = jsonx_get_array(object, "tools", &list);
	if (rc == -EINVAL)
		return chat_wrong_type(
		    p, inner, "an array", json_object_get(object, "tools"));
	return rc != 0 ? chat_missing(p, inner) : parse_allowed_list(p, list);
}

/* ---- which to call ---- */

static int
parse_choice_object(struct chat_parse *p, const json_t *choice)
{
	static const char param[] = "tool_choice.type";
	struct text type = { "function", 8 };
	json_t *function;
	int rc = chat_text_field(p, choice, "type", param, false, &type);

	if (rc != 0)
		return rc;
	if (strcmp(type.s, "allowed_tools") == 0)
		return parse_allowed_tools(p, choice);
	if (strcmp(type.s, "function") != 0)
		return api_error_set_param(p->error,
		    API_ERROR_UNSUPPORTED_PARAMETER, param,
		    "A choice of type '%.64s' is not supported; function and "
		    "allowed_tools are.",
		    type.s);
	if (jsonx_get_object(choice, "function", &function) != 0)
		return chat_missing(p, "tool_choice.function");
	return parse_choice_name(p, function, "tool_choice.function.name");
}

static int
parse_tool_choice(struct chat_parse *p, const json_t *root)
{
	static const char key[] = "tool_choice";
	const json_t *value = json_object_get(root, key);

	if (value == NULL || json_is_null(value))
		return 0;
	p->request->tool_choice_key = key;
	if (json_is_string(value))
		return parse_choice_word(p, json_string_value(value), key);
	if (!json_is_object(value))
		return chat_wrong_type(p, key, "a string or an object", value);
	return parse_choice_object(p, value);
}

static int
parse_function_call(struct chat_parse *p, const json_t *root)
{
	static const char key[] = "function_call";
	const json_t *value = json_object_get(root, key);

	if (value == NULL || json_is_null(value))
		return 0;
	p->request->tool_choice_key = key;
	if (json_is_string(value))
		return parse_choice_word(p, json_string_value(value), key);
	if (!json_is_object(value))
		return chat_wrong_type(p, key, "a string or an object", value);
	return parse_choice_name(p, value, "function_call.name");
}

static int
parse_parallel(struct chat_parse *p, const json_t *root)
{
	static const char key[] = "parallel_tool_calls";
	bool parallel;
	int rc = jsonx_get_bool(root, key, &parallel);

	if (rc == -EINVAL)
		return chat_wrong_type(
		    p, key, "a boolean", json_object_get(root, key));
	if (rc == 0)
		p->request->parallel_tool_calls = parallel ? CHAT_OPTION_TRUE
							   : CHAT_OPTION_FALSE;
	return 0;
}

/* Two of one name, which only one of them could answer to. */
static int
check_unique(struct chat_parse *p)
{
	const struct chat_request *r = p->request;
	json_t *seen = json_object();
	int rc = seen == NULL ? -ENOMEM : 0;

	for (size_t i = 0; rc == 0 && i < r->n_tools; i++) {
		const char *name = r->tools[i].name.s;
		char param[CHAT_PARAM_MAX];

		snprintf(param, sizeof(param), "%s[%zu]%s.name", r->tools_key,
		    i, r->old_functions ? "" : ".function");
		if (json_object_get(seen, name) != NULL)
			rc = api_error_set_param(p->error,
			    API_ERROR_INVALID_VALUE, param,
			    "There are two functions of the name '%s'.", name);
		else if (json_object_set_new(seen, name, json_true()) != 0)
			rc = -ENOMEM;
	}
	json_decref(seen);
	return rc;
}

static int
parse_old_list(struct chat_parse *p, const json_t *root)
{
	int rc = parse_list(p, root, "functions", parse_old_function);

	p->request->old_functions = p->request->n_tools > 0;
	return rc;
}

int
chat_parse_tools(struct chat_parse *p, const json_t *root)
{
	int rc = parse_list(p, root, "tools", parse_tool);

	if (rc == 0 && p->request->n_tools == 0)
		rc = parse_old_list(p, root);
	if (rc == 0)
		rc = check_unique(p);
	if (rc == 0)
		rc = parse_tool_choice(p, root);
	if (rc == 0 && p->request->tool_choice == CHAT_TOOLS_UNSET)
		rc = parse_function_call(p, root);
	if (rc == 0)
		rc = parse_parallel(p, root);
	/* Their form of an answer has room for one call. */
	if (p->request->old_functions)
		p->request->parallel_tool_calls = CHAT_OPTION_FALSE;
	return rc;
}

void
chat_tools_free(struct chat_request *r)
{
	free(r->tools);
}
