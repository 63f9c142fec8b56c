#include "dialect/chat/chat_read.h"

#include "dialect/chat/chat_parse.h"
#include "dialect/openai_fields.h"
#include "dialect/openai_format.h"

/* ---- the fields, one function each ---- */

static int
parse_format(struct reader *r, const json_t *root)
{
	static const char key[] = "response_format";
	json_t *format;
	int rc = reader_object(r, root, key, key, &format);

	return rc != 0 || format == NULL ? rc
					 : openai_format(r, format, key, false);
}

/* Also as routers to many providers have it; where both are, ours counts. */
static int
parse_effort(struct reader *r, const json_t *root, struct chat_form *form)
{
	static const char other[] = "reasoning";
	json_t *reasoning;
	int rc = openai_effort(r, root);

	form->effort_key = "reasoning_effort";
	if (rc != 0 || r->generation->effort != NULL)
		return rc;
	rc = reader_object(r, root, other, other, &reasoning);
	if (rc != 0 || reasoning == NULL)
		return rc;
	form->effort_key = "reasoning.effort";
	return openai_effort_in(r, reasoning, "effort", form->effort_key);
}

static int
parse_verbosity(struct reader *r, const json_t *root)
{
	static const char key[] = "verbosity";

	return openai_verbosity_in(r, root, key, key);
}

static int
parse_logprobs(struct reader *r, const json_t *root)
{
	static const char why[] = "Codex gives no token probabilities";
	bool wanted = false;
	int64_t top = 0;
	int rc = reader_flag(r, root, "logprobs", "logprobs", &wanted);

	if (rc == 0 && wanted)
		return reader_unsupported(r, "logprobs", why);
	if (rc == 0)
		rc = reader_int(r, root, "top_logprobs", "top_logprobs", &top);
	if (rc == 0 && top > 0)
		return reader_unsupported(r, "top_logprobs", why);
	return rc;
}

static int
parse_modalities(struct reader *r, const json_t *root)
{
	static const char key[] = "modalities";
	json_t *list, *value;
	size_t i;
	int rc = reader_array(r, root, key, key, &list);

	if (rc != 0)
		return rc;
	json_array_foreach(list, i, value) {
		struct text word = { json_string_value(value),
			json_string_length(value) };

		if (!json_is_string(value))
			return reader_wrong_type(
			    r, key, "an array of strings", value);
		if (!text_is(word, "text"))
			return reader_unsupported(
			    r, key, "Codex answers with text alone");
	}
	return 0;
}

/* What it says of the place and of how much is not for Codex to be told. */
static int
parse_search(struct reader *r, const json_t *root)
{
	static const char key[] = "web_search_options";
	json_t *options;
	int rc = reader_object(r, root, key, key, &options);

	if (rc == 0)
		r->generation->search = options != NULL;
	return rc;
}

typedef int field_parser(struct reader *r, const json_t *root);

/* In the order in which faults are told: one request has one error. */
static int
parse_body(struct reader *r, const json_t *root, void *arg)
{
	static field_parser *const first[] = { openai_model,
		chat_parse_messages };
	static field_parser *const last[] = { chat_parse_wish, parse_verbosity,
		openai_service_tier, openai_stop, parse_logprobs,
		parse_modalities, parse_search, openai_conversation,
		openai_cwd };
	struct chat_form *form = arg;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(first); i++)
		rc = first[i](r, root);
	if (rc == 0)
		rc = openai_stream(r, root, &form->form, &form->include_usage);
	if (rc == 0)
		rc = openai_n(r, root);
	if (rc == 0)
		rc = chat_parse_tools(r, root, form);
	if (rc == 0)
		rc = parse_format(r, root);
	if (rc == 0)
		rc = parse_effort(r, root, form);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(last); i++)
		rc = last[i](r, root);
	return rc;
}

int
chat_read(const char *body, size_t len, struct generation **ret_generation,
    struct chat_form *ret_form, struct error *ret_error)
{
	struct chat_form form = { .include_usage = false };
	int rc = reader_run(
	    body, len, parse_body, &form, ret_generation, ret_error);

	if (rc == 0)
		*ret_form = form;
	return rc;
}
