#include "unit/app_job.h"

#include <check.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
	SEEN_MAX = 1024 * 1024
};

void
app_settings(struct settings *s, char *const *words)
{
	char *const none[] = { NULL };
	char error[OPTIONS_ERROR_MAX] = "";
	int rc = settings_load(s, words, none, error);

	ck_assert_msg(rc == 0, "%s", error);
}

struct job *
app_job(const char *members)
{
	return app_job_saying("hi", members);
}

struct job *
app_job_saying(const char *message, const char *members)
{
	struct api_error error = API_ERROR_INIT;
	struct latency *latency = latency_new("r", "app-server");
	struct chat_request *request;
	struct job *j;
	char *body;
	int rc;

	log_configure(STDERR_FILENO, LOG_ERROR, LOG_TEXT);
	ck_assert_int_gt(
	    asprintf(&body,
		"{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
		"\"content\":\"%s\"}]%s}",
		message, members),
	    0);
	rc = chat_request_parse(body, strlen(body), &request, &error);
	ck_assert_msg(rc == 0, "%s: %s", body, error.message);
	free(body);
	j = job_new(request, 0, "/w", NULL, CLOCK_NEVER, latency);
	ck_assert_ptr_nonnull(j);
	chat_request_unref(request);
	latency_unref(latency);
	return j;
}

void
app_seen_init(struct app_seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	buf_init(&seen->content, SEEN_MAX);
	buf_init(&seen->reasoning, SEEN_MAX);
	buf_init(&seen->calls, SEEN_MAX);
}

void
app_seen_free(struct app_seen *seen)
{
	buf_free(&seen->content);
	buf_free(&seen->reasoning);
	buf_free(&seen->calls);
}

static int
see_call(struct app_seen *seen, const struct event *e)
{
	if (e->kind == EVENT_TOOL_CALL)
		return buf_printf(&seen->calls, "%s %s ", event_tool_id(e),
		    event_tool_name(e));
	return buf_printf(&seen->calls, "%s;", e->text);
}

static void
see_event(struct app_seen *seen, const struct event *e)
{
	int rc = 0;

	/* Nothing comes after the end. */
	ck_assert_uint_eq(seen->ends, 0);
	switch (e->kind) {
	case EVENT_CONTENT:
		rc = buf_append(&seen->content, e->text, e->len);
		break;
	case EVENT_REASONING:
		rc = buf_append(&seen->reasoning, e->text, e->len);
		break;
	case EVENT_TOOL_CALL:
	case EVENT_TOOL_ARGUMENTS:
		rc = see_call(seen, e);
		break;
	case EVENT_USAGE:
		seen->usage = e->usage;
		seen->usages++;
		break;
	case EVENT_FINISHED:
		seen->finish = e->finish;
		seen->ends++;
		break;
	case EVENT_FAILED:
		seen->error = e->error.kind;
		snprintf(seen->message, sizeof(seen->message), "%s",
		    e->error.message);
		seen->ends++;
		break;
	}
	ck_assert_int_eq(rc, 0);
}

void
app_see(struct job *j, struct app_seen *seen)
{
	bool closed;
	struct channel_item *item = channel_take(j->channel, &closed), *next;

	for (; item != NULL; item = next) {
		next = item->next;
		see_event(seen, event_of(item));
		event_free(event_of(item));
	}
	ck_assert_int_eq(closed, seen->ends > 0);
}

const char *
app_text(const struct buf *b)
{
	return b->len > 0 ? b->data : "";
}
