#include "engine/turn/app_order.h"

#include <errno.h>

#include "base/limits.h"

/* All of an item waits, or none of it. */
static int
hold(struct app_answer *a, struct event *e)
{
	if (e == NULL)
		return -ENOMEM;
	if (e->link.weight > LIMIT_BACKLOG - a->held_bytes) {
		event_free(e);
		return -EMSGSIZE;
	}
	a->held_bytes += e->link.weight;
	e->link.next = NULL;
	*a->held_end = &e->link;
	a->held_end = &e->link.next;
	a->n_held++;
	if (e->kind == EVENT_ITEM_END)
		a->n_whole = a->n_held;
	return 0;
}

/* No two items overlap: what is no beginning is of the last that began. */
int
app_order_hand_on(struct app_answer *a, struct event *e)
{
	if (e == NULL)
		return -ENOMEM;
	if (e->kind == EVENT_ITEM_BEGIN)
		a->n_items++;
	e->item.index = a->n_items - 1;
	a->said = true;
	app_record_event(&a->record, e);
	return job_push(a->job, e);
}

int
app_order_say(struct app_answer *a, struct event *e)
{
	if (e != NULL && e->kind == EVENT_ITEM_BEGIN)
		a->waits = a->demanded ||
		    (a->job->request->sealed && a->calls.n > 0);
	return a->waits ? hold(a, e) : app_order_hand_on(a, e);
}

static struct channel_item *
next_held(struct app_answer *a)
{
	struct channel_item *item = a->held;

	if (item != NULL)
		a->held = item->next;
	if (a->held == NULL)
		a->held_end = &a->held;
	return item;
}

int
app_order_let_go(struct app_answer *a, size_t n)
{
	struct channel_item *item;
	int rc = 0;

	while (rc == 0 && a->n_let_go < n && (item = next_held(a)) != NULL) {
		a->n_let_go++;
		rc = app_order_hand_on(a, event_of(item));
	}
	return rc;
}

void
app_order_drop(struct app_answer *a)
{
	struct channel_item *item;

	while ((item = next_held(a)) != NULL)
		event_free(event_of(item));
}
