/*
 * child.h - what the tests of lib/runtime/process share: small shell scripts
 * as children, and checks of what they say and leave behind.
 */
#ifndef TESTS_UNIT_CHILD_H
#define TESTS_UNIT_CHILD_H

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "system/fdio.h"
#include "system/pidfd.h"
#include "system/process.h"

#define SECONDS(n) ((n)*NS_PER_S)

/* A shell that runs `script`, with "A=1" as its whole environment. */
static inline struct process_spec
shell(const char *script)
{
	static char *argv[4], *envp[2];
	static char sh[] = "sh", opt[] = "-c", a[] = "A=1";
	static char text[4096];

	snprintf(text, sizeof(text), "%s", script);
	argv[0] = sh;
	argv[1] = opt;
	argv[2] = text;
	envp[0] = a;
	return (struct process_spec){
		.path = "/bin/sh",
		.argv = argv,
		.envp = envp,
	};
}

static inline struct process
start(const char *script)
{
	struct process_spec spec = shell(script);
	struct process p;

	ck_assert_int_eq(process_start(&spec, &p), 0);
	return p;
}

/* Waits until the descriptor can be read; fails after five seconds. */
static inline void
await(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	ck_assert_int_eq(poll(&pfd, 1, 5000), 1);
}

/* Reads from the child until `len` bytes have come. */
static inline void
expect(int fd, const char *text)
{
	struct buf b;

	buf_init(&b, strlen(text));
	while (b.len < strlen(text)) {
		await(fd);
		ck_assert_int_gt(fd_read_buf(fd, &b, 100), 0);
	}
	ck_assert_str_eq(b.data, text);
	buf_free(&b);
}

/* Reads a line with a pid and opens it. */
static inline int
expect_pidfd(int fd)
{
	struct buf b;
	int pidfd;

	buf_init(&b, 32);
	do {
		await(fd);
		ck_assert_int_gt(fd_read_buf(fd, &b, 1), 0);
	} while (b.data[b.len - 1] != '\n');
	pidfd = pidfd_of((pid_t)strtol(b.data, NULL, 10));
	ck_assert_int_ge(pidfd, 0);
	buf_free(&b);
	return pidfd;
}

static inline size_t
open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	ck_assert_ptr_nonnull(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

static inline void
no_child_left(void)
{
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}

#endif
