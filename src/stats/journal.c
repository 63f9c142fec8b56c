#include "stats/journal.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "thread/sync.h"

/* A handle is the row's number and its place. */
#define PLACE_BITS 8
_Static_assert(JOURNAL_ROWS == 1 << PLACE_BITS, "a place is that wide");

#define MINUTE INT64_C(60)

struct journal {
	pthread_mutex_t lock; /* all below */
	struct journal_row rows[JOURNAL_ROWS];
	size_t hand; /* where the next row goes, if it may */
	uint64_t number; /* of the last row */
	uint64_t revision;
	struct journal_minute minutes[JOURNAL_MINUTES];
	struct journal_watcher *watchers;
	size_t n_watchers;
	bool closed;
};

struct journal *
journal_new(void)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (j != NULL)
		sync_mutex_init(&j->lock);
	return j;
}

void
journal_free(struct journal *j)
{
	if (j == NULL)
		return;
	BUG_ON(j->watchers != NULL);
	sync_mutex_destroy(&j->lock);
	free(j);
}

/* ---- watchers; under the lock ---- */

static void
tell(struct journal *j)
{
	for (struct journal_watcher *w = j->watchers; w != NULL; w = w->next) {
		if (w->told)
			continue;
		w->told = true;
		w->hook(w->arg);
	}
}

int
journal_watch(struct journal *j, struct journal_watcher *w,
    journal_hook_fn *hook, void *arg)
{
	int rc = 0;

	if (j == NULL)
		return -EPIPE;
	sync_lock(&j->lock);
	if (j->closed)
		rc = -EPIPE;
	else if (j->n_watchers >= JOURNAL_WATCHERS)
		rc = -ENOSPC;
	if (rc == 0) {
		*w = (struct journal_watcher){
			.hook = hook, .arg = arg, .next = j->watchers
		};
		if (w->next != NULL)
			w->next->prev = w;
		j->watchers = w;
		j->n_watchers++;
	}
	sync_unlock(&j->lock);
	return rc;
}

void
journal_unwatch(struct journal *j, struct journal_watcher *w)
{
	if (j == NULL || w->hook == NULL)
		return;
	sync_lock(&j->lock);
	if (w->prev != NULL)
		w->prev->next = w->next;
	else
		j->watchers = w->next;
	if (w->next != NULL)
		w->next->prev = w->prev;
	j->n_watchers--;
	sync_unlock(&j->lock);
	w->hook = NULL;
}

void
journal_close(struct journal *j)
{
	if (j == NULL)
		return;
	sync_lock(&j->lock);
	j->closed = true;
	/* Who has heard of a change may be waiting for his next turn. */
	for (struct journal_watcher *w = j->watchers; w != NULL; w = w->next)
		w->told = false;
	tell(j);
	sync_unlock(&j->lock);
}

bool
journal_is_closed(struct journal *j)
{
	bool closed = true;

	if (j != NULL) {
		sync_lock(&j->lock);
		closed = j->closed;
		sync_unlock(&j->lock);
	}
	return closed;
}

/* ---- rows; under the lock, but for the public ones ---- */

static bool
is_running(const struct journal_row *r)
{
	return r->number != 0 && r->at[JOURNAL_ENDED] == 0;
}

/* The oldest that has ended; where none has, whatever the hand is at. */
static size_t
find_place(struct journal *j)
{
	size_t place = j->hand;

	for (size_t i = 0; i < JOURNAL_ROWS; i++) {
		place = (j->hand + i) % JOURNAL_ROWS;
		if (!is_running(&j->rows[place]))
			break;
	}
	if (is_running(&j->rows[place]))
		place = j->hand;
	j->hand = (place + 1) % JOURNAL_ROWS;
	return place;
}

/* NULL: it is another's by now. */
static struct journal_row *
row_of(struct journal *j, uint64_t handle)
{
	struct journal_row *r = &j->rows[handle % JOURNAL_ROWS];

	return handle != 0 && r->number == handle >> PLACE_BITS ? r : NULL;
}

static void
changed(struct journal *j, struct journal_row *r)
{
	r->revision = ++j->revision;
	tell(j);
}

/* Cut to whole characters. */
static void
copy_name(char out[JOURNAL_NAME_MAX + 1], const char *name)
{
	size_t len = strnlen(name, JOURNAL_NAME_MAX);

	len = utf8_complete_prefix(name, len);
	memcpy(out, name, len);
	out[len] = '\0';
}

static int64_t
unix_millis(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / NS_PER_MS;
}

uint64_t
journal_begin(struct journal *j, const char *request_id, const char *dialect,
    const char *engine, const char *key)
{
	struct journal_row *r;
	uint64_t handle;
	size_t place;

	if (j == NULL)
		return 0;
	sync_lock(&j->lock);
	place = find_place(j);
	r = &j->rows[place];
	*r = (struct journal_row){ .number = ++j->number,
		.dialect = dialect,
		.engine = engine,
		.begun_at = unix_millis(),
		.begun = clock_now() };
	snprintf(r->request_id, sizeof(r->request_id), "%s", request_id);
	if (key != NULL)
		copy_name(r->key, key);
	handle = r->number << PLACE_BITS | place;
	changed(j, r);
	sync_unlock(&j->lock);
	return handle;
}

void
journal_describe(
    struct journal *j, uint64_t row, const struct journal_about *about)
{
	struct journal_row *r;

	if (j == NULL)
		return;
	sync_lock(&j->lock);
	r = row_of(j, row);
	if (r != NULL) {
		r->engine = about->engine;
		r->stream = about->stream;
		copy_name(r->model, about->model);
		copy_name(r->codex_model, about->codex_model);
		changed(j, r);
	}
	sync_unlock(&j->lock);
}

void
journal_reach(struct journal *j, uint64_t row, enum journal_stage stage)
{
	struct journal_row *r;

	if (j == NULL)
		return;
	sync_lock(&j->lock);
	r = row_of(j, row);
	/* A job may be given up, and run on, when its request has ended. */
	if (r != NULL && is_running(r) && r->at[stage] == 0) {
		r->at[stage] = clock_now();
		changed(j, r);
	}
	sync_unlock(&j->lock);
}

static void
count_minute(struct journal *j, const struct journal_row *r)
{
	int64_t at = clock_unix_seconds() / MINUTE * MINUTE;
	struct journal_minute *m = &j->minutes[at / MINUTE % JOURNAL_MINUTES];

	if (m->at != at)
		*m = (struct journal_minute){ .at = at };
	m->revision = r->revision;
	m->requests++;
	m->errors += r->code != NULL;
	m->input += r->usage.input;
	m->output += r->usage.output;
}

void
journal_end(struct journal *j, uint64_t row, int status, const char *code,
    const struct usage *usage)
{
	struct journal_row *r;

	if (j == NULL)
		return;
	sync_lock(&j->lock);
	r = row_of(j, row);
	if (r != NULL && is_running(r)) {
		r->at[JOURNAL_ENDED] = clock_now();
		r->status = status;
		r->code = code;
		r->usage = *usage;
		changed(j, r);
		count_minute(j, r);
	}
	sync_unlock(&j->lock);
}

/* ---- reading ---- */

static int
by_number(const void *a, const void *b)
{
	const struct journal_row *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static int
by_time(const void *a, const void *b)
{
	const struct journal_minute *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* Under the lock; `v` has room for all. */
static void
copy_changes(const struct journal *j, uint64_t since, struct journal_view *v)
{
	int64_t oldest = clock_unix_seconds() - JOURNAL_MINUTES * MINUTE;

	for (size_t i = 0; i < JOURNAL_ROWS; i++) {
		if (j->rows[i].revision > since)
			v->rows[v->n_rows++] = j->rows[i];
	}
	for (size_t i = 0; i < JOURNAL_MINUTES; i++) {
		if (j->minutes[i].revision > since && j->minutes[i].at > oldest)
			v->minutes[v->n_minutes++] = j->minutes[i];
	}
	v->revision = j->revision;
	v->closed = j->closed;
}

int
journal_read(struct journal *j, struct journal_watcher *w, uint64_t since,
    struct journal_view *ret_view)
{
	struct journal_view *v = ret_view;

	*v = (struct journal_view){ .closed = true };
	if (j == NULL)
		return 0;
	v->rows = calloc(JOURNAL_ROWS, sizeof(*v->rows));
	if (v->rows == NULL)
		return -ENOMEM;
	sync_lock(&j->lock);
	copy_changes(j, since, v);
	if (w != NULL)
		w->told = false;
	sync_unlock(&j->lock);
	qsort(v->rows, v->n_rows, sizeof(*v->rows), by_number);
	qsort(v->minutes, v->n_minutes, sizeof(*v->minutes), by_time);
	return 0;
}

void
journal_view_free(struct journal_view *v)
{
	free(v->rows);
	v->rows = NULL;
	v->n_rows = 0;
}
