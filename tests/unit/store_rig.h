/*
 * store_rig.h - a store to be tested without its thread, and answers for it.
 */
#ifndef TESTS_UNIT_STORE_RIG_H
#define TESTS_UNIT_STORE_RIG_H

#include <errno.h>

#include "store/store_conversations.h"

#include "unit/unit.h"

enum {
	RIG_MAX = 1024 * 1024
};

static struct store_counts rig_counts;
static struct store_db *rig;

static inline void
rig_open(const char *path, uint64_t max)
{
	char error[STORE_ERROR_MAX];

	memset(&rig_counts, 0, sizeof(rig_counts));
	ck_assert_msg(store_db_open(path, max, &rig_counts, &rig, error) == 0,
	    "%s", error);
	ck_assert_str_eq(error, "");
}

/* An answer with one item of its request, ID-in, and one of its own. */
static inline int
rig_keep_all(const char *owner, const char *id, const char *previous,
    const char *conversation, size_t body)
{
	char *text = malloc(body + 1);
	char in[64], out[64], in_json[80], out_json[80];
	struct store_item items[2] = { { .output = false },
		{ .output = true } };
	struct store_answer a = { .owner = text_of(owner),
		.id = text_of(id),
		.previous = text_of(previous),
		.conversation = text_of(conversation),
		.created = 1000,
		.items = items,
		.n_items = 2 };
	int rc;

	ck_assert_ptr_nonnull(text);
	memset(text, 'b', body);
	a.body = (struct text){ text, body };
	snprintf(in, sizeof(in), "%s-in", id);
	snprintf(out, sizeof(out), "%s-out", id);
	snprintf(in_json, sizeof(in_json), "<%s>", in);
	snprintf(out_json, sizeof(out_json), "<%s>", out);
	items[0].id = text_of(in);
	items[0].json = text_of(in_json);
	items[1].id = text_of(out);
	items[1].json = text_of(out_json);
	rc = store_answers_keep(rig, &a);
	free(text);
	return rc;
}

static inline int
rig_keep(const char *owner, const char *id, const char *previous)
{
	return rig_keep_all(owner, id, previous, "", 10);
}

/* What the rows say, one behind the other; good until the next call. */
static inline const char *
rig_join(const struct store_rows *rows)
{
	static char all[4096];
	size_t len = 0;

	all[0] = '\0';
	for (size_t i = 0; i < rows->n; i++) {
		struct text t = store_rows_json(rows, i);

		len += (size_t)snprintf(
		    all + len, sizeof(all) - len, "%.*s", (int)t.len, t.s);
	}
	return all;
}

typedef int rig_read_fn(struct store_db *db, struct text owner, struct text id,
    struct store_rows *out);

/* The same of what `fn` finds, or the name of its error. */
static inline const char *
rig_read(rig_read_fn *fn, const char *owner, const char *id)
{
	struct store_rows rows;
	const char *said;
	int rc;

	store_rows_init(&rows, 4096);
	rc = fn(rig, text_of(owner), text_of(id), &rows);
	said = rc == 0 ? rig_join(&rows) : strerrorname_np(-rc);
	store_rows_free(&rows);
	return said;
}

/* Nothing is left but what the gauges say. */
static inline void
rig_close_empty(void)
{
	ck_assert_int_eq(gauge_get(&rig_counts.answers), 0);
	ck_assert_int_eq(gauge_get(&rig_counts.conversations), 0);
	ck_assert_int_eq(gauge_get(&rig_counts.bytes), 0);
	store_db_close(rig);
}

#endif
