#include "engine/turn/app_kept.h"

#include <stdlib.h>

#include "base/limits.h"

/* Of one that is found. */
static void
count(struct app_kept *k, const struct app_kept_entry *e, bool more)
{
	size_t *n = e->waiting ? &k->n_waiting : &k->n_idle;

	if (more) {
		*n += 1;
		k->bytes += e->bytes;
	} else {
		*n -= 1;
		k->bytes -= e->bytes;
	}
}

uint64_t
app_kept_add(struct app_kept *k, const struct app_kept_entry *entry)
{
	struct app_kept_entry *e = malloc(sizeof(*e));

	if (e == NULL)
		return 0;
	*e = *entry;
	e->number = ++k->last_number;
	e->doomed = false;
	e->next = k->first;
	k->first = e;
	count(k, e, true);
	return e->number;
}

static bool
has_key(const struct app_kept_entry *e, const struct digest *key)
{
	for (int i = 0; i < APP_RECORD_KEYS; i++) {
		if (digest_equal(&e->keys[i], key))
			return true;
	}
	return false;
}

/* A turn that waits goes on as it began; an idle thread takes what is said. */
static bool
is_fit(const struct app_kept_entry *e, const struct app_kept_query *q)
{
	if (e->waiting)
		return digest_equal(&e->wishes, q->wishes);
	return q->effort || !e->effort;
}

struct app_kept_entry *
app_kept_find(const struct app_kept *k, const struct app_kept_query *q,
    enum stats_kept_miss *ret_miss)
{
	*ret_miss = KEPT_MISS_NEW;
	for (struct app_kept_entry *e = k->first; e != NULL; e = e->next) {
		if (e->doomed || e->waiting != q->results ||
		    !has_key(e, q->key))
			continue;
		if (is_fit(e, q))
			return e;
		*ret_miss = KEPT_MISS_SETTINGS;
	}
	return NULL;
}

static void
unlink_entry(struct app_kept *k, struct app_kept_entry *e)
{
	struct app_kept_entry **link = &k->first;

	while (*link != e)
		link = &(*link)->next;
	*link = e->next;
	if (!e->doomed)
		count(k, e, false);
	free(e);
}

bool
app_kept_take(struct app_kept *k, uint64_t number)
{
	struct app_kept_entry *e = k->first;

	while (e != NULL && e->number != number)
		e = e->next;
	if (e == NULL || e->doomed)
		return false;
	unlink_entry(k, e);
	return true;
}

void
app_kept_doom(struct app_kept *k, struct app_kept_entry *entry,
    enum stats_kept_eviction why)
{
	if (!entry->doomed)
		count(k, entry, false);
	entry->doomed = true;
	entry->why = why;
}

/* The list has the latest first, so the oldest is the last that fits. */
static struct app_kept_entry *
to_drop(
    struct app_kept *k, size_t most, int64_t now, enum stats_kept_eviction *why)
{
	bool many = k->n_idle + k->n_waiting > most;
	bool large = k->bytes > LIMIT_KEPT;
	struct app_kept_entry *oldest = NULL;

	for (struct app_kept_entry *e = k->first; e != NULL; e = e->next) {
		*why = e->doomed ? e->why : KEPT_EVICTED_TIME;
		if (e->doomed || now >= e->until)
			return e;
		oldest = e;
	}
	*why = many ? KEPT_EVICTED_COUNT : KEPT_EVICTED_BYTES;
	return many || large ? oldest : NULL;
}

uint64_t
app_kept_next_to_drop(struct app_kept *k, size_t most, int64_t now,
    enum stats_kept_eviction *ret_why)
{
	struct app_kept_entry *e = to_drop(k, most, now, ret_why);
	uint64_t number = e != NULL ? e->number : 0;

	if (e != NULL)
		unlink_entry(k, e);
	return number;
}

void
app_kept_clear(struct app_kept *k)
{
	while (k->first != NULL)
		unlink_entry(k, k->first);
}
