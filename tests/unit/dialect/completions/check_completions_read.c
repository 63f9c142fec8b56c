/*
 * completions_read: what a body asks for, and what is refused in which words.
 */
#include "unit/unit.h"

#include <errno.h>

#include "dialect/completions/completions_read.h"
#include "unit/oom.h"

static int
parse(const char *body, struct generation **ret, struct completions_form *form,
    struct error *e)
{
	return completions_read(body, strlen(body), ret, form, e);
}

static struct generation *
must_parse(const char *body, struct completions_form *form)
{
	struct error e = ERROR_INIT;
	struct generation *g = NULL;

	ck_assert_msg(
	    parse(body, &g, form, &e) == 0, "%s: %s", body, error_message(&e));
	return g;
}

/* The conversation as "role:text", messages behind each other. */
static void
put_items(const struct generation *g, struct buf *out)
{
	for (size_t i = 0; i < g->n_items; i++) {
		const struct item *m = &g->items[i];

		ck_assert_int_eq(m->kind, ITEM_MESSAGE);
		ck_assert_uint_eq(m->n_parts, 1);
		ck_assert_int_eq(
		    buf_printf(out, "%s:%s;", item_role_name(m->role),
			m->parts[0].text.s),
		    0);
	}
}

/* "NAME: N of CONVERSATION|N of CONVERSATION|" */
static void
put_all(const struct generation *g, struct buf *out)
{
	ck_assert_int_eq(buf_printf(out, "%s: ", g->model), 0);
	for (; g != NULL; g = g->beside) {
		ck_assert_int_eq(buf_printf(out, "%u of ", g->choices), 0);
		put_items(g, out);
		ck_assert_int_eq(buf_puts(out, "|"), 0);
	}
}

#define TOLD \
	"developer:Your answer is put between the text of the user and the " \
	"text below, which follows it at once. Write what leads from the " \
	"one to the other, and repeat neither:\n"

static const struct {
	const char *body, *asked;
} good[] = {
	{ "{\"prompt\":\"hi\"}", "codex-local: 1 of user:hi;|" },
	{ "{\"model\":\"m\",\"prompt\":\"hi\",\"n\":3}", "m: 3 of user:hi;|" },
	{ "{\"model\":\"m\",\"prompt\":[\"hi\"]}", "m: 1 of user:hi;|" },
	{ "{\"model\":\"m\",\"prompt\":[\"a\",\"b\"],\"n\":2}",
	    "m: 2 of user:a;|2 of user:b;|" },
	{ "{\"prompt\":\"f(\",\"suffix\":\")\"}",
	    "codex-local: 1 of " TOLD ");user:f(;|" },
	{ "{\"prompt\":[\"a\",\"b\"],\"suffix\":\"z\"}",
	    "codex-local: 1 of " TOLD "z;user:a;|1 of " TOLD "z;user:b;|" },
	{ "{\"prompt\":\"a\",\"suffix\":\"\"}", "codex-local: 1 of user:a;|" },
	{ "{\"prompt\":\"a\",\"logprobs\":null,\"best_of\":2,\"seed\":1,"
	  "\"max_tokens\":16,\"temperature\":0,\"user\":\"u\",\"other\":{}}",
	    "codex-local: 1 of user:a;|" },
};

START_TEST(what_is_asked)
{
	struct completions_form form;
	struct buf out;

	buf_init(&out, 4096);
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct generation *g = must_parse(good[i].body, &form);

		put_all(g, &out);
		ck_assert_str_eq(out.data, good[i].asked);
		generation_unref(g);
		buf_reset(&out);
	}
	buf_free(&out);
}
END_TEST

#define TEN "\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\""

static const struct {
	const char *body;
	enum error_kind kind;
	const char *param, *words;
} bad[] = {
	{ "{", ERROR_INVALID_JSON, NULL, "not valid JSON" },
	{ "{\"model\":\"m\"}", ERROR_MISSING_PARAMETER, "prompt",
	    "'prompt' is missing" },
	{ "{\"prompt\":null}", ERROR_MISSING_PARAMETER, "prompt",
	    "'prompt' is missing" },
	{ "{\"prompt\":\"\"}", ERROR_INVALID_VALUE, "prompt", "not empty" },
	{ "{\"prompt\":[]}", ERROR_INVALID_VALUE, "prompt", "not empty" },
	{ "{\"prompt\":[\"a\",\"\"]}", ERROR_INVALID_VALUE, "prompt[1]",
	    "not empty" },
	{ "{\"prompt\":{}}", ERROR_INVALID_TYPE, "prompt",
	    "must be a string or an array of strings, not" },
	{ "{\"prompt\":[\"a\",true]}", ERROR_INVALID_TYPE, "prompt[1]",
	    "must be a string or" },
	{ "{\"prompt\":[1,2]}", ERROR_UNSUPPORTED_PARAMETER, "prompt",
	    "text, not tokens" },
	{ "{\"prompt\":[[1,2],[3]]}", ERROR_UNSUPPORTED_PARAMETER, "prompt[0]",
	    "text, not tokens" },
	{ "{\"prompt\":\"a\",\"logprobs\":0}", ERROR_UNSUPPORTED_PARAMETER,
	    "logprobs", "no token probabilities" },
	{ "{\"prompt\":\"a\",\"echo\":1}", ERROR_INVALID_TYPE, "echo",
	    "must be" },
	{ "{\"prompt\":\"a\",\"suffix\":1}", ERROR_INVALID_TYPE, "suffix",
	    "must be" },
	{ "{\"prompt\":\"a\",\"n\":9}", ERROR_INVALID_VALUE, "n", "from 1" },
	{ "{\"prompt\":\"a\",\"stop\":5}", ERROR_INVALID_TYPE, "stop",
	    "must be" },
	{ "{\"prompt\":\"a\",\"model\":5}", ERROR_INVALID_TYPE, "model",
	    "must be" },
	{ "{\"prompt\":[" TEN "," TEN ",\"a\"]}", ERROR_INVALID_VALUE, "prompt",
	    "asks for 21 answers; at most 20" },
	{ "{\"prompt\":[" TEN ",\"a\"],\"n\":2}", ERROR_INVALID_VALUE, "prompt",
	    "asks for 22 answers; at most 20" },
};

START_TEST(faults_are_named)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct completions_form form;
		struct error e = ERROR_INIT;
		struct generation *g = NULL;

		ck_assert_msg(parse(bad[i].body, &g, &form, &e) == -EINVAL,
		    "%s", bad[i].body);
		ck_assert_int_eq(e.kind, bad[i].kind);
		if (bad[i].param == NULL)
			ck_assert_ptr_null(e.param);
		else
			ck_assert_str_eq(e.param, bad[i].param);
		ck_assert_msg(
		    strstr(e.message, bad[i].words) != NULL, "%s", e.message);
		error_free(&e);
	}
}
END_TEST

START_TEST(what_only_the_answer_needs)
{
	struct completions_form form;
	struct generation *g = must_parse(
	    "{\"prompt\":[\"a\",\"b\"],\"stop\":[\"x\",\"y\"],\"echo\":true,"
	    "\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
	    &form);

	ck_assert(form.form.stream);
	ck_assert(form.include_usage);
	ck_assert(form.echo);
	for (const struct generation *b = g; b != NULL; b = b->beside) {
		ck_assert(b->live);
		ck_assert_uint_eq(b->n_stop, 2);
		ck_assert(text_is(b->stop[1], "y"));
	}
	generation_unref(g);
}
END_TEST

/* Who holds the second holds all: both are of one body. */
START_TEST(those_beside_each_other_live_together)
{
	struct completions_form form;
	struct generation *g = must_parse(
	    "{\"prompt\":[\"a\",\"b\",\"c\"],\"n\":2}", &form);
	struct generation *last = generation_of(g, 5);

	ck_assert_uint_eq(generation_choices(g), 6);
	ck_assert_ptr_eq(generation_of(g, 1), g);
	ck_assert_ptr_eq(generation_of(g, 2), g->beside);
	ck_assert_ptr_eq(last, g->beside->beside);
	generation_ref(last);
	generation_unref(g);
	ck_assert(text_is(last->items[0].parts[0].text, "c"));
	ck_assert_str_eq(last->model, "codex-local");
	generation_unref(last);
}
END_TEST

static int
read_once(const char *body)
{
	struct completions_form form;
	struct error e = ERROR_INIT;
	struct generation *g = NULL;
	int rc = parse(body, &g, &form, &e);

	generation_unref(g);
	error_free(&e);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	OOM_EACH(
	    read_once("{\"prompt\":[\"a\",\"b\"],\"suffix\":\"c\"}"), (void)0);
}
END_TEST

UNIT_MAIN("completions_read", what_is_asked, faults_are_named,
    what_only_the_answer_needs, those_beside_each_other_live_together,
    out_of_memory_is_told)
