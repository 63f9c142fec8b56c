/*
 * The writers of responses: events in, the very bytes out.
 */
#include "unit/unit.h"

#include <errno.h>
#include <string.h>

#include "dialect/responses/responses_dialect.h"
#include "unit/oom.h"
#include "unit/responses_rig.h"

/* ---- what is expected, in short ---- */

#define HEAD \
	"{\"id\":\"resp_1\",\"object\":\"response\"," \
	"\"created_at\":1700000000,\"model\":\"m \\\"1\\\"\""
#define RESPONSE(completed, status, error, details, output, usage) \
	HEAD ",\"completed_at\":" completed ",\"status\":\"" status \
	     "\",\"error\":" error ",\"incomplete_details\":" details \
	     ",\"output\":[" output "],\"usage\":" usage "," RIG_ECHO "}"
#define RUNNING RESPONSE("null", "in_progress", "null", "null", "", "null")
#define COMPLETED(output, usage) \
	RESPONSE("1700000009", "completed", "null", "null", output, usage)
#define INCOMPLETE(reason, output, usage) \
	RESPONSE("null", "incomplete", "null", "{\"reason\":\"" reason "\"}", \
	    output, usage)
#define FAILED(error, output) \
	RESPONSE("null", "failed", error, "null", output, "null")
#define USAGE(in, cached, write, output, reasoning, total) \
	"{\"input_tokens\":" #in ",\"input_tokens_details\":{" \
	"\"cached_tokens\":" #cached ",\"cache_write_tokens\":" #write \
	"},\"output_tokens\":" #output ",\"output_tokens_details\":{" \
	"\"reasoning_tokens\":" #reasoning "},\"total_tokens\":" #total "}"
#define NONE USAGE(0, 0, 0, 0, 0, 0)

#define TYPED(type, n) \
	"event: " type "\ndata: {\"type\":\"" type "\",\"sequence_" \
	"number\":" #n
#define EVENT(type, n, members) TYPED("response." type, n) "," members "}\n\n"
#define WITH(type, n, response) EVENT(type, n, "\"response\":" response)
#define BEGUN WITH("created", 0, RUNNING) WITH("in_progress", 1, RUNNING)
/* Heads of deltas are made before their numbers. */
#define DELTA(type, n, members, delta) \
	"event: response." type "\ndata: {\"type\":\"response." type \
	"\"," members ",\"sequence_number\":" #n ",\"delta\":\"" delta \
	"\"}\n\n"

#define TEXT_PART(text) \
	"{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[]," \
	"\"text\":\"" text "\"}"
#define MESSAGE(id, phase, content, status) \
	"{\"id\":\"msg_1_" #id "\",\"type\":\"message\"," \
	"\"role\":\"assistant\",\"phase\":\"" phase "\",\"content\":[" content \
	"],\"status\":\"" status "\"}"
#define FINAL(id, text, status) \
	MESSAGE(id, "final_answer", TEXT_PART(text), status)
#define PART(text) "{\"type\":\"summary_text\",\"text\":\"" text "\"}"
#define REASONING(id, parts, more) \
	"{\"id\":\"rs_1_" #id "\",\"type\":\"reasoning\",\"summary\":[" parts \
	"]" more "}"
#define CALL(id, call, name, more, arguments, status) \
	"{\"id\":\"fc_1_" #id "\",\"type\":\"function_call\"," \
	"\"call_id\":\"" call "\",\"name\":\"" name "\"" more \
	",\"arguments\":\"" arguments "\",\"status\":\"" status "\"}"
#define CUSTOM(id, call, name, input, status) \
	"{\"id\":\"ctc_1_" #id "\",\"type\":\"custom_tool_call\"," \
	"\"call_id\":\"" call "\",\"name\":\"" name "\",\"input\":\"" input \
	"\",\"status\":\"" status "\"}"

#define ITEM(index, item) "\"output_index\":" #index ",\"item\":" item
#define AT(id, index) "\"item_id\":\"" id "\",\"output_index\":" #index
#define CONTENT(id, index) AT(id, index) ",\"content_index\":0"
#define SUMMARY(id, index, n) AT(id, index) ",\"summary_index\":" #n

/* ---- streams ---- */

static const char text_stream[] = BEGUN EVENT("output_item.added", 2,
    ITEM(0, MESSAGE(0, "final_answer", "", "in_progress")))
    EVENT("content_part.added", 3,
	CONTENT("msg_1_0", 0) ",\"part\":" TEXT_PART(""))
	DELTA("output_text.delta", 4, CONTENT("msg_1_0", 0) ",\"logprobs\":[]",
	    "po\\\"") DELTA("output_text.delta", 5,
	    CONTENT("msg_1_0", 0) ",\"logprobs\":[]", "ng\xe2\x82\xac")
	    EVENT("output_text.done", 6,
		CONTENT("msg_1_0", 0) ",\"text\":\"po\\\"ng\xe2\x82\xac\","
				      "\"logprobs\":[]")
		EVENT("content_part.done", 7,
		    CONTENT("msg_1_0", 0) ",\"part\":" TEXT_PART(
			"po\\\"ng\xe2\x82\xac")) EVENT("output_item.done", 8,
		    ITEM(0, FINAL(0, "po\\\"ng\xe2\x82\xac", "completed")))
		    WITH("completed", 9,
			COMPLETED(FINAL(0, "po\\\"ng\xe2\x82\xac", "completed"),
			    USAGE(11, 3, 1, 7, 2, 18)));

#define TWO_PARAGRAPHS PART("why") "," PART("so")
#define SAID MESSAGE(1, "commentary", TEXT_PART("look"), "completed")
static const char reasoning_stream[] = BEGUN EVENT("output_item.added", 2,
    ITEM(0, REASONING(0, "", ""))) EVENT("reasoning_summary_part.added", 3,
    SUMMARY("rs_1_0", 0, 0) ",\"part\":" PART(
	"")) DELTA("reasoning_summary_text.delta", 4, SUMMARY("rs_1_0", 0, 0),
    "why") EVENT("reasoning_summary_text.done", 5,
    SUMMARY("rs_1_0", 0,
	0) ",\"text\":\"why\"") EVENT("reasoning_summary_part.done", 6,
    SUMMARY("rs_1_0", 0, 0) ",\"part\":" PART(
	"why")) EVENT("reasoning_summary_part.added", 7,
    SUMMARY("rs_1_0", 0, 1) ",\"part\":" PART(
	"")) DELTA("reasoning_summary_text.delta", 8, SUMMARY("rs_1_0", 0, 1),
    "so") EVENT("reasoning_summary_text.done", 9,
    SUMMARY("rs_1_0", 0,
	1) ",\"text\":\"so\"") EVENT("reasoning_summary_part.done", 10,
    SUMMARY("rs_1_0", 0, 1) ",\"part\":" PART("so")) EVENT("output_item.done",
    11,
    ITEM(0, REASONING(0, TWO_PARAGRAPHS, ",\"encrypted_content\":\"gAAA\"")))
    EVENT("output_item.added", 12,
	ITEM(1, MESSAGE(1, "commentary", "", "in_progress")))
	EVENT("content_part.added", 13,
	    CONTENT("msg_1_1", 1) ",\"part\":" TEXT_PART(
		"")) DELTA("output_text.delta", 14,
	    CONTENT("msg_1_1", 1) ",\"logprobs\":[]",
	    "look") EVENT("output_text.done", 15,
	    CONTENT("msg_1_1", 1) ",\"text\":\"look\",\"logprobs\":[]")
	    EVENT("content_part.done", 16,
		CONTENT("msg_1_1", 1) ",\"part\":" TEXT_PART("look"))
		EVENT("output_item.done", 17, ITEM(1, SAID)) WITH("completed",
		    18,
		    COMPLETED(REASONING(0, TWO_PARAGRAPHS,
				  ",\"encrypted_content\":\"gAAA\"") "," SAID,
			NONE));

#define LS CALL(0, "call_1", "ls", "", "{\\\"a\\\":1}", "completed")
#define PATCH CUSTOM(1, "call_2", "patch", "*** a\\n", "completed")
#define SPACED CALL(2, "call_3", "f", ",\"namespace\":\"sp\"", "", "completed")
static const char calls_stream[] = BEGUN EVENT("output_item.added", 2,
    ITEM(0, CALL(0, "call_1", "ls", "", "", "in_progress")))
    DELTA("function_call_arguments.delta", 3, AT("fc_1_0", 0),
	"{\\\"a\\\"") DELTA("function_call_arguments.delta", 4, AT("fc_1_0", 0),
	":1}") EVENT("function_call_arguments.done", 5,
	AT("fc_1_0", 0) ",\"name\":\"ls\",\"arguments\":\"{\\\"a\\\":1}\"")
	EVENT("output_item.done", 6, ITEM(0, LS)) EVENT("output_item.added", 7,
	    ITEM(1, CUSTOM(1, "call_2", "patch", "", "in_progress")))
	    DELTA("custom_tool_call_input.delta", 8, AT("ctc_1_1", 1),
		"*** a\\n") EVENT("custom_tool_call_input.done", 9,
		AT("ctc_1_1", 1) ",\"input\":\"*** a\\n\"")
		EVENT("output_item.done", 10, ITEM(1, PATCH)) EVENT(
		    "output_item.added", 11,
		    ITEM(2,
			CALL(2, "call_3", "f", ",\"namespace\":\"sp\"", "",
			    "in_progress")))
		    EVENT("function_call_arguments.done", 12,
			AT("fc_1_2", 2) ",\"name\":\"f\",\"arguments\":\"\"")
			EVENT("output_item.done", 13, ITEM(2, SPACED))
			    WITH("completed", 14,
				COMPLETED(LS "," PATCH "," SPACED, NONE));

#define HALF FINAL(0, "half", "incomplete")
static const char broken_stream[] = BEGUN EVENT("output_item.added", 2,
    ITEM(0, MESSAGE(0, "final_answer", "", "in_progress")))
    EVENT("content_part.added", 3,
	CONTENT("msg_1_0", 0) ",\"part\":" TEXT_PART(""))
	DELTA("output_text.delta", 4, CONTENT("msg_1_0", 0) ",\"logprobs\":[]",
	    "half");

#define OUR_ERROR \
	"\"code\":\"upstream_error\",\"message\":\"no \\\"route\\\"\"," \
	"\"param\":null"
#define ITS_ERROR "{\"code\":\"server_error\",\"message\":\"no \\\"route\\\"\"}"
#define ERROR_EVENT(n) \
	TYPED("error", n) \
	"," OUR_ERROR ",\"error\":{" \
	"\"type\":\"server_error\"," OUR_ERROR "}}\n\n"

static const char failed_stream[] = ERROR_EVENT(5)
    WITH("failed", 6, FAILED(ITS_ERROR, HALF));
static const char incomplete_stream[] = EVENT("output_text.done", 5,
    CONTENT("msg_1_0", 0) ",\"text\":\"half\",\"logprobs\":[]")
    EVENT("content_part.done", 6,
	CONTENT("msg_1_0", 0) ",\"part\":" TEXT_PART("half"))
	EVENT("output_item.done", 7, ITEM(0, HALF)) WITH("incomplete", 8,
	    INCOMPLETE("max_output_tokens", HALF, USAGE(1, 0, 0, 2, 0, 3)));
static const char nothing_stream[] = BEGUN WITH(
    "completed", 2, COMPLETED("", NONE));
static const char failed_early_stream[] = BEGUN ERROR_EVENT(2)
    WITH("failed", 3, FAILED(ITS_ERROR, ""));
static const char pinged_stream[] = BEGUN WITH("in_progress", 2, RUNNING) WITH(
    "in_progress", 3, RUNNING) EVENT("output_item.added", 4,
    ITEM(0, MESSAGE(0, "final_answer", "", "in_progress")))
    EVENT("content_part.added", 5,
	CONTENT("msg_1_0", 0) ",\"part\":" TEXT_PART(""))
	WITH("in_progress", 6, RUNNING) EVENT("output_text.done", 7,
	    CONTENT("msg_1_0", 0) ",\"text\":\"\",\"logprobs\":[]")
	    EVENT("content_part.done", 8,
		CONTENT("msg_1_0", 0) ",\"part\":" TEXT_PART(""))
		EVENT("output_item.done", 9, ITEM(0, FINAL(0, "", "completed")))
		    WITH("completed", 10,
			COMPLETED(FINAL(0, "", "completed"), NONE));

static const struct {
	const char *steps[RIG_STEPS];
	const char *begins, *ends; /* which is empty where the first is all */
	const char *comment;
} streams[] = {
	{ { "m", "+po\"", "+", "+ng\xe2\x82\xac", ".", "u 11,3,1,7,2",
	      "f stop" },
	    text_stream, "", "the commonest" },
	{ { "r", "+why", "/so", "s gAAA", "k", "+look", ".", "f stop" },
	    reasoning_stream, "", "reasoning and commentary" },
	{ { "t call_1 ls", "+{\"a\"", "+:1}", ".", "c call_2 patch", "+*** a\n",
	      ".", "n sp call_3 f", ".", "u 0,0,0,0,0", "f tool_calls" },
	    calls_stream, "", "calls of each kind" },
	{ { "m", "+half", "x no \"route\"" }, broken_stream, failed_stream,
	    "failed in mid-stream" },
	{ { "m", "+half", "!", "u 1,0,0,2,0", "f length" }, broken_stream,
	    incomplete_stream, "broken off" },
	{ { "f stop" }, nothing_stream, "", "an empty answer" },
	{ { "x no \"route\"" }, failed_early_stream, "", "failed at once" },
	{ { "p", "p", "p", "m", "p", ".", "f none" }, pinged_stream, "",
	    "kept alive" },
};

START_TEST(bytes_of_streams)
{
	for (size_t i = 0; i < ARRAY_SIZE(streams); i++) {
		struct reply *r = rig_new(
		    &(struct rig_options){ .stream = true, .sealed = true });
		size_t first = strlen(streams[i].begins);
		struct buf out;

		buf_init(&out, RIG_OUT);
		rig_play(r, streams[i].steps, &out);
		ck_assert_uint_ge(out.len, first);
		ck_assert_str_eq(out.data + first, streams[i].ends);
		out.data[first] = '\0';
		ck_assert_str_eq(out.data, streams[i].begins);
		buf_free(&out);
		rig_free(r);
	}
}
END_TEST

/* ---- whole ---- */

static const struct {
	const char *steps[RIG_STEPS];
	const char *body;
	const char *comment;
} bodies[] = {
	{ { "m", "+po\"", "+ng\xe2\x82\xac", ".", "u 11,3,1,7,2", "f stop" },
	    COMPLETED(FINAL(0, "po\\\"ng\xe2\x82\xac", "completed"),
		USAGE(11, 3, 1, 7, 2, 18)),
	    "the commonest" },
	{ { "r", "+why", "/s", "+o", "s gAAA", "k", "+look", ".", "f stop" },
	    COMPLETED(REASONING(0, TWO_PARAGRAPHS, "") "," SAID, NONE),
	    "reasoning, whose sealed form nobody wants" },
	{ { "r", ".", "f stop" }, COMPLETED(REASONING(0, "", ""), NONE),
	    "reasoning that says nothing" },
	{ { "t call_1 ls", "+{\"a\"", "+:1}", ".", "c call_2 patch", "+*** a\n",
	      ".", "n sp call_3 f", ".", "u 0,0,0,0,0", "f tool_calls" },
	    COMPLETED(LS "," PATCH "," SPACED, NONE), "calls" },
	{ { "m", "+half", "!", "f content_filter", "u 1,0,0,2,0" },
	    INCOMPLETE("content_filter", HALF, USAGE(1, 0, 0, 2, 0, 3)),
	    "filtered" },
	{ { "m", "+half", "!", "f length" },
	    INCOMPLETE("max_output_tokens", HALF,
		"{\"input_tokens\":3,\"input_tokens_details\":{"
		"\"cached_tokens\":0,\"cache_write_tokens\":0,"
		"\"estimated_tokens\":3},"
		"\"output_tokens\":1,\"output_tokens_details\":{"
		"\"reasoning_tokens\":0,\"estimated_tokens\":1},"
		"\"total_tokens\":4}"),
	    "cut off: an estimate" },
	{ { "m", ".", "f stop" }, COMPLETED(FINAL(0, "", "completed"), NONE),
	    "an empty message" },
	{ { "f stop" }, COMPLETED("", NONE), "nothing at all" },
};

START_TEST(bytes_of_bodies)
{
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		struct reply *r = rig_new(&(struct rig_options){ 0 });
		struct buf out;

		buf_init(&out, RIG_OUT);
		rig_play(r, bodies[i].steps, &out);
		ck_assert_int_eq(out.data[out.len - 1], '\n');
		out.data[out.len - 1] = '\0';
		ck_assert_str_eq(out.data, bodies[i].body);
		buf_free(&out);
		rig_free(r);
	}
}
END_TEST

/* ---- errors ---- */

static const struct {
	enum error_kind kind;
	const char *code;
} codes[] = {
	{ ERROR_UPSTREAM, "server_error" },
	{ ERROR_TIMEOUT, "server_error" },
	{ ERROR_CODEX_UNAUTHORIZED, "server_error" },
	{ ERROR_RATE_LIMIT, "rate_limit_exceeded" },
	{ ERROR_USAGE_LIMIT, "rate_limit_exceeded" },
	{ ERROR_CONTEXT_LENGTH, "invalid_prompt" },
	{ ERROR_CONTENT_POLICY, "invalid_prompt" },
};

/* The object's code is of an enumeration, the event's is ours. */
START_TEST(failures_have_a_code_of_the_api)
{
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		struct reply *r = rig_new(
		    &(struct rig_options){ .stream = true });
		struct error error = ERROR_INIT;
		char flat[100], in_object[100];
		struct buf out;

		error_set_param(&error, codes[i].kind, "p", "words");
		snprintf(flat, sizeof(flat),
		    ",\"code\":\"%s\",\"message\":\"words\",\"param\":\"p\"",
		    error_code(codes[i].kind));
		snprintf(in_object, sizeof(in_object),
		    "\"error\":{\"code\":\"%s\",\"message\":\"words\"}",
		    codes[i].code);
		buf_init(&out, RIG_OUT);
		ck_assert_int_eq(
		    reply_event(r, 0, event_new_failed(&error), &out), 0);
		ck_assert_uint_eq(out.len, 0);
		ck_assert_int_eq(reply_end(r, &out), 0);
		ck_assert_ptr_nonnull(strstr(out.data, flat));
		ck_assert_ptr_nonnull(strstr(out.data, in_object));
		buf_free(&out);
		rig_free(r);
	}
}
END_TEST

/* A cap that is passed never leaves half an event behind. */
START_TEST(a_full_buffer_holds_whole_events)
{
	for (size_t cap = 0; cap < 2500; cap += 13) {
		struct reply *r = rig_new(
		    &(struct rig_options){ .stream = true });
		struct buf out;
		int rc;

		buf_init(&out, cap);
		rc = rig_step(r, "m", &out);
		if (rc == 0)
			rc = rig_step(r, "+pong", &out);
		ck_assert(rc == 0 || rc == -EMSGSIZE);
		ck_assert(out.len == 0 ||
		    strcmp(out.data + out.len - 3, "}\n\n") == 0);
		buf_free(&out);
		rig_free(r);
	}
}
END_TEST

static const char *const oom_steps[] = { "p", "r", "+why", "/so", "s gAAA", "k",
	"+look", ".", "m", "+pong", ".", "t call_1 f", "+{}", ".", "c call_2 g",
	"+x", ".", "u 1,2,3,4,5", "f stop" };

static int
all_steps(const struct rig_options *options, const char *last)
{
	struct reply *r = rig_new(options);
	struct record record;
	struct buf out;
	int rc = r == NULL ? -ENOMEM : 0;

	buf_init(&out, RIG_OUT);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(oom_steps) - 1; i++)
		rc = rig_step(r, oom_steps[i], &out);
	if (rc == 0)
		rc = rig_step(r, last, &out);
	if (rc == 0)
		rc = reply_end(r, &out);
	if (rc == 0 && options->keep && reply_failure(r) == NULL &&
	    !reply_record(r, &record))
		rc = -ENOMEM;
	buf_free(&out);
	rig_free(r);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	struct rig_options whole = { .keep = true,
		.own = { "{\"type\":\"message\"}" } },
			   stream = whole;

	stream.stream = true;
	stream.sealed = true;
	OOM_EACH(all_steps(&whole, "f stop"), (void)0);
	OOM_EACH(all_steps(&stream, "f stop"), (void)0);
}
END_TEST

/* By the dialect: what is read of a body is repeated in the answer. */
static int
answer_body(struct buf *out)
{
	static const char body[] =
	    "{\"model\":\"m\",\"input\":\"x\",\"metadata\":{\"a\":\"b\"}}";
	static const struct identity identity = { "1", 1, "f", "req_1" };
	const struct dialect *d = &responses_dialect;
	struct generation *g = NULL;
	struct form *form = NULL;
	struct error e = ERROR_INIT;
	struct reply *r = NULL;
	int rc = d->read(body, strlen(body), &g, &form, &e);

	if (rc == 0) {
		r = reply_new(d, g, form, &identity);
		rc = r != NULL ? rig_step(r, "f stop", out) : -ENOMEM;
	}
	if (rc == 0)
		rc = reply_end(r, out);
	reply_free(r);
	d->form_free(form);
	generation_unref(g);
	error_free(&e);
	return rc;
}

START_TEST(an_answer_repeats_its_request)
{
	struct buf out;

	buf_init(&out, RIG_OUT);
	OOM_EACH((buf_free(&out), answer_body(&out)), (void)0);
	ck_assert_ptr_nonnull(strstr(out.data, "\"metadata\":{\"a\":\"b\"}"));
	ck_assert_ptr_nonnull(strstr(out.data, "\"id\":\"resp_1\""));
	buf_free(&out);
}
END_TEST

UNIT_MAIN("responses_reply", bytes_of_streams, bytes_of_bodies,
    failures_have_a_code_of_the_api, a_full_buffer_holds_whole_events,
    out_of_memory_is_told, an_answer_repeats_its_request)
