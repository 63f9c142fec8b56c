#include "dialect/responses/responses_read.h"

#include <errno.h>
#include <stdlib.h>

#include "dialect/openai_fields.h"
#include "dialect/openai_format.h"
#include "dialect/responses/responses_parse.h"

enum {
	METADATA_MAX = 16 /* pairs */
};

/* ---- what cannot be had ---- */

static int
refuse_if_given(
    struct reader *r, const json_t *root, const char *key, const char *why)
{
	const json_t *value = json_object_get(root, key);

	return value == NULL || json_is_null(value)
	    ? 0
	    : reader_unsupported(r, key, why);
}

static int
parse_refused(struct reader *r, const json_t *root)
{
	bool background = false;
	int64_t top = 0;
	int rc = reader_flag(r, root, "background", "background", &background);

	if (rc == 0 && background)
		return reader_unsupported(
		    r, "background", "an answer ends with its request");
	if (rc == 0)
		rc = refuse_if_given(r, root, "prompt",
		    "no prompts are kept here; send what they say as input");
	if (rc == 0)
		rc = refuse_if_given(
		    r, root, "moderation", "Codex moderates nothing");
	if (rc == 0)
		rc = reader_int(r, root, "top_logprobs", "top_logprobs", &top);
	if (rc == 0 && top > 0)
		return reader_unsupported(
		    r, "top_logprobs", "Codex gives no token probabilities");
	return rc;
}

/* ---- what is repeated, and has no effect ---- */

static int
check_number(struct reader *r, const json_t *root, const char *key)
{
	const json_t *value = json_object_get(root, key);

	if (value == NULL || json_is_null(value) || json_is_number(value))
		return 0;
	return reader_wrong_type(r, key, "a number", value);
}

static int
check_word(struct reader *r, const json_t *root, const char *key)
{
	struct text word;

	return reader_text(r, root, key, key, false, &word);
}

static int
check_int(struct reader *r, const json_t *root, const char *key)
{
	int64_t n;

	return reader_int(r, root, key, key, &n);
}

static int
check_truncation(struct reader *r, const json_t *root, const char *key)
{
	struct text word = text_of("auto");
	int rc = reader_text(r, root, key, key, false, &word);

	if (rc != 0 || text_is(word, "auto") || text_is(word, "disabled"))
		return rc;
	return reader_invalid(r, key, "auto or disabled");
}

static const struct {
	const char *key;
	int (*check)(struct reader *r, const json_t *root, const char *key);
} idle[] = {
	{ "max_output_tokens", check_int },
	{ "max_tool_calls", check_int },
	{ "truncation", check_truncation },
	{ "temperature", check_number },
	{ "top_p", check_number },
	{ "presence_penalty", check_number },
	{ "frequency_penalty", check_number },
	{ "user", check_word },
	{ "safety_identifier", check_word },
	{ "prompt_cache_key", check_word },
};

static int
parse_idle(struct reader *r, const json_t *root)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(idle); i++)
		rc = idle[i].check(r, root, idle[i].key);
	return rc;
}

/* All of it is repeated, so it is looked at as OpenAI does. */
int
responses_parse_metadata(struct reader *r, const json_t *root)
{
	static const char key[] = "metadata";
	char param[READER_PARAM_MAX];
	const char *name;
	json_t *metadata, *value;
	int rc = reader_object(r, root, key, key, &metadata);

	if (rc != 0)
		return rc;
	if (json_object_size(metadata) > METADATA_MAX)
		return reader_invalid(r, key, "of at most 16 pairs");
	json_object_foreach(metadata, name, value) {
		snprintf(param, sizeof(param), "metadata.%.64s", name);
		if (!json_is_string(value))
			return reader_wrong_type(r, param, "a string", value);
	}
	return openai_cwd(r, root);
}

/* ---- how the model is to go about it ---- */

static int
parse_summary(struct reader *r, const json_t *reasoning)
{
	static const struct {
		const char *word;
		enum summary summary;
	} words[] = { { "auto", SUMMARY_AUTO }, { "concise", SUMMARY_CONCISE },
		{ "detailed", SUMMARY_DETAILED }, { "none", SUMMARY_NONE } };
	static const char param[] = "reasoning.summary";
	struct text word = { NULL, 0 };
	int rc = reader_text(r, reasoning, "summary", param, false, &word);

	r->generation->summary = SUMMARY_NONE;
	if (rc != 0 || word.s == NULL)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (text_is(word, words[i].word)) {
			r->generation->summary = words[i].summary;
			return 0;
		}
	}
	return reader_invalid(r, param, "auto, concise or detailed");
}

static int
parse_reasoning(struct reader *r, const json_t *root)
{
	static const char key[] = "reasoning";
	json_t *reasoning;
	int rc = reader_object(r, root, key, key, &reasoning);

	if (rc == 0)
		rc = openai_effort_in(
		    r, reasoning, "effort", "reasoning.effort");
	return rc != 0 ? rc : parse_summary(r, reasoning);
}

static int
parse_text(struct reader *r, const json_t *root)
{
	static const char key[] = "text", inner[] = "text.format";
	json_t *text, *format;
	int rc = reader_object(r, root, key, key, &text);

	if (rc == 0)
		rc = openai_verbosity_in(
		    r, text, "verbosity", "text.verbosity");
	if (rc == 0)
		rc = reader_object(r, text, "format", inner, &format);
	return rc != 0 || format == NULL
	    ? rc
	    : openai_format(r, format, inner, true);
}

/* Of what may be included all but one is what Codex does not tell. */
static int
parse_include(struct reader *r, const json_t *root)
{
	static const char key[] = "include";
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
		if (text_is(word, "reasoning.encrypted_content"))
			r->generation->sealed = true;
	}
	return 0;
}

/* ---- all of it ---- */

typedef int field_parser(struct reader *r, const json_t *root);

static int
parse_store(struct responses_parse *p, const json_t *root)
{
	struct form *form = &p->form->form;
	bool usage = false; /* it always comes */
	int rc;

	form->keep = true;
	rc = reader_flag(p->r, root, "store", "store", &form->keep);
	return rc != 0 ? rc : openai_stream(p->r, root, form, &usage);
}

/* In the order in which faults are told: one request has one error. */
static int
parse_fields(struct responses_parse *p, const json_t *root)
{
	static field_parser *const last[] = { parse_text, parse_reasoning,
		parse_include, openai_service_tier, responses_parse_metadata,
		parse_idle, openai_conversation };
	int rc = openai_model(p->r, root);

	if (rc == 0)
		rc = parse_refused(p->r, root);
	if (rc == 0)
		rc = responses_parse_input(p, root);
	if (rc == 0)
		rc = parse_store(p, root);
	if (rc == 0)
		rc = responses_parse_tools(p, root);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(last); i++)
		rc = last[i](p->r, root);
	return rc != 0 ? rc : responses_echo(p, root);
}

/* ---- bodies ---- */

int
responses_parse_with(responses_part *parse, struct reader *r,
    const json_t *root, struct responses_form *form)
{
	struct responses_parse p = {
		.r = r, .form = form, .names = json_object()
	};
	int rc = -ENOMEM;

	/* What is written anew of a body is bounded as what is kept of it. */
	p.form->echo.cap = r->generation->arena.cap;
	p.form->input.cap = r->generation->arena.cap;
	if (p.names != NULL)
		rc = parse(&p, root);
	json_decref(p.names);
	return rc == -EMSGSIZE ? -ENOMEM : rc;
}

static int
parse_request_body(struct reader *r, const json_t *root, void *arg)
{
	return responses_parse_with(parse_fields, r, root, arg);
}

int
responses_read_with(reader_fn *parse, const char *body, size_t len,
    struct generation **ret_generation, struct responses_form *ret_form,
    struct error *ret_error)
{
	struct responses_form form = { .n_input = 0 };
	int rc;

	buf_init(&form.echo, 0);
	buf_init(&form.input, 0);
	rc = reader_run(body, len, parse, &form, ret_generation, ret_error);
	if (rc == 0)
		*ret_form = form;
	else
		responses_form_clear(&form);
	return rc;
}

int
responses_read(const char *body, size_t len, struct generation **ret_generation,
    struct responses_form *ret_form, struct error *ret_error)
{
	return responses_read_with(
	    parse_request_body, body, len, ret_generation, ret_form, ret_error);
}

void
responses_form_clear(struct responses_form *form)
{
	free((char *)(uintptr_t)form->form.left_out);
	buf_free(&form->echo);
	buf_free(&form->input);
	free(form->input_ends);
	*form = (struct responses_form){ .n_input = 0 };
}
