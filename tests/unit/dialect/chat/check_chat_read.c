#include "dialect/chat/chat_read.h"

#include <errno.h>

#include "base/buf.h"
#include "base/limits.h"
#include "dialect/reader.h"
#include "unit/oom.h"
#include "unit/unit.h"

#define USER "{\"role\":\"user\",\"content\":\"x\"}"
#define HEAD "{\"model\":\"m\",\"messages\":[" USER "]"
#define NAME_64 \
	"a23456789_123456789_123456789_123456789_123456789_123456789_1234"
#define ALLOWED(what) \
	",\"tool_choice\":{\"type\":\"allowed_tools\"," \
	"\"allowed_tools\":" what "}}"

static struct chat_form form; /* of what was read last */

static int
parse(const char *body, size_t len, struct generation **ret, struct error *e)
{
	return chat_read(body, len, ret, &form, e);
}

static struct generation *
must_parse(const char *body)
{
	struct error e = ERROR_INIT;
	struct generation *g = NULL;

	ck_assert_msg(
	    parse(body, strlen(body), &g, &e) == 0, "%s: %s", body, e.message);
	return g;
}

/* What real clients send and is fine. */
static const char *const good[] = {
	HEAD "}",
	HEAD ",\"stream\":null,\"n\":null,\"stop\":null,\"tools\":null,"
	     "\"tool_choice\":null,\"metadata\":null,\"response_format\":null,"
	     "\"stream_options\":null,\"logprobs\":null}",
	HEAD ",\"temperature\":0.7,\"top_p\":1,\"max_tokens\":64000,"
	     "\"max_completion_tokens\":1,\"seed\":1,\"user\":\"u\","
	     "\"store\":true,\"logit_bias\":{},\"prediction\":{},"
	     "\"frequency_penalty\":0,\"nonsense\":[[{}]]}",
	HEAD ",\"logprobs\":false,\"top_logprobs\":0,"
	     "\"modalities\":[\"text\"]}",
	HEAD ",\"tools\":[],\"stop\":[\"\",\"a\"]}",
	HEAD ",\"stop\":[\"a\",\"b\",\"c\",\"d\"]}",
	HEAD ",\"tools\":[{\"function\":{\"name\":\"" NAME_64 "\"}}]}",
	HEAD ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":"
	     "\"no_parameters\"}}],\"tool_choice\":\"auto\"}",
	HEAD ",\"functions\":[{\"name\":\"old\"}],\"function_call\":"
	     "{\"name\":\"old\"}}",
	"{\"model\":\"m\",\"messages\":[" USER "," USER "]}",
	"{\"model\":\"m\",\"messages\":[{\"role\":\"developer\",\"content\":"
	"[{\"type\":\"text\",\"text\":\"a\",\"cache_control\":{\"type\":"
	"\"ephemeral\"}}]}]}",
	"{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"content\":"
	"null,\"reasoning_content\":\"r\",\"tool_calls\":[{\"id\":\"c\","
	"\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":"
	"\"{broken\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"c\","
	"\"content\":[{\"type\":\"text\",\"text\":\"r\"}]}]}",
	"{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\"},"
	"{\"role\":\"user\",\"content\":\"\"},"
	"{\"role\":\"user\",\"content\":[]}]}",
	"{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	"\"function_call\":{\"name\":\"f\",\"arguments\":\"\"}},"
	"{\"role\":\"function\",\"name\":\"f\",\"content\":\"r\"},"
	"{\"role\":\"assistant\",\"tool_calls\":[],\"audio\":null},"
	"{\"role\":\"function\",\"name\":\"f\",\"content\":null}]}",
	"{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
	"{\"type\":\"image_url\",\"image_url\":"
	"\"" UNIT_PNG_URL "\"}]}]}",
	HEAD ",\"seed\":9223372036854776000,\"metadata\":{\"id\":"
	     "-99999999999999999999},\"x\":[1e400],\"tools\":[{\"type\":"
	     "\"function\",\"function\":{\"name\":\"f\",\"parameters\":{"
	     "\"type\":\"object\",\"properties\":{\"a\":{\"type\":"
	     "\"integer\",\"maximum\":18446744073709551615}}}}}]}",
	HEAD ",\"reasoning\":null,\"user\":\"cut \\ud83d here\"}",
	HEAD ",\"reasoning\":{\"max_tokens\":1}}",
};

START_TEST(odd_but_right_requests_pass)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		generation_unref(must_parse(good[i]));
}
END_TEST

START_TEST(messages_are_items)
{
	struct generation *g = must_parse(
	    "{\"model\":\"m\",\"messages\":["
	    "{\"role\":\"system\",\"content\":\"S\"},"
	    "{\"role\":\"user\",\"name\":\"bob\",\"content\":["
	    "{\"type\":\"text\",\"text\":\"a\\u0000b\"},"
	    "{\"type\":\"refusal\",\"refusal\":\"no\"}]},"
	    "{\"role\":\"assistant\",\"content\":\"A\",\"tool_calls\":["
	    "{\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}},"
	    "{\"id\":\"c2\",\"function\":{\"name\":\"g\",\"arguments\":\"2\"}}"
	    "]},{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"R\"},"
	    "{\"role\":\"function\",\"name\":\"old\",\"content\":null}]}");
	const struct item *i = g->items;

	ck_assert_uint_eq(g->n_items, 7);
	ck_assert(item_is_message(&i[0], ROLE_SYSTEM));
	ck_assert(item_is_message(&i[1], ROLE_USER));
	ck_assert_str_eq(i[1].name.s, "bob");
	ck_assert_uint_eq(i[1].n_parts, 2);
	ck_assert_uint_eq(i[1].parts[0].text.len, 3);
	ck_assert_int_eq(i[1].parts[1].kind, PART_REFUSAL);
	ck_assert_uint_eq(i[1].parts[1].place.outer, 1);
	ck_assert_uint_eq(i[1].parts[1].place.inner, 1);
	ck_assert(item_is_message(&i[2], ROLE_ASSISTANT));
	ck_assert_int_eq(i[4].kind, ITEM_CALL);
	ck_assert_str_eq(i[4].call_id.s, "c2");
	ck_assert_str_eq(i[4].name.s, "g");
	ck_assert_str_eq(i[4].arguments.s, "2");
	ck_assert_uint_eq(i[4].place.outer, 2);
	ck_assert_uint_eq(i[4].place.inner, 1);
	ck_assert_int_eq(i[5].kind, ITEM_RESULT);
	ck_assert_str_eq(i[5].call_id.s, "c2");
	ck_assert_uint_eq(i[5].place.outer, 3);
	ck_assert_int_eq(i[6].kind, ITEM_RESULT);
	ck_assert_uint_eq(i[6].call_id.len, 0);
	ck_assert_str_eq(i[6].name.s, "old");
	generation_unref(g);
}
END_TEST

START_TEST(what_is_asked_is_kept)
{
	struct generation *g = must_parse(
	    "{\"model\":\"gpt\",\"messages\":[" USER "],"
	    "\"stream\":true,\"stream_options\":{\"include_usage\":true},"
	    "\"n\":3,\"stop\":[\"x\",\"\",\"y\"],"
	    "\"tools\":[{\"function\":{\"name\":\"f\",\"description\":\"d\","
	    "\"parameters\":{ \"type\" : \"object\" }}}],"
	    "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":"
	    "\"f\"}},\"parallel_tool_calls\":false,"
	    "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{"
	    "\"name\":\"s\",\"schema\":{\"type\":\"object\",\"properties\":{}}}"
	    "},"
	    "\"reasoning_effort\":\"high\",\"verbosity\":\"low\","
	    "\"service_tier\":\"flex\",\"metadata\":{\"cwd\":\"/w\"}}");

	ck_assert_str_eq(g->model, "gpt");
	ck_assert(form.form.stream && form.include_usage && g->live);
	ck_assert_uint_eq(g->choices, 3);
	ck_assert_uint_eq(g->n_stop, 2);
	ck_assert_str_eq(g->stop[1].s, "y");
	ck_assert_uint_eq(g->n_tools, 1);
	ck_assert_str_eq(g->tools[0].description.s, "d");
	ck_assert_str_eq(g->tools[0].parameters.s, "{\"type\":\"object\"}");
	ck_assert_str_eq(form.tools_key, "tools");
	ck_assert_int_eq(g->choice, CHOICE_NAMED);
	ck_assert_str_eq(g->chosen.s, "f");
	ck_assert_str_eq(form.choice_key, "tool_choice");
	ck_assert_int_eq(g->parallel, PARALLEL_NO);
	ck_assert_int_eq(g->format, FORMAT_SCHEMA);
	/* It was made strict. */
	ck_assert(
	    json_is_false(json_object_get(g->schema, "additionalProperties")));
	ck_assert_str_eq(g->effort, "high");
	ck_assert_str_eq(g->verbosity, "low");
	ck_assert_str_eq(g->tier, "flex");
	ck_assert_str_eq(g->cwd, "/w");
	generation_unref(g);
}
END_TEST

/* An error can then name what the caller has written. */
START_TEST(without_a_model_it_is_the_local_one)
{
	static const char *const bodies[] = { "{\"messages\":[" USER "]}",
		"{\"model\":null,\"messages\":[" USER "]}" };

	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		struct generation *g = must_parse(bodies[i]);

		ck_assert_str_eq(g->model, "codex-local");
		generation_unref(g);
	}
}
END_TEST

START_TEST(functions_are_tools_by_their_own_name)
{
	struct generation *g = must_parse(
	    HEAD ",\"tools\":[],\"functions\":[{\"name\":\"old\"}],"
		 "\"function_call\":{\"name\":\"old\"}}");

	ck_assert_uint_eq(g->n_tools, 1);
	ck_assert_str_eq(form.tools_key, "functions");
	ck_assert(form.old_functions);
	ck_assert_int_eq(g->parallel, PARALLEL_NO);
	ck_assert_int_eq(g->choice, CHOICE_NAMED);
	ck_assert_str_eq(form.choice_key, "function_call");
	generation_unref(g);
	g = must_parse(HEAD ",\"tools\":[],\"tool_choice\":null}");
	ck_assert(!form.old_functions);
	ck_assert_int_eq(g->parallel, PARALLEL_UNSET);
	ck_assert_ptr_null(form.tools_key);
	ck_assert_ptr_null(form.choice_key);
	generation_unref(g);
}
END_TEST

/* A refusal is content, wherever it stands; an empty one is none. */
START_TEST(refusals_are_parts)
{
	struct generation *g = must_parse(
	    "{\"model\":\"m\",\"messages\":["
	    "{\"role\":\"assistant\",\"content\":null,\"refusal\":\"no\"},"
	    "{\"role\":\"assistant\",\"content\":\"a\",\"refusal\":\"b\"},"
	    "{\"role\":\"assistant\",\"content\":\"a\",\"refusal\":\"\"}]}");
	const struct item *m = g->items;

	ck_assert_uint_eq(m[0].n_parts, 1);
	ck_assert_int_eq(m[0].parts[0].kind, PART_REFUSAL);
	ck_assert_str_eq(m[0].parts[0].text.s, "no");
	ck_assert_uint_eq(m[1].n_parts, 2);
	ck_assert_str_eq(m[1].parts[0].text.s, "a");
	ck_assert_str_eq(m[1].parts[1].text.s, "b");
	ck_assert_uint_eq(m[2].n_parts, 1);
	generation_unref(g);
}
END_TEST

/* Some clients always write the list of calls. */
START_TEST(an_old_call_beside_an_empty_list)
{
	struct generation *g = must_parse(
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	    "\"tool_calls\":[],\"function_call\":{\"name\":\"f\","
	    "\"arguments\":\"1\"}}]}");

	ck_assert_uint_eq(g->n_items, 2);
	ck_assert_int_eq(g->items[1].kind, ITEM_CALL);
	ck_assert_str_eq(g->items[1].name.s, "f");
	ck_assert_uint_eq(g->items[1].call_id.len, 0);
	generation_unref(g);
}
END_TEST

#define NAMED(name) \
	"{\"type\":\"function\",\"function\":{\"name\":\"" name "\"}}"
#define TOOLS ",\"tools\":[" NAMED("a") "," NAMED("b") "," NAMED("c") "]"

START_TEST(tools_that_are_not_allowed_are_not_offered)
{
	static const struct {
		const char *allowed;
		enum tool_choice choice;
		const char *names;
	} rows[] = {
		{ HEAD TOOLS ALLOWED("{\"mode\":\"auto\",\"tools\":[" NAMED(
		      "c") "," NAMED("a") "," NAMED("a") "]}"),
		    CHOICE_AUTO, "ac" },
		{ HEAD TOOLS ALLOWED(
		      "{\"mode\":\"required\",\"tools\":[" NAMED("b") "]}"),
		    CHOICE_REQUIRED, "b" },
		{ HEAD TOOLS ALLOWED("{\"mode\":\"auto\",\"tools\":[]}"),
		    CHOICE_AUTO, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct generation *g = must_parse(rows[i].allowed);

		ck_assert_int_eq(g->choice, rows[i].choice);
		ck_assert_uint_eq(g->n_tools, 3);
		ck_assert(
		    generation_offers_tools(g) == (rows[i].names[0] != '\0'));
		for (size_t k = 0; k < g->n_tools; k++)
			ck_assert(generation_offers(g, &g->tools[k]) ==
			    (strchr(rows[i].names, g->tools[k].name.s[0]) !=
				NULL));
		generation_unref(g);
	}
}
END_TEST

/* A quadratic search would need minutes for this, and the test has one. */
START_TEST(many_allowed_tools_take_little_time)
{
	enum {
		TOOLS_N = 100000
	};
	static const char *const lists[] = { HEAD ",\"tools\":[",
		"],\"tool_choice\":{\"type\":\"allowed_tools\","
		"\"allowed_tools\":{\"mode\":\"auto\",\"tools\":[" };
	struct generation *g;
	struct buf b;

	buf_init(&b, 64 * 1024 * 1024);
	for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
		ck_assert_int_eq(buf_puts(&b, lists[k]), 0);
		for (int i = 0; i < TOOLS_N; i++)
			ck_assert_int_eq(
			    buf_printf(&b,
				"%s{\"function\":{\"name\":\"t%d\"}}",
				i > 0 ? "," : "", k == 0 ? i : TOOLS_N - 1),
			    0);
	}
	ck_assert_int_eq(buf_puts(&b, "]}}}"), 0);
	g = must_parse(b.data);
	ck_assert_uint_eq(g->n_tools, TOOLS_N);
	ck_assert(g->tools[TOOLS_N - 1].offered && !g->tools[0].offered);
	generation_unref(g);
	buf_free(&b);
}
END_TEST

static const struct item *
last_item(const struct generation *g)
{
	return &g->items[g->n_items - 1];
}

/* What clients of other servers send, and what is meant by it. */
START_TEST(thoughts_are_left_out)
{
	struct generation *g = must_parse(
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	    "\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"},"
	    "{\"type\":\"text\",\"text\":\"a\"},"
	    "{\"type\":\"redacted_thinking\",\"data\":\"x\"},"
	    "{\"type\":\"reasoning\",\"text\":\"x\"},"
	    "{\"type\":\"refusal\",\"refusal\":\"b\"}]},"
	    "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\"}]}"
	    "]}");

	ck_assert_uint_eq(g->n_items, 2);
	ck_assert_uint_eq(g->items[0].n_parts, 2);
	ck_assert_str_eq(g->items[0].parts[0].text.s, "a");
	ck_assert_uint_eq(g->items[0].parts[0].place.inner, 1);
	ck_assert_str_eq(g->items[0].parts[1].text.s, "b");
	ck_assert_uint_eq(last_item(g)->n_parts, 0);
	generation_unref(g);
}
END_TEST

START_TEST(a_result_may_be_null)
{
	struct generation *g = must_parse(
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\","
	    "\"tool_call_id\":\"c\",\"content\":null}]}");

	ck_assert_int_eq(last_item(g)->kind, ITEM_RESULT);
	ck_assert(item_is_empty(last_item(g)));
	generation_unref(g);
}
END_TEST

START_TEST(efforts_of_either_form)
{
	static const struct {
		const char *body, *effort, *key;
	} rows[] = {
		{ HEAD ",\"reasoning\":{\"effort\":\"low\"}}", "low",
		    "reasoning.effort" },
		{ HEAD ",\"reasoning\":{\"effort\":\"low\"},"
		       "\"reasoning_effort\":\"high\"}",
		    "high", "reasoning_effort" },
		{ HEAD ",\"reasoning\":{\"effort\":\"low\"},"
		       "\"reasoning_effort\":null}",
		    "low", "reasoning.effort" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct generation *g = must_parse(rows[i].body);

		ck_assert_str_eq(g->effort, rows[i].effort);
		ck_assert_str_eq(form.effort_key, rows[i].key);
		generation_unref(g);
	}
}
END_TEST

#define LOOSE \
	"\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":" \
	"\"integer\",\"maximum\":18446744073709551615}}}"
#define TIGHT \
	"\"schema\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":" \
	"\"integer\"}},\"required\":[\"a\"]}"
#define FORMAT_OF(what) HEAD ",\"response_format\":{\"type\":" what "}}"

/* Only who asks for strict mode is refused what it does not take. */
START_TEST(schemas_are_strict_or_told)
{
	static const struct {
		const char *body;
		enum answer_format format;
	} rows[] = {
		{ FORMAT_OF("\"json_schema\",\"json_schema\":{" LOOSE "}"),
		    FORMAT_TOLD },
		{ FORMAT_OF(
		      "\"json_schema\",\"json_schema\":{\"strict\":false," LOOSE
		      "}"),
		    FORMAT_TOLD },
		{ FORMAT_OF(
		      "\"json_schema\",\"json_schema\":{\"strict\":null," TIGHT
		      "}"),
		    FORMAT_SCHEMA },
		{ FORMAT_OF(
		      "\"json_schema\",\"json_schema\":{\"strict\":true," TIGHT
		      "}"),
		    FORMAT_SCHEMA },
		{ FORMAT_OF("\"json_object\"," LOOSE), FORMAT_TOLD },
		{ FORMAT_OF("\"json_object\"," TIGHT), FORMAT_SCHEMA },
		{ FORMAT_OF("\"json_object\",\"schema\":null"), FORMAT_OBJECT },
		{ FORMAT_OF("\"text\"," LOOSE), FORMAT_TEXT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct generation *g = must_parse(rows[i].body);

		ck_assert_msg(g->format == rows[i].format, "%s", rows[i].body);
		ck_assert((g->schema != NULL) == (g->format >= FORMAT_SCHEMA));
		/* One that is told is told as it came. */
		ck_assert(g->format != FORMAT_TOLD ||
		    json_object_get(g->schema, "required") == NULL);
		generation_unref(g);
	}
}
END_TEST

/* As the Responses API has them; and both forms side by side. */
START_TEST(flat_tools_are_tools)
{
	struct generation *g = must_parse(
	    HEAD ",\"tools\":[{\"type\":\"function\",\"name\":\"a\","
		 "\"description\":\"d\",\"strict\":false,\"parameters\":{"
		 "\"type\":\"object\"}}," NAMED(
		     "b") "],\"tool_choice\":{"
			  "\"type\":\"function\",\"name\":\"b\"}}");

	ck_assert_uint_eq(g->n_tools, 2);
	ck_assert_str_eq(g->tools[0].name.s, "a");
	ck_assert_str_eq(g->tools[0].description.s, "d");
	ck_assert_str_eq(g->tools[0].parameters.s, "{\"type\":\"object\"}");
	ck_assert_int_eq(g->choice, CHOICE_NAMED);
	ck_assert_str_eq(g->chosen.s, "b");
	generation_unref(g);
	g = must_parse(HEAD TOOLS
	    ",\"tool_choice\":{\"type\":\"allowed_tools\",\"mode\":"
	    "\"required\",\"tools\":[{\"type\":\"function\",\"name\":"
	    "\"b\"}]}}");
	ck_assert_int_eq(g->choice, CHOICE_REQUIRED);
	ck_assert(!g->tools[0].offered && g->tools[1].offered);
	generation_unref(g);
}
END_TEST

START_TEST(freeform_tools_are_read)
{
	struct generation *g = must_parse(
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	    "\"tool_calls\":[{\"id\":\"c\",\"type\":\"custom\","
	    "\"custom\":{\"name\":\"f\",\"input\":\"*** x\"}}]},"
	    "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"r\"}],"
	    "\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\","
	    "\"description\":\"d\",\"format\":{\"type\":\"grammar\","
	    "\"grammar\":{\"syntax\":\"lark\",\"definition\":\"start: A\"}}}},"
	    "{\"type\":\"custom\",\"name\":\"g\",\"format\":{\"type\":"
	    "\"text\"}}],\"tool_choice\":{\"type\":\"custom\",\"custom\":{"
	    "\"name\":\"g\"}}}");

	ck_assert(g->tools[0].custom && g->tools[1].custom);
	ck_assert_str_eq(g->tools[0].description.s, "d");
	ck_assert_ptr_nonnull(strstr(g->tools[0].grammar.s, "start: A"));
	ck_assert_str_eq(g->tools[1].name.s, "g");
	ck_assert_uint_eq(g->tools[1].grammar.len, 0);
	ck_assert_str_eq(g->chosen.s, "g");
	ck_assert_int_eq(g->items[1].kind, ITEM_CALL);
	ck_assert(g->items[1].custom);
	ck_assert_str_eq(g->items[1].arguments.s, "*** x");
	generation_unref(g);
}
END_TEST

/* It is JSON all the same, for most who read it. */
START_TEST(a_byte_order_mark_is_passed_over)
{
	struct error e = ERROR_INIT;
	struct generation *g = must_parse("\xef\xbb\xbf" HEAD "}");

	generation_unref(g);
	ck_assert_int_eq(parse("\xef\xbb\xbf", 3, &g, &e), -EINVAL);
	ck_assert_int_eq(e.kind, ERROR_INVALID_JSON);
	error_free(&e);
}
END_TEST

/* As MIME has it, and at the ends; the model gets it without. */
START_TEST(images_may_have_white_space)
{
	static const char url[] = UNIT_PNG_URL;
	struct generation *g;
	struct buf b;

	buf_init(&b, 65536);
	ck_assert_int_eq(
	    buf_puts(&b,
		"{\"model\":\"m\",\"messages\":["
		"{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
		"\"image_url\":{\"url\":\" "),
	    0);
	for (size_t i = 0; url[i] != '\0'; i++) {
		static const char *const space[] = { "\\n", "\\r\\n", "\\t",
			" ", "\\f" };

		ck_assert_int_eq(buf_putc(&b, url[i]), 0);
		if (i % 19 == 18)
			ck_assert_int_eq(
			    buf_puts(&b, space[i / 19 % ARRAY_SIZE(space)]), 0);
	}
	ck_assert_int_eq(buf_puts(&b, "\\n\"}}]}]}"), 0);
	g = must_parse(b.data);
	ck_assert_str_eq(g->items[0].parts[0].text.s, url);
	ck_assert_uint_eq(g->items[0].parts[0].text.len, strlen(url));
	generation_unref(g);
	buf_free(&b);
}
END_TEST

/* usage is for streams alone. */
START_TEST(include_usage_needs_a_stream)
{
	struct generation *g = must_parse(
	    HEAD ",\"stream_options\":{\"include_usage\":true}}");

	ck_assert(!form.include_usage);
	generation_unref(g);
}
END_TEST

/* Whatever is cut off a request, it is told as broken JSON, or is whole. */
START_TEST(every_prefix_is_broken_json)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		for (size_t n = 0; n < strlen(good[i]); n++) {
			struct error e = ERROR_INIT;
			struct generation *g = NULL;

			ck_assert_int_eq(parse(good[i], n, &g, &e), -EINVAL);
			ck_assert_int_eq(e.kind, ERROR_INVALID_JSON);
			error_free(&e);
		}
	}
}
END_TEST

static void
nest(struct buf *b, unsigned depth)
{
	int rc = buf_puts(b, HEAD ",\"x\":");

	for (unsigned i = 0; i < depth; i++)
		rc |= buf_putc(b, '[');
	for (unsigned i = 0; i < depth; i++)
		rc |= buf_putc(b, ']');
	ck_assert_int_eq(rc, 0);
	ck_assert_int_eq(buf_putc(b, '}'), 0);
}

START_TEST(depth_is_bounded)
{
	static const struct {
		unsigned depth;
		int rc;
	} depths[] = { { LIMIT_BODY_DEPTH - 1, 0 },
		{ LIMIT_BODY_DEPTH, -EINVAL }, { 2000, -EINVAL },
		{ 1000000, -EINVAL } };

	for (size_t i = 0; i < ARRAY_SIZE(depths); i++) {
		struct error e = ERROR_INIT;
		struct generation *g = NULL;
		struct buf b;

		buf_init(&b, 4 * 1024 * 1024);
		nest(&b, depths[i].depth);
		ck_assert_int_eq(parse(b.data, b.len, &g, &e), depths[i].rc);
		error_free(&e);
		generation_unref(g);
		buf_free(&b);
	}
}
END_TEST

START_TEST(long_stop_strings_are_refused)
{
	struct error e = ERROR_INIT;
	struct generation *g = NULL;
	struct buf b;

	buf_init(&b, 65536);
	ck_assert_int_eq(buf_puts(&b, HEAD ",\"stop\":\""), 0);
	for (int i = 0; i <= STOP_LEN_MAX; i++)
		ck_assert_int_eq(buf_putc(&b, 'x'), 0);
	ck_assert_int_eq(buf_puts(&b, "\"}"), 0);
	ck_assert_int_eq(parse(b.data, b.len, &g, &e), -EINVAL);
	ck_assert_int_eq(e.kind, ERROR_INVALID_VALUE);
	ck_assert_str_eq(e.param, "stop");
	error_free(&e);
	buf_free(&b);
}
END_TEST

static int
read_once(const char *body)
{
	struct error e = ERROR_INIT;
	struct generation *g = NULL;
	int rc = parse(body, strlen(body), &g, &e);

	generation_unref(g);
	error_free(&e);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	OOM_EACH(
	    read_once(HEAD TOOLS ",\"stop\":\"s\",\"model\":\"m\"}"), (void)0);
}
END_TEST

UNIT_MAIN("chat_read", odd_but_right_requests_pass, messages_are_items,
    what_is_asked_is_kept, without_a_model_it_is_the_local_one,
    functions_are_tools_by_their_own_name, refusals_are_parts,
    an_old_call_beside_an_empty_list,
    tools_that_are_not_allowed_are_not_offered,
    many_allowed_tools_take_little_time, thoughts_are_left_out,
    a_result_may_be_null, efforts_of_either_form, schemas_are_strict_or_told,
    flat_tools_are_tools, freeform_tools_are_read,
    a_byte_order_mark_is_passed_over, images_may_have_white_space,
    include_usage_needs_a_stream, every_prefix_is_broken_json, depth_is_bounded,
    long_stop_strings_are_refused, out_of_memory_is_told)
