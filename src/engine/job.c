#include "engine/job.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>

struct job *
job_new(struct chat_request *request, unsigned choice, const char *cwd,
    const char *model, int64_t deadline, struct latency *latency)
{
	struct job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return NULL;
	atomic_init(&j->refs, 1);
	j->request = chat_request_ref(request);
	j->latency = latency_ref(latency);
	j->phases = &latency->job[choice];
	j->choice = choice;
	j->model = model;
	j->deadline = deadline;
	j->cwd = strdup(cwd);
	j->channel = channel_new(JOB_BACKLOG_MAX, event_free_item);
	if (j->cwd == NULL || j->channel == NULL) {
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
	chat_request_unref(j->request);
	latency_unref(j->latency);
	free(j->cwd);
	free(j);
}

enum job_cancel_reason
job_cancelled(const struct job *j)
{
	return (enum job_cancel_reason)channel_cancelled(j->channel);
}

static int
push(struct job *j, struct event *e)
{
	if (e == NULL)
		return -ENOMEM;
	return channel_push(j->channel, &e->item);
}

int
job_push_text(struct job *j, enum event_kind kind, const char *text, size_t len)
{
	return push(j, event_new_text(kind, text, len));
}

int
job_push_tool_call(struct job *j, unsigned call, const char *id,
    const char *name, const char *arguments)
{
	int rc = push(j, event_new_tool_call(call, id, name));

	if (rc != 0)
		return rc;
	return push(
	    j, event_new_tool_arguments(call, arguments, strlen(arguments)));
}

int
job_push_usage(struct job *j, const struct usage *usage)
{
	return push(j, event_new_usage(usage));
}

/*
 * A job whose last event cannot be allocated still ends: its channel closes
 * without one, which the other side takes for an internal error.
 */
static void
push_final(struct job *j, struct event *e)
{
	if (e != NULL)
		channel_push_final(j->channel, &e->item);
	else
		channel_close(j->channel);
}

void
job_finish(struct job *j, enum finish_reason reason)
{
	push_final(j, event_new_finished(reason));
}

void
job_fail(struct job *j, struct api_error *error)
{
	push_final(j, event_new_failed(error));
	api_error_free(error);
}

void
job_fail_with(struct job *j, enum api_error_kind kind, const char *fmt, ...)
{
	struct api_error error = API_ERROR_INIT;
	char message[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	api_error_set(&error, kind, "%s", message);
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
		job_fail_with(j, API_ERROR_SHUTTING_DOWN,
		    "The server is shutting down and has ended this request; "
		    "send it again to the next one.");
		break;
	case JOB_CANCEL_HANGUP:
	case JOB_NOT_CANCELLED:
		job_fail_with(j, API_ERROR_CLIENT_GONE,
		    "The client closed the connection.");
		break;
	}
}
