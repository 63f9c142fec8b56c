#include "rpc/rpc_items.h"

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
#define LONG_ID \
	"toolu_" \
	"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
#define SHORT_ID \
	"toolu_kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk_a57c39b848ae5802"
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
	    ITEM_CALL("fn__a_b_c_06f227b51397fbc5", "",
		"c \\'") "," ITEM_OUTPUT("c \\'", "'x'"),
	    "a history from elsewhere" },
	{ "{'role':'assistant','tool_calls':["
	  "" CALL(
	      LONG_ID, "a.b", "{}") "]},"
				    "{'role':'tool','tool_call_id':'" LONG_ID
				    "','content':null}",
	    ITEM_CALL("fn__a_b_e61d99190466522c", "{}",
		SHORT_ID) "," ITEM_OUTPUT(SHORT_ID, "''"),
	    "what the model's server would refuse" },
	{ "{'role':'assistant','tool_calls':[{'id':'c','type':'custom',"
	  "'custom':{'name':'f','input':'*** \\n\\\\'}}]},"
	  "{'role':'tool','tool_call_id':'c','content':'x'}",
	    ITEM_CALL("f", "{\\'input\\':\\'*** \\\\n\\\\\\\\\\'}",
		"c") "," ITEM_OUTPUT("c", "'x'"),
	    "a freeform tool" },
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

static int
append_items(const struct generation *g, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	rpc_items_put(&w, g, true);
	return jsonw_end(&w);
}

static struct generation *
request(const char *messages)
{
	struct generation *r;
	char *list;

	ck_assert_int_ge(asprintf(&list, "[%s]", messages), 0);
	r = unit_quoted_request(list, "");
	free(list);
	return r;
}

START_TEST(items_are_as_documented)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct generation *r = request(cases[i].messages);
		char *wanted = unit_json(cases[i].items);
		struct buf b;

		buf_init(&b, 65536);
		ck_assert_int_eq(append_items(r, &b), 0);
		ck_assert_msg(strcmp(b.data, wanted) == 0, "%s: %s",
		    cases[i].comment, b.data);
		buf_free(&b);
		free(wanted);
		generation_unref(r);
	}
}
END_TEST

#define T(s) \
	{ \
		s, sizeof(s) - 1 \
	}
#define PARTS(p) .parts = (p), .n_parts = ARRAY_SIZE(p)

static struct part said[] = { { .text = T("A") } };
static struct part thought[] = { { .text = T("B") }, { .text = T("C") } };
static struct part nothing[] = { { .text = T("") } };

/* What chat has no words for. */
static const struct {
	struct item items[2];
	const char *json, *comment;
} others[] = {
	{ { { .role = ROLE_ASSISTANT, .phase = PHASE_COMMENTARY, PARTS(said) },
	      { .role = ROLE_ASSISTANT, .phase = PHASE_FINAL, PARTS(said) } },
	    "{'type':'message','role':'assistant','content':[" OUT(
		"A") "],'phase':'commentary'},"
		     "{'type':'message','role':'assistant','content':[" OUT(
			 "A") "],'phase':'final_answer'}",
	    "phases" },
	{ { { .kind = ITEM_REASONING, PARTS(thought), .sealed = T("x\"y") },
	      { .kind = ITEM_REASONING, PARTS(thought) } },
	    "{'type':'reasoning','summary':["
	    "{'type':'summary_text','text':'B'},"
	    "{'type':'summary_text','text':'C'}],"
	    "'encrypted_content':'x\\'y'}",
	    "reasoning goes if it is encrypted" },
	{ { { .kind = ITEM_OTHER, .verbatim = T("{\"type\":\"web\"}") },
	      { .kind = ITEM_OTHER, .verbatim = T("{\"type\":\"web\"}") } },
	    "{'type':'web'},{'type':'web'}", "what is passed on as it is" },
	{ { { .kind = ITEM_CALL,
		.name = T("f"),
		.space = T("n"),
		.call_id = T("c"),
		.arguments = T("{}") },
	      { .kind = ITEM_RESULT,
		  .call_id = T("c"),
		  .failed = true,
		  PARTS(nothing) } },
	    "{'type':'function_call','name':'f','namespace':'n',"
	    "'arguments':'{}','call_id':'c'}," ITEM_OUTPUT("c", "'error'"),
	    "a namespace; a failure without a word" },
	{ { { .kind = ITEM_CALL,
		.name = T("f"),
		.space = T("web"),
		.call_id = T("c"),
		.arguments = T("{}") },
	      { .kind = ITEM_RESULT, .call_id = T("c"), PARTS(said) } },
	    "{'type':'function_call','name':'f','namespace':'fn__web',"
	    "'arguments':'{}','call_id':'c'}," ITEM_OUTPUT("c", "'A'"),
	    "a namespace that is taken" },
	{ { { .kind = ITEM_CALL,
		.name = T("f"),
		.custom = true,
		.call_id = T("c"),
		.arguments = T("a \"b\"") },
	      { .kind = ITEM_RESULT,
		  .call_id = T("c"),
		  .custom = true,
		  .failed = true,
		  PARTS(said) } },
	    "{'type':'function_call','name':'f','arguments':"
	    "'{\\'input\\':\\'a "
	    "\\\\\\'b\\\\\\'\\'}','call_id':'c'}," ITEM_OUTPUT("c", "'A'"),
	    "a freeform tool; a failure in words" },
	{ { { .role = ROLE_ASSISTANT, PARTS(nothing), .place = { 0, 0 } },
	      { .kind = ITEM_CALL,
		  .name = T("f"),
		  .call_id = T("c"),
		  .arguments = T(""),
		  .place = { 1, 0 } } },
	    MESSAGE("assistant", OUT("")) "," ITEM_CALL("f", "", "c"),
	    "an empty message that is not beside its call" },
};

START_TEST(items_of_other_dialects)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct generation g = {
			.items = (struct item *)(uintptr_t)others[i].items,
			.n_items = 2
		};
		char *wanted = unit_json(others[i].json);
		struct buf b;

		buf_init(&b, 65536);
		ck_assert_int_eq(append_items(&g, &b), 0);
		ck_assert_msg(strcmp(b.data, wanted) == 0, "%s: %s",
		    others[i].comment, b.data);
		buf_free(&b);
		free(wanted);
	}
}
END_TEST

/* Old calls that nothing answers must not be looked for again and again. */
START_TEST(many_messages_take_little_time)
{
	enum {
		N = 300000
	};
	struct generation *r;
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
	ck_assert_int_eq(append_items(r, &out), 0);
	ck_assert_uint_gt(out.len, N);
	buf_free(&out);
	buf_free(&b);
	generation_unref(r);
}
END_TEST

START_TEST(a_failure_leaves_what_was_there)
{
	struct generation *r = request(
	    CALLED "{'role':'tool','tool_call_id':'c','content':'r'},"
		   "{'role':'user','content':'x'}");
	struct buf b;

	buf_init(&b, 20);
	ck_assert_int_eq(buf_puts(&b, "{"), 0);
	ck_assert_int_eq(append_items(r, &b), -EMSGSIZE);
	ck_assert_str_eq(b.data, "{");
	buf_free(&b);
	buf_init(&b, 65536);
	OOM_EACH(append_items(r, &b), ck_assert_uint_eq(b.len, 0));
	buf_free(&b);
	generation_unref(r);
}
END_TEST

/* Whatever stands before and behind, an array stays one. */
START_TEST(what_is_left_out_leaves_no_comma)
{
	struct item unsealed = { .kind = ITEM_REASONING };
	struct generation g = { .items = &unsealed, .n_items = 1 };
	struct jsonw w;
	struct buf b;

	buf_init(&b, 100);
	jsonw_begin(&w, &b);
	jsonw_array(&w, NULL);
	jsonw_u64(&w, NULL, 1);
	rpc_items_put(&w, &g, true);
	jsonw_u64(&w, NULL, 2);
	rpc_items_put(&w, &g, true);
	jsonw_close(&w);
	ck_assert_int_eq(jsonw_end(&w), 0);
	ck_assert_str_eq(b.data, "[1,2]");
	buf_free(&b);
}
END_TEST

/* For a server that cannot read it. */
START_TEST(reasoning_can_stay_behind)
{
	struct item items[] = { { .kind = ITEM_REASONING, .sealed = T("x") },
		{ .role = ROLE_USER, PARTS(said) },
		{ .kind = ITEM_REASONING } };
	struct generation g = { .items = items, .n_items = 2 };
	char *wanted = unit_json(MESSAGE("user", IN("A")));
	struct jsonw w;
	struct buf b;

	ck_assert(rpc_items_reasoning(&g));
	buf_init(&b, 1000);
	jsonw_begin(&w, &b);
	rpc_items_put(&w, &g, false);
	ck_assert_int_eq(jsonw_end(&w), 0);
	ck_assert_str_eq(b.data, wanted);
	g.items = items + 1;
	ck_assert(!rpc_items_reasoning(&g));
	buf_free(&b);
	free(wanted);
}
END_TEST

UNIT_MAIN("rpc_items", reasoning_can_stay_behind, items_are_as_documented,
    items_of_other_dialects, many_messages_take_little_time,
    a_failure_leaves_what_was_there, what_is_left_out_leaves_no_comma)
