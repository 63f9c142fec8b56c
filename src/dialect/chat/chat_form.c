#include "dialect/chat/chat_form.h"

#include <stdio.h>

/* `rest` behind the message, or the messages as a whole. */
static void
name_message(struct place at, const char *rest, char out[DIALECT_PARAM_MAX])
{
	if (at.outer == PLACE_ALL)
		snprintf(out, DIALECT_PARAM_MAX, "messages");
	else
		snprintf(
		    out, DIALECT_PARAM_MAX, "messages[%u].%s", at.outer, rest);
}

static void
name_image(struct place at, char out[DIALECT_PARAM_MAX])
{
	char rest[64] = "content";

	if (at.inner != PLACE_ALL)
		snprintf(
		    rest, sizeof(rest), "content[%u].image_url.url", at.inner);
	name_message(at, rest, out);
}

/* The old ones have no id, and stand elsewhere. */
static bool
has_id(const struct generation *g, enum item_kind kind, struct place at)
{
	const struct item *i = generation_find(g, kind, at);

	return i == NULL || i->call_id.len > 0;
}

static const char *
word_of(const struct chat_form *form, enum error_field field)
{
	switch (field) {
	case FIELD_MODEL:
		return "model";
	case FIELD_EFFORT:
		return form->effort_key;
	case FIELD_TOOLS:
		return form->tools_key;
	case FIELD_CHOICE:
		return form->choice_key;
	case FIELD_PARALLEL:
		return "parallel_tool_calls";
	case FIELD_FORMAT:
		return "response_format";
	case FIELD_SEARCH:
		return "web_search_options";
	case FIELD_STOP:
		return "stop";
	case FIELD_CWD:
		return "metadata.cwd";
	case FIELD_NONE:
	case FIELD_IMAGE:
	case FIELD_CALL:
	case FIELD_RESULT:
	case FIELD_ITEM: /* chat has none that could be at fault */
	case FIELD_REFERENCE: /* it makes none */
	case FIELD_PREVIOUS:
	case FIELD_CONVERSATION:
		break;
	}
	return NULL;
}

bool
chat_param(const struct generation *g, const struct form *form,
    const struct error *e, char out[DIALECT_PARAM_MAX])
{
	const char *word = word_of(chat_form_of(form), e->field);

	switch (e->field) {
	case FIELD_IMAGE:
		name_image(e->place, out);
		return true;
	case FIELD_CALL:
		name_message(e->place,
		    has_id(g, ITEM_CALL, e->place) ? "tool_calls"
						   : "function_call",
		    out);
		return true;
	case FIELD_RESULT:
		name_message(e->place,
		    has_id(g, ITEM_RESULT, e->place) ? "tool_call_id" : "name",
		    out);
		return true;
	default:
		if (word != NULL)
			snprintf(out, DIALECT_PARAM_MAX, "%s", word);
		return word != NULL;
	}
}
