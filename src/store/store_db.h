/*
 * store_db.h - the store's connection to SQLite, which its thread owns:
 * opening it, statements, transactions, and what is held together.
 *
 * Without a file all of it is in memory. With one it is WAL, so that a process
 * that is killed leaves it whole; the file is for one server alone, 0600.
 *
 * What is kept are answers, with the items of their requests and their own,
 * and conversations, with their items. An item may belong to both, and goes
 * with the last of them. All together have at most `max` bytes: the one that
 * was not used for longest goes first.
 *
 * Functions return 0, -ENOMEM, -ENOSPC (the disk is full), -EIO for other
 * faults of disk or file; and what stands with them. Faults are counted, and
 * of each kind one is logged in a while. Threads: one at a time.
 *
 * A file that is removed or replaced under the server is noticed with the next
 * change, logged and counted as a fault once. What is kept goes on in the file
 * that was opened, which its path names no more, and ends with the process.
 */
#ifndef STORE_STORE_DB_H
#define STORE_STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/metrics.h"
#include "base/text.h"

enum {
	STORE_ERROR_MAX = 512,
	/* What SQLite and we need for a row besides its texts, about. */
	STORE_ROW_BYTES = 256
};

/* Each is logged for itself. */
enum store_fault {
	STORE_FAULT_MEMORY,
	STORE_FAULT_FULL,
	STORE_FAULT_OTHER,
	STORE_FAULT_KINDS
};

enum store_sql {
#define SQL(name, text) STORE_##name,
#include "store/store_sql.def"
#undef SQL
	STORE_STATEMENTS
};

/* What operators see. Any thread. */
struct store_counts {
	struct counter kept; /* answers, since the start */
	struct counter
	    evicted; /* answers and conversations, for want of room */
	struct counter dropped; /* answers that were not kept */
	struct counter faults; /* of disk, file and memory */
	struct gauge answers, conversations, bytes; /* that are there */
};

struct store_db {
	sqlite3 *sql;
	sqlite3_stmt *statements[STORE_STATEMENTS];
	struct store_counts *counts; /* borrowed */
	uint64_t max;
	/* private, as all below: what the gauges have once it is committed */
	int64_t answers, conversations, bytes;
	int64_t saved[3]; /* the same before the transaction */
	uint64_t evicted; /* in this transaction */
	int64_t tick; /* the last use's number */
	int64_t complain_at[STORE_FAULT_KINDS]; /* when one is logged again */
	bool moved; /* the path does not name the file that is open */
};

/*
 * Opens `path`, or memory for NULL, and makes what is missing. Errors, with
 * one line in `ret_error`: also -EBUSY another server has it, -EPERM it is not
 * ours alone, -EINVAL it is something else. A damaged file is set aside, which
 * is a fault, and `ret_error` then says so beside the 0; else it is empty.
 */
MUST_CHECK int
store_db_open(const char *path, uint64_t max, struct store_counts *counts,
    struct store_db **ret_db, char ret_error[STORE_ERROR_MAX]);
void store_db_close(struct store_db *db);

/* ---- for the room's own files ---- */

/* Whole or not at all; what is over `max` goes with the commit. */
MUST_CHECK int store_db_begin(struct store_db *db);
/* `rc`: what came of it; returns it, or the error of the commit. */
MUST_CHECK int store_db_end(struct store_db *db, int rc);

/* One ready to be bound. */
sqlite3_stmt *store_db_statement(struct store_db *db, enum store_sql which);
/* 1: a row; 0: none is left, and it is reset. Errors as above, reset. */
MUST_CHECK int store_db_step(struct store_db *db, sqlite3_stmt *st);
/* Steps to the end. */
MUST_CHECK int store_db_run(struct store_db *db, sqlite3_stmt *st);
/* The same; adds up the first column. */
MUST_CHECK int
store_db_sum(struct store_db *db, sqlite3_stmt *st, int64_t *ret_sum);

/*
 * Steps a statement of (id, owner) to its row, which the caller resets.
 * Errors: also -ENOENT.
 */
MUST_CHECK int store_db_find(struct store_db *db, enum store_sql which,
    struct text owner, struct text id, sqlite3_stmt **ret_st);

/* Bound by reference: until the statement is reset. Empty: NULL. */
void store_db_text(sqlite3_stmt *st, int at, struct text value);
/* Borrowed, until the next step. */
struct text store_db_column(sqlite3_stmt *st, int column);

/* The number of a use that is now. */
int64_t store_db_use(struct store_db *db);
/* It was used now; outside of a transaction a failure spoils nothing. */
MUST_CHECK int
store_db_used(struct store_db *db, enum store_sql which, int64_t key);

/* In a transaction: takes an answer, or a conversation, and its items away. */
MUST_CHECK int store_db_remove_answer(struct store_db *db, int64_t key);
MUST_CHECK int store_db_remove_conversation(struct store_db *db, int64_t key);

#endif
