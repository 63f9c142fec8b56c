#include "rpc/rpc_lost.h"

#include <errno.h>
#include <string.h>

#include "json/jsonw.h"
#include "json/jsonx.h"

enum {
	DEPTH_MAX = 512, /* more than any reader lets through */
	PATH_MAX_LEN = 256 /* bytes of a place, with the NUL; cut beyond */
};

/* Titles and the like say nothing of a value, and generators write many. */
static const char *const told[] = { "default", "examples", "format", "pattern",
	"minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
	"exclusiveMaximum", "multipleOf", "maxItems", "uniqueItems",
	"prefixItems", "additionalItems", "unevaluatedItems", "contains",
	"minContains", "maxContains", "minProperties", "maxProperties",
	"patternProperties", "propertyNames", "unevaluatedProperties",
	"dependencies", "dependentRequired", "dependentSchemas", "not", "if",
	"then", "else", "nullable", "deprecated", "readOnly", "contentEncoding",
	"contentMediaType" };

struct lost {
	struct jsonw w;
	bool any; /* something was told */
	char path[PATH_MAX_LEN];
	size_t len;
};

static void visit(struct lost *l, const json_t *schema);

/* ---- places ---- */

static size_t
enter(struct lost *l, const char *before, const char *name, const char *behind)
{
	size_t len = l->len;
	int n = snprintf(l->path + len, sizeof(l->path) - len, "%s%s%s",
	    len > 0 ? before : "", name, behind);

	if (n > 0)
		l->len += (size_t)n;
	if (l->len >= sizeof(l->path))
		l->len = sizeof(l->path) - 1;
	return len;
}

static void
leave(struct lost *l, size_t len)
{
	l->len = len;
	l->path[len] = '\0';
}

/* ---- what is told ---- */

/* False, null and nothing are as if they were not there. */
static bool
says_something(const json_t *value)
{
	return !json_is_false(value) && !json_is_null(value) &&
	    !(json_is_array(value) && json_array_size(value) == 0) &&
	    !(json_is_object(value) && json_object_size(value) == 0);
}

static bool
is_told(const char *keyword, const json_t *value)
{
	if (strcmp(keyword, "default") == 0)
		return !json_is_null(value);
	if (strcmp(keyword, "unevaluatedProperties") == 0 ||
	    strcmp(keyword, "unevaluatedItems") == 0 ||
	    strcmp(keyword, "additionalItems") == 0)
		return !json_is_true(value);
	if (!says_something(value))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(told); i++) {
		if (strcmp(keyword, told[i]) == 0)
			return true;
	}
	return false;
}

static void
begin_line(struct lost *l)
{
	jsonw_puts(&l->w, l->any ? "\n- " : "\n\nOf the parameters:\n- ");
	jsonw_puts(&l->w, l->len > 0 ? l->path : "all");
	jsonw_puts(&l->w, ": ");
	l->any = true;
}

static void
tell(struct lost *l, const json_t *schema)
{
	const char *keyword;
	bool first = true;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)schema, keyword, value) {
		if (!is_told(keyword, value))
			continue;
		if (first)
			begin_line(l);
		else
			jsonw_puts(&l->w, ", ");
		jsonw_puts(&l->w, keyword);
		jsonw_puts(&l->w, " ");
		jsonw_tree(&l->w, NULL, value);
		first = false;
	}
}

/* ---- schemas ---- */

static void
visit_at(struct lost *l, const char *before, const char *name,
    const char *behind, const json_t *schema)
{
	size_t len = enter(l, before, name, behind);

	visit(l, schema);
	leave(l, len);
}

static void
visit_map(struct lost *l, const char *before, const json_t *map)
{
	const char *name;
	json_t *schema;

	json_object_foreach((json_t *)(uintptr_t)map, name, schema)
		visit_at(l, before, name, "", schema);
}

static void
visit_list(struct lost *l, const json_t *schema, const char *keyword)
{
	json_t *one;
	size_t i;

	json_array_foreach(json_object_get(schema, keyword), i, one) {
		char index[32];

		snprintf(index, sizeof(index), "%s[%zu]", keyword, i);
		visit_at(l, ".", index, "", one);
	}
}

/* Into what Codex passes on, and nowhere else: that is told as a whole. */
static void
visit(struct lost *l, const json_t *schema)
{
	static const char *const lists[] = { "anyOf", "oneOf", "allOf" };
	static const char *const maps[] = { "$defs", "definitions" };

	if (json_is_true(schema)) {
		begin_line(l);
		jsonw_puts(&l->w, "any value");
	}
	tell(l, schema);
	visit_map(l, ".", json_object_get(schema, "properties"));
	if (json_is_object(json_object_get(schema, "items")))
		visit_at(l, "", "", "[]", json_object_get(schema, "items"));
	if (json_is_object(json_object_get(schema, "additionalProperties")))
		visit_at(l, ".", "*", "",
		    json_object_get(schema, "additionalProperties"));
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		visit_list(l, schema, lists[i]);
	for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
		size_t len = enter(l, ".", maps[i], "");

		visit_map(l, ".", json_object_get(schema, maps[i]));
		leave(l, len);
	}
}

int
rpc_lost_append(struct text schema, struct buf *out)
{
	struct lost l = { .any = false };
	char why[JSONX_ERROR_MAX];
	json_t *root;
	int rc = jsonx_parse(schema.s, schema.len, DEPTH_MAX, &root, why);

	if (rc != 0)
		return rc == -ENOMEM ? rc : 0;
	jsonw_begin(&l.w, out);
	visit(&l, root);
	json_decref(root);
	return jsonw_end(&l.w);
}
