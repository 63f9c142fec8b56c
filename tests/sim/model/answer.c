#include "answer.h"

#include <errno.h>

#include "base/clock.h"
#include "faults.h"
#include "once.h"
#include "request.h"
#include "responses.h"
#include "script.h"

enum {
	BAD_REQUEST = 400,
	TEXT_MAX = 256 << 20
};

/* Takes over `body`. */
static int
say_error(struct answer *a, unsigned status, json_t *body, int64_t retry_after)
{
	a->kind = ANSWER_ERROR;
	a->status = status;
	a->error = body;
	a->retry_after = retry_after;
	return body != NULL ? 0 : -ENOMEM;
}

/* Goes by what the script says. */
static int
obey(struct script *s, const struct responses_input *in, answer_wait *wait,
    void *arg, struct plan *plan, struct answer *a)
{
	if (s->once && !once_first(in->last_user->data, in->last_user->len))
		script_mend(s);
	a->goodbye = s->goodbye;
	a->close = s->close;
	a->forget = s->forget;
	a->kind = ANSWER_NOTHING;
	if (s->delay > 0 && !wait(arg, clock_after(s->delay * NS_PER_MS)))
		return 0;
	if (s->hang_headers) {
		(void)wait(arg, CLOCK_NEVER);
		return 0;
	}
	if (s->unreadable && request_has_sealed(in->input))
		return say_error(a, BAD_REQUEST,
		    fault_body("The encrypted content gAAA... could not be "
			       "verified.",
			"invalid_request_error", "invalid_encrypted_content"),
		    -1);
	if (s->status > 0)
		return say_error(
		    a, (unsigned)s->status, fault_scripted(s), s->after);
	a->kind = ANSWER_STREAM;
	return responses_build(s, in, plan);
}

int
answer_make(const json_t *body, uint64_t n, answer_wait *wait, void *arg,
    struct plan *plan, struct answer *ret_answer)
{
	struct script script;
	struct buf last_user;
	struct responses_input in = { .n = n,
		.model = json_string_value(json_object_get(body, "model")),
		.input = json_object_get(body, "input"),
		.last_user = &last_user };
	char error[SCRIPT_ERROR_MAX] = "sim: no JSON";
	struct answer a = { .retry_after = -1, .close = -1 };
	int r;

	buf_init(&last_user, TEXT_MAX);
	if (body == NULL || request_last_user(in.input, &last_user) < 0 ||
	    script_parse(last_user.data, last_user.len,
		request_tool_rounds(in.input), &script, error) < 0) {
		r = say_error(&a, BAD_REQUEST,
		    fault_body(error, "invalid_request_error", "sim"), -1);
	} else {
		r = obey(&script, &in, wait, arg, plan, &a);
		script_free(&script);
	}
	buf_free(&last_user);
	if (r < 0)
		answer_free(&a);
	else
		*ret_answer = a;
	return r;
}

void
answer_free(struct answer *a)
{
	json_decref(a->error);
	a->error = NULL;
}
