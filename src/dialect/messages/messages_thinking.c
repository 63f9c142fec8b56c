/*
 * thinking and output_config: how hard the model thinks, what of it is shown,
 * and to which schema the answer keeps.
 */
#include "dialect/messages/messages_parse.h"

#include "dialect/openai_fields.h"

/* ---- thinking ---- */

/* How many tokens of thinking each of Codex's efforts is about. */
static const char *
effort_of(int64_t budget)
{
	static const struct {
		int64_t up_to;
		const char *effort;
	} steps[] = { { 1024, "low" }, { 8192, "medium" }, { 24576, "high" } };

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		if (budget <= steps[i].up_to)
			return steps[i].effort;
	}
	return "xhigh";
}

static int
parse_budget(struct messages_reading *m, const json_t *thinking)
{
	static const char param[] = "thinking.budget_tokens";
	int64_t budget = -1;
	int rc = reader_int(m->r, thinking, "budget_tokens", param, &budget);

	if (rc != 0)
		return rc;
	if (budget < 0)
		return json_object_get(thinking, "budget_tokens") == NULL
		    ? reader_missing(m->r, param)
		    : reader_invalid(m->r, param, "a number of tokens");
	m->r->generation->effort = effort_of(budget);
	m->form.effort_key = param;
	return 0;
}

static int
parse_display(struct messages_reading *m, const json_t *thinking)
{
	static const char param[] = "thinking.display";
	struct text word = text_of("summarized");
	int rc = reader_text(m->r, thinking, "display", param, false, &word);

	if (rc != 0)
		return rc;
	if (!text_is(word, "summarized") && !text_is(word, "omitted"))
		return reader_invalid(m->r, param, "summarized or omitted");
	m->form.omitted = text_is(word, "omitted");
	return 0;
}

/* The answer has blocks of it, and the next request brings them back. */
static int
show(struct messages_reading *m, const json_t *thinking)
{
	struct generation *g = m->r->generation;
	int rc = parse_display(m, thinking);

	m->form.thinking = true;
	g->sealed = true;
	g->summary = m->form.omitted ? SUMMARY_NONE : SUMMARY_AUTO;
	return rc;
}

static int
parse_kind(struct messages_reading *m, const json_t *thinking, struct text type)
{
	static const char param[] = "thinking.type";
	int rc;

	if (text_is(type, "disabled") || text_is(type, "between_tools")) {
		m->r->generation->effort = "none";
		m->form.effort_key = param;
		return 0;
	}
	if (text_is(type, "adaptive"))
		return show(m, thinking);
	if (!text_is(type, "enabled"))
		return reader_invalid(m->r, param,
		    "enabled, adaptive, disabled or between_tools");
	rc = parse_budget(m, thinking);
	return rc != 0 ? rc : show(m, thinking);
}

static int
parse_thinking(struct messages_reading *m, const json_t *root)
{
	json_t *thinking;
	struct text type = { NULL, 0 };
	int rc = reader_object(m->r, root, "thinking", "thinking", &thinking);

	/* Who does not ask for it reads the first block as the answer. */
	m->r->generation->summary = SUMMARY_NONE;
	if (rc != 0 || thinking == NULL)
		return rc;
	rc = reader_text(m->r, thinking, "type", "thinking.type", true, &type);
	return rc != 0 ? rc : parse_kind(m, thinking, type);
}

/* ---- output_config ---- */

/* What thinking says of it counts first. */
static int
parse_effort(struct messages_reading *m, const json_t *config)
{
	static const char param[] = "output_config.effort";
	const char *told = m->r->generation->effort;
	int rc = openai_effort_in(m->r, config, "effort", param);

	if (told != NULL)
		m->r->generation->effort = told;
	else
		m->form.effort_key = param;
	return rc;
}

/* {"type":"json_schema","schema":...}, which is at `where`. */
static int
parse_format(struct messages_reading *m, const json_t *object, const char *key,
    const char *where)
{
	char param[READER_PARAM_MAX];
	json_t *format, *schema;
	struct text type = { NULL, 0 };
	int rc = reader_object(m->r, object, key, where, &format);

	if (rc != 0 || format == NULL)
		return rc;
	m->form.format_key = where;
	rc = reader_text(m->r, format, "type",
	    messages_at(param, where, "type"), true, &type);
	if (rc != 0)
		return rc;
	if (!text_is(type, "json_schema"))
		return reader_invalid(m->r, param, "json_schema");
	rc = reader_object(m->r, format, "schema",
	    messages_at(param, where, "schema"), &schema);
	if (rc != 0)
		return rc;
	return schema == NULL ? reader_missing(m->r, param)
			      : reader_set_schema(m->r, schema, param, false);
}

int
messages_parse_thinking(struct messages_reading *m, const json_t *root)
{
	static const char key[] = "output_config";
	json_t *config;
	int rc = parse_thinking(m, root);

	if (rc == 0)
		rc = reader_object(m->r, root, key, key, &config);
	if (rc == 0 && config != NULL)
		rc = parse_effort(m, config);
	if (rc == 0 && config != NULL)
		rc = parse_format(m, config, "format", "output_config.format");
	/* Its name while it was tried out. */
	if (rc == 0 && m->r->generation->format == FORMAT_TEXT)
		rc = parse_format(m, root, "output_format", "output_format");
	return rc;
}
