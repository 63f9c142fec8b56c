/*
 * What is kept of a response.
 */
#include "unit/unit.h"

#include <jansson.h>
#include <string.h>

#include "unit/responses_rig.h"

static const struct rig_options kept = { .keep = true,
	.own = { "{\"type\":\"message\",\"role\":\"user\"}",
	    "{\"type\":\"function_call_output\",\"output\":\"msg_\"}",
	    "{\"type\":\"web_search_call\"}" } };

static const char *const steps[] = { "r", "+why", "s gAAA", "m", "+pong", ".",
	"c call_1 f", "+x", ".", "f stop", NULL };

static const struct {
	const char *id, *begins;
	bool output;
} expected[] = {
	{ "msg_1_0",
	    "{\"id\":\"msg_1_0\",\"type\":\"message\",\"role\":\"user\"}",
	    false },
	{ "fco_1_1",
	    "{\"id\":\"fco_1_1\",\"type\":\"function_call_output\","
	    "\"output\":\"msg_\"}",
	    false },
	{ "item_1_2", "{\"id\":\"item_1_2\",\"type\":\"web_search_call\"}",
	    false },
	{ "rs_1_3", "{\"id\":\"rs_1_3\",\"type\":\"reasoning\",", true },
	{ "msg_1_4", "{\"id\":\"msg_1_4\",\"type\":\"message\",", true },
	{ "ctc_1_5", "{\"id\":\"ctc_1_5\",\"type\":\"custom_tool_call\",",
	    true },
};

static void
check_item(const struct record_item *item, size_t i)
{
	json_t *json;

	ck_assert(text_is(item->id, expected[i].id));
	ck_assert_uint_ge(item->json.len, strlen(expected[i].begins));
	ck_assert_int_eq(memcmp(item->json.s, expected[i].begins,
			     strlen(expected[i].begins)),
	    0);
	ck_assert_int_eq(item->output, expected[i].output);
	json = json_loadb(item->json.s, item->json.len, 0, NULL);
	ck_assert_ptr_nonnull(json);
	ck_assert_str_eq(
	    json_string_value(json_object_get(json, "id")), expected[i].id);
	json_decref(json);
}

/* As it was given out: whole, or in the last event. */
static void
check_body(struct text body, const struct buf *out, bool stream)
{
	char copy[4096], *at;

	ck_assert_uint_lt(body.len, sizeof(copy));
	memcpy(copy, body.s, body.len);
	copy[body.len] = '\0';
	at = strstr(copy, "\"completed_at\":");
	ck_assert_ptr_nonnull(at);
	memcpy(at, "\"completed_at\":1700000009", 25);
	at = strstr(out->data, copy);
	ck_assert_ptr_nonnull(at);
	ck_assert_str_eq(at + body.len, stream ? "}\n\n" : "\n");
	ck_assert(stream || at == out->data);
}

START_TEST(items_and_body_are_kept)
{
	for (int stream = 0; stream < 2; stream++) {
		struct rig_options options = kept;
		struct record record;
		struct reply *r;
		struct buf out;

		options.stream = stream;
		r = rig_new(&options);
		buf_init(&out, RIG_OUT);
		rig_play(r, steps, &out);
		ck_assert(reply_record(r, &record));
		ck_assert(text_is(record.id, "resp_1"));
		ck_assert(text_is(record.previous, "resp_before"));
		ck_assert(text_is(record.conversation, "conv_1"));
		ck_assert_uint_eq(record.n_items, ARRAY_SIZE(expected));
		for (size_t i = 0; i < record.n_items; i++)
			check_item(&record.items[i], i);
		check_body(record.body, &out, stream);
		buf_free(&out);
		rig_free(r);
	}
}
END_TEST

/* An answer may be nothing, and so may what the request brings anew. */
START_TEST(nothing_is_kept_as_nothing)
{
	static const char *const only_end[] = { "f stop", NULL };
	struct reply *r = rig_new(&(struct rig_options){ .keep = true });
	struct record record;
	struct buf out;

	buf_init(&out, RIG_OUT);
	rig_play(r, only_end, &out);
	ck_assert(reply_record(r, &record));
	ck_assert_uint_eq(record.n_items, 0);
	buf_free(&out);
	rig_free(r);
}
END_TEST

START_TEST(what_is_not_to_be_kept_is_not)
{
	static const char *const failed[] = { "m", "+x", "x no", NULL };
	struct reply *r = rig_new(&(struct rig_options){ .stream = true });
	struct record record;
	struct buf out;

	buf_init(&out, RIG_OUT);
	rig_play(r, steps, &out);
	ck_assert(!reply_record(r, &record));
	rig_free(r);
	buf_reset(&out);
	r = rig_new(&(struct rig_options){ .stream = true, .keep = true });
	rig_play(r, failed, &out);
	ck_assert(!reply_record(r, &record));
	buf_free(&out);
	rig_free(r);
}
END_TEST

UNIT_MAIN("responses_record", items_and_body_are_kept,
    nothing_is_kept_as_nothing, what_is_not_to_be_kept_is_not)
