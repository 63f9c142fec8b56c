#include "core/app_items.h"

#include "unit/oom.h"
#include "unit/request.h"

#define PNG "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg=="
#define IMAGE \
	"{'type':'image_url','image_url':{'url':'" PNG "','detail':'low'}}"
#define TEXT(t) "{'type':'text','text':'" t "'}"
#define MESSAGE(role, parts) \
	"{'type':'message','role':'" role "','content':[" parts "]}"
#define IN(t) "{'type':'input_text','text':'" t "'}"
#define IN_IMAGE "{'type':'input_image','image_url':'" PNG "'}"
#define OUT(t) "{'type':'output_text','text':'" t "'}"
#define CALL(id, name, arguments) \
	"{'id':'" id "','type':'function','function':{'name':'" name \
	"','arguments':'" arguments "'}}"
#define ITEM_CALL(name, arguments, id) \
	"{'type':'function_call','name':'" name "','arguments':'" arguments \
	"','call_id':'" id "'}"
#define ITEM_OUTPUT(id, output) \
	"{'type':'function_call_output','call_id':'" id "','output':" output "}"
#define CALLED "{'role':'assistant','tool_calls':[" CALL("c", "f", "") "]},"

static const struct {
	const char *messages, *items, *comment;
} cases[] = {
	{ "{'role':'system','content':'S'},{'role':'user','content':'U'}",
	    MESSAGE("developer", IN("S")) "," MESSAGE("user", IN("U")),
	    "Codex drops system" },
	{ "{'role':'developer','content':[" TEXT("A") "," TEXT("B") "]}",
	    MESSAGE("developer", IN("A") "," IN("B")), "parts stay parts" },
	{ "{'role':'user','content':[" TEXT("A") "," IMAGE "," TEXT("B") "]}",
	    MESSAGE("user", IN("A") "," IN_IMAGE "," IN("B")),
	    "parts keep their order; no detail" },
	{ "{'role':'user','name':'bob','content':'x'}",
	    MESSAGE("user", IN("x")), "a name has no place" },
	{ "{'role':'user','content':''}", MESSAGE("user", IN("")), "empty" },
	{ "{'role':'user','content':[]}", MESSAGE("user", IN("")),
	    "no parts are an empty text" },
	{ "{'role':'user','content':'a\\\\\\u0000\\n\xc3\xa9'}",
	    MESSAGE("user", IN("a\\\\\\u0000\\n\xc3\xa9")), "odd characters" },
	{ "{'role':'assistant','content':'A'}", MESSAGE("assistant", OUT("A")),
	    "assistant" },
	{ "{'role':'assistant','content':[{'type':'refusal','refusal':'No.'}]}",
	    MESSAGE("assistant", OUT("No.")), "a refusal is a text" },
	{ "{'role':'assistant','content':null}", MESSAGE("assistant", OUT("")),
	    "null without calls is a message" },
	{ "{'role':'assistant','content':'A','tool_calls':["
	  "" CALL("c1", "f", "{\\'a\\': 1 }") "," CALL("c2", "g",
	      "broken{") "]},"
			 "{'role':'tool','tool_call_id':'c2','content':'two'},"
			 "{'role':'tool','tool_call_id':'c1','content':'one'}",
	    MESSAGE("assistant", OUT("A")) "," ITEM_CALL("f", "{\\'a\\': 1 }",
		"c1") "," ITEM_CALL("g", "broken{", "c2") "," ITEM_OUTPUT("c2",
		"'two'") "," ITEM_OUTPUT("c1", "'one'"),
	    "text, calls, results; arguments byte for byte" },
	{ CALLED "{'role':'tool','tool_call_id':'c','content':''}",
	    ITEM_CALL("f", "", "c") "," ITEM_OUTPUT("c", "''"),
	    "no content and calls: no message" },
	{ "{'role':'assistant','content':'','tool_calls':["
	  "" CALL("c", "f",
	      "") "]},"
		  "{'role':'tool','tool_call_id':'c','content':[" TEXT(
		      "x") "]}",
	    ITEM_CALL("f", "", "c") "," ITEM_OUTPUT("c", "'x'"),
	    "nor with an empty one; a lone text part is a string" },
	{ CALLED "{'role':'tool','tool_call_id':'c','content':[" TEXT(
	      "a") "," TEXT("b") "]}",
	    ITEM_CALL("f", "", "c") "," ITEM_OUTPUT(
		"c", "[" IN("a") "," IN("b") "]"),
	    "a result of parts" },
	{ CALLED "{'role':'tool','tool_call_id':'c','content':[" IMAGE "]}",
	    ITEM_CALL("f", "", "c") "," ITEM_OUTPUT("c", "[" IN_IMAGE "]"),
	    "a result of an image" },
	{ CALLED "{'role':'tool','tool_call_id':'c','content':[" TEXT(
	      "") "," TEXT("") "]}",
	    ITEM_CALL("f", "", "c") "," ITEM_OUTPUT("c", "''"),
	    "empty parts, of which Codex leaves none" },
	{ CALLED "{'role':'tool','tool_call_id':'c','content':[]}",
	    ITEM_CALL("f", "", "c") "," ITEM_OUTPUT("c", "''"), "no parts" },
	{ "{'role':'assistant','tool_calls':["
	  "" CALL("c", "mcp__a__b",
	      "") "]},"
		  "{'role':'tool','tool_call_id':'c','content':'x'}",
	    ITEM_CALL("fn__mcp__a__b", "", "c") "," ITEM_OUTPUT("c", "'x'"),
	    "a name that is taken" },
	{ "{'role':'assistant','tool_calls':["
	  "" CALL("c \\'", "a.b\\u0000c",
	      "") "]},"
		  "{'role':'tool','tool_call_id':'c \\'','content':'x'}",
	    ITEM_CALL("a.b\\u0000c", "", "c \\'") "," ITEM_OUTPUT(
		"c \\'", "'x'"),
	    "a history from elsewhere" },
	{ "{'role':'user','content':'u'},{'role':'assistant','function_call':"
	  "{'name':'f','arguments':'1'}},{'role':'system','content':'s'},"
	  "{'role':'function','name':'f','content':'r'},"
	  "{'role':'assistant','function_call':{'name':'f','arguments':'2'}},"
	  "{'role':'function','name':'f','content':'q'}",
	    MESSAGE("user", IN("u")) "," ITEM_CALL(
		"f", "1", "function_call_1") "," MESSAGE("developer",
		IN("s")) "," ITEM_OUTPUT("function_call_1",
		"'r'") "," ITEM_CALL("f", "2",
		"function_call_4") "," ITEM_OUTPUT("function_call_4", "'q'"),
	    "old calls get ids" },
};

static struct chat_request *
request(const char *messages)
{
	struct chat_request *r;
	char *list;

	ck_assert_int_ge(asprintf(&list, "[%s]", messages), 0);
	r = unit_quoted_request(list, "");
	free(list);
	return r;
}

/* Without the brackets around it. */
static void
append_bare(
    const struct chat_request *r, size_t from, size_t to, struct buf *out)
{
	struct buf b;

	buf_init(&b, 65536);
	ck_assert_int_eq(app_items_append(r, from, to, &b), 0);
	ck_assert_int_eq(b.data[0], '[');
	ck_assert_int_eq(b.data[b.len - 1], ']');
	if (out->len > 0 && b.len > 2)
		ck_assert_int_eq(buf_putc(out, ','), 0);
	ck_assert_int_eq(buf_append(out, b.data + 1, b.len - 2), 0);
	buf_free(&b);
}

/* Whole, and in two calls wherever one may end. */
START_TEST(items_are_as_documented)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct chat_request *r = request(cases[i].messages);
		char *wanted = unit_json(cases[i].items);

		for (size_t cut = 0; cut <= r->n_messages; cut++) {
			struct buf b;

			buf_init(&b, 65536);
			append_bare(r, 0, cut, &b);
			append_bare(r, cut, r->n_messages, &b);
			ck_assert_msg(strcmp(b.data, wanted) == 0, "%s: %s",
			    cases[i].comment, b.data);
			buf_free(&b);
		}
		free(wanted);
		chat_request_unref(r);
	}
}
END_TEST

static const struct {
	const char *messages, *input;
	size_t items;
	const char *comment;
} inputs[] = {
	{ "{'role':'user','content':'x'}",
	    "[{'type':'text','text':'x','text_elements':[]}]", 0,
	    "a lone message" },
	{ "{'role':'system','content':'s'},{'role':'user','content':["
	  "" TEXT("A") "," IMAGE "," TEXT("B") "]}",
	    "[{'type':'text','text':'A','text_elements':[]},"
	    "{'type':'image','url':'" PNG "'},"
	    "{'type':'text','text':'B','text_elements':[]}]",
	    1, "parts" },
	{ "{'role':'user','content':''}",
	    "[{'type':'text','text':'','text_elements':[]}]", 0, "empty" },
	{ "{'role':'user','content':[]}",
	    "[{'type':'text','text':'','text_elements':[]}]", 0, "no parts" },
	{ "{'role':'user','content':'x'},{'role':'assistant','content':'y'}",
	    "[]", 2, "an assistant message is continued" },
	{ "{'role':'user','content':'x'},{'role':'system','content':'y'}", "[]",
	    2, "a system message at the end" },
	{ CALLED "{'role':'tool','tool_call_id':'c','content':'r'}", "[]", 2,
	    "a tool's result" },
};

START_TEST(inputs_are_as_documented)
{
	for (size_t i = 0; i < ARRAY_SIZE(inputs); i++) {
		struct chat_request *r = request(inputs[i].messages);
		char *wanted = unit_json(inputs[i].input);
		size_t items = 99;
		struct buf b;

		buf_init(&b, 65536);
		ck_assert_int_eq(app_items_input(r, &b, &items), 0);
		ck_assert_msg(strcmp(b.data, wanted) == 0, "%s: %s",
		    inputs[i].comment, b.data);
		ck_assert_msg(
		    items == inputs[i].items, "%s", inputs[i].comment);
		buf_free(&b);
		free(wanted);
		chat_request_unref(r);
	}
}
END_TEST

/* A user message of two texts with `n` characters of `bytes` bytes in all. */
static struct chat_request *
long_message(const char *character, size_t n)
{
	struct chat_request *r;
	struct buf b;

	buf_init(&b, 64 * 1024 * 1024);
	ck_assert_int_eq(buf_puts(&b,
			     "[{\"role\":\"user\",\"content\":[{\"type\":"
			     "\"text\",\"text\":\""),
	    0);
	for (size_t i = 0; i < n; i++) {
		if (i == 5)
			ck_assert_int_eq(
			    buf_puts(&b, "\"},{\"type\":\"text\",\"text\":\""),
			    0);
		ck_assert_int_eq(buf_puts(&b, character), 0);
	}
	ck_assert_int_eq(buf_puts(&b, "\"}]}]"), 0);
	r = unit_request(b.data, "");
	buf_free(&b);
	return r;
}

START_TEST(a_long_message_is_injected)
{
	static const struct {
		const char *character;
		size_t n, items;
	} sizes[] = { { "x", APP_INPUT_MAX, 0 }, { "x", APP_INPUT_MAX + 1, 1 },
		{ "\xf0\x9f\x98\x80", APP_INPUT_MAX, 0 },
		{ "\xf0\x9f\x98\x80", APP_INPUT_MAX + 1, 1 } };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct chat_request *r = long_message(
		    sizes[i].character, sizes[i].n);
		size_t items = 99;
		struct buf b;

		buf_init(&b, 64 * 1024 * 1024);
		ck_assert_int_eq(app_items_input(r, &b, &items), 0);
		ck_assert_uint_eq(items, sizes[i].items);
		ck_assert_int_eq(b.len == 2, items == 1);
		buf_free(&b);
		chat_request_unref(r);
	}
}
END_TEST

/* Old calls that nothing answers must not be looked for again and again. */
START_TEST(many_messages_take_little_time)
{
	enum {
		N = 300000
	};
	struct chat_request *r;
	struct buf b, out;

	buf_init(&b, 64 * 1024 * 1024);
	ck_assert_int_eq(
	    buf_puts(&b, "[{\"role\":\"user\",\"content\":\"\"}"), 0);
	for (int i = 0; i < N; i++)
		ck_assert_int_eq(buf_puts(&b,
				     ",{\"role\":\"function\",\"name\":\"f\","
				     "\"content\":\"x\"}"),
		    0);
	ck_assert_int_eq(buf_putc(&b, ']'), 0);
	r = unit_request(b.data, "");
	buf_init(&out, 64 * 1024 * 1024);
	ck_assert_int_eq(app_items_append(r, 0, r->n_messages, &out), 0);
	ck_assert_uint_gt(out.len, N);
	buf_free(&out);
	buf_free(&b);
	chat_request_unref(r);
}
END_TEST

START_TEST(a_failure_leaves_what_was_there)
{
	struct chat_request *r = request(
	    CALLED "{'role':'tool','tool_call_id':'c','content':'r'},"
		   "{'role':'user','content':'x'}");
	size_t items = 99;
	struct buf b;

	buf_init(&b, 20);
	ck_assert_int_eq(buf_puts(&b, "{"), 0);
	ck_assert_int_eq(app_items_append(r, 0, r->n_messages, &b), -EMSGSIZE);
	ck_assert_int_eq(app_items_input(r, &b, &items), -EMSGSIZE);
	ck_assert_str_eq(b.data, "{");
	ck_assert_uint_eq(items, 99);
	buf_free(&b);
	buf_init(&b, 65536);
	OOM_EACH(app_items_append(r, 0, r->n_messages, &b),
	    ck_assert_uint_eq(b.len, 0));
	buf_free(&b);
	chat_request_unref(r);
}
END_TEST

UNIT_MAIN("app_items", items_are_as_documented, inputs_are_as_documented,
    a_long_message_is_injected, many_messages_take_little_time,
    a_failure_leaves_what_was_there)
