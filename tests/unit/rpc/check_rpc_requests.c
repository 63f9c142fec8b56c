#include "unit/unit.h"
#include "json/jsonx.h"
#include "unit/request.h"

#include "rpc/rpc_requests.h"
#include "unit/oom.h"

#define NEUTRAL "You are a helpful assistant."
#define MESSAGE(role, text) \
	"{\"type\":\"message\",\"role\":\"" role "\",\"content\":[{" \
	"\"type\":\"input_text\",\"text\":\"" text "\"}]}"
#define FUNCTION \
	"\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"," \
	"\"description\":\"d\",\"parameters\":{\"type\":\"object\"}}}]"
/* One that can be forced. */
#define ONLY \
	"\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"," \
	"\"parameters\":{\"type\":\"object\",\"properties\":{\"a\":{" \
	"\"type\":\"string\"}},\"required\":[\"a\"]}}}]," \
	"\"tool_choice\":\"required\""
#define SCHEMA \
	"\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{" \
	"\"name\":\"n\",\"schema\":{\"type\":\"object\",\"properties\":{}}}}"

static struct buf out;

static struct generation *
request(const char *members)
{
	struct error error = ERROR_INIT;
	struct generation *r;
	char body[1024];
	int rc;

	snprintf(body, sizeof(body),
	    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":"
	    "\"hi\"}]%s%s}",
	    members[0] != '\0' ? "," : "", members);
	rc = unit_read(body, strlen(body), &r, &error);
	ck_assert_msg(rc == 0, "%s: %s", body, error.message);
	return r;
}

/* One line that says the same as `wanted`, and nothing else. */
static void
expect(int rc, const char *wanted, const char *comment)
{
	json_t *got, *want = json_loads(wanted, 0, NULL);

	ck_assert_msg(want != NULL, "%s: %s", comment, wanted);
	ck_assert_msg(rc == 0, "%s: %d", comment, rc);
	ck_assert_ptr_eq(strchr(out.data, '\n'), out.data + out.len - 1);
	got = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_msg(got != NULL, "%s: no JSON: %s", comment, out.data);
	ck_assert_msg(json_equal(got, want), "%s: %s", comment, out.data);
	json_decref(got);
	json_decref(want);
	buf_free(&out);
}

#define THREAD(rest) \
	"{\"id\":1,\"method\":\"thread/start\",\"params\":{\"cwd\":\"/w\"," \
	"\"approvalPolicy\":\"never\",\"sandbox\":\"read-only\"," \
	"\"environments\":[]," rest "}}"

static const struct {
	const char *members;
	const char *model;
	bool ephemeral;
	enum rpc_instructions instructions;
	const char *wanted;
	const char *comment;
} threads[] = {
	{ "", NULL, true, RPC_INSTRUCTIONS_MESSAGE,
	    THREAD("\"ephemeral\":true,\"baseInstructions\":\"\","
		   "\"dynamicTools\":[]"),
	    "the default" },
	{ "", "gpt-6 \"x\"", false, RPC_INSTRUCTIONS_NONE,
	    THREAD("\"ephemeral\":false,\"baseInstructions\":\"\","
		   "\"dynamicTools\":[],\"model\":\"gpt-6 \\\"x\\\"\""),
	    "a model; not ephemeral" },
	{ "", NULL, true, RPC_INSTRUCTIONS_BASE,
	    THREAD("\"ephemeral\":true,\"baseInstructions\":\"" NEUTRAL "\","
		   "\"dynamicTools\":[]"),
	    "the sentence for an older Codex" },
	{ "", NULL, true, RPC_INSTRUCTIONS_CODEX,
	    THREAD("\"ephemeral\":true,\"dynamicTools\":[]"),
	    "Codex's own prompt" },
	{ "\"verbosity\":\"low\"", NULL, true, RPC_INSTRUCTIONS_NONE,
	    THREAD("\"ephemeral\":true,\"baseInstructions\":\"\","
		   "\"config\":{\"model_verbosity\":\"low\"},"
		   "\"dynamicTools\":[]"),
	    "verbosity" },
	{ "\"web_search_options\":{},\"verbosity\":\"low\"", NULL, true,
	    RPC_INSTRUCTIONS_NONE,
	    THREAD("\"ephemeral\":true,\"baseInstructions\":\"\","
		   "\"config\":{\"model_verbosity\":\"low\","
		   "\"web_search\":\"live\"},\"dynamicTools\":[]"),
	    "search, beside verbosity" },
	{ FUNCTION, NULL, true, RPC_INSTRUCTIONS_NONE,
	    THREAD("\"ephemeral\":true,\"baseInstructions\":\"\","
		   "\"experimentalRawEvents\":true,\"dynamicTools\":[{"
		   "\"type\":\"function\",\"name\":\"f\",\"description\":"
		   "\"d\",\"inputSchema\":{\"type\":\"object\"}}]"),
	    "tools, and what shows their calls" },
	{ FUNCTION ",\"tool_choice\":\"none\"", NULL, true,
	    RPC_INSTRUCTIONS_NONE,
	    THREAD("\"ephemeral\":true,\"baseInstructions\":\"\","
		   "\"dynamicTools\":[]"),
	    "tools that may not be called" },
	{ ONLY, NULL, true, RPC_INSTRUCTIONS_NONE,
	    THREAD("\"ephemeral\":true,\"baseInstructions\":\"\","
		   "\"dynamicTools\":[]"),
	    "a call that is forced is an answer: no tools" },
};

static int
start_thread(const struct rpc_thread *t, struct buf *b)
{
	struct buf params;
	int rc;

	buf_init(&params, b->cap);
	rc = rpc_thread_params(t, &params);
	if (rc == 0)
		rc = rpc_thread_start(
		    1, (struct text){ params.data, params.len }, b);
	buf_free(&params);
	return rc;
}

START_TEST(thread_starts)
{
	buf_init(&out, 65536);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		struct generation *r = request(threads[i].members);
		struct rpc_thread t = { .cwd = "/w",
			.model = threads[i].model,
			.ephemeral = threads[i].ephemeral,
			.instructions = threads[i].instructions,
			.request = r };

		expect(start_thread(&t, &out), threads[i].wanted,
		    threads[i].comment);
		generation_unref(r);
	}
}
END_TEST

START_TEST(a_search_that_is_offered_is_had_where_it_may_be)
{
	static const char config[] = "\"web_search\":\"live\"";
	struct generation *r = request("");
	struct rpc_thread t = {
		.cwd = "/w", .instructions = RPC_INSTRUCTIONS_NONE, .request = r
	};

	buf_init(&out, 65536);
	r->search_offered = true;
	ck_assert_int_eq(start_thread(&t, &out), 0);
	ck_assert_ptr_null(strstr(out.data, config));
	t.web_search = true;
	ck_assert_int_eq(start_thread(&t, &out), 0);
	ck_assert_ptr_nonnull(strstr(out.data, config));
	buf_free(&out);
	generation_unref(r);
}
END_TEST

#define INJECT(items) \
	"{\"id\":2,\"method\":\"thread/inject_items\",\"params\":{" \
	"\"threadId\":\"t\",\"items\":[" items "]}}"

static const struct {
	const char *members;
	enum rpc_instructions instructions;
	const char *wanted;
	const char *comment;
} injections[] = {
	{ "", RPC_INSTRUCTIONS_NONE, INJECT(MESSAGE("user", "hi")),
	    "the caller's words alone" },
	{ "", RPC_INSTRUCTIONS_MESSAGE,
	    INJECT(MESSAGE("developer", NEUTRAL) "," MESSAGE("user", "hi")),
	    "the sentence first" },
	{ "", RPC_INSTRUCTIONS_BASE, INJECT(MESSAGE("user", "hi")),
	    "the sentence is elsewhere" },
	{ FUNCTION ",\"tool_choice\":\"required\"", RPC_INSTRUCTIONS_NONE,
	    INJECT(MESSAGE("user", "hi") "," MESSAGE("developer",
		"Answer this time with a call of at least one of the "
		"functions, not with text.")),
	    "what Codex cannot force is said last" },
	{ "\"response_format\":{\"type\":\"json_object\"}",
	    RPC_INSTRUCTIONS_NONE,
	    INJECT(MESSAGE("user", "hi") "," MESSAGE("developer",
		"Answer with one valid JSON object and nothing else: no "
		"text around it and no code fence.")),
	    "so is a JSON object" },
	{ "\"response_format\":{\"type\":\"json_object\",\"schema\":{"
	  "\"oneOf\":[]}}",
	    RPC_INSTRUCTIONS_NONE,
	    INJECT(MESSAGE("user", "hi") "," MESSAGE("developer",
		"Answer with one valid JSON value that keeps to the JSON "
		"schema below, and with nothing else: no text around it and "
		"no code fence.\\n\\n{\\\"oneOf\\\":[]}")),
	    "and a schema that cannot be" },
	{ SCHEMA, RPC_INSTRUCTIONS_NONE, INJECT(MESSAGE("user", "hi")),
	    "a schema is the turn's" },
	{ ONLY "," SCHEMA, RPC_INSTRUCTIONS_NONE,
	    INJECT(MESSAGE("user", "hi") "," MESSAGE("developer",
		"Answer this time with the arguments of a call of the "
		"function f: one JSON object and nothing else. It will be "
		"called with them.")),
	    "what is forced is told" },
};

START_TEST(conversations_are_injected)
{
	buf_init(&out, 65536);
	for (size_t i = 0; i < ARRAY_SIZE(injections); i++) {
		struct generation *r = request(injections[i].members);

		expect(rpc_inject(
			   2, "t", injections[i].instructions, r, true, &out),
		    injections[i].wanted, injections[i].comment);
		generation_unref(r);
	}
}
END_TEST

/* It is told by raw events alone. */
START_TEST(encrypted_reasoning_is_asked_for)
{
	struct generation *r = request("");
	struct rpc_thread t = { .cwd = "/w", .request = r };
	struct buf b;

	buf_init(&b, 65536);
	for (int sealed = 0; sealed < 2; sealed++) {
		r->sealed = sealed;
		ck_assert_int_eq(start_thread(&t, &b), 0);
		ck_assert_int_eq(
		    strstr(b.data, "\"experimentalRawEvents\":true") != NULL,
		    sealed);
		buf_reset(&b);
	}
	buf_free(&b);
	generation_unref(r);
}
END_TEST

#define TURN(rest) \
	"{\"id\":3,\"method\":\"turn/start\",\"params\":{\"threadId\":\"t\"," \
	"\"input\":[],\"summary\":\"auto\"" rest "}}"

static const struct {
	const char *members;
	const char *effort;
	const char *wanted;
	const char *comment;
} turns[] = {
	{ "", NULL, TURN(""), "never an input" },
	{ "", "low", TURN(",\"effort\":\"low\""), "an effort" },
	{ "\"reasoning_effort\":\"high\"", "low", TURN(",\"effort\":\"low\""),
	    "what was made of the caller's" },
	{ "\"service_tier\":\"priority\"", NULL,
	    TURN(",\"serviceTier\":\"priority\""), "service tier" },
	{ SCHEMA, NULL,
	    TURN(",\"outputSchema\":{\"type\":\"object\",\"properties\":{},"
		 "\"additionalProperties\":false,\"required\":[]}"),
	    "a schema" },
	{ ONLY "," SCHEMA, NULL,
	    TURN(",\"outputSchema\":{\"type\":\"object\",\"properties\":{"
		 "\"a\":{\"type\":\"string\"}},\"required\":[\"a\"],"
		 "\"additionalProperties\":false}"),
	    "that of a call that is forced, before any other" },
};

START_TEST(turn_starts)
{
	buf_init(&out, 65536);
	for (size_t i = 0; i < ARRAY_SIZE(turns); i++) {
		struct generation *r = request(turns[i].members);

		expect(rpc_turn_start(3, "t", turns[i].effort, r, &out),
		    turns[i].wanted, turns[i].comment);
		generation_unref(r);
	}
}
END_TEST

START_TEST(summaries_as_asked)
{
	static const char *const words[] = { [SUMMARY_AUTO] = "auto",
		[SUMMARY_CONCISE] = "concise",
		[SUMMARY_DETAILED] = "detailed",
		[SUMMARY_NONE] = "none" };

	buf_init(&out, 65536);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct generation g = { .summary = (enum summary)i };
		char wanted[256];

		snprintf(wanted, sizeof(wanted),
		    "{\"id\":3,\"method\":\"turn/start\",\"params\":{"
		    "\"threadId\":\"t\",\"input\":[],\"summary\":\"%s\"}}",
		    words[i]);
		expect(
		    rpc_turn_start(3, "t", NULL, &g, &out), wanted, words[i]);
	}
}
END_TEST

START_TEST(small_requests)
{
	buf_init(&out, 65536);
	expect(rpc_initialized(&out), "{\"method\":\"initialized\"}", "");
	expect(rpc_account_read(4, &out),
	    "{\"id\":4,\"method\":\"account/read\",\"params\":{}}", "");
	expect(rpc_ping(5, &out),
	    "{\"id\":5,\"method\":\"thread/loaded/list\",\"params\":"
	    "{\"limit\":1}}",
	    "");
	expect(rpc_rate_limits_read(5, &out),
	    "{\"id\":5,\"method\":\"account/rateLimits/read\"}", "");
	expect(rpc_turn_interrupt(6, "t", "u", &out),
	    "{\"id\":6,\"method\":\"turn/interrupt\",\"params\":{"
	    "\"threadId\":\"t\",\"turnId\":\"u\"}}",
	    "");
	expect(rpc_archive(7, "t", &out),
	    "{\"id\":7,\"method\":\"thread/archive\",\"params\":{"
	    "\"threadId\":\"t\"}}",
	    "");
	expect(rpc_unsubscribe(8, "t\"", &out),
	    "{\"id\":8,\"method\":\"thread/unsubscribe\",\"params\":{"
	    "\"threadId\":\"t\\\"\"}}",
	    "quoted");
}
END_TEST

START_TEST(the_handshake_names_us)
{
	json_t *root, *params, *info, *capabilities;
	const char *name;
	bool experimental = false;

	buf_init(&out, 65536);
	ck_assert_int_eq(rpc_initialize(1, &out), 0);
	root = json_loads(out.data, 0, NULL);
	ck_assert_int_eq(jsonx_get_object(root, "params", &params), 0);
	ck_assert_int_eq(jsonx_get_object(params, "clientInfo", &info), 0);
	ck_assert_int_eq(jsonx_get_string(info, "version", &name), 0);
	ck_assert_str_eq(name, PACKAGE_VERSION);
	ck_assert_int_eq(
	    jsonx_get_object(params, "capabilities", &capabilities), 0);
	(void)jsonx_get_bool(capabilities, "experimentalApi", &experimental);
	ck_assert(experimental);
	json_decref(root);
	buf_free(&out);
}
END_TEST

static const struct {
	const char *method;
	const char *wanted;
} denials[] = {
	{ "item/commandExecution/requestApproval",
	    "{\"id\":\"q\",\"result\":{\"decision\":\"decline\"}}" },
	{ "item/fileChange/requestApproval",
	    "{\"id\":\"q\",\"result\":{\"decision\":\"decline\"}}" },
	{ "execCommandApproval",
	    "{\"id\":\"q\",\"result\":{\"decision\":\"denied\"}}" },
	{ "applyPatchApproval",
	    "{\"id\":\"q\",\"result\":{\"decision\":\"denied\"}}" },
	{ "mcpServer/elicitation/request",
	    "{\"id\":\"q\",\"result\":{\"action\":\"decline\","
	    "\"content\":null}}" },
	{ "item/permissions/requestApproval",
	    "{\"id\":\"q\",\"result\":{\"permissions\":{},"
	    "\"scope\":\"turn\"}}" },
	{ "item/tool/call",
	    "{\"id\":\"q\",\"result\":{\"contentItems\":[],"
	    "\"success\":false}}" },
	{ "something/new",
	    "{\"id\":\"q\",\"error\":{\"code\":-32601,\"message\":"
	    "\"codex-api-proxy does not do this\"}}" },
};

START_TEST(nothing_is_allowed)
{
	buf_init(&out, 65536);
	for (size_t i = 0; i < ARRAY_SIZE(denials); i++)
		expect(rpc_deny("\"q\"", denials[i].method, &out),
		    denials[i].wanted, denials[i].method);
}
END_TEST

static const struct {
	enum settings_instructions asked;
	unsigned version[3];
	enum rpc_instructions wanted;
	const char *comment;
} ways[] = {
	{ INSTRUCTIONS_MINIMAL, { 0, 154, 0 }, RPC_INSTRUCTIONS_BASE,
	    "before base instructions were a message" },
	{ INSTRUCTIONS_MINIMAL, { 0, 161, 9 }, RPC_INSTRUCTIONS_BASE,
	    "the last of these" },
	{ INSTRUCTIONS_MINIMAL, { 0, 162, 0 }, RPC_INSTRUCTIONS_MESSAGE,
	    "the first that doubles them" },
	{ INSTRUCTIONS_MINIMAL, { 1, 0, 0 }, RPC_INSTRUCTIONS_MESSAGE,
	    "a later one" },
	{ INSTRUCTIONS_NONE, { 0, 169, 0 }, RPC_INSTRUCTIONS_NONE, "" },
	{ INSTRUCTIONS_CODEX, { 0, 169, 0 }, RPC_INSTRUCTIONS_CODEX, "" },
};

START_TEST(instructions_by_version)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct settings s = { .instructions = (int)ways[i].asked };

		ck_assert_msg(
		    rpc_instructions_for(&s, ways[i].version) == ways[i].wanted,
		    "%s", ways[i].comment);
	}
}
END_TEST

/* Number of requests that `say` knows. */
enum {
	SAYINGS = 9
};

static int
say(int which, const struct generation *r, struct buf *b)
{
	struct rpc_thread t = { .cwd = "/w", .request = r };

	switch (which) {
	case 0:
		return rpc_initialize(1, b);
	case 1:
		return start_thread(&t, b);
	case 2:
		return rpc_inject(1, "t", RPC_INSTRUCTIONS_MESSAGE, r, true, b);
	case 3:
		return rpc_turn_start(1, "t", "low", r, b);
	case 4:
		return rpc_turn_interrupt(1, "t", "u", b);
	case 5:
		return rpc_unsubscribe(1, "t", b);
	case 6:
		return rpc_account_read(1, b);
	case 7:
		return rpc_ping(1, b);
	default:
		return rpc_deny("1", "m", b);
	}
}

static size_t before;

/* Fills it up, so that whatever comes next has to allocate. */
static void
fill(size_t cap)
{
	buf_init(&out, cap);
	do
		ck_assert_int_eq(buf_putc(&out, 'x'), 0);
	while (out.len + 1 < out.size);
	before = out.len;
}

static void
nothing_was_added(void)
{
	ck_assert_uint_eq(out.len, before);
	ck_assert_uint_eq(strlen(out.data), before);
}

/* Half a request would spoil the next one. */
START_TEST(all_of_a_request_or_nothing)
{
	struct generation *r = request(
	    FUNCTION "," SCHEMA ",\"tool_choice\":\"required\"");

	for (int which = 0; which < SAYINGS; which++) {
		size_t cap = 2;
		int rc = -EMSGSIZE;

		for (; rc != 0; cap++) {
			buf_init(&out, cap);
			ck_assert_int_eq(buf_puts(&out, "x"), 0);
			before = 1;
			rc = say(which, r, &out);
			if (rc != 0) {
				ck_assert_int_eq(rc, -EMSGSIZE);
				nothing_was_added();
			}
			buf_free(&out);
		}
		ck_assert_uint_gt(cap, 20);
		fill(65536);
		OOM_EACH(say(which, r, &out), nothing_was_added());
		buf_free(&out);
	}
	generation_unref(r);
}
END_TEST

UNIT_MAIN("rpc_requests", encrypted_reasoning_is_asked_for, thread_starts,
    a_search_that_is_offered_is_had_where_it_may_be, conversations_are_injected,
    turn_starts, summaries_as_asked, small_requests, the_handshake_names_us,
    nothing_is_allowed, instructions_by_version, all_of_a_request_or_nothing)
