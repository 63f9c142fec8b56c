/*
 * Chat requests that are refused: with which code, and which field is named.
 */
#include <errno.h>

#include "dialect/chat/chat_read.h"
#include "unit/request.h"
#include "unit/unit.h"

#define USER "{\"role\":\"user\",\"content\":\"x\"}"
#define HEAD "{\"model\":\"m\",\"messages\":[" USER "]"
#define NAME_64 \
	"a23456789_123456789_123456789_123456789_123456789_123456789_1234"
#define ALLOWED(what) \
	",\"tool_choice\":{\"type\":\"allowed_tools\"," \
	"\"allowed_tools\":" what "}}"

/* Bodies that are refused, with the code and the field that is named. */
static const struct {
	const char *body;
	enum error_kind kind;
	const char *param; /* NULL: none */
} bad[] = {
	{ "", ERROR_INVALID_JSON, NULL },
	{ "{", ERROR_INVALID_JSON, NULL },
	{ "{} x", ERROR_INVALID_JSON, NULL },
	{ "{\"a\":\"\xff\"}", ERROR_INVALID_JSON, NULL },
	{ "[]", ERROR_INVALID_TYPE, NULL },
	{ "\"x\"", ERROR_INVALID_TYPE, NULL },
	/* functions of one name */
	{ HEAD ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":"
	       "\"f\"}},{\"type\":\"function\",\"function\":{\"name\":"
	       "\"f\"}}]}",
	    ERROR_INVALID_VALUE, "tools[1].function.name" },
	{ HEAD ",\"functions\":[{\"name\":\"g\"},{\"name\":\"f\"},"
	       "{\"name\":\"g\"}]}",
	    ERROR_INVALID_VALUE, "functions[2].name" },
	/* model */
	{ "{\"messages\":[5]}", ERROR_INVALID_TYPE, "messages[0]" },
	{ "{\"model\":1}", ERROR_INVALID_TYPE, "model" },
	{ "{\"model\":\"\"}", ERROR_INVALID_VALUE, "model" },
	{ "{\"model\":\"a\\nb\"}", ERROR_INVALID_VALUE, "model" },
	{ "{\"model\":\"a\\u0000b\"}", ERROR_INVALID_VALUE, "model" },
	/* messages */
	{ "{\"model\":\"m\"}", ERROR_MISSING_PARAMETER, "messages" },
	{ "{\"model\":\"m\",\"messages\":{}}", ERROR_INVALID_TYPE, "messages" },
	{ "{\"model\":\"m\",\"messages\":[]}", ERROR_INVALID_VALUE,
	    "messages" },
	{ "{\"model\":\"m\",\"messages\":[1]}", ERROR_INVALID_TYPE,
	    "messages[0]" },
	{ "{\"model\":\"m\",\"messages\":[{}]}", ERROR_MISSING_PARAMETER,
	    "messages[0].role" },
	{ "{\"model\":\"m\",\"messages\":[" USER ",{\"role\":\"x\"}]}",
	    ERROR_INVALID_VALUE, "messages[1].role" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":1}]}", ERROR_INVALID_TYPE,
	    "messages[0].role" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].content" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":null}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].content" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":1}]}",
	    ERROR_INVALID_TYPE, "messages[0].content" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[1]}]}",
	    ERROR_INVALID_TYPE, "messages[0].content[0]" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"text\":\"x\"}]}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].content[0].type" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"text\"}]}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].content[0].text" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"input_audio\"}]}]}",
	    ERROR_UNSUPPORTED_PARAMETER, "messages[0].content[0].type" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"nonsense\"}]}]}",
	    ERROR_INVALID_VALUE, "messages[0].content[0].type" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"image_url\"}]}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].content[0].image_url" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
	  "\"https://x.test/a.png\"}}]}]}",
	    ERROR_INVALID_VALUE, "messages[0].content[0].image_url.url" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\","
	  "\"content\":\"x\"}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].tool_call_id" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\","
	  "\"tool_call_id\":\"\",\"content\":\"x\"}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].tool_call_id" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"function\","
	  "\"content\":\"x\"}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].name" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":{}}]}",
	    ERROR_INVALID_TYPE, "messages[0].tool_calls" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{}]}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].tool_calls[0].id" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"\",\"function\":{\"name\":\"f\","
	  "\"arguments\":\"\"}}]}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].tool_calls[0].id" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"c\"}]}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].tool_calls[0].function" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\","
	  "\"arguments\":{}}}]}]}",
	    ERROR_INVALID_TYPE,
	    "messages[0].tool_calls[0].function.arguments" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"c\",\"type\":1}]}]}",
	    ERROR_INVALID_TYPE, "messages[0].tool_calls[0].type" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"refusal\":{}}]}",
	    ERROR_INVALID_TYPE, "messages[0].refusal" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"audio\":{\"id\":\"a\"}}]}",
	    ERROR_UNSUPPORTED_PARAMETER, "messages[0].audio" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\","
	  "\"tool_call_id\":\"c\"}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].content" },
	{ "{\"model\":\"m\",\"messages\":[" USER ",{\"role\":\"assistant\","
	  "\"content\":[{\"type\":\"text\",\"text\":\"x\"},"
	  "{\"type\":\"image_url\",\"image_url\":\"" UNIT_PNG_URL "\"}]}]}",
	    ERROR_INVALID_VALUE, "messages[1].content[1]" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"thinking\",\"thinking\":\"x\"}]}]}",
	    ERROR_INVALID_VALUE, "messages[0].content[0].type" },
	/* calls of freeform tools */
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"c\",\"type\":\"custom\"}]}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].tool_calls[0].custom" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"c\",\"type\":\"custom\",\"custom\":{"
	  "\"name\":\"f\"}}]}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].tool_calls[0].custom.input" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"c\",\"type\":\"other\"}]}]}",
	    ERROR_UNSUPPORTED_PARAMETER, "messages[0].tool_calls[0].type" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"function\","
	  "\"name\":\"f\"}]}",
	    ERROR_MISSING_PARAMETER, "messages[0].content" },
	/* a word goes to its end, not to its first NUL */
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\\u0000x\","
	  "\"content\":\"x\"}]}",
	    ERROR_INVALID_VALUE, "messages[0].role" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
	  "{\"type\":\"text\\u0000\",\"text\":\"x\"}]}]}",
	    ERROR_INVALID_VALUE, "messages[0].content[0].type" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\\u0000\"}]}]}",
	    ERROR_UNSUPPORTED_PARAMETER, "messages[0].tool_calls[0].type" },
	{ HEAD ",\"tools\":[{\"type\":\"function\\u0000x\",\"function\":{"
	       "\"name\":\"f\"}}]}",
	    ERROR_UNSUPPORTED_PARAMETER, "tools[0].type" },
	{ HEAD ",\"tools\":[{\"function\":{\"name\":\"f\\u0000\"}}]}",
	    ERROR_INVALID_VALUE, "tools[0].function.name" },
	{ HEAD ",\"tool_choice\":\"none\\u0000x\"}", ERROR_INVALID_VALUE,
	    "tool_choice" },
	{ HEAD ",\"function_call\":\"auto\\u0000\"}", ERROR_INVALID_VALUE,
	    "function_call" },
	{ HEAD ",\"tool_choice\":{\"type\":\"allowed_tools\\u0000\"}}",
	    ERROR_UNSUPPORTED_PARAMETER, "tool_choice.type" },
	{ HEAD ALLOWED("{\"mode\":\"auto\\u0000\",\"tools\":[]}"),
	    ERROR_INVALID_VALUE, "tool_choice.allowed_tools.mode" },
	{ HEAD ",\"response_format\":{\"type\":\"json_object\\u0000\"}}",
	    ERROR_INVALID_VALUE, "response_format.type" },
	{ HEAD ",\"reasoning_effort\":\"low\\u0000\"}", ERROR_INVALID_VALUE,
	    "reasoning_effort" },
	{ HEAD ",\"verbosity\":\"low\\u0000\"}", ERROR_INVALID_VALUE,
	    "verbosity" },
	{ HEAD ",\"service_tier\":\"flex\\u0000x\"}", ERROR_INVALID_VALUE,
	    "service_tier" },
	{ HEAD ",\"modalities\":[\"text\\u0000\"]}",
	    ERROR_UNSUPPORTED_PARAMETER, "modalities" },
	/* schemas */
	{ HEAD ",\"response_format\":{\"type\":\"json_schema\","
	       "\"json_schema\":{\"strict\":true,\"schema\":{\"type\":"
	       "\"object\",\"properties\":{\"a\":{\"oneOf\":[]}}}}}}",
	    ERROR_INVALID_VALUE,
	    "response_format.json_schema.schema.properties.a.oneOf" },
	/* the rest */
	{ HEAD ",\"stream\":1}", ERROR_INVALID_TYPE, "stream" },
	{ HEAD ",\"stream_options\":1}", ERROR_INVALID_TYPE, "stream_options" },
	{ HEAD ",\"stream_options\":{\"include_usage\":1}}", ERROR_INVALID_TYPE,
	    "stream_options.include_usage" },
	{ HEAD ",\"n\":0}", ERROR_INVALID_VALUE, "n" },
	{ HEAD ",\"n\":9}", ERROR_INVALID_VALUE, "n" },
	{ HEAD ",\"n\":1.5}", ERROR_INVALID_TYPE, "n" },
	{ HEAD ",\"stop\":1}", ERROR_INVALID_TYPE, "stop" },
	{ HEAD ",\"stop\":[1]}", ERROR_INVALID_TYPE, "stop[0]" },
	{ HEAD ",\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}",
	    ERROR_INVALID_VALUE, "stop" },
	{ HEAD ",\"response_format\":1}", ERROR_INVALID_TYPE,
	    "response_format" },
	{ HEAD ",\"response_format\":{}}", ERROR_MISSING_PARAMETER,
	    "response_format.type" },
	{ HEAD ",\"response_format\":{\"type\":\"xml\"}}", ERROR_INVALID_VALUE,
	    "response_format.type" },
	{ HEAD ",\"response_format\":{\"type\":\"json_schema\","
	       "\"json_schema\":{\"strict\":1,\"schema\":{}}}}",
	    ERROR_INVALID_TYPE, "response_format.json_schema.strict" },
	{ HEAD ",\"response_format\":{\"type\":\"json_object\","
	       "\"schema\":[]}}",
	    ERROR_INVALID_TYPE, "response_format.schema" },
	{ HEAD ",\"response_format\":{\"type\":\"json_schema\"}}",
	    ERROR_MISSING_PARAMETER, "response_format.json_schema" },
	{ HEAD ",\"response_format\":{\"type\":\"json_schema\","
	       "\"json_schema\":{\"schema\":1}}}",
	    ERROR_INVALID_TYPE, "response_format.json_schema.schema" },
	{ HEAD ",\"reasoning_effort\":1}", ERROR_INVALID_TYPE,
	    "reasoning_effort" },
	{ HEAD ",\"reasoning_effort\":\"a b\"}", ERROR_INVALID_VALUE,
	    "reasoning_effort" },
	{ HEAD ",\"verbosity\":\"loud\"}", ERROR_INVALID_VALUE, "verbosity" },
	{ HEAD ",\"service_tier\":1}", ERROR_INVALID_TYPE, "service_tier" },
	{ HEAD ",\"metadata\":[]}", ERROR_INVALID_TYPE, "metadata" },
	{ HEAD ",\"metadata\":{\"cwd\":1}}", ERROR_INVALID_TYPE,
	    "metadata.cwd" },
	{ HEAD ",\"metadata\":{\"cwd\":\"/a\\u0000b\"}}", ERROR_INVALID_VALUE,
	    "metadata.cwd" },
	{ HEAD ",\"logprobs\":true}", ERROR_UNSUPPORTED_PARAMETER, "logprobs" },
	{ HEAD ",\"top_logprobs\":2}", ERROR_UNSUPPORTED_PARAMETER,
	    "top_logprobs" },
	{ HEAD ",\"top_logprobs\":\"2\"}", ERROR_INVALID_TYPE, "top_logprobs" },
	{ HEAD ",\"modalities\":[1]}", ERROR_INVALID_TYPE, "modalities" },
	{ HEAD ",\"modalities\":[\"text\",\"audio\"]}",
	    ERROR_UNSUPPORTED_PARAMETER, "modalities" },
	{ HEAD ",\"tools\":{}}", ERROR_INVALID_TYPE, "tools" },
	{ HEAD ",\"tools\":[1]}", ERROR_INVALID_TYPE, "tools[0]" },
	{ HEAD ",\"tools\":[{\"type\":\"web_search\"}]}",
	    ERROR_UNSUPPORTED_PARAMETER, "tools[0].type" },
	{ HEAD ",\"tools\":[{\"type\":\"function\"}]}", ERROR_MISSING_PARAMETER,
	    "tools[0].function" },
	{ HEAD ",\"tools\":[{\"function\":{\"name\":\"a b\"}}]}",
	    ERROR_INVALID_VALUE, "tools[0].function.name" },
	{ HEAD ",\"tools\":[{\"function\":{\"name\":\"\"}}]}",
	    ERROR_INVALID_VALUE, "tools[0].function.name" },
	{ HEAD ",\"tools\":[{\"function\":{\"name\":\"" NAME_64 "\"}},"
	       "{\"function\":{\"name\":\"" NAME_64 "x\"}}]}",
	    ERROR_INVALID_VALUE, "tools[1].function.name" },
	{ HEAD ",\"functions\":[{\"name\":\"" NAME_64 "x\"}]}",
	    ERROR_INVALID_VALUE, "functions[0].name" },
	{ HEAD ",\"tools\":[{\"function\":{\"name\":\"a\","
	       "\"parameters\":[]}}]}",
	    ERROR_INVALID_TYPE, "tools[0].function.parameters" },
	{ HEAD ",\"tool_choice\":\"x\"}", ERROR_INVALID_VALUE, "tool_choice" },
	{ HEAD ",\"tool_choice\":{\"type\":\"function\",\"function\":"
	       "{\"name\":\"f\"}}}",
	    ERROR_INVALID_VALUE, "tool_choice.function.name" },
	{ HEAD ",\"tool_choice\":{\"type\":1}}", ERROR_INVALID_TYPE,
	    "tool_choice.type" },
	{ HEAD ",\"tool_choice\":{\"type\":\"custom\",\"custom\":{"
	       "\"name\":\"f\"}}}",
	    ERROR_INVALID_VALUE, "tool_choice.custom.name" },
	{ HEAD ",\"tool_choice\":{\"type\":\"custom\"}}",
	    ERROR_MISSING_PARAMETER, "tool_choice.custom" },
	{ HEAD ",\"tool_choice\":{\"type\":\"function\",\"name\":\"f\"}}",
	    ERROR_INVALID_VALUE, "tool_choice.name" },
	{ HEAD ",\"tool_choice\":{\"type\":\"allowed_tools\",\"tools\":[]}}",
	    ERROR_MISSING_PARAMETER, "tool_choice.mode" },
	{ HEAD ",\"tool_choice\":{\"type\":\"allowed_tools\",\"mode\":"
	       "\"auto\",\"tools\":[{\"type\":\"function\",\"name\":\"f\"}]}}",
	    ERROR_INVALID_VALUE, "tool_choice.tools[0].name" },
	/* as the Responses API has them */
	{ HEAD ",\"tools\":[{\"type\":\"function\",\"name\":\"a b\"}]}",
	    ERROR_INVALID_VALUE, "tools[0].name" },
	{ HEAD ",\"tools\":[{\"type\":\"function\",\"name\":\"f\","
	       "\"parameters\":1}]}",
	    ERROR_INVALID_TYPE, "tools[0].parameters" },
	{ HEAD ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":"
	       "\"f\"}},{\"type\":\"custom\",\"name\":\"f\"}]}",
	    ERROR_INVALID_VALUE, "tools[1].name" },
	{ HEAD ",\"tools\":[{\"type\":\"function\",\"function\":1,"
	       "\"name\":\"f\"}]}",
	    ERROR_INVALID_TYPE, "tools[0].function" },
	/* parameters that Codex would refuse */
	{ HEAD ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":"
	       "\"f\"}},{\"type\":\"function\",\"function\":{\"name\":"
	       "\"g\",\"parameters\":{\"properties\":{\"a\":{\"items\":["
	       "{}]}}}}}]}",
	    ERROR_INVALID_VALUE,
	    "tools[1].function.parameters.properties.a.items" },
	{ HEAD ",\"tools\":[{\"type\":\"function\",\"name\":\"f\","
	       "\"parameters\":{\"required\":true}}]}",
	    ERROR_INVALID_VALUE, "tools[0].parameters.required" },
	{ HEAD ",\"functions\":[{\"name\":\"f\",\"parameters\":{"
	       "\"description\":5}}]}",
	    ERROR_INVALID_VALUE, "functions[0].parameters.description" },
	{ HEAD ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":"
	       "\"f\",\"description\":5}}]}",
	    ERROR_INVALID_TYPE, "tools[0].function.description" },
	/* freeform tools */
	{ HEAD ",\"tools\":[{\"type\":\"custom\"}]}", ERROR_MISSING_PARAMETER,
	    "tools[0].custom" },
	{ HEAD ",\"tools\":[{\"type\":\"custom\",\"custom\":{}}]}",
	    ERROR_MISSING_PARAMETER, "tools[0].custom.name" },
	{ HEAD ",\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\","
	       "\"format\":\"text\"}}]}",
	    ERROR_INVALID_TYPE, "tools[0].custom.format" },
	{ HEAD ",\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\","
	       "\"format\":{}}}]}",
	    ERROR_MISSING_PARAMETER, "tools[0].custom.format.type" },
	{ HEAD ",\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"f\","
	       "\"format\":{\"type\":\"xml\"}}}]}",
	    ERROR_INVALID_VALUE, "tools[0].custom.format.type" },
	{ HEAD ",\"reasoning\":1}", ERROR_INVALID_TYPE, "reasoning" },
	{ HEAD ",\"reasoning\":{\"effort\":1}}", ERROR_INVALID_TYPE,
	    "reasoning.effort" },
	{ HEAD ",\"reasoning\":{\"effort\":\"a b\"}}", ERROR_INVALID_VALUE,
	    "reasoning.effort" },
	{ HEAD ",\"n\":9223372036854775808}", ERROR_INVALID_TYPE, "n" },
	{ HEAD ",\"tool_choice\":{}}", ERROR_MISSING_PARAMETER,
	    "tool_choice.function" },
	{ HEAD ",\"tool_choice\":{\"type\":\"allowed_tools\"}}",
	    ERROR_MISSING_PARAMETER, "tool_choice.allowed_tools" },
	{ HEAD ALLOWED("{\"tools\":[]}"), ERROR_MISSING_PARAMETER,
	    "tool_choice.allowed_tools.mode" },
	{ HEAD ALLOWED("{\"mode\":\"none\",\"tools\":[]}"), ERROR_INVALID_VALUE,
	    "tool_choice.allowed_tools.mode" },
	{ HEAD ALLOWED("{\"mode\":\"auto\"}"), ERROR_MISSING_PARAMETER,
	    "tool_choice.allowed_tools.tools" },
	{ HEAD ALLOWED("{\"mode\":\"auto\",\"tools\":{}}"), ERROR_INVALID_TYPE,
	    "tool_choice.allowed_tools.tools" },
	{ HEAD ALLOWED("{\"mode\":\"auto\",\"tools\":[{}]}"),
	    ERROR_MISSING_PARAMETER,
	    "tool_choice.allowed_tools.tools[0].function" },
	{ HEAD ALLOWED("{\"mode\":\"auto\",\"tools\":[{\"function\":{"
		       "\"name\":\"f\"}}]}"),
	    ERROR_INVALID_VALUE,
	    "tool_choice.allowed_tools.tools[0].function.name" },
	{ HEAD ",\"parallel_tool_calls\":1}", ERROR_INVALID_TYPE,
	    "parallel_tool_calls" },
};

START_TEST(faults_are_named)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error e = ERROR_INIT;
		struct generation *g = NULL;
		int rc = unit_read(bad[i].body, strlen(bad[i].body), &g, &e);

		ck_assert_msg(rc == -EINVAL, "%s", bad[i].body);
		ck_assert_ptr_null(g);
		ck_assert_msg(e.kind == bad[i].kind, "%s: %s", bad[i].body,
		    error_code(e.kind));
		if (bad[i].param == NULL)
			ck_assert_msg(
			    e.param == NULL, "%s: %s", bad[i].body, e.param);
		else
			ck_assert_msg(e.param != NULL &&
				strcmp(e.param, bad[i].param) == 0,
			    "%s: %s", bad[i].body, e.param);
		ck_assert_ptr_nonnull(e.message);
		error_free(&e);
	}
}
END_TEST

UNIT_MAIN("chat_faults", faults_are_named)
