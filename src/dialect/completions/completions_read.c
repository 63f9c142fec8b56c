#include "dialect/completions/completions_read.h"

#include <errno.h>

#include "dialect/openai_fields.h"
#include "dialect/reader.h"

#define SUFFIX_TOLD \
	"Your answer is put between the text of the user and the text below, " \
	"which follows it at once. Write what leads from the one to the " \
	"other, and repeat neither:\n"

static int
parse_logprobs(struct reader *r, const json_t *root)
{
	const json_t *value = json_object_get(root, "logprobs");

	if (value == NULL || json_is_null(value) || json_is_false(value))
		return 0;
	return reader_unsupported(
	    r, "logprobs", "Codex gives no token probabilities");
}

/* ---- prompts ---- */

static int
set_message(struct reader *r, struct item *i, enum item_role role,
    struct text text, struct place place)
{
	*i = (struct item){
		.kind = ITEM_MESSAGE, .role = role, .place = place, .n_parts = 1
	};
	i->parts = reader_room(r, 1, sizeof(*i->parts));
	if (i->parts == NULL)
		return -ENOMEM;
	i->parts[0] = (struct part){ .kind = PART_TEXT, .place = place };
	return reader_keep(r, text, &i->parts[0].text);
}

static int
tell_suffix(struct reader *r, struct item *i, struct text suffix)
{
	size_t head = strlen(SUFFIX_TOLD);
	char *told = reader_room(r, head + suffix.len + 1, 1);

	if (told == NULL)
		return -ENOMEM;
	memcpy(told, SUFFIX_TOLD, head);
	memcpy(told + head, suffix.s, suffix.len);
	return set_message(r, i, ROLE_DEVELOPER,
	    (struct text){ told, head + suffix.len }, PLACE_NONE);
}

/* Tokens are numbers of a vocabulary that Codex does not speak. */
static int
refuse_prompt(struct reader *r, const char *param, const json_t *found)
{
	if (json_is_integer(found) || json_is_array(found))
		return reader_unsupported(
		    r, param, "Codex takes text, not tokens");
	return reader_wrong_type(
	    r, param, "a string or an array of strings", found);
}

static int
set_prompt(struct reader *r, struct generation *g, const json_t *prompt,
    struct text suffix, struct place place)
{
	char param[READER_PARAM_MAX] = "prompt";
	struct text text = { json_string_value(prompt),
		json_string_length(prompt) };
	int rc = 0;

	if (place.outer != PLACE_ALL)
		snprintf(param, sizeof(param), "prompt[%u]", place.outer);
	if (!json_is_string(prompt))
		return refuse_prompt(r, param, prompt);
	if (text.len == 0)
		return reader_invalid(r, param, "a text that is not empty");
	g->items = reader_room(r, 2, sizeof(*g->items));
	if (g->items == NULL)
		return -ENOMEM;
	if (suffix.len > 0)
		rc = tell_suffix(r, &g->items[g->n_items++], suffix);
	if (rc == 0)
		rc = set_message(
		    r, &g->items[g->n_items++], ROLE_USER, text, place);
	return rc;
}

static int
set_prompts(struct reader *r, const json_t *list, struct text suffix)
{
	size_t n = json_array_size(list);
	struct generation *g = r->generation;
	int rc = 0;

	if (n == 0)
		return reader_invalid(r, "prompt", "a text that is not empty");
	if (json_is_integer(json_array_get(list, 0)))
		return refuse_prompt(r, "prompt", list);
	if (n * g->choices > CHOICES_MAX)
		return error_set_param(r->error, ERROR_INVALID_VALUE, "prompt",
		    "'prompt' asks for %zu answers; at most %d can be had at "
		    "once, so send several requests.",
		    n * g->choices, (int)CHOICES_MAX);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct place place = { (uint32_t)i, PLACE_ALL };

		if (i > 0)
			g = generation_beside(r->generation);
		rc = g == NULL
		    ? -ENOMEM
		    : set_prompt(r, g, json_array_get(list, i), suffix, place);
	}
	return rc;
}

/* The last of all: those that are beside it are copies of the first. */
static int
parse_prompt(struct reader *r, const json_t *root)
{
	const json_t *prompt = json_object_get(root, "prompt");
	struct text suffix = { NULL, 0 };
	int rc = reader_text(r, root, "suffix", "suffix", false, &suffix);

	if (rc != 0)
		return rc;
	if (prompt == NULL || json_is_null(prompt))
		return reader_missing(r, "prompt");
	if (json_is_array(prompt))
		return set_prompts(r, prompt, suffix);
	return set_prompt(r, r->generation, prompt, suffix, PLACE_NONE);
}

static int
parse_body(struct reader *r, const json_t *root, void *arg)
{
	struct completions_form *form = arg;
	int rc = openai_model(r, root);

	if (rc == 0)
		rc = openai_stream(r, root, &form->form, &form->include_usage);
	if (rc == 0)
		rc = openai_n(r, root);
	if (rc == 0)
		rc = openai_stop(r, root);
	if (rc == 0)
		rc = reader_flag(r, root, "echo", "echo", &form->echo);
	if (rc == 0)
		rc = parse_logprobs(r, root);
	if (rc == 0)
		rc = openai_conversation(r, root);
	return rc != 0 ? rc : parse_prompt(r, root);
}

int
completions_read(const char *body, size_t len,
    struct generation **ret_generation, struct completions_form *ret_form,
    struct error *ret_error)
{
	struct completions_form form = { .echo = false };
	int rc = reader_run(
	    body, len, parse_body, &form, ret_generation, ret_error);

	if (rc == 0)
		*ret_form = form;
	return rc;
}
