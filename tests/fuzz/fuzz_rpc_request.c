/*
 * What a request becomes for app-server is valid JSON in which nothing is
 * lost and no two functions share a name; a schema that was made strict is.
 * Input: the body.
 */
#include <errno.h>

#include "base/utf8.h"
#include "conversation/history.h"
#include "dialect/chat/chat_read.h"
#include "rpc/rpc_items.h"
#include "rpc/rpc_tools.h"
#include "schema/schema_check.h"
#include "schema/strict_schema.h"
#include "codex/tool_names.h"
#include "fuzz.h"

static json_t *
load(const struct buf *b)
{
	json_t *root = json_loadb(b->data, b->len, JSON_ALLOW_NUL, NULL);

	FUZZ_ASSERT(root != NULL);
	return root;
}

/* Name of the n-th tool that is. */
static const char *
offered(const struct generation *g, size_t n)
{
	for (size_t i = 0; i < g->n_tools; i++) {
		if (generation_offers(g, &g->tools[i]) && n-- == 0)
			return g->tools[i].name.s;
	}
	FUZZ_ASSERT(!"more tools than are offered");
	return NULL;
}

static void
check_tools(const struct generation *g)
{
	json_t *tools, *tool, *names = json_object();
	struct buf b;
	size_t i;

	buf_init(&b, SIZE_MAX);
	fuzz_must(rpc_tools_append(g, &b));
	tools = load(&b);
	FUZZ_ASSERT((json_array_size(tools) > 0) ==
	    (generation_offers_tools(g) && g->forced == NULL));
	json_array_foreach(tools, i, tool) {
		const char *own = offered(g, i);
		const char *name = json_string_value(
		    json_object_get(tool, "name"));
		json_t *other = json_object_get(names, name);
		const struct tool *found = tool_from_codex(
		    g, text_of(""), text_of(name));

		FUZZ_ASSERT(strlen(name) < TOOL_NAME_MAX);
		FUZZ_ASSERT(found != NULL && strcmp(found->name.s, own) == 0);
		FUZZ_ASSERT(other == NULL ||
		    strcmp(json_string_value(other), own) == 0);
		fuzz_must(json_object_set_new(names, name, json_string(own)));
	}
	buf_reset(&b);
	fuzz_must(rpc_tools_instruction(g, &b));
	json_decref(names);
	json_decref(tools);
	buf_free(&b);
}

static bool
same(const json_t *value, struct text t)
{
	return json_is_string(value) && json_string_length(value) == t.len &&
	    memcmp(json_string_value(value), t.s, t.len) == 0;
}

/* Texts of an item stand in its JSON, in their order. */
static void
check_parts(const struct item *i, const json_t *parts)
{
	FUZZ_ASSERT(
	    json_array_size(parts) == (i->n_parts > 0 ? i->n_parts : 1));
	for (size_t k = 0; k < i->n_parts; k++) {
		const json_t *part = json_array_get(parts, k);

		FUZZ_ASSERT(same(
		    json_object_get(part,
			i->parts[k].kind == PART_IMAGE ? "image_url" : "text"),
		    i->parts[k].text));
	}
}

/* One that is too long for the model's server has become another. */
static void
check_call_id(const struct item *i, const json_t *json)
{
	char mapped[TOOL_CALL_ID_MAX];

	if (i->call_id.len > 0)
		FUZZ_ASSERT(same(json_object_get(json, "call_id"),
		    call_id_to_codex(i->call_id, mapped)));
}

static void
check_output(const struct item *i, const json_t *json)
{
	const json_t *output = json_object_get(json, "output");

	if (json_is_array(output))
		check_parts(i, output);
	else if (i->n_parts == 1)
		FUZZ_ASSERT(same(output, i->parts[0].text));
	else
		FUZZ_ASSERT(json_string_length(output) == 0);
	check_call_id(i, json);
}

/* What a freeform tool was given is the one argument of a function. */
static void
check_input(const json_t *arguments, struct text input)
{
	json_t *root = json_loadb(json_string_value(arguments),
	    json_string_length(arguments), JSON_ALLOW_NUL, NULL);

	FUZZ_ASSERT(root != NULL);
	FUZZ_ASSERT(same(json_object_get(root, "input"), input));
	json_decref(root);
}

static void
check_call(const struct item *i, const json_t *json)
{
	const json_t *arguments = json_object_get(json, "arguments");

	if (i->custom)
		check_input(arguments, i->arguments);
	else
		FUZZ_ASSERT(same(arguments, i->arguments));
	check_call_id(i, json);
}

/* False when nothing is to be seen of it: an empty message beside its calls. */
static bool
check_item(const struct item *i, const json_t *json)
{
	const json_t *content = json_object_get(json, "content");

	switch (i->kind) {
	case ITEM_RESULT:
		check_output(i, json);
		return true;
	case ITEM_CALL:
		check_call(i, json);
		return true;
	default:
		break;
	}
	if (item_is_message(i, ROLE_ASSISTANT) && item_is_empty(i) &&
	    json_object_get(json, "arguments") != NULL)
		return false;
	check_parts(i, content);
	return true;
}

static int
append_items(const struct generation *g, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	rpc_items_put(&w, g, true);
	return jsonw_end(&w);
}

static void
check_items(const struct generation *g)
{
	size_t at = 0;
	json_t *items;
	struct buf b;

	buf_init(&b, SIZE_MAX);
	fuzz_must(buf_putc(&b, '['));
	fuzz_must(append_items(g, &b));
	fuzz_must(buf_putc(&b, ']'));
	items = load(&b);
	for (size_t i = 0; i < g->n_items; i++)
		at += check_item(&g->items[i], json_array_get(items, at));
	FUZZ_ASSERT(at == json_array_size(items));
	json_decref(items);
	buf_free(&b);
}

static void
check_history(const struct generation *g)
{
	struct error e = ERROR_INIT;
	int rc = history_check(g, &e);

	FUZZ_ASSERT(rc == 0 || rc == -EINVAL);
	FUZZ_ASSERT((rc == 0) == (e.kind == ERROR_NONE));
	FUZZ_ASSERT(rc == 0 || e.field != FIELD_NONE);
	error_free(&e);
}

/* Any schema, as a value: it comes to an end, and says why it is refused. */
static void
check_value(json_t *schema)
{
	char why[SCHEMA_WHY_MAX] = "";
	int rc = schema_check(schema, schema, why);

	FUZZ_ASSERT(rc == 0 || why[0] != '\0');
	FUZZ_ASSERT(utf8_valid_prefix(why, strlen(why)) == strlen(why));
}

static void
check_schema(const json_t *schema)
{
	struct strict_fault fault;
	json_t *strict, *again;
	int rc = strict_schema_make(schema, &strict, &fault);

	if (rc == 0) {
		fuzz_must(strict_schema_make(strict, &again, &fault));
		FUZZ_ASSERT(json_equal(strict, again));
		check_value(strict);
		json_decref(strict);
		json_decref(again);
	} else {
		FUZZ_ASSERT(rc == -EINVAL && fault.why[0] != '\0');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error error = ERROR_INIT;
	struct generation *g;
	struct chat_form form;
	int rc = chat_read(
	    size > 0 ? (const char *)data : "", size, &g, &form, &error);

	if (rc == 0) {
		check_tools(g);
		check_items(g);
		check_history(g);
		if (g->schema != NULL)
			check_schema(g->schema);
		generation_unref(g);
	}
	error_free(&error);
	return 0;
}
