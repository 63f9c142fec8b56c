#include "store/store_open.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "system/fdio.h"

enum {
	/* In the header of the file: "caps", and the tables' version. */
	APPLICATION = 0x63617073,
	TABLES = 1,
	BUSY_MS = 2000
};

static const char tables[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE answers (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " owner TEXT NOT NULL, previous TEXT NOT NULL,"
    " conversation TEXT NOT NULL, body TEXT NOT NULL,"
    " created INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " used INTEGER NOT NULL);"
    "CREATE INDEX answers_used ON answers (used);"
    "CREATE TABLE conversations (key INTEGER PRIMARY KEY,"
    " id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, metadata TEXT NOT NULL,"
    " created INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " used INTEGER NOT NULL);"
    "CREATE INDEX conversations_used ON conversations (used);"
    "CREATE TABLE items (key INTEGER PRIMARY KEY, id TEXT NOT NULL,"
    " owner TEXT NOT NULL, answer INTEGER, conversation INTEGER,"
    " output INTEGER NOT NULL, json TEXT NOT NULL, bytes INTEGER NOT NULL);"
    "CREATE INDEX items_id ON items (id);"
    "CREATE INDEX items_answer ON items (answer, key);"
    /* With what is added up of a whole conversation. */
    "CREATE INDEX items_conversation ON items (conversation, key, bytes);";

int
store_error(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
		return -EBUSY;
	case SQLITE_CORRUPT:
		return -EUCLEAN;
	case SQLITE_NOTADB:
		return -EINVAL;
	default:
		return -EIO;
	}
}

static int
say(char *ret_error, const char *path, int rc, const char *why)
{
	snprintf(ret_error, STORE_ERROR_MAX, "--store-file: %s%s%s",
	    path != NULL ? path : "in memory", *why == ':' ? "" : " ", why);
	return rc;
}

static int
say_errno(char *ret_error, const char *path, int rc)
{
	char why[128];

	snprintf(why, sizeof(why), ": %s", strerror(-rc));
	return say(ret_error, path, rc, why);
}

/* ---- the file itself ---- */

static int
check_file(const char *path, const struct stat *st, char *ret_error)
{
	if (!S_ISREG(st->st_mode))
		return say(ret_error, path, -EINVAL, "is no file");
	if (st->st_uid != geteuid())
		return say(ret_error, path, -EPERM, "belongs to another user");
	if ((st->st_mode & 077) != 0)
		return say(ret_error, path, -EPERM,
		    "may be open to others; make it its owner's alone: "
		    "chmod 600");
	return 0;
}

/*
 * Opened and closed again before SQLite has it: a later close would take away
 * its locks.
 */
static int
claim(const char *path, char *ret_error)
{
	struct stat st;
	int rc = 0;
	int fd = open(
	    path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd < 0)
		return say_errno(ret_error, path, -errno);
	if (fstat(fd, &st) != 0)
		rc = say_errno(ret_error, path, -errno);
	if (rc == 0)
		rc = check_file(path, &st, ret_error);
	fd_close(&fd);
	return rc;
}

int
store_open_check(const char *path, char ret_error[STORE_ERROR_MAX])
{
	char copy[PATH_MAX];
	struct stat st;

	if (lstat(path, &st) == 0)
		return check_file(path, &st, ret_error);
	if (errno != ENOENT)
		return say_errno(ret_error, path, -errno);
	snprintf(copy, sizeof(copy), "%s", path);
	if (access(dirname(copy), W_OK | X_OK) != 0)
		return say_errno(ret_error, path, -errno);
	return 0;
}

void
store_open_aside(const char *path, char ret_aside[PATH_MAX])
{
	snprintf(ret_aside, PATH_MAX, "%s.damaged", path);
}

/* It and what SQLite had not yet put into it. */
static int
set_aside(const char *path)
{
	char from[PATH_MAX], to[PATH_MAX];

	snprintf(from, sizeof(from), "%s-wal", path);
	snprintf(to, sizeof(to), "%s.damaged-wal", path);
	(void)unlink(to);
	if (rename(from, to) != 0 && errno != ENOENT)
		return -errno;
	store_open_aside(path, to);
	return rename(path, to) == 0 ? 0 : -errno;
}

/* ---- what is in it ---- */

static int
run(sqlite3 *sql, const char *text)
{
	return store_error(sqlite3_exec(sql, text, NULL, NULL, NULL));
}

/* The first column of the first row; for PRAGMA and count. */
static int
ask(sqlite3 *sql, const char *text, int64_t *ret_number)
{
	sqlite3_stmt *st = NULL;
	int rc = store_error(sqlite3_prepare_v2(sql, text, -1, &st, NULL));

	if (rc == 0)
		rc = store_error(sqlite3_step(st));
	if (rc == 0)
		*ret_number = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return rc;
}

/* -EINVAL: of somebody else, or of a later version. */
static int
identify(sqlite3 *sql, bool *ret_new)
{
	int64_t application = 0, version = 0, n = 0;
	int rc = ask(sql, "PRAGMA application_id", &application);

	if (rc == 0)
		rc = ask(sql, "PRAGMA user_version", &version);
	if (rc == 0)
		rc = ask(sql, "SELECT count(*) FROM sqlite_schema", &n);
	if (rc != 0)
		return rc;
	*ret_new = application == 0 && version == 0 && n == 0;
	if (*ret_new || (application == APPLICATION && version == TABLES))
		return 0;
	return -EINVAL;
}

/* -EUCLEAN: it is damaged. */
static int
examine(sqlite3 *sql)
{
	sqlite3_stmt *st = NULL;
	int rc = store_error(
	    sqlite3_prepare_v2(sql, "PRAGMA quick_check(1)", -1, &st, NULL));
	const unsigned char *said;

	if (rc == 0)
		rc = store_error(sqlite3_step(st));
	if (rc == 0) {
		said = sqlite3_column_text(st, 0);
		if (said == NULL || strcmp((const char *)said, "ok") != 0)
			rc = said == NULL ? -ENOMEM : -EUCLEAN;
	}
	sqlite3_finalize(st);
	return rc;
}

static int
make_tables(sqlite3 *sql)
{
	char mark[128];
	int rc = run(sql, tables);

	snprintf(mark, sizeof(mark),
	    "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
	    APPLICATION, TABLES);
	return rc != 0 ? rc : run(sql, mark);
}

/* Not before it is known to be ours: this changes the file. */
static int
set_up(sqlite3 *sql)
{
	char bounds[128];
	int rc = run(sql,
	    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
	    "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY");

	snprintf(bounds, sizeof(bounds), "PRAGMA journal_size_limit = %zu",
	    LIMIT_STORE_JOURNAL);
	return rc != 0 ? rc : run(sql, bounds);
}

static int
prepare(sqlite3 *sql)
{
	bool is_new = false;
	int rc = run(sql, "PRAGMA locking_mode = EXCLUSIVE");

	if (rc == 0)
		rc = identify(sql, &is_new);
	if (rc == 0)
		rc = set_up(sql);
	if (rc == 0)
		rc = is_new ? make_tables(sql) : examine(sql);
	return rc;
}

static int
connect_to(const char *path, sqlite3 **ret_sql)
{
	sqlite3 *sql = NULL;
	int rc = store_error(
	    sqlite3_open_v2(path != NULL ? path : ":memory:", &sql,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
		    (path == NULL ? SQLITE_OPEN_CREATE : 0),
		NULL));

	if (rc == 0) {
		(void)sqlite3_extended_result_codes(sql, 1);
		(void)sqlite3_busy_timeout(sql, BUSY_MS);
		rc = prepare(sql);
	}
	if (rc != 0) {
		(void)sqlite3_close(sql);
		sql = NULL;
	}
	*ret_sql = sql;
	return rc;
}

static int
explain(const char *path, int rc, char *ret_error)
{
	if (rc == -EBUSY)
		return say(ret_error, path, rc, "is used by another server");
	if (rc == -EINVAL)
		return say(ret_error, path, rc,
		    "is no store that this version knows, or its beginning is "
		    "damaged; it was left as it is");
	return say_errno(ret_error, path, rc);
}

int
store_open(const char *path, sqlite3 **ret_sql, char ret_error[STORE_ERROR_MAX])
{
	int rc = 0;

	*ret_sql = NULL;
	ret_error[0] = '\0';
	if (path != NULL)
		rc = claim(path, ret_error);
	if (rc != 0)
		return rc;
	rc = connect_to(path, ret_sql);
	if (rc == -EUCLEAN && path != NULL) {
		rc = set_aside(path);
		if (rc == 0)
			rc = claim(path, ret_error);
		if (rc == 0)
			rc = connect_to(path, ret_sql);
		if (rc == 0)
			say(ret_error, path, 0,
			    "was damaged: it is kept beside it as .damaged, "
			    "and a new one was begun");
	}
	return rc != 0 ? explain(path, rc, ret_error) : 0;
}
