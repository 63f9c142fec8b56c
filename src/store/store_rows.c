#include "store/store_rows.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bufw.h"
#include "base/limits.h"

enum {
	ROOM_FIRST = 16
};

void
store_rows_init(struct store_rows *rows, size_t cap)
{
	*rows = (struct store_rows){ .v = NULL };
	buf_init(&rows->bytes, cap);
}

void
store_rows_free(struct store_rows *rows)
{
	buf_free(&rows->bytes);
	free(rows->v);
	rows->v = NULL;
	rows->n = rows->room = 0;
}

static int
make_room(struct store_rows *rows)
{
	size_t room = rows->room == 0 ? ROOM_FIRST : 2 * rows->room;
	struct store_row *v;

	if (rows->n == LIMIT_STORE_ITEMS)
		return -EMSGSIZE;
	if (rows->n < rows->room)
		return 0;
	v = realloc(rows->v, room * sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	rows->v = v;
	rows->room = room;
	return 0;
}

int
store_rows_add(struct store_rows *rows, struct text id, struct text json)
{
	struct store_row row = { .id = rows->bytes.len };
	struct bufw w;
	int rc = make_room(rows);

	if (rc != 0)
		return rc;
	row.json = row.id + id.len;
	row.end = row.json + json.len;
	bufw_begin(&w, &rows->bytes);
	bufw_append(&w, id.s, id.len);
	bufw_append(&w, json.s, json.len);
	rc = bufw_end(&w);
	if (rc == 0)
		rows->v[rows->n++] = row;
	return rc;
}
