#include "unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "conversation/generation.h"
#include "dialect/reply.h"
#include "unit/oom.h"
#include "unit/reply_script.h"

/*
 * A dialect that says each event that it is given, in the notation of
 * reply_script.h, with "b" for an item's begin; so that what reply.c does of
 * itself can be read.
 */
struct writer {
	unsigned pings;
};

static void *
writer_new(const struct generation *request, const struct form *form,
    const struct identity *identity)
{
	(void)request;
	(void)form;
	ck_assert_str_eq(identity->request_id, "req_1");
	return calloc(1, sizeof(struct writer));
}

static char
letter_of(const struct event *e)
{
	if (e->kind == EVENT_ITEM_BEGIN)
		return 'b';
	if (e->kind == EVENT_ITEM_END)
		return e->whole ? 'e' : 'E';
	if (e->kind == EVENT_ARGUMENTS)
		return 'a';
	if (e->kind == EVENT_FINISHED)
		return 'f';
	if (event_is_answer(e))
		return e->item.index == 2 ? 'c' : 'm';
	return e->item.kind == ITEM_REASONING ? 'r' : 'k';
}

static int
writer_event(
    void *writer, unsigned choice, const struct event *e, struct buf *out)
{
	static const char *const reasons[] = { "none", "stop", "cut by ",
		"tool_calls", "length", "content_filter" };
	bool finished = e->kind == EVENT_FINISHED;

	(void)writer;
	/* The others are reply.c's own. */
	ck_assert(e->kind != EVENT_VOID && e->kind != EVENT_USAGE &&
	    e->kind != EVENT_FAILED);
	return buf_printf(out, "%u%c %s%s;", choice, letter_of(e),
	    finished ? reasons[e->finish] : "", e->text);
}

static int
writer_ping(void *writer, struct buf *out)
{
	(void)writer;
	return buf_puts(out, "ping;");
}

static int
writer_end(void *writer, const struct usage *usage, struct buf *out)
{
	(void)writer;
	return buf_printf(out, "end %u/%u/%u/%u/%u", (unsigned)usage->input,
	    (unsigned)usage->cached_input, (unsigned)usage->cache_write_input,
	    (unsigned)usage->output, (unsigned)usage->reasoning_output);
}

static int
writer_failed(void *writer, const struct error *e, struct buf *out)
{
	(void)writer;
	return buf_printf(out, "failed %s", error_code(e->kind));
}

static const struct reply_ops ops = { .new = writer_new,
	.event = writer_event,
	.ping = writer_ping,
	.end = writer_end,
	.failed = writer_failed,
	.free = free };

static bool
param(const struct generation *request, const struct form *form,
    const struct error *e, char out[DIALECT_PARAM_MAX])
{
	ck_assert_ptr_nonnull(request);
	ck_assert_ptr_nonnull(form);
	if (e->field != FIELD_STOP && e->field != FIELD_IMAGE)
		return false;
	snprintf(out, DIALECT_PARAM_MAX, "%s",
	    e->field == FIELD_STOP ? "halt" : "picture");
	return true;
}

static const struct dialect joined = { .name = "joined",
	.joint = "--",
	.param = param,
	.stream = &ops,
	.whole = &ops };
static const struct dialect apart = {
	.name = "apart", .param = param, .stream = &ops, .whole = &ops
};

static struct reply *
make_reply(const struct dialect *d, const char *more, bool stream)
{
	static const struct identity identity = { "1", 1, "f", "req_1" };
	static struct form form;
	struct form *read;
	struct generation *request = script_request(more, stream, false, &read);
	struct reply *r;

	free(read);
	form.stream = stream;
	r = reply_new(d, request, &form, &identity);
	generation_unref(request);
	return r;
}

#define STOP_E "\"stop\":\"E\","
#define JSON "\"response_format\":{\"type\":\"json_object\"},"

static const struct {
	const struct dialect *dialect;
	const char *more; /* members of the request */
	const char *steps[STEPS_MAX];
	const char *said;
	const char *comment;
} cases[] = {
	{ &joined, "", { "0c po", "0c ng", "0e", "0u 1,2,3,4", "0f stop" },
	    "0c po;0c ng;0e ;0f stop;end 1/2/0/3/4", "as it comes" },
	{ &joined, "", { "0r why", "0k well", "0c x", "0f length" },
	    "0r why;0k well;0c x;0f length;end 8/0/0/2/0",
	    "what is not the answer, too" },
	{ &joined, "", { "0t 0 c1 f", "0a 0 {}", "0f tool_calls" },
	    "0b fc_1;0a {};0f tool_calls;end 8/0/0/1/0", "calls" },
	{ &joined, "", { "0c one", "0m two", "0f stop" },
	    "0c one;0m --;0m two;0f stop;end 0/0/0/0/0", "a joint" },
	{ &apart, "", { "0c one", "0m two", "0f stop" },
	    "0c one;0m two;0f stop;end 0/0/0/0/0", "none" },
	{ &joined, STOP_E, { "0c aEb", "0c c", "0f stop" },
	    "0c a;0e ;0f cut by E;end 8/0/0/2/0",
	    "a cut item ends, and the choice" },
	{ &joined, "\"stop\":[\"x\",\"--\"],", { "0c one", "0m two" },
	    "0c one;0e ;0f cut by --;end 8/0/0/1/0",
	    "cut between two messages" },
	{ &joined, "\"stop\":\"e--t\",", { "0c one", "0m two", "0f stop" },
	    "0c on;0e ;0f cut by e--t;end 8/0/0/1/0", "cut across them" },
	{ &apart, "\"stop\":\"et\",", { "0c one", "0e", "0m two", "0f stop" },
	    "0c on;0c e;0e ;0m two;0f stop;end 0/0/0/0/0",
	    "apart nothing reaches across, and nothing waits" },
	{ &apart, "\"stop\":[\"bc\",\"abcd\"],", { "0c xabc", "0e" },
	    "0c x;0c a;0e ;0f cut by bc;end 8/0/0/1/0",
	    "decided by the item's end" },
	{ &apart, STOP_E, { "0c xE", "0u 1,1,1,1", "0x cancelled" },
	    "0c x;0e ;0f cut by E;end 1/1/0/1/1", "behind a cut" },
	{ &joined, "", { "0c half", "0x no" }, "0c half;failed upstream_error",
	    "a failure" },
	{ &joined, JSON, { "0c {}", "0f stop" }, "0c {};0f stop;end 0/0/0/0/0",
	    "a document" },
	{ &joined, JSON, { "0c {}", "0m {}", "0f stop" },
	    "0c {};0m --;0m {};failed upstream_error", "two are none" },
	{ &joined, JSON, { "0c [1]", "0f stop" },
	    "0c [1];failed upstream_error", "no object" },
	{ &joined, JSON, { "0f stop" }, "failed upstream_error", "nothing" },
	{ &joined, JSON, { "0t 0 c1 f", "0f tool_calls" },
	    "0b fc_1;0f tool_calls;end 8/0/0/0/0", "calls are no document" },
	{ &joined, JSON STOP_E, { "0c {E", "0f stop" },
	    "0c {;0e ;failed invalid_value", "half a document" },
	{ &joined, "\"n\":2,", { "1c b", "0c a", "1f stop", "0f stop" },
	    "1c b;0c a;1f stop;0f stop;end 0/0/0/0/0", "two choices" },
};

START_TEST(streams)
{
	struct buf out;

	buf_init(&out, OUT_CAP);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct reply *r = make_reply(
		    cases[i].dialect, cases[i].more, true);

		buf_reset(&out);
		script_play(r, cases[i].steps, &out);
		ck_assert_int_eq(reply_end(r, &out), 0);
		ck_assert_msg(strcmp(out.data, cases[i].said) == 0, "%s: %s",
		    cases[i].comment, out.data);
		reply_free(r);
	}
	buf_free(&out);
}
END_TEST

/* The same events, but in the end and a choice after the other. */
START_TEST(bodies_come_at_the_end)
{
	struct buf out;

	buf_init(&out, OUT_CAP);
	for (size_t i = 0; i < ARRAY_SIZE(cases) - 1; i++) {
		struct reply *r = make_reply(
		    cases[i].dialect, cases[i].more, false);

		buf_reset(&out);
		script_play(r, cases[i].steps, &out);
		ck_assert_uint_eq(out.len, 0);
		if (reply_failure(r) == NULL) {
			ck_assert_int_eq(reply_end(r, &out), 0);
			ck_assert_msg(strcmp(out.data, cases[i].said) == 0,
			    "%s: %s", cases[i].comment, out.data);
		} else {
			ck_assert_ptr_nonnull(strstr(cases[i].said, "failed"));
		}
		reply_free(r);
	}
	buf_free(&out);
}
END_TEST

static const struct {
	const char *more;
	const char *steps[STEPS_MAX];
	const char *said;
	const char *comment;
} bodies[] = {
	{ "\"n\":2,", { "1c b", "0c a", "1f stop", "0f stop" },
	    "0c a;0f stop;1c b;1f stop;end 0/0/0/0/0", "in order" },
	{ "", { "0c half", "0v", "0c pong", "0f stop" },
	    "0c pong;0f stop;end 0/0/0/0/0", "void text" },
	{ STOP_E, { "0c halfE", "0v", "0c pong", "0f stop" },
	    "0c half;0e ;0f cut by E;end 8/0/0/2/0", "what is cut stays" },
	{ "\"stop\":\"fp\",", { "0c half", "0v", "0c pong", "0f stop" },
	    "0c pong;0f stop;end 0/0/0/0/0", "held back text is void, too" },
	{ "", { "0c half", "0v", "0m pong", "0f stop" },
	    "0m pong;0f stop;end 0/0/0/0/0", "and no message before it" },
	{ JSON, { "0c {", "0v", "0c {}", "0f stop" },
	    "0c {};0f stop;end 0/0/0/0/0", "nor half a document" },
	{ "\"n\":2,", { "0c a", "1c b", "0v", "1f stop", "0c c", "0f stop" },
	    "0c c;0f stop;1c b;1f stop;end 0/0/0/0/0", "the other's is not" },
	{ "", { "0u 1,1,1,1", "0v", "0u 1,1,1,1", "0f stop" },
	    "0f stop;end 2/2/0/2/2", "tokens are spent all the same" },
};

START_TEST(void_text_is_taken_back)
{
	struct buf out;

	buf_init(&out, OUT_CAP);
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		struct reply *r = make_reply(&joined, bodies[i].more, false);

		buf_reset(&out);
		script_play(r, bodies[i].steps, &out);
		ck_assert_int_eq(reply_end(r, &out), 0);
		ck_assert_msg(strcmp(out.data, bodies[i].said) == 0, "%s: %s",
		    bodies[i].comment, out.data);
		reply_free(r);
	}
	buf_free(&out);
}
END_TEST

/* What was held and never asked for is freed with the reply. */
START_TEST(an_abandoned_reply_leaks_nothing)
{
	struct reply *r = make_reply(&joined, "\"n\":2,", false);
	struct buf out;

	buf_init(&out, OUT_CAP);
	ck_assert_int_eq(script_step(r, "0c a", &out), 0);
	ck_assert_int_eq(script_step(r, "1t 0 c1 f", &out), 0);
	ck_assert_int_eq(script_step(r, "0x no", &out), 0);
	ck_assert(reply_done(r));
	reply_free(r);
	reply_free(NULL);
	buf_free(&out);
}
END_TEST

START_TEST(only_streams_ping)
{
	for (int stream = 0; stream < 2; stream++) {
		struct reply *r = make_reply(&joined, "", stream);
		struct buf out;

		buf_init(&out, OUT_CAP);
		ck_assert_int_eq(reply_ping(r, &out), 0);
		ck_assert_int_eq(out.len > 0, stream);
		buf_reset(&out);
		ck_assert_int_eq(script_step(r, "0x no", &out), 0);
		ck_assert_int_eq(reply_ping(r, &out), 0);
		ck_assert_uint_eq(out.len, 0);
		reply_free(r);
		buf_free(&out);
	}
}
END_TEST

/* Together; void text makes room again. */
START_TEST(what_is_held_is_bounded)
{
	static const struct event_item item = { 2, ITEM_MESSAGE, PHASE_FINAL, 0,
		false, { NULL, 0 } };
	size_t len = LIMIT_REPLY / 2;
	char *text = calloc(1, len);
	struct reply *r = make_reply(&apart, "\"n\":2,", false);
	struct buf out;

	buf_init(&out, OUT_CAP);
	for (int round = 0; round < 2; round++) {
		ck_assert_int_eq(reply_event(r, 0,
				     event_new_text(&item, 0, text, len), &out),
		    0);
		ck_assert_int_eq(script_step(r, "0v", &out), 0);
	}
	ck_assert_int_eq(
	    reply_event(r, 0, event_new_text(&item, 0, text, len), &out), 0);
	ck_assert_int_eq(
	    reply_event(r, 1, event_new_text(&item, 0, text, len), &out),
	    -EMSGSIZE);
	free(text);
	reply_free(r);
	buf_free(&out);
}
END_TEST

/* A job's failure at a field, told in the dialect's own words. */
static struct event *
failure_at(enum error_field field)
{
	struct error e = ERROR_INIT;

	error_set_at(&e, ERROR_INVALID_IMAGE, field, PLACE_NONE, "no");
	return event_new_failed(&e);
}

START_TEST(late_faults_are_named)
{
	static const struct {
		enum error_field field;
		const char *param; /* NULL: none */
	} rows[] = { { FIELD_IMAGE, "picture" }, { FIELD_NONE, NULL } };
	struct buf out;

	buf_init(&out, OUT_CAP);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct reply *r = make_reply(&joined, "", true);
		const char *name;

		ck_assert_int_eq(
		    reply_event(r, 0, failure_at(rows[i].field), &out), 0);
		name = reply_failure(r)->param;
		ck_assert((name == NULL) == (rows[i].param == NULL));
		if (name != NULL)
			ck_assert_str_eq(name, rows[i].param);
		reply_free(r);
	}
	buf_free(&out);
}
END_TEST

/* Half a document is none, and what halved it is named. */
START_TEST(a_cut_document_is_the_stop_strings_fault)
{
	struct reply *r = make_reply(&joined, STOP_E JSON, true);
	struct buf out;

	buf_init(&out, OUT_CAP);
	ck_assert_int_eq(script_step(r, "0c {\"aE\":1}", &out), 0);
	ck_assert_ptr_nonnull(reply_failure(r));
	ck_assert_str_eq(reply_failure(r)->param, "halt");
	reply_free(r);
	buf_free(&out);
}
END_TEST

UNIT_MAIN("reply", streams, bodies_come_at_the_end, void_text_is_taken_back,
    an_abandoned_reply_leaks_nothing, only_streams_ping,
    what_is_held_is_bounded, late_faults_are_named,
    a_cut_document_is_the_stop_strings_fault)
