/*
 * The content of messages and of outputs: a text, or parts; and of reasoning.
 */
#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "base/utf8.h"
#include "dialect/responses/responses_parse.h"
#include "image/base64.h"

/* What is read: an item's part, and the list that it stands in. */
struct piece {
	struct responses_parse *p;
	const char *list; /* "content" or "output" */
	const struct item *item;
	struct part *part;
};

static const char *
name_piece(const struct piece *x, const char *rest, char out[READER_PARAM_MAX])
{
	return responses_part_param(x->part->place, x->list, rest, out);
}

static bool
is_given(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return value != NULL && !json_is_null(value);
}

/* ---- texts ---- */

static int
parse_words(const struct piece *x, const json_t *object, const char *key)
{
	char param[READER_PARAM_MAX], rest[32];

	snprintf(rest, sizeof(rest), ".%s", key);
	return reader_keep_text(x->p->r, object, key,
	    name_piece(x, rest, param), true, &x->part->text);
}

static int
parse_text(const struct piece *x, const json_t *object)
{
	return parse_words(x, object, "text");
}

static int
parse_refusal(const struct piece *x, const json_t *object)
{
	x->part->kind = PART_REFUSAL;
	return parse_words(x, object, "refusal");
}

/* ---- images ---- */

/* The model's server takes none in what the assistant has said. */
static int
refuse_image(const struct piece *x)
{
	char param[READER_PARAM_MAX];

	return error_set_param(x->p->r->error, ERROR_INVALID_VALUE,
	    name_piece(x, "", param),
	    "'%s' is an image, which a message of the assistant cannot hold; "
	    "send it in a message of the user.",
	    param);
}

static int
parse_image(const struct piece *x, const json_t *object)
{
	char param[READER_PARAM_MAX];
	struct text url = { NULL, 0 };
	int rc;

	if (item_is_message(x->item, ROLE_ASSISTANT))
		return refuse_image(x);
	if (!is_given(object, "image_url") && is_given(object, "file_id"))
		return reader_unsupported(x->p->r,
		    name_piece(x, ".file_id", param),
		    "no files are kept here; send the image as a data: URL in "
		    "image_url");
	x->part->kind = PART_IMAGE;
	rc = reader_text(x->p->r, object, "image_url",
	    name_piece(x, ".image_url", param), true, &url);
	return rc != 0 ? rc
		       : reader_keep_image(x->p->r, url, param, &x->part->text);
}

/* ---- files ---- */

/* Of "data:text/plain;base64,...": what stands behind the comma, or NULL. */
static const char *
find_text_data(struct text url)
{
	static const char base64[] = ";base64";
	static const char *const types[] = { "data:text/",
		"data:application/json" };
	const char *comma = memchr(url.s, ',', url.len);
	size_t head = comma != NULL ? (size_t)(comma - url.s) : 0;
	bool text = false;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		text = text ||
		    (head >= strlen(types[i]) &&
			strncasecmp(url.s, types[i], strlen(types[i])) == 0);
	if (!text || head < sizeof(base64) - 1 ||
	    strncasecmp(
		comma - (sizeof(base64) - 1), base64, sizeof(base64) - 1) != 0)
		return NULL;
	return comma + 1;
}

static int
keep_decoded(const struct piece *x, const char *data, size_t len)
{
	char param[READER_PARAM_MAX];
	struct buf text;
	int rc;

	buf_init(&text, len);
	rc = base64_decode(data, len, &text);
	if (rc == 0 && utf8_valid_prefix(text.data, text.len) != text.len)
		rc = -EINVAL;
	if (rc == 0)
		rc = reader_keep(x->p->r, (struct text){ text.data, text.len },
		    &x->part->text);
	buf_free(&text);
	return rc == -EINVAL
	    ? reader_invalid(x->p->r, name_piece(x, ".file_data", param),
		  "UTF-8 in base64")
	    : rc;
}

/* A file that is a text is a text; others Codex cannot hand to the model. */
static int
parse_file(const struct piece *x, const json_t *object)
{
	char param[READER_PARAM_MAX];
	struct text url = { "", 0 };
	const char *data;
	int rc = reader_text(x->p->r, object, "file_data",
	    name_piece(x, ".file_data", param), false, &url);

	if (rc != 0)
		return rc;
	data = find_text_data(url);
	if (data != NULL)
		return keep_decoded(x, data, url.len - (size_t)(data - url.s));
	return reader_unsupported(x->p->r, name_piece(x, "", param),
	    "Codex takes text and images, and of files those alone that are "
	    "a text, in file_data as a data: URL of type text/plain");
}

/* ---- parts ---- */

static const struct {
	const char *type;
	int (*parse)(const struct piece *x, const json_t *object);
} parts[] = {
	{ "input_text", parse_text },
	{ "output_text", parse_text },
	{ "text", parse_text },
	{ "refusal", parse_refusal },
	{ "input_image", parse_image },
	{ "input_file", parse_file },
};

static int
unusable_part(const struct piece *x, struct text type, const char *param)
{
	static const char *const known[] = { "input_audio", "output_audio",
		"input_video", "computer_screenshot" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (text_is(type, known[i]))
			return error_set_param(x->p->r->error,
			    ERROR_UNSUPPORTED_PARAMETER, param,
			    "Content of type '%s' is not supported: Codex "
			    "takes text and images.",
			    known[i]);
	}
	return reader_invalid(
	    x->p->r, param, "input_text, input_image, output_text or refusal");
}

static int
parse_part(const struct piece *x, const json_t *object)
{
	char param[READER_PARAM_MAX];
	struct text type;
	int rc;

	if (!json_is_object(object))
		return reader_wrong_type(
		    x->p->r, name_piece(x, "", param), "an object", object);
	rc = reader_text(x->p->r, object, "type", name_piece(x, ".type", param),
	    true, &type);
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (text_is(type, parts[i].type))
			return parts[i].parse(x, object);
	}
	return unusable_part(x, type, param);
}

static int
parse_parts(struct responses_parse *p, const json_t *list, const char *key,
    struct item *item)
{
	json_t *value;
	size_t i;
	int rc = 0;

	json_array_foreach(list, i, value) {
		struct part *part = &item->parts[item->n_parts++];
		struct piece x = { p, key, item, part };

		part->place = item->place;
		if (!p->kept)
			part->place.inner = (uint32_t)i;
		rc = parse_part(&x, value);
		if (rc != 0)
			break;
	}
	return rc;
}

int
responses_parse_content(struct responses_parse *p, const json_t *object,
    const char *key, struct item *item)
{
	const json_t *content = json_object_get(object, key);
	char param[READER_PARAM_MAX], rest[32];
	bool list = json_is_array(content);

	snprintf(rest, sizeof(rest), ".%s", key);
	responses_item_param(item->place, rest, param);
	/* As in chat completions, a result may be null: it is empty. */
	if (json_is_null(content) && item->kind == ITEM_RESULT)
		return 0;
	if (content == NULL || json_is_null(content))
		return reader_missing(p->r, param);
	if (!list && !json_is_string(content))
		return reader_wrong_type(
		    p->r, param, "a string or an array of parts", content);
	item->parts = reader_room(
	    p->r, list ? json_array_size(content) : 1, sizeof(*item->parts));
	if (item->parts == NULL)
		return -ENOMEM;
	if (list)
		return parse_parts(p, content, key, item);
	item->n_parts = 1;
	item->parts[0].place = item->place;
	if (!p->kept)
		item->parts[0].place.inner = 0;
	return reader_keep_text(
	    p->r, object, key, param, true, &item->parts[0].text);
}

int
responses_parse_summary(
    struct responses_parse *p, const json_t *list, struct item *item)
{
	char param[READER_PARAM_MAX];
	struct place at = item->place;
	json_t *value;
	size_t i;
	int rc = 0;

	item->parts = reader_room(
	    p->r, json_array_size(list), sizeof(*item->parts));
	if (item->parts == NULL)
		return -ENOMEM;
	json_array_foreach(list, i, value) {
		struct part *part = &item->parts[item->n_parts++];

		at.inner = p->kept ? PLACE_ALL : (uint32_t)i;
		part->place = at;
		if (!json_is_object(value))
			return reader_wrong_type(p->r,
			    responses_part_param(at, "summary", "", param),
			    "an object", value);
		responses_part_param(at, "summary", ".text", param);
		rc = reader_keep_text(
		    p->r, value, "text", param, true, &part->text);
		if (rc != 0)
			break;
	}
	return rc;
}
