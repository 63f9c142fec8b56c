#include "engine/pool/app_affinity.h"

#include "engine/turn/app_match.h"
#include "system/fdio.h"
#include "thread/sync.h"

static void
miss(struct app_pool *p, enum stats_kept_miss why)
{
	counter_add(&p->stats->kept.misses[why], 1);
}

/* Under the lock: the seat that has it, or -1 with the reason. */
static int
find(struct app_pool *p, const struct app_kept_query *q,
    struct app_kept_entry **ret_entry, enum stats_kept_miss *ret_miss)
{
	*ret_miss = KEPT_MISS_NEW;
	for (unsigned i = 0; i < p->n_workers; i++) {
		enum stats_kept_miss why;

		*ret_entry = app_kept_find(&p->seats[i].kept, q, &why);
		if (*ret_entry != NULL)
			return (int)i;
		if (why != KEPT_MISS_NEW)
			*ret_miss = why;
	}
	return -1;
}

/* Under the lock: its place goes from one worker to another. */
static bool
move_place(struct app_pool *p, unsigned from, unsigned to)
{
	struct app_seat *there = &p->seats[to];

	if (from == to)
		return true;
	if (there->room <= there->taken)
		return false;
	there->taken++;
	p->seats[from].taken--;
	return true;
}

static unsigned
place(struct app_pool *p, unsigned i, struct job *j,
    const struct app_kept_query *q)
{
	enum stats_kept_miss why = KEPT_MISS_BUSY;
	struct app_kept_entry *entry;
	int at;

	sync_lock(&p->lock);
	at = find(p, q, &entry, &why);
	if (at >= 0 && move_place(p, i, (unsigned)at)) {
		i = (unsigned)at;
		j->kept.number = entry->number;
		BUG_ON(!app_kept_take(&p->seats[i].kept, entry->number));
	} else if (at >= 0) {
		why = KEPT_MISS_BUSY;
		app_kept_doom(&p->seats[at].kept, entry, KEPT_EVICTED_BUSY);
		fd_wake(p->seats[at].wake_fd);
	}
	sync_unlock(&p->lock);
	if (j->kept.number == 0)
		miss(p, why);
	return i;
}

unsigned
app_pool_place(struct app_pool *p, unsigned i, struct job *j)
{
	const struct job_kept *k = &j->kept;
	struct app_kept_query q = { .key = &k->known, .wishes = &k->wishes };

	if (p->settings->kept_threads == 0)
		return i;
	/* Out of memory it is as one that cannot be kept. */
	if (app_match_job(p->settings, &p->kept_key, j) != 0 ||
	    k->key == NULL) {
		miss(p, KEPT_MISS_REQUEST);
		return i;
	}
	if (k->from == 0 || !k->fits) {
		miss(p, k->from == 0 ? KEPT_MISS_NEW : KEPT_MISS_NEWS);
		return i;
	}
	q.results = k->results > 0;
	q.effort = k->effort;
	return place(p, i, j, &q);
}

uint64_t
app_pool_keep(
    struct app_pool *p, unsigned index, const struct app_kept_entry *entry)
{
	uint64_t number;

	sync_lock(&p->lock);
	number = app_kept_add(&p->seats[index].kept, entry);
	sync_unlock(&p->lock);
	return number;
}

static void
count_eviction(struct app_pool *p, enum stats_kept_eviction why)
{
	counter_add(&p->stats->kept.evictions[why], 1);
}

bool
app_pool_forget(struct app_pool *p, unsigned index, uint64_t number,
    enum stats_kept_eviction why)
{
	bool was_there;

	sync_lock(&p->lock);
	was_there = app_kept_take(&p->seats[index].kept, number);
	sync_unlock(&p->lock);
	if (was_there)
		count_eviction(p, why);
	return was_there;
}

uint64_t
app_pool_next_to_drop(struct app_pool *p, unsigned index, int64_t now)
{
	enum stats_kept_eviction why;
	uint64_t number;

	sync_lock(&p->lock);
	number = app_kept_next_to_drop(&p->seats[index].kept,
	    (size_t)p->settings->kept_threads, now, &why);
	sync_unlock(&p->lock);
	if (number != 0)
		count_eviction(p, why);
	return number;
}

void
app_pool_kept_gauges(const struct app_pool *p, struct stats_kept_gauges *ret)
{
	*ret = (struct stats_kept_gauges){ 0 };
	for (unsigned i = 0; i < p->n_workers; i++) {
		ret->idle += p->seats[i].kept.n_idle;
		ret->waiting += p->seats[i].kept.n_waiting;
	}
}
