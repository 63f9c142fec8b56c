#include "unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "unit/scratch.h"

START_TEST(close_clears_and_keeps_errno)
{
	int fds[2], none = -1, old;

	ck_assert_int_eq(fd_pipe(fds), 0);
	old = fds[0];
	errno = EXDEV;
	fd_close(&fds[0]);
	ck_assert_int_eq(fds[0], -1);
	ck_assert_int_eq(fcntl(old, F_GETFD), -1);
	errno = EXDEV;
	fd_close(&none);
	ck_assert_int_eq(errno, EXDEV);
	none = old; /* closed already: close(2) fails */
	fd_close(&none);
	ck_assert_int_eq(errno, EXDEV);
	fd_close(&fds[1]);
}
END_TEST

START_TEST(pipe_is_close_on_exec_and_blocking)
{
	int fds[2];

	ck_assert_int_eq(fd_pipe(fds), 0);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
		ck_assert_int_eq(fcntl(fds[i], F_GETFL) & O_NONBLOCK, 0);
		ck_assert_int_eq(fd_set_nonblocking(fds[i]), 0);
		ck_assert_int_eq(fd_set_nonblocking(fds[i]), 0);
		ck_assert_int_ne(fcntl(fds[i], F_GETFL) & O_NONBLOCK, 0);
		fd_close(&fds[i]);
	}
	ck_assert_int_eq(fd_set_nonblocking(-1), -EBADF);
}
END_TEST

START_TEST(waiting_ends_with_the_event_or_the_deadline)
{
	int fds[2];

	ck_assert_int_eq(fd_pipe(fds), 0);
	ck_assert_int_eq(fd_wait(fds[0], POLLIN, clock_after(1)), -ETIMEDOUT);
	ck_assert_int_eq(fd_wait(fds[1], POLLOUT, CLOCK_NEVER), 0);
	ck_assert_int_eq(fd_write_all(fds[1], "x", 1), 0);
	ck_assert_int_eq(fd_wait(fds[0], POLLIN, CLOCK_NEVER), 0);
	fd_close(&fds[0]);
	fd_close(&fds[1]);
}
END_TEST

/* clang-format off */
static const struct {
	const char *comment;
	size_t cap, held; /* the buffer */
	size_t max;
	size_t sent;      /* bytes in the pipe */
	bool closed;      /* its writing end */
	ssize_t result;
} reads[] = {
	{ "all that is there",        100,  0, 50,  7, false, 7 },
	{ "no more than max",         100,  0,  5,  7, false, 5 },
	{ "no more than the room",     10,  6, 50,  7, false, 4 },
	{ "no room",                   10, 10, 50,  7, false, -EMSGSIZE },
	{ "nothing there",            100,  3, 50,  0, false, -EAGAIN },
	{ "the end",                  100,  3, 50,  0, true,  0 },
	{ "bytes come before the end", 100, 0, 50,  2, true,  2 },
};
/* clang-format on */

START_TEST(read_buf_table)
{
	char bytes[16] = "0123456789abcde";
	struct buf b;
	int fds[2];

	for (size_t i = 0; i < ARRAY_SIZE(reads); i++) {
		size_t got = reads[i].result > 0 ? (size_t)reads[i].result : 0;

		buf_init(&b, reads[i].cap);
		ck_assert_int_eq(buf_append(&b, bytes, reads[i].held), 0);
		ck_assert_int_eq(fd_pipe(fds), 0);
		ck_assert_int_eq(fd_set_nonblocking(fds[0]), 0);
		ck_assert_int_eq(fd_write_all(fds[1], bytes, reads[i].sent), 0);
		if (reads[i].closed)
			fd_close(&fds[1]);
		ck_assert_msg(
		    fd_read_buf(fds[0], &b, reads[i].max) == reads[i].result,
		    "%s", reads[i].comment);
		ck_assert_uint_eq(b.len, reads[i].held + got);
		if (got > 0)
			ck_assert_mem_eq(b.data + reads[i].held, bytes, got);
		fd_close(&fds[0]);
		fd_close(&fds[1]);
		buf_free(&b);
	}
	buf_init(&b, 10);
	ck_assert_int_eq(fd_read_buf(-1, &b, 1), -EBADF);
	buf_free(&b);
}
END_TEST

enum {
	MUCH = 1 << 20
};

static void *
drain_pipe(void *arg)
{
	const int *fd = arg;
	struct buf *b = malloc(sizeof(*b));

	ck_assert_ptr_nonnull(b);
	buf_init(b, 2 * MUCH);
	while (fd_read_buf(*fd, b, 4099) > 0)
		;
	return b;
}

START_TEST(write_all_is_whole)
{
	char *bytes = malloc(MUCH);
	struct buf *got;
	pthread_t reader;
	void *ret;
	int fds[2];

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < MUCH; i++)
		bytes[i] = (char)(i * 7 / 3);
	ck_assert_int_eq(fd_pipe(fds), 0);
	ck_assert_int_eq(pthread_create(&reader, NULL, drain_pipe, fds), 0);
	ck_assert_int_eq(fd_write_all(fds[1], bytes, MUCH), 0);
	fd_close(&fds[1]);
	ck_assert_int_eq(pthread_join(reader, &ret), 0);
	got = ret;
	ck_assert_uint_eq(got->len, MUCH);
	ck_assert_mem_eq(got->data, bytes, MUCH);
	buf_free(got);
	free(got);
	free(bytes);
	fd_close(&fds[0]);
	ck_assert_int_eq(fd_write_all(-1, "x", 1), -EBADF);
}
END_TEST

/* clang-format off */
static const struct {
	const char *comment;
	const char *text; /* of the file; NULL: there is none */
	size_t max;
	size_t cap;       /* of the buffer, which holds "held" */
	int result;
} files[] = {
	{ "empty file",            "",    10, 100, 0 },
	{ "empty file, max 0",     "",     0, 100, 0 },
	{ "below max",             "abc", 10, 100, 0 },
	{ "exactly max",           "abc",  3, 100, 0 },
	{ "exactly the cap",       "abc", 10,   7, 0 },
	{ "no limit",              "abc", SIZE_MAX, SIZE_MAX, 0 },
	{ "one over max",          "abc",  2, 100, -EFBIG },
	{ "max 0",                 "abc",  0, 100, -EFBIG },
	{ "over the cap",          "abc", 10,   6, -EMSGSIZE },
	{ "no file",               NULL,  10, 100, -ENOENT },
};
/* clang-format on */

START_TEST(file_read_table)
{
	const char *path, *text;
	struct buf b;

	scratch_make();
	path = scratch_path("f");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		text = files[i].text;
		unlink(path);
		if (text != NULL)
			ck_assert_int_eq(
			    file_create(path, text, strlen(text), 0600), 0);
		buf_init(&b, files[i].cap);
		ck_assert_int_eq(buf_puts(&b, "held"), 0);
		ck_assert_msg(
		    file_read(path, files[i].max, &b) == files[i].result, "%s",
		    files[i].comment);
		ck_assert_mem_eq(b.data, "held", 4);
		ck_assert_str_eq(b.data + 4, files[i].result == 0 ? text : "");
		buf_free(&b);
	}
	buf_init(&b, 100000);
	ck_assert_int_eq(file_read(scratch_path("."), 10, &b), -EISDIR);
	ck_assert_ptr_null(b.data);
	ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0600), 0);
	ck_assert_int_eq(file_read(scratch_path("fifo"), 10, &b), -EINVAL);
	/* Its size is given as 0, and yet there is something in it. */
	ck_assert_int_eq(file_read("/proc/self/status", 50000, &b), 0);
	ck_assert_uint_gt(b.len, 100);
	buf_free(&b);
	/* An empty file in an empty buffer is text, too. */
	ck_assert_int_eq(file_create(scratch_path("e"), "", 0, 0600), 0);
	ck_assert_int_eq(file_read(scratch_path("e"), 1, &b), 0);
	ck_assert_ptr_nonnull(b.data);
	buf_free(&b);
	scratch_remove();
}
END_TEST

static mode_t
mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_mode & 07777;
}

START_TEST(create_is_exclusive)
{
	const char *path;
	struct buf b;

	scratch_make();
	umask(0);
	path = scratch_path("new");
	ck_assert_int_eq(file_create(path, "one", 3, 0640), 0);
	ck_assert_uint_eq(mode_of(path), 0640);
	ck_assert_int_eq(file_create(path, "two", 3, 0640), -EEXIST);
	ck_assert_int_eq(symlink("nowhere", scratch_path("l")), 0);
	ck_assert_int_eq(file_create(scratch_path("l"), "", 0, 0600), -EEXIST);
	ck_assert_int_eq(
	    file_create(scratch_path("no/f"), "", 0, 0600), -ENOENT);
	buf_init(&b, 10);
	ck_assert_int_eq(file_read(path, 10, &b), 0);
	ck_assert_str_eq(b.data, "one");
	buf_free(&b);
	scratch_remove();
}
END_TEST

enum {
	REWRITES = 300,
	SHORT = 10,
	LONG = 100000
};

static const char *atomic_path;
static char contents[2][LONG];

static void *
rewrite(void *arg)
{
	_Atomic bool *done = arg;

	for (int i = 0; i < REWRITES; i++)
		ck_assert_int_eq(file_write_atomic(atomic_path, contents[i % 2],
				     i % 2 ? LONG : SHORT, 0600),
		    0);
	atomic_store(done, true);
	return NULL;
}

/* A reader sees one of the two contents, whole, whenever it looks. */
START_TEST(write_atomic_is_never_half)
{
	_Atomic bool done = false;
	size_t seen[2] = { 0, 0 };
	pthread_t writer;
	struct buf b;

	scratch_make();
	umask(0277); /* the mode is exact in spite of it */
	atomic_path = scratch_path("state");
	memset(contents[0], 'a', SHORT);
	memset(contents[1], 'b', LONG);
	ck_assert_int_eq(
	    file_write_atomic(atomic_path, contents[0], SHORT, 0644), 0);
	ck_assert_uint_eq(mode_of(atomic_path), 0644);
	ck_assert_int_eq(pthread_create(&writer, NULL, rewrite, &done), 0);
	while (!atomic_load(&done)) {
		int which;

		buf_init(&b, LONG);
		ck_assert_int_eq(file_read(atomic_path, LONG, &b), 0);
		which = b.data[0] == 'b';
		ck_assert_uint_eq(b.len, which ? LONG : SHORT);
		ck_assert_mem_eq(b.data, contents[which], b.len);
		seen[which]++;
		buf_free(&b);
	}
	pthread_join(writer, NULL);
	ck_assert_uint_gt(seen[0] + seen[1], 0);
	ck_assert_uint_eq(mode_of(atomic_path), 0600);
	ck_assert_int_eq(unlink(atomic_path), 0);
	/* Nothing was left beside it. */
	ck_assert_int_eq(rmdir(scratch_directory), 0);
}
END_TEST

START_TEST(write_atomic_leaves_nothing_on_failure)
{
	scratch_make();
	ck_assert_int_eq(
	    file_write_atomic(scratch_path("no/f"), "", 0, 0600), -ENOENT);
	ck_assert_int_eq(mkdir(scratch_path("d"), 0700), 0);
	ck_assert_int_eq(mkdir(scratch_path("d/e"), 0700), 0);
	ck_assert_int_lt(file_write_atomic(scratch_path("d"), "", 0, 0600), 0);
	ck_assert_int_eq(rmdir(scratch_path("d/e")), 0);
	ck_assert_int_eq(rmdir(scratch_path("d")), 0);
	ck_assert_int_eq(rmdir(scratch_directory), 0);
}
END_TEST

/* clang-format off */
static const struct {
	const char *comment;
	const char *path;
	int result;
} made[] = {
	{ "one level",              "a",          0 },
	{ "it is there",            "a",          0 },
	{ "two more below it",      "a/b/c",      0 },
	{ "slashes",                "a//d///e//", 0 },
	{ "the scratch itself",     "",           0 },
	{ "a file in the way",      "file/x",     -ENOTDIR },
	{ "a file at the end",      "file",       -ENOTDIR },
	{ "a link to a directory",  "link/x",     0 },
};
/* clang-format on */

START_TEST(dir_make_table)
{
	struct stat st;
	int r;

	scratch_make();
	umask(0);
	ck_assert_int_eq(mkdir(scratch_path("real"), 0755), 0);
	ck_assert_int_eq(symlink("real", scratch_path("link")), 0);
	ck_assert_int_eq(file_create(scratch_path("file"), "", 0, 0600), 0);
	for (size_t i = 0; i < ARRAY_SIZE(made); i++) {
		r = dir_make(scratch_path(made[i].path), 0710);
		ck_assert_msg(
		    r == made[i].result, "%s: %d", made[i].comment, r);
		if (r != 0)
			continue;
		ck_assert_int_eq(stat(scratch_path(made[i].path), &st), 0);
		ck_assert(S_ISDIR(st.st_mode));
	}
	ck_assert_uint_eq(mode_of(scratch_path("a/b")), 0710);
	ck_assert_uint_eq(mode_of(scratch_path("a/d/e")), 0710);
	ck_assert_uint_eq(mode_of(scratch_path("real")), 0755);
	ck_assert_int_eq(chdir(scratch_directory), 0);
	ck_assert_int_eq(dir_make("relative/x", 0700), 0);
	ck_assert_int_eq(access(scratch_path("relative/x"), F_OK), 0);
	scratch_remove();
}
END_TEST

START_TEST(dir_remove_follows_no_link)
{
	scratch_make();
	ck_assert_int_eq(dir_make(scratch_path("d"), 0700), 0);
	ck_assert_int_eq(dir_make(scratch_path("keep"), 0700), 0);
	ck_assert_int_eq(file_create(scratch_path("keep/f"), "", 0, 0600), 0);
	for (int i = 0; i < 300; i++) {
		char name[16];

		snprintf(name, sizeof(name), "d/%d", i);
		ck_assert_int_eq(
		    file_create(scratch_path(name), "x", 1, 0600), 0);
	}
	ck_assert_int_eq(symlink("../keep", scratch_path("d/dirlink")), 0);
	ck_assert_int_eq(symlink("../keep/f", scratch_path("d/flink")), 0);
	ck_assert_int_eq(symlink("keep", scratch_path("link")), 0);
	ck_assert_int_eq(dir_remove(scratch_path("d")), 0);
	ck_assert_int_eq(access(scratch_path("d"), F_OK), -1);
	ck_assert_int_lt(dir_remove(scratch_path("link")), 0);
	ck_assert_int_eq(access(scratch_path("keep/f"), F_OK), 0);
	ck_assert_int_eq(dir_remove(scratch_path("none")), -ENOENT);
	scratch_remove();
}
END_TEST

START_TEST(dir_remove_stays_on_its_level)
{
	scratch_make();
	ck_assert_int_eq(dir_make(scratch_path("d/sub"), 0700), 0);
	ck_assert_int_eq(file_create(scratch_path("d/sub/f"), "", 0, 0600), 0);
	ck_assert_int_eq(file_create(scratch_path("d/f"), "", 0, 0600), 0);
	ck_assert_int_lt(dir_remove(scratch_path("d")), 0);
	ck_assert_int_eq(access(scratch_path("d/sub/f"), F_OK), 0);
	ck_assert_int_eq(access(scratch_path("d/f"), F_OK), -1);
	scratch_remove();
}
END_TEST

UNIT_MAIN("fdio", close_clears_and_keeps_errno,
    pipe_is_close_on_exec_and_blocking,
    waiting_ends_with_the_event_or_the_deadline, read_buf_table,
    write_all_is_whole, file_read_table, create_is_exclusive,
    write_atomic_is_never_half, write_atomic_leaves_nothing_on_failure,
    dir_make_table, dir_remove_follows_no_link, dir_remove_stays_on_its_level)
