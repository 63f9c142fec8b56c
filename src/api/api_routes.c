#include "api/api_routes.h"

#include "api/api_count.h"
#include "api/api_generate.h"
#include "api/api_health.h"
#include "api/api_metrics.h"
#include "api/api_models.h"
#include "api/api_server.h"
#include "api/page/api_journal.h"
#include "api/page/api_page.h"
#include "api/store/api_answers.h"
#include "api/store/api_conversations.h"
#include "api/store/api_given.h"
#include "dialect/chat/chat_dialect.h"
#include "dialect/completions/completions_dialect.h"
#include "dialect/messages/messages_dialect.h"
#include "dialect/messages/messages_error.h"
#include "dialect/openai_error.h"
#include "dialect/responses/responses_dialect.h"

#define OPENAI .envelope = openai_error_json

#define ANTHROPIC \
	.envelope = messages_error_json, .status = messages_error_status, \
	.id_header = "request-id"

/* What all that ask for an answer have in common. */
#define ASKS_BY(name, begins) \
	.dialect = &name##_dialect, .counted = #name, .needs_key = true, \
	.reads_body = true, .begin = begins, .resume = api_generate_resume, \
	.end = api_generate_end
#define ASKS(name) ASKS_BY(name, api_generate_begin)

/* What looks at what is kept. */
#define KEPT .needs_key = true, .resume = api_ask_resume, .end = api_ask_over

/* The same with a body, of a POST. */
#define GIVEN \
	.dialect = &responses_given_dialect, .needs_key = true, \
	.reads_body = true, .resume = api_given_resume, .end = api_given_over

/* A GET is Codex's, which tries a WebSocket first. */
static void
post_or_upgrade(struct http_request *r)
{
	if (r->method == HTTP_POST)
		api_generate_begin(r);
	else
		api_answers_upgrade(r);
}

/* The same, of what only asks how many tokens that would take. */
#define COUNTS(name) \
	.dialect = &name##_dialect, .needs_key = true, .reads_body = true, \
	.begin = api_count_begin, .resume = api_count_resume, \
	.end = api_count_end

/* clang-format off */
static const struct http_route table[] = {
	{ "/",           HTTP_GET, OPENAI, .for_browsers = true,
	    .begin = api_page_front },
	{ "/page/",      HTTP_GET, OPENAI, .begin = api_page_file },
	{ "/health",     HTTP_GET, OPENAI, .begin = api_health_get },
	{ "/ready",      HTTP_GET, OPENAI, .begin = api_ready_get },
	{ "/metrics",    HTTP_GET, OPENAI, .begin = api_metrics_get },
	{ "/journal",    HTTP_GET, OPENAI, .needs_key = true,
	    .begin = api_journal_get },
	{ "/journal/events", HTTP_GET, OPENAI, .needs_key = true,
	    .begin = api_journal_watch, .end = api_journal_over },
	{ "/api/hello",  HTTP_GET, OPENAI, .begin = api_hello_get },
	{ "/private/server", HTTP_GET, OPENAI, .private = true,
	    .begin = api_server_get },
	{ "/private/models", HTTP_GET, OPENAI, .private = true,
	    .begin = api_server_models },
	{ "/v1/models",  HTTP_GET, OPENAI, .needs_key = true,
	    .begin = api_models_list },
	{ "/v1/models/", HTTP_GET, OPENAI, .needs_key = true,
	    .begin = api_models_get },
	{ "/v1/chat/completions", HTTP_POST, OPENAI, ASKS(chat) },
	{ "/v1/completions", HTTP_POST, OPENAI, ASKS(completions) },
	{ "/v1/messages", HTTP_POST, ANTHROPIC, ASKS(messages) },
	{ "/v1/messages/count_tokens", HTTP_POST, ANTHROPIC,
	    COUNTS(messages_count) },
	{ "/v1/responses", HTTP_GET | HTTP_POST, OPENAI,
	    ASKS_BY(responses, post_or_upgrade) },
	{ "/v1/responses/compact", HTTP_GET | HTTP_POST | HTTP_DELETE, OPENAI,
	    .needs_key = true, .begin = api_answers_none },
	{ "/v1/responses/input_tokens", HTTP_POST, OPENAI, COUNTS(responses) },
	{ "/v1/responses/*", HTTP_GET | HTTP_DELETE, OPENAI, KEPT,
	    .begin = api_answers_one },
	{ "/v1/responses/*/input_items", HTTP_GET, OPENAI, KEPT,
	    .begin = api_answers_input },
	{ "/v1/responses/*/cancel", HTTP_POST, OPENAI, KEPT,
	    .begin = api_answers_cancel },
	{ "/v1/conversations", HTTP_POST, OPENAI, GIVEN,
	    .begin = api_conversations_new },
	{ "/v1/conversations/*", HTTP_GET | HTTP_POST | HTTP_DELETE, OPENAI,
	    GIVEN, .begin = api_conversations_one },
	{ "/v1/conversations/*/items", HTTP_GET | HTTP_POST, OPENAI, GIVEN,
	    .begin = api_conversations_items },
	{ "/v1/conversations/*/items/*", HTTP_GET | HTTP_DELETE, OPENAI, KEPT,
	    .begin = api_conversations_item },
};
/* clang-format on */

void
api_routes_set(struct api *api)
{
	api->routes = (struct http_routes){ .v = table,
		.n = ARRAY_SIZE(table),
		.envelope = openai_error_json,
		.engine = engines_name(api->engines),
		.arg = api };
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].counted != NULL)
			stats_add_dialect(api->stats, table[i].counted);
	}
}
