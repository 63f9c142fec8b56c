/*
 * Tools that OpenAI runs by itself, and tool_choice.
 *
 * Codex has none of them, but a web search. Clients offer some along with their
 * own, whatever they want done; what they want can be had without. The absence
 * of others changes it, or their calls would be for a client to run in a form
 * that Codex does not know.
 */
#include "dialect/openai_choice.h"
#include "dialect/responses/responses_parse.h"

/* ---- tools that OpenAI runs ---- */

static const struct {
	const char *type;
	enum responses_hosted hosted;
	bool dated; /* a day may stand behind it: web_search_2025_08_26 */
} types[] = {
	{ "web_search", HOSTED_SEARCH, true },
	{ "web_search_preview", HOSTED_SEARCH, true },
	{ "image_generation", HOSTED_SPARE, false },
	{ "tool_search", HOSTED_SPARE, false },
	{ "file_search", HOSTED_NEEDED, false },
	{ "code_interpreter", HOSTED_NEEDED, false },
	{ "mcp", HOSTED_NEEDED, false },
	{ "computer", HOSTED_NEEDED, false },
	{ "computer_use", HOSTED_NEEDED, false },
	{ "computer_use_preview", HOSTED_NEEDED, false },
	{ "local_shell", HOSTED_NEEDED, false },
	{ "shell", HOSTED_NEEDED, false },
	{ "apply_patch", HOSTED_NEEDED, false },
	{ "programmatic_tool_calling", HOSTED_NEEDED, false },
};

/* Whether the rest is "_2025_08_26". */
static bool
is_day(const char *s, size_t len)
{
	static const char form[] = "_0000_00_00";

	if (len != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool digit = s[i] >= '0' && s[i] <= '9';

		if (form[i] == '_' ? s[i] != '_' : !digit)
			return false;
	}
	return true;
}

/* ARRAY_SIZE(types): it is none of them. */
static size_t
find(struct text type)
{
	size_t i = 0;

	for (; i < ARRAY_SIZE(types); i++) {
		size_t len = strlen(types[i].type);

		if (type.len < len || memcmp(type.s, types[i].type, len) != 0)
			continue;
		if (type.len == len ||
		    (types[i].dated && is_day(type.s + len, type.len - len)))
			break;
	}
	return i;
}

enum responses_hosted
responses_hosted(struct text type)
{
	size_t i = find(type);

	return i < ARRAY_SIZE(types) ? types[i].hosted : HOSTED_NOT;
}

enum responses_hosted
responses_hosted_entry(const json_t *entry)
{
	struct text type;

	return jsonx_get_text(entry, "type", &type) == 0
	    ? responses_hosted(type)
	    : HOSTED_NOT;
}

void
responses_leave_out(struct responses_parse *p, struct text type)
{
	p->left_out |= 1U << find(type);
}

int
responses_name_left_out(struct responses_parse *p)
{
	struct buf names;
	int rc = 0;

	if (p->left_out == 0)
		return 0;
	buf_init(&names, SIZE_MAX);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(types); i++) {
		if ((p->left_out & (1U << i)) != 0)
			rc = buf_printf(&names, "%s%s",
			    names.len > 0 ? ", " : "", types[i].type);
	}
	if (rc == 0)
		p->form->form.left_out = buf_steal(&names, NULL);
	buf_free(&names);
	return rc;
}

/* ---- which tool the model may or has to call ---- */

static bool
is_hosted(const json_t *entry)
{
	return responses_hosted_entry(entry) != HOSTED_NOT;
}

/* Whether a list of allowed tools has a search in it, or is none. */
static bool
allows_search(const json_t *choice)
{
	const json_t *list = json_object_get(choice, "tools"), *value;
	size_t i;

	if (list == NULL)
		list = json_object_get(
		    json_object_get(choice, "allowed_tools"), "tools");
	if (list == NULL)
		return true;
	json_array_foreach(list, i, value) {
		if (responses_hosted_entry(value) == HOSTED_SEARCH)
			return true;
	}
	return false;
}

static void
forget_search(struct generation *g)
{
	g->search = false;
	g->search_offered = false;
}

/* Codex cannot be made to use one that OpenAI runs: that is refused. */
static int
parse_object(struct responses_parse *p, const json_t *value)
{
	int rc = openai_choice(p->r, value, is_hosted);

	if (!allows_search(value))
		forget_search(p->r->generation);
	return rc;
}

int
responses_parse_choice(struct responses_parse *p, const json_t *root)
{
	static const char key[] = "tool_choice";
	const json_t *value = json_object_get(root, key);
	struct generation *g = p->r->generation;
	int rc = 0;

	if (value == NULL || json_is_null(value))
		return 0;
	if (json_is_string(value))
		rc = openai_choice_word(p->r, value, key);
	else if (json_is_object(value))
		rc = parse_object(p, value);
	else
		rc = reader_wrong_type(
		    p->r, key, "a string or an object", value);
	if (g->choice == CHOICE_NONE || g->choice == CHOICE_NAMED)
		forget_search(g);
	return rc;
}
