#include <stdlib.h>

#include "dialect/messages/messages_error.h"
#include "dialect/messages/messages_id.h"
#include "dialect/messages/messages_reply.h"
#include "dialect/sse.h"

struct stream {
	struct messages_flow flow;
	struct buf head; /* of the message */
	bool begun; /* message_start was said */
	uint64_t index; /* of the block that is open, or comes next */
	char *request_id;
};

static void
stream_free(void *writer)
{
	struct stream *s = writer;

	if (s == NULL)
		return;
	messages_flow_free(&s->flow);
	buf_free(&s->head);
	free(s->request_id);
	free(s);
}

static void *
stream_new(const struct generation *request, const struct form *form,
    const struct identity *identity)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	messages_flow_init(&s->flow, request, form);
	s->request_id = strdup(identity->request_id);
	if (messages_head_init(&s->head, identity, request->model) != 0 ||
	    s->request_id == NULL) {
		stream_free(s);
		return NULL;
	}
	return s;
}

/* ---- events ---- */

/* The event's type stands in a line of its own, without which it is lost. */
static void
open_event(struct jsonw *w, const char *type, struct buf *out)
{
	jsonw_begin(w, out);
	jsonw_fail(w, sse_open_type(out, type));
	jsonw_object(w, NULL);
	jsonw_str(w, "type", type);
}

static int
close_event(struct jsonw *w, struct buf *out)
{
	jsonw_close(w);
	jsonw_fail(w, sse_close(out));
	return jsonw_end(w);
}

static int
say_start(struct stream *s, struct buf *out)
{
	static const struct usage none = { 0 };
	static const struct buf no_content;
	struct jsonw w;

	if (s->begun)
		return 0;
	s->begun = true;
	open_event(&w, "message_start", out);
	messages_message_put(
	    &w, "message", &s->head, &no_content, &s->flow, &none);
	return close_event(&w, out);
}

/* ---- blocks ---- */

static void
put_empty_block(struct jsonw *w, enum messages_open kind, const struct event *e)
{
	switch (kind) {
	case OPEN_TEXT:
		jsonw_puts(w,
		    "\"type\":\"text\",\"text\":\"\","
		    "\"citations\":null");
		break;
	case OPEN_THINKING:
		jsonw_puts(w,
		    "\"type\":\"thinking\",\"thinking\":\"\","
		    "\"signature\":\"\"");
		break;
	case OPEN_CALL:
		messages_call_put(w, e);
		jsonw_object(w, "input");
		jsonw_close(w);
		break;
	case OPEN_NONE:
		break;
	}
}

static int
open_block(void *writer, enum messages_open kind, const struct event *e,
    struct buf *out)
{
	struct stream *s = writer;
	struct jsonw w;

	open_event(&w, "content_block_start", out);
	jsonw_u64(&w, "index", s->index);
	jsonw_object(&w, "content_block");
	put_empty_block(&w, kind, e);
	jsonw_close(&w);
	return close_event(&w, out);
}

/* Up to the value of the delta's one member. */
static void
open_delta(struct jsonw *w, const struct stream *s, const char *member,
    struct buf *out)
{
	jsonw_begin(w, out);
	jsonw_puts(w,
	    "event: content_block_delta\n"
	    "data: {\"type\":\"content_block_delta\",\"index\":");
	jsonw_u64(w, NULL, s->index);
	jsonw_puts(w, ",\"delta\":{\"type\":");
	jsonw_puts(w, member);
}

static int
close_delta(struct jsonw *w, struct buf *out)
{
	jsonw_puts(w, "}}");
	jsonw_fail(w, sse_close(out));
	return jsonw_end(w);
}

static int
add_to_block(
    void *writer, enum messages_open kind, struct text text, struct buf *out)
{
	static const char *const members[] = {
		[OPEN_NONE] = "",
		[OPEN_TEXT] = "\"text_delta\",\"text\":",
		[OPEN_THINKING] = "\"thinking_delta\",\"thinking\":",
		[OPEN_CALL] = "\"input_json_delta\",\"partial_json\":",
	};
	struct jsonw w;

	open_delta(&w, writer, members[kind], out);
	jsonw_text(&w, NULL, text.s, text.len);
	return close_delta(&w, out);
}

static int
seal_block(void *writer, const char *sealed, struct buf *out)
{
	static const char prefix[] = MESSAGES_SEAL_PREFIX;
	struct jsonw w;

	open_delta(&w, writer, "\"signature_delta\",\"signature\":", out);
	jsonw_string_open(&w, NULL);
	jsonw_string_add(&w, prefix, strlen(prefix));
	jsonw_string_add(&w, sealed, strlen(sealed));
	jsonw_string_close(&w);
	return close_delta(&w, out);
}

static int
close_block(void *writer, enum messages_open kind, struct buf *out)
{
	struct stream *s = writer;
	struct jsonw w;

	(void)kind;
	open_event(&w, "content_block_stop", out);
	jsonw_u64(&w, "index", s->index++);
	return close_event(&w, out);
}

static const struct messages_sink sink = {
	.open = open_block,
	.add = add_to_block,
	.seal = seal_block,
	.close = close_block,
};

/* ---- the writer ---- */

static int
stream_event(
    void *writer, unsigned choice, const struct event *e, struct buf *out)
{
	struct stream *s = writer;
	int rc = say_start(s, out);

	(void)choice;
	return rc != 0 ? rc : messages_flow_event(&s->flow, e, &sink, s, out);
}

static int
stream_ping(void *writer, struct buf *out)
{
	struct jsonw w;
	int rc = say_start(writer, out);

	if (rc != 0)
		return rc;
	open_event(&w, "ping", out);
	return close_event(&w, out);
}

static int
say_delta(const struct stream *s, const struct usage *usage, struct buf *out)
{
	struct jsonw w;

	open_event(&w, "message_delta", out);
	jsonw_object(&w, "delta");
	messages_stop_put(&w, &s->flow);
	jsonw_null(&w, "container");
	jsonw_close(&w);
	jsonw_object(&w, "usage");
	messages_tokens_put(&w, usage);
	jsonw_close(&w);
	return close_event(&w, out);
}

static int
stream_end(void *writer, const struct usage *usage, struct buf *out)
{
	struct jsonw w;
	int rc = say_delta(writer, usage, out);

	if (rc != 0)
		return rc;
	open_event(&w, "message_stop", out);
	return close_event(&w, out);
}

static int
stream_failed(void *writer, const struct error *e, struct buf *out)
{
	const struct stream *s = writer;
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_fail(&w, sse_open_type(out, "error"));
	messages_error_put(&w, e, s->request_id);
	jsonw_fail(&w, sse_close(out));
	return jsonw_end(&w);
}

const struct reply_ops messages_stream = {
	.new = stream_new,
	.event = stream_event,
	.ping = stream_ping,
	.end = stream_end,
	.failed = stream_failed,
	.free = stream_free,
};
