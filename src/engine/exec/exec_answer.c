#include "engine/exec/exec_answer.h"

#include <errno.h>

#include "base/clock.h"
#include "system/log.h"
#include "conversation/format.h"
#include "codex/codex_error.h"
#include "codex/codex_words.h"
#include "codex/exec_events.h"

void
exec_answer_init(struct exec_answer *a, struct job *j)
{
	memset(a, 0, sizeof(*a));
	a->job = j;
	buf_init(&a->message, LIMIT_BACKLOG);
}

void
exec_answer_free(struct exec_answer *a)
{
	buf_free(&a->message);
	free(a->complaint);
	a->complaint = NULL;
}

/* An item of one text, whole; what is empty is none. */
static int
push_item(struct exec_answer *a, enum item_kind kind, enum item_phase phase,
    const char *text, size_t len)
{
	struct event_item item = { .kind = kind, .phase = phase };
	int rc;

	if (len == 0)
		return 0;
	item.index = a->n_items++;
	a->handed_on = true;
	rc = job_push(a->job, event_new_begin(&item, NULL, NULL, NULL));
	if (rc == 0)
		rc = job_push(a->job, event_new_text(&item, 0, text, len));
	if (rc == 0)
		rc = job_push(a->job, event_new_end(&item, true, NULL, NULL));
	return rc;
}

static int
push_message(struct exec_answer *a, enum item_phase phase)
{
	return push_item(
	    a, ITEM_MESSAGE, phase, a->message.data, a->message.len);
}

static int
take_message(struct exec_answer *a, struct text text)
{
	int rc = push_message(a, PHASE_COMMENTARY);

	a->has_message = true;
	buf_reset(&a->message);
	return rc != 0 ? rc : buf_append(&a->message, text.s, text.len);
}

static int
hand_on(struct exec_answer *a, enum finish_reason reason)
{
	int rc = push_message(a, PHASE_FINAL);

	a->handed_on = true;
	if (rc != 0)
		return rc;
	a->final = true;
	job_finish(a->job, reason);
	return 0;
}

static void
fail(struct exec_answer *a, struct error *error)
{
	a->final = true;
	job_fail(a->job, error);
}

/*
 * The tokens, the answer, and the end. In that order, because a stop string in
 * the answer cancels the job, and the tokens have been spent all the same.
 *
 * Whether the answer keeps to its format is looked at in reply.c, too; but here
 * nothing of it is out, so that the caller gets a status even for a stream.
 */
static int
take_completed(struct exec_answer *a, const struct usage *usage)
{
	struct error error = ERROR_INIT;
	int rc = job_push(a->job, event_new_usage(usage));

	if (rc != 0)
		return rc;
	if (!a->has_message) {
		error_set(&error, ERROR_UPSTREAM,
		    "Codex ended its turn without an answer.");
		fail(a, &error);
		return 0;
	}
	if (answer_format_check(a->job->request,
		a->message.len > 0 ? a->message.data : "", a->message.len,
		&error) == 0)
		return hand_on(a, FINISH_STOP);
	fail(a, &error);
	return 0;
}

static void
log_words(const struct exec_answer *a, const char *what, const char *said)
{
	char words[CODEX_WORDS_MAX];

	codex_words_for_log(said, words);
	log_info(
	    "request %s: %s: %.300s", a->job->latency->request_id, what, words);
}

/*
 * A model that had to break off has answered as far as it got; but half a
 * JSON document is nothing that a caller could use.
 */
static int
take_incomplete(struct exec_answer *a, enum finish_reason reason)
{
	bool filtered = reason == FINISH_CONTENT_FILTER;
	struct error error = ERROR_INIT;

	if (a->job->request->format == FORMAT_TEXT)
		return hand_on(a, reason);
	error_set(&error, filtered ? ERROR_CONTENT_POLICY : ERROR_UPSTREAM,
	    "%s cut the model's answer off, so that it is not the JSON that "
	    "was asked for.",
	    filtered ? "A filter (content_filter)"
		     : "A limit (max_output_tokens)");
	fail(a, &error);
	return 0;
}

static int
take_failed(struct exec_answer *a, struct text why)
{
	enum finish_reason reason = codex_error_incomplete(why.s);
	struct error error = ERROR_INIT;

	if (reason != FINISH_NONE)
		return take_incomplete(a, reason);
	log_words(a, "codex failed", why.s);
	codex_error_from_message(why.s, clock_unix_seconds(), &error);
	fail(a, &error);
	return 0;
}

/*
 * "Reconnecting... 1/5 (...)" is progress; anything else may be the reason.
 * But what was cut on purpose would be cut again, each time that Codex asks,
 * and what is forbidden stays so.
 */
static int
take_complaint(struct exec_answer *a, struct text text)
{
	enum finish_reason reason = codex_error_incomplete(text.s);
	char words[CODEX_WORDS_MAX];
	char *copy;

	if (reason != FINISH_NONE || codex_error_is_refusal(text.s)) {
		a->to_be_ended = true;
		return take_failed(a, text);
	}
	codex_words_for_caller(text.s, words);
	copy = strdup(words);
	if (copy == NULL)
		return -ENOMEM;
	log_words(a, "codex says", text.s);
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
		return push_item(
		    a, ITEM_REASONING, PHASE_NONE, e->text.s, e->text.len);
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
