#include "dialect/messages/messages_read.h"

#include <errno.h>
#include <stdio.h>

#include "dialect/messages/messages_dialect.h"
#include "dialect/messages/messages_parse.h"
#include "dialect/openai_fields.h"

/* ---- the fields, one function each ---- */

static int
parse_model(struct messages_reading *m, const json_t *root)
{
	const json_t *model = json_object_get(root, "model");

	if (model == NULL || json_is_null(model))
		return reader_missing(m->r, "model");
	m->r->generation->stand_in = MESSAGES_MODELS;
	return openai_model(m->r, root);
}

/* Codex cannot be told; but who forgets it should hear so here as well. */
static int
parse_max_tokens(struct messages_reading *m, const json_t *root)
{
	static const char key[] = "max_tokens";
	const json_t *value = json_object_get(root, key);
	int64_t n = 1;
	int rc = reader_int(m->r, root, key, key, &n);

	if (rc != 0 || m->counting)
		return rc;
	if (value == NULL || json_is_null(value))
		return reader_missing(m->r, key);
	return n >= 1 ? 0 : reader_invalid(m->r, key, "at least 1");
}

static int
parse_stream(struct messages_reading *m, const json_t *root)
{
	int rc = reader_flag(
	    m->r, root, "stream", "stream", &m->form.form.stream);

	m->r->generation->live = m->form.form.stream;
	return rc;
}

static int
parse_stop(struct messages_reading *m, const json_t *root)
{
	static const char key[] = "stop_sequences";
	char param[READER_PARAM_MAX];
	json_t *list, *value;
	size_t i;
	int rc = reader_array(m->r, root, key, key, &list);

	if (rc != 0)
		return rc;
	if (json_array_size(list) > STOP_MAX)
		return reader_invalid(m->r, key, "up to 4 strings");
	json_array_foreach(list, i, value) {
		messages_at_index(param, key, i);
		if (!json_is_string(value))
			return reader_wrong_type(
			    m->r, param, "a string", value);
		rc = reader_add_stop(m->r, value, key);
		if (rc != 0)
			break;
	}
	return rc;
}

static int
parse_speed(struct messages_reading *m, const json_t *root)
{
	struct text speed = { NULL, 0 };
	int rc = reader_text(m->r, root, "speed", "speed", false, &speed);

	if (rc != 0 || speed.s == NULL || text_is(speed, "standard"))
		return rc;
	if (!text_is(speed, "fast"))
		return reader_invalid(m->r, "speed", "standard or fast");
	m->r->generation->tier = "priority";
	return 0;
}

/* metadata.user_id: where an agent says it, its session is part of it. */
static int
keep_conversation(struct messages_reading *m, const json_t *root)
{
	const json_t *id = json_object_get(
	    json_object_get(root, "metadata"), "user_id");
	struct text said = { json_string_value(id), json_string_length(id) };

	return said.len == 0
	    ? 0
	    : reader_keep(m->r, said, &m->r->generation->conversation);
}

/*
 * A history that the provider keeps. The answer without it would be to another
 * question, and nobody would notice.
 */
static int
refuse_thread(struct messages_reading *m, const json_t *root)
{
	const json_t *thread = json_object_get(root, "thread");

	if (thread == NULL || json_is_null(thread))
		return 0;
	return error_set_param(m->r->error, ERROR_THREAD_UNSUPPORTED, "thread",
	    "'thread' is not supported: nothing of a conversation is kept "
	    "here, so send all of its messages.");
}

/* What the model would have, and does not see. */
static int
refuse_servers(struct messages_reading *m, const json_t *root)
{
	static const char key[] = "mcp_servers";
	json_t *list;
	int rc = reader_array(m->r, root, key, key, &list);

	if (rc != 0 || json_array_size(list) == 0)
		return rc;
	return reader_unsupported(
	    m->r, key, "the proxy connects to no MCP servers");
}

typedef int field_parser(struct messages_reading *m, const json_t *root);

/*
 * In the order in which faults are told: one request has one error. The thread
 * first, since its SDK goes on at once when it hears of it.
 */
static int
parse_body(struct reader *r, const json_t *root, void *arg)
{
	static field_parser *const fields[] = { refuse_thread, parse_model,
		parse_max_tokens, messages_parse_history, parse_stream,
		messages_parse_tools, messages_parse_thinking, parse_stop,
		parse_speed, keep_conversation, refuse_servers };
	struct messages_reading *m = arg;
	int rc = 0;

	m->r = r;
	m->loaded = json_object();
	if (m->loaded == NULL)
		return -ENOMEM;
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(fields); i++)
		rc = fields[i](m, root);
	json_decref(m->loaded);
	return rc;
}

int
messages_read(const char *body, size_t len, bool counting,
    struct generation **ret_generation, struct messages_form *ret_form,
    struct error *ret_error)
{
	struct messages_reading m = { .counting = counting };
	int rc = reader_run(
	    body, len, parse_body, &m, ret_generation, ret_error);

	if (rc == 0)
		*ret_form = m.form;
	return rc;
}
