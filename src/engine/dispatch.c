#include "engine/dispatch.h"

#include <errno.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/limits.h"
#include "thread/sync.h"
#include "thread/thread.h"

struct dispatch {
	const struct settings *settings;
	struct stats *stats;
	struct engine *engine;
	struct queue *queue;
	pthread_t *threads;
	struct dispatch_thread {
		struct dispatch *dispatch;
		unsigned index;
	} * starts;
	unsigned n_threads;

	pthread_mutex_t lock; /* all below */
	pthread_cond_t empty; /* n_jobs has become 0 */
	struct job *jobs; /* queued and running */
	size_t n_jobs;
	size_t n_running;
	bool draining;
	bool stopping;
};

static void *
thread_main(void *arg)
{
	struct dispatch_thread *start = arg;
	struct engine *engine = start->dispatch->engine;

	engine->ops->work(engine, start->index, start->dispatch);
	return NULL;
}

static int
start_threads(struct dispatch *d, unsigned n)
{
	d->threads = calloc(n, sizeof(*d->threads));
	d->starts = calloc(n, sizeof(*d->starts));
	if (d->threads == NULL || d->starts == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < n; i++) {
		int rc;

		d->starts[i].dispatch = d;
		d->starts[i].index = i;
		rc = thread_start(
		    &d->threads[i], thread_main, &d->starts[i], "worker-%u", i);
		if (rc != 0)
			return rc;
		d->n_threads++;
	}
	return 0;
}

int
dispatch_start(const struct settings *s, struct stats *stats,
    struct engine *engine, struct dispatch **ret_dispatch)
{
	struct dispatch *d = calloc(1, sizeof(*d));
	int rc;

	if (d == NULL) {
		engine->ops->free(engine);
		return -ENOMEM;
	}
	d->settings = s;
	d->stats = stats;
	d->engine = engine;
	sync_mutex_init(&d->lock);
	sync_cond_init(&d->empty);
	/* How much may wait is admission's to say, which counts all jobs. */
	d->queue = queue_new(SIZE_MAX);
	rc = d->queue == NULL ? -ENOMEM
			      : start_threads(d, engine->ops->threads(engine));
	if (rc != 0) {
		dispatch_stop(d);
		return rc;
	}
	*ret_dispatch = d;
	return 0;
}

struct engine *
dispatch_engine(struct dispatch *d)
{
	return d->engine;
}

/* Under the lock. */
static void
list_add(struct dispatch *d, struct job *j)
{
	j->prev = NULL;
	j->next = d->jobs;
	if (d->jobs != NULL)
		d->jobs->prev = j;
	d->jobs = j;
	d->n_jobs++;
}

/* Under the lock. */
static void
list_remove(struct dispatch *d, struct job *j)
{
	if (j->prev != NULL)
		j->prev->next = j->next;
	else
		d->jobs = j->next;
	if (j->next != NULL)
		j->next->prev = j->prev;
	if (--d->n_jobs == 0)
		sync_broadcast(&d->empty);
}

static int64_t
queue_deadline(const struct dispatch *d, const struct job *j)
{
	int64_t deadline = CLOCK_NEVER;

	if (d->settings->queue_timeout != 0)
		deadline = clock_add(j->queued_at, d->settings->queue_timeout);
	return deadline < j->deadline ? deadline : j->deadline;
}

/* Under the lock: a job is in the list before a worker can take it. */
static int
enqueue(struct dispatch *d, struct job *const *jobs, size_t n)
{
	struct queue_node *nodes[CHOICES_MAX];
	int64_t now = clock_now();
	int rc;

	BUG_ON(n > CHOICES_MAX);
	for (size_t i = 0; i < n; i++) {
		jobs[i]->queued_at = now;
		jobs[i]->node.deadline = queue_deadline(d, jobs[i]);
		nodes[i] = &jobs[i]->node;
		channel_share(
		    jobs[i]->channel, &d->stats->unread, LIMIT_UNREAD_OWN);
		list_add(d, job_ref(jobs[i]));
	}
	rc = queue_push(d->queue, nodes, n);
	for (size_t i = 0; rc != 0 && i < n; i++) {
		list_remove(d, jobs[i]);
		job_unref(jobs[i]);
	}
	return rc;
}

/* Outside the lock. */
static void
nudge(struct dispatch *d)
{
	if (d->engine->ops->nudge != NULL)
		d->engine->ops->nudge(d->engine);
}

/* Under the lock: all `n` find a place, or may wait for one. */
static int
admit(struct dispatch *d, struct job *const *jobs, size_t n, size_t places)
{
	if (d->draining)
		return -EPIPE;
	if (d->n_jobs + n > (size_t)d->settings->max_queue_size + places)
		return -EAGAIN;
	return enqueue(d, jobs, n);
}

/* `waiting` jobs had no place when these `n` came. */
static int
refuse(
    const struct dispatch *d, size_t n, size_t waiting, struct error *ret_error)
{
	long long may_wait = (long long)d->settings->max_queue_size;
	unsigned most = d->engine->ops->places(d->engine, true);

	if (n > (size_t)may_wait + most)
		return error_set(ret_error, ERROR_INVALID_VALUE,
		    "This server can never take %zu answers together: it runs "
		    "%u at once and lets %lld wait (--max-queue-size).",
		    n, most, may_wait);
	if (n > 1)
		return error_set(ret_error, ERROR_QUEUE_FULL,
		    "The queue is full: %zu of at most %lld answers wait "
		    "already, which leaves no room for %zu more; try again "
		    "later or raise --max-queue-size.",
		    waiting, may_wait, n);
	return error_set(ret_error, ERROR_QUEUE_FULL,
	    "The queue is full: %zu answers wait already; try again later or "
	    "raise --max-queue-size.",
	    waiting);
}

/*
 * The engine is asked for its places outside the lock: they may come and go at
 * any time, and what they were a moment ago they might as well be now.
 */
int
dispatch_submit(struct dispatch *d, struct job *const *jobs, size_t n,
    struct error *ret_error)
{
	size_t places = d->engine->ops->places(d->engine, false), had;
	int rc;

	sync_lock(&d->lock);
	had = d->n_jobs;
	rc = admit(d, jobs, n, places);
	sync_unlock(&d->lock);
	if (rc == 0) {
		queue_call(d->queue, n);
		nudge(d);
	}
	if (rc == -EPIPE)
		return error_set(ret_error, ERROR_SHUTTING_DOWN,
		    "The server is shutting down; send the request again to "
		    "the next one.");
	if (rc == -EAGAIN)
		return refuse(d, n, had > places ? had - places : 0, ret_error);
	return rc;
}

static void
forget(struct dispatch *d, struct job *j, bool was_running)
{
	sync_lock(&d->lock);
	list_remove(d, j);
	if (was_running)
		d->n_running--;
	sync_unlock(&d->lock);
	job_unref(j);
}

void
dispatch_cancel(
    struct dispatch *d, struct job *j, enum job_cancel_reason reason)
{
	channel_cancel(j->channel, reason);
	if (!queue_remove(d->queue, &j->node))
		return;
	job_end_cancelled(j);
	forget(d, j, false);
}

static void
end_expired(struct dispatch *d, struct job *j, int64_t now)
{
	if (now >= j->deadline)
		job_fail_with(j, ERROR_TIMEOUT,
		    "The request was still waiting for its turn after "
		    "--timeout-seconds (%.3g s).",
		    (double)d->settings->timeout / (double)NS_PER_S);
	else
		job_fail_with(j, ERROR_QUEUE_TIMEOUT,
		    "The request waited %.3g s for its turn "
		    "(--queue-timeout-seconds); try again later.",
		    (double)d->settings->queue_timeout / (double)NS_PER_S);
	forget(d, j, false);
}

void
dispatch_expire(struct dispatch *d)
{
	int64_t now = clock_now(), next;
	struct queue_node *node;

	while ((node = queue_expire(d->queue, now, &next)) != NULL)
		end_expired(d, CONTAINER_OF(node, struct job, node), now);
}

int
dispatch_take(struct dispatch *d, int64_t deadline, struct job **ret_job)
{
	struct queue_node *node;
	struct job *j;
	int64_t now;
	int rc;

	for (;;) {
		rc = queue_pop(d->queue, deadline, &node);
		if (rc != 0)
			return rc;
		j = CONTAINER_OF(node, struct job, node);
		now = clock_now();
		if (now < node->deadline)
			break;
		end_expired(d, j, now);
	}
	sync_lock(&d->lock);
	d->n_running++;
	sync_unlock(&d->lock);
	j->phases->ns[PHASE_QUEUE_WAIT] = now - j->queued_at;
	histogram_observe(&d->stats->queue_wait, now - j->queued_at);
	latency_reach(j->latency, JOURNAL_TAKEN);
	*ret_job = j;
	return 0;
}

size_t
dispatch_depth(struct dispatch *d)
{
	return queue_depth(d->queue);
}

bool
dispatch_is_stopping(struct dispatch *d)
{
	bool stopping;

	sync_lock(&d->lock);
	stopping = d->stopping;
	sync_unlock(&d->lock);
	return stopping;
}

void
dispatch_done(struct dispatch *d, struct job *j)
{
	forget(d, j, true);
}

void
dispatch_gauges(struct dispatch *d, struct stats_gauges *g)
{
	struct stats_engine_gauges *mine = &g->by[g->n_engines++];

	mine->engine = d->engine->ops->kind;
	mine->queue_capacity = (size_t)d->settings->max_queue_size;
	sync_lock(&d->lock);
	mine->queue_depth = d->n_jobs - d->n_running;
	mine->in_flight = d->n_running;
	g->draining = d->draining;
	sync_unlock(&d->lock);
	d->engine->ops->gauges(d->engine, g, mine);
}

unsigned
dispatch_readiness(struct dispatch *d)
{
	unsigned bits = d->engine->ops->readiness(d->engine);

	sync_lock(&d->lock);
	if (d->draining)
		bits |= NOT_READY_DRAINING;
	sync_unlock(&d->lock);
	return bits;
}

void
dispatch_refuse(struct dispatch *d)
{
	sync_lock(&d->lock);
	d->draining = true;
	sync_unlock(&d->lock);
}

bool
dispatch_wait(struct dispatch *d, int64_t deadline)
{
	bool in_time = true, done;

	sync_lock(&d->lock);
	while (d->n_jobs != 0 && in_time)
		in_time = sync_wait_until(&d->empty, &d->lock, deadline);
	done = d->n_jobs == 0;
	sync_unlock(&d->lock);
	return done;
}

/* All jobs, with a reference each; NULL when memory is out. */
static struct job **
snapshot(struct dispatch *d, size_t *ret_n)
{
	struct job **jobs;
	size_t n = 0;

	sync_lock(&d->lock);
	jobs = calloc(d->n_jobs + 1, sizeof(struct job *));
	for (struct job *j = d->jobs; jobs != NULL && j != NULL; j = j->next)
		jobs[n++] = job_ref(j);
	sync_unlock(&d->lock);
	*ret_n = n;
	return jobs;
}

void
dispatch_cancel_all(struct dispatch *d, enum job_cancel_reason reason)
{
	size_t n;
	struct job **jobs = snapshot(d, &n);

	for (size_t i = 0; i < n; i++) {
		dispatch_cancel(d, jobs[i], reason);
		job_unref(jobs[i]);
	}
	free(jobs);
	d->engine->ops->abort(d->engine);
}

void
dispatch_stop(struct dispatch *d)
{
	sync_lock(&d->lock);
	d->stopping = true;
	sync_unlock(&d->lock);
	if (d->queue != NULL)
		queue_close(d->queue);
	nudge(d);
	for (unsigned i = 0; i < d->n_threads; i++)
		pthread_join(d->threads[i], NULL);
	BUG_ON(d->n_jobs != 0);
	d->engine->ops->free(d->engine);
	queue_free(d->queue);
	sync_cond_destroy(&d->empty);
	sync_mutex_destroy(&d->lock);
	free(d->threads);
	free(d->starts);
	free(d);
}
