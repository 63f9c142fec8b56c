#include "session.h"

#include <errno.h>

#include "answer.h"
#include "base/clock.h"
#include "faults.h"
#include "journal.h"
#include "stats.h"

enum {
	MESSAGE_MAX = 256 << 20,
	ID_SIZE = 48
};

struct session {
	struct ws *ws;
	uint64_t connection; /* its number, from 1 */
	uint64_t prewarms;
	const char *path;
	json_t *headers;
	/* What the last response left; the id is empty when it left nothing. */
	char id[ID_SIZE];
	json_t *items;
	int64_t close_at;
	bool over;
};

/* A request, of which the connection has only told what is new. */
struct asked {
	size_t bytes; /* of the message */
	json_t *body; /* with all items */
	size_t n_new; /* items that the message has */
	const char *previous; /* in the message; NULL: none */
	int64_t started;
};

/* Forgets the last response. */
static void
forget(struct session *s)
{
	s->id[0] = '\0';
	json_decref(s->items);
	s->items = NULL;
}

/* The next request may build on this one; `items` is what it has said. */
static void
remember(struct session *s, const char *id, json_t *input, json_t *items)
{
	json_t *all = json_array();

	forget(s);
	if (json_array_extend(all, input) < 0 ||
	    json_array_extend(all, items) < 0) {
		json_decref(all);
		return;
	}
	s->items = all;
	snprintf(s->id, sizeof(s->id), "%s", id);
}

/* Takes over `event`. */
static void
send_event(struct session *s, json_t *event)
{
	struct plan plan;

	plan_init(&plan, PLAN_WS);
	plan_event(&plan, event);
	if (plan.error < 0 || !ws_send(s->ws, plan.bytes.data, plan.bytes.len))
		s->over = true;
	plan_free(&plan);
}

/* An error as HTTP would have it, in an event; takes over `body`. */
static void
send_error(
    struct session *s, unsigned status, json_t *body, int64_t retry_after)
{
	json_t *event = json_pack(
	    "{s:s, s:i}", "type", "error", "status", (int)status);

	if (retry_after >= 0)
		json_object_set_new(event, "headers",
		    json_pack("{s:o}", "retry-after",
			json_sprintf("%lld", (long long)retry_after)));
	if (event == NULL || json_object_update(event, body) < 0)
		s->over = true;
	json_decref(body);
	send_event(s, event);
}

static bool
wait_for(void *arg, int64_t deadline)
{
	struct session *s = arg;

	return ws_wait(s->ws, deadline);
}

/* Sends what the plan has and waits where it says. True: all of it. */
static bool
send_plan(struct session *s, const struct plan *plan)
{
	size_t at = 0;

	for (size_t i = 0; i < plan->n_pauses; i++) {
		const struct plan_pause *pause = &plan->pauses[i];

		if (!ws_send(s->ws, plan->bytes.data + at, pause->offset - at))
			return false;
		at = pause->offset;
		if (!ws_wait(s->ws, clock_after(pause->ns)))
			return false;
	}
	return ws_send(s->ws, plan->bytes.data + at, plan->bytes.len - at);
}

/* Sends the response as it was planned. Returns whether it ended well. */
static bool
stream(struct session *s, const struct plan *plan, const struct answer *a,
    bool *ret_cut)
{
	if (!send_plan(s, plan))
		return false;
	if (plan->ending == PLAN_HANG)
		(void)ws_wait(s->ws, CLOCK_NEVER);
	if (plan->ending == PLAN_CUT) {
		*ret_cut = true;
		if (a->goodbye > 0)
			ws_close(s->ws, (enum ws_status)a->goodbye);
		s->over = true;
	}
	return plan->ending == PLAN_DONE;
}

/* Answers request `n` and notes how that ended. */
static void
answer(struct session *s, const struct asked *asked, uint64_t n)
{
	json_t *input = json_object_get(asked->body, "input");
	struct answer a = { .kind = ANSWER_NOTHING, .close = -1 };
	struct plan plan;
	char id[ID_SIZE];
	bool completed = false, cut = false;

	plan_init(&plan, PLAN_WS);
	forget(s);
	if (answer_make(asked->body, n, wait_for, s, &plan, &a) < 0)
		s->over = true;
	if (a.kind == ANSWER_ERROR) {
		send_error(s, a.status, json_incref(a.error), a.retry_after);
		completed = !s->over;
	} else if (a.kind == ANSWER_STREAM) {
		completed = stream(s, &plan, &a, &cut);
	}
	journal_closed(n, completed || cut, cut, asked->started);
	stats_close();
	if (plan.ending == PLAN_DONE && a.kind == ANSWER_STREAM && !a.forget) {
		snprintf(id, sizeof(id), "resp_%llu", (unsigned long long)n);
		remember(s, id, input, plan.items);
	}
	s->over = s->over || (!completed && !cut);
	if (a.close >= 0)
		s->close_at = clock_after(a.close * NS_PER_MS);
	answer_free(&a);
	plan_free(&plan);
}

/* A request that shall not be answered, but be built on. */
static void
prewarm(struct session *s, const struct asked *asked)
{
	json_t *none = json_array();
	char id[ID_SIZE];

	snprintf(id, sizeof(id), "warm_%llu_%llu",
	    (unsigned long long)s->connection,
	    (unsigned long long)++s->prewarms);
	journal_write(json_pack("{s:s, s:I, s:I, s:O}", "event", "prewarm",
	    "connection", (json_int_t)s->connection, "bytes",
	    (json_int_t)asked->bytes, "body", asked->body));
	remember(s, id, json_object_get(asked->body, "input"), none);
	json_decref(none);
	send_event(s,
	    json_pack("{s:s, s:{s:s, s:s, s:[]}}", "type", "response.created",
		"response", "id", id, "status", "in_progress", "output"));
	send_event(s,
	    json_pack("{s:s, s:{s:s, s:s, s:[], s:{s:i, s:i, s:i}}}", "type",
		"response.completed", "response", "id", id, "status",
		"completed", "output", "usage", "input_tokens", 0,
		"output_tokens", 0, "total_tokens", 0));
}

static void
note_request(const struct session *s, const struct asked *asked, uint64_t n)
{
	journal_write(
	    json_pack("{s:I, s:s, s:s, s:s, s:O, s:I, s:{s:I, s:I, s:s?}, s:O}",
		"n", (json_int_t)n, "transport", "websocket", "method", "GET",
		"path", s->path, "headers", s->headers, "bytes",
		(json_int_t)asked->bytes, "wire", "connection",
		(json_int_t)s->connection, "items", (json_int_t)asked->n_new,
		"previous_response_id", asked->previous, "body", asked->body));
}

/* Whether what the request builds on is here; says so if it is not. */
static bool
has_previous(struct session *s, const struct asked *asked)
{
	json_t *message;

	if (asked->previous == NULL || strcmp(asked->previous, s->id) == 0)
		return true;
	journal_write(json_pack("{s:s, s:I, s:s}", "event",
	    "previous_not_found", "connection", (json_int_t)s->connection,
	    "previous_response_id", asked->previous));
	message = json_sprintf(
	    "Previous response with id '%s' not found.", asked->previous);
	send_error(s, 400,
	    json_pack("{s:{s:s, s:s, s:s, s:o}}", "error", "type",
		"invalid_request_error", "code", "previous_response_not_found",
		"param", "previous_response_id", "message", message),
	    -1);
	return false;
}

/* Puts what the last response left before the new items. */
static int
complete_input(const struct session *s, struct asked *asked)
{
	json_t *input = json_object_get(asked->body, "input");
	json_t *all = json_array();

	asked->n_new = json_array_size(input);
	if (asked->previous != NULL && json_array_extend(all, s->items) < 0)
		goto no_memory;
	if (json_is_array(input) && json_array_extend(all, input) < 0)
		goto no_memory;
	return json_object_set_new(asked->body, "input", all) < 0 ? -ENOMEM : 0;

no_memory:
	json_decref(all);
	return -ENOMEM;
}

/* A response.create; what is in it is told as HTTP would have it. */
static void
create(struct session *s, json_t *message, size_t bytes)
{
	struct asked asked = { .bytes = bytes,
		.body = json_copy(message),
		.previous = json_string_value(
		    json_object_get(message, "previous_response_id")),
		.started = clock_now() };
	bool warm = json_is_false(json_object_get(message, "generate"));
	uint64_t n;

	stats_body(bytes, warm ? NULL : message);
	if (!has_previous(s, &asked))
		goto out;
	json_object_del(asked.body, "type");
	json_object_del(asked.body, "previous_response_id");
	json_object_del(asked.body, "generate");
	if (complete_input(s, &asked) < 0) {
		s->over = true;
	} else if (warm) {
		prewarm(s, &asked);
	} else {
		n = stats_open();
		note_request(s, &asked, n);
		answer(s, &asked, n);
	}
out:
	json_decref(asked.body);
}

static void
take_message(struct session *s, const struct buf *text)
{
	json_t *message = json_loadb(
	    text->data, text->len, JSON_ALLOW_NUL, NULL);
	const char *type = json_string_value(json_object_get(message, "type"));

	if (type != NULL && strcmp(type, "response.create") == 0)
		create(s, message, text->len);
	else
		send_error(s, 400,
		    fault_body("sim: no response.create",
			"invalid_request_error", "sim"),
		    -1);
	json_decref(message);
}

/* Takes over `headers`, which may be NULL. */
static void
note_connection(const struct session *s, const char *event, json_t *headers)
{
	journal_write(json_pack("{s:s, s:I, s:o*}", "event", event,
	    "connection", (json_int_t)s->connection, "headers", headers));
}

void
session_run(struct ws *ws, const char *path, json_t *headers)
{
	struct session s = { .ws = ws,
		.connection = stats_connection(),
		.path = path,
		.headers = headers,
		.close_at = CLOCK_NEVER };
	struct buf text;
	int r = 1;

	buf_init(&text, MESSAGE_MAX);
	note_connection(&s, "connected", json_incref(headers));
	while (!s.over && r == 1) {
		buf_reset(&text);
		r = ws_next(ws, s.close_at, &text);
		if (r == 1)
			take_message(&s, &text);
		else if (r == 0)
			ws_close(ws, WS_NORMAL);
	}
	note_connection(&s, "disconnected", NULL);
	forget(&s);
	buf_free(&text);
}
