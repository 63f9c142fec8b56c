/*
 * messages_read: what of system and messages the model is shown, and what is
 * refused in which words.
 */
#include "unit/unit.h"

#include <errno.h>

#include "conversation/history.h"
#include "unit/messages_asked.h"
#include "unit/oom.h"

#define PNG \
	"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD" \
	"hgGAWjR9awAAAABJRU5ErkJggg=="
#define IMAGE \
	"{'type':'image','source':{'type':'base64','media_type':'image/png'," \
	"'data':'" PNG "'}}"
#define TEXT(text) "{'type':'text','text':'" text "'}"
#define USER(content) "{'role':'user','content':" content "}"
#define ASSISTANT(content) "{'role':'assistant','content':" content "}"
#define CALL(id) "{'type':'tool_use','id':'" id "','name':'f','input':{}}"
#define RESULT(id, rest) "{'type':'tool_result','tool_use_id':'" id "'" rest "}"
#define DOCUMENT(source, rest) "{'type':'document','source':" source rest "}"

/* A result of all that one can be, and a text beside it. */
#define FOUND "{'type':'search_result','source':'s','title':'t','content':[]}"
#define REFERENCE "{'type':'tool_reference','tool_name':'g'}"
#define TITLED DOCUMENT("{'type':'text','data':'d'}", ",'title':'T'")
#define INNER TEXT("r") "," IMAGE "," TITLED "," FOUND "," REFERENCE
#define MANY "[" RESULT("c", ",'content':[" INNER "]") "," TEXT("Loaded.") "]"

static const struct {
	const char *members; /* but messages are in brackets */
	const char *messages, *asked;
} good[] = {
	{ "", USER("'hi'"), "user:hi;" },
	{ "", USER("[" TEXT("a") "," TEXT("b") "]"), "user:a|b;" },
	{ "", USER("[]"), "user:;" },
	{ "", USER("'a'") "," USER("'b'"), "user:a;user:b;" },
	{ "", USER("'a'") "," ASSISTANT("'b'") "," USER("'c'"),
	    "user:a;assistant:b;user:c;" },
	/* What may be there, and asks nothing. */
	{ "'temperature':0.5,'top_k':3,'top_p':1,'metadata':{'user_id':'u'},"
	  "'context_management':{'edits':[{'type':'clear_thinking_20251015',"
	  "'keep':'all'}]},'container':null,'diagnostics':{},'other':[1],"
	  "'inference_geo':'us','service_tier':'auto','cache_control':{},"
	  "'mcp_servers':[],'thread':null,",
	    USER("[{'type':'text','text':'a','cache_control':{},"
		 "'citations':null}]"),
	    "user:a;" },
	/* system, before all and in its place */
	{ "'system':'s',", USER("'a'"), "system:s;user:a;" },
	{ "'system':'',", USER("'a'"), "user:a;" },
	{ "'system':[" TEXT("s") "," TEXT("t") "],", USER("'a'"),
	    "system:s|t;user:a;" },
	{ "'system':[],", USER("'a'"), "user:a;" },
	{ "",
	    USER("'a'") ",{'role':'system','content':'s'},"
			"{'role':'system','content':[{'type':'text','text':'t',"
			"'cache_control':{'type':'ephemeral'}}]}",
	    "user:a;system:s;system:t;" },
	/* one client's header that is no header */
	{ "'system':[" TEXT(
	      "x-anthropic-billing-header: cc_version=2;") "," TEXT("s") "],",
	    USER("'a'"), "system:s;user:a;" },
	{ "'system':[" TEXT("x-anthropic-billing-header: x") "],", USER("'a'"),
	    "user:a;" },
	{ "'system':[" TEXT("s") "," TEXT("x-anthropic-billing-header: x") "],",
	    USER("'a'"), "system:s|x-anthropic-billing-header: x;user:a;" },
	/* images and documents */
	{ "", USER("[" TEXT("a") "," IMAGE "]"), "user:a|<image>;" },
	{ "",
	    USER("[" DOCUMENT("{'type':'text','media_type':'text/plain',"
			      "'data':'d'}",
		"") "]"),
	    "user:d;" },
	{ "",
	    USER("[" DOCUMENT("{'type':'text','data':'d'}",
		",'title':'T','context':'C','citations':{}") "]"),
	    "user:Document: T\nContext: C|d;" },
	{ "",
	    USER("[" DOCUMENT(
		"{'type':'text','data':'d'}", ",'context':'C'") "]"),
	    "user:Context: C|d;" },
	{ "", USER("[" DOCUMENT("{'type':'content','content':'d'}", "") "]"),
	    "user:d;" },
	{ "",
	    USER("[" DOCUMENT("{'type':'content','content':[" TEXT(
				  "d") "," IMAGE "," TEXT("e") "]}",
		",'title':'T'") "]"),
	    "user:Document: T|d|<image>|e;" },
	{ "",
	    USER("[{'type':'search_result','source':'http://x','title':'T',"
		 "'content':[" TEXT("a") "," TEXT("b") "]}]"),
	    "user:Search result: T\nSource: http://x|a|b;" },
	/* calls */
	{ "",
	    ASSISTANT(
		"[" TEXT("a") ",{'type':'tool_use','id':'toolu_c1',"
			      "'name':'f','input':{'x':[1, "
			      "2]},'caller':{}}]") "," USER("[" RESULT("t"
								       "o"
								       "o"
								       "l"
								       "u"
								       "_"
								       "c"
								       "1",
		",'content':'r'") "]"),
	    "assistant:a;call c1 f {\"x\":[1,2]};result c1:r;" },
	{ "",
	    ASSISTANT("[{'type':'tool_use','id':'c1','name':'f'}]") "," USER(
		"[" RESULT("c1", "") "]"),
	    "call c1 f {};result c1:;" },
	{ "",
	    ASSISTANT("[" CALL("toolu_1") "," TEXT("b") "," CALL(
		"toolu_2") "]") "," USER("[" TEXT("a") "," RESULT("toolu_2",
		",'content':null") "," TEXT("b") "," RESULT("toolu_1",
		",'content':[],'is_error':true") "," TEXT("c") "]"),
	    "call 1 f {};assistant:b;call 2 f {};user:a;result 2:;user:b;"
	    "failed 1:;user:c;" },
	{ "",
	    ASSISTANT("[" CALL("toolu_") "]") "," USER(
		"[" RESULT("toolu_", ",'is_error':true,'content':'bad'") "]"),
	    "call toolu_ f {};failed toolu_:bad;" },
	{ "", ASSISTANT("[" CALL("c") "]") "," USER(MANY),
	    "call c f {};result c:r|<image>|Document: T|d|Search result: t\n"
	    "Source: s|The tool g is loaded and can be called.;"
	    "user:Loaded.;" },
	/* thinking: ours comes back, another's is left out */
	{ "",
	    ASSISTANT("[{'type':'thinking','thinking':'why','signature':"
		      "'codex:gAAA'}," TEXT("b") "]"),
	    "thought gAAA:why;assistant:b;" },
	{ "",
	    ASSISTANT("[{'type':'thinking','thinking':'','signature':"
		      "'codex:gAAA'}," CALL(
			  "c") "]") "," USER("[" RESULT("c", "") "]"),
	    "thought gAAA:;call c f {};result c:;" },
	{ "",
	    ASSISTANT("[{'type':'thinking','thinking':'why','signature':"
		      "'EqQBCgIYAhIM'}," TEXT("b") "]"),
	    "assistant:b;" },
	{ "",
	    ASSISTANT("[{'type':'thinking','thinking':'why'},"
		      "{'type':'thinking','thinking':'x',"
		      "'signature':'codex:'}," TEXT("b") "]"),
	    "assistant:b;" },
	{ "",
	    ASSISTANT(
		"[{'type':'redacted_thinking','data':'EmwKAhgB'},"
		"{'type':'redacted_thinking','data':'codex:g'}," TEXT("b") "]"),
	    "thought g:;assistant:b;" },
};

static char *
members_of(const char *members, const char *messages)
{
	struct buf b;
	char *all;
	size_t len;

	buf_init(&b, 1 << 20);
	ck_assert_int_eq(
	    buf_printf(&b, "%s'messages':[%s]", members, messages), 0);
	all = buf_steal(&b, &len);
	buf_free(&b);
	return all;
}

START_TEST(what_the_model_is_shown)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		char *members = members_of(good[i].members, good[i].messages);
		struct messages_form form;
		struct error e = ERROR_INIT;
		struct generation *g = asked_must_read(members, &form);
		struct buf out;

		buf_init(&out, 1 << 16);
		asked_put_items(g, &out);
		ck_assert_str_eq(out.data, good[i].asked);
		/* Codex takes all of them. */
		ck_assert_msg(history_check(g, &e) == 0, "%s: %s", members,
		    error_message(&e));
		buf_free(&out);
		generation_unref(g);
		free(members);
	}
}
END_TEST

/* Those of calls, by which an engine names them. */
START_TEST(places)
{
	struct messages_form form;
	struct generation *g = asked_must_read(
	    "'system':'s','messages':[" ASSISTANT("[" TEXT("a") "," CALL(
		"c") "]") "," USER("[" TEXT("b") "," IMAGE "," RESULT("c",
		",'content':[" IMAGE "]") "]") "]",
	    &form);

	ck_assert_uint_eq(g->items[0].place.outer, PLACE_ALL);
	ck_assert_uint_eq(g->items[2].place.outer, 0);
	ck_assert_uint_eq(g->items[2].place.inner, 1);
	ck_assert_uint_eq(g->items[3].parts[1].place.outer, 1);
	ck_assert_uint_eq(g->items[3].parts[1].place.inner, 1);
	ck_assert_uint_eq(g->items[4].place.inner, 2);
	ck_assert_uint_eq(g->items[4].parts[0].place.inner, 2);
	generation_unref(g);
}
END_TEST

/* In what a message has besides, calls and results still belong together. */
START_TEST(calls_without_results)
{
	static const struct {
		const char *messages, *param;
	} rows[] = {
		{ USER("'a'") "," ASSISTANT(
		      "[" TEXT("a") "," CALL("c") "," CALL(
			  "d") "]") "," USER("[" TEXT("b") "," RESULT("d",
		      "") "]"),
		    "messages.1.content.1.id" },
		{ ASSISTANT("[" CALL("c") "]") "," USER("'b'") "," USER(
		      "[" RESULT("c", "") "]"),
		    "messages.0.content.0.id" },
		{ ASSISTANT("[" TEXT("a") "]") "," USER(
		      "[" TEXT("b") "," RESULT("c", "") "]"),
		    "messages.1.content.1.tool_use_id" },
		{ ASSISTANT("[" CALL("c") "," TEXT("a") "]") "," USER(
		      "[" RESULT("c", "") "," RESULT("c", "") "]"),
		    "messages.1.content.1.tool_use_id" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *members = members_of("", rows[i].messages);
		struct messages_form form;
		struct generation *g = asked_must_read(members, &form);
		struct error e = ERROR_INIT;
		char param[DIALECT_PARAM_MAX];

		ck_assert_msg(history_check(g, &e) == -EINVAL, "%s", members);
		ck_assert(messages_param(g, &form.form, &e, param));
		ck_assert_str_eq(param, rows[i].param);
		error_free(&e);
		generation_unref(g);
		free(members);
	}
}
END_TEST

#define MESSAGES(list) "'messages':[" list "]"
#define BLOCK(block) MESSAGES(USER("[" block "]"))

static const struct {
	const char *members;
	enum error_kind kind;
	const char *param, *words;
} bad[] = {
	{ "'x':1", ERROR_MISSING_PARAMETER, "messages", "is missing" },
	{ "'messages':{}", ERROR_INVALID_TYPE, "messages", "an array" },
	{ "'messages':[]", ERROR_INVALID_VALUE, "messages", "at least one" },
	{ MESSAGES("1"), ERROR_INVALID_TYPE, "messages.0", "an object" },
	{ MESSAGES("{'content':'a'}"), ERROR_MISSING_PARAMETER,
	    "messages.0.role", "is missing" },
	{ MESSAGES("{'role':'tool','content':'a'}"), ERROR_INVALID_VALUE,
	    "messages.0.role", "user, assistant or system" },
	{ MESSAGES("{'role':'user'}"), ERROR_MISSING_PARAMETER,
	    "messages.0.content", "is missing" },
	{ MESSAGES(USER("1")), ERROR_INVALID_TYPE, "messages.0.content",
	    "a string or an array" },
	{ MESSAGES(USER("'a'") "," USER("[" TEXT("a") ",{}]")),
	    ERROR_MISSING_PARAMETER, "messages.1.content.1.type",
	    "is missing" },
	{ BLOCK("'a'"), ERROR_INVALID_TYPE, "messages.0.content.0",
	    "an object" },
	{ BLOCK("{'type':'text'}"), ERROR_MISSING_PARAMETER,
	    "messages.0.content.0.text", "is missing" },
	{ BLOCK("{'type':'video'}"), ERROR_INVALID_VALUE,
	    "messages.0.content.0.type", "text, image, document" },
	{ BLOCK("{'type':'thinking','thinking':'a','signature':'b'}"),
	    ERROR_INVALID_VALUE, "messages.0.content.0", "cannot stand there" },
	{ BLOCK(CALL("c")), ERROR_INVALID_VALUE, "messages.0.content.0",
	    "a block of type 'tool_use'" },
	{ BLOCK("{'type':'tool_reference','tool_name':'f'}"),
	    ERROR_INVALID_VALUE, "messages.0.content.0", "cannot stand" },
	{ MESSAGES(ASSISTANT("[" IMAGE "]")), ERROR_INVALID_VALUE,
	    "messages.0.content.0", "a block of type 'image'" },
	{ MESSAGES("{'role':'system','content':[" IMAGE "]}"),
	    ERROR_INVALID_VALUE, "messages.0.content.0", "cannot stand" },
	{ "'system':[" IMAGE "]," BLOCK(TEXT("a")), ERROR_INVALID_VALUE,
	    "system.0", "cannot stand" },
	{ "'system':1," BLOCK(TEXT("a")), ERROR_INVALID_TYPE, "system",
	    "a string or an array" },
	/* what of the provider's own tools is in a history */
	{ MESSAGES(ASSISTANT("[{'type':'server_tool_use','id':'s'}]")),
	    ERROR_UNSUPPORTED_PARAMETER, "messages.0.content.0",
	    "runs at the provider's" },
	{ MESSAGES(
	      ASSISTANT("[" TEXT("a") ",{'type':'web_search_tool_result'}]")),
	    ERROR_UNSUPPORTED_PARAMETER, "messages.0.content.1",
	    "'web_search_tool_result'" },
	{ MESSAGES(ASSISTANT("[{'type':'web_fetch_tool_result'}]")),
	    ERROR_UNSUPPORTED_PARAMETER, "messages.0.content.0", "provider" },
	{ MESSAGES(ASSISTANT("[{'type':'bash_code_execution_tool_result'}]")),
	    ERROR_UNSUPPORTED_PARAMETER, "messages.0.content.0", "provider" },
	{ BLOCK("{'type':'container_upload'}"), ERROR_UNSUPPORTED_PARAMETER,
	    "messages.0.content.0", "provider" },
	/* sources */
	{ BLOCK("{'type':'image'}"), ERROR_MISSING_PARAMETER,
	    "messages.0.content.0.source", "is missing" },
	{ BLOCK("{'type':'image','source':{'type':'url','url':'http://x'}}"),
	    ERROR_UNSUPPORTED_PARAMETER, "messages.0.content.0",
	    "never fetches URLs" },
	{ BLOCK("{'type':'image','source':{'type':'file','file_id':'f'}}"),
	    ERROR_UNSUPPORTED_PARAMETER, "messages.0.content.0", "base64" },
	{ BLOCK("{'type':'image','source':{'type':'base64','media_type':"
		"'image/tiff','data':''}}"),
	    ERROR_INVALID_VALUE, "messages.0.content.0.source.media_type",
	    "image/png" },
	{ BLOCK("{'type':'image','source':{'type':'base64','media_type':"
		"'image/png','data':'AAAA'}}"),
	    ERROR_INVALID_IMAGE, "messages.0.content.0.source.data",
	    "neither a PNG" },
	{ BLOCK(DOCUMENT("{'type':'base64','media_type':'application/pdf',"
			 "'data':'x'}",
	      "")),
	    ERROR_UNSUPPORTED_PARAMETER, "messages.0.content.0", "not PDF" },
	{ BLOCK(DOCUMENT("{'type':'url','url':'http://x'}", "")),
	    ERROR_UNSUPPORTED_PARAMETER, "messages.0.content.0", "URLs" },
	{ BLOCK(DOCUMENT("{'type':'content','content':[" CALL("c") "]}", "")),
	    ERROR_INVALID_VALUE, "messages.0.content.0.source.content.0",
	    "cannot stand" },
	{ BLOCK(DOCUMENT("{'type':'content'}", "")), ERROR_MISSING_PARAMETER,
	    "messages.0.content.0.source.content", "is missing" },
	{ BLOCK("{'type':'search_result','title':'t','source':'s'}"),
	    ERROR_MISSING_PARAMETER, "messages.0.content.0.content",
	    "is missing" },
	/* calls */
	{ MESSAGES(ASSISTANT("[{'type':'tool_use','name':'f'}]")),
	    ERROR_MISSING_PARAMETER, "messages.0.content.0.id", "missing" },
	{ MESSAGES(ASSISTANT("[" CALL("") "]")), ERROR_MISSING_PARAMETER,
	    "messages.0.content.0.id", "missing" },
	{ MESSAGES(ASSISTANT("[{'type':'tool_use','id':'c'}]")),
	    ERROR_MISSING_PARAMETER, "messages.0.content.0.name", "missing" },
	{ MESSAGES(ASSISTANT("[{'type':'tool_use','id':'c','name':'f',"
			     "'input':'x'}]")),
	    ERROR_INVALID_TYPE, "messages.0.content.0.input", "an object" },
	{ BLOCK("{'type':'tool_result'}"), ERROR_MISSING_PARAMETER,
	    "messages.0.content.0.tool_use_id", "missing" },
	{ BLOCK(RESULT("c", ",'content':1")), ERROR_INVALID_TYPE,
	    "messages.0.content.0.content", "a string or an array" },
	{ BLOCK(RESULT("c", ",'content':[" CALL("d") "]")), ERROR_INVALID_VALUE,
	    "messages.0.content.0.content.0", "cannot stand" },
	{ BLOCK(RESULT("c",
	      ",'content':[" TEXT("a") ",{'type':'image',"
				       "'source':{'type':'url'}}]")),
	    ERROR_UNSUPPORTED_PARAMETER, "messages.0.content.0.content.1",
	    "never fetches" },
	/* nothing is left */
	{ MESSAGES(ASSISTANT("[{'type':'thinking','thinking':'a',"
			     "'signature':'b'}]")),
	    ERROR_INVALID_VALUE, "messages", "something in it" },
	{ "'thread':{'type':'create'}", ERROR_THREAD_UNSUPPORTED, "thread",
	    "send all of its messages" },
};

START_TEST(faults_are_named)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct messages_form form;
		struct error e = ERROR_INIT;
		struct generation *g = NULL;

		ck_assert_msg(
		    asked_read(bad[i].members, &g, &form, &e) == -EINVAL, "%s",
		    bad[i].members);
		ck_assert_msg(
		    e.kind == bad[i].kind, "%s: %s", bad[i].members, e.message);
		ck_assert_str_eq(e.param, bad[i].param);
		ck_assert_msg(
		    strstr(e.message, bad[i].words) != NULL, "%s", e.message);
		error_free(&e);
	}
}
END_TEST

static int
read_once(const char *body)
{
	struct messages_form form;
	struct error e = ERROR_INIT;
	struct generation *g = NULL;
	int rc = messages_read(body, strlen(body), false, &g, &form, &e);

	generation_unref(g);
	error_free(&e);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	char *body = asked_body(
	    "'system':[" TEXT("s") "],'messages':[" ASSISTANT(
		"[{'type':'thinking','thinking':'a','signature':"
		"'codex:b'}," CALL("c") "]") "," USER("[" RESULT("c",
		",'content':[{'type':'tool_reference',"
		"'tool_name':'f'}]") "," IMAGE
				     "," DOCUMENT(
					 "{'type':'content','content':'d'}",
					 ",'title':'T'") "]") "]");

	OOM_EACH(read_once(body), (void)0);
	free(body);
}
END_TEST

UNIT_MAIN("messages_history", what_the_model_is_shown, places,
    calls_without_results, faults_are_named, out_of_memory_is_told)
