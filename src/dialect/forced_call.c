#include "dialect/forced_call.h"

#include <errno.h>

#include "base/limits.h"
#include "json/jsonx.h"
#include "schema/strict_schema.h"

static bool
is_choice(const struct generation *g, const struct tool *t)
{
	return generation_offers(g, t) &&
	    (g->choice != CHOICE_NAMED || text_is(g->chosen, t->name.s));
}

/* NULL: there are others that may be called instead. */
static const struct tool *
only_choice(const struct generation *g)
{
	const struct tool *only = NULL;

	for (size_t i = 0; i < g->n_tools; i++) {
		if (!is_choice(g, &g->tools[i]))
			continue;
		if (only != NULL)
			return NULL;
		only = &g->tools[i];
	}
	return only;
}

/*
 * A function that tells no parameters has none. NULL: no memory, since what
 * its reader has kept is JSON.
 */
static json_t *
parse_parameters(const struct tool *t)
{
	char why[JSONX_ERROR_MAX];
	json_t *schema;

	if (t->parameters.len == 0)
		return json_pack("{s:s, s:{}}", "type", "object", "properties");
	return jsonx_parse(t->parameters.s, t->parameters.len, LIMIT_BODY_DEPTH,
		   &schema, why) == 0
	    ? schema
	    : NULL;
}

int
forced_call_find(struct generation *g)
{
	const struct tool *only;
	struct strict_fault fault;
	json_t *parameters, *strict;
	int rc;

	if (!generation_demands_call(g))
		return 0;
	only = only_choice(g);
	if (only == NULL || only->custom)
		return 0;
	parameters = parse_parameters(only);
	if (parameters == NULL)
		return -ENOMEM;
	rc = strict_schema_make(parameters, &strict, &fault);
	json_decref(parameters);
	if (rc != 0)
		return rc == -ENOMEM ? rc : 0;
	json_decref(g->schema);
	g->schema = strict;
	g->format = FORMAT_TEXT;
	g->forced = only;
	return 0;
}
