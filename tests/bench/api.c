#include "api.h"

#include <stdio.h>

#include "base/compiler.h"

#define MESSAGES_HEAD "\"messages\":[{\"role\":\"user\",\"content\":\""
#define RESPONSES \
	.path = "/v1/responses", \
	.head = "{\"model\":\"codex-local\",\"input\":\"", \
	.delta = "event: response.output_text.delta\n", \
	.end = "event: response.completed\n"

const struct api apis[API_COUNT] = {
	[API_CHAT] = { .name = "chat",
	    .path = "/v1/chat/completions",
	    .head = "{\"model\":\"codex-local\"," MESSAGES_HEAD,
	    .tail = "\"}]",
	    .delta = "\"delta\":{\"content\":",
	    .end = "data: [DONE]\n" },
	[API_RESPONSES] = { .name = "responses",
	    RESPONSES,
	    .tail = "\",\"store\":false" },
	[API_STORED] = { .name = "stored",
	    RESPONSES,
	    .tail = "\",\"store\":true" },
	[API_MESSAGES] = { .name = "messages",
	    .path = "/v1/messages",
	    .head = "{\"model\":\"codex-local\",\"max_tokens\":"
		    "100000," MESSAGES_HEAD,
	    .tail = "\"}]",
	    .delta = "event: content_block_delta\n",
	    .end = "event: message_stop\n" },
};

void
api_body(char body[API_BODY_MAX], const struct api *api, const char *prompt,
    bool stream)
{
	int n = snprintf(body, API_BODY_MAX, "%s%s%s%s}", api->head, prompt,
	    api->tail, stream ? ",\"stream\":true" : "");

	BUG_ON(n < 0 || n >= API_BODY_MAX);
}
