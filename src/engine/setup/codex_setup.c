#include "engine/setup/codex_setup.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/log.h"
#include "engine/setup/codex_probe.h"
#include "system/fdio.h"
#include "thread/sync.h"
#include "thread/thread.h"

/* A missing executable is looked for eagerly; a login costs three runs. */
#define ASK_AGAIN_AFTER NS_PER_S
#define LOOK_AGAIN_AFTER NS_PER_S
#define ASK_LOGIN_AGAIN_AFTER (30 * NS_PER_S)
#define MODELS_FRESH_FOR (600 * NS_PER_S)

enum {
	ATTEMPTS = 2 /* that one request waits for */
};

/* Why this engine cannot be used while another may. */
#define UNFIT (NOT_READY_CODEX_TOO_OLD | NOT_READY_LOGIN_ELSEWHERE)

struct codex_setup {
	const struct settings *settings;
	enum settings_engine engine; /* that it is for */
	unsigned minimum[3];
	int abort_fd; /* readable once stopping */
	pthread_t thread;

	pthread_mutex_t lock; /* all below */
	pthread_cond_t wanted; /* an attempt or a look, or stopping */
	pthread_cond_t changed; /* an attempt has ended, or its step */
	bool stopping;
	uint64_t asked; /* number of the newest attempt asked for */
	uint64_t completed; /* number of the newest that has ended */
	int64_t completed_at;
	struct codex *codex; /* of the last good attempt, or NULL */
	void (*hook)(void *arg);
	void *hook_arg;
	bool failed; /* the last attempt did */
	unsigned reason; /* why: NOT_READY_ bit */
	struct error error;
	const char *step; /* of the attempt under way, or NULL; static */
	unsigned seen; /* NOT_READY_ bits that the last look has found */
	int64_t seen_at;
	bool look_wanted;
};

/*
 * What the file system says of a Codex, or of none. On the setup's thread
 * alone: a mount may hang.
 */
static unsigned
look_at(const struct codex_setup *cs, const struct codex *c)
{
	if (c == NULL)
		return READY;
	if (codex_binary_changed(&c->binary) || !codex_is_whole(c) ||
	    access(cs->settings->default_cwd, X_OK) != 0)
		return NOT_READY_NO_WORKER;
	return codex_probe_logged_in(cs->settings, c) ? READY
						      : NOT_READY_NOT_LOGGED_IN;
}

/* Under the lock. */
static void
note_seen(struct codex_setup *cs, unsigned bits)
{
	cs->seen = bits;
	cs->seen_at = clock_now();
	cs->look_wanted = false;
}

/* Without the lock. */
static void
look_again(struct codex_setup *cs)
{
	struct codex *c = codex_setup_peek(cs);
	unsigned bits = look_at(cs, c);

	codex_unref(c);
	sync_lock(&cs->lock);
	note_seen(cs, bits);
	sync_unlock(&cs->lock);
}

/* Under the lock: takes over what an attempt gave, and what was seen of it. */
static struct codex *
publish(struct codex_setup *cs, struct codex *fresh, unsigned seen,
    unsigned reason, struct error *error)
{
	struct codex *old = cs->codex;

	note_seen(cs, seen);
	/* A look at the models that fails takes nothing away that works. */
	if (fresh == NULL && old != NULL && (seen & NOT_READY_NO_WORKER) == 0) {
		fresh = old;
		old = NULL;
	}
	cs->failed = fresh == NULL;
	cs->reason = reason;
	error_move(&cs->error, error);
	cs->codex = fresh;
	cs->completed = cs->asked;
	cs->step = NULL;
	cs->completed_at = clock_now();
	sync_broadcast(&cs->changed);
	return old;
}

static void
on_probe_step(void *arg, const char *step)
{
	struct codex_setup *cs = arg;

	sync_lock(&cs->lock);
	cs->step = step;
	sync_broadcast(&cs->changed);
	sync_unlock(&cs->lock);
}

/* With auto another engine goes on, and says so. */
static void
log_failure(
    const struct codex_setup *cs, unsigned reason, const struct error *error)
{
	if (cs->settings->engine == ENGINE_AUTO && (reason & UNFIT) != 0)
		log_warning("codex: %s", error_message(error));
	else
		log_error("codex: %s", error_message(error));
}

static void
log_ready(const struct codex_setup *cs, const struct codex *c)
{
	const struct settings *s = cs->settings;
	struct model_name local = { .model = s->model };
	char real[MODEL_NAME_REAL_MAX];

	model_name_real(s, c->models, &local, real);
	log_info("codex: %s is ready for %s (%zu models; " SETTINGS_LOCAL_MODEL
		 " is %s)",
	    c->version, cs->engine == ENGINE_EXEC ? "exec" : "app-server",
	    codex_models_visible(c->models),
	    real[0] != '\0' ? real : "Codex's own");
}

static void
attempt(struct codex_setup *cs)
{
	struct codex_probe_spec spec = { .settings = cs->settings,
		.engine = cs->engine,
		.minimum = cs->minimum,
		.abort_fd = cs->abort_fd,
		.on_step = on_probe_step,
		.arg = cs };
	struct error error = ERROR_INIT;
	struct codex *fresh = NULL, *old;
	unsigned reason = READY, seen;
	void (*hook)(void *arg);
	void *hook_arg;
	bool news;

	if (codex_probe(&spec, &fresh, &reason, &error) != 0)
		fresh = NULL;
	/* Only this thread replaces cs->codex. */
	seen = look_at(cs, fresh != NULL ? fresh : cs->codex);
	sync_lock(&cs->lock);
	news = fresh != NULL || !cs->failed || cs->reason != reason;
	if (fresh == NULL && news && !cs->stopping)
		log_failure(cs, reason, &error);
	old = publish(cs, fresh, seen, reason, &error);
	hook = cs->hook;
	hook_arg = cs->hook_arg;
	sync_unlock(&cs->lock);
	if (hook != NULL)
		hook(hook_arg);
	if (fresh != NULL)
		log_ready(cs, fresh);
	codex_unref(old);
}

static void *
thread_main(void *arg)
{
	struct codex_setup *cs = arg;

	sync_lock(&cs->lock);
	while (!cs->stopping) {
		bool asked = cs->asked != cs->completed;

		if (!asked && !cs->look_wanted) {
			(void)sync_wait_until(
			    &cs->wanted, &cs->lock, CLOCK_NEVER);
			continue;
		}
		sync_unlock(&cs->lock);
		if (asked)
			attempt(cs);
		else
			look_again(cs);
		sync_lock(&cs->lock);
	}
	sync_broadcast(&cs->changed);
	sync_unlock(&cs->lock);
	return NULL;
}

/* Under the lock: wants an attempt that begins after now. */
static uint64_t
ask(struct codex_setup *cs)
{
	if (cs->asked == cs->completed) {
		cs->asked++;
		sync_signal(&cs->wanted);
	}
	return cs->asked;
}

int
codex_setup_start(const struct settings *s, enum settings_engine engine,
    const unsigned minimum[3], struct codex_setup **ret_setup)
{
	struct codex_setup *cs = calloc(1, sizeof(*cs));
	int rc;

	if (cs == NULL)
		return -ENOMEM;
	cs->settings = s;
	cs->engine = engine;
	memcpy(cs->minimum, minimum, sizeof(cs->minimum));
	cs->asked = 1;
	cs->abort_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (cs->abort_fd < 0) {
		rc = -errno;
		free(cs);
		return rc;
	}
	sync_mutex_init(&cs->lock);
	sync_cond_init(&cs->wanted);
	sync_cond_init(&cs->changed);
	rc = thread_start(&cs->thread, thread_main, cs, "setup");
	if (rc != 0) {
		fd_close(&cs->abort_fd);
		free(cs);
		return rc;
	}
	*ret_setup = cs;
	return 0;
}

void
codex_setup_abort(struct codex_setup *cs)
{
	sync_lock(&cs->lock);
	cs->stopping = true;
	sync_signal(&cs->wanted);
	sync_broadcast(&cs->changed);
	sync_unlock(&cs->lock);
	fd_wake(cs->abort_fd);
}

void
codex_setup_stop(struct codex_setup *cs)
{
	if (cs == NULL)
		return;
	codex_setup_abort(cs);
	pthread_join(cs->thread, NULL);
	codex_unref(cs->codex);
	error_free(&cs->error);
	fd_close(&cs->abort_fd);
	sync_cond_destroy(&cs->wanted);
	sync_cond_destroy(&cs->changed);
	sync_mutex_destroy(&cs->lock);
	free(cs);
}

struct codex *
codex_setup_peek(struct codex_setup *cs)
{
	struct codex *c;

	sync_lock(&cs->lock);
	c = cs->codex != NULL ? codex_ref(cs->codex) : NULL;
	sync_unlock(&cs->lock);
	return c;
}

/* Under the lock: what became of attempt `number`. */
static int
outcome(struct codex_setup *cs, uint64_t number, struct error *ret_error)
{
	if (cs->stopping)
		return error_set(ret_error, ERROR_SHUTTING_DOWN,
		    "The server is shutting down.");
	if (cs->completed < number)
		return error_set(ret_error, ERROR_TIMEOUT,
		    "Codex was still being prepared at the end of "
		    "--timeout-seconds.");
	if (cs->codex != NULL)
		return 0;
	error_copy(ret_error, &cs->error);
	return -EINVAL;
}

/* Under the lock, which the wait releases. */
static int
wait_for(struct codex_setup *cs, uint64_t number, int64_t deadline,
    struct error *ret_error)
{
	bool in_time = true;

	while (cs->completed < number && !cs->stopping && in_time)
		in_time = sync_wait_until(&cs->changed, &cs->lock, deadline);
	return outcome(cs, number, ret_error);
}

/* A reference to the Codex that is there, whole, and not replaced. */
static struct codex *
current(struct codex_setup *cs)
{
	struct codex *c = codex_setup_peek(cs);

	if (c == NULL ||
	    (!codex_binary_changed(&c->binary) && codex_is_whole(c)))
		return c;
	codex_unref(c);
	return NULL;
}

void
codex_setup_set_hook(struct codex_setup *cs, void (*fn)(void *arg), void *arg)
{
	sync_lock(&cs->lock);
	cs->hook = fn;
	cs->hook_arg = arg;
	sync_unlock(&cs->lock);
}

/* A failure that is older than a second is looked into again. */
int
codex_setup_try(
    struct codex_setup *cs, struct codex **ret_codex, struct error *ret_error)
{
	bool fresh_failure;

	*ret_codex = current(cs);
	if (*ret_codex != NULL)
		return 0;
	sync_lock(&cs->lock);
	fresh_failure = cs->asked == cs->completed && cs->failed &&
	    clock_now() - cs->completed_at < ASK_AGAIN_AFTER;
	if (fresh_failure)
		error_copy(ret_error, &cs->error);
	else
		ask(cs);
	sync_unlock(&cs->lock);
	return fresh_failure ? -EINVAL : -EAGAIN;
}

int
codex_setup_get(struct codex_setup *cs, int64_t deadline,
    struct codex **ret_codex, struct error *ret_error)
{
	int rc = 0;

	*ret_codex = current(cs);
	/* An attempt that was under way may have passed what has gone since. */
	for (int i = 0; rc == 0 && *ret_codex == NULL && i < ATTEMPTS; i++) {
		sync_lock(&cs->lock);
		rc = wait_for(cs, ask(cs), deadline, ret_error);
		sync_unlock(&cs->lock);
		*ret_codex = rc == 0 ? current(cs) : NULL;
	}
	if (rc == 0 && *ret_codex == NULL)
		return error_set(ret_error, ERROR_CODEX_UNAVAILABLE,
		    "Codex's home or workspace was removed while Codex was "
		    "being prepared; try again.");
	return rc;
}

int
codex_setup_wait(struct codex_setup *cs, engine_step_fn *on_step, void *arg,
    struct error *ret_error)
{
	const char *told = NULL;
	int rc;

	sync_lock(&cs->lock);
	while (cs->completed == 0 && !cs->stopping) {
		if (cs->step == told) {
			(void)sync_wait_until(
			    &cs->changed, &cs->lock, CLOCK_NEVER);
			continue;
		}
		told = cs->step;
		sync_unlock(&cs->lock);
		on_step(arg, told);
		sync_lock(&cs->lock);
	}
	rc = outcome(cs, 1, ret_error);
	sync_unlock(&cs->lock);
	return rc;
}

unsigned
codex_setup_readiness(struct codex_setup *cs)
{
	unsigned bits;
	int64_t patience;

	sync_lock(&cs->lock);
	bits = cs->codex != NULL ? cs->seen : READY;
	/* It was replaced. Whoever asks waits for the new one, and no longer
	 * than at any start, so that only a failure is worth telling. */
	if ((bits & NOT_READY_NO_WORKER) != 0) {
		ask(cs);
		bits &= ~(unsigned)NOT_READY_NO_WORKER;
	}
	if (cs->completed > 0 && clock_now() - cs->seen_at > LOOK_AGAIN_AFTER) {
		cs->look_wanted = true;
		sync_signal(&cs->wanted);
	}
	if (cs->completed == 0)
		bits |= NOT_READY_NO_WORKER;
	else if (cs->failed)
		bits |= cs->reason;
	patience = bits == NOT_READY_NOT_LOGGED_IN ? ASK_LOGIN_AGAIN_AFTER
						   : ASK_AGAIN_AFTER;
	if (bits != READY && clock_now() - cs->completed_at > patience)
		ask(cs);
	sync_unlock(&cs->lock);
	return bits;
}

void
codex_setup_version(struct codex_setup *cs, char *out, size_t size)
{
	struct codex *c = codex_setup_peek(cs);

	snprintf(out, size, "%s", c != NULL ? c->version : "");
	codex_unref(c);
}

bool
codex_setup_unfit(struct codex_setup *cs, char *out, size_t size)
{
	bool unfit;

	sync_lock(&cs->lock);
	unfit = cs->failed && (cs->reason & UNFIT) != 0;
	if (unfit)
		snprintf(out, size, "%s", error_message(&cs->error));
	sync_unlock(&cs->lock);
	return unfit;
}

struct codex_models *
codex_setup_models(struct codex_setup *cs, bool fresh)
{
	struct codex *c = codex_setup_peek(cs);
	struct codex_models *m = NULL;

	if (c != NULL)
		m = codex_models_ref(c->models);
	codex_unref(c);
	if (!fresh)
		return m;
	sync_lock(&cs->lock);
	if (cs->completed > 0 &&
	    clock_now() - cs->completed_at > MODELS_FRESH_FOR)
		ask(cs);
	sync_unlock(&cs->lock);
	return m;
}
