#include "plan.h"

#include <errno.h>

#include "base/clock.h"
#include "ws_frame.h"

void
plan_init(struct plan *p, enum plan_framing framing)
{
	*p = (struct plan){
		.framing = framing, .ending = PLAN_DONE, .items = json_array()
	};
	buf_init(&p->bytes, SIZE_MAX);
}

void
plan_free(struct plan *p)
{
	buf_free(&p->bytes);
	free(p->pauses);
	json_decref(p->items);
	p->items = NULL;
	p->pauses = NULL;
	p->n_pauses = 0;
}

static int
append_dump(const char *bytes, size_t len, void *arg)
{
	return buf_append(arg, bytes, len) < 0 ? -1 : 0;
}

static int
append_sse(struct plan *p, const json_t *event)
{
	const char *type = json_string_value(json_object_get(event, "type"));
	int r = buf_printf(&p->bytes, "event: %s\ndata: ", type);

	if (r == 0 &&
	    json_dump_callback(event, append_dump, &p->bytes, JSON_COMPACT) < 0)
		r = -ENOMEM;
	if (r == 0)
		r = buf_puts(&p->bytes, "\n\n");
	return r;
}

static int
append_frame(struct plan *p, const json_t *event)
{
	char *text = json_dumps(event, JSON_COMPACT);
	int r = -ENOMEM;

	if (text != NULL)
		r = ws_frame_write(&p->bytes, WS_TEXT, text, strlen(text));
	free(text);
	return r;
}

void
plan_event(struct plan *p, json_t *event)
{
	json_t *sequence = json_integer(p->sequence++);

	if (json_object_set_new(event, "sequence_number", sequence) < 0)
		p->error = -ENOMEM;
	if (p->error == 0)
		p->error = p->framing == PLAN_WS ? append_frame(p, event)
						 : append_sse(p, event);
	json_decref(event);
}

void
plan_item(struct plan *p, json_t *item)
{
	if (json_array_append_new(p->items, item) < 0)
		p->error = -ENOMEM;
}

void
plan_pause(struct plan *p, int64_t ms)
{
	struct plan_pause *grown;

	if (p->error < 0 || ms == 0)
		return;
	grown = reallocarray(p->pauses, p->n_pauses + 1, sizeof(*grown));
	if (grown == NULL) {
		p->error = -ENOMEM;
		return;
	}
	grown[p->n_pauses++] = (struct plan_pause){ p->bytes.len,
		ms * NS_PER_MS };
	p->pauses = grown;
}
