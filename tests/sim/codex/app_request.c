#include "app_request.h"

#include <errno.h>
#include <unistd.h>

#include "app_account.h"
#include "app_ask.h"
#include "app_mode.h"
#include "app_thread.h"
#include "app_turn.h"
#include "base/clock.h"
#include "json/jsonx.h"
#include "base/utf8.h"
#include "calls.h"
#include "output.h"

enum {
	INVALID_REQUEST = -32600,
	INVALID_PARAMS = -32602,
	OVERLOADED = -32001,
	INPUT_MAX = 1048576, /* characters of turn/start's input */
	LINE_DEPTH_MAX = 200,
	REQUEST_ID_MAX = 128
};

struct request {
	char id[REQUEST_ID_MAX]; /* JSON */
	const json_t *params;
	struct thread *thread; /* of the methods that need one */
};

static enum {
	STATE_NEW,
	STATE_SHAKING, /* the answer to initialize comes later */
	STATE_SHAKEN, /* it is given; the next message ends the handshake */
	STATE_UP
} state;
static bool deaf, mute;
static char *initialize_id;
static char *client_name;
static int64_t handshake_due = CLOCK_NEVER;

static void
refuse(const struct request *rq, const char *message)
{
	wire_error(rq->id, INVALID_REQUEST, message, NULL);
}

static char *
must_string(const char *s)
{
	char *copy = strdup(s);

	output_must(copy == NULL ? -ENOMEM : 0, "request");
	return copy;
}

static void
answer_initialize(void)
{
	const struct script *mode = app_mode();

	handshake_due = CLOCK_NEVER;
	state = STATE_SHAKEN;
	if (mode->handshake_error != NULL) {
		wire_error(initialize_id, INVALID_REQUEST,
		    mode->handshake_error, NULL);
		return;
	}
	account_initialized(initialize_id, client_name);
}

static void
on_initialize(const struct request *rq)
{
	const json_t *out_of, *method;
	const char *name = "unknown";
	size_t i;

	if (state != STATE_NEW) {
		refuse(rq, "Already initialized");
		return;
	}
	out_of = json_object_get(json_object_get(rq->params, "capabilities"),
	    "optOutNotificationMethods");
	json_array_foreach(out_of, i, method) {
		if (json_is_string(method))
			wire_opt_out(json_string_value(method));
	}
	(void)jsonx_get_string(
	    json_object_get(rq->params, "clientInfo"), "name", &name);
	client_name = must_string(name);
	initialize_id = must_string(rq->id);
	state = STATE_SHAKING;
	handshake_due = app_mode()->no_handshake
	    ? CLOCK_NEVER
	    : clock_after(app_mode()->slow_handshake * NS_PER_MS);
	request_tick();
}

/* Whatever the client sends after initialize was answered. */
static void
end_handshake(void)
{
	static const struct wire_args none;

	state = STATE_UP;
	wire_notify("remoteControl/status/changed",
	    "{'status':'disabled','serverName':'fake','installationId':"
	    "'00000000-0000-4000-8000-000000000000','environmentId':null}",
	    &none);
	deaf = app_mode()->stop_reading;
	mute = app_mode()->mute;
	if (app_mode()->close_stdout)
		wire_close();
}

static void
on_thread_start(const struct request *rq)
{
	bool raw = false;
	struct thread *th;

	(void)jsonx_get_bool(rq->params, "experimentalRawEvents", &raw);
	th = thread_new(raw);
	account_thread(rq->id, th, rq->params);
}

static void
on_loaded_list(const struct request *rq)
{
	struct wire_args args = { NULL };
	int64_t limit = INT64_MAX;
	struct buf ids;
	bool all;

	(void)jsonx_get_int(rq->params, "limit", &limit);
	buf_init(&ids, SIZE_MAX);
	all = thread_list(&ids, (size_t)limit);
	args.json[0] = ids.data;
	args.json[1] = all ? "null" : "\"more\"";
	wire_result(rq->id, "{'data':$0,'nextCursor':$1}", &args);
	buf_free(&ids);
}

static void
on_inject(const struct request *rq)
{
	static const struct wire_args none;
	json_t *items = NULL;

	if (jsonx_get_array(rq->params, "items", &items) < 0) {
		refuse(rq, "Invalid request: missing field `items`");
		return;
	}
	if (rq->thread->refuse_news) {
		refuse(rq, "no more items");
		return;
	}
	output_must(
	    json_array_extend(rq->thread->items, items) < 0 ? -ENOMEM : 0,
	    "items");
	wire_result(rq->id, "{}", &none);
}

static void
on_archive(const struct request *rq)
{
	char message[128];

	snprintf(message, sizeof(message), "no rollout found for thread id %s",
	    rq->thread->id);
	refuse(rq, message);
}

static void
on_unsubscribe(const struct request *rq)
{
	static const struct wire_args none;

	turns_drop(rq->thread);
	thread_free(rq->thread);
	if (!app_mode()->no_unsubscribe_answer)
		wire_result(rq->id, "{'status':'unsubscribed'}", &none);
}

static void
too_large(const struct request *rq, size_t characters)
{
	char message[80], data[120];

	snprintf(message, sizeof(message),
	    "Input exceeds the maximum length of %d characters.", INPUT_MAX);
	snprintf(data, sizeof(data),
	    "{\"input_error_code\":\"input_too_large\",\"max_chars\":%d,"
	    "\"actual_chars\":%zu}",
	    INPUT_MAX, characters);
	wire_error(rq->id, INVALID_PARAMS, message, data);
}

static bool
refused_as_overloaded(const struct request *rq)
{
	if (rq->thread->refuse == 0)
		return false;
	rq->thread->refuse--;
	wire_error(rq->id, OVERLOADED, "Server overloaded; retry later.", NULL);
	return true;
}

static void
on_turn_start(const struct request *rq)
{
	struct thread *th = rq->thread;
	json_t *input = NULL;
	struct turn *t;
	size_t characters;

	if (jsonx_get_array(rq->params, "input", &input) < 0) {
		refuse(rq, "Invalid request: missing field `input`");
		return;
	}
	t = turn_new(th, input);
	characters = t->input == NULL
	    ? 0
	    : utf8_count(t->prompt.data, t->prompt.len);
	if (!th->refused) {
		th->refused = t->script->overloaded > 0;
		th->refuse = t->script->overloaded;
	}
	if (refused_as_overloaded(rq)) {
		turn_free(t);
	} else if (t->script->input_too_large || characters > INPUT_MAX) {
		too_large(rq, characters);
		turn_free(t);
	} else {
		account_grow();
		turn_start(t, rq->id);
	}
}

static void
on_interrupt(const struct request *rq)
{
	const char *id = "";
	struct turn *t;

	(void)jsonx_get_string(rq->params, "turnId", &id);
	t = turn_find(rq->thread, id);
	if (t == NULL)
		refuse(rq, "no active turn to interrupt");
	else
		turn_interrupt(t, rq->id);
}

static void
on_account(const struct request *rq)
{
	account_read(rq->id);
}

static void
on_rate_limits(const struct request *rq)
{
	account_rate_limits(rq->id);
}

static void
on_models(const struct request *rq)
{
	account_models(rq->id);
}

static const struct method {
	const char *name;
	void (*handle)(const struct request *rq);
	bool needs_thread;
} methods[] = {
	{ "initialize", on_initialize, false },
	{ "thread/start", on_thread_start, false },
	{ "thread/loaded/list", on_loaded_list, false },
	{ "thread/inject_items", on_inject, true },
	{ "thread/archive", on_archive, true },
	{ "thread/unsubscribe", on_unsubscribe, true },
	{ "turn/start", on_turn_start, true },
	{ "turn/interrupt", on_interrupt, true },
	{ "account/read", on_account, false },
	{ "account/rateLimits/read", on_rate_limits, false },
	{ "model/list", on_models, false },
};

static void
refuse_unknown(const struct request *rq, const char *name)
{
	struct buf message;

	buf_init(&message, SIZE_MAX);
	output_must(buf_printf(&message,
			"Invalid request: unknown variant `%s`, expected one "
			"of",
			name),
	    "error");
	for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
		output_must(buf_printf(&message, "%s `%s`", i > 0 ? "," : "",
				methods[i].name),
		    "error");
	refuse(rq, message.data);
	buf_free(&message);
}

/* Finds the thread; false when the request is answered with that. */
static bool
find_thread(struct request *rq, const struct method *m)
{
	static const struct wire_args none;
	char message[160];
	const char *id;

	if (jsonx_get_string(rq->params, "threadId", &id) < 0) {
		refuse(rq, "Invalid request: missing field `threadId`");
		return false;
	}
	rq->thread = thread_find(id);
	if (rq->thread != NULL && !rq->thread->gone)
		/* turn/start looks at its own directives first. */
		return m->handle == on_turn_start || !refused_as_overloaded(rq);
	snprintf(message, sizeof(message), "thread not found: %s", id);
	if (m->handle == on_unsubscribe)
		wire_result(rq->id, "{'status':'notLoaded'}", &none);
	else
		refuse(rq, message);
	return false;
}

static void
handle(struct request *rq, const char *name)
{
	const struct method *m = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(methods) && m == NULL; i++) {
		if (strcmp(methods[i].name, name) == 0)
			m = &methods[i];
	}
	if (m == NULL)
		refuse_unknown(rq, name);
	else if (state != STATE_UP && m->handle != on_initialize)
		refuse(rq, "Not initialized");
	else if (!m->needs_thread || find_thread(rq, m))
		m->handle(rq);
}

static void
id_text(const json_t *id, char ret_id[REQUEST_ID_MAX])
{
	char *json;

	if (json_is_integer(id)) {
		snprintf(ret_id, REQUEST_ID_MAX, "%lld",
		    (long long)json_integer_value(id));
		return;
	}
	json = json_dumps(id, JSON_COMPACT | JSON_ENCODE_ANY);
	output_must(json == NULL ? -ENOMEM : 0, "id");
	output_must(strlen(json) >= REQUEST_ID_MAX ? -EMSGSIZE : 0, "id");
	snprintf(ret_id, REQUEST_ID_MAX, "%s", json);
	free(json);
}

static void
on_message(const json_t *message)
{
	struct request rq = { .params = json_object_get(message, "params") };
	const json_t *id = json_object_get(message, "id");
	const char *method;

	if (state == STATE_SHAKEN)
		end_handshake();
	if (deaf || mute)
		return;
	if (jsonx_get_string(message, "method", &method) < 0) {
		ask_answered(message);
	} else if (id != NULL) {
		id_text(id, rq.id);
		handle(&rq, method);
	}
}

int
request_line(void *arg, const char *line, size_t len)
{
	char error[JSONX_ERROR_MAX];
	json_t *message;

	(void)arg;
	if (deaf)
		return 0;
	if (jsonx_parse(line, len, LINE_DEPTH_MAX, &message, error) < 0) {
		/* Codex does not answer such, either. */
		fprintf(stderr, "fake_codex: bad line: %s\n", error);
		return 0;
	}
	if (json_object_size(message) > 0) {
		calls_rpc(line, len);
		on_message(message);
	}
	json_decref(message);
	return 0;
}

bool
request_deaf(void)
{
	return deaf;
}

void
request_stop_reading(void)
{
	deaf = true;
}

void
request_mute(void)
{
	mute = true;
}

void
request_tick(void)
{
	if (handshake_due != CLOCK_NEVER && clock_now() >= handshake_due)
		answer_initialize();
}

int64_t
request_due(void)
{
	return handshake_due;
}
