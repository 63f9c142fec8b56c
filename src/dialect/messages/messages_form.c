#include "dialect/messages/messages_form.h"

#include <stdio.h>

/* A block of a message, `rest` behind it; or the messages as a whole. */
static void
name_block(struct place at, const char *rest, char out[DIALECT_PARAM_MAX])
{
	if (at.outer == PLACE_ALL)
		snprintf(out, DIALECT_PARAM_MAX, "messages");
	else if (at.inner == PLACE_ALL)
		snprintf(
		    out, DIALECT_PARAM_MAX, "messages.%u.content", at.outer);
	else
		snprintf(out, DIALECT_PARAM_MAX, "messages.%u.content.%u%s",
		    at.outer, at.inner, rest);
}

static const char *
word_of(const struct messages_form *form, enum error_field field)
{
	switch (field) {
	case FIELD_MODEL:
		return "model";
	case FIELD_EFFORT:
		return form->effort_key;
	case FIELD_TOOLS:
	case FIELD_SEARCH:
		return "tools";
	case FIELD_CHOICE:
		return "tool_choice";
	case FIELD_PARALLEL:
		return "tool_choice.disable_parallel_tool_use";
	case FIELD_FORMAT:
		return form->format_key;
	case FIELD_STOP:
		return "stop_sequences";
	case FIELD_CWD:
	case FIELD_NONE:
	case FIELD_IMAGE:
	case FIELD_CALL:
	case FIELD_RESULT:
	case FIELD_ITEM: /* it has none that could be at fault */
	case FIELD_REFERENCE: /* it makes none */
	case FIELD_PREVIOUS:
	case FIELD_CONVERSATION:
		break;
	}
	return NULL;
}

bool
messages_param(const struct generation *g, const struct form *form,
    const struct error *e, char out[DIALECT_PARAM_MAX])
{
	const char *word = word_of(messages_form_of(form), e->field);

	(void)g;
	switch (e->field) {
	case FIELD_IMAGE:
		name_block(e->place, "", out);
		return true;
	case FIELD_CALL:
		name_block(e->place, ".id", out);
		return true;
	case FIELD_RESULT:
		name_block(e->place, ".tool_use_id", out);
		return true;
	default:
		if (word != NULL)
			snprintf(out, DIALECT_PARAM_MAX, "%s", word);
		return word != NULL;
	}
}
