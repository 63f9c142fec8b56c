#include "thread/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "thread/sync.h"

struct queue {
	pthread_mutex_t lock; /* of all below */
	pthread_cond_t ready; /* a node has come, or closed */
	struct queue_node *head, *tail;
	size_t depth, capacity;
	bool closed;
	int fd; /* eventfd, or -1 before queue_fd */
	bool fd_ready; /* its count is not 0 */
};

struct queue *
queue_new(size_t capacity)
{
	struct queue *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->capacity = capacity;
	q->fd = -1;
	sync_mutex_init(&q->lock);
	sync_cond_init(&q->ready);
	return q;
}

void
queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	fd_close(&q->fd);
	sync_cond_destroy(&q->ready);
	sync_mutex_destroy(&q->lock);
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

	sync_lock(&q->lock);
	if (q->closed)
		r = -EPIPE;
	else if (n > q->capacity - q->depth)
		r = -EAGAIN;
	for (size_t i = 0; r == 0 && i < n; i++)
		append(q, nodes[i]);
	update_fd(q);
	sync_unlock(&q->lock);
	return r;
}

void
queue_call(struct queue *q, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sync_signal(&q->ready);
}

/* With the lock held: waits for a node, the close or the deadline. */
static int
await_node(struct queue *q, int64_t deadline)
{
	bool in_time = deadline > 0;

	while (q->head == NULL && !q->closed && in_time)
		in_time = sync_wait_until(&q->ready, &q->lock, deadline);
	if (q->head != NULL) /* also when it came with the last moment */
		return 0;
	return q->closed ? -EPIPE : -ETIMEDOUT;
}

int
queue_pop(struct queue *q, int64_t deadline, struct queue_node **ret_node)
{
	struct queue_node *node;
	int r;

	sync_lock(&q->lock);
	r = await_node(q, deadline);
	if (r == 0) {
		node = q->head;
		take_out(q, node);
		*ret_node = node;
	}
	sync_unlock(&q->lock);
	return r;
}

bool
queue_remove(struct queue *q, struct queue_node *node)
{
	bool queued;

	sync_lock(&q->lock);
	queued = node->queued;
	if (queued)
		take_out(q, node);
	sync_unlock(&q->lock);
	return queued;
}

struct queue_node *
queue_expire(struct queue *q, int64_t now, int64_t *ret_next)
{
	struct queue_node *due = NULL;
	int64_t next = CLOCK_NEVER;

	sync_lock(&q->lock);
	for (struct queue_node *n = q->head; n != NULL; n = n->next) {
		if (due == NULL && n->deadline <= now)
			due = n;
		else if (n->deadline < next)
			next = n->deadline;
	}
	if (due != NULL)
		take_out(q, due);
	sync_unlock(&q->lock);
	*ret_next = next;
	return due;
}

void
queue_close(struct queue *q)
{
	sync_lock(&q->lock);
	q->closed = true;
	update_fd(q);
	sync_broadcast(&q->ready);
	sync_unlock(&q->lock);
}

size_t
queue_depth(struct queue *q)
{
	size_t depth;

	sync_lock(&q->lock);
	depth = q->depth;
	sync_unlock(&q->lock);
	return depth;
}

int
queue_fd(struct queue *q)
{
	int fd;

	sync_lock(&q->lock);
	if (q->fd == -1) {
		q->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (q->fd == -1) {
			fd = -errno;
			sync_unlock(&q->lock);
			return fd;
		}
		update_fd(q);
	}
	fd = q->fd;
	sync_unlock(&q->lock);
	return fd;
}
