#include "thread/channel.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "thread/sync.h"

struct hook {
	channel_hook_fn *fn;
	void *arg;
};

struct channel {
	_Atomic unsigned refs;
	_Atomic int cancelled; /* written under the lock, read by anybody */
	channel_free_fn *free_item;
	size_t cap;
	struct budget *shared; /* or NULL */
	size_t own;
	pthread_mutex_t lock; /* of all below */
	struct channel_item *head, *tail;
	size_t weight; /* of the items that wait */
	bool closed;
	struct hook wake, cancel;
};

/* With the lock held, see channel.h. */
static void
call(const struct hook *h)
{
	if (h->fn != NULL)
		h->fn(h->arg);
}

struct channel *
channel_new(size_t cap, channel_free_fn *free_item)
{
	struct channel *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->cap = cap;
	c->free_item = free_item;
	atomic_init(&c->refs, 1);
	sync_mutex_init(&c->lock);
	return c;
}

struct channel *
channel_ref(struct channel *c)
{
	unsigned before = atomic_fetch_add_explicit(
	    &c->refs, 1, memory_order_relaxed);

	BUG_ON(before == 0);
	return c;
}

void
channel_share(struct channel *c, struct budget *shared, size_t own)
{
	c->shared = shared;
	c->own = own;
}

/* The items of so many bytes wait here no more. */
static void
give_back(struct channel *c, size_t weight)
{
	c->weight -= weight;
	if (c->shared != NULL)
		budget_give(c->shared, weight);
}

static void
free_items(struct channel *c)
{
	struct channel_item *item, *next;

	give_back(c, c->weight);
	for (item = c->head; item != NULL; item = next) {
		next = item->next;
		c->free_item(item);
	}
}

void
channel_unref(struct channel *c)
{
	unsigned before;

	if (c == NULL)
		return;
	before = atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel);
	BUG_ON(before == 0);
	if (before > 1)
		return;
	free_items(c);
	sync_mutex_destroy(&c->lock);
	free(c);
}

static void
append(struct channel *c, struct channel_item *item)
{
	item->next = NULL;
	if (c->tail != NULL)
		c->tail->next = item;
	else
		c->head = item;
	c->tail = item;
	c->weight += item->weight;
}

/* With the lock held: why an item cannot be taken in, or 0. */
static int
refusal(const struct channel *c, const struct channel_item *item)
{
	if (atomic_load(&c->cancelled) != 0)
		return -ECANCELED;
	if (c->closed)
		return -EPIPE;
	/* What waits may exceed the cap only after push_final: closed. */
	if (item->weight > c->cap - c->weight)
		return -ENOBUFS;
	return 0;
}

/* With the lock held: takes what `item` needs of what is shared. */
static int
take_share(struct channel *c, const struct channel_item *item)
{
	if (c->shared == NULL || budget_take(c->shared, item->weight))
		return 0;
	if (c->weight + item->weight > c->own)
		return -EDQUOT;
	budget_add(c->shared, item->weight);
	return 0;
}

int
channel_push(struct channel *c, struct channel_item *item)
{
	bool was_empty;
	int r;

	sync_lock(&c->lock);
	r = refusal(c, item);
	if (r == 0)
		r = take_share(c, item);
	if (r == 0) {
		was_empty = c->head == NULL;
		append(c, item);
		if (was_empty)
			call(&c->wake);
	}
	sync_unlock(&c->lock);
	if (r < 0)
		c->free_item(item);
	return r;
}

void
channel_close(struct channel *c)
{
	sync_lock(&c->lock);
	if (!c->closed) {
		c->closed = true;
		call(&c->wake);
	}
	sync_unlock(&c->lock);
}

void
channel_push_final(struct channel *c, struct channel_item *item)
{
	bool was_closed;

	sync_lock(&c->lock);
	was_closed = c->closed;
	if (!was_closed) {
		if (c->shared != NULL)
			budget_add(c->shared, item->weight);
		append(c, item);
		c->closed = true;
		call(&c->wake);
	}
	sync_unlock(&c->lock);
	if (was_closed)
		c->free_item(item);
}

/* With the lock held: the last item that brings those before to `weight`. */
static struct channel_item *
find_last(const struct channel *c, size_t weight, size_t *ret_sum)
{
	struct channel_item *last = c->head;
	size_t sum = last != NULL ? last->weight : 0;

	if (weight >= c->weight) { /* all, without a look at each */
		*ret_sum = c->weight;
		return c->tail;
	}
	while (last != c->tail && sum < weight) {
		last = last->next;
		sum += last->weight;
	}
	*ret_sum = sum;
	return last;
}

struct channel_item *
channel_take_some(struct channel *c, size_t weight, bool *ret_closed)
{
	struct channel_item *items, *last;
	size_t sum;

	sync_lock(&c->lock);
	items = c->head;
	last = find_last(c, weight, &sum);
	if (last != NULL) {
		c->head = last->next;
		last->next = NULL;
	}
	if (c->head == NULL)
		c->tail = NULL;
	give_back(c, sum);
	*ret_closed = c->closed && c->head == NULL;
	sync_unlock(&c->lock);
	return items;
}

struct channel_item *
channel_take(struct channel *c, bool *ret_closed)
{
	return channel_take_some(c, SIZE_MAX, ret_closed);
}

void
channel_cancel(struct channel *c, int reason)
{
	BUG_ON(reason == 0);
	sync_lock(&c->lock);
	if (atomic_load(&c->cancelled) == 0) {
		atomic_store(&c->cancelled, reason);
		call(&c->cancel);
	}
	sync_unlock(&c->lock);
}

int
channel_cancelled(struct channel *c)
{
	return atomic_load(&c->cancelled);
}

void
channel_set_wake_hook(struct channel *c, channel_hook_fn *fn, void *arg)
{
	sync_lock(&c->lock);
	c->wake = (struct hook){ fn, arg };
	if (c->head != NULL || c->closed)
		call(&c->wake);
	sync_unlock(&c->lock);
}

void
channel_set_cancel_hook(struct channel *c, channel_hook_fn *fn, void *arg)
{
	sync_lock(&c->lock);
	c->cancel = (struct hook){ fn, arg };
	if (atomic_load(&c->cancelled) != 0)
		call(&c->cancel);
	sync_unlock(&c->lock);
}
