#include "unit/unit.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "system/notify.h"
#include "unit/scratch.h"

/* A service manager's socket at `path`; "@" at its start is abstract. */
static int
open_manager(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(un.sun_path, path, len);
	if (path[0] == '@')
		un.sun_path[0] = '\0';
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(
	    bind(fd, (struct sockaddr *)&un,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
	    0);
	return fd;
}

static void
expect(int fd, const char *message)
{
	char got[256];
	ssize_t n = recv(fd, got, sizeof(got) - 1, 0);

	ck_assert_int_gt(n, 0);
	got[n] = '\0';
	ck_assert_str_eq(got, message);
}

START_TEST(messages_arrive)
{
	char abstract[64];
	const char *paths[2];

	scratch_make();
	snprintf(
	    abstract, sizeof(abstract), "@check_notify_%ld", (long)getpid());
	paths[0] = scratch_path("notify");
	paths[1] = abstract;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		int fd = open_manager(paths[i]);

		setenv("NOTIFY_SOCKET", paths[i], 1);
		notify_init();
		notify_send("READY=1\nSTATUS=%s", "up");
		expect(fd, "READY=1\nSTATUS=up");
		fd_close(&fd);
		notify_send("STOPPING=1"); /* nobody there: no harm */
	}
	scratch_remove();
}
END_TEST

START_TEST(without_a_manager_nothing_happens)
{
	static const char *const paths[] = { "", "relative", "/", NULL };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		if (paths[i] != NULL)
			setenv("NOTIFY_SOCKET", paths[i], 1);
		else
			unsetenv("NOTIFY_SOCKET");
		setenv("WATCHDOG_USEC", "1000", 1);
		notify_init();
		notify_send("READY=1");
		ck_assert_int_eq(notify_watchdog_interval(), 0);
	}
}
END_TEST

static const struct {
	const char *usec, *pid; /* pid: "me", other, or NULL */
	int64_t interval;
	const char *comment;
} watchdogs[] = {
	{ "2000000", NULL, NS_PER_S, "half of two seconds" },
	{ "2000000", "me", NS_PER_S, "meant for us" },
	{ "2000000", "1", 0, "meant for another process" },
	{ "x", NULL, 0, "no number" },
	{ "0", NULL, 0, "off" },
};

START_TEST(watchdog_is_fed_at_half_time)
{
	char me[32];

	snprintf(me, sizeof(me), "%ld", (long)getpid());
	setenv("NOTIFY_SOCKET", "/run/none", 1);
	for (size_t i = 0; i < ARRAY_SIZE(watchdogs); i++) {
		const char *pid = watchdogs[i].pid;

		setenv("WATCHDOG_USEC", watchdogs[i].usec, 1);
		unsetenv("WATCHDOG_PID");
		if (pid != NULL)
			setenv("WATCHDOG_PID", *pid == 'm' ? me : pid, 1);
		/* each case in a process of its own: the interval is kept */
		if (check_fork() == 0) {
			notify_init();
			ck_assert_msg(
			    notify_watchdog_interval() == watchdogs[i].interval,
			    "%s", watchdogs[i].comment);
			exit(0);
		}
		check_waitpid_and_exit(0);
	}
}
END_TEST

START_TEST(passed_sockets_are_counted_and_closed_on_exec)
{
	char me[32];
	int fd = open("/dev/null", O_RDONLY);

	snprintf(me, sizeof(me), "%ld", (long)getpid());
	ck_assert_int_ge(fd, 0);
	ck_assert_int_ge(dup2(fd, NOTIFY_SOCKETS_FIRST), 0);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);
	ck_assert_int_eq(notify_listen_fds(), 0); /* for somebody else */
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", me, 1);
	ck_assert_int_eq(notify_listen_fds(), 1);
	ck_assert_ptr_null(getenv("LISTEN_FDS"));
	ck_assert_ptr_null(getenv("LISTEN_PID"));
	ck_assert_int_ne(fcntl(NOTIFY_SOCKETS_FIRST, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_eq(notify_listen_fds(), 0);
}
END_TEST

START_TEST(the_journal_is_known_by_its_file)
{
	char here[64], other[64];
	struct stat st;

	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	snprintf(here, sizeof(here), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	snprintf(other, sizeof(other), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino + 1);
	unsetenv("JOURNAL_STREAM");
	ck_assert(!notify_is_journal(STDERR_FILENO));
	ck_assert_int_eq(setenv("JOURNAL_STREAM", here, 1), 0);
	ck_assert(notify_is_journal(STDERR_FILENO));
	ck_assert(!notify_is_journal(-1));
	ck_assert_int_eq(setenv("JOURNAL_STREAM", other, 1), 0);
	ck_assert(!notify_is_journal(STDERR_FILENO));
}
END_TEST

UNIT_MAIN("notify", messages_arrive, without_a_manager_nothing_happens,
    watchdog_is_fed_at_half_time, passed_sockets_are_counted_and_closed_on_exec,
    the_journal_is_known_by_its_file)
