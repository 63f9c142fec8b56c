/*
 * The tools of a request: functions, freeform tools, namespaces of them, and
 * those that OpenAI runs by itself.
 */
#include <errno.h>
#include <stdio.h>

#include "dialect/openai_tools.h"
#include "dialect/responses/responses_parse.h"

enum {
	KEY_MAX = 130 /* of a namespace and a name, with the NUL */
};

/* A list of tools that is being read. */
struct list {
	struct responses_parse *p;
	struct text space; /* whose it is, or empty */
	struct text about; /* its description, or empty */
	struct place at; /* in the request's list; its own tools alone */
	bool again; /* names may come again */
};

size_t
responses_count_tools(const json_t *list)
{
	size_t i, k, n = json_array_size(list);
	json_t *value, *inner;

	json_array_foreach(list, i, value) {
		json_array_foreach(json_object_get(value, "tools"), k, inner)
			n++;
	}
	return n;
}

/* ---- functions and freeform tools ---- */

static void
make_key(const struct tool *tool, char out[KEY_MAX])
{
	snprintf(out, KEY_MAX, "%.*s/%s", (int)tool->space.len,
	    tool->space.len > 0 ? tool->space.s : "", tool->name.s);
}

static int
put_name(struct responses_parse *p, const char *key, size_t i)
{
	return json_object_set_new(
		   p->names, key, json_integer((json_int_t)i)) == 0
	    ? 0
	    : -ENOMEM;
}

/*
 * Adds it, or puts it in the place of the one of its name, which is older; but
 * what a record has is older than all.
 */
static int
put_tool(const struct list *l, const struct tool *tool, const char *where)
{
	struct responses_parse *p = l->p;
	struct generation *g = p->r->generation;
	char key[KEY_MAX], param[READER_PARAM_MAX];
	const json_t *old;

	make_key(tool, key);
	old = json_object_get(p->names, key);
	if (old != NULL && l->again) {
		if (!p->kept)
			g->tools[json_integer_value(old)] = *tool;
		return 0;
	}
	snprintf(param, sizeof(param), "%.100s.name", where);
	if (old != NULL)
		return error_set_param(p->r->error, ERROR_INVALID_VALUE, param,
		    "There are two tools of the name '%s'.", tool->name.s);
	g->tools[g->n_tools] = *tool;
	return put_name(p, key, g->n_tools++);
}

static int
parse_own(struct list *l, const json_t *object, const char *where)
{
	struct tool tool = { .offered = true,
		.space = l->space,
		.about_space = l->about,
		.place = l->at };
	int rc = openai_tool(l->p->r, object, where, &tool);

	return rc != 0 ? rc : put_tool(l, &tool, where);
}

/* ---- namespaces ---- */

static int
parse_space_tools(
    const struct list *outer, const json_t *list, const char *where)
{
	struct list l = *outer;
	char param[READER_PARAM_MAX];
	json_t *value;
	size_t i;
	int rc = 0;

	json_array_foreach(list, i, value) {
		snprintf(param, sizeof(param), "%.90s[%zu]", where, i);
		rc = parse_own(&l, value, param);
		if (rc != 0)
			break;
	}
	return rc;
}

static int
parse_space(const struct list *outer, const json_t *object, const char *where)
{
	struct list l = *outer;
	struct reader *r = l.p->r;
	char param[READER_PARAM_MAX];
	struct text name = { NULL, 0 };
	json_t *tools;
	int rc;

	snprintf(param, sizeof(param), "%.90s.name", where);
	rc = reader_text(r, object, "name", param, true, &name);
	if (rc == 0)
		rc = reader_check_name(r, name, param);
	if (rc == 0)
		rc = reader_keep(r, name, &l.space);
	snprintf(param, sizeof(param), "%.90s.description", where);
	if (rc == 0)
		rc = reader_keep_text(
		    r, object, "description", param, false, &l.about);
	snprintf(param, sizeof(param), "%.90s.tools", where);
	if (rc == 0)
		rc = reader_array(r, object, "tools", param, &tools);
	if (rc != 0)
		return rc;
	return tools == NULL ? reader_missing(r, param)
			     : parse_space_tools(&l, tools, param);
}

/* ---- any tool ---- */

static int
parse_hosted(struct list *l, struct text type, const char *param)
{
	switch (responses_hosted(type)) {
	case HOSTED_NEEDED:
		return error_set_param(l->p->r->error,
		    ERROR_UNSUPPORTED_PARAMETER, param,
		    "Tools of type '%.64s' are not supported: Codex has no "
		    "such tool, and the task would be another without it.",
		    type.s);
	case HOSTED_SEARCH:
		l->p->search = true;
		return 0;
	case HOSTED_SPARE:
	case HOSTED_NOT:
		break;
	}
	responses_leave_out(l->p, type);
	return 0;
}

static int
parse_tool(struct list *l, const json_t *object, const char *where)
{
	char param[READER_PARAM_MAX];
	struct text type = text_of("function");
	int rc;

	if (!json_is_object(object))
		return reader_wrong_type(l->p->r, where, "an object", object);
	snprintf(param, sizeof(param), "%.90s.type", where);
	rc = reader_text(l->p->r, object, "type", param, false, &type);
	if (rc != 0)
		return rc;
	if (text_is(type, "namespace"))
		return parse_space(l, object, where);
	if (responses_hosted(type) != HOSTED_NOT)
		return parse_hosted(l, type, param);
	return parse_own(l, object, where);
}

static int
parse_list(struct list *l, const json_t *list, const char *where)
{
	char param[READER_PARAM_MAX];
	json_t *value;
	size_t i;
	int rc = 0;

	json_array_foreach(list, i, value) {
		snprintf(param, sizeof(param), "%.60s[%zu]", where, i);
		l->at.outer = l->again ? PLACE_ALL : (uint32_t)i;
		rc = parse_tool(l, value, param);
		if (rc != 0)
			break;
	}
	return rc;
}

/* The request's own are known again, and there is room for `n` more. */
static int
take_up(struct responses_parse *p, size_t n)
{
	struct generation *g = p->r->generation;
	struct tool *all = reader_room(p->r, g->n_tools + n, sizeof(*all));
	char key[KEY_MAX];
	int rc = all == NULL ? -ENOMEM : 0;

	if (p->names == NULL)
		p->names = json_object();
	for (size_t i = 0; rc == 0 && i < g->n_tools; i++) {
		all[i] = g->tools[i];
		make_key(&all[i], key);
		rc = put_name(p, key, i);
	}
	if (rc != 0)
		return rc;
	if (g->forced != NULL)
		g->forced = all + (g->forced - g->tools);
	g->tools = all;
	return 0;
}

int
responses_parse_additional(
    struct responses_parse *p, const json_t *object, struct place at)
{
	struct list l = { .p = p, .at = PLACE_NONE, .again = true };
	char param[READER_PARAM_MAX];
	json_t *list;
	int rc = reader_array(p->r, object, "tools",
	    responses_item_param(at, ".tools", param), &list);

	if (rc == 0 && list == NULL)
		return reader_missing(p->r, param);
	if (rc == 0 && p->kept)
		rc = take_up(p, responses_count_tools(list));
	return rc != 0 ? rc : parse_list(&l, list, param);
}

/*
 * What is merely offered may be left out; what is all that there is, is what
 * the caller wants. Of a search that is offered the engine decides.
 */
static int
settle_hosted(struct responses_parse *p)
{
	struct generation *g = p->r->generation;

	g->search = p->search && g->n_tools == 0;
	g->search_offered = p->search && g->n_tools > 0;
	if (g->n_tools > 0 || p->search || p->left_out == 0)
		return 0;
	return error_set_param(p->r->error, ERROR_UNSUPPORTED_PARAMETER,
	    "tools",
	    "Codex has none of these tools; they can be left out where others "
	    "are offered, too.");
}

int
responses_parse_tools(struct responses_parse *p, const json_t *root)
{
	static const char key[] = "tools";
	struct list l = { .p = p, .at = PLACE_NONE };
	json_t *list;
	int rc = reader_array(p->r, root, key, key, &list);

	if (rc == 0)
		rc = parse_list(&l, list, key);
	if (rc == 0)
		rc = settle_hosted(p);
	if (rc == 0)
		rc = responses_parse_choice(p, root);
	if (rc == 0)
		rc = responses_name_left_out(p);
	return rc != 0 ? rc : openai_parallel(p->r, root);
}
