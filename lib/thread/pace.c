/*
 * DESIGN. The entries of a stage stand in a list, by their deadlines as they
 * were when they entered: the first is looked at when its own has come, and
 * put back where bytes have bought it more time. As each stage's grace is the
 * same for all, that is mostly the end of the list.
 *
 * A full listener is polled by the thread itself, since its owner accepts no
 * more: readable means that somebody waits. It is left out while one that was
 * cut has yet to go, and while there is nobody who could make way.
 *
 * While there are entries the thread sleeps no longer than the shortest grace,
 * so that an entry which comes meanwhile is due after it wakes anyway: requests
 * wake nobody.
 */
#include "thread/pace.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "thread/sync.h"
#include "thread/thread.h"

/*
 * Who has just been accepted, or answered, is given time to be heard: what it
 * sent may not have been read yet.
 */
#define SETTLED (1 * NS_PER_S)

enum {
	ROOMS_MAX = 32
};

struct list {
	struct pace_entry *first, *last;
};

struct pace {
	struct pace_rule rules[PACE_STAGES];
	struct pace_room *rooms;
	size_t n_rooms;
	struct counter *slow, *made_way;
	int64_t shortest; /* of all stages' graces */
	pthread_t thread;
	int wake_fd;

	pthread_mutex_t lock; /* all below, the rooms and the entries */
	bool stopping;
	int64_t armed; /* until when the thread sleeps */
	struct list lists[PACE_STAGES]; /* none for PACE_BUSY */
	size_t n_entries;
};

/* ---- lists ---- */

static void
unlink_entry(struct pace *p, struct pace_entry *e)
{
	struct list *l = &p->lists[e->stage];

	if (e->stage == PACE_BUSY)
		return;
	*(e->prev != NULL ? &e->prev->next : &l->first) = e->next;
	*(e->next != NULL ? &e->next->prev : &l->last) = e->prev;
	e->prev = e->next = NULL;
	e->stage = PACE_BUSY;
}

static void
link_entry(struct pace *p, struct pace_entry *e, enum pace_stage stage)
{
	struct list *l = &p->lists[stage];
	struct pace_entry *after = l->last;

	while (after != NULL && after->due > e->due)
		after = after->prev;
	e->stage = stage;
	e->prev = after;
	e->next = after != NULL ? after->next : l->first;
	*(e->prev != NULL ? &e->prev->next : &l->first) = e;
	*(e->next != NULL ? &e->next->prev : &l->last) = e;
}

/* When its stage must be over, by what has come of it. */
static int64_t
due_at(const struct pace *p, const struct pace_entry *e, enum pace_stage stage)
{
	const struct pace_rule *rule = &p->rules[stage];
	int64_t due = clock_add(e->since, rule->grace);
	uint64_t bytes = atomic_load_explicit(&e->bytes, memory_order_relaxed);

	if (rule->rate > 0)
		due = clock_add(due, (int64_t)(bytes / rule->rate) * NS_PER_S);
	return due < e->latest ? due : e->latest;
}

/* ---- cutting ---- */

/* Its owner finds it at its end, and closes it. */
static void
cut(struct pace *p, struct pace_entry *e, struct counter *count)
{
	unlink_entry(p, e);
	counter_add(count, 1);
	(void)shutdown(e->fd, SHUT_RDWR);
}

/* Cuts who is late. Returns when to look again. */
static int64_t
cut_late(struct pace *p, int64_t now)
{
	int64_t next = CLOCK_NEVER, soon = clock_add(now, p->shortest);

	for (int stage = 0; stage < PACE_STAGES; stage++) {
		struct pace_entry *e;

		while ((e = p->lists[stage].first) != NULL && e->due <= now) {
			int64_t due = due_at(p, e, stage);

			if (due <= now) {
				cut(p, e, p->slow);
				continue;
			}
			unlink_entry(p, e);
			e->due = due;
			link_entry(p, e, stage);
		}
		if (e == NULL)
			continue;
		if (next > soon)
			next = soon;
		if (next > e->due)
			next = e->due;
	}
	return next;
}

static bool
has_input(const struct pace_entry *e)
{
	int n = 0;

	return ioctl(e->fd, FIONREAD, &n) == 0 && n > 0;
}

/* One of this stage that has been there longest, and says nothing. */
static struct pace_entry *
find_silent(struct pace *p, const struct pace_room *room, int stage,
    int64_t now, int64_t *look_at)
{
	for (struct pace_entry *e = p->lists[stage].first; e != NULL;
	     e = e->next) {
		int64_t from = clock_add(e->since, SETTLED);

		if (e->room != room)
			continue;
		if (from > now && from < *look_at)
			*look_at = from;
		if (from <= now && !has_input(e))
			return e;
	}
	return NULL;
}

/* Somebody waits, and there is no place. */
static void
make_room(struct pace *p, struct pace_room *room)
{
	int64_t now = clock_now();

	if (room->n < room->limit || room->cut || room->look_at > now)
		return;
	room->look_at = CLOCK_NEVER;
	for (int stage = PACE_IDLE; stage < PACE_STAGES; stage++) {
		struct pace_entry *e = NULL;

		if (p->rules[stage].makes_way)
			e = find_silent(p, room, stage, now, &room->look_at);
		if (e == NULL)
			continue;
		cut(p, e, p->made_way);
		room->cut = true;
		room->look_at = 0;
		return;
	}
}

/* ---- the thread ---- */

static void
wake_before(struct pace *p, int64_t deadline)
{
	if (deadline >= p->armed)
		return;
	p->armed = INT64_MIN;
	fd_wake(p->wake_fd);
}

/* The rooms to be polled now; `until` is when there may be others. */
static nfds_t
choose_rooms(struct pace *p, struct pollfd fds[1 + ROOMS_MAX],
    struct pace_room *polled[1 + ROOMS_MAX], int64_t now, int64_t *until)
{
	nfds_t n = 1;

	fds[0] = (struct pollfd){ .fd = p->wake_fd, .events = POLLIN };
	for (size_t i = 0; i < p->n_rooms; i++) {
		struct pace_room *room = &p->rooms[i];

		if (room->n < room->limit || room->cut)
			continue;
		if (room->look_at > now) {
			*until = room->look_at < *until ? room->look_at
							: *until;
			continue;
		}
		fds[n] = (struct pollfd){ .fd = room->fd, .events = POLLIN };
		polled[n++] = room;
	}
	return n;
}

static void *
pace_main(void *arg)
{
	struct pollfd fds[1 + ROOMS_MAX];
	struct pace_room *polled[1 + ROOMS_MAX];
	struct pace *p = arg;

	sync_lock(&p->lock);
	while (!p->stopping) {
		int64_t now = clock_now(), until = cut_late(p, now);
		nfds_t n = choose_rooms(p, fds, polled, now, &until);

		p->armed = until;
		sync_unlock(&p->lock);
		if (poll(fds, n, clock_poll_timeout(until)) < 0) {
			BUG_ON(errno != EINTR);
			n = 1;
		}
		fd_clear_wake(p->wake_fd);
		sync_lock(&p->lock);
		p->armed = INT64_MIN;
		for (nfds_t i = 1; i < n; i++)
			if (fds[i].revents != 0)
				make_room(p, polled[i]);
	}
	sync_unlock(&p->lock);
	return NULL;
}

int
pace_start(const struct pace_rule rules[PACE_STAGES], struct pace_room *rooms,
    size_t n_rooms, struct counter *slow, struct counter *made_way,
    struct pace **ret_pace)
{
	struct pace *p = calloc(1, sizeof(*p));
	int rc;

	if (p == NULL)
		return -ENOMEM;
	BUG_ON(n_rooms > ROOMS_MAX);
	p->shortest = CLOCK_NEVER;
	for (int i = PACE_BUSY + 1; i < PACE_STAGES; i++) {
		p->rules[i] = rules[i];
		if (rules[i].grace < p->shortest)
			p->shortest = rules[i].grace;
	}
	p->rooms = rooms;
	p->n_rooms = n_rooms;
	p->slow = slow;
	p->made_way = made_way;
	p->armed = INT64_MIN;
	sync_mutex_init(&p->lock);
	p->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = p->wake_fd < 0 ? -errno : 0;
	if (rc == 0)
		rc = thread_start(&p->thread, pace_main, p, "pace");
	if (rc != 0) {
		fd_close(&p->wake_fd);
		sync_mutex_destroy(&p->lock);
		free(p);
		return rc;
	}
	*ret_pace = p;
	return 0;
}

void
pace_stop(struct pace *p)
{
	if (p == NULL)
		return;
	sync_lock(&p->lock);
	BUG_ON(p->n_entries != 0);
	p->stopping = true;
	fd_wake(p->wake_fd);
	sync_unlock(&p->lock);
	BUG_ON(pthread_join(p->thread, NULL) != 0);
	fd_close(&p->wake_fd);
	sync_mutex_destroy(&p->lock);
	free(p);
}

/* ---- connections ---- */

/* Under the lock. */
static void
enter(
    struct pace *p, struct pace_entry *e, enum pace_stage stage, int64_t latest)
{
	unlink_entry(p, e);
	if (stage == PACE_BUSY)
		return;
	e->since = clock_now();
	e->latest = latest;
	atomic_store_explicit(&e->bytes, 0, memory_order_relaxed);
	e->due = due_at(p, e, stage);
	link_entry(p, e, stage);
	wake_before(p, e->due);
	/* Somebody waits for one who could make way: here is one, soon. */
	if (p->rules[stage].makes_way && e->room->look_at == CLOCK_NEVER) {
		e->room->look_at = clock_add(e->since, SETTLED);
		wake_before(p, e->room->look_at);
	}
}

void
pace_open(struct pace *p, struct pace_entry *e, struct pace_room *room, int fd)
{
	sync_lock(&p->lock);
	e->fd = fd;
	e->room = room;
	p->n_entries++;
	enter(p, e, PACE_IDLE, CLOCK_NEVER);
	if (++room->n == room->limit) {
		room->look_at = 0;
		wake_before(p, 0);
	}
	sync_unlock(&p->lock);
}

void
pace_enter(
    struct pace *p, struct pace_entry *e, enum pace_stage stage, int64_t latest)
{
	sync_lock(&p->lock);
	enter(p, e, stage, latest);
	sync_unlock(&p->lock);
}

void
pace_received(struct pace_entry *e, size_t n)
{
	atomic_fetch_add_explicit(&e->bytes, n, memory_order_relaxed);
}

void
pace_close(struct pace *p, struct pace_entry *e)
{
	sync_lock(&p->lock);
	unlink_entry(p, e);
	p->n_entries--;
	e->room->n--;
	e->room->cut = false;
	e->room->look_at = 0;
	sync_unlock(&p->lock);
}
