#include "unit/unit.h"

#include <errno.h>

#include "core/chat_request.h"

#define USER "{\"role\":\"user\",\"content\":\"x\"}"
#define HEAD "{\"model\":\"m\",\"messages\":[" USER "]"
#define NAME_64 \
	"a23456789_123456789_123456789_123456789_123456789_123456789_1234"
#define ALLOWED(what) \
	",\"tool_choice\":{\"type\":\"allowed_tools\"," \
	"\"allowed_tools\":" what "}}"

static struct chat_request *
must_parse(const char *body)
{
	struct api_error e = API_ERROR_INIT;
	struct chat_request *r = NULL;

	ck_assert_msg(chat_request_parse(body, strlen(body), &r, &e) == 0,
	    "%s: %s", body, e.message);
	return r;
}

/* Bodies that are refused, with the code and the field that is named. */
static const struct {
	const char *body;
	enum api_error_kind kind;
	const char *param; /* NULL: none */
} bad[] = {
	{ "", API_ERROR_INVALID_JSON, NULL },
	{ "{", API_ERROR_INVALID_JSON, NULL },
	{ "{} x", API_ERROR_INVALID_JSON, NULL },
	{ "{\"a\":1e999}", API_ERROR_INVALID_JSON, NULL },
	{ "{\"a\":\"\xff\"}", API_ERROR_INVALID_JSON, NULL },
	{ "[]", API_ERROR_INVALID_TYPE, NULL },
	{ "\"x\"", API_ERROR_INVALID_TYPE, NULL },
	/* functions of one name */
	{ HEAD ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":"
	       "\"f\"}},{\"type\":\"function\",\"function\":{\"name\":"
	       "\"f\"}}]}",
	    API_ERROR_INVALID_VALUE, "tools[1].function.name" },
	{ HEAD ",\"functions\":[{\"name\":\"g\"},{\"name\":\"f\"},"
	       "{\"name\":\"g\"}]}",
	    API_ERROR_INVALID_VALUE, "functions[2].name" },
	/* model */
	{ "{\"messages\":[" USER "]}", API_ERROR_MISSING_PARAMETER, "model" },
	{ "{\"model\":null}", API_ERROR_MISSING_PARAMETER, "model" },
	{ "{\"model\":1}", API_ERROR_INVALID_TYPE, "model" },
	{ "{\"model\":\"\"}", API_ERROR_INVALID_VALUE, "model" },
	{ "{\"model\":\"a\\nb\"}", API_ERROR_INVALID_VALUE, "model" },
	{ "{\"model\":\"a\\u0000b\"}", API_ERROR_INVALID_VALUE, "model" },
	/* messages */
	{ "{\"model\":\"m\"}", API_ERROR_MISSING_PARAMETER, "messages" },
	{ "{\"model\":\"m\",\"messages\":{}}", API_ERROR_INVALID_TYPE,
	    "messages" },
	{ "{\"model\":\"m\",\"messages\":[]}", API_ERROR_INVALID_VALUE,
	    "messages" },
	{ "{\"model\":\"m\",\"messages\":[1]}", API_ERROR_INVALID_TYPE,
	    "messages[0]" },
	{ "{\"model\":\"m\",\"messages\":[{}]}", API_ERROR_MISSING_PARAMETER,
	    "messages[0].role" },
	{ "{\"model\":\"m\",\"messages\":[" USER ",{\"role\":\"x\"}]}",
	    API_ERROR_INVALID_VALUE, "messages[1].role" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":1}]}",
	    API_ERROR_INVALID_TYPE, "messages[0].role" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\"}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].content" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":null}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].content" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":1}]}",
	    API_ERROR_INVALID_TYPE, "messages[0].content" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[1]}]}",
	    API_ERROR_INVALID_TYPE, "messages[0].content[0]" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"text\":\"x\"}]}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].content[0].type" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"text\"}]}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].content[0].text" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"input_audio\"}]}]}",
	    API_ERROR_UNSUPPORTED_PARAMETER, "messages[0].content[0].type" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"nonsense\"}]}]}",
	    API_ERROR_INVALID_VALUE, "messages[0].content[0].type" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"image_url\"}]}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].content[0].image_url" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
	  "\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"
	  "\"https://x.test/a.png\"}}]}]}",
	    API_ERROR_INVALID_VALUE, "messages[0].content[0].image_url.url" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\","
	  "\"content\":\"x\"}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].tool_call_id" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\","
	  "\"tool_call_id\":\"\",\"content\":\"x\"}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].tool_call_id" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"function\","
	  "\"content\":\"x\"}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].name" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":{}}]}",
	    API_ERROR_INVALID_TYPE, "messages[0].tool_calls" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{}]}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].tool_calls[0].id" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"\",\"function\":{\"name\":\"f\","
	  "\"arguments\":\"\"}}]}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].tool_calls[0].id" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"c\"}]}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].tool_calls[0].function" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"c\",\"function\":{\"name\":\"f\","
	  "\"arguments\":{}}}]}]}",
	    API_ERROR_INVALID_TYPE,
	    "messages[0].tool_calls[0].function.arguments" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"c\",\"type\":\"custom\",\"custom\":{"
	  "\"name\":\"f\",\"input\":\"\"}}]}]}",
	    API_ERROR_UNSUPPORTED_PARAMETER, "messages[0].tool_calls[0].type" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"tool_calls\":[{\"id\":\"c\",\"type\":1}]}]}",
	    API_ERROR_INVALID_TYPE, "messages[0].tool_calls[0].type" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"refusal\":{}}]}",
	    API_ERROR_INVALID_TYPE, "messages[0].refusal" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	  "\"audio\":{\"id\":\"a\"}}]}",
	    API_ERROR_UNSUPPORTED_PARAMETER, "messages[0].audio" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\","
	  "\"tool_call_id\":\"c\",\"content\":null}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].content" },
	{ "{\"model\":\"m\",\"messages\":[{\"role\":\"function\","
	  "\"name\":\"f\"}]}",
	    API_ERROR_MISSING_PARAMETER, "messages[0].content" },
	/* the rest */
	{ HEAD ",\"stream\":1}", API_ERROR_INVALID_TYPE, "stream" },
	{ HEAD ",\"stream_options\":1}", API_ERROR_INVALID_TYPE,
	    "stream_options" },
	{ HEAD ",\"stream_options\":{\"include_usage\":1}}",
	    API_ERROR_INVALID_TYPE, "stream_options.include_usage" },
	{ HEAD ",\"n\":0}", API_ERROR_INVALID_VALUE, "n" },
	{ HEAD ",\"n\":9}", API_ERROR_INVALID_VALUE, "n" },
	{ HEAD ",\"n\":1.5}", API_ERROR_INVALID_TYPE, "n" },
	{ HEAD ",\"stop\":1}", API_ERROR_INVALID_TYPE, "stop" },
	{ HEAD ",\"stop\":[1]}", API_ERROR_INVALID_TYPE, "stop[0]" },
	{ HEAD ",\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}",
	    API_ERROR_INVALID_VALUE, "stop" },
	{ HEAD ",\"response_format\":1}", API_ERROR_INVALID_TYPE,
	    "response_format" },
	{ HEAD ",\"response_format\":{}}", API_ERROR_MISSING_PARAMETER,
	    "response_format.type" },
	{ HEAD ",\"response_format\":{\"type\":\"xml\"}}",
	    API_ERROR_INVALID_VALUE, "response_format.type" },
	{ HEAD ",\"response_format\":{\"type\":\"json_schema\"}}",
	    API_ERROR_MISSING_PARAMETER, "response_format.json_schema" },
	{ HEAD ",\"response_format\":{\"type\":\"json_schema\","
	       "\"json_schema\":{\"schema\":1}}}",
	    API_ERROR_INVALID_TYPE, "response_format.json_schema.schema" },
	{ HEAD ",\"reasoning_effort\":1}", API_ERROR_INVALID_TYPE,
	    "reasoning_effort" },
	{ HEAD ",\"reasoning_effort\":\"a b\"}", API_ERROR_INVALID_VALUE,
	    "reasoning_effort" },
	{ HEAD ",\"verbosity\":\"loud\"}", API_ERROR_INVALID_VALUE,
	    "verbosity" },
	{ HEAD ",\"service_tier\":1}", API_ERROR_INVALID_TYPE, "service_tier" },
	{ HEAD ",\"metadata\":[]}", API_ERROR_INVALID_TYPE, "metadata" },
	{ HEAD ",\"metadata\":{\"cwd\":1}}", API_ERROR_INVALID_TYPE,
	    "metadata.cwd" },
	{ HEAD ",\"metadata\":{\"cwd\":\"/a\\u0000b\"}}",
	    API_ERROR_INVALID_VALUE, "metadata.cwd" },
	{ HEAD ",\"logprobs\":true}", API_ERROR_UNSUPPORTED_PARAMETER,
	    "logprobs" },
	{ HEAD ",\"top_logprobs\":2}", API_ERROR_UNSUPPORTED_PARAMETER,
	    "top_logprobs" },
	{ HEAD ",\"top_logprobs\":\"2\"}", API_ERROR_INVALID_TYPE,
	    "top_logprobs" },
	{ HEAD ",\"modalities\":[1]}", API_ERROR_INVALID_TYPE, "modalities" },
	{ HEAD ",\"modalities\":[\"text\",\"audio\"]}",
	    API_ERROR_UNSUPPORTED_PARAMETER, "modalities" },
	{ HEAD ",\"tools\":{}}", API_ERROR_INVALID_TYPE, "tools" },
	{ HEAD ",\"tools\":[1]}", API_ERROR_INVALID_TYPE, "tools[0]" },
	{ HEAD ",\"tools\":[{\"type\":\"web_search\"}]}",
	    API_ERROR_UNSUPPORTED_PARAMETER, "tools[0].type" },
	{ HEAD ",\"tools\":[{\"type\":\"function\"}]}",
	    API_ERROR_MISSING_PARAMETER, "tools[0].function" },
	{ HEAD ",\"tools\":[{\"function\":{\"name\":\"a b\"}}]}",
	    API_ERROR_INVALID_VALUE, "tools[0].function.name" },
	{ HEAD ",\"tools\":[{\"function\":{\"name\":\"\"}}]}",
	    API_ERROR_INVALID_VALUE, "tools[0].function.name" },
	{ HEAD ",\"tools\":[{\"function\":{\"name\":\"" NAME_64 "\"}},"
	       "{\"function\":{\"name\":\"" NAME_64 "x\"}}]}",
	    API_ERROR_INVALID_VALUE, "tools[1].function.name" },
	{ HEAD ",\"functions\":[{\"name\":\"" NAME_64 "x\"}]}",
	    API_ERROR_INVALID_VALUE, "functions[0].name" },
	{ HEAD ",\"tools\":[{\"function\":{\"name\":\"a\","
	       "\"parameters\":[]}}]}",
	    API_ERROR_INVALID_TYPE, "tools[0].function.parameters" },
	{ HEAD ",\"tool_choice\":\"x\"}", API_ERROR_INVALID_VALUE,
	    "tool_choice" },
	{ HEAD ",\"tool_choice\":{\"type\":\"function\",\"function\":"
	       "{\"name\":\"f\"}}}",
	    API_ERROR_INVALID_VALUE, "tool_choice.function.name" },
	{ HEAD ",\"tool_choice\":{\"type\":1}}", API_ERROR_INVALID_TYPE,
	    "tool_choice.type" },
	{ HEAD ",\"tool_choice\":{\"type\":\"custom\",\"custom\":{"
	       "\"name\":\"f\"}}}",
	    API_ERROR_UNSUPPORTED_PARAMETER, "tool_choice.type" },
	{ HEAD ",\"tool_choice\":{}}", API_ERROR_MISSING_PARAMETER,
	    "tool_choice.function" },
	{ HEAD ",\"tool_choice\":{\"type\":\"allowed_tools\"}}",
	    API_ERROR_MISSING_PARAMETER, "tool_choice.allowed_tools" },
	{ HEAD ALLOWED("{\"tools\":[]}"), API_ERROR_MISSING_PARAMETER,
	    "tool_choice.allowed_tools.mode" },
	{ HEAD ALLOWED("{\"mode\":\"none\",\"tools\":[]}"),
	    API_ERROR_INVALID_VALUE, "tool_choice.allowed_tools.mode" },
	{ HEAD ALLOWED("{\"mode\":\"auto\"}"), API_ERROR_MISSING_PARAMETER,
	    "tool_choice.allowed_tools.tools" },
	{ HEAD ALLOWED("{\"mode\":\"auto\",\"tools\":{}}"),
	    API_ERROR_INVALID_TYPE, "tool_choice.allowed_tools.tools" },
	{ HEAD ALLOWED("{\"mode\":\"auto\",\"tools\":[{}]}"),
	    API_ERROR_MISSING_PARAMETER,
	    "tool_choice.allowed_tools.tools[0].function" },
	{ HEAD ALLOWED("{\"mode\":\"auto\",\"tools\":[{\"function\":{"
		       "\"name\":\"f\"}}]}"),
	    API_ERROR_INVALID_VALUE,
	    "tool_choice.allowed_tools.tools[0].function.name" },
	{ HEAD ",\"parallel_tool_calls\":1}", API_ERROR_INVALID_TYPE,
	    "parallel_tool_calls" },
};

START_TEST(faults_are_named)
{
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct api_error e = API_ERROR_INIT;
		struct chat_request *r = NULL;
		int rc = chat_request_parse(
		    bad[i].body, strlen(bad[i].body), &r, &e);

		ck_assert_msg(rc == -EINVAL, "%s", bad[i].body);
		ck_assert_ptr_null(r);
		ck_assert_msg(e.kind == bad[i].kind, "%s: %s", bad[i].body,
		    api_error_code(e.kind));
		if (bad[i].param == NULL)
			ck_assert_msg(
			    e.param == NULL, "%s: %s", bad[i].body, e.param);
		else
			ck_assert_msg(e.param != NULL &&
				strcmp(e.param, bad[i].param) == 0,
			    "%s: %s", bad[i].body, e.param);
		ck_assert_ptr_nonnull(e.message);
		api_error_free(&e);
	}
}
END_TEST

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
};

START_TEST(odd_but_right_requests_pass)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		chat_request_unref(must_parse(good[i]));
}
END_TEST

START_TEST(structure_is_kept)
{
	struct chat_request *r = must_parse(
	    "{\"model\":\"gpt\",\"messages\":["
	    "{\"role\":\"system\",\"content\":\"S\"},"
	    "{\"role\":\"user\",\"name\":\"bob\",\"content\":["
	    "{\"type\":\"text\",\"text\":\"a\\u0000b\"},"
	    "{\"type\":\"refusal\",\"refusal\":\"no\"}]},"
	    "{\"role\":\"assistant\",\"content\":\"A\",\"tool_calls\":["
	    "{\"id\":\"c1\",\"function\":{\"name\":\"f\",\"arguments\":\"1\"}},"
	    "{\"id\":\"c2\",\"function\":{\"name\":\"g\",\"arguments\":\"2\"}}"
	    "]},{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"R\"}],"
	    "\"stream\":true,\"stream_options\":{\"include_usage\":true},"
	    "\"n\":3,\"stop\":[\"x\",\"\",\"y\"],"
	    "\"tools\":[{\"function\":{\"name\":\"f\",\"description\":\"d\","
	    "\"parameters\":{\"type\":\"object\"}}}],"
	    "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":"
	    "\"f\"}},\"parallel_tool_calls\":false,"
	    "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{"
	    "\"name\":\"s\",\"schema\":{\"type\":\"object\",\"properties\":{}}}"
	    "},"
	    "\"reasoning_effort\":\"high\",\"verbosity\":\"low\","
	    "\"service_tier\":\"flex\",\"metadata\":{\"cwd\":\"/w\"}}");
	const struct chat_message *m = r->messages;

	ck_assert_str_eq(r->model, "gpt");
	ck_assert_uint_eq(r->n_messages, 4);
	ck_assert_int_eq(m[0].role, CHAT_SYSTEM);
	ck_assert_str_eq(m[1].name.s, "bob");
	ck_assert_uint_eq(m[1].n_parts, 2);
	ck_assert_uint_eq(m[1].parts[0].text.len, 3);
	ck_assert_int_eq(m[1].parts[1].kind, CHAT_PART_REFUSAL);
	ck_assert_uint_eq(m[2].n_tool_calls, 2);
	ck_assert_str_eq(m[2].tool_calls[1].id.s, "c2");
	ck_assert_str_eq(m[2].tool_calls[1].name.s, "g");
	ck_assert_str_eq(m[2].tool_calls[1].arguments.s, "2");
	ck_assert_int_eq(m[3].role, CHAT_TOOL);
	ck_assert_str_eq(m[3].tool_call_id.s, "c2");
	ck_assert(r->stream && r->include_usage);
	ck_assert_uint_eq(r->n, 3);
	ck_assert_uint_eq(r->n_stop, 2);
	ck_assert_str_eq(r->stop[1].s, "y");
	ck_assert_uint_eq(r->n_tools, 1);
	ck_assert_str_eq(r->tools_key, "tools");
	ck_assert_int_eq(r->tool_choice, CHAT_TOOLS_NAMED);
	ck_assert_str_eq(r->tool_choice_key, "tool_choice");
	ck_assert_int_eq(r->parallel_tool_calls, CHAT_OPTION_FALSE);
	ck_assert_int_eq(r->format, CHAT_FORMAT_SCHEMA);
	/* It was made strict. */
	ck_assert(
	    json_is_false(json_object_get(r->schema, "additionalProperties")));
	ck_assert_str_eq(r->reasoning_effort, "high");
	ck_assert_str_eq(r->verbosity, "low");
	ck_assert_str_eq(r->service_tier, "flex");
	ck_assert_str_eq(r->cwd, "/w");
	chat_request_unref(r);
}
END_TEST

/* An error can then name what the caller has written. */
START_TEST(functions_are_tools_by_their_own_name)
{
	struct chat_request *r = must_parse(
	    HEAD ",\"tools\":[],\"functions\":[{\"name\":\"old\"}],"
		 "\"function_call\":{\"name\":\"old\"}}");

	ck_assert_uint_eq(r->n_tools, 1);
	ck_assert_str_eq(r->tools_key, "functions");
	ck_assert(r->old_functions);
	ck_assert_int_eq(r->parallel_tool_calls, CHAT_OPTION_FALSE);
	ck_assert_int_eq(r->tool_choice, CHAT_TOOLS_NAMED);
	ck_assert_str_eq(r->tool_choice_key, "function_call");
	chat_request_unref(r);
	r = must_parse(HEAD ",\"tools\":[],\"tool_choice\":null}");
	ck_assert(!r->old_functions);
	ck_assert_int_eq(r->parallel_tool_calls, CHAT_OPTION_UNSET);
	ck_assert_ptr_null(r->tools_key);
	ck_assert_ptr_null(r->tool_choice_key);
	chat_request_unref(r);
}
END_TEST

/* A refusal is content, wherever it stands; an empty one is none. */
START_TEST(refusals_are_parts)
{
	struct chat_request *r = must_parse(
	    "{\"model\":\"m\",\"messages\":["
	    "{\"role\":\"assistant\",\"content\":null,\"refusal\":\"no\"},"
	    "{\"role\":\"assistant\",\"content\":\"a\",\"refusal\":\"b\"},"
	    "{\"role\":\"assistant\",\"content\":\"a\",\"refusal\":\"\"}]}");
	const struct chat_message *m = r->messages;

	ck_assert_uint_eq(m[0].n_parts, 1);
	ck_assert_int_eq(m[0].parts[0].kind, CHAT_PART_REFUSAL);
	ck_assert_str_eq(m[0].parts[0].text.s, "no");
	ck_assert_uint_eq(m[1].n_parts, 2);
	ck_assert_str_eq(m[1].parts[0].text.s, "a");
	ck_assert_str_eq(m[1].parts[1].text.s, "b");
	ck_assert_uint_eq(m[2].n_parts, 1);
	chat_request_unref(r);
}
END_TEST

/* Some clients always write the list of calls. */
START_TEST(an_old_call_beside_an_empty_list)
{
	struct chat_request *r = must_parse(
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\","
	    "\"tool_calls\":[],\"function_call\":{\"name\":\"f\","
	    "\"arguments\":\"1\"}}]}");

	ck_assert_uint_eq(r->messages[0].n_tool_calls, 1);
	ck_assert_str_eq(r->messages[0].tool_calls[0].name.s, "f");
	chat_request_unref(r);
}
END_TEST

#define NAMED(name) \
	"{\"type\":\"function\",\"function\":{\"name\":\"" name "\"}}"
#define TOOLS ",\"tools\":[" NAMED("a") "," NAMED("b") "," NAMED("c") "]"

START_TEST(tools_that_are_not_allowed_are_left_out)
{
	static const struct {
		const char *allowed;
		enum chat_tool_choice choice;
		const char *names;
	} rows[] = {
		{ HEAD TOOLS ALLOWED("{\"mode\":\"auto\",\"tools\":[" NAMED(
		      "c") "," NAMED("a") "," NAMED("a") "]}"),
		    CHAT_TOOLS_AUTO, "ac" },
		{ HEAD TOOLS ALLOWED(
		      "{\"mode\":\"required\",\"tools\":[" NAMED("b") "]}"),
		    CHAT_TOOLS_REQUIRED, "b" },
		{ HEAD TOOLS ALLOWED("{\"mode\":\"auto\",\"tools\":[]}"),
		    CHAT_TOOLS_AUTO, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct chat_request *r = must_parse(rows[i].allowed);

		ck_assert_int_eq(r->tool_choice, rows[i].choice);
		ck_assert_uint_eq(r->n_tools, strlen(rows[i].names));
		for (size_t k = 0; k < r->n_tools; k++)
			ck_assert_int_eq(
			    r->tools[k].name.s[0], rows[i].names[k]);
		chat_request_unref(r);
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
	struct chat_request *r;
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
	r = must_parse(b.data);
	ck_assert_uint_eq(r->n_tools, 1);
	chat_request_unref(r);
	buf_free(&b);
}
END_TEST

/* usage is for streams alone. */
START_TEST(include_usage_needs_a_stream)
{
	struct chat_request *r = must_parse(
	    HEAD ",\"stream_options\":{\"include_usage\":true}}");

	ck_assert(!r->include_usage);
	chat_request_unref(r);
}
END_TEST

/* Whatever is cut off a request, it is told as broken JSON, or is whole. */
START_TEST(every_prefix_is_broken_json)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		for (size_t n = 0; n < strlen(good[i]); n++) {
			struct api_error e = API_ERROR_INIT;
			struct chat_request *r = NULL;

			ck_assert_int_eq(
			    chat_request_parse(good[i], n, &r, &e), -EINVAL);
			ck_assert_int_eq(e.kind, API_ERROR_INVALID_JSON);
			api_error_free(&e);
		}
	}
}
END_TEST

static void
nest(struct buf *b, unsigned depth)
{
	ck_assert_int_eq(buf_puts(b, HEAD ",\"x\":"), 0);
	for (unsigned i = 0; i < depth; i++)
		ck_assert_int_eq(buf_putc(b, '['), 0);
	for (unsigned i = 0; i < depth; i++)
		ck_assert_int_eq(buf_putc(b, ']'), 0);
	ck_assert_int_eq(buf_putc(b, '}'), 0);
}

START_TEST(depth_is_bounded)
{
	static const struct {
		unsigned depth;
		int rc;
	} depths[] = { { CHAT_JSON_DEPTH_MAX - 1, 0 },
		{ CHAT_JSON_DEPTH_MAX, -EINVAL }, { 2000, -EINVAL },
		{ 1000000, -EINVAL } };

	for (size_t i = 0; i < ARRAY_SIZE(depths); i++) {
		struct api_error e = API_ERROR_INIT;
		struct chat_request *r = NULL;
		struct buf b;

		buf_init(&b, 4 * 1024 * 1024);
		nest(&b, depths[i].depth);
		ck_assert_int_eq(
		    chat_request_parse(b.data, b.len, &r, &e), depths[i].rc);
		api_error_free(&e);
		chat_request_unref(r);
		buf_free(&b);
	}
}
END_TEST

START_TEST(long_stop_strings_are_refused)
{
	struct api_error e = API_ERROR_INIT;
	struct chat_request *r = NULL;
	struct buf b;

	buf_init(&b, 65536);
	ck_assert_int_eq(buf_puts(&b, HEAD ",\"stop\":\""), 0);
	for (int i = 0; i <= CHAT_STOP_LEN_MAX; i++)
		ck_assert_int_eq(buf_putc(&b, 'x'), 0);
	ck_assert_int_eq(buf_puts(&b, "\"}"), 0);
	ck_assert_int_eq(chat_request_parse(b.data, b.len, &r, &e), -EINVAL);
	ck_assert_int_eq(e.kind, API_ERROR_INVALID_VALUE);
	ck_assert_str_eq(e.param, "stop");
	api_error_free(&e);
	buf_free(&b);
}
END_TEST

UNIT_MAIN("chat_request", faults_are_named, odd_but_right_requests_pass,
    structure_is_kept, functions_are_tools_by_their_own_name,
    refusals_are_parts, an_old_call_beside_an_empty_list,
    tools_that_are_not_allowed_are_left_out,
    many_allowed_tools_take_little_time, include_usage_needs_a_stream,
    every_prefix_is_broken_json, depth_is_bounded,
    long_stop_strings_are_refused)
