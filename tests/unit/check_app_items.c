#include "core/app_items.h"

#include "unit/oom.h"
#include "unit/request.h"

#define PNG UNIT_PNG_URL
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

START_TEST(items_are_as_documented)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct chat_request *r = request(cases[i].messages);
		char *wanted = unit_json(cases[i].items);
		struct buf b;

		buf_init(&b, 65536);
		ck_assert_int_eq(app_items_append(r, &b), 0);
		ck_assert_msg(strcmp(b.data, wanted) == 0, "%s: %s",
		    cases[i].comment, b.data);
		buf_free(&b);
		free(wanted);
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
	ck_assert_int_eq(app_items_append(r, &out), 0);
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
	struct buf b;

	buf_init(&b, 20);
	ck_assert_int_eq(buf_puts(&b, "{"), 0);
	ck_assert_int_eq(app_items_append(r, &b), -EMSGSIZE);
	ck_assert_str_eq(b.data, "{");
	buf_free(&b);
	buf_init(&b, 65536);
	OOM_EACH(app_items_append(r, &b), ck_assert_uint_eq(b.len, 0));
	buf_free(&b);
	chat_request_unref(r);
}
END_TEST

UNIT_MAIN("app_items", items_are_as_documented, many_messages_take_little_time,
    a_failure_leaves_what_was_there)
