#include "engine/exec_answer.h"

#include <errno.h>

#include "base/clock.h"
#include "base/log.h"
#include "core/answer_format.h"
#include "core/codex_error.h"
#include "core/exec_events.h"

void
exec_answer_init(struct exec_answer *a, struct job *j)
{
	memset(a, 0, sizeof(*a));
	a->job = j;
	buf_init(&a->message, JOB_BACKLOG_MAX);
}

void
exec_answer_free(struct exec_answer *a)
{
	buf_free(&a->message);
	free(a->complaint);
	a->complaint = NULL;
}

/* Pieces of reasoning are paragraphs of their own. */
static int
push_reasoning(struct exec_answer *a, const char *text, size_t len)
{
	int rc = 0;

	if (len == 0)
		return 0;
	if (a->has_reasoning)
		rc = job_push_text(a->job, EVENT_REASONING, "\n\n", 2);
	if (rc == 0)
		rc = job_push_text(a->job, EVENT_REASONING, text, len);
	a->has_reasoning = true;
	a->handed_on = true;
	return rc;
}

static int
take_message(struct exec_answer *a, struct text text)
{
	int rc = 0;

	if (a->has_message)
		rc = push_reasoning(a, a->message.data, a->message.len);
	a->has_message = true;
	buf_reset(&a->message);
	return rc != 0 ? rc : buf_append(&a->message, text.s, text.len);
}

/*
 * The tokens, the answer, and the end. In that order, because a stop string in
 * the answer cancels the job, and the tokens have been spent all the same.
 */
static int
hand_on(
    struct exec_answer *a, const struct usage *usage, enum finish_reason reason)
{
	int rc = usage != NULL ? job_push_usage(a->job, usage) : 0;

	a->handed_on = true;
	if (rc == 0 && a->message.len > 0)
		rc = job_push_text(
		    a->job, EVENT_CONTENT, a->message.data, a->message.len);
	if (rc != 0)
		return rc;
	a->final = true;
	job_finish(a->job, reason);
	return 0;
}

static void
fail(struct exec_answer *a, struct api_error *error)
{
	a->final = true;
	job_fail(a->job, error);
}

static int
take_completed(struct exec_answer *a, const struct usage *usage)
{
	struct api_error error = API_ERROR_INIT;

	if (answer_format_check(a->job->request,
		a->message.len > 0 ? a->message.data : "", a->message.len,
		&error) == 0)
		return hand_on(a, usage, FINISH_STOP);
	fail(a, &error);
	return 0;
}

/*
 * A model that had to break off has answered as far as it got; but half a
 * JSON document is nothing that a caller could use.
 */
static int
take_failed(struct exec_answer *a, struct text why)
{
	enum finish_reason reason = codex_error_incomplete(why.s);
	struct api_error error = API_ERROR_INIT;

	if (reason != FINISH_NONE &&
	    a->job->request->format == CHAT_FORMAT_TEXT)
		return hand_on(a, NULL, reason);
	codex_error_from_message(why.s, clock_unix_seconds(), &error);
	fail(a, &error);
	return 0;
}

/* "Reconnecting... 1/5" is progress; anything else may be the reason. */
static int
take_complaint(struct exec_answer *a, struct text text)
{
	char *copy = strndup(text.s, text.len);

	if (copy == NULL)
		return -ENOMEM;
	log_debug("request %s: codex says: %.300s", a->job->latency->request_id,
	    copy);
	free(a->complaint);
	a->complaint = copy;
	return 0;
}

static int
take_event(struct exec_answer *a, const struct exec_event *e)
{
	switch (e->kind) {
	case EXEC_MESSAGE:
		return take_message(a, e->text);
	case EXEC_REASONING:
		return push_reasoning(a, e->text.s, e->text.len);
	case EXEC_COMPLETED:
		return take_completed(a, &e->usage);
	case EXEC_FAILED:
		return take_failed(a, e->text);
	case EXEC_ERROR:
		return take_complaint(a, e->text);
	case EXEC_WARNING:
		log_debug("request %s: codex warns: %.300s",
		    a->job->latency->request_id, e->text.s);
		return 0;
	case EXEC_OTHER:
		break;
	}
	return 0;
}

int
exec_answer_line(struct exec_answer *a, const char *line, size_t len)
{
	struct exec_event e;
	int rc;

	if (a->final)
		return 0;
	rc = exec_event_parse(line, len, &e);
	if (rc == -EINVAL) {
		log_debug("request %s: codex wrote a line that is no event",
		    a->job->latency->request_id);
		return 0;
	}
	if (rc != 0)
		return rc;
	rc = take_event(a, &e);
	exec_event_free(&e);
	return rc;
}
