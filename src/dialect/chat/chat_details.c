#include "dialect/chat/chat_details.h"

#include "dialect/chat/chat_parse.h"

/* ---- given out ---- */

bool
chat_detail_is_in(const struct event *e)
{
	return e->kind == EVENT_ITEM_END && e->item.kind == ITEM_REASONING &&
	    event_sealed(e)[0] != '\0';
}

void
chat_detail_json(struct jsonw *w, const struct event *e, unsigned index)
{
	const char *id = event_id(e);

	jsonw_object(w, NULL);
	jsonw_str(w, "type", CHAT_DETAIL_TYPE);
	jsonw_str(w, "id", id[0] != '\0' ? id : NULL);
	jsonw_str(w, "data", event_sealed(e));
	jsonw_str(w, "format", CHAT_DETAIL_FORMAT);
	jsonw_u64(w, "index", index);
	jsonw_close(w);
}

/* ---- asked for, and taken back ---- */

int
chat_parse_wish(struct reader *r, const json_t *root)
{
	static const char key[] = "include_reasoning";
	const json_t *reasoning = json_object_get(root, "reasoning");
	bool wanted = json_is_object(reasoning) &&
	    !json_is_true(json_object_get(reasoning, "exclude"));
	int rc = reader_flag(r, root, key, key, &wanted);

	r->generation->sealed = wanted;
	return rc;
}

/* What Codex has sealed in it; empty: it is another's, or of another kind. */
static struct text
sealed_in(const json_t *detail)
{
	static const struct text none = { "", 0 };
	const json_t *format = json_object_get(detail, "format");
	struct text word, sealed;

	if (jsonx_get_text(detail, "type", &word) != 0 ||
	    !text_is(word, CHAT_DETAIL_TYPE) ||
	    jsonx_get_text(detail, "data", &sealed) != 0)
		return none;
	/* Some clients keep no more than the data. */
	if (format == NULL || json_is_null(format))
		return sealed;
	return jsonx_get_text(detail, "format", &word) == 0 &&
		text_is(word, CHAT_DETAIL_FORMAT)
	    ? sealed
	    : none;
}

size_t
chat_count_details(const json_t *object)
{
	const json_t *list = json_object_get(object, "reasoning_details");
	size_t i, n = 0;
	json_t *value;

	json_array_foreach(list, i, value)
		n += sealed_in(value).len > 0;
	return n;
}

/* Each is beside nothing: a message begins where its role stands. */
int
chat_parse_details(struct reader *r, const json_t *object, struct place at)
{
	char param[READER_PARAM_MAX];
	json_t *list, *value;
	size_t i;
	int rc = reader_array(r, object, "reasoning_details",
	    chat_message_param(at, ".reasoning_details", param), &list);

	if (rc != 0)
		return rc;
	json_array_foreach(list, i, value) {
		struct text sealed = sealed_in(value);
		struct item *item;

		if (sealed.len == 0)
			continue;
		item = chat_add_item(r, ITEM_REASONING, PLACE_NONE);
		rc = reader_keep(r, sealed, &item->sealed);
		if (rc != 0)
			break;
	}
	return rc;
}
