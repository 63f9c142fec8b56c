#include "dialect/responses/responses_parse.h"

#include <stdio.h>

#include "dialect/responses/responses_read.h"

const char *
responses_item_param(
    struct place at, const char *rest, char out[READER_PARAM_MAX])
{
	if (at.outer == PLACE_ALL)
		snprintf(out, READER_PARAM_MAX, "input");
	else
		snprintf(out, READER_PARAM_MAX, "input[%u]%s", at.outer, rest);
	return out;
}

const char *
responses_part_param(struct place at, const char *list, const char *rest,
    char out[READER_PARAM_MAX])
{
	char whole[96];

	if (at.inner == PLACE_ALL)
		snprintf(whole, sizeof(whole), ".%s", list);
	else
		snprintf(
		    whole, sizeof(whole), ".%s[%u]%s", list, at.inner, rest);
	return responses_item_param(at, whole, out);
}

/* Images are in messages, and in what functions gave. */
static void
name_image(
    const struct generation *g, struct place at, char out[DIALECT_PARAM_MAX])
{
	const struct place item = { at.outer, PLACE_ALL };
	bool result = generation_find(g, ITEM_RESULT, item) != NULL;

	responses_part_param(
	    at, result ? "output" : "content", ".image_url", out);
}

static const char *
word_of(enum error_field field)
{
	switch (field) {
	case FIELD_MODEL:
		return "model";
	case FIELD_EFFORT:
		return "reasoning.effort";
	case FIELD_TOOLS:
	case FIELD_SEARCH:
		return "tools";
	case FIELD_CHOICE:
		return "tool_choice";
	case FIELD_PARALLEL:
		return "parallel_tool_calls";
	case FIELD_FORMAT:
		return "text.format";
	case FIELD_CWD:
		return "metadata.cwd";
	case FIELD_PREVIOUS:
		return "previous_response_id";
	case FIELD_CONVERSATION:
		return "conversation";
	case FIELD_NONE:
	case FIELD_IMAGE:
	case FIELD_CALL:
	case FIELD_RESULT:
	case FIELD_ITEM:
	case FIELD_REFERENCE:
	case FIELD_STOP: /* it has none */
		break;
	}
	return NULL;
}

bool
responses_param(const struct generation *g, const struct form *form,
    const struct error *e, char out[DIALECT_PARAM_MAX])
{
	const char *word = word_of(e->field);

	(void)form;
	switch (e->field) {
	case FIELD_IMAGE:
		name_image(g, e->place, out);
		return true;
	case FIELD_CALL:
	case FIELD_RESULT:
		responses_item_param(e->place, ".call_id", out);
		return true;
	case FIELD_ITEM:
		responses_item_param(e->place, "", out);
		return true;
	case FIELD_REFERENCE:
		responses_item_param(e->place, ".id", out);
		return true;
	default:
		if (word != NULL)
			snprintf(out, DIALECT_PARAM_MAX, "%s", word);
		return word != NULL;
	}
}
