/*
 * store_open.h - a connection to the store's file, or to memory: the file is
 * made safely, looked at, and its tables are there. See store_db_open.
 */
#ifndef STORE_STORE_OPEN_H
#define STORE_STORE_OPEN_H

#include <limits.h>

#include "store/store_db.h"

/* Errors as store_db_open; then *ret_sql is NULL. */
MUST_CHECK int store_open(
    const char *path, sqlite3 **ret_sql, char ret_error[STORE_ERROR_MAX]);

/*
 * Whether a start could have the file, which may be in use now: looks, makes
 * nothing. Errors as store_db_open. Any thread.
 */
MUST_CHECK int
store_open_check(const char *path, char ret_error[STORE_ERROR_MAX]);

/* Where a damaged one is kept, which is "PATH.damaged". Any thread. */
void store_open_aside(const char *path, char ret_aside[PATH_MAX]);

/* SQLite's code as ours; 0 for SQLITE_OK, ROW and DONE. */
int store_error(int code);

#endif
