#include "ws.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/clock.h"

/* Far above what any prompt of the tests needs. */
enum {
	MESSAGE_MAX = 256 << 20,
	OUT_MAX = 256 << 20,
	READ_BLOCK = 65536,
	INBOX_MAX = 16
};

static const int64_t goodbye_ns = NS_PER_S;

struct ws {
	int fd;
	int stop_fd;
	bool over; /* nothing is sent or read any more */
	struct buf in; /* up to a frame that is not whole */
	struct buf out; /* frames to send */
	struct buf partial; /* what there is of a message */
	bool fragmented; /* its first frame was not its last */
	/* A ring of messages that are whole. */
	struct buf inbox[INBOX_MAX];
	size_t first;
	size_t count;
};

/* Sends what the socket takes at once. */
static void
push(struct ws *ws)
{
	ssize_t n;

	while (!ws->over && ws->out.len > 0) {
		n = send(ws->fd, ws->out.data, ws->out.len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			buf_consume(&ws->out, (size_t)n);
		else if (n < 0 && errno == EAGAIN)
			return;
		else if (n < 0 && errno != EINTR)
			ws->over = true;
	}
}

/* The client may not do this: says so, and it is over. */
static void
refuse(struct ws *ws, enum ws_status status)
{
	if (ws_frame_close(&ws->out, status) == 0)
		push(ws);
	ws->over = true;
}

/* Moves the message that is whole into the inbox. */
static void
deliver(struct ws *ws)
{
	if (ws->count == INBOX_MAX) {
		refuse(ws, WS_POLICY);
		return;
	}
	ws->inbox[(ws->first + ws->count++) % INBOX_MAX] = ws->partial;
	buf_init(&ws->partial, MESSAGE_MAX);
}

static void
take_data(struct ws *ws, const struct ws_frame *frame)
{
	if (frame->opcode == WS_BINARY) {
		refuse(ws, WS_UNSUPPORTED);
		return;
	}
	if (ws->fragmented != (frame->opcode == WS_CONTINUATION)) {
		refuse(ws, WS_PROTOCOL_ERROR);
		return;
	}
	if (buf_append(&ws->partial, frame->payload, frame->len) < 0) {
		refuse(ws, WS_TOO_BIG);
		return;
	}
	ws->fragmented = !frame->fin;
	if (frame->fin)
		deliver(ws);
}

static void
take_frame(struct ws *ws, const struct ws_frame *frame)
{
	switch (frame->opcode) {
	case WS_PONG:
		break;
	case WS_PING:
		if (ws_frame_write(
			&ws->out, WS_PONG, frame->payload, frame->len) < 0)
			ws->over = true;
		push(ws);
		break;
	case WS_CLOSE:
		refuse(ws, WS_NORMAL);
		break;
	default:
		take_data(ws, frame);
	}
}

/* Takes the whole frames that are here. */
static void
take_frames(struct ws *ws)
{
	struct ws_frame frame;
	size_t at = 0;
	int r = ws->in.len > 0 ? 1 : 0;

	while (!ws->over && r == 1) {
		r = ws_frame_read(
		    ws->in.data + at, ws->in.len - at, MESSAGE_MAX, &frame);
		if (r == 1) {
			at += frame.size;
			take_frame(ws, &frame);
		}
	}
	if (r < 0)
		refuse(ws, r == -EMSGSIZE ? WS_TOO_BIG : WS_PROTOCOL_ERROR);
	buf_consume(&ws->in, at);
}

static void
take_in(struct ws *ws)
{
	char *space;
	ssize_t n;

	if (buf_reserve(&ws->in, READ_BLOCK, &space) < 0) {
		ws->over = true;
		return;
	}
	n = recv(ws->fd, space, READ_BLOCK, MSG_DONTWAIT);
	if (n > 0) {
		buf_commit(&ws->in, (size_t)n);
		take_frames(ws);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		ws->over = true;
	}
}

/* Waits once. False when the deadline has passed. */
static bool
step(struct ws *ws, int64_t deadline)
{
	struct pollfd fds[] = {
		{ ws->fd, POLLIN, 0 },
		{ ws->stop_fd, POLLIN, 0 },
	};
	int r;

	if (ws->out.len > 0)
		fds[0].events |= POLLOUT;
	r = poll(fds, ARRAY_SIZE(fds), clock_poll_timeout(deadline));
	if (r < 0 && errno != EINTR)
		ws->over = true;
	if (r <= 0)
		return r < 0;
	if (fds[1].revents != 0)
		ws->over = true;
	else if ((fds[0].revents & ~POLLOUT) != 0)
		take_in(ws);
	push(ws);
	return true;
}

struct ws *
ws_new(int fd, int stop_fd, const char *first, size_t len)
{
	struct ws *ws = calloc(1, sizeof(*ws));
	const int one = 1, zero = 0;

	if (ws == NULL)
		return NULL;
	ws->fd = fd;
	ws->stop_fd = stop_fd;
	buf_init(&ws->in, MESSAGE_MAX + WS_HEADER_MAX + READ_BLOCK);
	buf_init(&ws->out, OUT_MAX);
	buf_init(&ws->partial, MESSAGE_MAX);
	/* Each event is sent when it comes, as a response's are. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_CORK, &zero, sizeof(zero));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (len > 0 && buf_append(&ws->in, first, len) < 0)
		return ws_free(ws);
	take_frames(ws);
	return ws;
}

struct ws *
ws_free(struct ws *ws)
{
	if (ws == NULL)
		return NULL;
	while (ws->count > 0)
		buf_free(&ws->inbox[(ws->first + --ws->count) % INBOX_MAX]);
	buf_free(&ws->in);
	buf_free(&ws->out);
	buf_free(&ws->partial);
	free(ws);
	return NULL;
}

int
ws_next(struct ws *ws, int64_t deadline, struct buf *out)
{
	struct buf *message;
	int r;

	while (ws->count == 0 && !ws->over) {
		if (!step(ws, deadline))
			return 0;
	}
	if (ws->count == 0)
		return -EPIPE;
	message = &ws->inbox[ws->first];
	r = buf_append(out, message->data, message->len);
	buf_free(message);
	ws->first = (ws->first + 1) % INBOX_MAX;
	ws->count--;
	return r < 0 ? r : 1;
}

bool
ws_wait(struct ws *ws, int64_t deadline)
{
	while (!ws->over) {
		if (!step(ws, deadline))
			return true;
	}
	return false;
}

bool
ws_send(struct ws *ws, const char *frames, size_t len)
{
	if (!ws->over && buf_append(&ws->out, frames, len) < 0)
		ws->over = true;
	push(ws);
	while (!ws->over && ws->out.len > 0)
		(void)step(ws, CLOCK_NEVER);
	return !ws->over;
}

void
ws_close(struct ws *ws, enum ws_status status)
{
	if (!ws->over && ws_frame_close(&ws->out, status) == 0) {
		push(ws);
		(void)ws_wait(ws, clock_after(goodbye_ns));
	}
	ws->over = true;
}
