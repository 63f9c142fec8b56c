#include "engine/pool/app_pool.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "codex/codex_limits.h"
#include "engine/pool/app_affinity.h"
#include "system/fdio.h"
#include "system/process.h"
#include "thread/sync.h"

#define RENEW_INTERVAL (30 * NS_PER_S)

int
app_pool_init(struct app_pool *p, const struct settings *s, struct stats *stats)
{
	unsigned n = (unsigned)s->workers;

	memset(p, 0, sizeof(*p));
	p->settings = s;
	p->stats = stats;
	sync_mutex_init(&p->lock);
	sync_cond_init(&p->changed);
	p->error = (struct error)ERROR_INIT;
	p->seats = calloc(n, sizeof(*p->seats));
	if (p->seats == NULL)
		return -ENOMEM;
	if (digest_key_new(&p->kept_key) != 0)
		return -EIO;
	for (unsigned i = 0; i < n; i++) {
		p->seats[i].wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (p->seats[i].wake_fd < 0)
			return -errno;
		p->n_workers++;
	}
	return 0;
}

static void
seat_free(struct app_seat *s)
{
	fd_close(&s->wake_fd);
	app_kept_clear(&s->kept);
}

void
app_pool_free(struct app_pool *p)
{
	for (unsigned i = 0; i < p->n_workers; i++)
		seat_free(&p->seats[i]);
	free(p->seats);
	error_free(&p->error);
	sync_cond_destroy(&p->changed);
	sync_mutex_destroy(&p->lock);
}

void
app_pool_wake(struct app_pool *p, unsigned index)
{
	fd_wake(p->seats[index].wake_fd);
}

void
app_pool_wake_all(struct app_pool *p)
{
	for (unsigned i = 0; i < p->n_workers; i++)
		app_pool_wake(p, i);
}

/* Under the lock. */
static unsigned
count(const struct app_pool *p, enum app_worker_state state)
{
	unsigned n = 0;

	for (unsigned i = 0; i < p->n_workers; i++)
		n += p->seats[i].state == state;
	return n;
}

/* Under the lock. */
static bool
is_down(const struct app_pool *p)
{
	return p->aborting || count(p, APP_WORKER_DOWN) == p->n_workers;
}

/* Under the lock: whoever has the most room, or -1. */
static int
find_room(const struct app_pool *p)
{
	unsigned most = 0;
	int best = -1;

	for (unsigned i = 0; i < p->n_workers; i++) {
		const struct app_seat *s = &p->seats[i];

		if (s->room > s->taken && s->room - s->taken > most) {
			most = s->room - s->taken;
			best = (int)i;
		}
	}
	return best;
}

unsigned
app_pool_places(struct app_pool *p, bool at_best)
{
	unsigned n = 0;

	if (at_best)
		return p->n_workers * (unsigned)p->settings->turns_per_worker;
	sync_lock(&p->lock);
	for (unsigned i = 0; i < p->n_workers; i++)
		n += p->seats[i].room;
	sync_unlock(&p->lock);
	return n;
}

/* Takes a place before a job is taken for it. */
static int
reserve(struct app_pool *p)
{
	int i;

	sync_lock(&p->lock);
	i = p->dispatch != NULL ? find_room(p) : -1;
	if (i >= 0)
		p->seats[i].taken++;
	sync_unlock(&p->lock);
	return i;
}

static void
give_back(struct app_pool *p, int i)
{
	sync_lock(&p->lock);
	p->seats[i].taken--;
	sync_unlock(&p->lock);
}

static void
hand_over(struct app_pool *p, int i, struct job *j)
{
	struct app_seat *s = &p->seats[i];

	sync_lock(&p->lock);
	BUG_ON(s->n_inbox == APP_TURNS_MAX);
	s->inbox[s->n_inbox++] = j;
	sync_unlock(&p->lock);
	app_pool_wake(p, (unsigned)i);
}

/*
 * A place that was reserved in vain may have been what somebody else looked
 * for meanwhile, so the queue is looked at again after it was given back.
 */
void
app_pool_offer(struct app_pool *p)
{
	struct job *j;
	int i;

	while ((i = reserve(p)) >= 0) {
		if (dispatch_take(p->dispatch, 0, &j) == 0) {
			hand_over(p, (int)app_pool_place(p, (unsigned)i, j), j);
			continue;
		}
		give_back(p, i);
		if (dispatch_depth(p->dispatch) == 0)
			break;
	}
}

void
app_pool_join(struct app_pool *p, struct dispatch *d)
{
	sync_lock(&p->lock);
	if (p->dispatch == NULL)
		p->dispatch = d;
	sync_unlock(&p->lock);
}

void
app_pool_nudge(struct app_pool *p)
{
	struct dispatch *d;
	bool down;

	app_pool_offer(p);
	sync_lock(&p->lock);
	down = is_down(p);
	d = p->dispatch;
	sync_unlock(&p->lock);
	if (d == NULL || dispatch_is_stopping(d))
		app_pool_wake_all(p);
	else if (down)
		app_pool_wake(p, 0);
}

unsigned
app_pool_take(
    struct app_pool *p, unsigned index, struct job *ret_jobs[APP_TURNS_MAX])
{
	struct app_seat *s = &p->seats[index];
	unsigned n;

	sync_lock(&p->lock);
	n = s->n_inbox;
	memcpy(ret_jobs, s->inbox, n * sizeof(struct job *));
	s->n_inbox = 0;
	sync_unlock(&p->lock);
	return n;
}

/* Under the lock: there may be room now for what others would pass on. */
static void
wake_waiting(struct app_pool *p)
{
	if (find_room(p) < 0)
		return;
	for (unsigned i = 0; i < p->n_workers; i++) {
		if (p->seats[i].waiting)
			app_pool_wake(p, i);
		p->seats[i].waiting = false;
	}
}

void
app_pool_job_over(struct app_pool *p, unsigned index)
{
	sync_lock(&p->lock);
	p->seats[index].taken--;
	p->seats[index].turns++;
	wake_waiting(p);
	sync_unlock(&p->lock);
}

bool
app_pool_pass_on(struct app_pool *p, unsigned index, struct job *j)
{
	int i;

	sync_lock(&p->lock);
	i = find_room(p);
	if (i >= 0) {
		p->seats[i].taken++;
		p->seats[index].taken--;
	} else {
		p->seats[index].waiting = true;
	}
	sync_unlock(&p->lock);
	if (i >= 0)
		hand_over(p, i, j);
	return i >= 0;
}

void
app_pool_set_state(struct app_pool *p, unsigned index,
    enum app_worker_state state, unsigned room)
{
	struct app_seat *s = &p->seats[index];

	sync_lock(&p->lock);
	s->state = state;
	s->room = room;
	if (index == 0 && state != APP_WORKER_STARTING && !p->opened) {
		p->opened = true;
		app_pool_wake_all(p);
	}
	sync_broadcast(&p->changed);
	wake_waiting(p);
	sync_unlock(&p->lock);
}

bool
app_pool_may_start(struct app_pool *p, unsigned index)
{
	bool may;

	sync_lock(&p->lock);
	may = index == 0 || p->opened;
	sync_unlock(&p->lock);
	return may;
}

void
app_pool_set_child(
    struct app_pool *p, unsigned index, pid_t pid, bool login_missing)
{
	sync_lock(&p->lock);
	p->seats[index].pid = pid;
	p->seats[index].login_missing = login_missing;
	sync_unlock(&p->lock);
}

void
app_pool_note_restart(struct app_pool *p, unsigned index)
{
	sync_lock(&p->lock);
	p->seats[index].restarts++;
	sync_unlock(&p->lock);
}

bool
app_pool_take_renewal(struct app_pool *p, unsigned index)
{
	bool renew;

	sync_lock(&p->lock);
	renew = p->seats[index].renew;
	p->seats[index].renew = false;
	sync_unlock(&p->lock);
	return renew;
}

void
app_pool_set_error(struct app_pool *p, const struct error *error)
{
	sync_lock(&p->lock);
	error_copy(&p->error, error);
	sync_unlock(&p->lock);
}

bool
app_pool_is_down(struct app_pool *p, struct error *ret_error)
{
	bool down;

	sync_lock(&p->lock);
	down = is_down(p);
	if (p->aborting)
		error_set(ret_error, ERROR_SHUTTING_DOWN,
		    "The server is shutting down.");
	else if (down)
		error_copy(ret_error, &p->error);
	sync_unlock(&p->lock);
	return down;
}

int
app_pool_wait(struct app_pool *p, struct error *ret_error)
{
	bool serving;

	sync_lock(&p->lock);
	while (!is_down(p) && count(p, APP_WORKER_SERVING) == 0)
		sync_wait_until(&p->changed, &p->lock, CLOCK_NEVER);
	serving = count(p, APP_WORKER_SERVING) > 0;
	sync_unlock(&p->lock);
	if (serving || !app_pool_is_down(p, ret_error))
		return 0;
	return -EINVAL;
}

void
app_pool_set_limits(struct app_pool *p, const struct codex_limits *l)
{
	sync_lock(&p->lock);
	codex_limits_merge(&p->limits, l);
	sync_unlock(&p->lock);
}

bool
app_pool_is_new_warning(struct app_pool *p, struct text warning)
{
	uint64_t h = hash_bytes(warning.s, warning.len);
	bool known;

	sync_lock(&p->lock);
	known = p->n_warned == APP_WARNINGS_MAX;
	for (unsigned i = 0; i < p->n_warned; i++)
		known = known || p->warned[i] == h;
	if (!known)
		p->warned[p->n_warned++] = h;
	sync_unlock(&p->lock);
	return !known;
}

void
app_pool_renew_logins(struct app_pool *p)
{
	bool any = false;

	sync_lock(&p->lock);
	for (unsigned i = 0; i < p->n_workers && clock_now() >= p->renew_at;
	     i++) {
		struct app_seat *s = &p->seats[i];

		s->renew = s->renew || s->login_missing;
		any = any || s->login_missing;
	}
	if (any)
		p->renew_at = clock_after(RENEW_INTERVAL);
	sync_unlock(&p->lock);
	if (any)
		app_pool_wake_all(p);
}

unsigned
app_pool_readiness(struct app_pool *p)
{
	unsigned bits = NOT_READY_NO_WORKER;

	sync_lock(&p->lock);
	for (unsigned i = 0; i < p->n_workers; i++) {
		if (p->seats[i].state != APP_WORKER_SERVING)
			continue;
		bits = p->seats[i].login_missing ? NOT_READY_NOT_LOGGED_IN
						 : READY;
		if (bits == READY)
			break;
	}
	sync_unlock(&p->lock);
	return bits;
}

static const char *
state_name(const struct app_seat *s)
{
	switch (s->state) {
	case APP_WORKER_STARTING:
		return "starting";
	case APP_WORKER_SERVING:
		return s->taken > 0 ? "busy" : "idle";
	case APP_WORKER_DOWN:
		return "down";
	case APP_WORKER_STOPPED:
		break;
	}
	return "stopped";
}

void
app_pool_gauges(struct app_pool *p, struct stats_gauges *g,
    struct stats_engine_gauges *mine)
{
	pid_t pids[APP_WORKERS_MAX];

	sync_lock(&p->lock);
	mine->n_workers = p->n_workers;
	g->limits = p->limits;
	g->app_server_pool_started = false;
	app_pool_kept_gauges(p, &g->kept);
	for (unsigned i = 0; i < p->n_workers; i++) {
		const struct app_seat *s = &p->seats[i];

		mine->workers[i] = (struct stats_worker){ .state = state_name(
							      s),
			.turns = s->turns,
			.restarts = s->restarts };
		pids[i] = s->pid;
		if (s->state == APP_WORKER_SERVING)
			g->app_server_pool_started = true;
	}
	sync_unlock(&p->lock);
	for (size_t i = 0; i < mine->n_workers; i++) {
		if (pids[i] != 0)
			mine->workers[i].rss_bytes = process_rss(pids[i]);
	}
}

void
app_pool_abort(struct app_pool *p)
{
	sync_lock(&p->lock);
	p->aborting = true;
	sync_broadcast(&p->changed);
	sync_unlock(&p->lock);
	app_pool_wake_all(p);
}
