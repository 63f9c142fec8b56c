#include "engine/job.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>

struct job *
job_new(struct generation *request, unsigned choice, const char *cwd,
    const struct model_name *name, int64_t deadline, struct latency *latency)
{
	struct job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	atomic_init(&j->refs, 1);
	j->request = generation_ref(request);
	j->latency = latency_ref(latency);
	j->phases = &latency->job[choice];
	j->choice = choice;
	if (latency->jobs <= choice)
		latency->jobs = choice + 1;
	j->model = name->model != NULL ? strdup(name->model) : NULL;
	j->effort = model_name_effort(name, request);
	j->deadline = deadline;
	j->cwd = strdup(cwd);
	j->channel = channel_new(LIMIT_BACKLOG, event_free_item);
	if (j->cwd == NULL || j->channel == NULL ||
	    (j->model == NULL && name->model != NULL)) {
		job_unref(j);
		return NULL;
	}
	return j;
}

struct job *
job_ref(struct job *j)
{
	atomic_fetch_add_explicit(&j->refs, 1, memory_order_relaxed);
	return j;
}

void
job_unref(struct job *j)
{
	if (j == NULL)
		return;
	if (atomic_fetch_sub_explicit(&j->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (j->channel != NULL)
		channel_unref(j->channel);
	generation_unref(j->request);
	latency_unref(j->latency);
	free(j->cwd);
	free(j->model);
	free(j);
}

void
job_note_asked(struct job *j)
{
	atomic_store_explicit(&j->asked, true, memory_order_relaxed);
	latency_reach(j->latency, JOURNAL_ASKED);
}

bool
job_was_asked(const struct job *j)
{
	return atomic_load_explicit(&j->asked, memory_order_relaxed);
}

enum job_cancel_reason
job_cancelled(const struct job *j)
{
	return (enum job_cancel_reason)channel_cancelled(j->channel);
}

int
job_push(struct job *j, struct event *e)
{
	if (e == NULL)
		return -ENOMEM;
	return channel_push(j->channel, &e->link);
}

void
job_too_slow(struct job *j, int rc, struct error *ret_error)
{
	struct channel_item *item, *next;
	bool closed;

	for (item = channel_take(j->channel, &closed); item != NULL;
	     item = next) {
		next = item->next;
		event_free_item(item);
	}
	if (rc == -EDQUOT)
		error_set(ret_error, ERROR_OVERLOADED,
		    "The client takes the answer too slowly: it is among those "
		    "that have left %zu MiB of answers unread together.",
		    LIMIT_UNREAD / LIMIT_MIB);
	else
		error_set(ret_error, ERROR_UPSTREAM,
		    "The client takes the answer too slowly, or the answer is "
		    "too long to be kept: more than %zu MiB were waiting.",
		    LIMIT_BACKLOG / LIMIT_MIB);
}

/*
 * A job whose last event cannot be allocated still ends: its channel closes
 * without one, which the other side takes for an internal error.
 */
static void
push_final(struct job *j, struct event *e)
{
	if (e != NULL)
		channel_push_final(j->channel, &e->link);
	else
		channel_close(j->channel);
}

void
job_finish(struct job *j, enum finish_reason reason)
{
	push_final(j, event_new_finished(reason));
}

void
job_fail(struct job *j, struct error *error)
{
	push_final(j, event_new_failed(error));
	error_free(error);
}

void
job_fail_with(struct job *j, enum error_kind kind, const char *fmt, ...)
{
	struct error error = ERROR_INIT;
	char message[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	error_set(&error, kind, "%s", message);
	job_fail(j, &error);
}

void
job_end_cancelled(struct job *j)
{
	switch (job_cancelled(j)) {
	case JOB_CANCEL_STOPPED:
		job_finish(j, FINISH_STOP);
		break;
	case JOB_CANCEL_DRAIN:
		job_fail_with(j, ERROR_SHUTTING_DOWN,
		    "The server is shutting down and has ended this request; "
		    "send it again to the next one.");
		break;
	case JOB_CANCEL_HANGUP:
	case JOB_NOT_CANCELLED:
		job_fail_with(
		    j, ERROR_CLIENT_GONE, "The client closed the connection.");
		break;
	}
}
