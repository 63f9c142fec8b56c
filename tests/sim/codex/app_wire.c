#include "app_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "base/strv.h"
#include "output.h"

enum {
	/* Of output that waits, in bytes. */
	FULL = 256 * 1024,
	/* With a reader that takes nothing, when there is no more to say. */
	PATIENCE_MS = 10000
};

static struct buf out;
static size_t sent; /* bytes of `out` */
static size_t piece_size;
static bool closed;
static struct strv unwanted;
static int64_t now_ms;
static char now_text[24], seconds_text[24];
/* What a line ends with. */
static char tail[64];

void
wire_init(size_t piece)
{
	buf_init(&out, SIZE_MAX);
	strv_init(&unwanted);
	piece_size = piece;
	output_must(fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0,
	    "stdout");
	wire_tick();
}

void
wire_tick(void)
{
	struct timespec ts;
	int64_t ms;

	clock_gettime(CLOCK_REALTIME, &ts);
	ms = ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
	if (ms == now_ms)
		return;
	now_ms = ms;
	snprintf(now_text, sizeof(now_text), "%lld", (long long)ms);
	snprintf(
	    seconds_text, sizeof(seconds_text), "%lld", (long long)ts.tv_sec);
	snprintf(tail, sizeof(tail), ",\"emittedAtMs\":%lld}\n", (long long)ms);
}

int64_t
wire_ms(void)
{
	return now_ms;
}

void
wire_opt_out(const char *method)
{
	output_must(strv_add(&unwanted, method), "optOutNotificationMethods");
}

bool
wire_wanted(const char *method)
{
	for (size_t i = 0; i < unwanted.n; i++) {
		if (strcmp(unwanted.v[i], method) == 0)
			return false;
	}
	return true;
}

static void
put(struct buf *b, const char *s)
{
	output_must(buf_puts(b, s), "stdout");
}

/* What $`letter` stands for. */
static void
insert(struct buf *b, char letter, const struct wire_args *args)
{
	switch (letter) {
	case 't':
		put(b, args->thread);
		break;
	case 'u':
		put(b, args->turn);
		break;
	case 'i':
		put(b, args->item);
		break;
	case 'b':
		output_int(b, args->began_ms);
		break;
	case 'm':
		put(b, now_text);
		break;
	case 's':
		put(b, seconds_text);
		break;
	default:
		BUG_ON(letter < '0' || letter >= '0' + WIRE_JSON_MAX);
		put(b, args->json[letter - '0']);
	}
}

void
wire_expand(struct buf *b, const char *template, const struct wire_args *args)
{
	const char *p = template;
	char *space;
	size_t n;

	for (;; p += 2) {
		n = strcspn(p, "$");
		output_must(buf_reserve(b, n, &space), "stdout");
		for (size_t i = 0; i < n; i++)
			space[i] = p[i] == '\'' ? '"' : p[i];
		buf_commit(b, n);
		p += n;
		if (*p == '\0')
			return;
		insert(b, p[1], args);
	}
}

static void
put_method(struct buf *b, const char *method)
{
	put(b, "{\"method\":\"");
	put(b, method);
	put(b, "\"");
}

void
wire_notify(
    const char *method, const char *params, const struct wire_args *args)
{
	if (!wire_wanted(method))
		return;
	put_method(&out, method);
	put(&out, ",\"params\":");
	wire_expand(&out, params, args);
	put(&out, tail);
}

void
wire_request(int64_t id, const char *method, const char *params,
    const struct wire_args *args)
{
	put_method(&out, method);
	put(&out, ",\"id\":");
	output_int(&out, id);
	put(&out, ",\"params\":");
	wire_expand(&out, params, args);
	put(&out, "}\n");
}

void
wire_result(const char *id, const char *result, const struct wire_args *args)
{
	put(&out, "{\"id\":");
	put(&out, id);
	put(&out, ",\"result\":");
	wire_expand(&out, result, args);
	put(&out, "}\n");
}

void
wire_error(const char *id, int code, const char *message, const char *data)
{
	put(&out, "{\"error\":{\"code\":");
	output_int(&out, code);
	if (data != NULL) {
		put(&out, ",\"data\":");
		put(&out, data);
	}
	put(&out, ",\"message\":");
	output_string(&out, message);
	put(&out, "},\"id\":");
	put(&out, id);
	put(&out, "}\n");
}

void
wire_raw(const char *bytes, size_t len)
{
	output_must(buf_append(&out, bytes, len), "stdout");
}

void
wire_delta_head(struct buf *head, const char *method, const char *params,
    const struct wire_args *args)
{
	buf_reset(head);
	if (!wire_wanted(method))
		return;
	put_method(head, method);
	put(head, ",\"params\":");
	wire_expand(head, params, args);
}

void
wire_delta(const struct buf *head, const char *text, size_t len)
{
	if (head->len == 0)
		return;
	wire_raw(head->data, head->len);
	output_text(&out, text, len);
	put(&out, "}");
	put(&out, tail);
}

bool
wire_full(void)
{
	return out.len - sent >= FULL;
}

bool
wire_pending(void)
{
	return out.len > sent;
}

/* One write; false when the reader takes no more for now. */
static bool
write_some(void)
{
	size_t n = out.len - sent;
	ssize_t r;

	if (piece_size > 0 && piece_size < n)
		n = piece_size;
	r = write(STDOUT_FILENO, out.data + sent, n);
	if (r < 0 && errno == EAGAIN)
		return false;
	if (r < 0 && errno != EINTR)
		exit(1);
	if (r > 0)
		sent += (size_t)r;
	return true;
}

void
wire_flush(void)
{
	if (closed)
		sent = out.len;
	while (wire_pending() && write_some())
		;
	/* Not at every write: what is left would be moved each time. */
	if (sent > out.len / 2) {
		buf_consume(&out, sent);
		sent = 0;
	}
}

void
wire_finish(void)
{
	struct pollfd pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };

	for (wire_flush(); wire_pending(); wire_flush()) {
		if (poll(&pfd, 1, PATIENCE_MS) == 0)
			return;
	}
}

int
wire_fd(void)
{
	return closed ? -1 : STDOUT_FILENO;
}

void
wire_close(void)
{
	wire_finish();
	closed = true;
	close(STDOUT_FILENO);
}
