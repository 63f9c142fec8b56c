#include "dialect/openai_format.h"

#include <stdio.h>

/* {"schema","strict"}, at `where`. */
static int
parse_schema(struct reader *r, const json_t *object, const char *where)
{
	char param[READER_PARAM_MAX];
	json_t *schema;
	bool strict = false;
	int rc;

	snprintf(param, sizeof(param), "%.100s.strict", where);
	rc = reader_flag(r, object, "strict", param, &strict);
	snprintf(param, sizeof(param), "%.100s.schema", where);
	if (rc == 0)
		rc = reader_object(r, object, "schema", param, &schema);
	if (rc != 0)
		return rc;
	if (schema == NULL)
		return reader_missing(r, param);
	return reader_set_schema(r, schema, param, strict);
}

static int
parse_schema_in(struct reader *r, const json_t *format, const char *where)
{
	char param[READER_PARAM_MAX];
	json_t *object;
	int rc;

	snprintf(param, sizeof(param), "%.100s.json_schema", where);
	rc = reader_object(r, format, "json_schema", param, &object);
	if (rc != 0)
		return rc;
	return object == NULL ? reader_missing(r, param)
			      : parse_schema(r, object, param);
}

/* Any object; or, as other servers have it, one of the schema beside it. */
static int
parse_any_object(struct reader *r, const json_t *format, const char *where)
{
	char param[READER_PARAM_MAX];
	json_t *schema;
	int rc;

	snprintf(param, sizeof(param), "%.100s.schema", where);
	rc = reader_object(r, format, "schema", param, &schema);
	if (rc != 0)
		return rc;
	if (schema != NULL)
		return reader_set_schema(r, schema, param, false);
	r->generation->format = FORMAT_OBJECT;
	return 0;
}

int
openai_format(
    struct reader *r, const json_t *format, const char *where, bool flat)
{
	char param[READER_PARAM_MAX];
	struct text type;
	int rc;

	snprintf(param, sizeof(param), "%.100s.type", where);
	rc = reader_text(r, format, "type", param, true, &type);
	if (rc != 0)
		return rc;
	if (text_is(type, "json_schema"))
		return flat ? parse_schema(r, format, where)
			    : parse_schema_in(r, format, where);
	if (text_is(type, "json_object"))
		return parse_any_object(r, format, where);
	if (!text_is(type, "text"))
		return reader_invalid(
		    r, param, "text, json_object or json_schema");
	return 0;
}

int
openai_verbosity_in(
    struct reader *r, const json_t *object, const char *key, const char *param)
{
	static const char *const words[] = { "low", "medium", "high" };
	struct text word = { NULL, 0 };
	int rc = reader_text(r, object, key, param, false, &word);

	if (rc != 0 || word.s == NULL)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (text_is(word, words[i])) {
			r->generation->verbosity = words[i];
			return 0;
		}
	}
	return reader_invalid(r, param, "low, medium or high");
}
