/* reasoning_details: asked for, given out, taken back. */
#include <errno.h>
#include <string.h>

#include "dialect/chat/chat_read.h"
#include "unit/oom.h"
#include "unit/reply_script.h"
#include "unit/unit.h"

#define BEGIN "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}"
#define OURS(data) \
	"{\"type\":\"reasoning.encrypted\",\"id\":\"rs_1\",\"data\":\"" data \
	"\",\"format\":\"openai-responses-v1\",\"index\":0}"
#define SAID(details, more) \
	BEGIN ",{\"role\":\"assistant\",\"content\":\"a\"," \
	      "\"reasoning_details\":" details more "}]}"

static int
parse(const char *body, struct generation **ret, struct error *e)
{
	struct chat_form form;

	return chat_read(body, strlen(body), ret, &form, e);
}

static struct generation *
must_parse(const char *body)
{
	struct error e = ERROR_INIT;
	struct generation *g = NULL;

	ck_assert_msg(parse(body, &g, &e) == 0, "%s: %s", body, e.message);
	return g;
}

START_TEST(they_are_asked_for)
{
	static const struct {
		const char *body;
		bool asked;
		const char *effort; /* or NULL */
	} rows[] = {
		{ BEGIN "]}", false, NULL },
		{ BEGIN "],\"reasoning_effort\":\"low\"}", false, "low" },
		{ BEGIN "],\"include_reasoning\":true}", true, NULL },
		{ BEGIN "],\"include_reasoning\":false}", false, NULL },
		{ BEGIN "],\"include_reasoning\":null,\"reasoning\":null}",
		    false, NULL },
		{ BEGIN "],\"reasoning\":{}}", true, NULL },
		{ BEGIN "],\"reasoning\":{\"effort\":\"high\"}}", true,
		    "high" },
		{ BEGIN "],\"reasoning_effort\":\"low\","
			"\"reasoning\":{\"effort\":\"high\"}}",
		    true, "low" },
		{ BEGIN "],\"reasoning\":{\"exclude\":false}}", true, NULL },
		{ BEGIN "],\"reasoning\":{\"exclude\":true}}", false, NULL },
		{ BEGIN "],\"reasoning\":{},\"include_reasoning\":false}",
		    false, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct generation *g = must_parse(rows[i].body);

		ck_assert_msg(g->sealed == rows[i].asked, "%s", rows[i].body);
		ck_assert_pstr_eq(g->effort, rows[i].effort);
		generation_unref(g);
	}
}
END_TEST

START_TEST(ours_come_back_before_the_message_and_its_calls)
{
	struct generation *g = must_parse(
	    SAID("[" OURS("gA=") "," OURS("gB=") "]",
		",\"tool_calls\":[{\"id\":\"c\",\"function\":{"
		"\"name\":\"f\",\"arguments\":\"{}\"}}]"));
	const struct item *i = g->items;

	ck_assert_uint_eq(g->n_items, 5);
	ck_assert_int_eq(i[1].kind, ITEM_REASONING);
	ck_assert_str_eq(i[1].sealed.s, "gA=");
	ck_assert_uint_eq(i[1].n_parts, 0);
	ck_assert_int_eq(i[2].kind, ITEM_REASONING);
	ck_assert_str_eq(i[2].sealed.s, "gB=");
	ck_assert(item_is_message(&i[3], ROLE_ASSISTANT));
	ck_assert_int_eq(i[4].kind, ITEM_CALL);
	ck_assert(item_is_beside(&i[3], &i[4]));
	ck_assert(!item_is_beside(&i[2], &i[3]));
	ck_assert(!g->sealed);
	generation_unref(g);
}
END_TEST

/* A client may change the provider, and drops what it does not know. */
START_TEST(what_is_not_ours_is_left_out)
{
	static const struct {
		const char *body;
		bool taken;
	} rows[] = {
		{ SAID("[" OURS("gA=") "]", ""), true },
		{ SAID("[{\"type\":\"reasoning.encrypted\",\"data\":\"gA=\"}]",
		      ""),
		    true },
		{ SAID("[{\"type\":\"reasoning.encrypted\",\"data\":\"gA=\","
		       "\"id\":7,\"format\":null}]",
		      ""),
		    true },
		{ SAID("[" OURS("") "]", ""), false },
		{ SAID("[{\"type\":\"reasoning.encrypted\",\"data\":\"gA=\","
		       "\"format\":\"anthropic-claude-v1\"}]",
		      ""),
		    false },
		{ SAID("[{\"type\":\"reasoning.encrypted\",\"data\":\"gA=\","
		       "\"format\":1}]",
		      ""),
		    false },
		{ SAID("[{\"type\":\"reasoning.encrypted\",\"data\":[]},"
		       "{\"type\":\"reasoning.encrypted\"},"
		       "{\"type\":\"reasoning.summary\",\"summary\":\"hm\"},"
		       "{\"type\":\"reasoning.text\",\"data\":\"gA=\"},"
		       "{\"type\":3,\"data\":\"gA=\"},{},null,\"x\",4,[[]]]",
		      ""),
		    false },
		{ SAID("[]", ""), false },
		{ SAID("null", ""), false },
		{ BEGIN ",{\"role\":\"user\",\"content\":\"a\","
			"\"reasoning_details\":[" OURS("gA=") "]}]}",
		    false },
		{ BEGIN ",{\"role\":\"user\",\"content\":\"a\","
			"\"reasoning_details\":4}]}",
		    false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct generation *g = must_parse(rows[i].body);

		ck_assert_msg(
		    g->n_items == (rows[i].taken ? 3 : 2), "%s", rows[i].body);
		if (rows[i].taken)
			ck_assert_str_eq(g->items[1].sealed.s, "gA=");
		generation_unref(g);
	}
}
END_TEST

START_TEST(wrong_types_are_refused)
{
	static const struct {
		const char *body, *param;
	} rows[] = {
		{ SAID("{}", ""), "messages[1].reasoning_details" },
		{ SAID("\"gA=\"", ""), "messages[1].reasoning_details" },
		{ BEGIN "],\"include_reasoning\":\"yes\"}",
		    "include_reasoning" },
		{ BEGIN "],\"reasoning\":true}", "reasoning" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error e = ERROR_INIT;
		struct generation *g = NULL;

		ck_assert_int_eq(parse(rows[i].body, &g, &e), -EINVAL);
		ck_assert_int_eq(e.kind, ERROR_INVALID_TYPE);
		ck_assert_str_eq(e.param, rows[i].param);
		error_free(&e);
	}
}
END_TEST

/* The shortest that is ours takes most of the generation's memory. */
START_TEST(very_many_come_back)
{
	enum {
		DETAILS = 50000
	};
	struct generation *g;
	struct buf b;

	buf_init(&b, 16 * 1024 * 1024);
	ck_assert_int_eq(buf_puts(&b,
			     BEGIN ",{\"role\":\"assistant\","
				   "\"reasoning_details\":["),
	    0);
	for (int i = 0; i < DETAILS; i++)
		ck_assert_int_eq(
		    buf_printf(&b,
			"%s{\"type\":\"reasoning.encrypted\",\"data\":\"a\"}",
			i > 0 ? "," : ""),
		    0);
	ck_assert_int_eq(buf_puts(&b, "]}]}"), 0);
	g = must_parse(b.data);
	ck_assert_uint_eq(g->n_items, DETAILS + 2);
	generation_unref(g);
	buf_free(&b);
}
END_TEST

static int
read_once(void)
{
	struct error e = ERROR_INIT;
	struct generation *g = NULL;
	int rc = parse(SAID("[" OURS("gA=") "]", ""), &g, &e);

	generation_unref(g);
	error_free(&e);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	OOM_EACH(read_once(), (void)0);
}
END_TEST

/* ---- given out ---- */

static const char *const steps[STEPS_MAX] = { "0r hm", "0s gA=", "0c pong",
	"0e ", "0s gB=", "0u 11,3,7,2", "0f stop" };

static void
check_bytes(bool stream, const char *expected)
{
	struct reply *r = script_reply(
	    "\"include_reasoning\":true,", stream, false);
	struct buf out;

	buf_init(&out, OUT_CAP);
	script_play(r, steps, &out);
	ck_assert_int_eq(reply_end(r, &out), 0);
	ck_assert_str_eq(out.data, expected);
	buf_free(&out);
	script_free(r);
}

#define HEAD(object) \
	"{\"id\":\"chatcmpl-1\",\"object\":\"" object \
	"\",\"created\":1700000000,\"model\":\"m \\\"1\\\"\"," \
	"\"system_fingerprint\":\"codex 0.169.0\",\"choices\":[{\"index\":0,"
#define GIVEN(data, index) \
	"{\"type\":\"reasoning.encrypted\",\"id\":\"rs_1\",\"data\":\"" data \
	"\",\"format\":\"openai-responses-v1\",\"index\":" index "}"

START_TEST(bytes_of_a_body)
{
	check_bytes(false,
	    HEAD("chat.completion") "\"message\":{\"role\":\"assistant\","
				    "\"content\":\"pong\",\"refusal\":null,"
				    "\"reasoning_content\":\"hm\",\"reasoning_"
				    "details\":[" GIVEN("gA=", "0") "," GIVEN(
					"gB=",
					"1") "]},\"logprobs\":null,"
					     "\"finish_reason\":\"stop\"}],"
					     "\"usage\":{\"prompt_tokens\":11,"
					     "\"completion_tokens\":7,\"total_"
					     "tokens\":18,"
					     "\"prompt_tokens_details\":{"
					     "\"cached_tokens\":3},"
					     "\"completion_tokens_details\":{"
					     "\"reasoning_tokens\":2}}}\n");
}
END_TEST

#define CHUNK(delta, reason) \
	"data: " HEAD("chat.completion.chunk") "\"delta\":{" delta \
					       "},\"logprobs\":null,\"finish_" \
					       "reason\":" reason "}]}\n\n"

START_TEST(bytes_of_a_stream)
{
	check_bytes(true,
	    CHUNK("\"role\":\"assistant\",\"content\":\"\"", "null")
		CHUNK("\"reasoning_content\":\"hm\"", "null") CHUNK(
		    "\"reasoning_details\":[" GIVEN("gA=", "0") "]", "null")
		    CHUNK("\"content\":\"pong\"", "null") CHUNK(
			"\"reasoning_details\":[" GIVEN("gB=", "1") "]", "null")
			CHUNK("", "\"stop\"") "data: [DONE]\n\n");
}
END_TEST

/* Each choice counts its own; the role comes before the first. */
START_TEST(each_choice_has_its_own)
{
	struct reply *r = script_reply(
	    "\"n\":2,\"reasoning\":{},", true, false);
	struct buf out;

	buf_init(&out, OUT_CAP);
	ck_assert_int_eq(script_step(r, "0s gA=", &out), 0);
	buf_reset(&out);
	ck_assert_int_eq(script_step(r, "1s gB=", &out), 0);
	ck_assert_ptr_nonnull(
	    strstr(out.data, "\"index\":1,\"delta\":{\"role"));
	ck_assert_ptr_nonnull(strstr(out.data, GIVEN("gB=", "0")));
	ck_assert(strstr(out.data, "\"role\"") < strstr(out.data, "gB="));
	buf_free(&out);
	script_free(r);
}
END_TEST

UNIT_MAIN("chat_details", they_are_asked_for,
    ours_come_back_before_the_message_and_its_calls,
    what_is_not_ours_is_left_out, wrong_types_are_refused, very_many_come_back,
    out_of_memory_is_told, bytes_of_a_body, bytes_of_a_stream,
    each_choice_has_its_own)
