/*
 * The tools of a request, and the old functions.
 */
#include "dialect/chat/chat_parse.h"

#include <errno.h>
#include <stdio.h>

#include "dialect/openai_tools.h"

static int
parse_tool(struct reader *r, const json_t *object, size_t i, struct tool *tool)
{
	char where[READER_PARAM_MAX];

	snprintf(where, sizeof(where), "tools[%zu]", i);
	return openai_tool(r, object, where, tool);
}

static int
parse_old_function(
    struct reader *r, const json_t *object, size_t i, struct tool *tool)
{
	char param[READER_PARAM_MAX];

	snprintf(param, sizeof(param), "functions[%zu]", i);
	if (!json_is_object(object))
		return reader_wrong_type(r, param, "an object", object);
	return openai_function(r, object, param, tool);
}

static int
parse_list(struct reader *r, const json_t *root, const char *key,
    int (*parse)(struct reader *, const json_t *, size_t, struct tool *))
{
	struct generation *g = r->generation;
	json_t *list, *value;
	size_t i;
	int rc = reader_array(r, root, key, key, &list);

	if (rc != 0 || json_array_size(list) == 0)
		return rc;
	g->tools = reader_room(r, json_array_size(list), sizeof(*g->tools));
	if (g->tools == NULL)
		return -ENOMEM;
	json_array_foreach(list, i, value) {
		struct tool *tool = &g->tools[i];

		tool->offered = true;
		tool->place = (struct place){ (uint32_t)i, PLACE_ALL };
		rc = parse(r, value, i, tool);
		if (rc != 0)
			return rc;
		g->n_tools++;
	}
	return 0;
}

/* Two of one name, which only one of them could answer to. */
static int
check_unique(struct reader *r, const json_t *root, const struct chat_form *form)
{
	const struct generation *g = r->generation;
	json_t *seen = json_object();
	int rc = seen == NULL ? -ENOMEM : 0;

	for (size_t i = 0; rc == 0 && i < g->n_tools; i++) {
		const char *name = g->tools[i].name.s, *where;
		char param[READER_PARAM_MAX];

		openai_named(
		    json_array_get(json_object_get(root, form->tools_key), i),
		    &where);
		snprintf(param, sizeof(param), "%s[%zu]%s.name",
		    form->tools_key, i, where);
		if (json_object_get(seen, name) != NULL)
			rc = error_set_param(r->error, ERROR_INVALID_VALUE,
			    param, "There are two tools of the name '%s'.",
			    name);
		else if (json_object_set_new(seen, name, json_true()) != 0)
			rc = -ENOMEM;
	}
	json_decref(seen);
	return rc;
}

/* The old functions count only where there are no tools. */
static int
parse_lists(struct reader *r, const json_t *root, struct chat_form *form)
{
	int rc = parse_list(r, root, "tools", parse_tool);

	if (rc != 0)
		return rc;
	if (r->generation->n_tools > 0) {
		form->tools_key = "tools";
		return 0;
	}
	rc = parse_list(r, root, "functions", parse_old_function);
	if (rc == 0 && r->generation->n_tools > 0) {
		form->tools_key = "functions";
		form->old_functions = true;
		r->generation->calls_unnamed = true;
	}
	return rc;
}

int
chat_parse_tools(struct reader *r, const json_t *root, struct chat_form *form)
{
	int rc = parse_lists(r, root, form);

	if (rc == 0)
		rc = check_unique(r, root, form);
	if (rc == 0)
		rc = chat_parse_choice(r, root, form);
	if (rc == 0)
		rc = openai_parallel(r, root);
	/* Their form of an answer has room for one call. */
	if (form->old_functions)
		r->generation->parallel = PARALLEL_NO;
	return rc;
}
