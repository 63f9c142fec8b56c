#include "unit/unit.h"

#include <string.h>

#include "dialect/chat/chat_dialect.h"
#include "unit/oom.h"
#include "unit/random.h"
#include "unit/reply_script.h"
#include "unit/reply_seen.h"

static const struct {
	const char *more; /* members of the request */
	const char *steps[STEPS_MAX];
	const char *summary;
	const char *comment;
} cases[] = {
	{ "", { "0c pong", "0u 11,3,7,2", "0f stop" },
	    "0 pong|||stop\n11,7,18,3,2\n", "the commonest" },
	{ "", { "0c po", "0c n", "0c g", "0u 11,3,7,2", "0f stop" },
	    "0 pong|||stop\n11,7,18,3,2\n", "in pieces" },
	{ "", { "0f stop" }, "0 |||stop\n0,0,0,0,0\n", "an empty answer" },
	{ "", { "0c ", "0c x", "0c ", "0f stop" }, "0 x|||stop\n0,0,0,0,0\n",
	    "empty pieces" },
	{ "", { "0r why", "0c x", "0r , then", "0f stop" },
	    "0 x|why, then||stop\n0,0,0,0,0\n", "reasoning around it" },
	{ "", { "0c half", "0u 1,0,2,0", "0f length" },
	    "0 half|||length\n1,2,3,0,0\n", "broken off" },
	{ "", { "0c h", "0f content_filter" },
	    "0 h|||content_filter\n8,1,9,0,0\n", "filtered: an estimate" },
	{ "", { "0f none" }, "0 |||stop\n0,0,0,0,0\n", "no reason is stop" },
	{ "",
	    { "0t 0 call_1 f", "0a 0 {\"a\"", "0a 0 :1}", "0t 1 call_2 g",
		"0u 1,0,2,0", "0f tool_calls" },
	    "0 ||call_1:f:{\"a\":1};call_2:g:;|tool_calls\n1,2,3,0,0\n",
	    "two calls, the second without arguments" },
	{ "",
	    { "0c I look.", "0t 0 c1 f", "0t 1 c2 f", "0a 1 2", "0a 0 1",
		"0f tool_calls" },
	    "0 I look.||c1:f:1;c2:f:2;|tool_calls\n8,4,12,0,0\n",
	    "text beside calls, arguments that cross" },
	{ "",
	    { "0T 0 c1 patch", "0A 0 *** a", "0A 0 b", "0t 1 c2 f", "0a 1 {}",
		"0f tool_calls" },
	    "0 ||c1:*patch:*** ab;c2:f:{};|tool_calls\n8,3,11,0,0\n",
	    "a freeform tool, and a function" },
	{ "", { "0t 0 c1 f", "0f stop" }, "0 ||c1:f:;|stop\n0,0,0,0,0\n",
	    "the engine says how it finished" },
	{ "\"n\":2,",
	    { "1c b", "0c a", "1f stop", "0u 1,1,1,1", "1u 10,10,10,10",
		"0f length" },
	    "0 a|||length\n1 b|||stop\n11,11,22,11,11\n",
	    "two choices, usage summed" },
	{ "\"n\":2,",
	    { "1t 0 c1 f", "0t 0 c2 g", "1a 0 {\"b\"", "0t 1 c3 f", "0a 0 {}",
		"1a 0 :1}", "0a 1 3", "1u 1,0,2,0", "1f tool_calls",
		"0u 1,0,2,0", "0f tool_calls" },
	    "0 ||c2:g:{};c3:f:3;|tool_calls\n"
	    "1 ||c1:f:{\"b\":1};|tool_calls\n2,4,6,0,0\n",
	    "two choices, each with its calls" },
	{ "", { "0c one", "0m two", "0f stop" },
	    "0 one\n\ntwo|||stop\n0,0,0,0,0\n", "two messages" },
	{ "", { "0c ", "0m two", "0f stop" }, "0 two|||stop\n0,0,0,0,0\n",
	    "an empty one is no paragraph" },
	{ "", { "0r I ", "0r think", "0p so", "0k well", "0c pong", "0f stop" },
	    "0 pong|I think\n\nso\n\nwell||stop\n0,0,0,0,0\n",
	    "reasoning in paragraphs, commentary behind" },
	{ "", { "0r why", "0p ", "0k well", "0f stop" },
	    "0 |why\n\nwell||stop\n0,0,0,0,0\n",
	    "one blank line between two paragraphs" },
	{ "\"stop\":\"\\n\\n\",", { "0c one", "0m two", "0f stop" },
	    "0 one|||stop\n8,1,9,0,0\n", "a stop string across messages" },
	{ "\"n\":2,", { "0f stop", "1c b", "1f stop" },
	    "0 |||stop\n1 b|||stop\n0,0,0,0,0\n", "one has nothing to say" },
	{ "\"stop\":\"END\",", { "0c abEN", "0c D more", "0c x" },
	    "0 ab|||stop\n8,3,11,0,0\n", "cut before it has finished" },
	{ "\"stop\":\"END\",",
	    { "0c abENDx", "0u 1,0,2,0", "0f length", "0c x" },
	    "0 ab|||stop\n1,2,3,0,0\n", "usage behind the cut counts" },
	{ "\"stop\":\"END\",", { "0c abEN", "0f stop" },
	    "0 abEN|||stop\n0,0,0,0,0\n", "half a stop string is text" },
	{ "\"stop\":[\"bc\",\"abcd\"],", { "0c xabc", "0f length" },
	    "0 xa|||stop\n8,1,9,0,0\n", "decided by the end" },
	{ "\"stop\":\"E\",", { "0r the E", "0c x", "0f stop" },
	    "0 x|the E||stop\n0,0,0,0,0\n", "reasoning is not cut" },
	{ "\"n\":2,\"stop\":\"E\",", { "0c xE", "1c y", "1c E" },
	    "0 x|||stop\n1 y|||stop\n16,4,20,0,0\n", "each for itself" },
	{ "\"stop\":\"E\",", { "0c xE", "0x cancelled" },
	    "0 x|||stop\n8,2,10,0,0\n", "how a cut job ends is nothing" },
	{ "\"response_format\":{\"type\":\"json_object\"},\"stop\":\"b\",",
	    { "0c {\"a\":\"b\"}", "0f stop" },
	    "invalid_value A stop string has cut the JSON document that the "
	    "request asks for.\n",
	    "half a document is none" },
	{ "\"response_format\":{\"type\":\"json_object\"},\"stop\":\"b\",",
	    { "0c {\"a\":1}", "0f stop" }, "0 {\"a\":1}|||stop\n0,0,0,0,0\n",
	    "one that is not cut" },
	{ "\"response_format\":{\"type\":\"json_object\"},",
	    { "0c \n``", "0c `json\n{\"a\":", "0c 1}\n`", "0c ``", "0f stop" },
	    "0 {\"a\":1}|||stop\n0,0,0,0,0\n", "JSON in a code fence" },
	{ "\"response_format\":{\"type\":\"json_object\"},"
	  "\"stop\":\"```\",",
	    { "0c ```\n{\"a\":1}\n```", "0f stop" },
	    "0 {\"a\":1}|||stop\n0,0,0,0,0\n", "which is none of the answer" },
	{ "\"n\":2,\"response_format\":{\"type\":\"json_object\"},",
	    { "0c ```\n{}", "1c {\"b\":\"``` ", "0c \n```", "1c \"}  ",
		"0f stop", "1f stop" },
	    "0 {}|||stop\n1 {\"b\":\"``` \"}|||stop\n0,0,0,0,0\n",
	    "each choice has its own" },
	{ "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{"
	  "\"schema\":{\"oneOf\":[{\"type\":\"object\"}]}}},",
	    { "0c ```json\n{\"a\":1}\n```", "0f stop" },
	    "0 {\"a\":1}|||stop\n0,0,0,0,0\n", "of a schema that was told" },
	{ "", { "0c ```\n{}\n```", "0f stop" },
	    "0 ```\n{}\n```|||stop\n0,0,0,0,0\n", "text keeps its fences" },
	{ "", { "0x no route" }, "upstream_error no route\n", "failed" },
	{ "", { "0c half", "0u 1,1,1,1", "0x no route" },
	    "upstream_error no route\n", "failed in mid-stream" },
	{ "\"n\":2,", { "0x first", "1c b", "1x second", "1f stop" },
	    "upstream_error first\n", "nothing comes behind a failure" },
	{ "", { "0x " }, "upstream_error \n", "empty words" },
	{ "", { "0c a\"\\\n\x01\xe2\x82\xac\xf0\x9f\x98\x80", "0f stop" },
	    "0 a\"\\\n\x01\xe2\x82\xac\xf0\x9f\x98\x80|||stop\n0,0,0,0,0\n",
	    "what JSON escapes" },
};

/* Plays a case and reads back what the caller would see. */
static void
run(const char *more, const char *const *steps, bool stream,
    struct buf *summary)
{
	struct reply *r = script_reply(more, stream, stream);
	struct seen s = { .n = strstr(more, "\"n\":2") != NULL ? 2 : 1 };
	struct buf out;

	buf_init(&out, OUT_CAP);
	script_play(r, steps, &out);
	if (stream) {
		ck_assert_int_eq(reply_end(r, &out), 0);
		see_stream(&s, &out, true);
	} else {
		/* Nothing is written before its time. */
		ck_assert_uint_eq(out.len, 0);
		if (reply_failure(r) == NULL) {
			ck_assert_int_eq(reply_end(r, &out), 0);
			see_body(&s, &out);
		} else {
			see_failure(&s, reply_failure(r));
		}
	}
	seen_summary(&s, summary);
	buf_free(&out);
	script_free(r);
}

static void
check_cases(bool stream)
{
	struct buf summary;

	buf_init(&summary, OUT_CAP);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		run(cases[i].more, cases[i].steps, stream, &summary);
		ck_assert_msg(strcmp(summary.data, cases[i].summary) == 0,
		    "%s: %s", cases[i].comment, summary.data);
	}
	buf_free(&summary);
}

START_TEST(streams)
{
	check_cases(true);
}
END_TEST

START_TEST(bodies)
{
	check_cases(false);
}
END_TEST

#define HEAD \
	"{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\"," \
	"\"created\":1700000000,\"model\":\"m \\\"1\\\"\"," \
	"\"system_fingerprint\":\"codex 0.169.0\",\"choices\":["
#define DELTA HEAD "{\"index\":0,\"delta\":{"
#define TAIL "},\"logprobs\":null,\"finish_reason\":"

/* Byte for byte, since clients of all kinds read it. */
START_TEST(bytes_of_a_stream)
{
	static const char expected[] =
	    "data: " DELTA "\"role\":\"assistant\",\"content\":\"\"" TAIL
	    "null}]}\n\n"
	    "data: " DELTA "\"content\":\"pong\"" TAIL "null}]}\n\n"
	    "data: " DELTA TAIL "\"stop\"}]}\n\n"
	    "data: [DONE]\n\n";
	struct reply *r = script_reply("", true, false);
	struct buf out;

	buf_init(&out, OUT_CAP);
	ck_assert_int_eq(script_step(r, "0c pong", &out), 0);
	ck_assert_int_eq(script_step(r, "0u 11,3,7,2", &out), 0);
	ck_assert_int_eq(script_step(r, "0f stop", &out), 0);
	ck_assert_int_eq(reply_end(r, &out), 0);
	ck_assert_str_eq(out.data, expected);
	buf_free(&out);
	script_free(r);
}
END_TEST

START_TEST(bytes_of_a_body)
{
	static const char expected[] =
	    "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\","
	    "\"created\":1700000000,\"model\":\"m \\\"1\\\"\","
	    "\"system_fingerprint\":\"codex 0.169.0\",\"choices\":[{"
	    "\"index\":0,\"message\":{\"role\":\"assistant\","
	    "\"content\":\"pong\",\"refusal\":null},\"logprobs\":null,"
	    "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":11,"
	    "\"completion_tokens\":7,\"total_tokens\":18,"
	    "\"prompt_tokens_details\":{\"cached_tokens\":3},"
	    "\"completion_tokens_details\":{\"reasoning_tokens\":2}}}\n";
	struct reply *r = script_reply("", false, false);
	struct buf out;

	buf_init(&out, OUT_CAP);
	ck_assert_int_eq(script_step(r, "0c pong", &out), 0);
	ck_assert_int_eq(script_step(r, "0u 11,3,7,2", &out), 0);
	ck_assert_int_eq(script_step(r, "0f stop", &out), 0);
	ck_assert_int_eq(reply_end(r, &out), 0);
	ck_assert_str_eq(out.data, expected);
	buf_free(&out);
	script_free(r);
}
END_TEST

/* Whoever asks with the old functions knows no tool_calls. */
START_TEST(bytes_of_an_old_call)
{
	static const char more[] = "\"functions\":[{\"name\":\"f\"}],";
	static const char *const steps[] = { "0t 0 c1 f", "0a 0 {\"a\"",
		"0a 0 :1}", "0f tool_calls" };
	static const char stream[] =
	    "data: " DELTA "\"role\":\"assistant\",\"content\":\"\"" TAIL
	    "null}]}\n\n"
	    "data: " DELTA "\"function_call\":{\"name\":\"f\","
	    "\"arguments\":\"\"}" TAIL "null}]}\n\n"
	    "data: " DELTA
	    "\"function_call\":{\"arguments\":\"{\\\"a\\\"\"}" TAIL
	    "null}]}\n\n"
	    "data: " DELTA "\"function_call\":{\"arguments\":\":1}\"}" TAIL
	    "null}]}\n\n"
	    "data: " DELTA TAIL "\"function_call\"}]}\n\n";
	static const char body[] =
	    "\"content\":null,\"refusal\":null,\"function_call\":{\"name\":"
	    "\"f\",\"arguments\":\"{\\\"a\\\":1}\"}},\"logprobs\":null,"
	    "\"finish_reason\":\"function_call\"}]";
	struct buf out;

	buf_init(&out, OUT_CAP);
	for (int streamed = 0; streamed < 2; streamed++) {
		struct reply *r = script_reply(more, streamed, false);

		buf_reset(&out);
		for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
			ck_assert_int_eq(script_step(r, steps[i], &out), 0);
		if (streamed)
			ck_assert_str_eq(out.data, stream);
		else
			ck_assert_int_eq(reply_end(r, &out), 0);
		ck_assert(streamed || strstr(out.data, body) != NULL);
		script_free(r);
	}
	buf_free(&out);
}
END_TEST

/* How the engine cuts its text must not show. */
START_TEST(any_pieces_give_the_same)
{
	static const char text[] = "0c a\xc3\xa9 bEN c\xe2\x82\xac"
				   "E d\xf0\x9f\x98\x80 END more";
	static const char more[] = "\"stop\":[\"END\",\"more\"],";
	uint64_t seed = 7;
	struct buf summary;

	buf_init(&summary, OUT_CAP);
	for (unsigned round = 0; round < 500; round++) {
		char pieces[STEPS_MAX][64];
		const char *steps[STEPS_MAX] = { NULL };
		const char *at = text + 3;
		size_t n = 0;

		while (*at != '\0' && n < STEPS_MAX - 1) {
			size_t len = 1 + random_below(&seed, 6);

			if (len > strlen(at) || n == STEPS_MAX - 2)
				len = strlen(at);
			/* Events hold whole characters. */
			while (((unsigned char)at[len] & 0xc0) == 0x80)
				len++;
			snprintf(pieces[n], sizeof(pieces[n]), "0c %.*s",
			    (int)len, at);
			steps[n] = pieces[n];
			at += len;
			n++;
		}
		steps[n] = "0f stop";
		run(more, steps, round % 2 == 0, &summary);
		ck_assert_str_eq(summary.data,
		    "0 a\xc3\xa9 bEN c\xe2\x82\xac"
		    "E d\xf0\x9f\x98\x80 |||stop\n8,11,19,0,0\n");
	}
	buf_free(&summary);
}
END_TEST

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

/* Clients that join what comes would make one long role of them. */
START_TEST(a_choice_has_one_role)
{
	static const char *const steps[] = { "0r hm", "1c b", "0c a", "0c c",
		"0t 0 c1 f", "0f tool_calls", "1f stop" };
	struct reply *r = script_reply("\"n\":2,", true, false);
	struct buf out;

	buf_init(&out, OUT_CAP);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		ck_assert_int_eq(reply_ping(r, &out), 0);
		ck_assert_int_eq(reply_ping(r, &out), 0);
		ck_assert_int_eq(script_step(r, steps[i], &out), 0);
	}
	ck_assert_uint_eq(count(out.data, "\"role\":"), 2);
	ck_assert_uint_eq(
	    count(out.data, "\"index\":0,\"delta\":{\"role\":"), 1);
	ck_assert_uint_eq(count(out.data, "\"delta\":{\"content\":\"\"}"),
	    2 * ARRAY_SIZE(steps) - 1);
	buf_free(&out);
	script_free(r);
}
END_TEST

START_TEST(pings_are_empty_deltas_of_who_still_runs)
{
	struct reply *r = script_reply("\"n\":2,", true, true);
	struct seen s = { .n = 2 };
	struct buf out, summary;

	buf_init(&out, OUT_CAP);
	buf_init(&summary, OUT_CAP);
	ck_assert_int_eq(reply_ping(r, &out), 0);
	ck_assert(!reply_has_content(r));
	ck_assert_int_eq(reply_ping(r, &out), 0);
	ck_assert_int_eq(script_step(r, "0c a", &out), 0);
	ck_assert_int_eq(reply_ping(r, &out), 0);
	ck_assert_int_eq(script_step(r, "0f stop", &out), 0);
	/* The reader refuses one for the choice that has ended. */
	ck_assert_int_eq(reply_ping(r, &out), 0);
	ck_assert_int_eq(script_step(r, "1f stop", &out), 0);
	ck_assert_int_eq(reply_ping(r, &out), 0);
	ck_assert_int_eq(reply_end(r, &out), 0);
	see_stream(&s, &out, true);
	seen_summary(&s, &summary);
	ck_assert_str_eq(summary.data, "0 a|||stop\n1 |||stop\n0,0,0,0,0\n");
	buf_free(&out);
	buf_free(&summary);
	script_free(r);
}
END_TEST

START_TEST(each_ping_is_one_chunk)
{
	struct reply *r = script_reply("", true, false);
	struct buf out;

	buf_init(&out, OUT_CAP);
	for (size_t n = 1; n <= 3; n++) {
		ck_assert_int_eq(reply_ping(r, &out), 0);
		ck_assert_uint_eq(count(out.data, "data: "), n);
	}
	/* After which the role need not be said again. */
	ck_assert_int_eq(script_step(r, "0c a", &out), 0);
	ck_assert_uint_eq(count(out.data, "\"role\""), 1);
	buf_reset(&out);
	ck_assert_int_eq(script_step(r, "0x words", &out), 0);
	ck_assert_int_eq(reply_ping(r, &out), 0);
	ck_assert_uint_eq(out.len, 0);
	buf_free(&out);
	script_free(r);
}
END_TEST

/* The closing chunk goes out with the cut, not with the job's end. */
START_TEST(stop_strings_end_a_choice_at_once)
{
	struct reply *r = script_reply("\"n\":2,\"stop\":\"E\",", true, true);
	struct buf out;

	buf_init(&out, OUT_CAP);
	ck_assert_int_eq(script_step(r, "0c xEy", &out), 0);
	ck_assert_uint_eq(count(out.data, "\"finish_reason\":\"stop\""), 1);
	ck_assert(reply_stopped(r, 0));
	ck_assert(!reply_stopped(r, 1));
	ck_assert(!reply_done(r));
	ck_assert_int_eq(script_step(r, "1c x", &out), 0);
	ck_assert_int_eq(script_step(r, "1f stop", &out), 0);
	ck_assert(!reply_stopped(r, 1));
	ck_assert(reply_done(r));
	buf_reset(&out);
	ck_assert_int_eq(script_step(r, "0u 1,2,3,4", &out), 0);
	ck_assert_uint_eq(out.len, 0);
	ck_assert_uint_eq(reply_usage(r).output, 3);
	buf_free(&out);
	script_free(r);
}
END_TEST

START_TEST(has_content_tells_what_a_caller_would_see)
{
	static const struct {
		const char *step;
		bool content;
	} steps[] = { { "0c x", true }, { "0r x", true }, { "0t 0 i f", true },
		{ "0c ", false }, { "0c E", false }, { "0u 1,1,1,1", false },
		{ "0f stop", false }, { "0x words", false } };

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct reply *r = script_reply("\"stop\":\"E\",", true, true);
		struct buf out;

		buf_init(&out, OUT_CAP);
		ck_assert_int_eq(script_step(r, steps[i].step, &out), 0);
		ck_assert_msg(reply_has_content(r) == steps[i].content, "%s",
		    steps[i].step);
		buf_free(&out);
		script_free(r);
	}
}
END_TEST

START_TEST(failures_keep_all_that_is_known)
{
	struct reply *r = script_reply("", true, true);
	struct error error = ERROR_INIT;
	const struct error *seen;
	struct event *e;
	struct buf out;

	buf_init(&out, OUT_CAP);
	error_set_param(&error, ERROR_USAGE_LIMIT, "p", "words");
	error.retry_after = 90;
	e = event_new_failed(&error);
	ck_assert_int_eq(reply_event(r, 0, e, &out), 0);
	seen = reply_failure(r);
	ck_assert_int_eq(seen->kind, ERROR_USAGE_LIMIT);
	ck_assert_str_eq(seen->message, "words");
	ck_assert_str_eq(seen->param, "p");
	ck_assert_int_eq(seen->retry_after, 90);
	ck_assert_uint_eq(out.len, 0);
	ck_assert_int_eq(reply_end(r, &out), 0);
	ck_assert_str_eq(out.data,
	    "data: {\"error\":{\"message\":\"words\","
	    "\"type\":\"insufficient_quota\",\"param\":\"p\","
	    "\"code\":\"usage_limit_exceeded\"}}\n\n");
	buf_free(&out);
	script_free(r);
}
END_TEST

/* A cap that is passed never leaves half a chunk behind. */
START_TEST(a_full_buffer_holds_whole_chunks)
{
	for (size_t cap = 0; cap < 2000; cap += 7) {
		struct reply *r = script_reply("", true, true);
		struct buf out;
		int rc;

		buf_init(&out, cap);
		rc = script_step(r, "0c pong", &out);
		ck_assert(rc == 0 || rc == -EMSGSIZE);
		ck_assert_int_eq(rc == 0, out.len > 0);
		if (rc == 0 && script_step(r, "0f stop", &out) != 0)
			ck_assert_uint_eq(count(out.data, "\n\n"), 2);
		buf_free(&out);
		script_free(r);
	}
}
END_TEST

static const char *const oom_steps[] = { "0s gA=", "0c pong E", "0m more",
	"0r why", "0p then", "0t 0 i f", "0a 0 {}", "0u 1,2,3,4", "0f stop" };

static int
whole_reply(struct generation *request, const struct form *form)
{
	static const struct identity identity = { "1", 1, "f", "r" };
	struct reply *r = reply_new(&chat_dialect, request, form, &identity);
	struct buf out;
	int rc = r == NULL ? -ENOMEM : 0;

	buf_init(&out, OUT_CAP);
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(oom_steps); i++) {
		struct event *e = script_event(oom_steps[i]);

		rc = e != NULL ? reply_event(r, 0, e, &out) : -ENOMEM;
	}
	if (rc == 0)
		rc = reply_end(r, &out);
	buf_free(&out);
	reply_free(r);
	return rc;
}

START_TEST(out_of_memory_is_reported)
{
	for (int stream = 0; stream < 2; stream++) {
		struct form *form;
		struct generation *request = script_request(
		    "\"stop\":\"END\",", stream, true, &form);

		OOM_EACH(whole_reply(request, form), (void)0);
		generation_unref(request);
		chat_dialect.form_free(form);
	}
}
END_TEST

/* Codex tells the tokens at the end, which is never reached then. */
START_TEST(what_was_cut_off_is_estimated)
{
	static const struct {
		const char *more;
		const char *steps[4];
		bool given_up;
		unsigned long long input, output; /* of which are estimated */
		const char *comment;
	} cuts[] = {
		{ "\"stop\":\"!\",", { "0c 12345678!", NULL }, false, 1, 4,
		    "a stop string" },
		{ "", { "0u 11,3,7,2", "0c 12345", "0f stop", NULL }, false, 0,
		    0, "told" },
		{ "", { "0c 12345", "0f stop", NULL }, false, 0, 0,
		    "not told, and not cut off" },
		{ "", { "0c 12345", "0f length", NULL }, false, 1, 2,
		    "a limit" },
		{ "", { "0u 11,3,7,2", "0f length", NULL }, false, 0, 0,
		    "a limit, and told" },
		{ "", { NULL }, true, 1, 0, "a hang-up before the first word" },
		{ "", { "0r 1234", NULL }, true, 1, 2, "while it thinks" },
		{ "", { "0x no", NULL }, false, 0, 0, "a failure" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		struct reply *r = script_reply(cuts[i].more, true, true);
		struct usage u;
		struct buf out;

		buf_init(&out, OUT_CAP);
		for (size_t k = 0; cuts[i].steps[k] != NULL; k++)
			ck_assert_int_eq(
			    script_step(r, cuts[i].steps[k], &out), 0);
		if (cuts[i].given_up)
			reply_cut(r, 0);
		u = reply_usage(r);
		ck_assert_msg(u.estimated_output == cuts[i].output &&
			(u.estimated_input > 0) == (cuts[i].input > 0) &&
			u.estimated_input <= u.input &&
			u.estimated_output <= u.output,
		    "%s: %llu, %llu", cuts[i].comment,
		    (unsigned long long)u.estimated_input,
		    (unsigned long long)u.estimated_output);
		buf_free(&out);
		script_free(r);
	}
}
END_TEST

UNIT_MAIN("chat_reply", streams, bodies, bytes_of_a_stream, bytes_of_a_body,
    bytes_of_an_old_call, any_pieces_give_the_same, a_choice_has_one_role,
    pings_are_empty_deltas_of_who_still_runs, each_ping_is_one_chunk,
    stop_strings_end_a_choice_at_once,
    has_content_tells_what_a_caller_would_see, failures_keep_all_that_is_known,
    a_full_buffer_holds_whole_chunks, out_of_memory_is_reported,
    what_was_cut_off_is_estimated)
