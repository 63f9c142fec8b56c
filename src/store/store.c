#include "store/store.h"

#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "system/log.h"
#include "thread/sync.h"
#include "thread/thread.h"

struct store {
	struct store_db *db; /* the thread's */
	struct store_counts counts;
	uint64_t max;
	pthread_t thread;
	bool started; /* main thread alone */

	pthread_mutex_t lock; /* all below */
	pthread_cond_t work; /* an op, the end, the end of the thread */
	struct store_op *first, **last;
	struct store_op *running;
	size_t waiting; /* bytes of those queued */
	bool quiet; /* nobody may wait */
	bool stopping; /* nothing more is taken */
	bool ended; /* the thread */
	unsigned users; /* the owner and the thread, which may be left behind */
};

/* ---- ops ---- */

void
store_op_init(struct store_op *op,
    void (*run)(struct store_op *op, struct store_db *db),
    void (*free_it)(struct store_op *op))
{
	*op = (struct store_op){ .run = run, .free = free_it, .refs = 1 };
}

/* Under the lock. */
static void
wake(struct store_op *op)
{
	if (op->wake != NULL)
		op->wake(op->arg);
}

/* Under the lock. */
static int
enqueue(struct store *s, struct store_op *op)
{
	if (s->stopping || (s->quiet && op->wake != NULL))
		return -EPIPE;
	if (op->bytes > LIMIT_STORE_BACKLOG - s->waiting)
		return -ENOBUFS;
	s->waiting += op->bytes;
	op->refs++;
	op->next = NULL;
	*s->last = op;
	s->last = &op->next;
	sync_signal(&s->work);
	return 0;
}

int
store_submit(
    struct store *s, struct store_op *op, void (*wake_it)(void *arg), void *arg)
{
	int rc;

	op->wake = wake_it;
	op->arg = arg;
	sync_lock(&s->lock);
	rc = enqueue(s, op);
	sync_unlock(&s->lock);
	return rc;
}

bool
store_is_done(struct store *s, const struct store_op *op)
{
	bool done;

	sync_lock(&s->lock);
	done = op->done;
	sync_unlock(&s->lock);
	return done;
}

bool
store_is_quiet(struct store *s)
{
	bool quiet;

	sync_lock(&s->lock);
	quiet = s->quiet;
	sync_unlock(&s->lock);
	return quiet;
}

void
store_leave(struct store *s, struct store_op *op)
{
	bool last;

	sync_lock(&s->lock);
	op->wake = NULL;
	last = --op->refs == 0;
	sync_unlock(&s->lock);
	if (last)
		op->free(op);
}

/* ---- the thread ---- */

/* Under the lock, which it lets go of. */
static void
run_next(struct store *s)
{
	struct store_op *op = s->first;
	bool last;

	s->first = op->next;
	if (s->first == NULL)
		s->last = &s->first;
	s->running = op;
	sync_unlock(&s->lock);
	op->run(op, s->db);
	sync_lock(&s->lock);
	s->running = NULL;
	s->waiting -= op->bytes;
	op->done = true;
	wake(op);
	last = --op->refs == 0;
	sync_unlock(&s->lock);
	if (last)
		op->free(op);
	sync_lock(&s->lock);
}

/* Under the lock, which it lets go of. The last user frees it. */
static void
let_go(struct store *s)
{
	bool last = --s->users == 0;

	sync_unlock(&s->lock);
	if (!last)
		return;
	store_db_close(s->db);
	sync_cond_destroy(&s->work);
	sync_mutex_destroy(&s->lock);
	free(s);
}

static void *
thread_main(void *arg)
{
	struct store *s = arg;

	sync_lock(&s->lock);
	while (s->first != NULL || !s->stopping) {
		if (s->first != NULL)
			run_next(s);
		else
			(void)sync_wait_until(&s->work, &s->lock, CLOCK_NEVER);
	}
	s->ended = true;
	sync_signal(&s->work);
	let_go(s);
	return NULL;
}

int
store_start(const char *path, uint64_t max, struct store **ret_store,
    char ret_error[STORE_ERROR_MAX])
{
	struct store *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL) {
		snprintf(ret_error, STORE_ERROR_MAX, "out of memory");
		return -ENOMEM;
	}
	s->max = max;
	s->last = &s->first;
	s->users = 2;
	sync_mutex_init(&s->lock);
	sync_cond_init(&s->work);
	rc = store_db_open(path, max, &s->counts, &s->db, ret_error);
	if (rc == 0) {
		rc = thread_start(&s->thread, thread_main, s, "store");
		if (rc != 0)
			snprintf(ret_error, STORE_ERROR_MAX,
			    "the store's thread: %s", strerror(-rc));
	}
	s->started = rc == 0;
	if (rc != 0) {
		s->users = 1;
		store_free(s);
		return rc;
	}
	*ret_store = s;
	return 0;
}

/* Under the lock: who waits sees that nobody may. */
static void
wake_all(struct store *s)
{
	for (struct store_op *op = s->first; op != NULL; op = op->next)
		wake(op);
	if (s->running != NULL)
		wake(s->running);
}

void
store_quiet(struct store *s)
{
	sync_lock(&s->lock);
	s->quiet = true;
	wake_all(s);
	sync_unlock(&s->lock);
}

/* Under the lock: whether the thread has ended in time. */
static bool
await_end(struct store *s)
{
	int64_t until = clock_after(STORE_PATIENCE);

	while (!s->ended && sync_wait_until(&s->work, &s->lock, until))
		continue;
	return s->ended;
}

void
store_free(struct store *s)
{
	bool ended;

	if (s == NULL)
		return;
	sync_lock(&s->lock);
	s->quiet = s->stopping = true;
	sync_signal(&s->work);
	ended = !s->started || await_end(s);
	sync_unlock(&s->lock);
	if (!ended) {
		log_error("store: the disk does not answer; what was to be "
			  "kept last may be lost");
		(void)pthread_detach(s->thread);
	} else if (s->started) {
		(void)pthread_join(s->thread, NULL);
	}
	sync_lock(&s->lock);
	let_go(s);
}

const struct store_counts *
store_counts(const struct store *s)
{
	return &s->counts;
}

uint64_t
store_max(const struct store *s)
{
	return s->max;
}

/* ---- keeping ---- */

struct keeping {
	struct store_op op;
	struct store_counts *counts;
	struct store_answer answer;
	struct arena arena; /* all its texts */
};

static void
keep(struct store_op *op, struct store_db *db)
{
	struct keeping *k = CONTAINER_OF(op, struct keeping, op);
	int rc = store_answers_keep(db, &k->answer);

	if (rc == -EMSGSIZE)
		log_warning("store: an answer was not kept: it, or its "
			    "conversation with it, is larger than "
			    "--store-bytes");
}

static void
free_keeping(struct store_op *op)
{
	struct keeping *k = CONTAINER_OF(op, struct keeping, op);

	arena_free(&k->arena);
	free(k);
}

static int
copy_items(struct keeping *k, const struct store_answer *from)
{
	struct store_item *items = arena_array(
	    &k->arena, from->n_items, sizeof(*items));
	int rc = items == NULL ? -ENOMEM : 0;

	for (size_t i = 0; rc == 0 && i < from->n_items; i++) {
		items[i].output = from->items[i].output;
		rc = arena_text(&k->arena, from->items[i].id, &items[i].id);
		if (rc == 0)
			rc = arena_text(
			    &k->arena, from->items[i].json, &items[i].json);
	}
	k->answer.items = items;
	k->answer.n_items = from->n_items;
	return rc;
}

static int
copy(struct keeping *k, const struct store_answer *from)
{
	const struct text *texts[] = { &from->owner, &from->id, &from->previous,
		&from->conversation, &from->body };
	struct text *copies[] = { &k->answer.owner, &k->answer.id,
		&k->answer.previous, &k->answer.conversation, &k->answer.body };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(texts); i++)
		rc = arena_text(&k->arena, *texts[i], copies[i]);
	k->answer.created = from->created;
	return rc != 0 ? rc : copy_items(k, from);
}

void
store_keep(struct store *s, const struct store_answer *answer)
{
	struct keeping *k;
	int rc = -ENOMEM;

	if (s->max == 0)
		return;
	k = calloc(1, sizeof(*k));
	if (k != NULL) {
		store_op_init(&k->op, keep, free_keeping);
		arena_init(&k->arena, LIMIT_STORE_BACKLOG);
		rc = copy(k, answer);
		k->op.bytes = arena_held(&k->arena);
		if (rc == 0)
			rc = store_submit(s, &k->op, NULL, NULL);
		store_leave(s, &k->op);
	}
	if (rc == 0)
		return;
	counter_add(&s->counts.dropped, 1);
	log_warning("store: an answer was not kept: %s",
	    rc == -ENOBUFS ? "too many wait for the disk" : strerror(-rc));
}
