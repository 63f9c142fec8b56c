/*
 * What becomes of the input: items, as the engines get them.
 */
#include <errno.h>

#include "dialect/responses/responses_kept.h"
#include "dialect/responses/responses_read.h"
#include "unit/oom.h"
#include "unit/unit.h"

static struct responses_form form; /* of what was read last */

static struct generation *
must_read(const char *body)
{
	struct error e = ERROR_INIT;
	struct generation *g = NULL;

	ck_assert_msg(responses_read(body, strlen(body), &g, &form, &e) == 0,
	    "%s: %s", body, e.message);
	return g;
}

static void
drop(struct generation *g)
{
	generation_unref(g);
	responses_form_clear(&form);
}

/* ---- items in a few letters ---- */

static void
put(struct buf *out, const char *before, struct text t)
{
	ck_assert_int_eq(buf_puts(out, before), 0);
	ck_assert_int_eq(buf_append(out, t.s, t.len), 0);
}

static void
put_parts(struct buf *out, const struct item *i)
{
	static const char *const marks[] = {
		[PART_TEXT] = "", [PART_REFUSAL] = "!", [PART_IMAGE] = "@"
	};

	for (size_t k = 0; k < i->n_parts; k++) {
		const struct part *p = &i->parts[k];

		ck_assert_int_eq(buf_puts(out, k > 0 ? "+" : ""), 0);
		put(out, marks[p->kind],
		    p->kind == PART_IMAGE ? text_of("") : p->text);
	}
}

static void
put_message(struct buf *out, const struct item *i)
{
	static const char *const phases[] = {
		[PHASE_NONE] = "", [PHASE_COMMENTARY] = "~", [PHASE_FINAL] = "."
	};

	put(out, phases[i->phase], text_of(item_role_name(i->role)));
	put(out, ":", text_of(""));
	put_parts(out, i);
}

static void
put_call(struct buf *out, const struct item *i)
{
	put(out, i->custom ? "custom " : "call ", i->call_id);
	put(out, " ", i->space);
	put(out, i->space.len > 0 ? "/" : "", i->name);
	put(out, "(", i->arguments);
	put(out, ")", text_of(""));
}

static void
put_item(struct buf *out, const struct item *i)
{
	static const char *const references[] = { [REFERENCE_ITEM] = "item ",
		[REFERENCE_ANSWER] = "answer ",
		[REFERENCE_CONVERSATION] = "conversation " };

	switch (i->kind) {
	case ITEM_MESSAGE:
		put_message(out, i);
		break;
	case ITEM_CALL:
		put_call(out, i);
		break;
	case ITEM_RESULT:
		put(out, i->custom ? "custom " : "result ", i->call_id);
		put(out, "=", text_of(""));
		put_parts(out, i);
		break;
	case ITEM_REASONING:
		put(out, "thought ", i->sealed);
		put(out, ":", text_of(""));
		put_parts(out, i);
		break;
	case ITEM_OTHER:
		put(out, "", i->verbatim);
		break;
	case ITEM_REFERENCE:
		put(out, references[i->reference], i->id);
		break;
	}
	put(out, ";", text_of(""));
}

static void
expect_items(const struct generation *g, const char *items, const char *body)
{
	struct buf out;

	buf_init(&out, 4096);
	for (size_t i = 0; i < g->n_items; i++)
		put_item(&out, &g->items[i]);
	ck_assert_msg(strcmp(out.data, items) == 0, "%s:\n%s\nnot\n%s", body,
	    out.data, items);
	buf_free(&out);
}

#define IN(items) "{\"input\":[" items "]}"
#define PART(type, rest) "{\"type\":\"" type "\"," rest "}"

static const struct {
	const char *body, *items;
} inputs[] = {
	{ "{\"input\":\"hi\"}", "user:hi;" },
	{ "{\"input\":\"\"}", "user:;" },
	{ "{\"input\":\"hi\",\"instructions\":\"be brief\"}",
	    "developer:be brief;user:hi;" },
	{ "{\"input\":\"hi\",\"instructions\":null}", "user:hi;" },
	{ "{\"input\":\"hi\",\"instructions\":\"\"}", "user:hi;" },
	/* messages, with and without type, of all roles */
	{ IN("{\"role\":\"user\",\"content\":\"a\"},"
	     "{\"type\":\"message\",\"role\":\"assistant\",\"content\":\"b\"},"
	     "{\"type\":null,\"role\":\"system\",\"content\":\"c\"},"
	     "{\"role\":\"developer\",\"content\":\"d\"}"),
	    "user:a;assistant:b;system:c;developer:d;" },
	{ IN("{\"role\":\"user\",\"content\":[" PART(
	      "input_text", "\"text\":\"a\"") "," PART("text",
	      "\"text\":\"b\"") "]},{\"role\":\"user\",\"content\":[]}"),
	    "user:a+b;user:;" },
	/* an output item as it was given out */
	{ IN("{\"id\":\"msg_1\",\"type\":\"message\",\"status\":\"completed\","
	     "\"role\":\"assistant\",\"phase\":\"final_answer\",\"content\":["
	     "{\"type\":\"output_text\",\"text\":\"a\",\"annotations\":[],"
	     "\"logprobs\":[]}]},{\"role\":\"assistant\",\"content\":\"b\","
	     "\"phase\":\"commentary\"},{\"role\":\"assistant\",\"content\":"
	     "\"c\",\"phase\":null},{\"role\":\"user\",\"content\":\"d\","
	     "\"phase\":\"final_answer\"}"),
	    ".assistant:a;~assistant:b;assistant:c;user:d;" },
	{ IN("{\"role\":\"assistant\",\"content\":[" PART(
	      "refusal", "\"refusal\":\"no\"") "]}"),
	    "assistant:!no;" },
	/* images and files */
	{ IN("{\"role\":\"user\",\"content\":[" PART("input_image",
	      "\"image_url\":\"" UNIT_PNG_URL "\",\"detail\":\"low\"") "]}"),
	    "user:@;" },
	{ IN("{\"role\":\"user\",\"content\":[" PART("input_file",
	      "\"filename\":\"a.txt\",\"file_data\":"
	      "\"data:text/plain;base64,aGkg4oKs\"") "]}"),
	    "user:hi \xe2\x82\xac;" },
	{ IN("{\"role\":\"user\",\"content\":[" PART("input_file",
	      "\"file_data\":\"data:application/"
	      "json;charset=utf-8;BASE64,e30=\"") "]}"),
	    "user:{};" },
	/* calls and results */
	{ IN("{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"c\","
	     "\"name\":\"f\",\"arguments\":\"{broken\",\"status\":"
	     "\"completed\"},{\"type\":\"function_call_output\",\"id\":"
	     "\"fco_1\",\"call_id\":\"c\",\"output\":\"r\",\"status\":null},"
	     "{\"type\":\"function_call\",\"call_id\":\"d\",\"name\":\"f\","
	     "\"namespace\":\"n\",\"arguments\":\"\"},"
	     "{\"type\":\"function_call_output\",\"call_id\":\"d\",\"output\":"
	     "[" PART("input_text", "\"text\":\"x\"") "," PART(
		 "input_image", "\"image_url\":\"" UNIT_PNG_URL "\"") "]}"),
	    "call c f({broken);result c=r;call d n/f();result d=x+@;" },
	{ IN("{\"type\":\"function_call_output\",\"call_id\":\"c\","
	     "\"output\":null}"),
	    "result c=;" },
	{ IN("{\"type\":\"custom_tool_call\",\"id\":\"ctc_1\",\"call_id\":"
	     "\"c\",\"name\":\"f\",\"input\":\"*** Begin\"},"
	     "{\"type\":\"custom_tool_call_output\",\"call_id\":\"c\","
	     "\"output\":\"done\"}"),
	    "custom c f(*** Begin);custom c=done;" },
	/* reasoning */
	{ IN("{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[" PART(
	      "summary_text", "\"text\":\"a\"") "," PART("summary_text",
	      "\"text\":\"b\"") "],\"encrypted_content\":\"s\",\"content\":[]},"
				"{\"type\":\"reasoning\",\"summary\":[],"
				"\"encrypted_content\":null},"
				"{\"type\":\"reasoning\"}"),
	    "thought s:a+b;thought :;thought :;" },
	/* what it refers to */
	{ IN("{\"type\":\"item_reference\",\"id\":\"rs_1\"},"
	     "{\"id\":\"msg_1\"},{\"role\":\"user\",\"content\":\"x\"}"),
	    "item rs_1;item msg_1;user:x;" },
	{ "{\"previous_response_id\":\"resp_1\",\"instructions\":\"i\","
	  "\"input\":\"x\"}",
	    "developer:i;answer resp_1;user:x;" },
	{ "{\"previous_response_id\":\"resp_1\"}", "answer resp_1;" },
	{ "{\"conversation\":\"conv_1\",\"input\":[]}",
	    "conversation conv_1;" },
	{ "{\"conversation\":{\"id\":\"conv_1\"},\"input\":\"x\","
	  "\"previous_response_id\":null}",
	    "conversation conv_1;user:x;" },
	/* what Codex takes as it comes */
	{ IN("{\"type\":\"web_search_call\",\"id\":\"ws_1\",\"status\":"
	     "\"completed\",\"action\":{\"type\":\"search\",\"query\":"
	     "\"q\"}},{\"type\":\"compaction\",\"encrypted_content\":\"s\"}"),
	    "{\"type\":\"web_search_call\",\"id\":\"ws_1\",\"status\":"
	    "\"completed\",\"action\":{\"type\":\"search\",\"query\":\"q\"}};"
	    "{\"type\":\"compaction\",\"encrypted_content\":\"s\"};" },
	{ IN("{\"type\":\"additional_tools\",\"role\":\"developer\","
	     "\"tools\":[]},{\"role\":\"user\",\"content\":\"x\"}"),
	    "user:x;" },
};

START_TEST(input_becomes_items)
{
	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
		struct generation *g = must_read(inputs[i].body);

		expect_items(g, inputs[i].items, inputs[i].body);
		drop(g);
	}
}
END_TEST

START_TEST(what_was_written_has_a_place)
{
	struct generation *g = must_read(
	    "{\"instructions\":\"i\",\"previous_response_id\":\"resp_1\","
	    "\"input\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":"
	    "\"user\",\"content\":[" PART(
		"input_text", "\"text\":\"a\"") "," PART("input_text",
		"\"text\":\"b\"") "]}"
				  "]}");

	ck_assert_uint_eq(g->n_items, 4);
	ck_assert_uint_eq(g->items[0].place.outer, PLACE_ALL);
	ck_assert_uint_eq(g->items[1].place.outer, PLACE_ALL);
	ck_assert_uint_eq(g->items[2].place.outer, 0);
	ck_assert_uint_eq(g->items[2].place.inner, PLACE_ALL);
	ck_assert_uint_eq(g->items[3].place.outer, 1);
	ck_assert_uint_eq(g->items[3].parts[1].place.outer, 1);
	ck_assert_uint_eq(g->items[3].parts[1].place.inner, 1);
	ck_assert(text_is(form.previous, "resp_1"));
	ck_assert_uint_eq(form.conversation.len, 0);
	drop(g);
}
END_TEST

START_TEST(images_are_counted)
{
	struct generation *g = must_read(
	    IN("{\"role\":\"user\",\"content\":[" PART(
		"input_image", "\"image_url\":\"" UNIT_PNG_URL "\"") "]}"));

	ck_assert_uint_gt(g->decoded, 0);
	drop(g);
}
END_TEST

/* ---- references ---- */

#define T(s) \
	{ \
		s, sizeof(s) - 1 \
	}

static const struct text thought[] = {
	T("{\"type\":\"reasoning\",\"id\":\"rs_1\",\"summary\":[],"
	  "\"encrypted_content\":\"s\"}"),
};
static const struct text turn[] = {
	T("{\"type\":\"message\",\"id\":\"msg_0\",\"role\":\"user\","
	  "\"content\":[{\"type\":\"input_text\",\"text\":\"q\"}]}"),
	T("{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"assistant\","
	  "\"status\":\"completed\",\"content\":[{\"type\":\"output_text\","
	  "\"text\":\"r\",\"annotations\":[],\"logprobs\":[]}]}"),
	T("{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"c\","
	  "\"name\":\"f\",\"arguments\":\"{}\",\"status\":\"completed\"}"),
};
static const char referring[] =
    "{\"instructions\":\"i\",\"previous_response_id\":\"resp_1\",\"input\":["
    "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"o\"},"
    "{\"id\":\"rs_1\"},{\"role\":\"user\",\"content\":\"x\"}]}";

START_TEST(references_are_resolved_in_their_place)
{
	static const struct found found[] = { { turn, ARRAY_SIZE(turn) },
		{ thought, 1 } };
	struct error e = ERROR_INIT;
	struct generation *g = must_read(referring);
	size_t listed = form.n_input;

	ck_assert_int_eq(responses_resolve(g, &form.form, found, 2, &e), 0);
	expect_items(g,
	    "developer:i;user:q;assistant:r;call c f({});result c=o;"
	    "thought s:;user:x;",
	    referring);
	ck_assert_uint_eq(g->items[1].place.outer, PLACE_ALL);
	ck_assert_uint_eq(g->items[1].parts[0].place.outer, PLACE_ALL);
	ck_assert_uint_eq(g->items[1].parts[0].place.inner, PLACE_ALL);
	ck_assert_uint_eq(g->items[4].place.outer, 0);
	ck_assert_uint_eq(form.n_input, listed);
	drop(g);
}
END_TEST

static const struct text brought[] = {
	T("{\"type\":\"additional_tools\",\"role\":\"developer\","
	  "\"tools\":[{\"type\":\"function\",\"name\":\"f\","
	  "\"description\":\"old\"},{\"type\":\"namespace\","
	  "\"name\":\"n\",\"tools\":[{\"type\":\"function\","
	  "\"name\":\"f\"}]}]}"),
	T("{\"type\":\"message\",\"role\":\"user\",\"content\":"
	  "\"q\"}"),
};

START_TEST(tools_of_records_are_had)
{
	static const struct found found = { brought, ARRAY_SIZE(brought) };
	struct error e = ERROR_INIT;
	struct generation *g = must_read(
	    "{\"previous_response_id\":\"r\",\"tool_choice\":\"required\","
	    "\"tools\":[{\"type\":\"function\",\"name\":\"f\","
	    "\"description\":\"new\"}]}");

	ck_assert_ptr_nonnull(g->forced);
	ck_assert_int_eq(responses_resolve(g, &form.form, &found, 1, &e), 0);
	expect_items(g, "user:q;", "tools of a record");
	ck_assert_uint_eq(g->n_tools, 2);
	ck_assert(text_is(g->tools[0].description, "new"));
	ck_assert(text_is(g->tools[1].space, "n"));
	ck_assert(g->tools[1].offered);
	ck_assert_ptr_eq(g->forced, &g->tools[0]);
	drop(g);
}
END_TEST

/* A record may be far larger than the body that refers to it. */
START_TEST(what_is_found_has_room)
{
	static char large[4 << 20];
	static const char head[] = "{\"type\":\"message\",\"role\":\"user\","
				   "\"content\":\"",
			  tail[] = "\"}";
	struct text items[] = { { large, 0 } };
	struct found found = { items, 1 };
	struct error e = ERROR_INIT;
	struct generation *g = must_read("{\"previous_response_id\":\"r\"}");

	memset(large, 'x', sizeof(large));
	memcpy(large, head, sizeof(head) - 1);
	memcpy(large + sizeof(large) - sizeof(tail), tail, sizeof(tail));
	items[0].len = sizeof(large) - 1;
	ck_assert_int_eq(responses_resolve(g, &form.form, &found, 1, &e), 0);
	ck_assert_uint_eq(g->n_items, 1);
	ck_assert_uint_gt(g->items[0].parts[0].text.len, 4000000);
	drop(g);
}
END_TEST

START_TEST(records_do_not_refer_to_others)
{
	static const struct text loop[] = {
		T("{\"type\":\"item_reference\",\"id\":\"msg_1\"}"),
	};
	static const struct found found = { loop, 1 };
	struct error e = ERROR_INIT;
	struct generation *g = must_read("{\"previous_response_id\":\"r\"}");

	ck_assert_int_eq(
	    responses_resolve(g, &form.form, &found, 1, &e), -EINVAL);
	ck_assert_str_eq(e.param, "input");
	error_free(&e);
	drop(g);
}
END_TEST

/* ---- memory ---- */

static int
read_and_resolve(const char *body)
{
	static const struct found found[] = { { turn, ARRAY_SIZE(turn) },
		{ brought, ARRAY_SIZE(brought) } };
	struct responses_form f;
	struct error e = ERROR_INIT;
	struct generation *g;
	int rc = responses_read(body, strlen(body), &g, &f, &e);

	if (rc != 0) {
		error_free(&e);
		return rc;
	}
	rc = responses_resolve(g, &f.form, found, 2, &e);
	generation_unref(g);
	responses_form_clear(&f);
	error_free(&e);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	OOM_EACH(read_and_resolve(referring), (void)0);
}
END_TEST

UNIT_MAIN("responses_read", input_becomes_items, what_was_written_has_a_place,
    images_are_counted, references_are_resolved_in_their_place,
    tools_of_records_are_had, what_is_found_has_room,
    records_do_not_refer_to_others, out_of_memory_is_told)
