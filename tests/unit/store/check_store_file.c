/*
 * The store's file: its owner's alone, whole after a kill and on a full disk,
 * and never somebody else's.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store/store_open.h"
#include "system/fdio.h"

#include "unit/scratch.h"
#include "unit/store_rig.h"

static char error[STORE_ERROR_MAX];

static int
try_to_open(const char *path)
{
	memset(&rig_counts, 0, sizeof(rig_counts));
	return store_db_open(path, RIG_MAX, &rig_counts, &rig, error);
}

static void
write_file(const char *path, const char *text, mode_t mode)
{
	(void)unlink(path);
	ck_assert_int_eq(file_create(path, text, strlen(text), mode), 0);
	ck_assert_int_eq(chmod(path, mode), 0);
}

START_TEST(it_is_there_the_next_time)
{
	const char *path;
	struct stat st;
	int64_t bytes;

	scratch_make();
	path = scratch_path("store");
	(void)umask(0);
	rig_open(path, RIG_MAX);
	ck_assert_int_eq(rig_keep("me", "a", ""), 0);
	ck_assert_int_eq(rig_keep("me", "b", "a"), 0);
	bytes = gauge_get(&rig_counts.bytes);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(stat(scratch_path("store-wal"), &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	store_db_close(rig);

	rig_open(path, RIG_MAX);
	ck_assert_int_eq(gauge_get(&rig_counts.bytes), bytes);
	ck_assert_int_eq(gauge_get(&rig_counts.answers), 2);
	ck_assert_str_eq(rig_read(store_answers_chain, "me", "b"),
	    "<a-in><a-out><b-in><b-out>");
	ck_assert_str_eq(rig_read(store_answers_get, "you", "b"), "ENOENT");
	/* What was used last is known, too. */
	ck_assert_str_eq(rig_read(store_answers_item, "me", "a-in"), "<a-in>");
	store_db_close(rig);
	rig_open(path, (uint64_t)bytes - 1);
	ck_assert_str_eq(rig_read(store_answers_get, "me", "b"), "ENOENT");
	ck_assert_str_eq(rig_read(store_answers_item, "me", "a-in"), "<a-in>");
	store_db_close(rig);
	scratch_remove();
}
END_TEST

START_TEST(what_is_not_ours_alone_is_refused)
{
	const char *path;

	scratch_make();
	path = scratch_path("store");
	write_file(path, "", 0644);
	ck_assert_int_eq(try_to_open(path), -EPERM);
	ck_assert_ptr_nonnull(strstr(error, "chmod 600"));
	ck_assert_int_eq(store_open_check(path, error), -EPERM);
	write_file(path, "", 0600);
	ck_assert_int_eq(store_open_check(path, error), 0);
	ck_assert_int_eq(symlink(path, scratch_path("link")), 0);
	ck_assert_int_eq(try_to_open(scratch_path("link")), -ELOOP);
	ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0600), 0);
	ck_assert_int_eq(try_to_open(scratch_path("fifo")), -EINVAL);
	ck_assert_int_eq(try_to_open(scratch_path("no/store")), -ENOENT);
	ck_assert_int_eq(
	    store_open_check(scratch_path("no/store"), error), -ENOENT);
	ck_assert_int_eq(store_open_check(scratch_path("new"), error), 0);
	ck_assert_int_ne(access(scratch_path("new"), F_OK), 0);
	ck_assert_ptr_null(strchr(error, '\n'));
	scratch_remove();
}
END_TEST

START_TEST(what_is_something_else_stays_as_it_is)
{
	struct buf before, after;
	const char *path;
	sqlite3 *other;

	scratch_make();
	path = scratch_path("notes");
	write_file(path, "these are my notes, and no database at all", 0600);
	ck_assert_int_eq(try_to_open(path), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "left as it is"));
	path = scratch_path("other");
	write_file(path, "", 0600);
	ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
	ck_assert_int_eq(
	    sqlite3_exec(other, "CREATE TABLE t (x)", NULL, NULL, NULL), 0);
	sqlite3_close(other);
	buf_init(&before, RIG_MAX);
	buf_init(&after, RIG_MAX);
	ck_assert_int_eq(file_read(path, RIG_MAX, &before), 0);
	ck_assert_int_eq(try_to_open(path), -EINVAL);
	ck_assert_int_eq(file_read(path, RIG_MAX, &after), 0);
	ck_assert_uint_eq(before.len, after.len);
	ck_assert_mem_eq(before.data, after.data, after.len);
	buf_free(&before);
	buf_free(&after);
	scratch_remove();
}
END_TEST

START_TEST(one_server_has_it)
{
	struct store_db *second;
	struct store_counts counts = { .kept = { 0 } };

	scratch_make();
	rig_open(scratch_path("store"), RIG_MAX);
	ck_assert_int_eq(rig_keep("me", "a", ""), 0);
	ck_assert_int_eq(store_db_open(scratch_path("store"), RIG_MAX, &counts,
			     &second, error),
	    -EBUSY);
	ck_assert_ptr_nonnull(strstr(error, "another server"));
	ck_assert_int_eq(store_open_check(scratch_path("store"), error), 0);
	ck_assert_int_eq(rig_keep("me", "b", "a"), 0);
	store_db_close(rig);
	scratch_remove();
}
END_TEST

/* Pages in the middle of the file become something else. */
static void
damage(const char *path)
{
	static const char junk[8192] = { 1, 2, 3 };
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(
	    pwrite(fd, junk, sizeof(junk), 4096), (ssize_t)sizeof(junk));
	fd_close(&fd);
}

START_TEST(a_damaged_one_is_set_aside)
{
	const char *path;
	char id[16];

	scratch_make();
	path = scratch_path("store");
	rig_open(path, RIG_MAX);
	for (int i = 0; i < 50; i++) {
		snprintf(id, sizeof(id), "r%d", i);
		ck_assert_int_eq(rig_keep_all("me", id, "", "", 5000), 0);
	}
	store_db_close(rig);
	for (int i = 0; i < 2; i++) {
		damage(path);
		ck_assert_int_eq(try_to_open(path), 0);
		ck_assert_ptr_nonnull(strstr(error, ".damaged"));
		ck_assert_uint_eq(counter_get(&rig_counts.faults), 1);
		ck_assert_int_eq(
		    access(scratch_path("store.damaged"), F_OK), 0);
		ck_assert_int_eq(gauge_get(&rig_counts.answers), 0);
		ck_assert_int_eq(rig_keep("me", "a", ""), 0);
		store_db_close(rig);
		rig_open(path, RIG_MAX);
		ck_assert_str_eq(
		    rig_read(store_answers_chain, "me", "a"), "<a-in><a-out>");
		store_db_close(rig);
	}
	scratch_remove();
}
END_TEST

/* Keeps answers without end, and says of each when it is kept. */
NORETURN static void
keep_and_tell(const char *path, int fd)
{
	char id[16];

	if (store_db_open(path, RIG_MAX, &rig_counts, &rig, error) != 0)
		_exit(1);
	for (int i = 0;; i++) {
		snprintf(id, sizeof(id), "r%d", i);
		if (rig_keep_all("me", id, "", "", 2000) != 0 ||
		    write(fd, &i, sizeof(i)) != (ssize_t)sizeof(i))
			_exit(1);
	}
}

START_TEST(what_was_kept_outlives_a_kill)
{
	const char *path;
	char id[16];
	int fds[2], last = -1, status;
	pid_t child;

	scratch_make();
	path = scratch_path("store");
	ck_assert_int_eq(fd_pipe(fds), 0);
	child = fork();
	if (child == 0)
		keep_and_tell(path, fds[1]);
	fd_close(&fds[1]);
	/* Enough for some to have gone, and for a checkpoint or two. */
	while (last < 2000)
		ck_assert_int_eq(
		    read(fds[0], &last, sizeof(last)), (ssize_t)sizeof(last));
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	while (read(fds[0], &last, sizeof(last)) > 0)
		continue;
	fd_close(&fds[0]);
	/* Nothing is set aside: it is whole. */
	rig_open(path, RIG_MAX);
	ck_assert_int_gt(gauge_get(&rig_counts.answers), 100);
	ck_assert_int_le(gauge_get(&rig_counts.bytes), RIG_MAX);
	for (int i = last; i > last - 100; i--) {
		snprintf(id, sizeof(id), "r%d-in", i);
		ck_assert_int_eq(strcmp(rig_read(store_answers_item, "me", id),
				     "ENOENT") == 0,
		    0);
	}
	ck_assert_int_eq(rig_keep("me", "after", ""), 0);
	store_db_close(rig);
	scratch_remove();
}
END_TEST

static void
limit_files(rlim_t bytes)
{
	struct rlimit r;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &r), 0);
	r.rlim_cur = bytes == 0 ? r.rlim_max : bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &r), 0);
}

START_TEST(a_full_disk_harms_nothing)
{
	int64_t answers, bytes;
	int rc = 0, i;
	char id[16];

	scratch_make();
	signal(SIGXFSZ, SIG_IGN);
	rig_open(scratch_path("store"), RIG_MAX);
	limit_files(200 * 1024);
	for (i = 0; rc == 0 && i < 1000; i++) {
		snprintf(id, sizeof(id), "r%d", i);
		rc = rig_keep_all("me", id, "", "", 5000);
	}
	ck_assert(rc == -ENOSPC || rc == -EIO);
	ck_assert_int_gt(i, 2);
	answers = gauge_get(&rig_counts.answers);
	bytes = gauge_get(&rig_counts.bytes);
	ck_assert_int_eq(answers, i - 1);
	ck_assert_int_ne(rig_keep_all("me", id, "", "", 5000), 0);
	ck_assert_uint_eq(counter_get(&rig_counts.dropped), 2);
	ck_assert_uint_ge(counter_get(&rig_counts.faults), 2);
	/* What is there can be read, though not noted as used. */
	ck_assert_str_eq(
	    rig_read(store_answers_item, "me", "r0-in"), "<r0-in>");
	ck_assert_int_eq(gauge_get(&rig_counts.answers), answers);
	ck_assert_int_eq(gauge_get(&rig_counts.bytes), bytes);
	limit_files(0);
	ck_assert_int_eq(rig_keep_all("me", "later", "", "", 5000), 0);
	store_db_close(rig);
	rig_open(scratch_path("store"), RIG_MAX);
	ck_assert_int_eq(gauge_get(&rig_counts.answers), answers + 1);
	store_db_close(rig);
	scratch_remove();
}
END_TEST

/* Opens what is at the path now, and closes it again. */
static int64_t
answers_at(const char *path)
{
	struct store_counts counts = { .kept = { 0 } };
	struct store_db *db;
	int64_t n;

	ck_assert_msg(store_db_open(path, RIG_MAX, &counts, &db, error) == 0,
	    "%s", error);
	ck_assert_str_eq(error, "");
	n = gauge_get(&counts.answers);
	store_db_close(db);
	return n;
}

START_TEST(one_that_is_taken_away_is_noticed_once)
{
	const char *path, *aside;

	scratch_make();
	path = scratch_path("store");
	aside = scratch_path("aside");
	rig_open(path, RIG_MAX);
	ck_assert_int_eq(rig_keep("me", "a", ""), 0);
	ck_assert_int_eq(rename(path, aside), 0);
	ck_assert_int_eq(rig_keep("me", "b", "a"), 0);
	ck_assert_int_eq(rig_keep("me", "c", "b"), 0);
	ck_assert_uint_eq(counter_get(&rig_counts.faults), 1);
	ck_assert_str_eq(rig_read(store_answers_chain, "me", "c"),
	    "<a-in><a-out><b-in><b-out><c-in><c-out>");
	/* Put back, and away again. */
	ck_assert_int_eq(rename(aside, path), 0);
	ck_assert_int_eq(rig_keep("me", "d", ""), 0);
	ck_assert_uint_eq(counter_get(&rig_counts.faults), 1);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(rig_keep("me", "e", ""), 0);
	ck_assert_uint_eq(counter_get(&rig_counts.faults), 2);
	store_db_close(rig);
	scratch_remove();
}
END_TEST

/* The journal has the path's name, and nothing in it for the new file. */
START_TEST(another_in_its_place_stays_whole)
{
	const char *path;
	char id[16];

	scratch_make();
	path = scratch_path("store");
	rig_open(scratch_path("other"), RIG_MAX);
	for (int i = 0; i < 20; i++) {
		snprintf(id, sizeof(id), "o%d", i);
		ck_assert_int_eq(rig_keep_all("me", id, "", "", 5000), 0);
	}
	store_db_close(rig);
	rig_open(path, RIG_MAX);
	for (int i = 0; i < 30; i++) {
		snprintf(id, sizeof(id), "r%d", i);
		ck_assert_int_eq(rig_keep_all("me", id, "", "", 5000), 0);
		if (i == 20)
			ck_assert_int_eq(rename(path, scratch_path("old")), 0);
		if (i == 20)
			ck_assert_int_eq(
			    rename(scratch_path("other"), path), 0);
	}
	ck_assert_uint_eq(counter_get(&rig_counts.faults), 1);
	/* As if it were killed: it is not closed. */
	ck_assert_int_eq(answers_at(path), 20);
	store_db_close(rig);
	ck_assert_int_eq(answers_at(path), 20);
	ck_assert_int_eq(answers_at(scratch_path("old")), 30);
	scratch_remove();
}
END_TEST

UNIT_MAIN("store_file", it_is_there_the_next_time,
    what_is_not_ours_alone_is_refused, what_is_something_else_stays_as_it_is,
    one_server_has_it, a_damaged_one_is_set_aside,
    what_was_kept_outlives_a_kill, a_full_disk_harms_nothing,
    one_that_is_taken_away_is_noticed_once, another_in_its_place_stays_whole)
