#include "api/aside/api_parser.h"

#include <errno.h>
#include <unistd.h>

#include "base/clock.h"
#include "conversation/size_generation.h"
#include "http/http_route.h"
#include "system/memory.h"
#include "thread/sync.h"
#include "thread/thread.h"

/* Long enough for the requests of one burst to be over together. */
#define TIDY_AFTER NS_PER_S

struct api_parser {
	pthread_t threads[API_PARSER_THREADS_MAX];
	unsigned n_threads; /* main thread alone */
	unsigned n_planned; /* immutable */

	pthread_mutex_t lock; /* all below */
	pthread_cond_t work; /* a task, a thread that became free, the end */
	struct api_parser_task *tasks; /* in the order of their arrival */
	unsigned n_busy;
	unsigned n_large; /* threads that parse a large body */
	bool stopping;
	int64_t tidy_at; /* CLOCK_NEVER: nothing to give back */
};

static bool
is_large(const struct api_parser_task *t)
{
	return t->size > API_PARSER_LARGE;
}

/* Under the lock: one thread is kept from large bodies. */
static bool
may_run(const struct api_parser *p, const struct api_parser_task *t)
{
	return !is_large(t) || p->n_large + 1 < p->n_planned;
}

/* Under the lock: where the task that is to run next hangs, or NULL. */
static struct api_parser_task **
choose(struct api_parser *p)
{
	struct api_parser_task **best = NULL;
	int64_t old = clock_now() - API_PARSER_PATIENCE;

	for (struct api_parser_task **at = &p->tasks; *at != NULL;
	     at = &(*at)->next) {
		if (!may_run(p, *at))
			continue;
		if ((*at)->since <= old)
			return at;
		if (best == NULL || (*at)->size < (*best)->size)
			best = at;
	}
	return best;
}

/* Of it and all that is asked beside it. */
static uint64_t
tokens_of(const struct generation *first)
{
	uint64_t n = 0;

	for (const struct generation *g = first; g != NULL; g = g->beside)
		n += size_of_generation(g);
	return n;
}

static int
read_body(struct api_parser_task *t)
{
	const struct buf *b = &t->body.bytes;
	int rc = t->dialect->read(b->len > 0 ? b->data : "", b->len,
	    &t->request, &t->form, &t->error);

	http_body_free(&t->body);
	return rc;
}

void
api_parser_read(struct api_parser_task *t)
{
	t->rc = t->found == NULL ? read_body(t)
				 : t->dialect->resolve(t->request, t->form,
				       t->found, t->n_found, &t->error);
	if (t->rc == 0 && t->counts)
		t->tokens = tokens_of(t->request);
}

/* Under the lock, which it lets go of. */
static void
run(struct api_parser *p, struct api_parser_task *t)
{
	bool large = is_large(t);

	p->n_busy++;
	p->n_large += large;
	sync_unlock(&p->lock);
	api_parser_read(t);
	/* The wake's lock publishes the result and gives the task back. */
	http_park_wake(t->park);
	sync_lock(&p->lock);
	p->n_busy--;
	p->n_large -= large;
	if (large)
		sync_broadcast(&p->work);
}

/* Under the lock, which it lets go of. Not while a body is parsed: what that
 * needs next is just what lies free. */
static void
tidy(struct api_parser *p)
{
	if (p->tidy_at > clock_now())
		return;
	if (p->n_busy > 0) {
		p->tidy_at = clock_after(TIDY_AFTER);
		return;
	}
	p->tidy_at = CLOCK_NEVER;
	sync_unlock(&p->lock);
	memory_trim();
	sync_lock(&p->lock);
}

static void *
thread_main(void *arg)
{
	struct api_parser *p = arg;
	struct api_parser_task **at, *t;

	sync_lock(&p->lock);
	for (;;) {
		at = choose(p);
		if (at != NULL) {
			t = *at;
			*at = t->next;
			run(p, t);
		} else if (p->stopping) {
			break;
		} else if (!sync_wait_until(&p->work, &p->lock, p->tidy_at)) {
			tidy(p);
		}
	}
	sync_unlock(&p->lock);
	return NULL;
}

static unsigned
threads_wanted(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (n < API_PARSER_THREADS_MIN)
		return API_PARSER_THREADS_MIN;
	return n < API_PARSER_THREADS_MAX ? (unsigned)n
					  : API_PARSER_THREADS_MAX;
}

int
api_parser_start(struct api_parser **ret_parser)
{
	struct api_parser *p = calloc(1, sizeof(*p));
	int rc = 0;

	if (p == NULL)
		return -ENOMEM;
	sync_mutex_init(&p->lock);
	sync_cond_init(&p->work);
	p->tidy_at = CLOCK_NEVER;
	p->n_planned = threads_wanted();
	while (rc == 0 && p->n_threads < p->n_planned) {
		rc = thread_start(&p->threads[p->n_threads], thread_main, p,
		    "parser-%u", p->n_threads);
		if (rc == 0)
			p->n_threads++;
	}
	if (rc != 0) {
		api_parser_free(p);
		return rc;
	}
	*ret_parser = p;
	return 0;
}

void
api_parser_stop(struct api_parser *p)
{
	sync_lock(&p->lock);
	p->stopping = true;
	sync_broadcast(&p->work);
	sync_unlock(&p->lock);
	while (p->n_threads > 0)
		BUG_ON(pthread_join(p->threads[--p->n_threads], NULL) != 0);
}

void
api_parser_free(struct api_parser *p)
{
	if (p == NULL)
		return;
	api_parser_stop(p);
	sync_cond_destroy(&p->work);
	sync_mutex_destroy(&p->lock);
	free(p);
}

int
api_parser_submit(struct api_parser *p, struct api_parser_task *task)
{
	struct api_parser_task **at;
	int rc = 0;

	if (task->found == NULL)
		task->size = task->body.bytes.len;
	task->since = clock_now();
	task->next = NULL;
	sync_lock(&p->lock);
	if (p->stopping) {
		rc = -EPIPE;
	} else {
		for (at = &p->tasks; *at != NULL; at = &(*at)->next)
			continue;
		*at = task;
		sync_signal(&p->work);
	}
	sync_unlock(&p->lock);
	return rc;
}

bool
api_parser_take(
    struct api_parser *p, struct api_parser_task *t, struct http_request *r)
{
	bool threaded;

	t->dialect = r->route->dialect;
	t->large = r->body.bytes.len > API_PARSER_THRESHOLD;
	http_body_move(&t->body, &r->body);
	t->park = &r->park;
	/* During the drain nothing parks any more; parsing is short enough. */
	threaded = t->large && !atomic_load(&r->context->draining) &&
	    api_parser_submit(p, t) == 0;
	if (threaded)
		return http_park_suspend(&r->park);
	api_parser_read(t);
	return false;
}

void
api_parser_drop(struct api_parser *p, struct api_parser_task *t)
{
	if (t->dialect == NULL)
		return;
	t->dialect->form_free(t->form);
	generation_unref(t->request);
	error_free(&t->error);
	http_body_free(&t->body);
	if (t->large)
		api_parser_tidy(p);
}

void
api_parser_tidy(struct api_parser *p)
{
	sync_lock(&p->lock);
	if (p->tidy_at == CLOCK_NEVER) {
		p->tidy_at = clock_after(TIDY_AFTER);
		sync_broadcast(&p->work);
	}
	sync_unlock(&p->lock);
}
