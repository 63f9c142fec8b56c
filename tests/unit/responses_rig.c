#include "unit/responses_rig.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dialect/responses/responses_reply.h"

static bool
no_param(const struct generation *request, const struct form *form,
    const struct error *e, char out[DIALECT_PARAM_MAX])
{
	(void)request;
	(void)form;
	(void)e;
	(void)out;
	return false;
}

/* The writers alone. */
static const struct dialect writers = { .name = "responses",
	.param = no_param,
	.stream = &responses_stream,
	.whole = &responses_whole };

static struct responses_form form;
static size_t ends[4];
static struct event_item item; /* that came last */
static unsigned part, calls;

static int
set_form(const struct rig_options *options)
{
	int rc;

	form = (struct responses_form){ .form = { .stream = options->stream,
					    .keep = options->keep },
		.previous = text_of("resp_before"),
		.conversation = text_of("conv_1"),
		.input_ends = ends };
	buf_init(&form.echo, 1000);
	buf_init(&form.input, 1000);
	rc = buf_puts(&form.echo, RIG_ECHO);
	for (; rc == 0 && options->own[form.n_input] != NULL; form.n_input++) {
		rc = buf_puts(&form.input, options->own[form.n_input]);
		ends[form.n_input] = form.input.len;
	}
	return rc;
}

struct reply *
rig_new(const struct rig_options *options)
{
	static const struct identity identity = { "1", 1700000000, "codex",
		"req_1" };
	struct generation *g;
	struct reply *r;
	int rc = set_form(options);

	item = (struct event_item){ .index = UINT32_MAX };
	calls = 0;
	g = rc == 0 ? generation_new(1000) : NULL;
	if (g == NULL)
		return NULL;
	g->model = "m \"1\"";
	g->sealed = options->sealed;
	r = reply_new(&writers, g, &form.form, &identity);
	generation_unref(g);
	return r;
}

void
rig_free(struct reply *r)
{
	reply_free(r);
	buf_free(&form.echo);
	buf_free(&form.input);
}

/* ---- events ---- */

static void
next_item(enum item_kind kind, enum item_phase phase)
{
	item = (struct event_item){
		.index = item.index + 1, .kind = kind, .phase = phase
	};
	part = 0;
}

/* The words of a call, up to three. */
static struct event *
begin_call(char letter, const char *text)
{
	static char words[3][32];
	int n = sscanf(text, "%31s %31s %31s", words[0], words[1], words[2]);

	next_item(ITEM_CALL, PHASE_NONE);
	item.call = calls++;
	item.custom = letter == 'c';
	if (letter == 'n')
		/* It has to outlive the event. */
		item.space = (struct text){ text, strlen(words[0]) };
	return event_new_begin(
	    &item, "fc_upstream", words[n - 2], words[n - 1]);
}

static struct event *
begin(enum item_kind kind, enum item_phase phase)
{
	next_item(kind, phase);
	return event_new_begin(&item, "upstream", NULL, NULL);
}

static struct event *
piece(char letter, const char *text)
{
	if (letter == '/')
		part++;
	if (item.kind == ITEM_CALL)
		return event_new_arguments(&item, text, strlen(text));
	return event_new_text(&item, part, text, strlen(text));
}

static struct event *
usage(const char *text)
{
	unsigned long long n[5];
	struct usage u;

	/* No assertion: memory may be out. */
	if (sscanf(text, "%llu,%llu,%llu,%llu,%llu", &n[0], &n[1], &n[2], &n[3],
		&n[4]) != 5)
		abort();
	u = (struct usage){ n[0], n[1], n[2], n[3], n[4], 0, 0 };
	return event_new_usage(&u);
}

static struct event *
finished(const char *name)
{
	static const char *const names[] = { "none", "stop", "stop_string",
		"tool_calls", "length", "content_filter" };
	unsigned i = 0;

	while (i < ARRAY_SIZE(names) - 1 && strcmp(names[i], name) != 0)
		i++;
	return event_new_finished((enum finish_reason)i);
}

static struct event *
failed(const char *words)
{
	struct error error = ERROR_INIT;

	error_set(&error, ERROR_UPSTREAM, "%s", words);
	return event_new_failed(&error);
}

static struct event *
event(const char *step)
{
	const char *text = step[1] == ' ' ? step + 2 : step + 1;

	switch (step[0]) {
	case 'm':
		return begin(ITEM_MESSAGE, PHASE_FINAL);
	case 'k':
		return begin(ITEM_MESSAGE, PHASE_COMMENTARY);
	case 'r':
		return begin(ITEM_REASONING, PHASE_NONE);
	case '+':
	case '/':
		return piece(step[0], step + 1);
	case '.':
	case '!':
		return event_new_end(&item, step[0] == '.', "upstream", NULL);
	case 's':
		return event_new_end(&item, true, "rs_upstream", text);
	case 'u':
		return usage(text);
	case 'f':
		return finished(text);
	case 'x':
		return failed(text);
	default:
		return begin_call(step[0], text);
	}
}

int
rig_step(struct reply *r, const char *step, struct buf *out)
{
	struct event *e;

	if (step[0] == 'p')
		return reply_ping(r, out);
	e = event(step);
	return e != NULL ? reply_event(r, 0, e, out) : -ENOMEM;
}

/* ---- what came out ---- */

static void
mask_time(char *at, int64_t began)
{
	static const char key[] = "\"completed_at\":1";
	long long completed;

	while ((at = strstr(at, key)) != NULL) {
		at += sizeof(key) - 2;
		completed = strtoll(at, NULL, 10);
		ck_assert_int_ge(completed, began);
		ck_assert_int_le(completed, clock_unix_seconds());
		memcpy(at, "1700000009", 10);
	}
}

void
rig_play(struct reply *r, const char *const *steps, struct buf *out)
{
	int64_t began = clock_unix_seconds();

	for (size_t i = 0; i < RIG_STEPS && steps[i] != NULL; i++)
		ck_assert_int_eq(rig_step(r, steps[i], out), 0);
	ck_assert(reply_done(r));
	if (!form.form.stream && reply_failure(r) != NULL)
		return;
	ck_assert_int_eq(reply_end(r, out), 0);
	mask_time(out->data, began);
}
