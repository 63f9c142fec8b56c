#include "core/app_requests.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/parse.h"
#include "core/answer_format.h"
#include "core/app_images.h"
#include "core/app_items.h"
#include "core/app_schemas.h"
#include "core/app_tools.h"

#define NEUTRAL_SENTENCE "You are a helpful assistant."

/* The version from which base instructions are a developer message. */
static const unsigned message_since[3] = { 0, 162, 0 };

enum app_instructions
app_instructions_for(const struct settings *s, const unsigned version[3])
{
	switch (s->instructions) {
	case INSTRUCTIONS_CODEX:
		return APP_INSTRUCTIONS_CODEX;
	case INSTRUCTIONS_NONE:
		return APP_INSTRUCTIONS_NONE;
	default:
		return version_older(version, message_since)
		    ? APP_INSTRUCTIONS_BASE
		    : APP_INSTRUCTIONS_MESSAGE;
	}
}

/* {"id":N,"method":"...","params":{ */
static int
open_request(int64_t id, const char *method, struct buf *out)
{
	return buf_printf(out, "{\"id\":%lld,\"method\":\"%s\",\"params\":{",
	    (long long)id, method);
}

/* Half a request is none: `before` is what `out` held. */
static int
close_request(int rc, size_t before, struct buf *out)
{
	if (rc == 0)
		rc = buf_puts(out, "}}\n");
	if (rc != 0)
		buf_truncate(out, before);
	return rc;
}

/* "name":"value", behind a comma unless it is the first. */
static int
put_string(struct buf *out, const char *name, const char *value)
{
	char last = out->data[out->len - 1];
	int rc = buf_printf(
	    out, "%s\"%s\":", last == '{' || last == '[' ? "" : ",", name);

	return rc != 0 ? rc : jsonw_cstring(out, value);
}

int
app_initialize(int64_t id, struct buf *out)
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
	size_t before = out->len;
	int rc = open_request(id, "initialize", out);

	if (rc == 0)
		rc = buf_puts(out, params);
	return close_request(rc, before, out);
}

int
app_initialized(struct buf *out)
{
	return buf_puts(out, "{\"method\":\"initialized\"}\n");
}

int
app_account_read(int64_t id, struct buf *out)
{
	size_t before = out->len;

	return close_request(
	    open_request(id, "account/read", out), before, out);
}

int
app_rate_limits_read(int64_t id, struct buf *out)
{
	return buf_printf(out,
	    "{\"id\":%lld,\"method\":\"account/rateLimits/read\"}\n",
	    (long long)id);
}

int
app_ping(int64_t id, struct buf *out)
{
	return buf_printf(out,
	    "{\"id\":%lld,\"method\":\"thread/loaded/list\",\"params\":"
	    "{\"limit\":1}}\n",
	    (long long)id);
}

static bool
offers_tools(const struct chat_request *r)
{
	return r->n_tools > 0 && r->tool_choice != CHAT_TOOLS_NONE;
}

/* The base instructions; left out, Codex takes its own. */
static int
put_base(const struct app_thread *t, struct buf *out)
{
	if (t->instructions == APP_INSTRUCTIONS_CODEX)
		return 0;
	return put_string(out, "baseInstructions",
	    t->instructions == APP_INSTRUCTIONS_BASE ? NEUTRAL_SENTENCE : "");
}

static int
put_config(const struct chat_request *r, struct buf *out)
{
	int rc;

	if (r->verbosity == NULL)
		return 0;
	rc = buf_puts(out, ",\"config\":{");
	if (rc == 0)
		rc = put_string(out, "model_verbosity", r->verbosity);
	return rc != 0 ? rc : buf_putc(out, '}');
}

int
app_thread_params(const struct app_thread *t, struct buf *out)
{
	const struct chat_request *r = t->request;
	size_t before = out->len;
	int rc = buf_putc(out, '{');

	if (rc == 0)
		rc = put_string(out, "cwd", t->cwd);
	if (rc == 0 && t->model != NULL)
		rc = put_string(out, "model", t->model);
	if (rc == 0)
		rc = buf_printf(out,
		    ",\"approvalPolicy\":\"never\",\"sandbox\":\"read-only\","
		    "\"ephemeral\":%s,\"environments\":[]",
		    t->ephemeral ? "true" : "false");
	if (rc == 0)
		rc = put_base(t, out);
	if (rc == 0)
		rc = put_config(r, out);
	/*
	 * Raw events carry calls as the model wrote them and tell of images
	 * that are left out, and they carry all text twice: only where they
	 * are needed.
	 */
	if (rc == 0 && (offers_tools(r) || app_images_count(r) > 0))
		rc = buf_puts(out, ",\"experimentalRawEvents\":true");
	if (rc == 0)
		rc = buf_puts(out, ",\"dynamicTools\":");
	if (rc == 0)
		rc = app_tools_append(r, out);
	if (rc == 0)
		rc = buf_putc(out, '}');
	if (rc != 0)
		buf_truncate(out, before);
	return rc;
}

int
app_thread_start(int64_t id, struct text params, struct buf *out)
{
	size_t before = out->len;
	int rc = buf_printf(out,
	    "{\"id\":%lld,\"method\":\"thread/start\",\"params\":",
	    (long long)id);

	if (rc == 0)
		rc = buf_append(out, params.s, params.len);
	if (rc == 0)
		rc = buf_puts(out, "}\n");
	if (rc != 0)
		buf_truncate(out, before);
	return rc;
}

/* A developer message of our own, as one item. */
static int
put_developer(const char *text, struct buf *out)
{
	int rc = buf_puts(out,
	    "{\"type\":\"message\",\"role\":\"developer\",\"content\":"
	    "[{\"type\":\"input_text\",\"text\":");

	if (rc == 0)
		rc = jsonw_cstring(out, text);
	return rc != 0 ? rc : buf_puts(out, "}]}");
}

/* What the request asks for and Codex cannot force, said last. */
static int
put_wishes(const struct chat_request *r, struct buf *out)
{
	const char *format = answer_format_instruction(r);
	struct buf choice;
	int rc;

	buf_init(&choice, 1024);
	rc = app_tools_instruction(r, &choice);
	if (rc == 0 && choice.len > 0) {
		rc = buf_putc(out, ',');
		if (rc == 0)
			rc = put_developer(choice.data, out);
	}
	buf_free(&choice);
	if (rc != 0 || format == NULL)
		return rc;
	rc = buf_putc(out, ',');
	return rc != 0 ? rc : put_developer(format, out);
}

/* What stands before the caller's messages, each with a comma behind it. */
static int
put_preamble(enum app_instructions instructions, const struct chat_request *r,
    struct buf *out)
{
	struct buf schemas;
	int rc = 0;

	buf_init(&schemas, out->cap);
	if (instructions == APP_INSTRUCTIONS_MESSAGE) {
		rc = put_developer(NEUTRAL_SENTENCE, out);
		if (rc == 0)
			rc = buf_putc(out, ',');
	}
	if (rc == 0)
		rc = app_schemas_append(r, &schemas);
	if (rc == 0 && schemas.len > 0) {
		rc = put_developer(schemas.data, out);
		if (rc == 0)
			rc = buf_putc(out, ',');
	}
	buf_free(&schemas);
	return rc;
}

int
app_inject(int64_t id, const char *thread, enum app_instructions instructions,
    const struct chat_request *r, struct buf *out)
{
	size_t before = out->len;
	int rc = open_request(id, "thread/inject_items", out);

	if (rc == 0)
		rc = put_string(out, "threadId", thread);
	if (rc == 0)
		rc = buf_puts(out, ",\"items\":[");
	if (rc == 0)
		rc = put_preamble(instructions, r, out);
	if (rc == 0)
		rc = app_items_append(r, out);
	if (rc == 0)
		rc = put_wishes(r, out);
	if (rc == 0)
		rc = buf_putc(out, ']');
	return close_request(rc, before, out);
}

static int
put_schema(const struct chat_request *r, struct buf *out)
{
	int rc;

	if (r->format != CHAT_FORMAT_SCHEMA)
		return 0;
	rc = buf_puts(out, ",\"outputSchema\":");
	return rc != 0 ? rc : jsonw_value(out, r->schema);
}

int
app_turn_start(int64_t id, const char *thread, const char *effort,
    const struct chat_request *r, struct buf *out)
{
	size_t before = out->len;
	int rc = open_request(id, "turn/start", out);

	if (rc == 0)
		rc = put_string(out, "threadId", thread);
	/* By default the newest models say nothing of their reasoning. */
	if (rc == 0)
		rc = buf_puts(out, ",\"input\":[],\"summary\":\"auto\"");
	if (rc == 0 && effort != NULL)
		rc = put_string(out, "effort", effort);
	if (rc == 0 && r->service_tier != NULL)
		rc = put_string(out, "serviceTier", r->service_tier);
	if (rc == 0)
		rc = put_schema(r, out);
	return close_request(rc, before, out);
}

/* A request about a thread, and of a turn of it if there is one. */
static int
about_thread(int64_t id, const char *method, const char *thread,
    const char *turn, struct buf *out)
{
	size_t before = out->len;
	int rc = open_request(id, method, out);

	if (rc == 0)
		rc = put_string(out, "threadId", thread);
	if (rc == 0 && turn != NULL)
		rc = put_string(out, "turnId", turn);
	return close_request(rc, before, out);
}

int
app_turn_interrupt(
    int64_t id, const char *thread, const char *turn, struct buf *out)
{
	return about_thread(id, "turn/interrupt", thread, turn, out);
}

int
app_archive(int64_t id, const char *thread, struct buf *out)
{
	return about_thread(id, "thread/archive", thread, NULL, out);
}

int
app_unsubscribe(int64_t id, const char *thread, struct buf *out)
{
	return about_thread(id, "thread/unsubscribe", thread, NULL, out);
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
app_deny(const char *id, const char *method, struct buf *out)
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
