/*
 * The writers of messages: events in, the very bytes out; and each thing that
 * some client breaks on when it is missing.
 */
#include "unit/unit.h"

#include <errno.h>

#include "dialect/messages/messages_dialect.h"
#include "unit/messages_asked.h"
#include "unit/oom.h"
#include "unit/reply_script.h"

static const struct identity identity = { "1", 1700000000, "codex 0.169.0",
	"req_1" };

#define HI "'messages':[{'role':'user','content':'hi'}]"
#define THINKING "'thinking':{'type':'adaptive'}," HI
#define OMITTED "'thinking':{'type':'adaptive','display':'omitted'}," HI

/* ---- the bytes, with ' for " ---- */

#define EVENT(type, rest) \
	"event: " type "\ndata: {'type':'" type "'" rest "}\n\n"
#define HEAD \
	"'id':'msg_1','type':'message','role':'assistant','model':'m'," \
	"'container':null,'diagnostics':null,'content':["
#define REASON(reason) \
	"'stop_reason':" reason ",'stop_sequence':null,'stop_details':null"
#define TOKENS(in, read, written, out, thought) \
	"'input_tokens':" #in ",'cache_creation_input_tokens':" #written \
	",'cache_read_input_tokens':" #read ",'output_tokens':" #out \
	",'output_tokens_details':{'thinking_tokens':" #thought \
	"},'server_tool_use':null"
#define USAGE(in, read, written, out, thought) \
	"'usage':{" TOKENS(in, read, written, out, \
	    thought) ",'cache_creation':{'ephemeral_5m_input_tokens'" \
		     ":" #written \
		     ",'ephemeral_1h_input_tokens':0},'service_tier':" \
		     "'standard','inference_geo':null,'speed':null}"
#define START \
	EVENT("message_start", \
	    ",'message':{" HEAD \
	    "]," REASON("null") "," USAGE(0, 0, 0, 0, 0) "}")
#define OPEN(index, block) \
	EVENT("content_block_start", \
	    ",'index':" #index ",'content_block':{" block "}")
#define TEXT(index) OPEN(index, "'type':'text','text':'','citations':null")
#define THOUGHT(index) \
	OPEN(index, "'type':'thinking','thinking':'','signature':''")
#define CALL_HEAD(id, name) \
	"'type':'tool_use','id':'toolu_" id "','name':'" name \
	"','caller':{'type':'direct'}"
#define CALL(index, id, name) OPEN(index, CALL_HEAD(id, name) ",'input':{}")
#define DELTA(index, type, member, text) \
	EVENT("content_block_delta", \
	    ",'index':" #index ",'delta':{'type':'" type "','" member \
	    "':'" text "'}")
#define SAY(index, text) DELTA(index, "text_delta", "text", text)
#define THINK(index, text) DELTA(index, "thinking_delta", "thinking", text)
#define SEAL(index, text) DELTA(index, "signature_delta", "signature", text)
#define ARGUE(index, text) \
	DELTA(index, "input_json_delta", "partial_json", text)
#define CLOSE(index) EVENT("content_block_stop", ",'index':" #index)
#define DONE(stop, in, read, written, out, thought) \
	EVENT("message_delta", \
	    ",'delta':{" stop ",'container':null},'usage':{" TOKENS( \
		in, read, written, out, thought) "}") \
	EVENT("message_stop", "")
#define WHOLE(blocks, stop, usage) "{" HEAD blocks "]," stop "," usage "}\n"

/*
 * The steps of reply_script.h, and three more:
 *	0s text    the reasoning ends, sealed      0z    it ends without a seal
 *	0d 0       call 0 ends
 */
static struct event *
step_event(const char *step)
{
	static const struct event_item reasoning = { .kind = ITEM_REASONING };
	struct event_item call = { .index = 4, .kind = ITEM_CALL };

	if (step[1] == 's')
		return event_new_end(&reasoning, true, "rs_1", step + 3);
	if (step[1] == 'z')
		return event_new_end(&reasoning, true, "rs_1", NULL);
	if (step[1] == 'd')
		return event_new_end(&call, true, NULL, NULL);
	return script_event(step);
}

static int
feed(struct reply *r, const char *step, struct buf *out)
{
	struct event *e = step_event(step);

	return e == NULL ? -ENOMEM : reply_event(r, 0, e, out);
}

static const struct {
	const char *members;
	const char *steps[STEPS_MAX];
	const char *stream, *whole;
} cases[] = {
	{ HI, { "0c po", "0c ", "0c ng", "0u 9,3,2,1", "0f stop" },
	    START TEXT(0) SAY(0, "po") SAY(0, "ng") CLOSE(0)
		DONE(REASON("'end_turn'"), 6, 3, 0, 2, 1),
	    WHOLE("{'type':'text','text':'pong','citations':null}",
		REASON("'end_turn'"), USAGE(6, 3, 0, 2, 1)) },
	{ HI, { "0f length" },
	    START DONE(REASON("'max_tokens'"), 0, 0, 0, 0, 0),
	    WHOLE("", REASON("'max_tokens'"), USAGE(0, 0, 0, 0, 0)) },
	/* Commentary is text before the calls; reasoning was not asked for. */
	{ HI,
	    { "0r why", "0s g", "0k look", "0t 0 call_1 f", "0a 0 {'x'",
		"0a 0 :1}", "0d 0", "0t 1 call_2 g", "0a 1 {}",
		"0f tool_calls" },
	    START TEXT(0) SAY(0, "look") CLOSE(0) CALL(1, "call_1", "f")
		ARGUE(1, "{\\'x\\'") ARGUE(1, ":1}") CLOSE(1)
		    CALL(2, "call_2", "g") ARGUE(2, "{}") CLOSE(2)
			DONE(REASON("'tool_use'"), 0, 0, 0, 0, 0),
	    WHOLE("{'type':'text','text':'look','citations':null},"
		  "{" CALL_HEAD("call_1", "f") ",'input':{'x':1}},"
					       "{" CALL_HEAD("call_2",
						   "g") ",'input':{}}",
		REASON("'tool_use'"), USAGE(0, 0, 0, 0, 0)) },
	/* What the model wrote is no JSON: it is not carried out as {}. */
	{ HI, { "0t 0 c f", "0a 0 {'x", "0f tool_calls" },
	    START CALL(0, "c", "f") ARGUE(0, "{\\'x") CLOSE(0)
		DONE(REASON("'tool_use'"), 0, 0, 0, 0, 0),
	    WHOLE("{" CALL_HEAD("c", "f") ",'input':{'INVALID_JSON':"
					  "'{\\'x'}}",
		REASON("'tool_use'"), USAGE(0, 0, 0, 0, 0)) },
	/* Thinking: its paragraphs, its seal, one block. */
	{ THINKING,
	    { "0r a", "0r b", "0p c", "0s gAA", "0c x", "0e", "0f stop" },
	    START THOUGHT(0) THINK(0, "a") THINK(0, "b") THINK(0, "\\n\\n")
		THINK(0, "c") SEAL(0, "codex:gAA") CLOSE(0) TEXT(1) SAY(1, "x")
		    CLOSE(1) DONE(REASON("'end_turn'"), 0, 0, 0, 0, 0),
	    WHOLE("{'type':'thinking','thinking':'ab\\n\\nc','signature':"
		  "'codex:gAA'},{'type':'text','text':'x','citations':null}",
		REASON("'end_turn'"), USAGE(0, 0, 0, 0, 0)) },
	{ THINKING, { "0r a", "0z", "0c x", "0f stop" },
	    START THOUGHT(0) THINK(0, "a") CLOSE(0) TEXT(1) SAY(1, "x") CLOSE(1)
		DONE(REASON("'end_turn'"), 0, 0, 0, 0, 0),
	    WHOLE("{'type':'thinking','thinking':'a','signature':''},"
		  "{'type':'text','text':'x','citations':null}",
		REASON("'end_turn'"), USAGE(0, 0, 0, 0, 0)) },
	{ THINKING, { "0z", "0s g", "0c x", "0f stop" },
	    START THOUGHT(0) SEAL(0, "codex:g") CLOSE(0) TEXT(1) SAY(1, "x")
		CLOSE(1) DONE(REASON("'end_turn'"), 0, 0, 0, 0, 0),
	    WHOLE("{'type':'thinking','thinking':'','signature':'codex:g'},"
		  "{'type':'text','text':'x','citations':null}",
		REASON("'end_turn'"), USAGE(0, 0, 0, 0, 0)) },
	{ OMITTED, { "0r a", "0s g", "0c x", "0f stop" },
	    START THOUGHT(0) SEAL(0, "codex:g") CLOSE(0) TEXT(1) SAY(1, "x")
		CLOSE(1) DONE(REASON("'end_turn'"), 0, 0, 0, 0, 0),
	    WHOLE("{'type':'thinking','thinking':'','signature':'codex:g'},"
		  "{'type':'text','text':'x','citations':null}",
		REASON("'end_turn'"), USAGE(0, 0, 0, 0, 0)) },
	/* Messages stay apart. */
	{ HI, { "0c a", "0e", "0m b", "0f stop" },
	    START TEXT(0) SAY(0, "a") CLOSE(0) TEXT(1) SAY(1, "b") CLOSE(1)
		DONE(REASON("'end_turn'"), 0, 0, 0, 0, 0),
	    WHOLE("{'type':'text','text':'a','citations':null},"
		  "{'type':'text','text':'b','citations':null}",
		REASON("'end_turn'"), USAGE(0, 0, 0, 0, 0)) },
	{ "'stop_sequences':['x','END']," HI,
	    { "0u 1,0,2,0", "0c aEN", "0c Db" },
	    START TEXT(0) SAY(0, "a") CLOSE(0)
		DONE("'stop_reason':'stop_sequence','stop_sequence':'END',"
		     "'stop_details':null",
		    1, 0, 0, 2, 0),
	    WHOLE("{'type':'text','text':'a','citations':null}",
		"'stop_reason':'stop_sequence','stop_sequence':'END',"
		"'stop_details':null",
		USAGE(1, 0, 0, 2, 0)) },
	{ HI, { "0c a", "0f content_filter" },
	    START TEXT(0) SAY(0, "a") CLOSE(0)
		DONE("'stop_reason':'refusal','stop_sequence':null,"
		     "'stop_details':{'type':'refusal','category':null,"
		     "'explanation':null}",
		    0, 0, 0, 0, 0),
	    WHOLE("{'type':'text','text':'a','citations':null}",
		"'stop_reason':'refusal','stop_sequence':null,'stop_details':"
		"{'type':'refusal','category':null,'explanation':null}",
		USAGE(0, 0, 0, 0, 0)) },
	/* The first text is what keeps to the schema. */
	{ "'output_config':{'format':{'type':'json_schema','schema':{'type':"
	  "'object','properties':{}}}}," HI,
	    { "0k look", "0c {}", "0f stop" },
	    START TEXT(0) SAY(0, "{}") CLOSE(0)
		DONE(REASON("'end_turn'"), 0, 0, 0, 0, 0),
	    WHOLE("{'type':'text','text':'{}','citations':null}",
		REASON("'end_turn'"), USAGE(0, 0, 0, 0, 0)) },
};

static struct reply *
make(const char *members, bool stream, struct form **ret_form)
{
	struct buf all;
	struct generation *g = NULL;
	struct error e = ERROR_INIT;
	struct reply *r;
	char *body;

	buf_init(&all, 4096);
	ck_assert_int_eq(buf_printf(&all, "'stream':%s,%s",
			     stream ? "true" : "false", members),
	    0);
	body = asked_body(all.data);
	ck_assert_int_eq(
	    messages_dialect.read(body, strlen(body), &g, ret_form, &e), 0);
	r = reply_new(&messages_dialect, g, *ret_form, &identity);
	ck_assert_ptr_nonnull(r);
	generation_unref(g);
	buf_free(&all);
	free(body);
	return r;
}

static void
play(const char *members, bool stream, const char *const *steps,
    const char *wanted)
{
	struct form *form;
	struct reply *r = make(members, stream, &form);
	char *json = unit_json(wanted);
	struct buf out;

	buf_init(&out, OUT_CAP);
	/* Or they would be estimated. */
	ck_assert_int_eq(feed(r, "0u 0,0,0,0", &out), 0);
	for (size_t i = 0; i < STEPS_MAX && steps[i] != NULL; i++) {
		char *step = unit_json(steps[i]);

		ck_assert_int_eq(feed(r, step, &out), 0);
		free(step);
	}
	ck_assert(reply_done(r));
	ck_assert_int_eq(reply_end(r, &out), 0);
	ck_assert_str_eq(out.data, json);
	buf_free(&out);
	reply_free(r);
	messages_dialect.form_free(form);
	free(json);
}

START_TEST(bytes)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		play(cases[i].members, true, cases[i].steps, cases[i].stream);
		play(cases[i].members, false, cases[i].steps, cases[i].whole);
	}
}
END_TEST

/* The first thing said is message_start, be it a ping or a failure next. */
START_TEST(keep_alives)
{
	struct form *form;
	struct reply *r = make(HI, true, &form);
	char *first = unit_json(START EVENT("ping", "")),
	     *next = unit_json(EVENT("ping", "")),
	     *failed = unit_json("event: error\ndata: {'type':'error',"
				 "'error':{'type':'api_error','message':"
				 "'gone'},'request_id':'req_1'}\n\n");
	struct buf out;

	buf_init(&out, OUT_CAP);
	ck_assert_int_eq(reply_ping(r, &out), 0);
	ck_assert_str_eq(out.data, first);
	buf_reset(&out);
	ck_assert_int_eq(reply_ping(r, &out), 0);
	ck_assert_str_eq(out.data, next);
	ck_assert_int_eq(feed(r, "0c a", &out), 0);
	buf_reset(&out);
	ck_assert_int_eq(feed(r, "0x gone", &out), 0);
	ck_assert_int_eq(reply_end(r, &out), 0);
	ck_assert_str_eq(out.data, failed);
	buf_free(&out);
	reply_free(r);
	messages_dialect.form_free(form);
	free(first);
	free(next);
	free(failed);
}
END_TEST

/* Of those that were written to a cache none is counted twice. */
START_TEST(tokens_written_to_a_cache)
{
	static const struct usage usage = { .input = 100,
		.cached_input = 30,
		.cache_write_input = 20,
		.output = 7,
		.reasoning_output = 5 };
	struct form *form;
	struct reply *r = make(HI, false, &form);
	char *wanted = unit_json(
	    WHOLE("", REASON("'end_turn'"), USAGE(50, 30, 20, 7, 5)));
	struct buf out;

	buf_init(&out, OUT_CAP);
	ck_assert_int_eq(reply_event(r, 0, event_new_usage(&usage), &out), 0);
	ck_assert_int_eq(feed(r, "0f stop", &out), 0);
	ck_assert_int_eq(reply_end(r, &out), 0);
	ck_assert_str_eq(out.data, wanted);
	buf_free(&out);
	reply_free(r);
	messages_dialect.form_free(form);
	free(wanted);
}
END_TEST

static int
write_once(struct generation *g, const struct form *form)
{
	static const char *const steps[] = { "0r why", "0s gAA", "0k look",
		"0t 0 call_1 f", "0a 0 {}", "0d 0", "0c aEND" };
	struct reply *r = reply_new(&messages_dialect, g, form, &identity);
	struct buf out;
	int rc = r == NULL ? -ENOMEM : 0;

	buf_init(&out, OUT_CAP);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(steps); i++)
		rc = feed(r, steps[i], &out);
	if (rc == 0)
		rc = reply_end(r, &out);
	reply_free(r);
	buf_free(&out);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	static const char *const members[] = {
		"'stop_sequences':['END']," THINKING,
		"'stream':true,'stop_sequences':['END']," THINKING
	};

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		char *body = asked_body(members[i]);
		struct generation *g = NULL;
		struct form *form = NULL;
		struct error e = ERROR_INIT;

		ck_assert_int_eq(
		    messages_dialect.read(body, strlen(body), &g, &form, &e),
		    0);
		OOM_EACH(write_once(g, form), (void)0);
		messages_dialect.form_free(form);
		generation_unref(g);
		free(body);
	}
}
END_TEST

UNIT_MAIN("messages_reply", bytes, keep_alives, tokens_written_to_a_cache,
    out_of_memory_is_told)
