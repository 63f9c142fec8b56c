#include "client.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

enum {
	ANSWER_MAX = 1 << 20,
	READ_BLOCK = 16384
};

void
client_init(struct client *c, uint16_t port)
{
	*c = (struct client){ .fd = -1, .port = port };
	buf_init(&c->answer, ANSWER_MAX);
}

static void
disconnect(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

void
client_free(struct client *c)
{
	disconnect(c);
	buf_free(&c->answer);
}

static int
connect_to(struct client *c)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(c->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1, r;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return -errno;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(c->fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		r = -errno;
		disconnect(c);
		return r;
	}
	return 0;
}

static int
send_request(struct client *c, const char *path, const char *body)
{
	struct buf request;
	ssize_t n = -1;
	int r;

	buf_init(&request, ANSWER_MAX);
	if (body == NULL)
		r = buf_printf(&request,
		    "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", path);
	else
		r = buf_printf(&request,
		    "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\n"
		    "Content-Type: application/json\r\n"
		    "Content-Length: %zu\r\n\r\n%s",
		    path, strlen(body), body);
	if (r == 0) {
		n = send(c->fd, request.data, request.len, MSG_NOSIGNAL);
		if (n != (ssize_t)request.len)
			r = n < 0 ? -errno : -EIO;
	}
	buf_free(&request);
	return r;
}

/* Bytes of the whole answer once its head is here, else 0. */
static size_t
answer_length(const struct buf *b, int *ret_status)
{
	static const char name[] = "\r\ncontent-length:";
	const char *head_end = b->len > 0 ? strstr(b->data, "\r\n\r\n") : NULL;
	const char *field = head_end != NULL ? strcasestr(b->data, name) : NULL;

	if (field == NULL || field > head_end)
		return 0;
	*ret_status = (int)strtol(b->data + strlen("HTTP/1.1 "), NULL, 10);
	return (size_t)(head_end - b->data) + 4 +
	    (size_t)strtoul(field + sizeof(name) - 1, NULL, 10);
}

static int
read_answer(struct client *c)
{
	size_t whole = 0;
	char *space;
	ssize_t n;
	int status = -EPROTO, r;

	buf_reset(&c->answer);
	while (whole == 0 || c->answer.len < whole) {
		r = buf_reserve(&c->answer, READ_BLOCK, &space);
		if (r < 0)
			return r;
		n = recv(c->fd, space, READ_BLOCK, 0);
		if (n <= 0)
			return n < 0 ? -errno : -ECONNRESET;
		buf_commit(&c->answer, (size_t)n);
		if (whole == 0)
			whole = answer_length(&c->answer, &status);
	}
	return status;
}

int
client_send(struct client *c, const char *path, const char *body)
{
	int r = c->fd < 0 ? connect_to(c) : 0;

	return r == 0 ? send_request(c, path, body) : r;
}

int
client_request(struct client *c, const char *path, const char *body)
{
	int r = client_send(c, path, body);

	if (r == 0)
		r = read_answer(c);
	if (r < 0)
		disconnect(c);
	return r;
}
