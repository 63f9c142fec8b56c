/*
 * DESIGN. An entry is known to epoll by an id, never by its address: an event
 * that was fetched while the entry was being removed then finds nothing. The
 * id is a slot number and a generation, so that the lookup is an index.
 *
 * `armed` is the deadline until which the thread sleeps, and INT64_MIN once it
 * has been told to wake (and before it first sleeps). Only a deadline before
 * it needs a wake-up; all other changes are seen when the thread computes its
 * next sleep, which it does without giving up the lock.
 */
#include "thread/watch.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "thread/sync.h"
#include "thread/thread.h"

enum {
	EVENTS_MAX = 64,
	SLOTS_FIRST = 64
};

#define NOT_IN_HEAP SIZE_MAX
#define WAKE_ID UINT64_MAX /* no slot number is that high */
#define AWAKE INT64_MIN

struct slot {
	struct watch_entry *entry; /* NULL: free */
	uint32_t generation;
	uint32_t next_free; /* slot number, when free */
};

struct watch {
	pthread_t thread;
	int epoll_fd;
	int wake_fd;
	pthread_mutex_t lock; /* of all below */
	bool stopping;
	int64_t armed;
	struct slot *slots;
	struct watch_entry **heap; /* as many places as slots */
	uint32_t n_slots; /* allocated */
	uint32_t first_free; /* n_slots: none */
	size_t n_heap;
	size_t n_entries;
};

/* The heap: earliest deadline first. */

static void
heap_put(struct watch *w, size_t i, struct watch_entry *e)
{
	w->heap[i] = e;
	e->heap_index = i;
}

static void
heap_up(struct watch *w, size_t i, struct watch_entry *e)
{
	size_t parent;

	for (; i > 0; i = parent) {
		parent = (i - 1) / 2;
		if (w->heap[parent]->deadline <= e->deadline)
			break;
		heap_put(w, i, w->heap[parent]);
	}
	heap_put(w, i, e);
}

static void
heap_down(struct watch *w, size_t i, struct watch_entry *e)
{
	size_t child;

	for (; (child = 2 * i + 1) < w->n_heap; i = child) {
		if (child + 1 < w->n_heap &&
		    w->heap[child + 1]->deadline < w->heap[child]->deadline)
			child++;
		if (e->deadline <= w->heap[child]->deadline)
			break;
		heap_put(w, i, w->heap[child]);
	}
	heap_put(w, i, e);
}

static void
heap_remove(struct watch *w, struct watch_entry *e)
{
	size_t i = e->heap_index;
	struct watch_entry *last;

	if (i == NOT_IN_HEAP)
		return;
	e->heap_index = NOT_IN_HEAP;
	last = w->heap[--w->n_heap];
	if (last == e)
		return;
	/* One of the two moves it, the other finds it in place. */
	heap_down(w, i, last);
	heap_up(w, last->heap_index, last);
}

static void
heap_insert(struct watch *w, struct watch_entry *e)
{
	if (e->deadline != CLOCK_NEVER)
		heap_up(w, w->n_heap++, e);
}

/* The slots: from ids to entries. */

static int
grow(struct watch *w)
{
	uint32_t n = w->n_slots > 0 ? 2 * w->n_slots : SLOTS_FIRST;
	struct watch_entry **heap;
	struct slot *slots;

	if (n < w->n_slots)
		return -ENOMEM;
	heap = reallocarray(w->heap, n, sizeof(struct watch_entry *));
	if (heap == NULL)
		return -ENOMEM;
	w->heap = heap;
	slots = reallocarray(w->slots, n, sizeof(*slots));
	if (slots == NULL)
		return -ENOMEM;
	for (uint32_t i = w->n_slots; i < n; i++)
		slots[i] = (struct slot){ NULL, 0, i + 1 };
	w->slots = slots;
	w->n_slots = n;
	return 0;
}

static int
slot_take(struct watch *w, struct watch_entry *e)
{
	struct slot *s;
	int r;

	if (w->first_free == w->n_slots) {
		r = grow(w);
		if (r < 0)
			return r;
	}
	s = &w->slots[w->first_free];
	e->id = (uint64_t)s->generation << 32 | w->first_free;
	s->entry = e;
	w->first_free = s->next_free;
	w->n_entries++;
	return 0;
}

static void
slot_release(struct watch *w, struct watch_entry *e)
{
	uint32_t i = (uint32_t)e->id;
	struct slot *s = &w->slots[i];

	BUG_ON(s->entry != e);
	s->entry = NULL;
	s->generation++;
	s->next_free = w->first_free;
	w->first_free = i;
	w->n_entries--;
}

static struct watch_entry *
slot_find(struct watch *w, uint64_t id)
{
	uint32_t i = (uint32_t)id;

	if (i >= w->n_slots || w->slots[i].generation != id >> 32)
		return NULL;
	return w->slots[i].entry;
}

/* The thread. */

static void
wake(struct watch *w)
{
	if (w->armed == AWAKE)
		return;
	w->armed = AWAKE;
	BUG_ON(eventfd_write(w->wake_fd, 1) < 0);
}

/* After a change of the heap: wakes the thread if it would sleep too long. */
static void
wake_if_earlier(struct watch *w)
{
	if (w->n_heap > 0 && w->heap[0]->deadline < w->armed)
		wake(w);
}

static void
run_deadlines(struct watch *w)
{
	int64_t now = clock_now();
	struct watch_entry *e;

	while (w->n_heap > 0 && w->heap[0]->deadline <= now) {
		e = w->heap[0];
		heap_remove(w, e);
		e->fn(e->arg, WATCH_DEADLINE);
	}
}

/* Whether a close could stand behind what waits unread. */
static bool
is_full(int fd)
{
	int n = 0;

	return ioctl(fd, FIONREAD, &n) == 0 && n > WATCH_UNREAD_MAX;
}

static void
run_event(struct watch *w, uint64_t id, uint32_t events)
{
	struct watch_entry *e;
	eventfd_t count;

	if (id == WAKE_ID) {
		eventfd_read(w->wake_fd, &count);
		return;
	}
	e = slot_find(w, id);
	if (e == NULL || e->gone)
		return;
	e->gone = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0 ||
	    is_full(e->fd);
	if (e->gone)
		e->fn(e->arg, WATCH_HANGUP);
}

static void *
watch_main(void *arg)
{
	struct epoll_event events[EVENTS_MAX];
	struct watch *w = arg;
	int n;

	sync_lock(&w->lock);
	while (!w->stopping) {
		run_deadlines(w);
		w->armed = w->n_heap > 0 ? w->heap[0]->deadline : CLOCK_NEVER;
		n = clock_poll_timeout(w->armed);
		sync_unlock(&w->lock);
		n = epoll_wait(w->epoll_fd, events, EVENTS_MAX, n);
		BUG_ON(n < 0 && errno != EINTR);
		sync_lock(&w->lock);
		for (int i = 0; i < n; i++)
			run_event(w, events[i].data.u64, events[i].events);
	}
	sync_unlock(&w->lock);
	return NULL;
}

static int
open_fds(struct watch *w)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = WAKE_ID };

	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (w->epoll_fd < 0)
		return -errno;
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->wake_fd < 0)
		return -errno;
	if (epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, w->wake_fd, &ev) < 0)
		return -errno;
	return 0;
}

static void
watch_free(struct watch *w)
{
	fd_close(&w->epoll_fd);
	fd_close(&w->wake_fd);
	sync_mutex_destroy(&w->lock);
	free(w->heap);
	free(w->slots);
	free(w);
}

int
watch_start(struct watch **ret_watch)
{
	struct watch *w = calloc(1, sizeof(*w));
	int r;

	if (w == NULL)
		return -ENOMEM;
	w->epoll_fd = w->wake_fd = -1;
	w->armed = AWAKE;
	sync_mutex_init(&w->lock);
	r = open_fds(w);
	if (r == 0)
		r = thread_start(&w->thread, watch_main, w, "watch");
	if (r < 0) {
		watch_free(w);
		return r;
	}
	*ret_watch = w;
	return 0;
}

void
watch_stop(struct watch *w)
{
	if (w == NULL)
		return;
	sync_lock(&w->lock);
	BUG_ON(w->n_entries != 0);
	w->stopping = true;
	wake(w);
	sync_unlock(&w->lock);
	BUG_ON(pthread_join(w->thread, NULL) != 0);
	watch_free(w);
}

/* By edges: both are states that last and would be told for ever. */
static int
epoll_add(struct watch *w, const struct watch_entry *e)
{
	struct epoll_event ev = {
		.events = EPOLLRDHUP | EPOLLIN | EPOLLET,
		.data.u64 = e->id,
	};

	if (e->fd == -1)
		return 0;
	if (epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, e->fd, &ev) < 0)
		return -errno;
	return 0;
}

int
watch_add(struct watch *w, struct watch_entry *e, int fd, int64_t deadline,
    watch_fn *fn, void *arg)
{
	int r;

	sync_lock(&w->lock);
	BUG_ON(e->added);
	e->fn = fn;
	e->arg = arg;
	e->fd = fd;
	e->deadline = deadline;
	e->heap_index = NOT_IN_HEAP;
	e->gone = false;
	r = slot_take(w, e);
	if (r == 0) {
		r = epoll_add(w, e);
		if (r < 0)
			slot_release(w, e);
	}
	if (r == 0) {
		e->added = true;
		heap_insert(w, e);
		wake_if_earlier(w);
	}
	sync_unlock(&w->lock);
	return r;
}

void
watch_set_deadline(struct watch *w, struct watch_entry *e, int64_t deadline)
{
	sync_lock(&w->lock);
	if (e->added) {
		heap_remove(w, e);
		e->deadline = deadline;
		heap_insert(w, e);
		wake_if_earlier(w);
	}
	sync_unlock(&w->lock);
}

void
watch_remove(struct watch *w, struct watch_entry *e)
{
	sync_lock(&w->lock);
	if (e->added) {
		if (e->fd != -1)
			epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, e->fd, NULL);
		heap_remove(w, e);
		slot_release(w, e);
		e->added = false;
	}
	sync_unlock(&w->lock);
}
