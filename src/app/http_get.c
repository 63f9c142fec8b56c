#include "app/http_get.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parse.h"
#include "runtime/fdio.h"
#include "runtime/tls_client.h"

enum {
	HOST_MAX = 128,
	RESPONSE_MAX = 4 * 1024 * 1024,
	READ_SIZE = 65536
};

/* A connection to the server. */
struct peer {
	int fd;
	struct tls_client *tls; /* NULL: plain */
	int64_t deadline;
};

/* Behind the prefix, or NULL when the URL does not begin with it. */
static const char *
after(const char *url, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(url, prefix, n) == 0 ? url + n : NULL;
}

/* "[::1]:8765" into "::1" and "8765". */
static int
split_place(const char *url, char host[HOST_MAX], char port[8])
{
	const char *colon;
	size_t len;

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
		rc = fd_wait(fd, POLLOUT, deadline);
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
connect_tcp(const char *place, int64_t deadline, int *ret_fd)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	char host[HOST_MAX], port[8];
	struct addrinfo *ai;
	int rc = split_place(place, host, port);

	if (rc != 0)
		return rc;
	if (getaddrinfo(reachable(host), port, &hints, &ai) != 0)
		return -EINVAL;
	rc = connect_to(ai->ai_addr, ai->ai_addrlen, deadline, ret_fd);
	freeaddrinfo(ai);
	return rc;
}

static int
connect_url(struct peer *p, const char *url)
{
	const char *place;
	int rc;

	if ((place = after(url, "unix:")) != NULL)
		return connect_unix(place, p->deadline, &p->fd);
	if ((place = after(url, "http://")) != NULL)
		return connect_tcp(place, p->deadline, &p->fd);
	if ((place = after(url, "https://")) == NULL)
		return -EINVAL;
	rc = connect_tcp(place, p->deadline, &p->fd);
	return rc != 0 ? rc : tls_client_start(p->fd, p->deadline, &p->tls);
}

static int
send_request(struct peer *p, const char *path)
{
	char text[512];
	int len = snprintf(text, sizeof(text),
	    "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);

	if (len >= (int)sizeof(text))
		return -ENAMETOOLONG;
	if (p->tls != NULL)
		return tls_client_write(p->tls, text, (size_t)len, p->deadline);
	return fd_write_all(p->fd, text, (size_t)len);
}

static ssize_t
read_some(struct peer *p, struct buf *response)
{
	int rc;

	if (p->tls != NULL)
		return tls_client_read(
		    p->tls, response, READ_SIZE, p->deadline);
	rc = fd_wait(p->fd, POLLIN, p->deadline);
	return rc != 0 ? rc : fd_read_buf(p->fd, response, READ_SIZE);
}

static int
read_all(struct peer *p, struct buf *response)
{
	ssize_t n;

	do
		n = read_some(p, response);
	while (n > 0 || n == -EAGAIN);
	return (int)n;
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
	struct peer p = { .fd = -1, .deadline = deadline };
	struct buf response;
	int rc = connect_url(&p, url);

	buf_init(&response, RESPONSE_MAX);
	if (rc == 0)
		rc = send_request(&p, path);
	if (rc == 0)
		rc = read_all(&p, &response);
	if (rc == 0)
		rc = take_apart(&response, ret_status, body);
	tls_client_free(p.tls);
	fd_close(&p.fd);
	buf_free(&response);
	return rc;
}
