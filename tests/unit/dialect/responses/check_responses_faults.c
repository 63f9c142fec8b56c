/*
 * Responses requests that are refused: with which code, and which field is
 * named.
 */
#include <errno.h>

#include "dialect/responses/responses_read.h"
#include "unit/unit.h"

#define HEAD "{\"input\":\"x\","
#define IN(items) \
	"{\"input\":[{\"role\":\"user\",\"content\":\"x\"}," items "]}"
#define PARTS(parts) IN("{\"role\":\"user\",\"content\":[" parts "]}")
#define TEXT "{\"type\":\"input_text\",\"text\":\"x\"},"
#define FUNCTION "{\"type\":\"function\",\"name\":\"f\"}"
#define TOOLS(tools) HEAD "\"tools\":[" tools "]}"
#define NO_ITEM(type) \
	{ \
		IN("{\"type\":\"" type "\"}"), ERROR_UNSUPPORTED_PARAMETER, \
		    "input[1].type" \
	}
#define NO_TOOL(type) \
	{ \
		TOOLS(FUNCTION ",{\"type\":\"" type "\"}"), \
		    ERROR_UNSUPPORTED_PARAMETER, "tools[1].type" \
	}
#define NO_CHOICE(type) \
	{ \
		HEAD "\"tools\":[" FUNCTION ",{\"type\":\"web_search\"}]," \
		     "\"tool_choice\":{\"type\":\"" type "\"}}", \
		    ERROR_UNSUPPORTED_PARAMETER, "tool_choice.type" \
	}

static const struct {
	const char *body;
	enum error_kind kind;
	const char *param;
} bad[] = {
	{ "{", ERROR_INVALID_JSON, NULL },
	{ "[]", ERROR_INVALID_TYPE, NULL },
	{ "{\"model\":1}", ERROR_INVALID_TYPE, "model" },
	/* input */
	{ "{}", ERROR_MISSING_PARAMETER, "input" },
	{ "{\"input\":null}", ERROR_MISSING_PARAMETER, "input" },
	{ "{\"instructions\":\"i\"}", ERROR_MISSING_PARAMETER, "input" },
	{ "{\"input\":[]}", ERROR_INVALID_VALUE, "input" },
	{ "{\"input\":[],\"instructions\":\"i\"}", ERROR_INVALID_VALUE,
	    "input" },
	{ "{\"input\":[{\"type\":\"additional_tools\",\"tools\":[]}]}",
	    ERROR_INVALID_VALUE, "input" },
	{ "{\"input\":{}}", ERROR_INVALID_TYPE, "input" },
	{ "{\"input\":5,\"previous_response_id\":\"r\"}", ERROR_INVALID_TYPE,
	    "input" },
	{ IN("5"), ERROR_INVALID_TYPE, "input[1]" },
	{ IN("{}"), ERROR_MISSING_PARAMETER, "input[1].type" },
	{ IN("{\"type\":5}"), ERROR_INVALID_TYPE, "input[1].type" },
	{ "{\"input\":\"x\",\"instructions\":[]}", ERROR_INVALID_TYPE,
	    "instructions" },
	/* items that cannot go through */
	NO_ITEM("nonsense"),
	NO_ITEM("file_search_call"),
	NO_ITEM("computer_call"),
	NO_ITEM("computer_call_output"),
	NO_ITEM("image_generation_call"),
	NO_ITEM("code_interpreter_call"),
	NO_ITEM("local_shell_call"),
	NO_ITEM("local_shell_call_output"),
	NO_ITEM("shell_call"),
	NO_ITEM("shell_call_output"),
	NO_ITEM("apply_patch_call"),
	NO_ITEM("apply_patch_call_output"),
	NO_ITEM("mcp_list_tools"),
	NO_ITEM("mcp_approval_request"),
	NO_ITEM("mcp_approval_response"),
	NO_ITEM("mcp_call"),
	NO_ITEM("tool_search_call"),
	NO_ITEM("tool_search_output"),
	NO_ITEM("program"),
	NO_ITEM("compaction_trigger"),
	NO_ITEM("configuration_update"),
	/* messages */
	{ IN("{\"type\":\"message\",\"content\":\"x\"}"),
	    ERROR_MISSING_PARAMETER, "input[1].role" },
	{ IN("{\"role\":\"tool\",\"content\":\"x\"}"), ERROR_INVALID_VALUE,
	    "input[1].role" },
	{ IN("{\"role\":5}"), ERROR_INVALID_TYPE, "input[1].role" },
	{ IN("{\"role\":\"assistant\",\"content\":\"x\",\"phase\":\"x\"}"),
	    ERROR_INVALID_VALUE, "input[1].phase" },
	{ IN("{\"role\":\"user\"}"), ERROR_MISSING_PARAMETER,
	    "input[1].content" },
	{ IN("{\"role\":\"user\",\"content\":null}"), ERROR_MISSING_PARAMETER,
	    "input[1].content" },
	{ IN("{\"role\":\"user\",\"content\":{}}"), ERROR_INVALID_TYPE,
	    "input[1].content" },
	{ PARTS("5"), ERROR_INVALID_TYPE, "input[1].content[0]" },
	{ PARTS("{}"), ERROR_MISSING_PARAMETER, "input[1].content[0].type" },
	{ PARTS(TEXT "{\"type\":\"input_text\"}"), ERROR_MISSING_PARAMETER,
	    "input[1].content[1].text" },
	{ PARTS(TEXT "{\"type\":\"input_audio\"}"), ERROR_UNSUPPORTED_PARAMETER,
	    "input[1].content[1].type" },
	{ PARTS(TEXT "{\"type\":\"nonsense\"}"), ERROR_INVALID_VALUE,
	    "input[1].content[1].type" },
	/* images */
	{ PARTS("{\"type\":\"input_image\"}"), ERROR_MISSING_PARAMETER,
	    "input[1].content[0].image_url" },
	{ PARTS("{\"type\":\"input_image\",\"image_url\":"
		"\"https://x.test/a.png\"}"),
	    ERROR_INVALID_VALUE, "input[1].content[0].image_url" },
	{ PARTS("{\"type\":\"input_image\",\"image_url\":"
		"\"data:image/png;base64,AAAA\"}"),
	    ERROR_INVALID_IMAGE, "input[1].content[0].image_url" },
	{ PARTS("{\"type\":\"input_image\",\"file_id\":\"file_1\"}"),
	    ERROR_UNSUPPORTED_PARAMETER, "input[1].content[0].file_id" },
	{ IN("{\"role\":\"assistant\",\"content\":[{\"type\":\"input_image\","
	     "\"image_url\":\"" UNIT_PNG_URL "\"}]}"),
	    ERROR_INVALID_VALUE, "input[1].content[0]" },
	/* files */
	{ PARTS("{\"type\":\"input_file\",\"file_id\":\"file_1\"}"),
	    ERROR_UNSUPPORTED_PARAMETER, "input[1].content[0]" },
	{ PARTS("{\"type\":\"input_file\",\"file_url\":\"https://x.test\"}"),
	    ERROR_UNSUPPORTED_PARAMETER, "input[1].content[0]" },
	{ PARTS("{\"type\":\"input_file\",\"file_data\":"
		"\"data:application/pdf;base64,AAAA\"}"),
	    ERROR_UNSUPPORTED_PARAMETER, "input[1].content[0]" },
	{ PARTS("{\"type\":\"input_file\",\"file_data\":"
		"\"data:text/plain,hello\"}"),
	    ERROR_UNSUPPORTED_PARAMETER, "input[1].content[0]" },
	{ PARTS("{\"type\":\"input_file\",\"file_data\":"
		"\"data:text/plain;base64,!\"}"),
	    ERROR_INVALID_VALUE, "input[1].content[0].file_data" },
	{ PARTS("{\"type\":\"input_file\",\"file_data\":"
		"\"data:text/plain;base64,/w==\"}"),
	    ERROR_INVALID_VALUE, "input[1].content[0].file_data" },
	/* calls, their outputs, reasoning, references */
	{ IN("{\"type\":\"function_call\",\"name\":\"f\"}"),
	    ERROR_MISSING_PARAMETER, "input[1].call_id" },
	{ IN("{\"type\":\"function_call\",\"call_id\":\"\",\"name\":\"f\"}"),
	    ERROR_MISSING_PARAMETER, "input[1].call_id" },
	{ IN("{\"type\":\"function_call\",\"call_id\":\"c\"}"),
	    ERROR_MISSING_PARAMETER, "input[1].name" },
	{ IN("{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\"}"),
	    ERROR_MISSING_PARAMETER, "input[1].arguments" },
	{ IN("{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\","
	     "\"arguments\":{}}"),
	    ERROR_INVALID_TYPE, "input[1].arguments" },
	{ IN("{\"type\":\"custom_tool_call\",\"call_id\":\"c\","
	     "\"name\":\"f\"}"),
	    ERROR_MISSING_PARAMETER, "input[1].input" },
	{ IN("{\"type\":\"function_call_output\",\"output\":\"x\"}"),
	    ERROR_MISSING_PARAMETER, "input[1].call_id" },
	{ IN("{\"type\":\"function_call_output\",\"call_id\":\"c\"}"),
	    ERROR_MISSING_PARAMETER, "input[1].output" },
	{ IN("{\"type\":\"function_call_output\",\"call_id\":\"c\","
	     "\"output\":[{\"type\":\"input_image\"}]}"),
	    ERROR_MISSING_PARAMETER, "input[1].output[0].image_url" },
	{ IN("{\"type\":\"reasoning\",\"summary\":5}"), ERROR_INVALID_TYPE,
	    "input[1].summary" },
	{ IN("{\"type\":\"reasoning\",\"summary\":[{}]}"),
	    ERROR_MISSING_PARAMETER, "input[1].summary[0].text" },
	{ IN("{\"type\":\"reasoning\",\"encrypted_content\":5}"),
	    ERROR_INVALID_TYPE, "input[1].encrypted_content" },
	{ IN("{\"type\":\"item_reference\"}"), ERROR_MISSING_PARAMETER,
	    "input[1].id" },
	{ IN("{\"id\":5}"), ERROR_INVALID_TYPE, "input[1].id" },
	{ HEAD "\"previous_response_id\":5}", ERROR_INVALID_TYPE,
	    "previous_response_id" },
	{ HEAD "\"previous_response_id\":\"\"}", ERROR_INVALID_VALUE,
	    "previous_response_id" },
	{ HEAD "\"conversation\":5}", ERROR_INVALID_TYPE, "conversation" },
	{ HEAD "\"conversation\":{}}", ERROR_MISSING_PARAMETER,
	    "conversation.id" },
	{ HEAD "\"conversation\":\"c\",\"previous_response_id\":\"r\"}",
	    ERROR_INVALID_VALUE, "conversation" },
	/* tools */
	{ HEAD "\"tools\":{}}", ERROR_INVALID_TYPE, "tools" },
	{ TOOLS("5"), ERROR_INVALID_TYPE, "tools[0]" },
	{ TOOLS("{\"type\":\"function\",\"name\":\"a b\"}"),
	    ERROR_INVALID_VALUE, "tools[0].name" },
	{ TOOLS(FUNCTION "," FUNCTION), ERROR_INVALID_VALUE, "tools[1].name" },
	{ TOOLS("{\"type\":\"function\",\"name\":\"f\",\"parameters\":"
		"{\"required\":true}}"),
	    ERROR_INVALID_VALUE, "tools[0].parameters.required" },
	{ TOOLS("{\"type\":\"custom\",\"name\":\"f\",\"format\":{\"type\":"
		"\"x\"}}"),
	    ERROR_INVALID_VALUE, "tools[0].format.type" },
	{ TOOLS("{\"type\":\"nonsense\"}"), ERROR_UNSUPPORTED_PARAMETER,
	    "tools[0].type" },
	{ TOOLS("{\"type\":\"namespace\",\"tools\":[]}"),
	    ERROR_MISSING_PARAMETER, "tools[0].name" },
	{ TOOLS("{\"type\":\"namespace\",\"name\":\"n\"}"),
	    ERROR_MISSING_PARAMETER, "tools[0].tools" },
	{ TOOLS("{\"type\":\"namespace\",\"name\":\"n\",\"tools\":[" FUNCTION
		"," FUNCTION "]}"),
	    ERROR_INVALID_VALUE, "tools[0].tools[1].name" },
	{ TOOLS("{\"type\":\"namespace\",\"name\":\"n\",\"tools\":[{\"type\":"
		"\"web_search\"}]}"),
	    ERROR_UNSUPPORTED_PARAMETER, "tools[0].tools[0].type" },
	{ IN("{\"type\":\"additional_tools\"}"), ERROR_MISSING_PARAMETER,
	    "input[1].tools" },
	{ IN("{\"type\":\"additional_tools\",\"tools\":[" FUNCTION
	     ",{\"type\":\"function\",\"name\":\"\"}]}"),
	    ERROR_INVALID_VALUE, "input[1].tools[1].name" },
	{ IN("{\"type\":\"additional_tools\",\"tools\":[" FUNCTION
	     ",{\"type\":\"mcp\"}]}"),
	    ERROR_UNSUPPORTED_PARAMETER, "input[1].tools[1].type" },
	NO_TOOL("file_search"),
	NO_TOOL("code_interpreter"),
	NO_TOOL("mcp"),
	NO_TOOL("computer"),
	NO_TOOL("computer_use_preview"),
	NO_TOOL("local_shell"),
	NO_TOOL("shell"),
	NO_TOOL("apply_patch"),
	NO_TOOL("programmatic_tool_calling"),
	NO_TOOL("web_search_2025"),
	NO_TOOL("image_generation_2025_08_26"),
	/* nothing else is there that may be called */
	{ TOOLS("{\"type\":\"image_generation\"}"), ERROR_UNSUPPORTED_PARAMETER,
	    "tools" },
	{ TOOLS("{\"type\":\"tool_search\"},{\"type\":\"image_generation\"}"),
	    ERROR_UNSUPPORTED_PARAMETER, "tools" },
	/* tool_choice */
	{ HEAD "\"tool_choice\":5}", ERROR_INVALID_TYPE, "tool_choice" },
	{ HEAD "\"tool_choice\":\"x\"}", ERROR_INVALID_VALUE, "tool_choice" },
	{ HEAD "\"tool_choice\":{\"type\":\"function\",\"name\":\"f\"}}",
	    ERROR_INVALID_VALUE, "tool_choice.name" },
	{ HEAD "\"tools\":[" FUNCTION "],\"tool_choice\":{\"type\":"
	       "\"allowed_tools\",\"mode\":\"auto\",\"tools\":[{\"type\":"
	       "\"function\",\"name\":\"g\"}]}}",
	    ERROR_INVALID_VALUE, "tool_choice.tools[0].name" },
	NO_CHOICE("web_search"),
	NO_CHOICE("web_search_preview"),
	NO_CHOICE("file_search"),
	NO_CHOICE("image_generation"),
	NO_CHOICE("mcp"),
	NO_CHOICE("nonsense"),
	{ HEAD "\"parallel_tool_calls\":1}", ERROR_INVALID_TYPE,
	    "parallel_tool_calls" },
	/* what cannot be had */
	{ HEAD "\"background\":true}", ERROR_UNSUPPORTED_PARAMETER,
	    "background" },
	{ HEAD "\"background\":1}", ERROR_INVALID_TYPE, "background" },
	{ HEAD "\"prompt\":{\"id\":\"p\"}}", ERROR_UNSUPPORTED_PARAMETER,
	    "prompt" },
	{ HEAD "\"moderation\":{}}", ERROR_UNSUPPORTED_PARAMETER,
	    "moderation" },
	{ HEAD "\"top_logprobs\":1}", ERROR_UNSUPPORTED_PARAMETER,
	    "top_logprobs" },
	{ HEAD "\"top_logprobs\":\"1\"}", ERROR_INVALID_TYPE, "top_logprobs" },
	/* the format, and how to go about it */
	{ HEAD "\"text\":5}", ERROR_INVALID_TYPE, "text" },
	{ HEAD "\"text\":{\"format\":5}}", ERROR_INVALID_TYPE, "text.format" },
	{ HEAD "\"text\":{\"format\":{\"type\":\"xml\"}}}", ERROR_INVALID_VALUE,
	    "text.format.type" },
	{ HEAD "\"text\":{\"format\":{\"type\":\"json_schema\"}}}",
	    ERROR_MISSING_PARAMETER, "text.format.schema" },
	{ HEAD "\"text\":{\"format\":{\"type\":\"json_schema\",\"strict\":1,"
	       "\"schema\":{}}}}",
	    ERROR_INVALID_TYPE, "text.format.strict" },
	{ HEAD "\"text\":{\"format\":{\"type\":\"json_schema\",\"strict\":true,"
	       "\"schema\":{\"type\":\"object\",\"properties\":{\"a\":"
	       "{\"oneOf\":[]}}}}}}",
	    ERROR_INVALID_VALUE, "text.format.schema.properties.a.oneOf" },
	{ HEAD "\"text\":{\"verbosity\":\"loud\"}}", ERROR_INVALID_VALUE,
	    "text.verbosity" },
	{ HEAD "\"reasoning\":5}", ERROR_INVALID_TYPE, "reasoning" },
	{ HEAD "\"reasoning\":{\"effort\":5}}", ERROR_INVALID_TYPE,
	    "reasoning.effort" },
	{ HEAD "\"reasoning\":{\"summary\":\"x\"}}", ERROR_INVALID_VALUE,
	    "reasoning.summary" },
	{ HEAD "\"include\":{}}", ERROR_INVALID_TYPE, "include" },
	{ HEAD "\"include\":[5]}", ERROR_INVALID_TYPE, "include" },
	/* the rest */
	{ HEAD "\"store\":1}", ERROR_INVALID_TYPE, "store" },
	{ HEAD "\"stream\":1}", ERROR_INVALID_TYPE, "stream" },
	{ HEAD "\"stream_options\":1}", ERROR_INVALID_TYPE, "stream_options" },
	{ HEAD "\"metadata\":[]}", ERROR_INVALID_TYPE, "metadata" },
	{ HEAD "\"metadata\":{\"a\":1}}", ERROR_INVALID_TYPE, "metadata.a" },
	{ HEAD "\"metadata\":{\"cwd\":\"/a\\u0000b\"}}", ERROR_INVALID_VALUE,
	    "metadata.cwd" },
	{ HEAD "\"metadata\":{\"1\":\"\",\"2\":\"\",\"3\":\"\",\"4\":\"\","
	       "\"5\":\"\",\"6\":\"\",\"7\":\"\",\"8\":\"\",\"9\":\"\","
	       "\"10\":\"\",\"11\":\"\",\"12\":\"\",\"13\":\"\",\"14\":\"\","
	       "\"15\":\"\",\"16\":\"\",\"17\":\"\"}}",
	    ERROR_INVALID_VALUE, "metadata" },
	{ HEAD "\"max_output_tokens\":\"1\"}", ERROR_INVALID_TYPE,
	    "max_output_tokens" },
	{ HEAD "\"max_tool_calls\":1.5}", ERROR_INVALID_TYPE,
	    "max_tool_calls" },
	{ HEAD "\"truncation\":\"x\"}", ERROR_INVALID_VALUE, "truncation" },
	{ HEAD "\"temperature\":\"1\"}", ERROR_INVALID_TYPE, "temperature" },
	{ HEAD "\"top_p\":[]}", ERROR_INVALID_TYPE, "top_p" },
	{ HEAD "\"user\":5}", ERROR_INVALID_TYPE, "user" },
	{ HEAD "\"safety_identifier\":5}", ERROR_INVALID_TYPE,
	    "safety_identifier" },
	{ HEAD "\"prompt_cache_key\":5}", ERROR_INVALID_TYPE,
	    "prompt_cache_key" },
	{ HEAD "\"service_tier\":5}", ERROR_INVALID_TYPE, "service_tier" },
};

START_TEST(faults_are_named)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct responses_form form;
		struct error e = ERROR_INIT;
		struct generation *g;
		int rc = responses_read(
		    bad[i].body, strlen(bad[i].body), &g, &form, &e);

		ck_assert_msg(rc == -EINVAL, "%s: taken", bad[i].body);
		ck_assert_msg(
		    e.kind == bad[i].kind, "%s: %s", bad[i].body, e.message);
		ck_assert_msg(bad[i].param == NULL
			? e.param == NULL
			: e.param != NULL && strcmp(e.param, bad[i].param) == 0,
		    "%s: %s", bad[i].body, e.param);
		error_free(&e);
	}
}
END_TEST

/* ---- what is found later ---- */

static const struct {
	enum error_field field;
	struct place place;
	const char *param;
} late[] = {
	{ FIELD_NONE, { PLACE_ALL, PLACE_ALL }, NULL },
	{ FIELD_STOP, { PLACE_ALL, PLACE_ALL }, NULL },
	{ FIELD_MODEL, { PLACE_ALL, PLACE_ALL }, "model" },
	{ FIELD_EFFORT, { PLACE_ALL, PLACE_ALL }, "reasoning.effort" },
	{ FIELD_IMAGE, { 0, 1 }, "input[0].content[1].image_url" },
	{ FIELD_IMAGE, { 1, 0 }, "input[1].output[0].image_url" },
	{ FIELD_IMAGE, { PLACE_ALL, PLACE_ALL }, "input" },
	{ FIELD_CALL, { 2, PLACE_ALL }, "input[2].call_id" },
	{ FIELD_RESULT, { 1, PLACE_ALL }, "input[1].call_id" },
	{ FIELD_CALL, { PLACE_ALL, PLACE_ALL }, "input" },
	{ FIELD_ITEM, { 3, PLACE_ALL }, "input[3]" },
	{ FIELD_TOOLS, { PLACE_ALL, PLACE_ALL }, "tools" },
	{ FIELD_CHOICE, { PLACE_ALL, PLACE_ALL }, "tool_choice" },
	{ FIELD_PARALLEL, { PLACE_ALL, PLACE_ALL }, "parallel_tool_calls" },
	{ FIELD_FORMAT, { PLACE_ALL, PLACE_ALL }, "text.format" },
	{ FIELD_SEARCH, { PLACE_ALL, PLACE_ALL }, "tools" },
	{ FIELD_CWD, { PLACE_ALL, PLACE_ALL }, "metadata.cwd" },
};

START_TEST(later_faults_are_named)
{
	static const char body[] =
	    "{\"input\":[{\"role\":\"user\",\"content\":\"x\"},{\"type\":"
	    "\"function_call_output\",\"call_id\":\"c\",\"output\":\"x\"}]}";
	struct responses_form form;
	struct error e = ERROR_INIT;
	struct generation *g;

	ck_assert_int_eq(responses_read(body, strlen(body), &g, &form, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(late); i++) {
		struct error fault = { .field = late[i].field,
			.place = late[i].place };
		char param[DIALECT_PARAM_MAX] = "";

		ck_assert_int_eq(responses_param(g, &form.form, &fault, param),
		    late[i].param != NULL);
		ck_assert_str_eq(
		    param, late[i].param != NULL ? late[i].param : "");
	}
	generation_unref(g);
	responses_form_clear(&form);
}
END_TEST

UNIT_MAIN("responses_faults", faults_are_named, later_faults_are_named)
