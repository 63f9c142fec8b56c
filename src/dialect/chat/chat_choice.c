/*
 * Which of its tools a request wants to be called: tool_choice, and the old
 * function_call.
 */
#include "dialect/chat/chat_parse.h"
#include "dialect/openai_choice.h"

typedef int choice_parser(struct reader *r, const json_t *value);

static int
parse_new_choice(struct reader *r, const json_t *value)
{
	return openai_choice(r, value, NULL);
}

static int
parse_old_choice(struct reader *r, const json_t *value)
{
	return openai_choice_name(r, value, "function_call.name");
}

/* A word, or an object for `parse`. */
static int
parse_choice(struct reader *r, const json_t *root, struct chat_form *form,
    const char *key, choice_parser *parse)
{
	const json_t *value = json_object_get(root, key);

	if (value == NULL || json_is_null(value))
		return 0;
	form->choice_key = key;
	if (json_is_string(value))
		return openai_choice_word(r, value, key);
	if (!json_is_object(value))
		return reader_wrong_type(
		    r, key, "a string or an object", value);
	return parse(r, value);
}

int
chat_parse_choice(struct reader *r, const json_t *root, struct chat_form *form)
{
	int rc = parse_choice(r, root, form, "tool_choice", parse_new_choice);

	if (rc == 0 && r->generation->choice == CHOICE_UNSET)
		rc = parse_choice(
		    r, root, form, "function_call", parse_old_choice);
	return rc;
}
