/*
 * The rules that hold for every stream of messages, whatever is in it; some
 * client breaks on each that is not kept:
 *
 *	each event has an event: line, its type; none has a type of its own
 *	message_start first, with an empty content and usage
 *	blocks one at a time, numbered, begun and ended; a call has an id
 *	deltas of the block's own kind, and of no other type
 *	message_delta with a stop_reason that is no pause, and output_tokens
 *	message_stop last, or an error: never an end without either
 */
#include "unit/unit.h"

#include <string.h>

#include "dialect/messages/messages_dialect.h"
#include "unit/messages_asked.h"
#include "unit/reply_script.h"

#define HI "'stream':true,'messages':[{'role':'user','content':'hi'}]"
#define THINKING "'thinking':{'type':'adaptive'}," HI
#define STOP "'stop_sequences':['END']," HI

enum phase {
	NOTHING,
	BETWEEN, /* blocks */
	IN_BLOCK,
	DELTA_SAID,
	ENDED,
	FAILED
};

struct seen {
	enum phase phase;
	json_int_t blocks; /* begun */
	char kind[32]; /* of the one that is open */
	char reason[32]; /* why it stopped */
	unsigned pings;
};

static const char *
word(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	ck_assert_msg(s != NULL, "no %s", key);
	return s;
}

static void
see_start(struct seen *s, const json_t *e)
{
	const json_t *m = json_object_get(e, "message");
	const json_t *usage = json_object_get(m, "usage");

	ck_assert_int_eq(s->phase, NOTHING);
	ck_assert_str_eq(word(m, "type"), "message");
	ck_assert_str_eq(word(m, "role"), "assistant");
	ck_assert_str_ne(word(m, "id"), "msg_");
	ck_assert_str_eq(word(m, "model"), "m");
	ck_assert(json_is_array(json_object_get(m, "content")));
	ck_assert_uint_eq(json_array_size(json_object_get(m, "content")), 0);
	ck_assert(json_is_null(json_object_get(m, "stop_reason")));
	ck_assert(json_is_integer(json_object_get(usage, "input_tokens")));
	ck_assert(json_is_integer(json_object_get(usage, "output_tokens")));
	s->phase = BETWEEN;
}

static void
see_block_start(struct seen *s, const json_t *e)
{
	const json_t *block = json_object_get(e, "content_block");
	const char *kind = word(block, "type");

	ck_assert_int_eq(s->phase, BETWEEN);
	ck_assert_int_eq(
	    json_integer_value(json_object_get(e, "index")), s->blocks++);
	if (strcmp(kind, "tool_use") == 0) {
		ck_assert(strlen(word(block, "id")) > strlen("toolu_"));
		ck_assert_str_ne(word(block, "name"), "");
		ck_assert(json_is_object(json_object_get(block, "input")));
	} else if (strcmp(kind, "thinking") == 0) {
		ck_assert_str_eq(word(block, "thinking"), "");
		ck_assert_str_eq(word(block, "signature"), "");
	} else {
		ck_assert_str_eq(kind, "text");
		ck_assert_str_eq(word(block, "text"), "");
	}
	snprintf(s->kind, sizeof(s->kind), "%s", kind);
	s->phase = IN_BLOCK;
}

static void
see_block_delta(struct seen *s, const json_t *e)
{
	static const char *const deltas[][3] = {
		{ "text", "text_delta", "text" },
		{ "thinking", "thinking_delta", "thinking" },
		{ "thinking", "signature_delta", "signature" },
		{ "tool_use", "input_json_delta", "partial_json" },
	};
	const json_t *delta = json_object_get(e, "delta");
	bool known = false;

	ck_assert_int_eq(s->phase, IN_BLOCK);
	ck_assert_int_eq(
	    json_integer_value(json_object_get(e, "index")), s->blocks - 1);
	for (size_t i = 0; i < ARRAY_SIZE(deltas); i++) {
		if (strcmp(s->kind, deltas[i][0]) == 0 &&
		    strcmp(word(delta, "type"), deltas[i][1]) == 0) {
			(void)word(delta, deltas[i][2]);
			known = true;
		}
	}
	ck_assert_msg(known, "%s in %s", word(delta, "type"), s->kind);
}

static void
see_block_stop(struct seen *s, const json_t *e)
{
	ck_assert_int_eq(s->phase, IN_BLOCK);
	ck_assert_int_eq(
	    json_integer_value(json_object_get(e, "index")), s->blocks - 1);
	s->phase = BETWEEN;
}

static void
see_delta(struct seen *s, const json_t *e)
{
	const json_t *usage = json_object_get(e, "usage");

	ck_assert_int_eq(s->phase, BETWEEN);
	ck_assert(json_is_integer(json_object_get(usage, "output_tokens")));
	snprintf(s->reason, sizeof(s->reason), "%s",
	    word(json_object_get(e, "delta"), "stop_reason"));
	s->phase = DELTA_SAID;
}

static void
see_stop(struct seen *s, const json_t *e)
{
	(void)e;
	ck_assert_int_eq(s->phase, DELTA_SAID);
	s->phase = ENDED;
}

static void
see_ping(struct seen *s, const json_t *e)
{
	ck_assert_int_ne(s->phase, NOTHING);
	ck_assert_uint_eq(json_object_size(e), 1);
	s->pings++;
}

static void
see_error(struct seen *s, const json_t *e)
{
	ck_assert_str_eq(
	    word(json_object_get(e, "error"), "type"), "api_error");
	(void)word(json_object_get(e, "error"), "message");
	ck_assert_str_eq(word(e, "request_id"), "req_1");
	s->phase = FAILED;
}

static void
see_event(struct seen *s, const char *type, const json_t *e)
{
	static const struct {
		const char *type;
		void (*see)(struct seen *s, const json_t *e);
	} types[] = { { "message_start", see_start },
		{ "content_block_start", see_block_start },
		{ "content_block_delta", see_block_delta },
		{ "content_block_stop", see_block_stop },
		{ "message_delta", see_delta }, { "message_stop", see_stop },
		{ "ping", see_ping }, { "error", see_error } };

	ck_assert_str_eq(word(e, "type"), type);
	ck_assert_msg(s->phase < ENDED, "%s behind the end", type);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (strcmp(types[i].type, type) == 0) {
			types[i].see(s, e);
			return;
		}
	}
	ck_abort_msg("an event of the type %s", type);
}

/* Strictly: two lines and an empty one for each. */
static void
see_all(struct seen *s, char *bytes)
{
	static const char event[] = "event: ", data[] = "data: ";

	while (*bytes != '\0') {
		char *line = strchr(bytes, '\n'), *end = strstr(bytes, "\n\n");
		json_t *e;

		ck_assert_msg(line != NULL && end > line &&
			strncmp(bytes, event, strlen(event)) == 0 &&
			strncmp(line + 1, data, strlen(data)) == 0,
		    "%s", bytes);
		*line = '\0';
		*end = '\0';
		e = json_loads(line + 1 + strlen(data), 0, NULL);
		ck_assert_ptr_nonnull(e);
		see_event(s, bytes + strlen(event), e);
		json_decref(e);
		bytes = end + 2;
	}
}

static const struct {
	const char *members;
	const char *steps[STEPS_MAX];
	enum phase end;
	const char *reason; /* "": none, it failed */
	json_int_t blocks;
} rows[] = {
	{ HI, { "0f stop" }, ENDED, "end_turn", 0 },
	{ HI, { "ping", "0c a", "ping", "0f stop" }, ENDED, "end_turn", 1 },
	{ HI, { "0c a", "0f length" }, ENDED, "max_tokens", 1 },
	{ HI, { "0c a", "0f content_filter" }, ENDED, "refusal", 1 },
	{ STOP, { "0c aEND" }, ENDED, "stop_sequence", 1 },
	{ THINKING, { "0r a", "0p b", "0e", "0c x", "0f stop" }, ENDED,
	    "end_turn", 2 },
	{ THINKING,
	    { "0r a", "0e", "0k look", "0t 0 c1 f", "0a 0 {}", "0t 1 c2 g",
		"0a 1 {\"b", "0a 1 \":1}", "ping", "0f tool_calls" },
	    ENDED, "tool_use", 4 },
	{ HI, { "0t 0 c1 f", "0f tool_calls" }, ENDED, "tool_use", 1 },
	/* What fails has neither a stop_reason nor an end. */
	{ HI, { "0c a", "0x gone" }, FAILED, "", 1 },
	{ HI, { "ping", "0x gone" }, FAILED, "", 0 },
	{ HI, { "0t 0 c1 f", "0a 0 {", "0x gone" }, FAILED, "", 1 },
};

static void
run(const char *members, const char *const *steps, struct seen *s)
{
	static const struct identity identity = { "1", 1700000000, "codex",
		"req_1" };
	char *body = asked_body(members);
	struct generation *g = NULL;
	struct form *form = NULL;
	struct error error = ERROR_INIT;
	struct reply *r;
	struct buf out;

	buf_init(&out, OUT_CAP);
	ck_assert_int_eq(
	    messages_dialect.read(body, strlen(body), &g, &form, &error), 0);
	r = reply_new(&messages_dialect, g, form, &identity);
	ck_assert_ptr_nonnull(r);
	for (size_t i = 0; i < STEPS_MAX && steps[i] != NULL; i++)
		ck_assert_int_eq(strcmp(steps[i], "ping") == 0
			? reply_ping(r, &out)
			: script_step(r, steps[i], &out),
		    0);
	ck_assert(reply_done(r));
	ck_assert_int_eq(reply_end(r, &out), 0);
	see_all(s, out.data);
	buf_free(&out);
	reply_free(r);
	messages_dialect.form_free(form);
	generation_unref(g);
	free(body);
}

START_TEST(events_are_in_order)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct seen s = { .phase = NOTHING };

		run(rows[i].members, rows[i].steps, &s);
		ck_assert_msg(s.phase == rows[i].end, "row %zu", i);
		ck_assert_msg(s.blocks == rows[i].blocks, "row %zu", i);
		ck_assert_str_eq(s.reason, rows[i].reason);
		for (size_t k = 0; k < STEPS_MAX; k++) {
			if (rows[i].steps[k] != NULL &&
			    strcmp(rows[i].steps[k], "ping") == 0)
				s.pings--;
		}
		ck_assert_uint_eq(s.pings, 0);
	}
}
END_TEST

UNIT_MAIN("messages_order", events_are_in_order)
