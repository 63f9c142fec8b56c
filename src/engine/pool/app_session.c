#include "engine/pool/app_session.h"

#include <errno.h>
#include <stdarg.h>

#include "base/clock.h"
#include "system/log.h"
#include "codex/codex_limits.h"
#include "engine/child/app_bounds.h"
#include "engine/pool/app_turns.h"
#include "engine/turn/app_news.h"
#include "base/parse.h"
#include "system/fdio.h"

enum {
	FD_STDIN,
	FD_STDOUT,
	FD_STDERR,
	FD_EXIT
};

static void
break_off(struct app_session *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The first reason stays. */
static void
break_off(struct app_session *s, const char *fmt, ...)
{
	va_list ap;

	if (s->broken)
		return;
	s->broken = true;
	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
}

/* A crash closes the pipes a moment before the exit says what it was. */
static void
expect_exit(struct app_session *s)
{
	if (s->exit_by == CLOCK_NEVER)
		s->exit_by = clock_after(app_bounds.exit);
}

static void
check(struct app_session *s, int rc)
{
	if (rc == -ETIMEDOUT)
		break_off(s, "it did not answer a request for %d s",
		    (int)(app_bounds.answer / NS_PER_S));
	else if (rc == -EPIPE)
		expect_exit(s);
	else if (rc == -EINVAL)
		break_off(s, "it wrote a line that is none of its protocol");
	else if (rc == -ESTALE)
		break_off(s, "files that it needs have vanished");
	else if (rc == -EMSGSIZE)
		break_off(s, "a conversation is too long");
	else if (rc != 0)
		break_off(s, "%s", strerror(-rc));
}

/* ---- threads that are kept ---- */

/* Before, a message was lost once that came to a thread that had an answer. */
static const unsigned keeps_since[3] = { 0, 169, 0 };

static uint64_t
on_keep(void *arg, const struct app_kept_entry *entry)
{
	struct app_session *s = arg;

	if (s->state != SESSION_SERVING || s->worn || s->broken ||
	    version_older(s->child->codex->number, keeps_since))
		return 0;
	return s->owner.keep(s->owner.arg, entry);
}

static bool
on_forget(void *arg, uint64_t number, enum stats_kept_eviction why)
{
	struct app_session *s = arg;

	return s->owner.forget(s->owner.arg, number, why);
}

/* ---- the beginning ---- */

int
app_session_start(const struct settings *settings, struct codex *codex,
    const struct app_session_owner *owner, struct app_session **ret_session)
{
	struct app_session *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL)
		return -ENOMEM;
	s->settings = settings;
	s->owner = *owner;
	s->instructions = rpc_instructions_for(settings, codex->number);
	s->exit_by = CLOCK_NEVER;
	s->keeper = (struct app_keeper){ on_keep, on_forget, s };
	app_spare_init(&s->spare);
	rc = app_child_start(settings, codex, &s->child);
	if (rc == 0)
		rc = app_handshake_begin(&s->handshake, s->child);
	if (rc != 0) {
		app_child_free(s->child);
		free(s);
		return rc;
	}
	*ret_session = s;
	return 0;
}

static void
note_limits(struct app_session *s, const json_t *snapshot)
{
	struct codex_limits limits;

	codex_limits_read(snapshot, &limits);
	codex_limits_merge(&s->limits, &limits);
	s->child->quota_resets_at = codex_limits_reset(&s->limits);
	s->owner.limits(s->owner.arg, &limits);
}

static int
on_handshake(struct app_session *s, const struct rpc_event *e)
{
	const char *message = "";
	int rc = app_handshake_answer(&s->handshake, s->child, e);

	if (rc != -EPERM)
		return rc;
	(void)jsonx_get_string(e->error, "message", &message);
	break_off(s, "it refused the handshake: %.200s", message);
	return 0;
}

/* ---- turns ---- */

static int
on_answer(struct app_session *s, const struct rpc_event *e)
{
	struct app_turn *t;

	/* Ours begin with 1; 0 stands for none. */
	if (e->id <= 0)
		return 0;
	if (e->id == s->handshake.awaited)
		return on_handshake(s, e);
	if (e->id == s->handshake.limits_id && e->limits != NULL) {
		note_limits(s, e->limits);
		return 0;
	}
	if (e->id == s->spare.awaited)
		return app_spare_answer(&s->spare, s->child, e);
	t = app_turns_awaiting(s, e->id);
	if (e->error != NULL && !codex_is_whole(s->child->codex))
		return -ESTALE;
	return t != NULL ? app_turn_answer(t, e) : 0;
}

/* Codex asks for leave, or has a tool run. Nothing is allowed. */
static int
on_request(struct app_session *s, const struct rpc_event *e)
{
	struct app_turn *t = app_turns_of(s, e->thread);
	char *id = json_dumps(e->request_id, JSON_COMPACT | JSON_ENCODE_ANY);
	bool held = false;
	int rc = 0;

	if (id == NULL)
		return -ENOMEM;
	if (t != NULL && strcmp(e->method, "item/tool/call") == 0)
		rc = app_turn_call(t, e, id, &held);
	if (rc == 0 && !held) {
		log_debug("codex asks for %.100s, and is refused", e->method);
		rc = rpc_deny(id, e->method, &s->child->out);
	}
	free(id);
	return rc;
}

/* It is lost, and so is the turn that it was about; the child is not. */
static int
on_long_line(struct app_session *s, const struct rpc_event *e)
{
	struct app_turn *t = e->id > 0 ? app_turns_awaiting(s, e->id)
				       : app_turns_of(s, e->thread);

	return t != NULL ? app_turn_line_lost(t, e) : 0;
}

static int
on_event(void *arg, const struct rpc_event *e)
{
	struct app_session *s = arg;
	struct app_turn *t;

	switch (e->kind) {
	case RPC_ANSWER:
		return on_answer(s, e);
	case RPC_REQUEST:
		return on_request(s, e);
	case RPC_RATE_LIMITS:
		note_limits(s, e->limits);
		return 0;
	case RPC_WARNING:
		s->owner.warning(s->owner.arg, e->text);
		return 0;
	case RPC_TOO_LONG:
		return on_long_line(s, e);
	case RPC_OTHER:
		return 0;
	default:
		break;
	}
	t = app_turns_of(s, e->thread);
	return t != NULL ? app_turn_event(t, e) : 0;
}

/* ---- the loop's part ---- */

void
app_session_pollfds(
    const struct app_session *s, struct pollfd fds[APP_SESSION_FDS])
{
	const struct process *p = &s->child->process;
	int in = app_child_backlog(s->child) > 0 ? p->stdin_fd : -1;

	fds[FD_STDIN] = (struct pollfd){ in, POLLOUT, 0 };
	fds[FD_STDOUT] = (struct pollfd){ p->stdout_fd, POLLIN, 0 };
	fds[FD_STDERR] = (struct pollfd){ p->stderr_fd, POLLIN, 0 };
	fds[FD_EXIT] = (struct pollfd){ p->pidfd, POLLIN, 0 };
}

/* What it wrote before it exited is read first; others may hold its pipes. */
static void
read_leftovers(struct app_session *s)
{
	int64_t deadline = clock_after(NS_PER_S);

	while (!s->broken && s->child->process.stdout_fd >= 0 &&
	    clock_now() < deadline) {
		check(s, app_child_read(s->child, on_event, s));
		if (s->child->in.len == 0)
			break;
	}
	(void)stderr_tail_read(&s->child->errors, &s->child->process.stderr_fd);
}

static void
on_exit_of_child(struct app_session *s)
{
	char obituary[PROCESS_OBITUARY_MAX];
	bool was_broken = s->broken;

	read_leftovers(s);
	app_child_reap(s->child, obituary);
	s->broken = was_broken;
	break_off(s, "it ended with %s%s%.300s", obituary,
	    stderr_tail_last_words(&s->child->errors)[0] != '\0' ? ": " : "",
	    stderr_tail_last_words(&s->child->errors));
}

void
app_session_serve(
    struct app_session *s, const struct pollfd fds[APP_SESSION_FDS])
{
	if (fds[FD_STDERR].revents != 0)
		(void)stderr_tail_read(
		    &s->child->errors, &s->child->process.stderr_fd);
	if (fds[FD_STDOUT].revents != 0 && !s->broken)
		check(s, app_child_read(s->child, on_event, s));
	else if (fds[FD_STDOUT].revents != 0)
		fd_close(&s->child->process.stdout_fd);
	if (fds[FD_EXIT].revents != 0)
		on_exit_of_child(s);
	app_turns_sweep(s);
}

/* A deadline that has passed wakes nobody again. */
static void
check_patience(struct app_session *s, int64_t now)
{
	if (now >= s->handshake.by) {
		s->handshake.by = CLOCK_NEVER;
		break_off(s, "it did not answer the handshake for %d s",
		    (int)(app_bounds.handshake / NS_PER_S));
	}
	if (now >= s->exit_by) {
		s->exit_by = CLOCK_NEVER;
		break_off(s, "it closed its pipes and stays");
	}
}

static enum app_pulse_need
needed_for(const struct app_session *s)
{
	bool owed, run = app_turns_run(s, &owed);

	if (!run || s->broken)
		return PULSE_NONE;
	return owed || s->child->stuck ? PULSE_OWED : PULSE_RUNNING;
}

static void
check_pulse(struct app_session *s, int64_t now)
{
	switch (app_pulse_step(&s->child->pulse, needed_for(s), now)) {
	case PULSE_ASK:
		check(s, rpc_ping(app_child_next_id(s->child), &s->child->out));
		break;
	case PULSE_LOST:
		break_off(s, "it did not answer, and said nothing for %lld s",
		    (long long)((now - s->child->pulse.alive_at) / NS_PER_S));
		break;
	case PULSE_FINE:
		break;
	}
}

/* Not before somebody has an answer: the turns under way come first. */
static void
refill_spare(struct app_session *s)
{
	if (s->state == SESSION_SERVING && s->job_ended && !s->worn &&
	    !s->broken)
		check(s, app_spare_refill(&s->spare, s->child));
	s->job_ended = false;
}

void
app_session_step(struct app_session *s, int64_t now)
{
	for (struct app_turn *t = s->turns; t != NULL && !s->broken;
	     t = t->next)
		check(s, app_turn_step(t, now));
	app_turns_sweep(s);
	if (!s->broken)
		check(s, app_turns_drop_kept(s, now));
	refill_spare(s);
	check_patience(s, now);
	check_pulse(s, now);
	if (!s->broken)
		check(s, app_child_flush(s->child));
	app_child_escalate(s->child, now);
}

int64_t
app_session_deadline(const struct app_session *s)
{
	int64_t at = clock_first(s->handshake.by, s->exit_by);

	at = clock_first(at, app_pulse_deadline(&s->child->pulse));
	if (s->child->ending != APP_END_NOT && !s->child->exited)
		at = clock_first(at, s->child->end_by);
	for (const struct app_turn *t = s->turns; t != NULL; t = t->next)
		at = clock_first(at, app_turn_deadline(t));
	return at;
}

/* ---- the end ---- */

void
app_session_free(struct app_session *s)
{
	if (s == NULL)
		return;
	BUG_ON(s->turns != NULL);
	app_spare_free(&s->spare);
	app_child_free(s->child);
	free(s);
}
