#include "app/http_get.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parse.h"
#include "runtime/fdio.h"

enum {
	HOST_MAX = 128,
	RESPONSE_MAX = 4 * 1024 * 1024,
	READ_SIZE = 65536
};

/* "http://[::1]:8765" into "::1" and "8765". */
static int
split_url(const char *url, char host[HOST_MAX], char port[8])
{
	static const char scheme[] = "http://";
	const char *colon;
	size_t len;

	if (strncmp(url, scheme, strlen(scheme)) != 0)
		return -EINVAL;
	url += strlen(scheme);
	colon = strrchr(url, ':');
	if (colon == NULL || strlen(colon + 1) > 5)
		return -EINVAL;
	len = (size_t)(colon - url);
	if (len >= 2 && url[0] == '[' && url[len - 1] == ']') {
		url++;
		len -= 2;
	}
	if (len == 0 || len >= HOST_MAX)
		return -EINVAL;
	memcpy(host, url, len);
	host[len] = '\0';
	memcpy(port, colon + 1, strlen(colon + 1) + 1);
	return 0;
}

/* All addresses are reached through one of this machine's own. */
static const char *
reachable(const char *host)
{
	if (strcmp(host, "0.0.0.0") == 0)
		return "127.0.0.1";
	return strcmp(host, "::") == 0 ? "::1" : host;
}

static int
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd pfd = { fd, events, 0 };
	int n;

	do
		n = poll(&pfd, 1, clock_poll_timeout(deadline));
	while (n < 0 && errno == EINTR);
	return n == 0 ? -ETIMEDOUT : n < 0 ? -errno : 0;
}

static int
connect_to(
    const struct sockaddr *to, socklen_t to_len, int64_t deadline, int *ret_fd)
{
	int fd = socket(
	    to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error = 0, rc = 0;
	socklen_t len = sizeof(error);

	if (fd < 0)
		return -errno;
	if (connect(fd, to, to_len) != 0 && errno != EINPROGRESS)
		rc = -errno;
	if (rc == 0)
		rc = wait_for(fd, POLLOUT, deadline);
	if (rc == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0)
		rc = -error;
	if (rc != 0) {
		fd_close(&fd);
		return rc;
	}
	*ret_fd = fd;
	return 0;
}

static int
connect_unix(const char *path, int64_t deadline, int *ret_fd)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(un.sun_path))
		return -ENAMETOOLONG;
	memcpy(un.sun_path, path, strlen(path) + 1);
	return connect_to((struct sockaddr *)&un, sizeof(un), deadline, ret_fd);
}

static int
connect_url(const char *url, int64_t deadline, int *ret_fd)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	static const char unix_scheme[] = "unix:";
	char host[HOST_MAX], port[8];
	struct addrinfo *ai;
	int rc;

	if (strncmp(url, unix_scheme, strlen(unix_scheme)) == 0)
		return connect_unix(
		    url + strlen(unix_scheme), deadline, ret_fd);
	rc = split_url(url, host, port);
	if (rc != 0)
		return rc;
	if (getaddrinfo(reachable(host), port, &hints, &ai) != 0)
		return -EINVAL;
	rc = connect_to(ai->ai_addr, ai->ai_addrlen, deadline, ret_fd);
	freeaddrinfo(ai);
	return rc;
}

static int
read_all(int fd, int64_t deadline, struct buf *response)
{
	ssize_t n = 1;
	int rc = 0;

	while (rc == 0 && n != 0) {
		rc = wait_for(fd, POLLIN, deadline);
		if (rc != 0)
			break;
		n = fd_read_buf(fd, response, READ_SIZE);
		if (n < 0 && n != -EAGAIN)
			rc = (int)n;
	}
	return rc;
}

/* "HTTP/1.0 200 OK\r\n...\r\n\r\nBODY" */
static int
take_apart(const struct buf *response, int *ret_status, struct buf *body)
{
	const char *text = response->len > 0 ? response->data : "";
	const char *end = strstr(text, "\r\n\r\n");
	char digits[4] = "";
	int64_t status;

	if (end == NULL || strncmp(text, "HTTP/1.", 7) != 0)
		return -EPROTO;
	memcpy(digits, text + 9, 3);
	if (parse_int(digits, 100, 599, &status) != 0)
		return -EPROTO;
	*ret_status = (int)status;
	end += 4;
	return buf_append(
	    body, end, response->len - (size_t)(end - response->data));
}

int
http_get(const char *url, const char *path, int64_t deadline, int *ret_status,
    struct buf *body)
{
	struct buf request, response;
	int fd = -1, rc = connect_url(url, deadline, &fd);

	buf_init(&request, 1024);
	buf_init(&response, RESPONSE_MAX);
	if (rc == 0)
		rc = buf_printf(&request,
		    "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
	if (rc == 0)
		rc = fd_write_all(fd, request.data, request.len);
	if (rc == 0)
		rc = read_all(fd, deadline, &response);
	if (rc == 0)
		rc = take_apart(&response, ret_status, body);
	fd_close(&fd);
	buf_free(&request);
	buf_free(&response);
	return rc;
}
