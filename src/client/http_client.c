#include "client/http_client.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/parse.h"
#include "system/fdio.h"

enum {
	HEAD_MAX = 1024,
	READ_SIZE = 65536
};

/* What a socket's buffer does not take at once is waited for. */
static int
send_all(int fd, const char *bytes, size_t len, int64_t deadline)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
		int rc = 0;

		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno == EAGAIN) {
			rc = fd_wait(fd, POLLOUT, deadline);
		} else if (errno != EINTR) {
			rc = -errno;
		}
		if (rc != 0)
			return rc;
	}
	return 0;
}

int
http_client_send(
    int fd, const char *path, const struct buf *json, int64_t deadline)
{
	char head[HEAD_MAX];
	int n, rc;

	if (json == NULL)
		n = snprintf(head, sizeof(head),
		    "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
	else
		n = snprintf(head, sizeof(head),
		    "POST %s HTTP/1.0\r\nHost: localhost\r\n"
		    "Content-Type: application/json\r\n"
		    "Content-Length: %zu\r\n\r\n",
		    path, json->len);
	if (n >= (int)sizeof(head))
		return -ENAMETOOLONG;
	rc = send_all(fd, head, (size_t)n, deadline);
	if (rc == 0 && json != NULL && json->len > 0)
		rc = send_all(fd, json->data, json->len, deadline);
	return rc;
}

ssize_t
http_client_more(int fd, struct buf *in, int64_t deadline)
{
	ssize_t n;

	do {
		n = fd_wait(fd, POLLIN, deadline);
		if (n == 0)
			n = fd_read_buf(fd, in, READ_SIZE);
	} while (n == -EAGAIN);
	return n;
}

/* "HTTP/1.0 200 OK\r\n...\r\n\r\nBODY" */
static int
take_head(struct buf *in, const char *end, int *ret_status)
{
	char digits[4] = "";
	int64_t status;

	if (strncmp(in->data, "HTTP/1.", 7) != 0)
		return -EPROTO;
	memcpy(digits, in->data + 9, 3);
	if (parse_int(digits, 100, 599, &status) != 0)
		return -EPROTO;
	*ret_status = (int)status;
	buf_consume(in, (size_t)(end - in->data) + 4);
	return 0;
}

int
http_client_head(int fd, struct buf *in, int64_t deadline, int *ret_status)
{
	const char *end = NULL;

	while (end == NULL) {
		ssize_t n = http_client_more(fd, in, deadline);

		if (n <= 0)
			return n < 0 ? (int)n : -EPROTO;
		end = strstr(in->data, "\r\n\r\n");
	}
	return take_head(in, end, ret_status);
}

int
http_get(int fd, const char *path, int64_t deadline, int *ret_status,
    struct buf *body)
{
	ssize_t n = http_client_send(fd, path, NULL, deadline);

	if (n == 0)
		n = http_client_head(fd, body, deadline, ret_status);
	while (n >= 0 && (n = http_client_more(fd, body, deadline)) > 0)
		;
	return (int)n;
}
