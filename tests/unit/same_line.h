/*
 * same_line.h - whether both readers of rpc_line have read the same.
 */
#ifndef TESTS_UNIT_SAME_LINE_H
#define TESTS_UNIT_SAME_LINE_H

#include <stdlib.h>
#include <string.h>

#include "rpc/rpc_line_table.h"

static inline bool
same_word(const struct text *a, const struct text *b)
{
	return (a->s == NULL) == (b->s == NULL) && text_equal(*a, *b);
}

/* `scanned` as it stands in the line, `read` as the tree has it. */
static inline bool
same_text(const struct json_string *scanned, const struct json_string *read)
{
	char *out;
	bool same;

	if (scanned->s == NULL || read->s == NULL)
		return scanned->s == read->s;
	out = malloc(scanned->len + 1);
	if (out == NULL || read->escaped)
		abort();
	same = text_equal(
	    (struct text){ out, json_scan_unescape(*scanned, out) },
	    (struct text){ read->s, read->len });
	free(out);
	return same;
}

/* The tree has any id, the scan whole numbers alone. */
static inline bool
same_id(const struct rpc_line_id *scanned, const struct rpc_line_id *read)
{
	return scanned->is_int == (read->json != NULL) &&
	    scanned->is_int == read->is_int && scanned->n == read->n;
}

static inline bool
same_members(const struct member *table, const void *scanned, const void *read);

static inline bool
same_member(const struct member *m, const void *scanned, const void *read)
{
	switch (m->shape) {
	case WORD:
		return same_word(scanned, read);
	case TEXT:
		return same_text(scanned, read);
	case INT:
		return *(const int64_t *)scanned == *(const int64_t *)read;
	case BOOL:
		return *(const bool *)scanned == *(const bool *)read;
	case OBJECT:
		return *(const enum rpc_found *)scanned ==
		    *(const enum rpc_found *)read &&
		    same_members(m->inside, scanned, read);
	case ID:
		return same_id(scanned, read);
	case JSON: /* which the scan leaves to the tree */
		return *(json_t *const *)scanned == NULL &&
		    *(json_t *const *)read == NULL;
	}
	return false;
}

static inline bool
same_members(const struct member *table, const void *scanned, const void *read)
{
	for (const struct member *m = table; m->key.s != NULL; m++) {
		if (!same_member(m, (const char *)scanned + m->offset,
			(const char *)read + m->offset))
			return false;
	}
	return true;
}

/*
 * Reads a line both ways. False: the scan has taken what the tree refuses,
 * or reads otherwise. *ret_scanned tells whether it has taken it.
 */
static inline bool
same_line(const char *bytes, size_t len, bool *ret_scanned)
{
	struct rpc_line scanned, read;
	bool same;

	*ret_scanned = rpc_line_scan(bytes, len, &scanned);
	if (!*ret_scanned)
		return true;
	if (rpc_line_read_tree(bytes, len, &read) != 0)
		return false;
	same = same_members(rpc_line_members, &scanned, &read);
	rpc_line_free(&read);
	return same;
}

#endif
