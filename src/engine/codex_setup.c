#include "engine/codex_setup.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/codex_probe.h"
#include "runtime/fdio.h"
#include "runtime/sync.h"

/* A missing executable is looked for eagerly; a login costs three runs. */
#define ASK_AGAIN_AFTER NS_PER_S
#define ASK_LOGIN_AGAIN_AFTER (30 * NS_PER_S)
#define MODELS_FRESH_FOR (600 * NS_PER_S)

struct codex_setup {
	const struct settings *settings;
	unsigned minimum[3];
	int abort_fd; /* readable once stopping */
	pthread_t thread;

	pthread_mutex_t lock; /* all below */
	pthread_cond_t wanted; /* an attempt is asked for, or stopping */
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
	struct api_error error;
	const char *step; /* of the attempt under way, or NULL; static */
};

/* Under the lock: takes over what an attempt gave. */
static struct codex *
publish(struct codex_setup *cs, struct codex *fresh, unsigned reason,
    struct api_error *error)
{
	struct codex *old = cs->codex;

	/* A look at the models that fails takes nothing away that works. */
	if (fresh == NULL && old != NULL &&
	    !codex_binary_changed(&old->binary)) {
		fresh = old;
		old = NULL;
	}
	cs->failed = fresh == NULL;
	cs->reason = reason;
	api_error_move(&cs->error, error);
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

static void
attempt(struct codex_setup *cs)
{
	struct codex_probe_spec spec = { .settings = cs->settings,
		.minimum = cs->minimum,
		.abort_fd = cs->abort_fd,
		.on_step = on_probe_step,
		.arg = cs };
	struct api_error error = API_ERROR_INIT;
	struct codex *fresh = NULL, *old;
	unsigned reason = READY;
	void (*hook)(void *arg);
	void *hook_arg;
	bool news;

	if (codex_probe(&spec, &fresh, &reason, &error) != 0)
		fresh = NULL;
	sync_lock(&cs->lock);
	news = fresh != NULL || !cs->failed || cs->reason != reason;
	if (fresh == NULL && news && !cs->stopping)
		log_error("codex: %s", error.message);
	old = publish(cs, fresh, reason, &error);
	hook = cs->hook;
	hook_arg = cs->hook_arg;
	sync_unlock(&cs->lock);
	if (hook != NULL)
		hook(hook_arg);
	if (fresh != NULL)
		log_info("codex: %s is ready (%zu models)", fresh->version,
		    codex_models_visible(&fresh->models));
	codex_unref(old);
}

static void *
thread_main(void *arg)
{
	struct codex_setup *cs = arg;

	sync_lock(&cs->lock);
	while (!cs->stopping) {
		if (cs->asked == cs->completed) {
			(void)sync_wait_until(
			    &cs->wanted, &cs->lock, CLOCK_NEVER);
			continue;
		}
		sync_unlock(&cs->lock);
		attempt(cs);
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
codex_setup_start(const struct settings *s, const unsigned minimum[3],
    struct codex_setup **ret_setup)
{
	struct codex_setup *cs = calloc(1, sizeof(*cs));
	int rc;

	if (cs == NULL)
		return -ENOMEM;
	cs->settings = s;
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
	rc = pthread_create(&cs->thread, NULL, thread_main, cs);
	if (rc != 0) {
		fd_close(&cs->abort_fd);
		free(cs);
		return -rc;
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
	api_error_free(&cs->error);
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
outcome(struct codex_setup *cs, uint64_t number, struct api_error *ret_error)
{
	if (cs->stopping)
		return api_error_set(ret_error, API_ERROR_SHUTTING_DOWN,
		    "The server is shutting down.");
	if (cs->completed < number)
		return api_error_set(ret_error, API_ERROR_TIMEOUT,
		    "Codex was still being prepared at the end of "
		    "--timeout-seconds.");
	if (cs->codex != NULL)
		return 0;
	return api_error_set(ret_error, API_ERROR_CODEX_UNAVAILABLE, "%s",
	    cs->error.message != NULL ? cs->error.message
				      : "Codex is not available.");
}

/* Under the lock, which the wait releases. */
static int
wait_for(struct codex_setup *cs, uint64_t number, int64_t deadline,
    struct api_error *ret_error)
{
	bool in_time = true;

	while (cs->completed < number && !cs->stopping && in_time)
		in_time = sync_wait_until(&cs->changed, &cs->lock, deadline);
	return outcome(cs, number, ret_error);
}

/* A reference to the Codex that is there and has not been replaced. */
static struct codex *
current(struct codex_setup *cs)
{
	struct codex *c = codex_setup_peek(cs);

	if (c == NULL || !codex_binary_changed(&c->binary))
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
codex_setup_try(struct codex_setup *cs, struct codex **ret_codex,
    struct api_error *ret_error)
{
	bool fresh_failure;

	*ret_codex = current(cs);
	if (*ret_codex != NULL)
		return 0;
	sync_lock(&cs->lock);
	fresh_failure = cs->asked == cs->completed && cs->failed &&
	    clock_now() - cs->completed_at < ASK_AGAIN_AFTER;
	if (fresh_failure)
		api_error_copy(ret_error, &cs->error);
	else
		ask(cs);
	sync_unlock(&cs->lock);
	return fresh_failure ? -EINVAL : -EAGAIN;
}

int
codex_setup_get(struct codex_setup *cs, int64_t deadline,
    struct codex **ret_codex, struct api_error *ret_error)
{
	int rc;

	*ret_codex = current(cs);
	if (*ret_codex != NULL)
		return 0;
	sync_lock(&cs->lock);
	rc = wait_for(cs, ask(cs), deadline, ret_error);
	if (rc == 0)
		*ret_codex = codex_ref(cs->codex);
	sync_unlock(&cs->lock);
	return rc;
}

int
codex_setup_wait(struct codex_setup *cs, engine_step_fn *on_step, void *arg,
    struct api_error *ret_error)
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
	struct codex *c = codex_setup_peek(cs);
	unsigned bits = READY;
	int64_t patience;

	if (c != NULL && codex_binary_changed(&c->binary))
		bits |= NOT_READY_NO_WORKER;
	else if (c != NULL && !codex_probe_logged_in(cs->settings, c))
		bits |= NOT_READY_NOT_LOGGED_IN;
	codex_unref(c);
	sync_lock(&cs->lock);
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

int
codex_setup_models(struct codex_setup *cs, struct strv *out)
{
	struct codex *c = codex_setup_peek(cs);
	int rc = 0;

	if (c != NULL)
		rc = codex_models_names(&c->models, out);
	codex_unref(c);
	sync_lock(&cs->lock);
	if (cs->completed > 0 &&
	    clock_now() - cs->completed_at > MODELS_FRESH_FOR)
		ask(cs);
	sync_unlock(&cs->lock);
	return rc;
}

int
codex_setup_check(struct codex_setup *cs, const char *model,
    const struct chat_request *r, struct api_error *ret_error)
{
	struct codex *c = codex_setup_peek(cs);
	int rc = 0;

	if (c != NULL)
		rc = codex_models_check(&c->models, model, r, ret_error);
	codex_unref(c);
	return rc;
}
