#include "unit/reply_script.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "dialect/chat/chat_dialect.h"

static struct form *script_form;

struct generation *
script_request(
    const char *more, bool stream, bool include_usage, struct form **ret_form)
{
	struct error error = ERROR_INIT;
	struct generation *r = NULL;
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
	    chat_dialect.read(body.data, body.len, &r, ret_form, &error), 0);
	buf_free(&body);
	return r;
}

struct reply *
script_reply(const char *more, bool stream, bool include_usage)
{
	static const struct identity identity = { "1", 1700000000,
		"codex 0.169.0", "req_1" };
	struct generation *request = script_request(
	    more, stream, include_usage, &script_form);
	struct reply *r = reply_new(
	    &chat_dialect, request, script_form, &identity);

	ck_assert_ptr_nonnull(r);
	/* The reply holds its own reference. */
	generation_unref(request);
	return r;
}

void
script_free(struct reply *r)
{
	reply_free(r);
	chat_dialect.form_free(script_form);
	script_form = NULL;
}

static enum finish_reason
reason(const char *name)
{
	static const char *const names[] = { "none", "stop", "stop_string",
		"tool_calls", "length", "content_filter" };

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

/* Each letter has an item of its own, each call one behind them. */
static const struct {
	char letter;
	struct event_item item;
	unsigned part;
} texts[] = {
	{ 'r', { 0, ITEM_REASONING, PHASE_NONE, 0, false, { NULL, 0 } }, 0 },
	{ 'p', { 0, ITEM_REASONING, PHASE_NONE, 0, false, { NULL, 0 } }, 1 },
	{ 'k', { 1, ITEM_MESSAGE, PHASE_COMMENTARY, 0, false, { NULL, 0 } },
	    0 },
	{ 'c', { 2, ITEM_MESSAGE, PHASE_FINAL, 0, false, { NULL, 0 } }, 0 },
	{ 'm', { 3, ITEM_MESSAGE, PHASE_FINAL, 0, false, { NULL, 0 } }, 0 },
};

static struct event *
text_event(char letter, const char *text)
{
	size_t i = 0;

	while (texts[i].letter != letter && i < ARRAY_SIZE(texts) - 1)
		i++;
	return event_new_text(
	    &texts[i].item, texts[i].part, text, strlen(text));
}

/* A capital letter is of a freeform tool. */
static struct event_item
call_item(char letter, const char *text)
{
	unsigned n = (unsigned)(text[0] - '0');

	return (struct event_item){ .index = 4 + n,
		.kind = ITEM_CALL,
		.call = n,
		.custom = letter < 'a' };
}

static struct event *
call_event(char letter, const char *text)
{
	struct event_item item = call_item(letter, text);
	char id[32];
	const char *name = strchr(text + 2, ' ') + 1;

	snprintf(id, sizeof(id), "%.*s", (int)(name - text - 3), text + 2);
	return event_new_begin(&item, "fc_1", id, name);
}

static struct event *
arguments_event(char letter, const char *text)
{
	struct event_item item = call_item(letter, text);

	return event_new_arguments(&item, text + 2, strlen(text + 2));
}

static struct event *
failed_event(const char *words)
{
	struct error error = ERROR_INIT;

	error_set(&error, ERROR_UPSTREAM, "%s", words);
	return event_new_failed(&error);
}

struct event *
script_event(const char *step)
{
	const char *text = step + 3;

	switch (step[1]) {
	case 't':
	case 'T':
		return call_event(step[1], text);
	case 'a':
	case 'A':
		return arguments_event(step[1], text);
	case 'v':
		return event_new_void();
	case 'e':
		return event_new_end(&texts[3].item, true, NULL, NULL);
	case 's':
		return event_new_end(&texts[0].item, true, "rs_1", text);
	case 'u':
		return usage_event(text);
	case 'f':
		return event_new_finished(reason(text));
	case 'x':
		return failed_event(text);
	default:
		return text_event(step[1], text);
	}
}

int
script_step(struct reply *r, const char *step, struct buf *out)
{
	struct event *e = script_event(step);

	ck_assert_ptr_nonnull(e);
	return reply_event(r, (unsigned)(step[0] - '0'), e, out);
}

void
script_play(struct reply *r, const char *const *steps, struct buf *out)
{
	for (size_t i = 0; i < STEPS_MAX && steps[i] != NULL; i++)
		ck_assert_int_eq(script_step(r, steps[i], out), 0);
	ck_assert(reply_done(r));
}
