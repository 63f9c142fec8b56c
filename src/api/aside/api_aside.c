#include "api/aside/api_aside.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "thread/sync.h"
#include "thread/thread.h"

#define JOIN_PATIENCE (2 * NS_PER_S)

struct lane {
	struct aside *aside;
	pthread_t thread;
	bool started; /* main thread alone */
	pthread_cond_t work; /* to do, or the end of its thread */
	bool ended; /* under the lock, as all below */
	struct errand *first; /* in the order of their arrival */
	struct errand *running;
};

struct aside {
	pthread_mutex_t lock; /* all below */
	unsigned users; /* the owner, and each thread: one may be left behind */
	bool stopping;
	struct lane lanes[ASIDE_LANES];
};

void
errand_init(struct errand *e, void (*run)(struct errand *e),
    void (*free_it)(struct errand *e))
{
	*e = (struct errand){ .run = run, .free = free_it, .refs = 1 };
}

/* Under the lock. True: that was the last, and it is to be freed. */
static bool
drop(struct errand *e)
{
	return --e->refs == 0;
}

static void
wake(struct errand *e)
{
	if (e->park != NULL)
		http_park_wake(e->park);
}

/* Under the lock, which it lets go of. */
static void
run(struct aside *a, struct lane *l, struct errand *e)
{
	bool last;

	e->queued = false;
	l->running = e;
	sync_unlock(&a->lock);
	e->run(e);
	sync_lock(&a->lock);
	l->running = NULL;
	e->done = true;
	wake(e);
	last = drop(e);
	sync_unlock(&a->lock);
	if (last)
		e->free(e);
	sync_lock(&a->lock);
}

/* Under the lock, which it lets go of. The last user frees it. */
static void
let_go(struct aside *a)
{
	bool last = --a->users == 0;

	sync_unlock(&a->lock);
	if (!last)
		return;
	for (int i = 0; i < ASIDE_LANES; i++)
		sync_cond_destroy(&a->lanes[i].work);
	sync_mutex_destroy(&a->lock);
	free(a);
}

static void *
thread_main(void *arg)
{
	struct lane *l = arg;
	struct aside *a = l->aside;
	struct errand *e;

	sync_lock(&a->lock);
	while (!a->stopping) {
		e = l->first;
		if (e == NULL) {
			(void)sync_wait_until(&l->work, &a->lock, CLOCK_NEVER);
			continue;
		}
		l->first = e->next;
		run(a, l, e);
	}
	l->ended = true;
	sync_signal(&l->work);
	let_go(a);
	return NULL;
}

/* Those that were not started use nothing. */
static void
give_back_threads(struct aside *a)
{
	sync_lock(&a->lock);
	for (int i = 0; i < ASIDE_LANES; i++)
		a->users -= a->lanes[i].started ? 0 : 1;
	sync_unlock(&a->lock);
}

int
aside_start(struct aside **ret_aside)
{
	struct aside *a = calloc(1, sizeof(*a));
	int rc = 0;

	if (a == NULL)
		return -ENOMEM;
	sync_mutex_init(&a->lock);
	a->users = 1 + ASIDE_LANES;
	for (int i = 0; i < ASIDE_LANES; i++) {
		a->lanes[i].aside = a;
		sync_cond_init(&a->lanes[i].work);
	}
	for (int i = 0; rc == 0 && i < ASIDE_LANES; i++) {
		rc = thread_start(&a->lanes[i].thread, thread_main,
		    &a->lanes[i], "paths-%d", i);
		a->lanes[i].started = rc == 0;
	}
	if (rc != 0) {
		give_back_threads(a);
		aside_free(a);
		return rc;
	}
	*ret_aside = a;
	return 0;
}

/* Under the lock: those that wait see that nothing more is done. */
static void
wake_all(struct lane *l)
{
	for (struct errand *e = l->first; e != NULL; e = e->next)
		wake(e);
	if (l->running != NULL)
		wake(l->running);
	sync_signal(&l->work);
}

/* Whether it ends in time. The lane's own thread does not wait any more. */
static bool
await_end(struct aside *a, struct lane *l)
{
	int64_t until = clock_after(JOIN_PATIENCE);
	bool ended;

	sync_lock(&a->lock);
	while (!l->ended && clock_now() < until)
		(void)sync_wait_until(&l->work, &a->lock, until);
	ended = l->ended;
	sync_unlock(&a->lock);
	return ended;
}

static void
join(struct aside *a, struct lane *l)
{
	if (!l->started)
		return;
	l->started = false;
	if (await_end(a, l))
		(void)pthread_join(l->thread, NULL);
	else
		(void)pthread_detach(l->thread);
}

void
aside_stop(struct aside *a)
{
	sync_lock(&a->lock);
	a->stopping = true;
	for (int i = 0; i < ASIDE_LANES; i++)
		wake_all(&a->lanes[i]);
	sync_unlock(&a->lock);
	for (int i = 0; i < ASIDE_LANES; i++)
		join(a, &a->lanes[i]);
}

void
aside_free(struct aside *a)
{
	if (a == NULL)
		return;
	aside_stop(a);
	sync_lock(&a->lock);
	let_go(a);
}

int
aside_submit(struct aside *a, enum aside_lane lane, struct errand *e,
    struct http_park *park)
{
	struct lane *l = &a->lanes[lane];
	struct errand **at = &l->first;
	int rc = 0;

	sync_lock(&a->lock);
	if (a->stopping) {
		rc = -EPIPE;
	} else {
		while (*at != NULL)
			at = &(*at)->next;
		*at = e;
		e->lane = lane;
		e->park = park;
		e->queued = true;
		e->refs++;
		sync_signal(&l->work);
	}
	sync_unlock(&a->lock);
	return rc;
}

bool
aside_is_done(struct aside *a, const struct errand *e)
{
	bool done;

	sync_lock(&a->lock);
	done = e->done;
	sync_unlock(&a->lock);
	return done;
}

bool
aside_is_stopping(struct aside *a)
{
	bool stopping;

	sync_lock(&a->lock);
	stopping = a->stopping;
	sync_unlock(&a->lock);
	return stopping;
}

/* Under the lock: the lane lets go of it. */
static void
take_out(struct lane *l, struct errand *e)
{
	struct errand **at = &l->first;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	e->queued = false;
	e->refs--;
}

void
aside_leave(struct aside *a, struct errand *e)
{
	bool last;

	sync_lock(&a->lock);
	e->park = NULL;
	if (e->queued)
		take_out(&a->lanes[e->lane], e);
	last = drop(e);
	sync_unlock(&a->lock);
	if (last)
		e->free(e);
}
