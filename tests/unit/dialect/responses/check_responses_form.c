/*
 * What a Responses request says of tools and of the answer, what is repeated
 * of it and what is listed.
 */
#include <errno.h>

#include "base/limits.h"
#include "dialect/responses/responses_read.h"
#include "unit/oom.h"
#include "unit/unit.h"

#define HEAD "{\"input\":\"x\","
#define FUNCTION "{\"type\":\"function\",\"name\":\"f\"}"

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

/* ---- tools ---- */

/* "[-]SPACE/NAME[*] " of each, - for one that is not offered. */
static void
expect_tools(const struct generation *g, const char *tools, const char *body)
{
	struct buf out;

	buf_init(&out, 1000);
	for (size_t i = 0; i < g->n_tools; i++) {
		const struct tool *t = &g->tools[i];

		ck_assert_int_eq(
		    buf_printf(&out, "%s%.*s/%s%s ", t->offered ? "" : "-",
			(int)t->space.len, t->space.s != NULL ? t->space.s : "",
			t->name.s, t->custom ? "*" : ""),
		    0);
	}
	ck_assert_msg(strcmp(out.len > 0 ? out.data : "", tools) == 0, "%s: %s",
	    body, out.data);
	buf_free(&out);
}

#define SEARCH "{\"type\":\"web_search\"}"
#define CUSTOM "{\"type\":\"custom\",\"name\":\"p\"}"
#define TOOLS(tools) HEAD "\"tools\":[" tools "]}"
#define CHOICE(tools, choice) \
	HEAD "\"tools\":[" tools "],\"tool_choice\":" choice "}"
#define ALLOWED(tools) \
	"{\"type\":\"allowed_tools\",\"mode\":\"auto\",\"tools\":[" tools "]}"
#define MORE(tools) \
	"{\"input\":[{\"type\":\"additional_tools\",\"role\":\"developer\"," \
	"\"tools\":[" tools "]},{\"role\":\"user\",\"content\":\"x\"}]"

static const struct {
	const char *body, *tools;
	const char *left_out; /* NULL: none */
	bool search, offered;
	enum tool_choice choice;
} tools[] = {
	{ HEAD "\"tools\":[]}", "", NULL, false, false, CHOICE_UNSET },
	{ HEAD "\"tools\":null,\"tool_choice\":null}", "", NULL, false, false,
	    CHOICE_UNSET },
	{ TOOLS(FUNCTION "," CUSTOM), "/f /p* ", NULL, false, false,
	    CHOICE_UNSET },
	{ TOOLS("{\"type\":\"namespace\",\"name\":\"n\",\"tools\":[" FUNCTION
		"," CUSTOM "]}," FUNCTION),
	    "n/f n/p* /f ", NULL, false, false, CHOICE_UNSET },
	/* those that OpenAI runs */
	{ TOOLS(FUNCTION "," SEARCH ",{\"type\":\"image_generation\"}"), "/f ",
	    "image_generation", false, true, CHOICE_UNSET },
	{ TOOLS("{\"type\":\"image_generation\"}," FUNCTION ",{\"type\":"
		"\"tool_search\",\"execution\":\"client\"},{\"type\":"
		"\"image_generation\"}"),
	    "/f ", "image_generation, tool_search", false, false,
	    CHOICE_UNSET },
	{ TOOLS(SEARCH), "", NULL, true, false, CHOICE_UNSET },
	{ TOOLS("{\"type\":\"web_search_preview_2025_03_11\"}"), "", NULL, true,
	    false, CHOICE_UNSET },
	{ TOOLS("{\"type\":\"web_search_2025_08_26\"},{\"type\":"
		"\"image_generation\"}"),
	    "", "image_generation", true, false, CHOICE_UNSET },
	/* which to call */
	{ CHOICE(FUNCTION "," SEARCH, "\"none\""), "/f ", NULL, false, false,
	    CHOICE_NONE },
	{ CHOICE(FUNCTION "," SEARCH, "\"auto\""), "/f ", NULL, false, true,
	    CHOICE_AUTO },
	{ CHOICE(FUNCTION, "\"required\""), "/f ", NULL, false, false,
	    CHOICE_REQUIRED },
	{ CHOICE(FUNCTION "," SEARCH, "{\"type\":\"function\",\"name\":\"f\"}"),
	    "/f ", NULL, false, false, CHOICE_NAMED },
	{ CHOICE(CUSTOM, "{\"type\":\"custom\",\"name\":\"p\"}"), "/p* ", NULL,
	    false, false, CHOICE_NAMED },
	{ CHOICE(FUNCTION "," CUSTOM "," SEARCH, ALLOWED(CUSTOM)), "-/f /p* ",
	    NULL, false, false, CHOICE_AUTO },
	{ CHOICE(FUNCTION "," CUSTOM "," SEARCH, ALLOWED(FUNCTION "," SEARCH)),
	    "/f -/p* ", NULL, false, true, CHOICE_AUTO },
	/* tools among the items; one that is told again is the newer */
	{ MORE(FUNCTION "," SEARCH ",{\"type\":\"namespace\",\"name\":\"n\","
			"\"tools\":[" CUSTOM "]}," FUNCTION) "}",
	    "/f n/p* ", NULL, false, true, CHOICE_UNSET },
	{ MORE(FUNCTION) ",\"tools\":[" CUSTOM "],\"tool_choice\":{\"type\":"
			 "\"function\",\"name\":\"f\"}}",
	    "/f /p* ", NULL, false, false, CHOICE_NAMED },
};

START_TEST(tools_are_read)
{
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++) {
		const char *body = tools[i].body;
		struct generation *g = must_read(body);
		const char *left_out = form.form.left_out;

		expect_tools(g, tools[i].tools, body);
		ck_assert_msg(tools[i].left_out == NULL ? left_out == NULL
							: left_out != NULL &&
			    strcmp(left_out, tools[i].left_out) == 0,
		    "%s: %s", body, left_out);
		ck_assert_msg(g->search == tools[i].search, "%s", body);
		ck_assert_msg(
		    g->search_offered == tools[i].offered, "%s", body);
		ck_assert_msg(g->choice == tools[i].choice, "%s", body);
		drop(g);
	}
}
END_TEST

START_TEST(tools_are_kept_whole)
{
	struct generation *g = must_read(TOOLS(
	    "{\"type\":\"namespace\",\"name\":\"n\",\"description\":\"all\","
	    "\"tools\":[{\"type\":\"function\",\"name\":\"f\",\"strict\":true,"
	    "\"description\":\"one\",\"parameters\":{\"type\":\"object\"}},"
	    "{\"type\":\"custom\",\"name\":\"p\",\"format\":{\"type\":"
	    "\"grammar\",\"syntax\":\"lark\",\"definition\":\"start: /a/\"}}"
	    "]}"));

	ck_assert(text_is(g->tools[0].about_space, "all"));
	ck_assert(text_is(g->tools[0].description, "one"));
	ck_assert(text_is(g->tools[0].parameters, "{\"type\":\"object\"}"));
	ck_assert(text_is(g->tools[1].about_space, "all"));
	ck_assert(text_is(g->tools[1].grammar,
	    "{\"type\":\"grammar\",\"syntax\":\"lark\",\"definition\":"
	    "\"start: /a/\"}"));
	drop(g);
}
END_TEST

START_TEST(one_function_is_forced)
{
	struct generation *g = must_read(CHOICE(
	    "{\"type\":\"function\",\"name\":\"f\",\"parameters\":{\"type\":"
	    "\"object\",\"properties\":{}}}," CUSTOM,
	    "{\"type\":\"function\",\"name\":\"f\"}"));

	ck_assert_ptr_eq(g->forced, &g->tools[0]);
	drop(g);
}
END_TEST

/* ---- the other fields ---- */

START_TEST(fields_are_read)
{
	struct generation *g = must_read(HEAD
	    "\"model\":\"m\",\"stream\":true,\"store\":false,"
	    "\"stream_options\":{\"include_obfuscation\":true},"
	    "\"reasoning\":{\"effort\":\"high\",\"summary\":\"detailed\"},"
	    "\"text\":{\"verbosity\":\"low\",\"format\":{\"type\":"
	    "\"json_schema\",\"name\":\"n\",\"schema\":{\"type\":\"object\","
	    "\"properties\":{}},\"strict\":true}},\"service_tier\":\"flex\","
	    "\"include\":[\"web_search_call.action.sources\","
	    "\"reasoning.encrypted_content\"],\"parallel_tool_calls\":false,"
	    "\"metadata\":{\"cwd\":\"/w\",\"a\":\"b\"}}");

	ck_assert_str_eq(g->model, "m");
	ck_assert(form.form.stream);
	ck_assert(g->live);
	ck_assert(!form.form.keep);
	ck_assert_str_eq(g->effort, "high");
	ck_assert_int_eq(g->summary, SUMMARY_DETAILED);
	ck_assert_str_eq(g->verbosity, "low");
	ck_assert_int_eq(g->format, FORMAT_SCHEMA);
	ck_assert_str_eq(g->tier, "flex");
	ck_assert(g->sealed);
	ck_assert_int_eq(g->parallel, PARALLEL_NO);
	ck_assert_str_eq(g->cwd, "/w");
	drop(g);
}
END_TEST

START_TEST(what_is_not_said_is_as_the_api_has_it)
{
	struct generation *g = must_read(HEAD
	    "\"model\":null,\"stream\":null,\"store\":null,\"text\":null,"
	    "\"reasoning\":null,\"include\":null,\"metadata\":null,"
	    "\"background\":null,\"prompt\":null,\"moderation\":null,"
	    "\"top_logprobs\":null,\"truncation\":null,\"temperature\":null,"
	    "\"conversation\":null,\"previous_response_id\":null,"
	    "\"tool_choice\":null,\"stream_options\":null,\"user\":null}");

	ck_assert_str_eq(g->model, "codex-local");
	ck_assert(!form.form.stream);
	ck_assert(form.form.keep);
	ck_assert_int_eq(g->summary, SUMMARY_NONE);
	ck_assert_int_eq(g->format, FORMAT_TEXT);
	ck_assert_int_eq(g->parallel, PARALLEL_UNSET);
	ck_assert(!g->sealed);
	ck_assert_ptr_null(g->effort);
	ck_assert_ptr_null(g->cwd);
	drop(g);
}
END_TEST

/* What real clients send, and what the API will have some day. */
START_TEST(what_is_unknown_is_accepted)
{
	drop(must_read(HEAD
	    "\"client_metadata\":{\"x\":1},\"context_management\":[{\"type\":"
	    "\"compaction\"}],\"prompt_cache_options\":{},"
	    "\"prompt_cache_retention\":\"24h\",\"max_output_tokens\":16000,"
	    "\"max_tool_calls\":3,\"truncation\":\"auto\",\"top_p\":0.5,"
	    "\"include\":[],\"tools\":[],\"nonsense\":[[{}]],"
	    "\"background\":false,\"top_logprobs\":0,\"reasoning\":{"
	    "\"context\":\"auto\",\"mode\":\"x\"},\"text\":{}}"));
}
END_TEST

/* ---- what is repeated ---- */

#define ECHO_HEAD \
	"\"background\":false,\"frequency_penalty\":0,\"instructions\":null," \
	"\"max_output_tokens\":null,\"max_tool_calls\":null,\"metadata\":{}," \
	"\"parallel_tool_calls\":true,\"presence_penalty\":0," \
	"\"previous_response_id\":null,\"prompt_cache_key\":null," \
	"\"safety_identifier\":null,\"store\":true,\"temperature\":1," \
	"\"tool_choice\":\"auto\",\"top_logprobs\":0,\"top_p\":1," \
	"\"truncation\":\"disabled\","
#define ECHO_TEXT \
	"\"text\":{\"format\":{\"type\":\"text\"},\"verbosity\":\"medium\"}"
#define ECHO_NO_REASONING "\"reasoning\":{\"effort\":null,\"summary\":null},"
#define ECHO_TIER "\"service_tier\":\"default\","

static const struct {
	const char *body, *echo;
} echoes[] = {
	{ "{\"input\":\"x\"}",
	    ECHO_HEAD ECHO_NO_REASONING ECHO_TIER ECHO_TEXT ",\"tools\":[]" },
	{ HEAD "\"service_tier\":\"auto\",\"user\":null,\"tools\":null,"
	       "\"temperature\":null}",
	    ECHO_HEAD ECHO_NO_REASONING ECHO_TIER ECHO_TEXT ",\"tools\":[]" },
	{ HEAD "\"conversation\":\"conv_1\",\"service_tier\":\"flex\","
	       "\"user\":\"u\"}",
	    ECHO_HEAD "\"conversation\":{\"id\":\"conv_1\"}," ECHO_NO_REASONING
		      "\"service_tier\":\"flex\"," ECHO_TEXT
		      ",\"tools\":[],\"user\":\"u\"" },
	{ HEAD "\"reasoning\":{\"effort\":\"low\",\"summary\":\"auto\"},"
	       "\"text\":{\"format\":{\"type\":\"json_object\"},"
	       "\"verbosity\":\"low\"},\"tools\":["
	       "{\"type\":\"function\",\"name\":\"f\"},"
	       "{\"function\":{\"name\":\"g\",\"description\":\"d\","
	       "\"parameters\":{},\"strict\":false}},"
	       "{\"type\":\"custom\",\"name\":\"p\"},"
	       "{\"type\":\"web_search\"}]}",
	    ECHO_HEAD
	    "\"reasoning\":{\"effort\":\"low\",\"summary\":\"auto\"}," ECHO_TIER
	    "\"text\":{\"format\":{\"type\":\"json_object\"},\"verbosity\":"
	    "\"low\"},\"tools\":[{\"type\":\"function\",\"name\":\"f\","
	    "\"description\":null,\"parameters\":null,\"strict\":true},"
	    "{\"type\":\"function\",\"name\":\"g\",\"description\":\"d\","
	    "\"parameters\":{},\"strict\":false},{\"type\":\"custom\","
	    "\"name\":\"p\",\"format\":{\"type\":\"text\"}},"
	    "{\"type\":\"web_search\"}]" },
	{ HEAD "\"frequency_penalty\":0.5,\"instructions\":\"i\\n\","
	       "\"max_output_tokens\":9,\"max_tool_calls\":2,\"metadata\":{"
	       "\"a\":\"b\"},\"parallel_tool_calls\":false,"
	       "\"presence_penalty\":-1,\"previous_response_id\":\"r\","
	       "\"prompt_cache_key\":\"k\",\"safety_identifier\":\"s\","
	       "\"store\":false,\"temperature\":0.7,\"tool_choice\":\"none\","
	       "\"top_p\":0,\"truncation\":\"auto\"}",
	    "\"background\":false,\"frequency_penalty\":0.5,\"instructions\":"
	    "\"i\\n\",\"max_output_tokens\":9,\"max_tool_calls\":2,"
	    "\"metadata\":{\"a\":\"b\"},\"parallel_tool_calls\":false,"
	    "\"presence_penalty\":-1,\"previous_response_id\":\"r\","
	    "\"prompt_cache_key\":\"k\",\"safety_identifier\":\"s\","
	    "\"store\":false,\"temperature\":0.7,\"tool_choice\":\"none\","
	    "\"top_logprobs\":0,\"top_p\":0,\"truncation\":\"auto\"," //
	    ECHO_NO_REASONING ECHO_TIER ECHO_TEXT ",\"tools\":[]" },
};

START_TEST(the_request_is_repeated)
{
	for (size_t i = 0; i < ARRAY_SIZE(echoes); i++) {
		struct generation *g = must_read(echoes[i].body);

		ck_assert_str_eq(form.echo.data, echoes[i].echo);
		drop(g);
	}
}
END_TEST

/* ---- what is listed ---- */

#define ITEM(item, listed) \
	{ \
		"{\"input\":[" item "]}", listed \
	}
#define MESSAGE(role, part) \
	"{\"type\":\"message\",\"role\":\"" role "\",\"content\":[" part \
	"],\"status\":\"completed\"}"
#define IN_TEXT "{\"type\":\"input_text\",\"text\":\"a\"}"
#define OUT_TEXT \
	"{\"type\":\"output_text\",\"text\":\"a\",\"annotations\":[]," \
	"\"logprobs\":[]}"

static const struct {
	const char *body, *listed;
} lists[] = {
	{ "{\"input\":\"a\"}", MESSAGE("user", IN_TEXT) },
	ITEM("{\"id\":\"msg_1\",\"role\":\"user\",\"content\":\"a\"}",
	    MESSAGE("user", IN_TEXT)),
	ITEM("{\"role\":\"assistant\",\"content\":\"a\",\"type\":\"message\"}",
	    MESSAGE("assistant", OUT_TEXT)),
	ITEM("{\"role\":\"assistant\",\"content\":[{\"type\":\"text\","
	     "\"text\":\"a\"}],\"status\":null}",
	    MESSAGE("assistant", OUT_TEXT)),
	ITEM("{\"role\":\"assistant\",\"content\":[" OUT_TEXT
	     "],\"status\":\"incomplete\",\"phase\":\"commentary\"}",
	    "{\"type\":\"message\",\"role\":\"assistant\",\"content\":"
	    "[" OUT_TEXT
	    "],\"status\":\"incomplete\",\"phase\":\"commentary\"}"),
	ITEM("{\"role\":\"user\",\"content\":[{\"type\":\"input_image\","
	     "\"image_url\":\"" UNIT_PNG_URL "\"}]}",
	    MESSAGE("user",
		"{\"type\":\"input_image\",\"image_url\":\"" UNIT_PNG_URL
		"\",\"detail\":\"auto\"}")),
	ITEM("{\"type\":\"function_call\",\"id\":\"fc_1\",\"call_id\":\"c\","
	     "\"name\":\"f\",\"arguments\":\"\"}",
	    "{\"type\":\"function_call\",\"call_id\":\"c\",\"name\":\"f\","
	    "\"arguments\":\"\",\"status\":\"completed\"}"),
	ITEM("{\"output\":null,\"call_id\":\"c\",\"type\":"
	     "\"function_call_output\"}",
	    "{\"type\":\"function_call_output\",\"output\":\"\",\"call_id\":"
	    "\"c\",\"status\":\"completed\"}"),
	ITEM("{\"type\":\"reasoning\",\"id\":\"rs_1\"}",
	    "{\"type\":\"reasoning\",\"summary\":[]}"),
	ITEM("{\"type\":\"compaction\",\"id\":\"cmp_1\","
	     "\"encrypted_content\":\"s\"}",
	    "{\"type\":\"compaction\",\"encrypted_content\":\"s\"}"),
	{ "{\"input\":[{\"id\":\"rs_1\"},{\"role\":\"user\",\"content\":"
	  "\"a\"}],\"instructions\":\"i\",\"previous_response_id\":\"r\"}",
	    MESSAGE("user", IN_TEXT) },
};

START_TEST(items_are_listed)
{
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		struct generation *g = must_read(lists[i].body);

		ck_assert_uint_eq(form.n_input, 1);
		ck_assert_uint_eq(form.input_ends[0], form.input.len);
		ck_assert_str_eq(form.input.data, lists[i].listed);
		drop(g);
	}
}
END_TEST

START_TEST(items_are_told_apart)
{
	struct generation *g = must_read(
	    "{\"input\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":"
	    "\"assistant\",\"content\":\"a\"}]}");
	static const char first[] = MESSAGE("user", IN_TEXT);

	ck_assert_uint_eq(form.n_input, 2);
	ck_assert_uint_eq(form.input_ends[0], strlen(first));
	ck_assert_str_eq(form.input.data + form.input_ends[0],
	    MESSAGE("assistant", OUT_TEXT));
	drop(g);
}
END_TEST

/* ---- memory ---- */

static const char all[] =
    "{\"model\":\"m\",\"instructions\":\"i\",\"conversation\":\"c\","
    "\"input\":[{\"role\":\"user\",\"content\":[" IN_TEXT
    ",{\"type\":\"input_file\",\"file_data\":\"data:text/plain;base64,aGk=\"}"
    "]},{\"type\":\"custom_tool_call\",\"call_id\":\"c\",\"name\":\"p\","
    "\"input\":\"\"},{\"type\":\"compaction\",\"encrypted_content\":\"s\"},"
    "{\"type\":\"additional_tools\",\"tools\":[{\"type\":\"namespace\","
    "\"name\":\"n\",\"description\":\"d\",\"tools\":[" CUSTOM "]}]}],"
    "\"tools\":[" FUNCTION ",{\"type\":\"image_generation\"}],"
    "\"text\":{\"format\":{\"type\":\"json_schema\",\"schema\":{\"type\":"
    "\"object\",\"properties\":{}}}},\"tool_choice\":\"required\"}";

static int
read_once(void)
{
	struct responses_form f;
	struct error e = ERROR_INIT;
	struct generation *g;
	int rc = responses_read(all, strlen(all), &g, &f, &e);

	if (rc == 0) {
		generation_unref(g);
		responses_form_clear(&f);
	}
	error_free(&e);
	return rc;
}

START_TEST(out_of_memory_is_told)
{
	OOM_EACH(read_once(), (void)0);
}
END_TEST

/* As many of these as a body of that length has. */
static void
read_many(const char *item, size_t most)
{
	struct buf body;
	struct generation *g;

	buf_init(&body, 2 * LIMIT_MIB);
	ck_assert_int_eq(buf_puts(&body, "{\"input\":["), 0);
	while (body.len < LIMIT_MIB)
		ck_assert_int_eq(buf_puts(&body, item), 0);
	buf_truncate(&body, body.len - 1);
	ck_assert_int_eq(buf_puts(&body, "]}"), 0);
	g = must_read(body.data);
	ck_assert_uint_lt(form.input.size, 8 * body.len);
	ck_assert_uint_lt(arena_held(&g->arena), most * body.len);
	drop(g);
	buf_free(&body);
}

/* Many small items cost what a body of their length may, and are taken. */
START_TEST(what_is_kept_is_bounded_by_the_body)
{
	read_many("{\"role\":\"user\",\"content\":\"\"},", 10);
	read_many("{\"id\":\"a\"},", 15);
}
END_TEST

UNIT_MAIN("responses_form", tools_are_read, tools_are_kept_whole,
    one_function_is_forced, fields_are_read,
    what_is_not_said_is_as_the_api_has_it, what_is_unknown_is_accepted,
    the_request_is_repeated, items_are_listed, items_are_told_apart,
    out_of_memory_is_told, what_is_kept_is_bounded_by_the_body)
