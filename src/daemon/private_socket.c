#include "daemon/private_socket.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "system/fdio.h"

#define SUFFIX ".sock"

/*
 * However the path is written, it is the same socket. A directory that is not
 * there has no server either.
 */
static void
resolve(const char *file, char out[2 * PATH_MAX])
{
	const char *slash = strrchr(file, '/');
	char directory[PATH_MAX], real[PATH_MAX];
	size_t len = slash != NULL ? (size_t)(slash - file) : 0;

	snprintf(out, 2 * PATH_MAX, "%s", file);
	if (slash == NULL || len >= sizeof(directory))
		return;
	memcpy(directory, file, len);
	directory[len] = '\0';
	if (realpath(len > 0 ? directory : "/", real) == NULL)
		return;
	snprintf(out, 2 * PATH_MAX, "%s%s", strcmp(real, "/") == 0 ? "" : real,
	    slash);
}

/* One that another user has lent us, as su does, is not ours to use. */
static const char *
runtime_directory(void)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	if (dir == NULL || dir[0] != '/' || stat(dir, &st) != 0 ||
	    st.st_uid != geteuid())
		return NULL;
	return dir;
}

/* Appends a place, unless its path is too long. */
static size_t
add_place(struct private_place *places, size_t n, const char *directory,
    const char *state_file)
{
	struct private_place *p = &places[n];
	uint64_t hash = hash_bytes(state_file, strlen(state_file));
	int len = snprintf(
	    p->path, sizeof(p->path), "%s/%016" PRIx64 SUFFIX, directory, hash);

	if (len >= (int)sizeof(p->path))
		return n;
	snprintf(p->directory, sizeof(p->directory), "%s", directory);
	return n + 1;
}

size_t
private_socket_places(const char *state_file,
    struct private_place ret_places[PRIVATE_SOCKET_PLACES])
{
	char file[2 * PATH_MAX], directory[PATH_MAX];
	struct private_place *beside = &ret_places[0];
	const char *runtime = runtime_directory();
	size_t n = 0;

	resolve(state_file, file);
	if (snprintf(beside->path, sizeof(beside->path), "%s" SUFFIX, file) <
	    (int)sizeof(beside->path)) {
		beside->directory[0] = '\0';
		n = 1;
	}
	if (runtime != NULL &&
	    snprintf(directory, sizeof(directory), "%s/codex-api-proxy",
		runtime) < (int)sizeof(directory))
		n = add_place(ret_places, n, directory, file);
	snprintf(directory, sizeof(directory), "/tmp/codex-api-proxy-%lu",
	    (unsigned long)geteuid());
	return add_place(ret_places, n, directory, file);
}

/*
 * In /tmp anybody may have made it before us, as a link to elsewhere, too.
 * Once it is a directory, ours, and closed to others, the sticky bit of /tmp
 * keeps it so.
 */
static int
need_directory(const char *path)
{
	struct stat st;

	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -errno;
	if (lstat(path, &st) != 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	return st.st_uid == geteuid() && (st.st_mode & 077) == 0 ? 0 : -EPERM;
}

static int
listen_at(const struct private_place *p, struct listener *ret_listener)
{
	int rc = p->directory[0] != '\0' ? need_directory(p->directory) : 0;

	return rc != 0 ? rc : listener_unix(p->path, ret_listener);
}

int
private_socket_listen(const char *state_file, struct listener *ret_listener,
    char ret_error[PRIVATE_SOCKET_ERROR_MAX])
{
	struct private_place places[PRIVATE_SOCKET_PLACES];
	size_t n = private_socket_places(state_file, places), i = 0;
	int rc;

	do
		rc = listen_at(&places[i], ret_listener);
	while (rc != 0 && rc != -EADDRINUSE && ++i < n);
	if (rc == 0) {
		ret_listener->private = true;
		return 0;
	}
	if (rc == -EADDRINUSE)
		snprintf(ret_error, PRIVATE_SOCKET_ERROR_MAX,
		    "another server uses this state file, or %s is no socket: "
		    "give each server its own --state-file",
		    places[i].path);
	else
		snprintf(ret_error, PRIVATE_SOCKET_ERROR_MAX,
		    "cannot listen on the private socket %s: %s",
		    places[n - 1].path, strerror(-rc));
	return rc;
}

/* Only the server's user can be asked to say who it is. */
static int
connect_at(
    const char *path, int64_t deadline, int *ret_fd, struct ucred *ret_server)
{
	int fd, rc = unix_socket_connect(path, deadline, &fd);

	if (rc != 0)
		return rc;
	rc = unix_socket_peer(fd, ret_server);
	if (rc == 0 && ret_server->uid != geteuid())
		rc = -EPERM;
	if (rc != 0)
		fd_close(&fd);
	else
		*ret_fd = fd;
	return rc;
}

int
private_socket_connect(const char *state_file, int64_t deadline, int *ret_fd,
    struct ucred *ret_server)
{
	struct private_place places[PRIVATE_SOCKET_PLACES];
	size_t n = private_socket_places(state_file, places);
	int rc = -ENOENT;

	for (size_t i = 0; i < n; i++) {
		int one = connect_at(
		    places[i].path, deadline, ret_fd, ret_server);

		if (one == 0)
			return 0;
		/* What is said of the others is seldom of interest. */
		if (rc == -ENOENT)
			rc = one;
	}
	return rc;
}
