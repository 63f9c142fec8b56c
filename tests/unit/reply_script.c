#include "unit/reply_script.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct chat_request *
script_request(const char *more, bool stream, bool include_usage)
{
	struct api_error error = API_ERROR_INIT;
	struct chat_request *r = NULL;
	struct buf body;

	buf_init(&body, OUT_CAP);
	ck_assert_int_eq(
	    buf_printf(&body,
		"{%s\"model\":\"m \\\"1\\\"\",\"stream\":%s,"
		"\"stream_options\":{\"include_usage\":%s},"
		"\"messages\":[{\"role\":\"user\",\"content\":\"ping\"}]}",
		more, stream ? "true" : "false",
		include_usage ? "true" : "false"),
	    0);
	ck_assert_int_eq(
	    chat_request_parse(body.data, body.len, &r, &error), 0);
	buf_free(&body);
	return r;
}

struct chat_reply *
script_reply(const char *more, bool stream, bool include_usage)
{
	struct chat_request *request = script_request(
	    more, stream, include_usage);
	struct chat_reply *r = chat_reply_new(
	    request, "chatcmpl-1", 1700000000, "codex 0.169.0");

	ck_assert_ptr_nonnull(r);
	/* The reply holds its own reference. */
	chat_request_unref(request);
	return r;
}

static enum finish_reason
reason(const char *name)
{
	static const char *const names[] = { "none", "stop", "tool_calls",
		"length", "content_filter" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(name, names[i]) == 0)
			return (enum finish_reason)i;
	}
	ck_abort_msg("no finish reason %s", name);
	return FINISH_NONE;
}

static struct event *
usage_event(const char *text)
{
	struct usage u = { 0 };

	u.input = strtoull(text, NULL, 10);
	text = strchr(text, ',') + 1;
	u.cached_input = strtoull(text, NULL, 10);
	text = strchr(text, ',') + 1;
	u.output = strtoull(text, NULL, 10);
	text = strchr(text, ',') + 1;
	u.reasoning_output = strtoull(text, NULL, 10);
	return event_new_usage(&u);
}

static struct event *
call_event(const char *text)
{
	char id[32];
	const char *name = strchr(text + 2, ' ') + 1;

	snprintf(id, sizeof(id), "%.*s", (int)(name - text - 3), text + 2);
	return event_new_tool_call((unsigned)(text[0] - '0'), id, name);
}

static struct event *
failed_event(const char *words)
{
	struct api_error error = API_ERROR_INIT;

	api_error_set(&error, API_ERROR_UPSTREAM, "%s", words);
	return event_new_failed(&error);
}

struct event *
script_event(const char *step)
{
	const char *text = step + 3;

	switch (step[1]) {
	case 'c':
		return event_new_text(EVENT_CONTENT, text, strlen(text));
	case 'r':
		return event_new_text(EVENT_REASONING, text, strlen(text));
	case 't':
		return call_event(text);
	case 'a':
		return event_new_tool_arguments(
		    (unsigned)(text[0] - '0'), text + 2, strlen(text + 2));
	case 'u':
		return usage_event(text);
	case 'f':
		return event_new_finished(reason(text));
	default:
		return failed_event(text);
	}
}

int
script_step(struct chat_reply *r, const char *step, struct buf *out)
{
	struct event *e = script_event(step);
	int rc;

	ck_assert_ptr_nonnull(e);
	rc = chat_reply_event(r, (unsigned)(step[0] - '0'), e, out);
	event_free(e);
	return rc;
}

void
script_play(struct chat_reply *r, const char *const *steps, struct buf *out)
{
	for (size_t i = 0; i < STEPS_MAX && steps[i] != NULL; i++)
		ck_assert_int_eq(script_step(r, steps[i], out), 0);
	ck_assert(chat_reply_done(r));
}
