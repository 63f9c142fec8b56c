#include "responses.h"

#include <errno.h>

#include "base/clock.h"
#include "items.h"
#include "request.h"

static const char utf8_text[] = "a\u00e9\u20ac\U0001f600 b\u00f1"
				"\u6f22\U0001f98a";

static json_t *
usage(const struct script_usage *u)
{
	return json_pack("{s:I, s:{s:I}, s:I, s:{s:I}, s:I}", "input_tokens",
	    (json_int_t)u->input, "input_tokens_details", "cached_tokens",
	    (json_int_t)u->cached, "output_tokens", (json_int_t)u->output,
	    "output_tokens_details", "reasoning_tokens",
	    (json_int_t)u->reasoning, "total_tokens",
	    (json_int_t)(u->input + u->output));
}

/* Takes over `extra`, the members that only some states have; may be NULL. */
static void
response_event(struct plan *p, const struct responses_input *in,
    const char *status, const char *type, json_t *extra)
{
	json_t *response = json_pack("{s:o, s:s, s:I, s:s, s:s, s:[]}", "id",
	    json_sprintf("resp_%llu", (unsigned long long)in->n), "object",
	    "response", "created_at", (json_int_t)clock_unix_seconds(),
	    "status", status, "model", in->model != NULL ? in->model : "sim",
	    "output");

	if (extra != NULL && json_object_update(response, extra) < 0)
		p->error = -ENOMEM;
	json_decref(extra);
	plan_event(
	    p, json_pack("{s:s, s:o}", "type", type, "response", response));
}

static void
finish_failed(
    const struct script *s, const struct responses_input *in, struct plan *p)
{
	const char *message = s->failed_message;
	json_t *error = json_pack("{s:{s:s, s:o}}", "error", "code", s->failed,
	    "message",
	    message != NULL ? json_string(message)
			    : json_sprintf("sim: %s", s->failed));

	response_event(p, in, "failed", "response.failed", error);
}

static void
finish(const struct script *s, const struct responses_input *in, struct plan *p)
{
	if (s->hang)
		p->ending = PLAN_HANG;
	else if (s->cut >= 0)
		p->ending = PLAN_CUT;
	else if (s->failed != NULL)
		finish_failed(s, in, p);
	else if (s->incomplete != NULL)
		response_event(p, in, "incomplete", "response.incomplete",
		    json_pack("{s:{s:s}, s:o}", "incomplete_details", "reason",
			s->incomplete, "usage", usage(&s->usage)));
	else
		response_event(p, in, "completed", "response.completed",
		    json_pack("{s:o}", "usage", usage(&s->usage)));
}

static int
append_deltas_text(int64_t n, struct buf *out)
{
	int r = 0;

	for (int64_t i = 0; i < n && r == 0; i++)
		r = buf_printf(out, i == 0 ? "d%lld" : " d%lld", (long long)i);
	return r;
}

static int
append_big_text(int64_t n, struct buf *out)
{
	char *space;
	int r = buf_reserve(out, (size_t)n, &space);

	if (r == 0) {
		memset(space, 'x', (size_t)n);
		buf_commit(out, (size_t)n);
	}
	return r;
}

static int
append_answer(
    const struct script *s, const struct responses_input *in, struct buf *out)
{
	if (s->text != NULL)
		return buf_puts(out, s->text);
	if (s->deltas > 0)
		return append_deltas_text(s->deltas, out);
	if (s->big > 0)
		return append_big_text(s->big, out);
	if (s->utf8)
		return buf_puts(out, utf8_text);
	if (s->echo)
		return buf_append(out, in->last_user->data, in->last_user->len);
	if (s->echo_all)
		return request_all_texts(in->input, out);
	if (s->outputs)
		return request_all_tool_outputs(in->input, out);
	return buf_puts(out, "pong");
}

/* Whether the tools have answered, and there is no step after it. */
static bool
tools_answered(const struct script *s, const struct responses_input *in)
{
	return s->tools != NULL && s->over &&
	    request_ends_in_tool_output(in->input);
}

static void
add_answer(const struct script *s, const struct responses_input *in,
    struct items *items, bool unfinished)
{
	struct buf text;
	int r;

	buf_init(&text, SIZE_MAX);
	if (tools_answered(s, in)) {
		r = buf_puts(&text, "tool said: ");
		if (r == 0)
			r = request_tool_outputs(in->input, &text);
	} else {
		r = append_answer(s, in, &text);
	}
	if (r < 0)
		items->plan->error = r;
	else
		items_message(
		    items, &text, s->final ? "final_answer" : NULL, unfinished);
	buf_free(&text);
}

static void
add_numbered_messages(int64_t n, struct items *items)
{
	struct buf text;

	buf_init(&text, 32);
	for (int64_t i = 1; i <= n; i++) {
		buf_reset(&text);
		if (buf_printf(&text, "m%lld", (long long)i) == 0)
			items_message(items, &text, NULL, false);
	}
	buf_free(&text);
}

static void
add_commentary(const struct script *s, struct items *items)
{
	struct buf text;

	buf_init(&text, SIZE_MAX);
	if (buf_puts(&text, s->commentary) == 0)
		items_message(items, &text, "commentary", false);
	buf_free(&text);
}

static void
add_tools(const struct script *s, struct items *items)
{
	const json_t *call;
	size_t i, last = json_array_size(s->tools) - 1;

	json_array_foreach(s->tools, i, call) {
		if (i > 0)
			plan_pause(items->plan, s->gap);
		items_call(items, json_string_value(json_array_get(call, 0)),
		    json_string_value(json_array_get(call, 1)),
		    s->half && i == last);
	}
}

int
responses_build(
    const struct script *s, const struct responses_input *in, struct plan *plan)
{
	bool unfinished = !s->behind &&
	    (s->hang || s->cut >= 0 || s->failed != NULL);
	bool calls = s->tools != NULL && !tools_answered(s, in);
	/* "hang" and "failed" alone come before any answer. */
	bool silent = !script_has_text(s) &&
	    (s->hang || s->failed != NULL || calls);
	struct items items = { .plan = plan, .script = s, .n = in->n };

	plan->error = 0;
	response_event(plan, in, "in_progress", "response.created", NULL);
	if (s->reasoning != NULL || s->sealed != NULL)
		items_reasoning(&items, s->reasoning, s->sealed);
	if (s->commentary != NULL)
		add_commentary(s, &items);
	if (s->messages > 0)
		add_numbered_messages(s->messages, &items);
	else if (!silent)
		add_answer(s, in, &items, unfinished);
	if (calls && !unfinished)
		add_tools(s, &items);
	finish(s, in, plan);
	return plan->error;
}
