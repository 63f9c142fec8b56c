#include "rpc/rpc_requests.h"

#include <string.h>

#include "json/jsonw.h"
#include "base/parse.h"
#include "conversation/format.h"
#include "rpc/rpc_images.h"
#include "rpc/rpc_items.h"
#include "rpc/rpc_schemas.h"
#include "rpc/rpc_tools.h"

#define NEUTRAL_SENTENCE "You are a helpful assistant."

/* The version from which base instructions are a developer message. */
static const unsigned message_since[3] = { 0, 162, 0 };

enum rpc_instructions
rpc_instructions_for(const struct settings *s, const unsigned version[3])
{
	switch (s->instructions) {
	case INSTRUCTIONS_CODEX:
		return RPC_INSTRUCTIONS_CODEX;
	case INSTRUCTIONS_NONE:
		return RPC_INSTRUCTIONS_NONE;
	default:
		return version_older(version, message_since)
		    ? RPC_INSTRUCTIONS_BASE
		    : RPC_INSTRUCTIONS_MESSAGE;
	}
}

/* Up to where the parameters' members stand. */
static void
begin_request(struct jsonw *w, int64_t id, const char *method, struct buf *out)
{
	jsonw_begin(w, out);
	jsonw_object(w, NULL);
	jsonw_i64(w, "id", id);
	jsonw_str(w, "method", method);
	jsonw_object(w, "params");
}

static int
end_request(struct jsonw *w)
{
	jsonw_close(w);
	jsonw_close(w);
	jsonw_puts(w, "\n");
	return jsonw_end(w);
}

static void
put_if_given(struct jsonw *w, const char *name, const char *value)
{
	if (value != NULL)
		jsonw_str(w, name, value);
}

int
rpc_initialize(int64_t id, struct buf *out)
{
	/* Not wanted: they tell what we know, once a thread or more. */
	static const char params[] =
	    "\"clientInfo\":{\"name\":\"codex_api_proxy\",\"title\":"
	    "\"codex-api-proxy\",\"version\":\"" PACKAGE_VERSION "\"},"
	    "\"capabilities\":{\"experimentalApi\":true,"
	    "\"requestAttestation\":false,\"optOutNotificationMethods\":["
	    "\"thread/started\",\"thread/status/changed\","
	    "\"thread/settings/updated\",\"thread/closed\","
	    "\"remoteControl/status/changed\"]}";
	struct jsonw w;

	begin_request(&w, id, "initialize", out);
	jsonw_puts(&w, params);
	return end_request(&w);
}

int
rpc_initialized(struct buf *out)
{
	return buf_puts(out, "{\"method\":\"initialized\"}\n");
}

int
rpc_account_read(int64_t id, struct buf *out)
{
	struct jsonw w;

	begin_request(&w, id, "account/read", out);
	return end_request(&w);
}

int
rpc_rate_limits_read(int64_t id, struct buf *out)
{
	return buf_printf(out,
	    "{\"id\":%lld,\"method\":\"account/rateLimits/read\"}\n",
	    (long long)id);
}

int
rpc_ping(int64_t id, struct buf *out)
{
	struct jsonw w;

	begin_request(&w, id, "thread/loaded/list", out);
	jsonw_u64(&w, "limit", 1);
	return end_request(&w);
}

/* The base instructions; left out, Codex takes its own. */
static void
put_base(struct jsonw *w, enum rpc_instructions instructions)
{
	if (instructions == RPC_INSTRUCTIONS_CODEX)
		return;
	jsonw_str(w, "baseInstructions",
	    instructions == RPC_INSTRUCTIONS_BASE ? NEUTRAL_SENTENCE : "");
}

static void
put_config(struct jsonw *w, const struct rpc_thread *t)
{
	const struct generation *r = t->request;
	bool search = r->search || (r->search_offered && t->web_search);

	if (r->verbosity == NULL && !search)
		return;
	jsonw_object(w, "config");
	if (r->verbosity != NULL)
		jsonw_str(w, "model_verbosity", r->verbosity);
	if (search)
		jsonw_str(w, "web_search", "live");
	jsonw_close(w);
}

int
rpc_thread_params(const struct rpc_thread *t, struct buf *out)
{
	const struct generation *r = t->request;
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "cwd", t->cwd);
	put_if_given(&w, "model", t->model);
	jsonw_str(&w, "approvalPolicy", "never");
	jsonw_str(&w, "sandbox", "read-only");
	jsonw_bool(&w, "ephemeral", t->ephemeral);
	jsonw_raw(&w, "environments", "[]", 2);
	put_base(&w, t->instructions);
	put_config(&w, t);
	/*
	 * Raw events carry calls as the model wrote them and reasoning that is
	 * encrypted, and tell of images that are left out, and they carry all
	 * text twice: only where they are needed.
	 */
	if (rpc_tools_offered(r) || r->sealed || rpc_images_count(r) > 0)
		jsonw_bool(&w, "experimentalRawEvents", true);
	jsonw_key(&w, "dynamicTools");
	jsonw_fail(&w, rpc_tools_append(r, out));
	jsonw_close(&w);
	return jsonw_end(&w);
}

int
rpc_thread_start(int64_t id, struct text params, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_object(&w, NULL);
	jsonw_i64(&w, "id", id);
	jsonw_str(&w, "method", "thread/start");
	jsonw_raw(&w, "params", params.s, params.len);
	jsonw_close(&w);
	jsonw_puts(&w, "\n");
	return jsonw_end(&w);
}

/* A developer message of our own, as one item. */
static void
put_developer(struct jsonw *w, const char *text)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "type", "message");
	jsonw_str(w, "role", "developer");
	jsonw_array(w, "content");
	jsonw_object(w, NULL);
	jsonw_str(w, "type", "input_text");
	jsonw_str(w, "text", text);
	jsonw_close(w);
	jsonw_close(w);
	jsonw_close(w);
}

/* One whose text `append` knows; none when there is nothing to say. */
static void
put_told(struct jsonw *w,
    int (*append)(const struct generation *r, struct buf *out),
    const struct generation *r, size_t cap)
{
	struct buf text;

	buf_init(&text, cap);
	jsonw_fail(w, append(r, &text));
	if (text.len > 0)
		put_developer(w, text.data);
	buf_free(&text);
}

/* What is too long for its place among the tools. */
static void
put_tools(struct jsonw *w, const struct generation *r, size_t cap)
{
	put_told(w, rpc_tools_long_spaces, r, cap);
	put_told(w, rpc_schemas_append, r, cap);
}

/* What the request asks for and Codex cannot force, said last. */
static void
put_wishes(struct jsonw *w, const struct generation *r, size_t cap)
{
	put_told(w, rpc_tools_instruction, r, cap);
	put_told(w, answer_format_instruction, r, cap);
}

int
rpc_inject(int64_t id, const char *thread, enum rpc_instructions instructions,
    const struct generation *r, bool reasoning, struct buf *out)
{
	struct jsonw w;

	begin_request(&w, id, "thread/inject_items", out);
	jsonw_str(&w, "threadId", thread);
	jsonw_array(&w, "items");
	if (instructions == RPC_INSTRUCTIONS_MESSAGE)
		put_developer(&w, NEUTRAL_SENTENCE);
	if (rpc_tools_offered(r))
		put_tools(&w, r, out->cap);
	rpc_items_put(&w, r, reasoning);
	put_wishes(&w, r, out->cap);
	jsonw_close(&w);
	return end_request(&w);
}

int
rpc_inject_news(int64_t id, const char *thread, const struct generation *r,
    size_t from, struct buf *out)
{
	struct jsonw w;

	begin_request(&w, id, "thread/inject_items", out);
	jsonw_str(&w, "threadId", thread);
	jsonw_array(&w, "items");
	rpc_items_put_from(&w, r, from);
	jsonw_close(&w);
	return end_request(&w);
}

static int
start_turn(int64_t id, const char *thread, const char *effort,
    const struct generation *r, bool anew, struct buf *out)
{
	static const char *const summaries[] = { [SUMMARY_AUTO] = "auto",
		[SUMMARY_CONCISE] = "concise",
		[SUMMARY_DETAILED] = "detailed",
		[SUMMARY_NONE] = "none" };
	struct jsonw w;

	begin_request(&w, id, "turn/start", out);
	jsonw_str(&w, "threadId", thread);
	jsonw_raw(&w, "input", "[]", 2);
	/* By default the newest models say nothing of their reasoning. */
	jsonw_str(&w, "summary", summaries[r->summary]);
	put_if_given(&w, "effort", effort);
	put_if_given(&w, "serviceTier", r->tier);
	if (r->tier == NULL && anew)
		jsonw_null(&w, "serviceTier");
	if (r->format == FORMAT_SCHEMA || r->forced != NULL)
		jsonw_tree(&w, "outputSchema", r->schema);
	return end_request(&w);
}

int
rpc_turn_start(int64_t id, const char *thread, const char *effort,
    const struct generation *r, struct buf *out)
{
	return start_turn(id, thread, effort, r, false, out);
}

int
rpc_turn_go_on(int64_t id, const char *thread, const char *effort,
    const struct generation *r, struct buf *out)
{
	return start_turn(id, thread, effort, r, true, out);
}

/* A request about a thread, and of a turn of it if there is one. */
static int
about_thread(int64_t id, const char *method, const char *thread,
    const char *turn, struct buf *out)
{
	struct jsonw w;

	begin_request(&w, id, method, out);
	jsonw_str(&w, "threadId", thread);
	put_if_given(&w, "turnId", turn);
	return end_request(&w);
}

int
rpc_turn_interrupt(
    int64_t id, const char *thread, const char *turn, struct buf *out)
{
	return about_thread(id, "turn/interrupt", thread, turn, out);
}

int
rpc_archive(int64_t id, const char *thread, struct buf *out)
{
	return about_thread(id, "thread/archive", thread, NULL, out);
}

int
rpc_unsubscribe(int64_t id, const char *thread, struct buf *out)
{
	return about_thread(id, "thread/unsubscribe", thread, NULL, out);
}

static void
put_input_text(struct jsonw *w, struct text text)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "type", "inputText");
	jsonw_text(w, "text", text.s, text.len);
	jsonw_close(w);
}

/* No content at all would be an empty array to the model. */
static void
put_result(struct jsonw *w, const struct item *result)
{
	if (item_is_empty(result)) {
		put_input_text(w, text_of(result->failed ? "error" : ""));
		return;
	}
	for (size_t i = 0; i < result->n_parts; i++)
		put_input_text(w, result->parts[i].text);
}

int
rpc_call_result(const char *id, const struct item *result, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_object(&w, NULL);
	jsonw_raw(&w, "id", id, strlen(id));
	jsonw_object(&w, "result");
	jsonw_array(&w, "contentItems");
	put_result(&w, result);
	jsonw_close(&w);
	jsonw_bool(&w, "success", true);
	jsonw_close(&w);
	jsonw_close(&w);
	jsonw_puts(&w, "\n");
	return jsonw_end(&w);
}

/* The word for "no" of each kind of approval. */
static const struct {
	const char *method;
	const char *result;
} denials[] = {
	{ "item/commandExecution/requestApproval",
	    "{\"decision\":\"decline\"}" },
	{ "item/fileChange/requestApproval", "{\"decision\":\"decline\"}" },
	{ "execCommandApproval", "{\"decision\":\"denied\"}" },
	{ "applyPatchApproval", "{\"decision\":\"denied\"}" },
	{ "mcpServer/elicitation/request",
	    "{\"action\":\"decline\",\"content\":null}" },
	{ "item/permissions/requestApproval",
	    "{\"permissions\":{},\"scope\":\"turn\"}" },
	{ "item/tool/call", "{\"contentItems\":[],\"success\":false}" },
};

int
rpc_deny(const char *id, const char *method, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(denials); i++) {
		if (strcmp(method, denials[i].method) == 0)
			return buf_printf(out, "{\"id\":%s,\"result\":%s}\n",
			    id, denials[i].result);
	}
	return buf_printf(out,
	    "{\"id\":%s,\"error\":{\"code\":-32601,\"message\":"
	    "\"codex-api-proxy does not do this\"}}\n",
	    id);
}
