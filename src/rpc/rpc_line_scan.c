#include <string.h>

#include "rpc/rpc_line_table.h"

static void
scan_object(struct json_scan *s, const struct member *table, void *object);

/* An escaped word could hold a NUL, or be one that we know. */
static void
scan_word(struct json_scan *s, struct text *ret)
{
	struct json_string string;

	if (!json_scan_string(s, &string))
		json_scan_skip(s);
	else if (string.escaped)
		json_scan_give_up(s);
	else
		*ret = (struct text){ string.s, string.len };
}

static void
scan_inside(struct json_scan *s, const struct member *m, enum rpc_found *found)
{
	*found = RPC_VALUE;
	if (!json_scan_enter(s)) {
		json_scan_skip(s);
		return;
	}
	*found = RPC_OBJECT;
	scan_object(s, m->inside, found);
}

static void
scan_id(struct json_scan *s, struct rpc_line_id *id)
{
	id->is_int = json_scan_int(s, &id->n);
	if (!id->is_int)
		json_scan_give_up(s);
}

static void
scan_value(struct json_scan *s, const struct member *m, void *field)
{
	switch (m->shape) {
	case WORD:
		scan_word(s, field);
		break;
	case TEXT:
		if (!json_scan_string(s, field))
			json_scan_skip(s);
		break;
	case INT:
		if (!json_scan_int(s, field))
			json_scan_skip(s);
		break;
	case BOOL:
		if (!json_scan_bool(s, field))
			json_scan_skip(s);
		break;
	case OBJECT:
		scan_inside(s, m, field);
		break;
	case ID:
		scan_id(s, field);
		break;
	case JSON:
		if (!json_scan_null(s))
			json_scan_give_up(s);
		break;
	}
}

static const struct member *
find_member(const struct member *table, struct text key)
{
	const struct member *m = table;

	while (m->key.s != NULL && !text_equal(m->key, key))
		m++;
	return m;
}

/* Of members that come twice the last counts, which is for the tree. */
static void
scan_object(struct json_scan *s, const struct member *table, void *object)
{
	const struct member *m;
	unsigned seen = 0, bit;
	struct text key;

	while (json_scan_member(s, &key)) {
		m = find_member(table, key);
		if (m->key.s == NULL) {
			json_scan_skip(s);
			continue;
		}
		bit = 1U << (m - table);
		if ((seen & bit) != 0)
			json_scan_give_up(s);
		seen |= bit;
		scan_value(s, m, (char *)object + m->offset);
	}
}

void
rpc_line_read_head(const char *bytes, size_t len, struct rpc_line *ret_line)
{
	struct json_scan s;

	memset(ret_line, 0, sizeof(*ret_line));
	json_scan_begin(&s, bytes, len);
	if (json_scan_enter(&s))
		scan_object(&s, rpc_line_members, ret_line);
}

bool
rpc_line_scan(const char *bytes, size_t len, struct rpc_line *ret_line)
{
	struct json_scan s;

	memset(ret_line, 0, sizeof(*ret_line));
	json_scan_begin(&s, bytes, len);
	if (!json_scan_enter(&s))
		return false;
	scan_object(&s, rpc_line_members, ret_line);
	if (json_scan_end(&s) != JSON_SCAN_GOOD)
		return false;
	/* Whoever asks gets its id back as it was. */
	return ret_line->method.s == NULL || !ret_line->id.is_int;
}
