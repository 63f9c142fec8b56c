#include "request.h"

#include <errno.h>

static int
append_string(struct buf *out, const json_t *string)
{
	return buf_append(
	    out, json_string_value(string), json_string_length(string));
}

/* Content or a tool's output: a string, or parts, one a line. */
static int
append_parts(struct buf *out, const json_t *content)
{
	const json_t *part, *text;
	size_t i, start = out->len;
	int r = 0;

	if (json_is_string(content))
		return append_string(out, content);
	json_array_foreach(content, i, part) {
		text = json_object_get(part, "text");
		if (!json_is_string(text))
			continue;
		if (r == 0 && out->len > start)
			r = buf_putc(out, '\n');
		if (r == 0)
			r = append_string(out, text);
	}
	return r;
}

static bool
type_is(const json_t *item, const char *suffix)
{
	const char *type = json_string_value(json_object_get(item, "type"));
	size_t len = strlen(suffix);

	return type != NULL && strlen(type) >= len &&
	    strcmp(type + strlen(type) - len, suffix) == 0;
}

static bool
is_user(const json_t *item)
{
	const char *role = json_string_value(json_object_get(item, "role"));

	return role != NULL && strcmp(role, "user") == 0;
}

/* Message, tool output, or a call as NAME(ARGUMENTS). */
static int
append_item(struct buf *out, const json_t *item)
{
	const json_t *name = json_object_get(item, "name");
	const json_t *arguments = json_object_get(item, "arguments");

	if (json_is_string(name) && json_is_string(arguments))
		return buf_printf(out, "%s(%s)", json_string_value(name),
		    json_string_value(arguments));
	if (type_is(item, "_output"))
		return append_parts(out, json_object_get(item, "output"));
	return append_parts(out, json_object_get(item, "content"));
}

/* Number of items without those at the end that are for no reader. */
static size_t
said(const json_t *input)
{
	size_t n = json_array_size(input);

	while (n > 0 &&
	    type_is(json_array_get(input, n - 1), "configuration_update"))
		n--;
	return n;
}

/* Number of items up to and with the last user message; 0: there is none. */
static size_t
through_last_user(const json_t *input)
{
	size_t n = said(input);

	while (n > 0 && !is_user(json_array_get(input, n - 1)))
		n--;
	return n;
}

int
request_last_user(const json_t *input, struct buf *out)
{
	size_t n = through_last_user(input);

	return n == 0 ? 0 : append_item(out, json_array_get(input, n - 1));
}

/* The item's text as a new JSON string, or NULL when memory is out. */
static json_t *
item_text(const json_t *item)
{
	struct buf text;
	json_t *string = NULL;

	buf_init(&text, SIZE_MAX);
	if (append_item(&text, item) == 0)
		string = json_stringn(
		    text.data != NULL ? text.data : "", text.len);
	buf_free(&text);
	return string;
}

int
request_all_texts(const json_t *input, struct buf *out)
{
	json_t *texts = json_array();
	const json_t *item;
	char *dump;
	size_t i;
	int r = 0;

	json_array_foreach(input, i, item) {
		if (json_array_append_new(texts, item_text(item)) < 0)
			r = -ENOMEM;
	}
	dump = r == 0 ? json_dumps(texts, JSON_COMPACT) : NULL;
	r = dump != NULL ? buf_puts(out, dump) : -ENOMEM;
	free(dump);
	json_decref(texts);
	return r;
}

bool
request_ends_in_tool_output(const json_t *input)
{
	size_t n = said(input);

	return n > 0 && type_is(json_array_get(input, n - 1), "_output");
}

/* Outputs of tools from item `first` on. */
static int
append_outputs(const json_t *input, size_t first, struct buf *out)
{
	size_t n = json_array_size(input), start = out->len;
	const json_t *item;
	int r = 0;

	for (size_t i = first; i < n && r == 0; i++) {
		item = json_array_get(input, i);
		if (!type_is(item, "_output"))
			continue;
		if (out->len > start)
			r = buf_puts(out, "; ");
		if (r == 0)
			r = append_item(out, item);
	}
	return r;
}

int
request_tool_outputs(const json_t *input, struct buf *out)
{
	size_t first = said(input);

	while (
	    first > 0 && type_is(json_array_get(input, first - 1), "_output"))
		first--;
	return append_outputs(input, first, out);
}

int64_t
request_tool_rounds(const json_t *input)
{
	size_t n = json_array_size(input);
	bool output, before = false;
	int64_t rounds = 0;

	for (size_t i = through_last_user(input); i < n; i++) {
		output = type_is(json_array_get(input, i), "_output");
		if (output && !before)
			rounds++;
		before = output;
	}
	return rounds;
}

int
request_all_tool_outputs(const json_t *input, struct buf *out)
{
	return append_outputs(input, through_last_user(input), out);
}

bool
request_has_sealed(const json_t *input)
{
	const json_t *item;
	size_t i;

	json_array_foreach(input, i, item) {
		if (type_is(item, "reasoning") &&
		    json_is_string(json_object_get(item, "encrypted_content")))
			return true;
	}
	return false;
}
