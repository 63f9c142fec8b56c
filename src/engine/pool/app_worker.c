#include "engine/pool/app_worker.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/log.h"
#include "engine/pool/app_jobs.h"
#include "engine/pool/app_turns.h"
#include "engine/pool/app_owner.h"
#include "engine/pool/app_pause.h"
#include "system/fdio.h"

enum {
	SESSIONS_MAX = 8,
	POLL_FDS = 1 + SESSIONS_MAX * APP_SESSION_FDS,
	/* Callers wait for a worker that has served, through so many. */
	FAILURES_BORNE = 3
};

/* How often a child is looked at for its size and its executable. */
#define CHECK_INTERVAL NS_PER_S

struct app_worker {
	struct app_pool *pool;
	unsigned index;
	struct app_session *sessions;
	unsigned n_sessions;
	struct app_jobs jobs;
	unsigned failures; /* children lost or not had, in a row */
	int64_t retry_at; /* not before then */
	int64_t check_at;
	bool preparing; /* Codex or its home is: we shall be woken */
	bool no_codex; /* the last preparation failed */
	bool has_served; /* it has had a child */
	/* as last told to the pool */
	enum app_worker_state state;
	unsigned room;
};

static bool
is_stopping(const struct app_worker *w)
{
	return dispatch_is_stopping(w->pool->dispatch);
}

static void
keep_job(void *arg, struct job *j)
{
	struct app_worker *w = arg;

	app_jobs_keep(&w->jobs, j);
}

static struct app_session *
find(const struct app_worker *w, enum app_session_state state)
{
	struct app_session *s = w->sessions;

	while (s != NULL && s->state != state)
		s = s->next;
	return s;
}

/* ---- supervision ---- */

enum session_event {
	EVENT_NOTHING,
	EVENT_READY, /* the handshake is done */
	EVENT_BROKEN, /* cannot be talked to, or has exited */
	EVENT_EMPTY, /* has no turns */
	EVENT_GONE, /* the process has been reaped */
	SESSION_EVENTS
};

static enum session_event
event_of_session(const struct app_worker *w, const struct app_session *s)
{
	if (s->state == SESSION_ENDING)
		return s->child->exited ? EVENT_GONE : EVENT_NOTHING;
	if (s->broken)
		return EVENT_BROKEN;
	if (s->state == SESSION_STARTING)
		return s->handshake.done ? EVENT_READY
		    : is_stopping(w)     ? EVENT_EMPTY
					 : EVENT_NOTHING;
	if (is_stopping(w) || (s->state == SESSION_RETIRING && s->n_turns == 0))
		return EVENT_EMPTY;
	return EVENT_NOTHING;
}

/* `how` and `why` make the sentence that refused callers are told. */
static void
note_failure(struct app_worker *w, const char *how, const char *why)
{
	struct error error = ERROR_INIT;

	error_set(&error, ERROR_CODEX_UNAVAILABLE, "codex app-server %s: %s",
	    how, why);
	app_pool_set_error(w->pool, &error);
	w->failures++;
	if (w->failures == 1)
		log_warning("worker %u: %s", w->index, error.message);
	else
		log_error("worker %u: %s (failure %u in a row)", w->index,
		    error.message, w->failures);
	error_free(&error);
}

/* After a child that could not be had. */
static void
fail_start(struct app_worker *w, const char *why)
{
	note_failure(w, "could not be started", why);
	w->retry_at = clock_after(app_pause_after(w->failures));
}

static void
do_serve(struct app_worker *w, struct app_session *s)
{
	struct app_session *old = find(w, SESSION_SERVING);

	if (old != NULL)
		old->state = SESSION_RETIRING;
	s->state = SESSION_SERVING;
	w->has_served = true;
	app_pool_set_child(w->pool, w->index, s->child->process.pid,
	    s->handshake.login_missing);
	log_info("worker %u: codex app-server %ld is ready after %lld ms%s",
	    w->index, (long)s->child->process.pid,
	    (long long)((clock_now() - s->child->started) / NS_PER_MS),
	    s->handshake.login_missing ? ", but nobody is logged in" : "");
}

static void
do_fail_start(struct app_worker *w, struct app_session *s)
{
	fail_start(w, s->why);
	s->state = SESSION_ENDING;
	app_child_close(s->child, APP_END_KILL);
}

/* One that has answered is replaced at once; who never does, after a pause. */
static void
do_lose(struct app_worker *w, struct app_session *s)
{
	bool serving = s->state == SESSION_SERVING;

	counter_add(&w->pool->stats->by[STATS_APP_SERVER].processes_crashed, 1);
	if (s->begun > s->n_jobs)
		w->failures = 0;
	if (serving) {
		app_pool_note_restart(w->pool, w->index);
		note_failure(w, "was lost", s->why);
		if (w->failures > 1)
			w->retry_at = clock_after(app_pause_after(w->failures));
	} else {
		log_warning("worker %u: codex app-server %ld was lost with its "
			    "last turns: %s",
		    w->index, (long)s->child->process.pid, s->why);
	}
	app_session_lose_turns(s, keep_job, w);
	s->state = SESSION_ENDING;
	app_child_close(s->child, APP_END_KILL);
}

/* Turns that are left have no job any more. */
static void
do_close(struct app_worker *w, struct app_session *s)
{
	app_session_lose_turns(s, keep_job, w);
	s->state = SESSION_ENDING;
	app_child_close(s->child, APP_END_INPUT);
}

static void
do_remove(struct app_worker *w, struct app_session *s)
{
	struct app_session **link = &w->sessions;

	while (*link != s)
		link = &(*link)->next;
	*link = s->next;
	w->n_sessions--;
	app_session_free(s);
}

typedef void session_action(struct app_worker *w, struct app_session *s);

static session_action *const actions[SESSION_STATES][SESSION_EVENTS] = {
	[SESSION_STARTING] = { [EVENT_READY] = do_serve,
	    [EVENT_BROKEN] = do_fail_start,
	    [EVENT_EMPTY] = do_close },
	[SESSION_SERVING] = { [EVENT_BROKEN] = do_lose,
	    [EVENT_EMPTY] = do_close },
	[SESSION_RETIRING] = { [EVENT_BROKEN] = do_lose,
	    [EVENT_EMPTY] = do_close },
	[SESSION_ENDING] = { [EVENT_GONE] = do_remove },
};

static void
supervise(struct app_worker *w)
{
	struct app_session *s, *next;

	for (s = w->sessions; s != NULL; s = next) {
		session_action *act = actions[s->state][event_of_session(w, s)];

		next = s->next;
		if (act != NULL)
			act(w, s);
	}
}

/* ---- having a child ---- */

/* Looks at the serving child's size, age and executable. */
static void
check_wear(struct app_worker *w, struct app_session *s, int64_t now)
{
	const struct settings *set = w->pool->settings;
	int64_t rss_max = set->worker_max_rss_mb * 1024 * 1024;

	if (s->worn)
		return;
	s->worn = set->worker_max_turns > 0 &&
	    s->begun >= (uint64_t)set->worker_max_turns;
	if (!s->worn && now >= w->check_at) {
		w->check_at = clock_after(CHECK_INTERVAL);
		s->worn = app_pool_take_renewal(w->pool, w->index) ||
		    codex_binary_changed(&s->child->codex->binary) ||
		    (rss_max > 0 &&
			process_rss(s->child->process.pid) > rss_max);
	}
	if (s->worn)
		log_info("worker %u: codex app-server %ld is to be replaced",
		    w->index, (long)s->child->process.pid);
}

static void
start_child(struct app_worker *w, struct codex *codex)
{
	struct app_session_owner owner = app_owner_of(&w->jobs);
	struct app_session *s;
	int rc = app_session_start(w->pool->settings, codex, &owner, &s);

	if (rc != 0) {
		fail_start(w, strerror(-rc));
		return;
	}
	counter_add(&w->pool->stats->by[STATS_APP_SERVER].processes_started, 1);
	s->next = w->sessions;
	w->sessions = s;
	w->n_sessions++;
}

static void
try_to_start(struct app_worker *w)
{
	struct error error = ERROR_INIT;
	struct codex *codex;
	int rc = -EAGAIN;

	if (app_pool_may_start(w->pool, w->index))
		rc = codex_setup_try(w->pool->setup, &codex, &error);
	w->preparing = rc == -EAGAIN;
	if (rc == 0) {
		start_child(w, codex);
		codex_unref(codex);
		w->no_codex = false;
	} else if (rc != -EAGAIN) {
		w->no_codex = true;
		app_pool_set_error(w->pool, &error);
		w->failures++;
		w->retry_at = clock_after(app_pause_after(w->failures));
	}
	error_free(&error);
}

/* It is to have a new one, at once or after a pause. */
static bool
lacks_child(const struct app_worker *w)
{
	const struct app_session *s = find(w, SESSION_SERVING);

	return (s == NULL || s->worn) && find(w, SESSION_STARTING) == NULL &&
	    w->n_sessions < SESSIONS_MAX && !is_stopping(w);
}

static void
keep_a_child(struct app_worker *w, int64_t now)
{
	struct app_session *s = find(w, SESSION_SERVING);

	if (s != NULL) {
		check_wear(w, s, now);
		if (!s->worn && s->begun > s->n_jobs)
			w->failures = 0;
	}
	if (lacks_child(w) && now >= w->retry_at)
		try_to_start(w);
}

/* ---- what others see ---- */

/* A pause after a loss or two is no reason to turn callers away. */
static bool
is_expected_back(const struct app_worker *w)
{
	return find(w, SESSION_STARTING) != NULL || w->preparing ||
	    w->retry_at <= clock_now() ||
	    (w->has_served && !w->no_codex && w->failures <= FAILURES_BORNE);
}

static void
tell(struct app_worker *w)
{
	const struct app_session *s = find(w, SESSION_SERVING);
	unsigned limit = (unsigned)w->pool->settings->turns_per_worker;
	enum app_worker_state state = APP_WORKER_DOWN;
	unsigned room = 0;

	if (s != NULL) {
		state = APP_WORKER_SERVING;
		/* Turns that still wind up hold memory, too. */
		room = app_turns_busy(s) < 4 * (size_t)limit + 16 ? limit : 0;
	} else if (is_expected_back(w)) {
		state = APP_WORKER_STARTING;
	}
	if (state == w->state && room == w->room)
		return;
	if (s == NULL)
		app_pool_set_child(w->pool, w->index, 0, false);
	w->state = state;
	w->room = room;
	app_pool_set_state(w->pool, w->index, state, room);
	w->jobs.room_made = w->jobs.room_made || room > 0;
}

/* ---- the loop ---- */

static int64_t
next_deadline(const struct app_worker *w)
{
	int64_t at = app_jobs_deadline(&w->jobs);

	if (!w->preparing && lacks_child(w) && w->retry_at < at)
		at = w->retry_at;
	for (const struct app_session *s = w->sessions; s != NULL;
	     s = s->next) {
		int64_t due = app_session_deadline(s);

		if (due < at)
			at = due;
	}
	return at;
}

static void
wait_and_serve(struct app_worker *w)
{
	struct pollfd fds[POLL_FDS], *at = fds + 1;
	int wake = w->pool->seats[w->index].wake_fd;
	struct app_session *s;

	fds[0] = (struct pollfd){ wake, POLLIN, 0 };
	for (s = w->sessions; s != NULL; s = s->next, at += APP_SESSION_FDS)
		app_session_pollfds(s, at);
	if (poll(fds, (nfds_t)(at - fds),
		clock_poll_timeout(next_deadline(w))) <= 0)
		return;
	if (fds[0].revents != 0) {
		fd_clear_wake(wake);
		w->preparing = false;
		/* Prepared anew, or somebody asks: at most once a second. */
		if (w->no_codex)
			w->retry_at = clock_now();
	}
	for (s = w->sessions, at = fds + 1; s != NULL;
	     s = s->next, at += APP_SESSION_FDS)
		app_session_serve(s, at);
}

static void
step(struct app_worker *w)
{
	int64_t now = clock_now();

	supervise(w);
	keep_a_child(w, now);
	tell(w);
	app_jobs_begin(&w->jobs, find(w, SESSION_SERVING), now);
	app_jobs_refuse_waiting(&w->jobs);
	for (struct app_session *s = w->sessions; s != NULL; s = s->next)
		app_session_step(s, now);
	if (w->jobs.room_made) {
		w->jobs.room_made = false;
		app_pool_offer(w->pool);
	}
}

static bool
is_finished(const struct app_worker *w)
{
	return is_stopping(w) && w->sessions == NULL && w->jobs.n_again == 0;
}

/* True when a session has changed its state only just now. */
static bool
has_news(const struct app_worker *w)
{
	for (const struct app_session *s = w->sessions; s != NULL;
	     s = s->next) {
		if (actions[s->state][event_of_session(w, s)] != NULL)
			return true;
	}
	return false;
}

void
app_worker_run(struct app_pool *p, unsigned index)
{
	struct app_worker w = { .pool = p,
		.index = index,
		.jobs = { .pool = p, .index = index },
		.state = APP_WORKER_STARTING };

	do {
		step(&w);
		if (!has_news(&w) && !is_finished(&w))
			wait_and_serve(&w);
	} while (!is_finished(&w));
	app_pool_set_state(p, index, APP_WORKER_STOPPED, 0);
}
