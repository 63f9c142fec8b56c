#include "system/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/parse.h"
#include "system/fdio.h"

enum {
	MESSAGE_MAX = 1024,
	LISTEN_FDS_MAX = 64
};

static struct sockaddr_un address;
static socklen_t address_len; /* 0: no service manager */
static int64_t watchdog_interval;

static void
read_socket(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path != NULL ? strlen(path) : 0;

	if (len < 2 || len >= sizeof(address.sun_path) ||
	    (path[0] != '/' && path[0] != '@'))
		return;
	address.sun_family = AF_UNIX;
	memcpy(address.sun_path, path, len);
	/* "@" stands for the NUL of an abstract address. */
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

/* True when the variable is absent or names this process. */
static bool
is_for_us(const char *variable)
{
	const char *text = getenv(variable);
	int64_t pid;

	if (text == NULL)
		return true;
	return parse_int(text, 1, INT32_MAX, &pid) == 0 && pid == getpid();
}

static void
read_watchdog(void)
{
	const char *text = getenv("WATCHDOG_USEC");
	int64_t usec;

	if (text == NULL || !is_for_us("WATCHDOG_PID") ||
	    parse_int(text, 1, INT64_MAX / 1000, &usec) != 0)
		return;
	watchdog_interval = usec * 1000 / 2;
}

void
notify_init(void)
{
	read_socket();
	if (address_len > 0)
		read_watchdog();
}

void
notify_send(const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	va_list ap;
	int fd, n;

	if (address_len == 0)
		return;
	va_start(ap, fmt);
	n = vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	if (n <= 0 || (size_t)n >= sizeof(message))
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, message, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT,
	    (const struct sockaddr *)&address, address_len);
	fd_close(&fd);
}

/* JOURNAL_STREAM is "DEVICE:INODE"; a shell below a service inherits it. */
bool
notify_is_journal(int fd)
{
	const char *text = getenv("JOURNAL_STREAM");
	char ours[64];
	struct stat st;

	if (text == NULL || fstat(fd, &st) != 0)
		return false;
	snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(text, ours) == 0;
}

int64_t
notify_watchdog_interval(void)
{
	return watchdog_interval;
}

int
notify_listen_fds(void)
{
	const char *text = getenv("LISTEN_FDS");
	int64_t n = 0;

	if (text == NULL || getenv("LISTEN_PID") == NULL ||
	    !is_for_us("LISTEN_PID") ||
	    parse_int(text, 1, LISTEN_FDS_MAX, &n) != 0)
		n = 0;
	for (int i = 0; i < (int)n; i++) {
		int flags = fcntl(NOTIFY_SOCKETS_FIRST + i, F_GETFD);

		if (flags < 0)
			return i;
		(void)fcntl(
		    NOTIFY_SOCKETS_FIRST + i, F_SETFD, flags | FD_CLOEXEC);
	}
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDNAMES");
	return (int)n;
}
