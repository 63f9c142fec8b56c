#include "unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "daemon/private_socket.h"
#include "system/fdio.h"
#include "unit/scratch.h"

static int64_t
soon(void)
{
	return clock_after(NS_PER_S / 20);
}

/* "/FILL/state" of so many bytes; there is no such directory. */
static const char *
state_file_of(size_t len)
{
	static char path[300];

	memset(path, 'x', len);
	path[0] = '/';
	memcpy(path + len - 6, "/state", 7);
	return path;
}

static bool
is_beside(const struct private_place *p, const char *file)
{
	size_t len = strlen(file);

	return strncmp(p->path, file, len) == 0 &&
	    strcmp(p->path + len, ".sock") == 0 && p->directory[0] == '\0';
}

/* Below `directory`, by 16 hexadecimal digits. */
static bool
is_hashed(const struct private_place *p, const char *directory)
{
	size_t len = strlen(directory);

	return strcmp(p->directory, directory) == 0 &&
	    strncmp(p->path, directory, len) == 0 && p->path[len] == '/' &&
	    strspn(p->path + len + 1, "0123456789abcdef") == 16 &&
	    strcmp(p->path + len + 17, ".sock") == 0;
}

static const struct {
	size_t len; /* of the state file's path; ".sock" comes behind */
	bool runtime; /* XDG_RUNTIME_DIR is ours */
	bool beside;
	const char *comment;
} paths[] = {
	{ 20, false, true, "short" },
	{ 20, true, true, "short, with a runtime directory" },
	{ 102, true, true, "107 bytes with the suffix" },
	{ 103, true, false, "108 bytes" },
	{ 103, false, false, "108 bytes, without a runtime directory" },
	{ 250, true, false, "very long" },
};

static void
check_places(size_t row)
{
	struct private_place places[PRIVATE_SOCKET_PLACES];
	const char *file = state_file_of(paths[row].len);
	char temporary[100], *runtime;
	size_t n, i = 0;

	ck_assert_int_ge(
	    asprintf(&runtime, "%s/codex-api-proxy", scratch_directory), 0);
	snprintf(temporary, sizeof(temporary), "/tmp/codex-api-proxy-%lu",
	    (unsigned long)geteuid());
	if (paths[row].runtime)
		setenv("XDG_RUNTIME_DIR", scratch_directory, 1);
	else
		unsetenv("XDG_RUNTIME_DIR");
	n = private_socket_places(file, places);
	if (paths[row].beside)
		ck_assert_msg(
		    is_beside(&places[i++], file), "%s", paths[row].comment);
	if (paths[row].runtime)
		ck_assert_msg(
		    is_hashed(&places[i++], runtime), "%s", paths[row].comment);
	ck_assert_msg(
	    is_hashed(&places[i++], temporary), "%s", paths[row].comment);
	ck_assert_uint_eq(n, i);
	free(runtime);
}

START_TEST(places_by_length)
{
	scratch_make();
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		check_places(i);
	scratch_remove();
}
END_TEST

START_TEST(two_files_have_two_sockets_and_one_has_one)
{
	struct private_place a[PRIVATE_SOCKET_PLACES], b[PRIVATE_SOCKET_PLACES];
	char other[300];

	scratch_make();
	unsetenv("XDG_RUNTIME_DIR");
	snprintf(other, sizeof(other), "%s", state_file_of(200));
	other[100] = 'y';
	private_socket_places(state_file_of(200), a);
	private_socket_places(other, b);
	ck_assert_str_ne(a[0].path, b[0].path);
	/* However its directory is written. */
	ck_assert_int_eq(mkdir(scratch_path("d"), 0700), 0);
	ck_assert_int_eq(symlink("d", scratch_path("link")), 0);
	private_socket_places(scratch_path("d/state"), a);
	private_socket_places(scratch_path("link/../link/state"), b);
	ck_assert_str_eq(a[0].path, b[0].path);
	scratch_remove();
}
END_TEST

/* As su leaves it in the environment. */
START_TEST(a_runtime_directory_of_another_user_is_not_used)
{
	struct private_place places[PRIVATE_SOCKET_PLACES];

	scratch_make();
	setenv("XDG_RUNTIME_DIR", geteuid() == 0 ? scratch_directory : "/", 1);
	if (geteuid() == 0)
		ck_assert_int_eq(chown(scratch_directory, 65534, 65534), 0);
	ck_assert_uint_eq(private_socket_places(state_file_of(200), places), 1);
	setenv("XDG_RUNTIME_DIR", "relative", 1);
	ck_assert_uint_eq(private_socket_places(state_file_of(200), places), 1);
	scratch_remove();
}
END_TEST

/* The state file's path in the scratch directory that is too long. */
static const char *
long_state_file(void)
{
	static char path[PATH_MAX];
	char name[120];

	memset(name, 'l', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(path, sizeof(path), "%s", scratch_path(name));
	return path;
}

static void
check_life(const char *state_file)
{
	char error[PRIVATE_SOCKET_ERROR_MAX];
	struct listener first, second;
	struct ucred server;
	struct stat st;
	int fd;

	ck_assert_int_eq(
	    private_socket_connect(state_file, soon(), &fd, &server), -ENOENT);
	ck_assert_int_eq(private_socket_listen(state_file, &first, error), 0);
	ck_assert(first.private);
	ck_assert_int_eq(stat(first.host, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(
	    private_socket_connect(state_file, soon(), &fd, &server), 0);
	ck_assert_int_eq(server.pid, getpid());
	fd_close(&fd);
	/* Nobody takes it from a server that lives. */
	ck_assert_int_eq(
	    private_socket_listen(state_file, &second, error), -EADDRINUSE);
	ck_assert_ptr_nonnull(strstr(error, "another server"));
	ck_assert_int_eq(stat(first.host, &st), 0);
	/* One that was killed leaves its file. */
	listener_close(&first);
	ck_assert_int_eq(
	    private_socket_connect(state_file, soon(), &fd, &server),
	    -ECONNREFUSED);
	ck_assert_int_eq(private_socket_listen(state_file, &second, error), 0);
	listener_close(&second);
	listener_unlink(&second);
	ck_assert_int_ne(stat(second.host, &st), 0);
}

START_TEST(life_beside_the_state_file)
{
	scratch_make();
	check_life(scratch_path("state.json"));
	scratch_remove();
}
END_TEST

START_TEST(life_in_the_runtime_directory)
{
	struct stat st;

	scratch_make();
	setenv("XDG_RUNTIME_DIR", scratch_directory, 1);
	check_life(long_state_file());
	ck_assert_int_eq(stat(scratch_path("codex-api-proxy"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	scratch_remove();
}
END_TEST

/* What somebody else may have laid there before us. */
static void
lay_trap(int which, const char *path)
{
	if (which == 0) {
		ck_assert_int_eq(mkdir(path, 0700), 0);
		ck_assert_int_eq(chmod(path, 0755), 0);
	} else if (which == 1) {
		ck_assert_int_eq(mkdir(scratch_path("aim"), 0700), 0);
		ck_assert_int_eq(symlink("aim", path), 0);
	} else if (which == 2) {
		ck_assert_int_eq(file_create(path, "", 0, 0600), 0);
	} else {
		ck_assert_int_eq(mkdir(path, 0700), 0);
		ck_assert_int_eq(chown(path, 65534, 65534), 0);
	}
}

START_TEST(a_directory_that_is_not_ours_is_not_used)
{
	int traps = geteuid() == 0 ? 4 : 3;

	for (int i = 0; i < traps; i++) {
		char error[PRIVATE_SOCKET_ERROR_MAX];
		struct listener l;

		scratch_make();
		setenv("XDG_RUNTIME_DIR", scratch_directory, 1);
		lay_trap(i, scratch_path("codex-api-proxy"));
		/* the next place does */
		ck_assert_int_eq(
		    private_socket_listen(long_state_file(), &l, error), 0);
		ck_assert_int_eq(
		    strncmp(l.host, "/tmp/codex-api-proxy-", 21), 0);
		listener_close(&l);
		listener_unlink(&l);
		scratch_remove();
	}
}
END_TEST

/* Another user's process, which listens where our server would. */
static pid_t
start_impostor(const char *path, int ready)
{
	pid_t pid = fork();
	struct listener l;

	if (pid != 0)
		return pid;
	if (setuid(65534) != 0 || listener_unix(path, &l) != 0 ||
	    write(ready, "x", 1) != 1)
		_exit(1);
	pause();
	_exit(0);
}

START_TEST(a_server_of_another_user_is_not_asked)
{
	int fds[2], fd;
	struct ucred server;
	pid_t pid;
	char c;

	if (geteuid() != 0)
		return; /* nobody else can be had */
	scratch_make();
	ck_assert_int_eq(chmod(scratch_directory, 0777), 0);
	ck_assert_int_eq(fd_pipe(fds), 0);
	pid = start_impostor(scratch_path("state.sock"), fds[1]);
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(read(fds[0], &c, 1), 1);
	ck_assert_int_eq(
	    private_socket_connect(scratch_path("state"), soon(), &fd, &server),
	    -EPERM);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
	scratch_remove();
}
END_TEST

UNIT_MAIN("private_socket", places_by_length,
    two_files_have_two_sockets_and_one_has_one,
    a_runtime_directory_of_another_user_is_not_used, life_beside_the_state_file,
    life_in_the_runtime_directory, a_directory_that_is_not_ours_is_not_used,
    a_server_of_another_user_is_not_asked)
