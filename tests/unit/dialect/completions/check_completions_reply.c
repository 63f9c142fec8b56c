/*
 * The writers of completions: events in, the very bytes out.
 */
#include "unit/unit.h"

#include <errno.h>

#include "dialect/completions/completions_dialect.h"
#include "unit/oom.h"
#include "unit/reply_script.h"

static const struct identity identity = { "1", 1700000000, "codex 0.169.0",
	"req_1" };

#define HEAD \
	"{\"id\":\"cmpl-1\",\"object\":\"text_completion\"," \
	"\"created\":1700000000,\"model\":\"m\"," \
	"\"system_fingerprint\":\"codex 0.169.0\",\"choices\":["
#define CHUNK(index, text, reason) \
	"data: " HEAD "{\"index\":" #index ",\"text\":\"" text \
	"\",\"logprobs\":null,\"finish_reason\":" reason "}]}\n\n"
#define CHOICE(index, text, reason) \
	"{\"index\":" #index ",\"text\":\"" text \
	"\",\"logprobs\":null,\"finish_reason\":\"" reason "\"}"
#define USAGE(in, out, sum) \
	"\"usage\":{\"prompt_tokens\":" #in ",\"completion_tokens\":" #out \
	",\"total_tokens\":" #sum ",\"prompt_tokens_details\":{" \
	"\"cached_tokens\":0},\"completion_tokens_details\":{" \
	"\"reasoning_tokens\":0}}"
#define DONE "data: [DONE]\n\n"

static const struct {
	const char *more; /* members of the request */
	const char *steps[STEPS_MAX];
	const char *bytes;
} cases[] = {
	{ "\"prompt\":\"p\"", { "0c po", "0c ng", "0u 3,0,2,0", "0f stop" },
	    HEAD CHOICE(0, "pong", "stop") "]," USAGE(3, 2, 5) "}\n" },
	{ "\"prompt\":\"p\"", { "0u 3,0,2,0", "0f length" },
	    HEAD CHOICE(0, "", "length") "]," USAGE(3, 2, 5) "}\n" },
	{ "\"prompt\":\"p\\n\",\"echo\":true",
	    { "0u 3,0,2,0", "0r why", "0k look", "0c x", "0f content_filter" },
	    HEAD CHOICE(0, "p\\nx", "content_filter") "]," USAGE(
		3, 2, 5) "}\n" },
	{ "\"prompt\":[\"a\",\"b\"],\"n\":2,\"echo\":true",
	    { "3c 3", "0c 0", "2c 2", "1c 1", "1f stop", "0f stop", "3f stop",
		"2f stop" },
	    HEAD CHOICE(0, "a0", "stop") "," CHOICE(1, "a1", "stop") "," CHOICE(
		2, "b2", "stop") "," CHOICE(3, "b3", "stop") "]," USAGE(0, 0,
		0) "}\n" },
	{ "\"prompt\":\"p\",\"stop\":\"END\"",
	    { "0u 3,0,2,0", "0c aEN", "0c Db" },
	    HEAD CHOICE(0, "a", "stop") "]," USAGE(3, 2, 5) "}\n" },
	{ "\"prompt\":\"p\",\"stream\":true",
	    { "0c po", "0r no", "0c ", "0c ng", "0u 3,0,2,0", "0f stop" },
	    CHUNK(0, "po", "null") CHUNK(0, "ng", "null")
		CHUNK(0, "", "\"stop\"") DONE },
	{ "\"prompt\":[\"a\",\"b\"],\"stream\":true,\"echo\":true",
	    { "1c x", "1c y", "0f stop", "1f length" },
	    CHUNK(1, "bx", "null") CHUNK(1, "y", "null")
		CHUNK(0, "a", "\"stop\"") CHUNK(1, "", "\"length\"") DONE },
	{ "\"prompt\":\"p\",\"stream\":true,"
	  "\"stream_options\":{\"include_usage\":true}",
	    { "0u 3,0,2,0", "0f stop" },
	    "data: " HEAD "{\"index\":0,\"text\":\"\",\"logprobs\":null,"
	    "\"finish_reason\":\"stop\"}],\"usage\":null}\n\n"
	    "data: " HEAD "]," USAGE(3, 2, 5) "}\n\n" DONE },
	{ "\"prompt\":\"p\",\"stream\":true", { "0c half", "0x no route" },
	    CHUNK(0, "half",
		"null") "data: {\"error\":{\"message\":\"no route\",\"type\":"
			"\"server_error\",\"param\":null,\"code\":\"upstream_"
			"error\"}}"
			"\n\n" },
};

/* Reads the request; the reply is the caller's, and the form. */
static struct reply *
make(const char *more, struct form **ret_form)
{
	struct error e = ERROR_INIT;
	struct generation *g = NULL;
	struct reply *r;
	struct buf body;

	buf_init(&body, 1024);
	ck_assert_int_eq(buf_printf(&body, "{\"model\":\"m\",%s}", more), 0);
	ck_assert_int_eq(
	    completions_dialect.read(body.data, body.len, &g, ret_form, &e), 0);
	r = reply_new(&completions_dialect, g, *ret_form, &identity);
	generation_unref(g);
	buf_free(&body);
	return r;
}

START_TEST(bytes)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct form *form;
		struct reply *r;
		struct buf out;

		r = make(cases[i].more, &form);
		ck_assert_ptr_nonnull(r);
		buf_init(&out, OUT_CAP);
		script_play(r, cases[i].steps, &out);
		ck_assert_int_eq(reply_end(r, &out), 0);
		ck_assert_str_eq(out.data, cases[i].bytes);
		buf_free(&out);
		reply_free(r);
		completions_dialect.form_free(form);
	}
}
END_TEST

START_TEST(keep_alives_are_for_who_still_runs)
{
	struct form *form;
	struct reply *r = make(
	    "\"prompt\":[\"a\",\"b\"],\"stream\":true,\"echo\":true", &form);
	struct buf out;

	buf_init(&out, OUT_CAP);
	ck_assert_int_eq(reply_ping(r, &out), 0);
	ck_assert_str_eq(out.data, CHUNK(0, "a", "null"));
	buf_reset(&out);
	ck_assert_int_eq(script_step(r, "0f stop", &out), 0);
	ck_assert_str_eq(out.data, CHUNK(0, "", "\"stop\""));
	buf_reset(&out);
	ck_assert_int_eq(reply_ping(r, &out), 0);
	ck_assert_int_eq(reply_ping(r, &out), 0);
	ck_assert_str_eq(out.data, CHUNK(1, "b", "null") CHUNK(1, "", "null"));
	buf_free(&out);
	reply_free(r);
	completions_dialect.form_free(form);
}
END_TEST

static const struct {
	enum error_field field;
	const char *name;
} names[] = {
	{ FIELD_MODEL, "model" },
	{ FIELD_STOP, "stop" },
	{ FIELD_TOOLS, NULL },
	{ FIELD_NONE, NULL },
};

START_TEST(fields_at_fault)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct error e = ERROR_INIT;

		error_set_at(
		    &e, ERROR_BAD_REQUEST, names[i].field, PLACE_NONE, "no");
		dialect_name_fault(&completions_dialect, NULL, NULL, &e);
		if (names[i].name == NULL)
			ck_assert_ptr_null(e.param);
		else
			ck_assert_str_eq(e.param, names[i].name);
		error_free(&e);
	}
}
END_TEST

/* An event that could not be made is memory that has run out, too. */
static int
step_once(struct reply *r, const char *step, struct buf *out)
{
	struct event *e = script_event(step);

	return e != NULL ? reply_event(r, 0, e, out) : -ENOMEM;
}

static int
write_once(struct generation *g, const struct form *form)
{
	struct reply *r = reply_new(&completions_dialect, g, form, &identity);
	struct buf out;
	int rc = r == NULL ? -ENOMEM : 0;

	buf_init(&out, OUT_CAP);
	if (rc == 0)
		rc = step_once(r, "0c text", &out);
	if (rc == 0)
		rc = step_once(r, "0f stop", &out);
	if (rc == 0)
		rc = reply_end(r, &out);
	reply_free(r);
	buf_free(&out);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	static const char *const bodies[] = { "{\"prompt\":\"p\"}",
		"{\"prompt\":\"p\",\"stream\":true,\"echo\":true}" };

	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		struct generation *g = NULL;
		struct form *form = NULL;
		struct error e = ERROR_INIT;

		ck_assert_int_eq(completions_dialect.read(bodies[i],
				     strlen(bodies[i]), &g, &form, &e),
		    0);
		OOM_EACH(write_once(g, form), (void)0);
		completions_dialect.form_free(form);
		generation_unref(g);
	}
}
END_TEST

UNIT_MAIN("completions_reply", bytes, keep_alives_are_for_who_still_runs,
    fields_at_fault, out_of_memory_is_told)
