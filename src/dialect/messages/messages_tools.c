/*
 * tools and tool_choice: the caller's own tools, and those of the provider,
 * which do not run here.
 */
#include "dialect/messages/messages_parse.h"

#include <errno.h>
#include <stdio.h>

enum {
	NAME_MAX_LEN = 128, /* as the API has it */
	LEFT_OUT_MAX = 512
};

/* What the list of tools holds. */
struct list {
	struct messages_reading *m;
	json_t *names; /* of the caller's own, each with its index; a set */
	struct buf left_out; /* types of the provider's, "a, b" */
	bool search; /* one of the provider's, and of Codex's */
	bool finds; /* one of them would find what is deferred */
};

/* ---- which kind of tool ---- */

/*
 * Tools that the provider runs itself; a day stands behind most. What is left
 * out is told in a header, so that it has to be a word.
 */
static bool
is_of_server(struct text type)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	static const char *const families[] = { "web_search_", "web_fetch_",
		"code_execution_", "tool_search_tool_", "mcp_toolset",
		"advisor_" };

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (text_begins(type, families[i]))
			return strspn(type.s, letters) == type.len;
	}
	return false;
}

/*
 * Those that the caller runs, but whose schema only the provider's models
 * know; unless it is written out all the same.
 */
static int
refuse_type(struct reader *r, struct text type, const char *where)
{
	char param[READER_PARAM_MAX];

	return error_set_param(r->error, ERROR_UNSUPPORTED_PARAMETER,
	    messages_at(param, where, "type"),
	    "Tools of type '%.64s' are not supported: their schema is known "
	    "to the provider's models alone. Give the tool with an "
	    "input_schema.",
	    type.s);
}

/* ---- the provider's ---- */

/* A search is Codex's own, where the server allows it. */
static int
leave_out(struct list *l, struct text type)
{
	if (text_begins(type, "web_search_")) {
		l->search = true;
		return 0;
	}
	if (text_begins(type, "tool_search_tool_"))
		l->finds = true;
	if (l->left_out.len + type.len + 2 > LEFT_OUT_MAX)
		return 0; /* a list for people; it may be cut */
	return buf_printf(
	    &l->left_out, "%s%s", l->left_out.len > 0 ? ", " : "", type.s);
}

/*
 * Where they are all there is, an answer without them would be made up; but a
 * search alone is what the caller wants. Of one that is offered the engine
 * decides.
 */
static int
check_left_out(struct list *l)
{
	struct generation *g = l->m->r->generation;
	struct text copy;
	int rc;

	g->search = l->search && g->n_tools == 0 && l->left_out.len == 0;
	g->search_offered = l->search && g->n_tools > 0;
	if (l->left_out.len == 0)
		return 0;
	if (g->n_tools == 0)
		return error_set_param(l->m->r->error,
		    ERROR_UNSUPPORTED_PARAMETER, "tools",
		    "Codex does not have %s; it can be left out where there "
		    "are tools of the caller's own.",
		    l->left_out.data);
	rc = reader_keep(
	    l->m->r, (struct text){ l->left_out.data, l->left_out.len }, &copy);
	if (rc == 0)
		l->m->form.form.left_out = copy.s;
	return rc;
}

/* ---- the caller's own ---- */

/* Two of one name, which only one of them could answer to. */
static int
note_name(struct list *l, const char *name, size_t i, const char *param)
{
	if (json_object_get(l->names, name) != NULL)
		return error_set_param(l->m->r->error, ERROR_INVALID_VALUE,
		    param, "There are two tools of the name '%s'.", name);
	return json_object_set_new(
		   l->names, name, json_integer((json_int_t)i)) == 0
	    ? 0
	    : -ENOMEM;
}

static int
parse_name(struct list *l, const json_t *object, const char *where, size_t i,
    struct tool *tool)
{
	struct reader *r = l->m->r;
	struct text name = { NULL, 0 };
	char param[READER_PARAM_MAX];
	int rc = reader_word(
	    r, object, "name", messages_at(param, where, "name"), true, &name);

	if (rc == 0)
		rc = reader_check_long_name(r, name, NAME_MAX_LEN, param);
	if (rc == 0)
		rc = note_name(l, name.s, i, param);
	return rc != 0 ? rc : reader_keep(r, name, &tool->name);
}

/*
 * Those that are deferred are there to be found; the model sees one once a
 * result has told of it.
 */
static int
parse_deferred(
    struct list *l, const json_t *object, const char *where, struct tool *tool)
{
	char param[READER_PARAM_MAX];
	bool deferred = false;
	int rc = reader_flag(l->m->r, object, "defer_loading",
	    messages_at(param, where, "defer_loading"), &deferred);

	tool->offered = !deferred ||
	    json_object_get(l->m->loaded, tool->name.s) != NULL;
	return rc;
}

static int
parse_own(struct list *l, const json_t *object, const char *where, size_t i)
{
	struct generation *g = l->m->r->generation;
	struct tool *tool = &g->tools[g->n_tools];
	char param[READER_PARAM_MAX];
	json_t *schema;
	int rc = parse_name(l, object, where, g->n_tools, tool);

	tool->place = (struct place){ (uint32_t)i, PLACE_ALL };
	tool->description = text_of("");
	if (rc == 0)
		rc = reader_keep_text(l->m->r, object, "description",
		    messages_at(param, where, "description"), false,
		    &tool->description);
	if (rc == 0)
		rc = parse_deferred(l, object, where, tool);
	if (rc == 0)
		rc = reader_object(l->m->r, object, "input_schema",
		    messages_at(param, where, "input_schema"), &schema);
	if (rc != 0)
		return rc;
	if (schema == NULL)
		return reader_missing(l->m->r, param);
	g->n_tools++;
	return reader_keep_parameters(
	    l->m->r, schema, param, &tool->parameters);
}

/* ---- the list ---- */

static int
parse_tool(struct list *l, const json_t *object, size_t i)
{
	char where[READER_PARAM_MAX], param[READER_PARAM_MAX];
	struct reader *r = l->m->r;
	struct text type = text_of("custom");
	bool written_out;
	int rc;

	messages_at_index(where, "tools", i);
	if (!json_is_object(object))
		return reader_wrong_type(r, where, "an object", object);
	rc = reader_word(
	    r, object, "type", messages_at(param, where, "type"), false, &type);
	if (rc != 0)
		return rc;
	if (is_of_server(type))
		return leave_out(l, type);
	written_out = json_is_object(json_object_get(object, "input_schema"));
	if (!text_is(type, "custom") && !written_out)
		return refuse_type(r, type, where);
	return parse_own(l, object, where, i);
}

/* Nothing could find them but what is left out. */
static void
offer_all(struct generation *g)
{
	for (size_t i = 0; i < g->n_tools; i++)
		g->tools[i].offered = true;
}

/*
 * What Claude Code puts among its tools to keep a place: it is no tool, and
 * nothing tells of it.
 */
static void
hide_placeholder(struct list *l)
{
	struct generation *g = l->m->r->generation;
	const json_t *at = json_object_get(l->names, "DeferredToolPlaceholder");

	if (at != NULL)
		g->tools[json_integer_value(at)].offered = false;
}

static int
parse_list(struct list *l, const json_t *list)
{
	struct generation *g = l->m->r->generation;
	json_t *object;
	size_t i;
	int rc = 0;

	if (json_array_size(list) == 0)
		return 0;
	g->tools = reader_room(
	    l->m->r, json_array_size(list), sizeof(*g->tools));
	if (g->tools == NULL)
		return -ENOMEM;
	json_array_foreach(list, i, object) {
		rc = parse_tool(l, object, i);
		if (rc != 0)
			return rc;
	}
	if (l->finds)
		offer_all(g);
	hide_placeholder(l);
	return check_left_out(l);
}

/* ---- tool_choice ---- */

/* One that is named is shown, whatever was said of it before. */
static int
choose(struct list *l, const json_t *choice)
{
	static const char param[] = "tool_choice.name";
	struct reader *r = l->m->r;
	struct generation *g = r->generation;
	struct text name = { NULL, 0 };
	const json_t *at;
	struct tool *tool;
	int rc = reader_word(r, choice, "name", param, true, &name);

	if (rc != 0 || g->search)
		return rc; /* the only one there is */
	at = json_object_get(l->names, name.s);
	if (at == NULL)
		return error_set_param(r->error, ERROR_INVALID_VALUE, param,
		    "'%s' is not one of the tools of this request that Codex "
		    "can be given.",
		    param);
	tool = &g->tools[json_integer_value(at)];
	tool->offered = true;
	g->search_offered = false;
	g->choice = CHOICE_NAMED;
	g->chosen = tool->name;
	return 0;
}

static int
require_any(struct list *l)
{
	struct generation *g = l->m->r->generation;

	if (g->search)
		return 0;
	g->choice = CHOICE_REQUIRED;
	return generation_offers_tools(g)
	    ? 0
	    : error_set_param(l->m->r->error, ERROR_INVALID_VALUE,
		  "tool_choice",
		  "'tool_choice' demands a call, but there is no tool that "
		  "could be called.");
}

static void
choose_none(struct generation *g)
{
	g->choice = CHOICE_NONE;
	g->search = false;
	g->search_offered = false;
}

static int
parse_choice_type(struct list *l, const json_t *choice)
{
	static const char param[] = "tool_choice.type";
	struct reader *r = l->m->r;
	struct text type = { NULL, 0 };
	int rc = reader_text(r, choice, "type", param, true, &type);

	if (rc != 0)
		return rc;
	if (text_is(type, "tool"))
		return choose(l, choice);
	if (text_is(type, "any"))
		return require_any(l);
	if (text_is(type, "auto"))
		r->generation->choice = CHOICE_AUTO;
	else if (text_is(type, "none"))
		choose_none(r->generation);
	else
		return reader_invalid(r, param, "auto, any, tool or none");
	return 0;
}

static int
parse_choice(struct list *l, const json_t *root)
{
	static const char key[] = "disable_parallel_tool_use";
	static const char param[] = "tool_choice.disable_parallel_tool_use";
	struct reader *r = l->m->r;
	bool single = false;
	json_t *choice;
	int rc = reader_object(r, root, "tool_choice", "tool_choice", &choice);

	if (rc != 0 || choice == NULL)
		return rc;
	rc = reader_flag(r, choice, key, param, &single);
	if (single)
		r->generation->parallel = PARALLEL_NO;
	return rc != 0 ? rc : parse_choice_type(l, choice);
}

int
messages_parse_tools(struct messages_reading *m, const json_t *root)
{
	struct list l = { .m = m, .names = json_object() };
	json_t *list = NULL;
	int rc = reader_array(m->r, root, "tools", "tools", &list);

	buf_init(&l.left_out, SIZE_MAX);
	if (rc == 0 && l.names == NULL)
		rc = -ENOMEM;
	if (rc == 0)
		rc = parse_list(&l, list);
	if (rc == 0)
		rc = parse_choice(&l, root);
	buf_free(&l.left_out);
	json_decref(l.names);
	return rc;
}
