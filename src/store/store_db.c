#include "store/store_db.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "store/store_open.h"
#include "system/log.h"

/* A disk that stays full says so in each request. */
#define COMPLAIN_EVERY (60 * NS_PER_S)

static const char *const texts[STORE_STATEMENTS] = {
#define SQL(name, text) [STORE_##name] = text,
#include "store/store_sql.def"
#undef SQL
};

/* ---- faults ---- */

static void
complain(struct store_db *db, enum store_fault kind)
{
	if (clock_now() < db->complain_at[kind])
		return;
	db->complain_at[kind] = clock_after(COMPLAIN_EVERY);
	log_error("store: %s", sqlite3_errmsg(db->sql));
}

static int
fault(struct store_db *db, int code)
{
	static const int all[STORE_FAULT_KINDS] = {
		[STORE_FAULT_MEMORY] = -ENOMEM,
		[STORE_FAULT_FULL] = -ENOSPC,
		[STORE_FAULT_OTHER] = -EIO,
	};
	int rc = store_error(code);
	enum store_fault kind = STORE_FAULT_MEMORY;

	if (rc == 0)
		return 0;
	while (kind < STORE_FAULT_OTHER && all[kind] != rc)
		kind++;
	counter_add(&db->counts->faults, 1);
	complain(db, kind);
	return all[kind];
}

/*
 * SQLite compares the file at the path with the one that it has open. In
 * memory there is none to be asked about.
 */
static void
look_for_file(struct store_db *db)
{
	int moved = 0;

	if (sqlite3_file_control(
		db->sql, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK)
		return;
	if (moved != 0 && !db->moved) {
		counter_add(&db->counts->faults, 1);
		log_error("store: the --store-file was removed or replaced "
			  "while it was open; what is kept is lost when the "
			  "server ends. Put it back where it was, or restart "
			  "the server to begin with what is there now");
	} else if (moved == 0 && db->moved) {
		log_info("store: the --store-file is back in its place");
	}
	db->moved = moved != 0;
}

/* ---- statements ---- */

sqlite3_stmt *
store_db_statement(struct store_db *db, enum store_sql which)
{
	sqlite3_stmt *st = db->statements[which];

	(void)sqlite3_reset(st);
	(void)sqlite3_clear_bindings(st);
	return st;
}

int
store_db_step(struct store_db *db, sqlite3_stmt *st)
{
	int code = sqlite3_step(st);

	if (code == SQLITE_ROW)
		return 1;
	code = sqlite3_reset(st);
	return fault(db, code);
}

int
store_db_run(struct store_db *db, sqlite3_stmt *st)
{
	int rc;

	do
		rc = store_db_step(db, st);
	while (rc > 0);
	return rc;
}

int
store_db_sum(struct store_db *db, sqlite3_stmt *st, int64_t *ret_sum)
{
	int64_t sum = 0;
	int rc;

	while ((rc = store_db_step(db, st)) > 0)
		sum += sqlite3_column_int64(st, 0);
	*ret_sum = sum;
	return rc;
}

/* What does not fit is bound to nothing, which no column takes. */
void
store_db_text(sqlite3_stmt *st, int at, struct text value)
{
	(void)sqlite3_bind_text64(st, at, value.len > 0 ? value.s : "",
	    value.len, SQLITE_STATIC, SQLITE_UTF8);
}

struct text
store_db_column(sqlite3_stmt *st, int column)
{
	const char *s = sqlite3_column_blob(st, column);

	return (struct text){ s,
		s != NULL ? (size_t)sqlite3_column_bytes(st, column) : 0 };
}

int
store_db_find(struct store_db *db, enum store_sql which, struct text owner,
    struct text id, sqlite3_stmt **ret_st)
{
	sqlite3_stmt *st = store_db_statement(db, which);
	int rc;

	store_db_text(st, 1, id);
	store_db_text(st, 2, owner);
	rc = store_db_step(db, st);
	*ret_st = st;
	if (rc == 0)
		return -ENOENT;
	return rc < 0 ? rc : 0;
}

int64_t
store_db_use(struct store_db *db)
{
	return ++db->tick;
}

int
store_db_used(struct store_db *db, enum store_sql which, int64_t key)
{
	sqlite3_stmt *st = store_db_statement(db, which);

	(void)sqlite3_bind_int64(st, 1, key);
	(void)sqlite3_bind_int64(st, 2, store_db_use(db));
	return store_db_run(db, st);
}

/* ---- transactions ---- */

static void
save(struct store_db *db)
{
	db->saved[0] = db->answers;
	db->saved[1] = db->conversations;
	db->saved[2] = db->bytes;
	db->evicted = 0;
}

int
store_db_begin(struct store_db *db)
{
	save(db);
	look_for_file(db);
	return store_db_run(db, store_db_statement(db, STORE_BEGIN));
}

enum {
	REMOVE_STEPS = 3
};

static int
remove_by(
    struct store_db *db, int64_t key, const enum store_sql steps[REMOVE_STEPS])
{
	int64_t bytes;
	int rc = 0;

	for (int i = 0; rc == 0 && i < REMOVE_STEPS; i++) {
		sqlite3_stmt *st = store_db_statement(db, steps[i]);

		(void)sqlite3_bind_int64(st, 1, key);
		rc = store_db_sum(db, st, &bytes);
		db->bytes -= bytes;
	}
	return rc;
}

int
store_db_remove_answer(struct store_db *db, int64_t key)
{
	static const enum store_sql steps[REMOVE_STEPS] = { STORE_ANSWER_FREES,
		STORE_ANSWER_LEAVES, STORE_ANSWER_REMOVE };

	db->answers--;
	return remove_by(db, key, steps);
}

int
store_db_remove_conversation(struct store_db *db, int64_t key)
{
	static const enum store_sql steps[REMOVE_STEPS] = {
		STORE_CONVERSATION_FREES, STORE_CONVERSATION_LEAVES,
		STORE_CONVERSATION_REMOVE
	};

	db->conversations--;
	return remove_by(db, key, steps);
}

struct oldest {
	int64_t key, used; /* INT64_MAX: there is none */
};

static int
find_oldest(struct store_db *db, enum store_sql which, struct oldest *ret)
{
	sqlite3_stmt *st = store_db_statement(db, which);
	int rc = store_db_step(db, st);

	*ret = (struct oldest){ 0, INT64_MAX };
	if (rc <= 0)
		return rc;
	ret->key = sqlite3_column_int64(st, 0);
	ret->used = sqlite3_column_int64(st, 1);
	(void)sqlite3_reset(st);
	return 0;
}

/* The one that was used longest ago goes. */
static int
evict_one(struct store_db *db)
{
	struct oldest answer, conversation;
	int rc = find_oldest(db, STORE_ANSWER_OLDEST, &answer);

	if (rc == 0)
		rc = find_oldest(db, STORE_CONVERSATION_OLDEST, &conversation);
	if (rc != 0)
		return rc;
	if (answer.used < conversation.used) {
		db->evicted++;
		return store_db_remove_answer(db, answer.key);
	}
	if (conversation.used < INT64_MAX) {
		db->evicted++;
		return store_db_remove_conversation(db, conversation.key);
	}
	/* Somebody else has written into the file. */
	db->bytes = 0;
	return 0;
}

static int
evict(struct store_db *db)
{
	int rc = 0;

	while (rc == 0 && db->bytes > 0 && (uint64_t)db->bytes > db->max)
		rc = evict_one(db);
	return rc;
}

/* What is shown is what is committed. */
static void
publish(struct store_db *db)
{
	struct store_counts *c = db->counts;

	gauge_add(&c->answers, db->answers - db->saved[0]);
	gauge_add(&c->conversations, db->conversations - db->saved[1]);
	gauge_add(&c->bytes, db->bytes - db->saved[2]);
	counter_add(&c->evicted, db->evicted);
	save(db);
}

/* Some faults have ended the transaction already. */
static void
roll_back(struct store_db *db)
{
	if (sqlite3_get_autocommit(db->sql) == 0)
		(void)!store_db_run(db, store_db_statement(db, STORE_ROLLBACK));
	db->answers = db->saved[0];
	db->conversations = db->saved[1];
	db->bytes = db->saved[2];
}

/*
 * The journal is found by its name, and belongs to the file that is open. Next
 * to another one it would be taken for that one's, at the next start: so
 * nothing stays in it.
 */
static void
empty_journal(struct store_db *db)
{
	if (db->moved)
		(void)!store_db_run(db, store_db_statement(db, STORE_SETTLE));
}

int
store_db_end(struct store_db *db, int rc)
{
	if (rc == 0)
		rc = evict(db);
	if (rc == 0)
		rc = store_db_run(db, store_db_statement(db, STORE_COMMIT));
	if (rc == 0)
		publish(db);
	else
		roll_back(db);
	empty_journal(db);
	return rc;
}

/* ---- life ---- */

static int
prepare_statements(struct store_db *db)
{
	int code = SQLITE_OK;

	for (int i = 0; code == SQLITE_OK && i < STORE_STATEMENTS; i++)
		code = sqlite3_prepare_v3(db->sql, texts[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &db->statements[i], NULL);
	return fault(db, code);
}

/* Adds what `which` counts: how many, their bytes, the last use. */
static int
count_up(struct store_db *db, enum store_sql which, int64_t *ret_n)
{
	sqlite3_stmt *st = store_db_statement(db, which);
	int rc = store_db_step(db, st);

	if (rc <= 0)
		return rc;
	*ret_n = sqlite3_column_int64(st, 0);
	db->bytes += sqlite3_column_int64(st, 1);
	if (sqlite3_column_int64(st, 2) > db->tick)
		db->tick = sqlite3_column_int64(st, 2);
	(void)sqlite3_reset(st);
	return 0;
}

/* The bound may have become less since it was written. */
static int
take_stock(struct store_db *db)
{
	int64_t items = 0;
	int rc = store_db_begin(db);

	if (rc == 0)
		rc = count_up(db, STORE_ANSWER_BYTES, &db->answers);
	if (rc == 0)
		rc = count_up(db, STORE_CONVERSATION_BYTES, &db->conversations);
	if (rc == 0)
		rc = store_db_sum(
		    db, store_db_statement(db, STORE_ITEM_BYTES), &items);
	db->bytes += items;
	return store_db_end(db, rc);
}

int
store_db_open(const char *path, uint64_t max, struct store_counts *counts,
    struct store_db **ret_db, char ret_error[STORE_ERROR_MAX])
{
	struct store_db *db = calloc(1, sizeof(*db));
	int rc = -ENOMEM;

	ret_error[0] = '\0';
	if (db != NULL) {
		db->counts = counts;
		db->max = max;
		rc = store_open(path, &db->sql, ret_error);
		if (rc == 0 && ret_error[0] != '\0')
			counter_add(&counts->faults, 1);
	}
	if (rc == 0)
		rc = prepare_statements(db);
	if (rc == 0)
		rc = take_stock(db);
	if (rc != 0) {
		if (ret_error[0] == '\0')
			snprintf(ret_error, STORE_ERROR_MAX, "--store-file: %s",
			    strerror(-rc));
		store_db_close(db);
		return rc;
	}
	*ret_db = db;
	return 0;
}

void
store_db_close(struct store_db *db)
{
	if (db == NULL)
		return;
	for (int i = 0; i < STORE_STATEMENTS; i++)
		(void)sqlite3_finalize(db->statements[i]);
	(void)sqlite3_close(db->sql);
	free(db);
}
