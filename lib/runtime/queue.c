#include "runtime/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "runtime/fdio.h"

struct queue {
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t ready; /* a node has come, or closed */
	struct queue_node *head, *tail;
	size_t depth, capacity;
	bool closed;
	int fd; /* eventfd, or -1 before queue_fd */
	bool fd_ready; /* its count is not 0 */
};

static void
lock(struct queue *q)
{
	BUG_ON(pthread_mutex_lock(&q->lock) != 0);
}

static void
unlock(struct queue *q)
{
	BUG_ON(pthread_mutex_unlock(&q->lock) != 0);
}

struct queue *
queue_new(size_t capacity)
{
	struct queue *q = calloc(1, sizeof(*q));
	pthread_condattr_t attr;

	if (q == NULL)
		return NULL;
	q->capacity = capacity;
	q->fd = -1;
	BUG_ON(pthread_mutex_init(&q->lock, NULL) != 0);
	BUG_ON(pthread_condattr_init(&attr) != 0);
	BUG_ON(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0);
	BUG_ON(pthread_cond_init(&q->ready, &attr) != 0);
	pthread_condattr_destroy(&attr);
	return q;
}

void
queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	fd_close(&q->fd);
	pthread_cond_destroy(&q->ready);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

/* Makes the descriptor say what is so, with a system call only on a change. */
static void
update_fd(struct queue *q)
{
	bool ready = q->depth > 0 || q->closed;
	eventfd_t count;

	if (q->fd == -1 || ready == q->fd_ready)
		return;
	if (ready)
		BUG_ON(eventfd_write(q->fd, 1) < 0);
	else
		BUG_ON(eventfd_read(q->fd, &count) < 0);
	q->fd_ready = ready;
}

static void
append(struct queue *q, struct queue_node *node)
{
	BUG_ON(node->queued);
	node->next = NULL;
	node->prev = q->tail;
	if (q->tail != NULL)
		q->tail->next = node;
	else
		q->head = node;
	q->tail = node;
	node->queued = true;
	q->depth++;
}

static void
take_out(struct queue *q, struct queue_node *node)
{
	BUG_ON(!node->queued);
	if (node->prev != NULL)
		node->prev->next = node->next;
	else
		q->head = node->next;
	if (node->next != NULL)
		node->next->prev = node->prev;
	else
		q->tail = node->prev;
	node->next = node->prev = NULL;
	node->queued = false;
	q->depth--;
	update_fd(q);
}

int
queue_push(struct queue *q, struct queue_node *const *nodes, size_t n)
{
	int r = 0;

	lock(q);
	if (q->closed)
		r = -EPIPE;
	else if (n > q->capacity - q->depth)
		r = -EAGAIN;
	for (size_t i = 0; r == 0 && i < n; i++) {
		append(q, nodes[i]);
		pthread_cond_signal(&q->ready);
	}
	update_fd(q);
	unlock(q);
	return r;
}

/* With the lock held: waits for a node, the close or the deadline. */
static int
await_node(struct queue *q, int64_t deadline)
{
	struct timespec ts = clock_timespec(deadline);
	int err = 0;

	while (q->head == NULL && !q->closed && err == 0) {
		if (deadline == CLOCK_NEVER)
			err = pthread_cond_wait(&q->ready, &q->lock);
		else if (deadline == 0)
			err = ETIMEDOUT;
		else
			err = pthread_cond_timedwait(&q->ready, &q->lock, &ts);
	}
	BUG_ON(err != 0 && err != ETIMEDOUT);
	if (q->head != NULL) /* also when it came with the last moment */
		return 0;
	return q->closed ? -EPIPE : -ETIMEDOUT;
}

int
queue_pop(struct queue *q, int64_t deadline, struct queue_node **ret_node)
{
	struct queue_node *node;
	int r;

	lock(q);
	r = await_node(q, deadline);
	if (r == 0) {
		node = q->head;
		take_out(q, node);
		*ret_node = node;
	}
	unlock(q);
	return r;
}

bool
queue_remove(struct queue *q, struct queue_node *node)
{
	bool queued;

	lock(q);
	queued = node->queued;
	if (queued)
		take_out(q, node);
	unlock(q);
	return queued;
}

struct queue_node *
queue_expire(struct queue *q, int64_t now, int64_t *ret_next)
{
	struct queue_node *due = NULL;
	int64_t next = CLOCK_NEVER;

	lock(q);
	for (struct queue_node *n = q->head; n != NULL; n = n->next) {
		if (due == NULL && n->deadline <= now)
			due = n;
		else if (n->deadline < next)
			next = n->deadline;
	}
	if (due != NULL)
		take_out(q, due);
	unlock(q);
	*ret_next = next;
	return due;
}

void
queue_close(struct queue *q)
{
	lock(q);
	q->closed = true;
	update_fd(q);
	pthread_cond_broadcast(&q->ready);
	unlock(q);
}

size_t
queue_depth(struct queue *q)
{
	size_t depth;

	lock(q);
	depth = q->depth;
	unlock(q);
	return depth;
}

int
queue_fd(struct queue *q)
{
	int fd;

	lock(q);
	if (q->fd == -1) {
		q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (q->fd == -1) {
			fd = -errno;
			unlock(q);
			return fd;
		}
		update_fd(q);
	}
	fd = q->fd;
	unlock(q);
	return fd;
}
