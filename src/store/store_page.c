#include "store/store_page.h"

#include <errno.h>

int
store_page_add(sqlite3_stmt *st, struct store_rows *out)
{
	return store_rows_add(
	    out, store_db_column(st, 0), store_db_column(st, 1));
}

int
store_page_add_all(
    struct store_db *db, sqlite3_stmt *st, struct store_rows *out)
{
	int rc, added = 0;

	while ((rc = store_db_step(db, st)) > 0 && added == 0)
		added = store_page_add(st, out);
	(void)sqlite3_reset(st);
	return added != 0 ? added : rc;
}

/* The key behind which the page begins. */
static int
find_start(struct store_db *db, const struct store_list *list, int64_t key,
    const struct store_page *page, int64_t *ret_start)
{
	sqlite3_stmt *st;
	int rc;

	*ret_start = page->ascending ? INT64_MIN : INT64_MAX;
	if (page->after.len == 0)
		return 0;
	st = store_db_statement(db, list->find);
	(void)sqlite3_bind_int64(st, 1, key);
	store_db_text(st, 2, page->after);
	rc = store_db_step(db, st);
	if (rc < 0)
		return rc;
	rc = sqlite3_column_type(st, 0) == SQLITE_NULL ? -ESRCH : 0;
	*ret_start = sqlite3_column_int64(st, 0);
	(void)sqlite3_reset(st);
	return rc;
}

int
store_page_read(struct store_db *db, const struct store_list *list, int64_t key,
    const struct store_page *page, struct store_rows *out)
{
	int64_t start = 0;
	sqlite3_stmt *st;
	int rc = find_start(db, list, key, page, &start);

	if (rc != 0)
		return rc;
	st = store_db_statement(db, page->ascending ? list->up : list->down);
	(void)sqlite3_bind_int64(st, 1, key);
	(void)sqlite3_bind_int64(st, 2, start);
	(void)sqlite3_bind_int64(st, 3, (int64_t)page->limit + 1);
	while ((rc = store_db_step(db, st)) > 0) {
		out->more = out->n == page->limit;
		rc = out->more ? 0 : store_page_add(st, out);
		if (out->more || rc != 0)
			break;
	}
	(void)sqlite3_reset(st);
	return rc;
}
