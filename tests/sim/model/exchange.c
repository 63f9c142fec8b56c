#include "exchange.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>

#include "answer.h"
#include "base/clock.h"
#include "faults.h"
#include "journal.h"
#include "session.h"
#include "stats.h"

/* Far above what any prompt of the tests needs. */
enum {
	BODY_MAX = 256 << 20,
	STREAM_BLOCK = 65536
};

static const char responses_path[] = "/v1/responses";

struct exchange {
	struct MHD_Connection *connection;
	const char *method;
	char *path;
	int stop_fd;
	struct buf body;
	uint64_t n; /* 0: not counted and not in the journal */
	int64_t started; /* when the request was here whole */
	struct plan plan;
	size_t sent; /* bytes of the plan handed to MHD */
	size_t next_pause; /* index in the plan */
	bool cut; /* the script broke it off */
	bool stream;
};

struct exchange *
exchange_new(struct MHD_Connection *connection, const char *method,
    const char *path, int stop_fd)
{
	struct exchange *x = calloc(1, sizeof(*x));

	if (x == NULL)
		return NULL;
	x->connection = connection;
	x->method = strcmp(method, MHD_HTTP_METHOD_POST) == 0 ? "POST" : "GET";
	x->path = strdup(path);
	x->stop_fd = stop_fd;
	buf_init(&x->body, BODY_MAX);
	plan_init(&x->plan, PLAN_SSE);
	return x;
}

int
exchange_body(struct exchange *x, const char *bytes, size_t len)
{
	return buf_append(&x->body, bytes, len);
}

void
exchange_close(struct exchange *x, bool sent)
{
	/*
	 * A client may hang up on the last event without waiting for the
	 * end of the body: that is no hang-up before the end.
	 */
	bool all = x->stream && x->sent == x->plan.bytes.len &&
	    x->plan.ending == PLAN_DONE;
	bool completed = sent || x->cut || all;

	if (x->n > 0) {
		journal_closed(x->n, completed, x->cut, x->started);
		stats_close();
	}
	plan_free(&x->plan);
	buf_free(&x->body);
	free(x->path);
	free(x);
}

/*
 * Waits until the deadline. False when the client hung up or the server
 * stops before that.
 */
static bool
wait_until(void *arg, int64_t deadline)
{
	const struct exchange *x = arg;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd fds[] = {
		{ info->connect_fd, POLLRDHUP, 0 },
		{ x->stop_fd, POLLIN, 0 },
	};
	int r;

	do
		r = poll(fds, ARRAY_SIZE(fds), clock_poll_timeout(deadline));
	while (r < 0 && errno == EINTR);
	return r == 0;
}

/* Bytes that may be sent before the next pause. */
static size_t
until_pause(const struct exchange *x)
{
	if (x->next_pause < x->plan.n_pauses)
		return x->plan.pauses[x->next_pause].offset;
	return x->plan.bytes.len;
}

/* MHD's content reader; blocks in the script's pauses. */
static ssize_t
read_plan(void *arg, uint64_t pos, char *out, size_t max)
{
	struct exchange *x = arg;
	size_t n;

	(void)pos;
	while (x->next_pause < x->plan.n_pauses && x->sent == until_pause(x)) {
		int64_t ns = x->plan.pauses[x->next_pause++].ns;

		if (!wait_until(x, clock_after(ns)))
			return MHD_CONTENT_READER_END_WITH_ERROR;
	}
	n = until_pause(x) - x->sent;
	if (n > 0) {
		n = n < max ? n : max;
		memcpy(out, x->plan.bytes.data + x->sent, n);
		x->sent += n;
		return (ssize_t)n;
	}
	if (x->plan.ending == PLAN_DONE)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (x->plan.ending == PLAN_CUT)
		x->cut = true;
	else
		(void)wait_until(x, CLOCK_NEVER);
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* Queues and gives up `response`; NULL = no memory. */
static enum MHD_Result
queue(struct exchange *x, unsigned status, struct MHD_Response *response,
    const char *type)
{
	enum MHD_Result r = MHD_NO;

	if (response == NULL)
		return MHD_NO;
	if (MHD_add_response_header(response, "content-type", type))
		r = MHD_queue_response(x->connection, status, response);
	MHD_destroy_response(response);
	return r;
}

/* Takes over `body`; `retry_after` below 0: no such header. */
static enum MHD_Result
queue_json(
    struct exchange *x, unsigned status, json_t *body, int64_t retry_after)
{
	char *text = json_dumps(body, JSON_COMPACT), seconds[24];
	struct MHD_Response *response;

	json_decref(body);
	if (text == NULL)
		return MHD_NO;
	response = MHD_create_response_from_buffer(
	    strlen(text), text, MHD_RESPMEM_MUST_FREE);
	snprintf(seconds, sizeof(seconds), "%lld", (long long)retry_after);
	if (response != NULL && retry_after >= 0)
		(void)MHD_add_response_header(response, "retry-after", seconds);
	return queue(x, status, response, "application/json");
}

static enum MHD_Result
answer_responses(struct exchange *x, const json_t *body)
{
	struct answer a;
	enum MHD_Result r = MHD_NO;

	if (answer_make(body, x->n, wait_until, x, &x->plan, &a) < 0)
		return MHD_NO;
	if (a.kind == ANSWER_ERROR) {
		r = queue_json(
		    x, a.status, json_incref(a.error), a.retry_after);
	} else if (a.kind == ANSWER_STREAM) {
		x->stream = true;
		r = queue(x, MHD_HTTP_OK,
		    MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_plan, x, NULL),
		    "text/event-stream");
	}
	answer_free(&a);
	return r;
}

static enum MHD_Result
add_header(
    void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	char *lower = strdup(name);

	(void)kind;
	if (lower == NULL)
		return MHD_NO;
	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	json_object_set_new(arg, lower, json_string(value));
	free(lower);
	return MHD_YES;
}

/* All of the request's, names in lower case; NULL = no memory. */
static json_t *
headers_of(const struct exchange *x)
{
	json_t *headers = json_object();

	MHD_get_connection_values(
	    x->connection, MHD_HEADER_KIND, add_header, headers);
	return headers;
}

/* `body` is borrowed. */
static void
note_request(const struct exchange *x, json_t *body)
{
	journal_write(json_pack("{s:I, s:s, s:s, s:s, s:o, s:I, s:O?}", "n",
	    (json_int_t)x->n, "transport", "http", "method", x->method, "path",
	    x->path, "headers", headers_of(x), "bytes", (json_int_t)x->body.len,
	    "body", body));
}

/* MHD's; blocks until the connection is over, which its thread may. */
static void
upgraded(void *arg, struct MHD_Connection *connection, void *context,
    const char *first, size_t len, MHD_socket fd,
    struct MHD_UpgradeResponseHandle *handle)
{
	const struct exchange *x = context;
	struct ws *ws = ws_new(fd, x->stop_fd, first, len);
	json_t *headers = headers_of(x);

	(void)arg;
	(void)connection;
	if (ws != NULL)
		session_run(ws, x->path, headers);
	json_decref(headers);
	ws_free(ws);
	(void)MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
}

static bool
header_has(const struct exchange *x, const char *name, const char *value)
{
	const char *given = MHD_lookup_connection_value(
	    x->connection, MHD_HEADER_KIND, name);

	return given != NULL && strcasestr(given, value) != NULL;
}

/* What the handshake of a WebSocket gets; NULL: it is none, or no memory. */
static struct MHD_Response *
handshake(const struct exchange *x)
{
	const char *key = MHD_lookup_connection_value(
	    x->connection, MHD_HEADER_KIND, "sec-websocket-key");
	char accept[WS_ACCEPT_SIZE];
	struct MHD_Response *response;

	if (strcmp(x->method, "GET") != 0 || key == NULL ||
	    !header_has(x, "connection", "upgrade") ||
	    !header_has(x, "upgrade", "websocket") ||
	    !header_has(x, "sec-websocket-version", "13") ||
	    ws_accept(key, accept) < 0)
		return NULL;
	response = MHD_create_response_for_upgrade(upgraded, NULL);
	if (response != NULL) {
		(void)MHD_add_response_header(response, "upgrade", "websocket");
		(void)MHD_add_response_header(
		    response, "sec-websocket-accept", accept);
	}
	return response;
}

enum MHD_Result
exchange_answer(struct exchange *x)
{
	struct MHD_Response *upgrade;
	json_t *body = NULL;
	enum MHD_Result r;

	if (x->path == NULL)
		return MHD_NO;
	if (strcmp(x->path, "/sim/stats") == 0)
		return queue_json(x, MHD_HTTP_OK, stats_json(), -1);
	upgrade = strcmp(x->path, responses_path) == 0 ? handshake(x) : NULL;
	if (upgrade != NULL) {
		r = MHD_queue_response(
		    x->connection, MHD_HTTP_SWITCHING_PROTOCOLS, upgrade);
		MHD_destroy_response(upgrade);
		return r;
	}
	if (x->body.len > 0)
		body = json_loadb(
		    x->body.data, x->body.len, JSON_ALLOW_NUL, NULL);
	x->started = clock_now();
	x->n = stats_open();
	stats_body(x->body.len, body);
	note_request(x, body);
	if (strcmp(x->method, "POST") == 0 &&
	    strcmp(x->path, responses_path) == 0)
		r = answer_responses(x, body);
	else
		r = queue_json(x, MHD_HTTP_NOT_FOUND,
		    fault_body("sim: no such path", "invalid_request_error",
			"not_found"),
		    -1);
	json_decref(body);
	return r;
}
