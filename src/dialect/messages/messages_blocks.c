/*
 * Blocks that the model is shown as texts and images: parts of a message or of
 * a result.
 */
#include "dialect/messages/messages_parse.h"

#include <errno.h>
#include <stdio.h>

static const struct kind {
	const char *word;
	enum messages_block kind;
} kinds[] = { { "text", BLOCK_TEXT }, { "image", BLOCK_IMAGE },
	{ "document", BLOCK_DOCUMENT },
	{ "search_result", BLOCK_SEARCH_RESULT },
	{ "tool_reference", BLOCK_TOOL_REFERENCE },
	{ "tool_use", BLOCK_TOOL_USE }, { "tool_result", BLOCK_TOOL_RESULT },
	{ "thinking", BLOCK_THINKING },
	{ "redacted_thinking", BLOCK_REDACTED_THINKING } };

const char *
messages_at(char out[READER_PARAM_MAX], const char *where, const char *rest)
{
	snprintf(out, READER_PARAM_MAX, "%.90s.%s", where, rest);
	return out;
}

const char *
messages_at_index(char out[READER_PARAM_MAX], const char *where, size_t i)
{
	snprintf(out, READER_PARAM_MAX, "%.90s.%zu", where, i);
	return out;
}

/* ---- what kind it is ---- */

static const struct kind *
find_kind(struct text word)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (text_is(word, kinds[i].word))
			return &kinds[i];
	}
	return NULL;
}

/*
 * What the provider's own tools have done, of which the model would be shown
 * nothing: Codex has no such item.
 */
static bool
is_of_server(struct text word)
{
	static const char *const own[] = { "server_tool_use", "mcp_tool_use",
		"mcp_tool_result", "container_upload", "compaction" };
	static const char end[] = "_tool_result";
	size_t n = strlen(end);

	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		if (text_is(word, own[i]))
			return true;
	}
	return word.len > n && memcmp(word.s + word.len - n, end, n) == 0;
}

static int
refuse_unknown(struct reader *r, struct text word, const char *where)
{
	char param[READER_PARAM_MAX];

	messages_at(param, where, "type");
	if (is_of_server(word))
		return error_set_param(r->error, ERROR_UNSUPPORTED_PARAMETER,
		    where,
		    "Blocks of type '%.64s' are not supported: '%s' is of a "
		    "tool that runs at the provider's, and cannot be shown to "
		    "the model.",
		    word.s, where);
	return reader_invalid(r, param,
	    "text, image, document, search_result, tool_use, tool_result, "
	    "tool_reference, thinking or redacted_thinking");
}

static int
refuse_here(struct reader *r, const struct kind *kind, const char *where)
{
	return error_set_param(r->error, ERROR_INVALID_VALUE, where,
	    "'%s' is a block of type '%s', which cannot stand there.", where,
	    kind->word);
}

int
messages_block_kind(struct reader *r, const json_t *block, const char *where,
    unsigned allowed, enum messages_block *ret)
{
	char param[READER_PARAM_MAX];
	const struct kind *kind;
	struct text word = { NULL, 0 };
	int rc;

	if (!json_is_object(block))
		return reader_wrong_type(r, where, "an object", block);
	rc = reader_text(
	    r, block, "type", messages_at(param, where, "type"), true, &word);
	if (rc != 0)
		return rc;
	kind = find_kind(word);
	if (kind == NULL)
		return refuse_unknown(r, word, where);
	if ((allowed & kind->kind) == 0)
		return refuse_here(r, kind, where);
	*ret = kind->kind;
	return 0;
}

bool
messages_is_part(const json_t *block)
{
	struct text word;
	const struct kind *kind;

	if (jsonx_get_text(block, "type", &word) != 0)
		return false;
	kind = find_kind(word);
	return kind != NULL && (kind->kind & BLOCK_PARTS) != 0;
}

/* ---- parts ---- */

static struct part *
add(struct item *item, enum part_kind kind, struct place at)
{
	struct part *part = &item->parts[item->n_parts++];

	part->kind = kind;
	part->place = at;
	return part;
}

/* Keeps the texts as one, behind each other. */
static int
keep_joined(
    struct reader *r, const struct text *pieces, size_t n, struct text *ret)
{
	size_t len = 0;
	char *to;

	for (size_t i = 0; i < n; i++)
		len += pieces[i].len;
	to = reader_room(r, len + 1, 1);
	if (to == NULL)
		return -ENOMEM;
	*ret = (struct text){ to, len };
	for (size_t i = 0; i < n; i++) {
		if (pieces[i].len > 0)
			memcpy(to, pieces[i].s, pieces[i].len);
		to += pieces[i].len;
	}
	return 0;
}

int
messages_text_part(
    struct reader *r, struct item *item, const json_t *text, struct place at)
{
	return reader_keep(r,
	    (struct text){ json_string_value(text), json_string_length(text) },
	    &add(item, PART_TEXT, at)->text);
}

static int
text_block(struct reader *r, const json_t *block, const char *where,
    struct item *item, struct place at)
{
	char param[READER_PARAM_MAX];

	return reader_keep_text(r, block, "text",
	    messages_at(param, where, "text"), true,
	    &add(item, PART_TEXT, at)->text);
}

/* ---- images ---- */

static bool
is_picture(struct text media)
{
	static const char *const known[] = { "image/png", "image/jpeg",
		"image/gif", "image/webp" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (text_is(media, known[i]))
			return true;
	}
	return false;
}

static int
keep_image(struct reader *r, struct text media, struct text data,
    const char *param, struct text *ret)
{
	struct buf url;
	int rc;

	buf_init(&url, SIZE_MAX);
	rc = buf_printf(&url, "data:%s;base64,", media.s);
	if (rc == 0)
		rc = buf_append(&url, data.s, data.len);
	if (rc == 0)
		rc = reader_keep_image(
		    r, (struct text){ url.data, url.len }, param, ret);
	buf_free(&url);
	return rc;
}

/* The source of a block, which must be there, and its type. */
static int
parse_source(struct reader *r, const json_t *block, const char *where,
    json_t **ret, struct text *ret_type)
{
	char param[READER_PARAM_MAX];
	int rc = reader_object(
	    r, block, "source", messages_at(param, where, "source"), ret);

	if (rc != 0)
		return rc;
	if (*ret == NULL)
		return reader_missing(r, param);
	return reader_text(r, *ret, "type",
	    messages_at(param, where, "source.type"), true, ret_type);
}

static int
refuse_source(struct reader *r, const char *where, const char *why)
{
	return error_set_param(r->error, ERROR_UNSUPPORTED_PARAMETER, where,
	    "'%s' cannot be shown to the model: %s.", where, why);
}

static int
base64_image(struct reader *r, const json_t *source, const char *where,
    struct item *item, struct place at)
{
	char param[READER_PARAM_MAX];
	struct text media, data;
	int rc = reader_text(r, source, "media_type",
	    messages_at(param, where, "source.media_type"), true, &media);

	if (rc != 0)
		return rc;
	if (!is_picture(media))
		return reader_invalid(
		    r, param, "image/png, image/jpeg, image/gif or image/webp");
	rc = reader_text(r, source, "data",
	    messages_at(param, where, "source.data"), true, &data);
	if (rc != 0)
		return rc;
	return keep_image(
	    r, media, data, param, &add(item, PART_IMAGE, at)->text);
}

static int
image_block(struct reader *r, const json_t *block, const char *where,
    struct item *item, struct place at)
{
	json_t *source;
	struct text type;
	int rc = parse_source(r, block, where, &source, &type);

	if (rc != 0)
		return rc;
	if (text_is(type, "base64"))
		return base64_image(r, source, where, item, at);
	if (text_is(type, "url"))
		return refuse_source(r, where,
		    "the proxy never fetches URLs; send the image as base64");
	return refuse_source(
	    r, where, "only images whose source is base64 can be");
}

/* ---- documents and search results ---- */

/* "FIRST: a\nSECOND: b" of what is not empty; nothing when both are. */
static int
add_heading(struct reader *r, struct item *item, struct place at,
    const char *const names[2], const struct text values[2])
{
	struct text pieces[5];
	size_t n = 0;

	for (int i = 0; i < 2; i++) {
		if (values[i].len == 0)
			continue;
		if (n > 0)
			pieces[n++] = text_of("\n");
		pieces[n++] = text_of(names[i]);
		pieces[n++] = values[i];
	}
	if (n == 0)
		return 0;
	return keep_joined(r, pieces, n, &add(item, PART_TEXT, at)->text);
}

/* The texts, and where they may be images, in `list`. */
static int
inner_blocks(struct reader *r, const json_t *list, const char *where,
    unsigned allowed, struct item *item, struct place at)
{
	char param[READER_PARAM_MAX];
	enum messages_block kind = BLOCK_TEXT;
	json_t *block;
	size_t i;
	int rc = 0;

	json_array_foreach(list, i, block) {
		messages_at_index(param, where, i);
		rc = messages_block_kind(r, block, param, allowed, &kind);
		if (rc == 0)
			rc = kind == BLOCK_IMAGE
			    ? image_block(r, block, param, item, at)
			    : text_block(r, block, param, item, at);
		if (rc != 0)
			break;
	}
	return rc;
}

/* A source of type content: a string, or blocks. */
static int
content_source(struct reader *r, const json_t *source, const char *where,
    struct item *item, struct place at)
{
	const json_t *content = json_object_get(source, "content");
	char param[READER_PARAM_MAX];

	messages_at(param, where, "source.content");
	if (json_is_string(content))
		return messages_text_part(r, item, content, at);
	if (json_is_array(content))
		return inner_blocks(
		    r, content, param, BLOCK_TEXT | BLOCK_IMAGE, item, at);
	return content == NULL
	    ? reader_missing(r, param)
	    : reader_wrong_type(r, param, "a string or an array", content);
}

static int
document_source(struct reader *r, const json_t *block, const char *where,
    struct item *item, struct place at)
{
	char param[READER_PARAM_MAX];
	json_t *source;
	struct text type;
	int rc = parse_source(r, block, where, &source, &type);

	if (rc != 0)
		return rc;
	if (text_is(type, "text"))
		return reader_keep_text(r, source, "data",
		    messages_at(param, where, "source.data"), true,
		    &add(item, PART_TEXT, at)->text);
	if (text_is(type, "content"))
		return content_source(r, source, where, item, at);
	return refuse_source(r, where,
	    "of documents only those whose source is text or content can be, "
	    "not PDF, URLs and files");
}

static int
document_block(struct reader *r, const json_t *block, const char *where,
    struct item *item, struct place at)
{
	static const char *const names[] = { "Document: ", "Context: " };
	struct text values[2] = { { "", 0 }, { "", 0 } };
	char param[READER_PARAM_MAX];
	int rc = reader_text(r, block, "title",
	    messages_at(param, where, "title"), false, &values[0]);

	if (rc == 0)
		rc = reader_text(r, block, "context",
		    messages_at(param, where, "context"), false, &values[1]);
	if (rc == 0)
		rc = add_heading(r, item, at, names, values);
	return rc != 0 ? rc : document_source(r, block, where, item, at);
}

static int
search_block(struct reader *r, const json_t *block, const char *where,
    struct item *item, struct place at)
{
	static const char *const names[] = { "Search result: ", "Source: " };
	struct text values[2] = { { "", 0 }, { "", 0 } };
	char param[READER_PARAM_MAX];
	json_t *content;
	int rc = reader_text(r, block, "title",
	    messages_at(param, where, "title"), true, &values[0]);

	if (rc == 0)
		rc = reader_text(r, block, "source",
		    messages_at(param, where, "source"), true, &values[1]);
	if (rc == 0)
		rc = add_heading(r, item, at, names, values);
	if (rc == 0)
		rc = reader_array(r, block, "content",
		    messages_at(param, where, "content"), &content);
	if (rc != 0)
		return rc;
	return content == NULL
	    ? reader_missing(r, param)
	    : inner_blocks(r, content, param, BLOCK_TEXT, item, at);
}

/* ---- tools that are loaded ---- */

/* From now on the model is shown the tool (messages_tools.c). */
static int
reference_block(struct messages_reading *m, const json_t *block,
    const char *where, struct item *item, struct place at)
{
	char param[READER_PARAM_MAX];
	struct text name, pieces[3];
	int rc = reader_word(m->r, block, "tool_name",
	    messages_at(param, where, "tool_name"), true, &name);

	if (rc != 0)
		return rc;
	if (json_object_set_new(m->loaded, name.s, json_true()) != 0)
		return -ENOMEM;
	pieces[0] = text_of("The tool ");
	pieces[1] = name;
	pieces[2] = text_of(" is loaded and can be called.");
	return keep_joined(m->r, pieces, 3, &add(item, PART_TEXT, at)->text);
}

/* ---- lists of blocks ---- */

static int
add_block(struct messages_reading *m, const json_t *block, const char *where,
    unsigned allowed, struct item *item, struct place at)
{
	enum messages_block kind = BLOCK_TEXT;
	struct reader *r = m->r;
	int rc = messages_block_kind(r, block, where, allowed, &kind);

	if (rc != 0)
		return rc;
	switch (kind) {
	case BLOCK_IMAGE:
		return image_block(r, block, where, item, at);
	case BLOCK_DOCUMENT:
		return document_block(r, block, where, item, at);
	case BLOCK_SEARCH_RESULT:
		return search_block(r, block, where, item, at);
	case BLOCK_TOOL_REFERENCE:
		return reference_block(m, block, where, item, at);
	default:
		return text_block(r, block, where, item, at);
	}
}

/* At least as many parts as it will become: a heading, and what it has. */
static size_t
room_for(const json_t *block)
{
	const json_t *source = json_object_get(block, "source");

	return 2 + json_array_size(json_object_get(block, "content")) +
	    json_array_size(json_object_get(source, "content"));
}

int
messages_parts(struct messages_reading *m, const struct messages_blocks *b,
    struct item *item)
{
	struct place at = b->at;
	size_t end = b->first + b->n, room = 0;
	char where[READER_PARAM_MAX];
	int rc = 0;

	for (size_t i = b->first; i < end; i++)
		room += room_for(json_array_get(b->list, i));
	item->parts = reader_room(m->r, room, sizeof(*item->parts));
	if (item->parts == NULL)
		return -ENOMEM;
	for (size_t i = b->first; rc == 0 && i < end; i++) {
		if (b->numbered)
			at.inner = (uint32_t)i;
		messages_at_index(where, b->where, i);
		rc = add_block(
		    m, json_array_get(b->list, i), where, b->allowed, item, at);
	}
	return rc;
}
