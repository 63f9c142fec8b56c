/*
 * What a request becomes for app-server is valid JSON in which nothing is
 * lost and no two functions share a name; a schema that was made strict is.
 * Input: the body.
 */
#include <errno.h>

#include "base/utf8.h"
#include "core/app_history.h"
#include "core/app_items.h"
#include "core/app_tools.h"
#include "core/schema_check.h"
#include "core/strict_schema.h"
#include "core/tool_names.h"
#include "fuzz.h"

static json_t *
load(const struct buf *b)
{
	json_t *root = json_loadb(b->data, b->len, JSON_ALLOW_NUL, NULL);

	FUZZ_ASSERT(root != NULL);
	return root;
}

static void
check_tools(const struct chat_request *r)
{
	json_t *tools, *tool, *names = json_object();
	struct buf b;
	size_t i;

	buf_init(&b, SIZE_MAX);
	fuzz_must(app_tools_append(r, &b));
	tools = load(&b);
	FUZZ_ASSERT(json_array_size(tools) ==
	    (r->tool_choice == CHAT_TOOLS_NONE ? 0 : r->n_tools));
	json_array_foreach(tools, i, tool) {
		const char *own = r->tools[i].name.s;
		const char *name = json_string_value(
		    json_object_get(tool, "name"));
		json_t *other = json_object_get(names, name);

		FUZZ_ASSERT(strlen(name) < TOOL_NAME_MAX);
		FUZZ_ASSERT(strcmp(tool_name_from_codex(r, name), own) == 0);
		FUZZ_ASSERT(other == NULL ||
		    strcmp(json_string_value(other), own) == 0);
		fuzz_must(json_object_set_new(names, name, json_string(own)));
	}
	buf_reset(&b);
	fuzz_must(app_tools_instruction(r, &b));
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

/* Texts of a message stand in its item, in their order. */
static void
check_parts(const struct chat_message *m, const json_t *parts)
{
	FUZZ_ASSERT(
	    json_array_size(parts) == (m->n_parts > 0 ? m->n_parts : 1));
	for (size_t i = 0; i < m->n_parts; i++) {
		const json_t *part = json_array_get(parts, i);

		FUZZ_ASSERT(
		    same(json_object_get(part,
			     m->parts[i].kind == CHAT_PART_IMAGE ? "image_url"
								 : "text"),
			m->parts[i].text));
	}
}

static void
check_output(const struct chat_message *m, const json_t *item)
{
	const json_t *output = json_object_get(item, "output");

	if (json_is_array(output))
		check_parts(m, output);
	else if (m->n_parts == 1)
		FUZZ_ASSERT(same(output, m->parts[0].text));
	else
		FUZZ_ASSERT(json_string_length(output) == 0);
	if (m->role == CHAT_TOOL)
		FUZZ_ASSERT(
		    same(json_object_get(item, "call_id"), m->tool_call_id));
}

static void
check_call(const struct chat_tool_call *call, const json_t *item)
{
	FUZZ_ASSERT(same(json_object_get(item, "arguments"), call->arguments));
	if (call->id.len > 0)
		FUZZ_ASSERT(same(json_object_get(item, "call_id"), call->id));
}

/* Returns how many of the items the message has become. */
static size_t
check_message(const struct chat_message *m, const json_t *items, size_t at)
{
	const json_t *item = json_array_get(items, at);
	const json_t *parts = json_object_get(item, "content");
	size_t n = 0;

	if (m->role == CHAT_TOOL || m->role == CHAT_FUNCTION) {
		check_output(m, item);
		return 1;
	}
	if (parts != NULL) {
		check_parts(m, parts);
		n = 1;
	} else {
		for (size_t i = 0; i < m->n_parts; i++)
			FUZZ_ASSERT(m->parts[i].text.len == 0);
		FUZZ_ASSERT(m->n_tool_calls > 0);
	}
	for (size_t i = 0; i < m->n_tool_calls; i++)
		check_call(&m->tool_calls[i], json_array_get(items, at + n++));
	return n;
}

static void
check_items(const struct chat_request *r)
{
	size_t at = 0;
	json_t *items;
	struct buf b;

	buf_init(&b, SIZE_MAX);
	fuzz_must(buf_putc(&b, '['));
	fuzz_must(app_items_append(r, &b));
	fuzz_must(buf_putc(&b, ']'));
	items = load(&b);
	for (size_t i = 0; i < r->n_messages; i++)
		at += check_message(&r->messages[i], items, at);
	FUZZ_ASSERT(at == json_array_size(items));
	json_decref(items);
	buf_free(&b);
}

static void
check_history(const struct chat_request *r)
{
	struct api_error e = API_ERROR_INIT;
	int rc = app_history_check(r, &e);

	FUZZ_ASSERT(rc == 0 || rc == -EINVAL);
	FUZZ_ASSERT((rc == 0) == (e.kind == API_ERROR_NONE));
	FUZZ_ASSERT(rc == 0 || e.param != NULL);
	api_error_free(&e);
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
	struct api_error e = API_ERROR_INIT;
	json_t *strict, *again;
	int rc = strict_schema_make(schema, &strict, &e);

	if (rc == 0) {
		fuzz_must(strict_schema_make(strict, &again, &e));
		FUZZ_ASSERT(json_equal(strict, again));
		check_value(strict);
		json_decref(strict);
		json_decref(again);
	} else {
		FUZZ_ASSERT(rc == -EINVAL && e.param != NULL);
	}
	api_error_free(&e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct api_error error = API_ERROR_INIT;
	struct chat_request *r;
	int rc = chat_request_parse(
	    size > 0 ? (const char *)data : "", size, &r, &error);

	if (rc == 0) {
		check_tools(r);
		check_items(r);
		check_history(r);
		if (r->schema != NULL)
			check_schema(r->schema);
		chat_request_unref(r);
	}
	api_error_free(&error);
	return 0;
}
