#include "dialect/openai_fields.h"

#include <string.h>

enum {
	MODEL_MAX = 256,
	WORD_MAX = 32
};

int
openai_model(struct reader *r, const json_t *root)
{
	struct text model = { NULL, 0 };
	int rc = reader_text(r, root, "model", "model", false, &model);

	if (rc != 0)
		return rc;
	if (model.s == NULL)
		model = text_of(OPENAI_MODEL_UNSAID);
	if (model.len == 0 || model.len > MODEL_MAX)
		return reader_invalid(r, "model", "1 to 256 characters");
	for (size_t i = 0; i < model.len; i++) {
		if ((unsigned char)model.s[i] < ' ' || model.s[i] == 0x7f)
			return reader_invalid(
			    r, "model", "free of control characters");
	}
	return reader_keep_word(r, model, &r->generation->model);
}

int
openai_stream(
    struct reader *r, const json_t *root, struct form *form, bool *ret_usage)
{
	json_t *options;
	int rc = reader_flag(r, root, "stream", "stream", &form->stream);

	r->generation->live = form->stream;
	if (rc == 0)
		rc = reader_object(
		    r, root, "stream_options", "stream_options", &options);
	if (rc != 0 || options == NULL)
		return rc;
	rc = reader_flag(r, options, "include_usage",
	    "stream_options.include_usage", ret_usage);
	*ret_usage = *ret_usage && form->stream;
	return rc;
}

int
openai_n(struct reader *r, const json_t *root)
{
	int64_t n = 1;
	int rc = reader_int(r, root, "n", "n", &n);

	if (rc != 0)
		return rc;
	if (n < 1 || n > OPENAI_N_MAX)
		return reader_invalid(r, "n", "an integer from 1 to 8");
	r->generation->choices = (unsigned)n;
	return 0;
}

static int
parse_stop_list(struct reader *r, const json_t *list)
{
	char param[READER_PARAM_MAX];
	json_t *value;
	size_t i;
	int rc = 0;

	if (json_array_size(list) > STOP_MAX)
		return reader_invalid(r, "stop", "a string or up to 4 strings");
	json_array_foreach(list, i, value) {
		snprintf(param, sizeof(param), "stop[%zu]", i);
		if (!json_is_string(value))
			return reader_wrong_type(r, param, "a string", value);
		rc = reader_add_stop(r, value, "stop");
		if (rc != 0)
			break;
	}
	return rc;
}

int
openai_stop(struct reader *r, const json_t *root)
{
	const json_t *value = json_object_get(root, "stop");

	if (value == NULL || json_is_null(value))
		return 0;
	if (json_is_array(value))
		return parse_stop_list(r, value);
	if (!json_is_string(value))
		return reader_wrong_type(
		    r, "stop", "a string or an array of strings", value);
	return reader_add_stop(r, value, "stop");
}

int
openai_effort_in(
    struct reader *r, const json_t *object, const char *key, const char *param)
{
	struct text word = { NULL, 0 };
	int rc = reader_text(r, object, key, param, false, &word);

	if (rc != 0 || word.s == NULL)
		return rc;
	if (word.len > WORD_MAX || reader_check_name(r, word, param) != 0)
		return reader_invalid(
		    r, param, "a word such as low, medium or high");
	return reader_keep_word(r, word, &r->generation->effort);
}

int
openai_effort(struct reader *r, const json_t *root)
{
	static const char key[] = "reasoning_effort";

	return openai_effort_in(r, root, key, key);
}

int
openai_service_tier(struct reader *r, const json_t *root)
{
	static const char key[] = "service_tier";
	struct text word = { NULL, 0 };
	int rc = reader_word(r, root, key, key, false, &word);

	if (rc != 0 || word.s == NULL)
		return rc;
	return reader_keep_word(r, word, &r->generation->tier);
}

int
openai_conversation(struct reader *r, const json_t *root)
{
	static const char *const keys[] = { "prompt_cache_key", "user" };
	struct text *name = &r->generation->conversation;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(keys); i++) {
		const json_t *value = json_object_get(root, keys[i]);
		struct text said = { json_string_value(value),
			json_string_length(value) };

		if (name->len == 0 && said.len > 0)
			rc = reader_keep(r, said, name);
	}
	return rc;
}

int
openai_cwd(struct reader *r, const json_t *root)
{
	struct text cwd = { NULL, 0 };
	json_t *metadata;
	int rc = reader_object(r, root, "metadata", "metadata", &metadata);

	if (rc != 0 || metadata == NULL)
		return rc;
	rc = reader_text(r, metadata, "cwd", "metadata.cwd", false, &cwd);
	if (rc != 0 || cwd.s == NULL)
		return rc;
	if (strlen(cwd.s) != cwd.len)
		return reader_invalid(r, "metadata.cwd", "a path without NUL");
	return reader_keep_word(r, cwd, &r->generation->cwd);
}
