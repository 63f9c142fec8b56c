#include "unit/reply_seen.h"

#include <check.h>
#include <jansson.h>
#include <string.h>

#include "base/compiler.h"

static void
add(char *to, size_t size, const char *text)
{
	size_t len = strlen(to);

	ck_assert_uint_lt(len + strlen(text), size);
	snprintf(to + len, size - len, "%s", text);
}

#define ADD(to, text) add(to, sizeof(to), text)

static const char *
string_at(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s != NULL ? s : "";
}

static bool
is_null(const json_t *object, const char *key)
{
	return json_is_null(json_object_get(object, key));
}

static json_int_t
int_at(const json_t *object, const char *key)
{
	ck_assert(json_is_integer(json_object_get(object, key)));
	return json_integer_value(json_object_get(object, key));
}

static void
see_usage(struct seen *s, const json_t *u)
{
	ck_assert_uint_eq(json_object_size(u), 5);
	snprintf(s->usage, sizeof(s->usage), "%lld,%lld,%lld,%lld,%lld\n",
	    int_at(u, "prompt_tokens"), int_at(u, "completion_tokens"),
	    int_at(u, "total_tokens"),
	    int_at(
		json_object_get(u, "prompt_tokens_details"), "cached_tokens"),
	    int_at(json_object_get(u, "completion_tokens_details"),
		"reasoning_tokens"));
}

static void
see_error(struct seen *s, const json_t *error)
{
	snprintf(s->error, sizeof(s->error), "%s %s\n",
	    string_at(error, "code"), string_at(error, "message"));
}

static void
see_identity(const json_t *root, const char *object)
{
	ck_assert_str_eq(string_at(root, "id"), "chatcmpl-1");
	ck_assert_str_eq(string_at(root, "object"), object);
	ck_assert_int_eq(int_at(root, "created"), 1700000000);
	ck_assert_str_eq(string_at(root, "model"), "m \"1\"");
	ck_assert_str_eq(
	    string_at(root, "system_fingerprint"), "codex 0.169.0");
}

/* What is called, and what with: {"name","arguments"}, {"name","input"}. */
static const json_t *
called_in(const json_t *call, bool *ret_custom)
{
	const json_t *custom = json_object_get(call, "custom");

	*ret_custom = custom != NULL;
	ck_assert(
	    (custom == NULL) == (json_object_get(call, "function") != NULL));
	return custom != NULL ? custom : json_object_get(call, "function");
}

static void
see_arguments(struct call_seen *seen, const json_t *called, bool custom)
{
	const char *key = custom ? "input" : "arguments";

	ck_assert(json_is_string(json_object_get(called, key)));
	ck_assert_ptr_null(
	    json_object_get(called, custom ? "arguments" : "input"));
	ADD(seen->arguments, string_at(called, key));
}

static void
see_head(struct call_seen *seen, const json_t *call, const json_t *called,
    bool custom)
{
	ck_assert_str_eq(
	    string_at(call, "type"), custom ? "custom" : "function");
	ADD(seen->id, string_at(call, "id"));
	ADD(seen->name, custom ? "*" : "");
	ADD(seen->name, string_at(called, "name"));
}

/* id, type and name come once, with the call's first piece. */
static void
see_call_piece(struct choice_seen *c, const json_t *call)
{
	bool custom;
	const json_t *called = called_in(call, &custom);
	size_t index = (size_t)int_at(call, "index");
	struct call_seen *seen;

	ck_assert_uint_lt(index, ARRAY_SIZE(c->calls));
	seen = &c->calls[index];
	if (index == c->n_calls) {
		see_head(seen, call, called, custom);
		c->n_calls++;
	} else {
		ck_assert_ptr_null(json_object_get(call, "id"));
		ck_assert_ptr_null(json_object_get(called, "name"));
	}
	see_arguments(seen, called, custom);
}

static void
see_delta(struct choice_seen *c, const json_t *delta)
{
	json_t *call;
	size_t i;

	/* Whatever comes first, the role comes with or before it. */
	if (json_object_get(delta, "role") != NULL) {
		ck_assert_str_eq(string_at(delta, "role"), "assistant");
		ck_assert_str_eq(string_at(delta, "content"), "");
		c->role = true;
	}
	ck_assert(c->role);
	ADD(c->content, string_at(delta, "content"));
	ADD(c->reasoning, string_at(delta, "reasoning_content"));
	json_array_foreach(json_object_get(delta, "tool_calls"), i, call)
		see_call_piece(c, call);
}

static void
see_chunk_choice(struct seen *s, const json_t *choice)
{
	size_t index = (size_t)int_at(choice, "index");
	json_t *delta = json_object_get(choice, "delta");
	struct choice_seen *c = &s->choices[index];

	ck_assert_uint_lt(index, s->n);
	/* Nothing comes behind the closing chunk. */
	ck_assert_str_eq(c->finish, "");
	ck_assert(is_null(choice, "logprobs"));
	ck_assert(json_is_object(delta));
	see_delta(c, delta);
	if (is_null(choice, "finish_reason")) {
		ck_assert_uint_gt(json_object_size(delta), 0);
		return;
	}
	ck_assert_uint_eq(json_object_size(delta), 0);
	ADD(c->finish, string_at(choice, "finish_reason"));
}

static void
see_chunk(struct seen *s, const json_t *root, bool include_usage)
{
	json_t *choices = json_object_get(root, "choices");

	see_identity(root, "chat.completion.chunk");
	ck_assert(json_is_array(choices));
	ck_assert_str_eq(s->usage, "");
	if (json_array_size(choices) == 0) {
		ck_assert(include_usage);
		see_usage(s, json_object_get(root, "usage"));
		return;
	}
	/* cn prints nothing when a chunk with choices has numbers. */
	ck_assert_int_eq(json_object_get(root, "usage") != NULL, include_usage);
	ck_assert(!include_usage || is_null(root, "usage"));
	ck_assert_uint_eq(json_array_size(choices), 1);
	see_chunk_choice(s, json_array_get(choices, 0));
}

static void
see_data(struct seen *s, const char *data, size_t len, bool include_usage)
{
	json_t *root;

	/* Nothing comes behind the end. */
	ck_assert(!s->done && s->error[0] == '\0');
	if (len == 6 && memcmp(data, "[DONE]", 6) == 0) {
		s->done = true;
		return;
	}
	root = json_loadb(data, len, 0, NULL);
	ck_assert_ptr_nonnull(root);
	if (json_object_get(root, "error") != NULL) {
		ck_assert_uint_eq(json_object_size(root), 1);
		see_error(s, json_object_get(root, "error"));
	} else {
		see_chunk(s, root, include_usage);
	}
	json_decref(root);
}

void
see_stream(struct seen *s, const struct buf *out, bool include_usage)
{
	const char *at = out->data, *end = out->data + out->len;

	while (at < end) {
		const char *stop = memmem(at, (size_t)(end - at), "\n\n", 2);

		ck_assert_ptr_nonnull(stop);
		ck_assert_int_eq(memcmp(at, "data: ", 6), 0);
		at += 6;
		see_data(s, at, (size_t)(stop - at), include_usage);
		at = stop + 2;
	}
	ck_assert_int_ne(s->done, s->error[0] != '\0');
}

static void
see_body_calls(struct choice_seen *c, const json_t *message)
{
	json_t *calls = json_object_get(message, "tool_calls"), *call;
	size_t i;

	ck_assert(calls == NULL || json_array_size(calls) > 0);
	json_array_foreach(calls, i, call) {
		bool custom;
		const json_t *called = called_in(call, &custom);

		see_head(&c->calls[i], call, called, custom);
		see_arguments(&c->calls[i], called, custom);
		c->n_calls++;
	}
}

static void
see_body_choice(struct choice_seen *c, const json_t *choice)
{
	json_t *message = json_object_get(choice, "message");

	ck_assert(is_null(choice, "logprobs"));
	ck_assert_str_eq(string_at(message, "role"), "assistant");
	ck_assert(is_null(message, "refusal"));
	ADD(c->content, string_at(message, "content"));
	ADD(c->reasoning, string_at(message, "reasoning_content"));
	ADD(c->finish, string_at(choice, "finish_reason"));
	see_body_calls(c, message);
	/* null is only for calls without text, absence for no reasoning. */
	ck_assert_int_eq(is_null(message, "content"),
	    c->n_calls > 0 && c->content[0] == '\0');
	ck_assert_int_eq(json_object_get(message, "reasoning_content") != NULL,
	    c->reasoning[0] != '\0');
}

void
see_body(struct seen *s, const struct buf *out)
{
	json_t *root = json_loadb(out->data, out->len, 0, NULL), *choice;
	size_t i;

	ck_assert_ptr_nonnull(root);
	see_identity(root, "chat.completion");
	json_array_foreach(json_object_get(root, "choices"), i, choice) {
		ck_assert_uint_eq((size_t)int_at(choice, "index"), i);
		see_body_choice(&s->choices[i], choice);
	}
	ck_assert_uint_eq(i, s->n);
	see_usage(s, json_object_get(root, "usage"));
	json_decref(root);
}

void
see_failure(struct seen *s, const struct error *error)
{
	snprintf(s->error, sizeof(s->error), "%s %s\n", error_code(error->kind),
	    error->message);
}

void
seen_summary(const struct seen *s, struct buf *summary)
{
	int rc = 0;

	buf_reset(summary);
	if (s->error[0] != '\0') {
		ck_assert_int_eq(buf_puts(summary, s->error), 0);
		return;
	}
	for (size_t i = 0; i < s->n; i++) {
		const struct choice_seen *c = &s->choices[i];

		rc |= buf_printf(
		    summary, "%zu %s|%s|", i, c->content, c->reasoning);
		for (size_t k = 0; k < c->n_calls; k++)
			rc |= buf_printf(summary, "%s:%s:%s;", c->calls[k].id,
			    c->calls[k].name, c->calls[k].arguments);
		rc |= buf_printf(summary, "|%s\n", c->finish);
	}
	rc |= buf_puts(summary, s->usage);
	ck_assert_int_eq(rc, 0);
}
