#include "http/body_parser.h"

#include <errno.h>

#include "base/clock.h"

struct body_parser {
	struct queue *queue;
	pthread_t thread;
};

static void
parse(struct body_task *t)
{
	t->rc = chat_request_parse(t->body, t->len, &t->request, &t->error);
	/* The wake's lock publishes the result and gives the task back. */
	http_park_wake(t->park);
}

static void *
thread_main(void *arg)
{
	struct body_parser *p = arg;
	struct queue_node *node;

	while (queue_pop(p->queue, CLOCK_NEVER, &node) == 0)
		parse(CONTAINER_OF(node, struct body_task, node));
	return NULL;
}

int
body_parser_start(size_t capacity, struct body_parser **ret_parser)
{
	struct body_parser *p = calloc(1, sizeof(*p));
	int rc = 0;

	if (p == NULL)
		return -ENOMEM;
	p->queue = queue_new(capacity);
	if (p->queue == NULL)
		rc = -ENOMEM;
	if (rc == 0)
		rc = -pthread_create(&p->thread, NULL, thread_main, p);
	if (rc != 0) {
		queue_free(p->queue);
		free(p);
		return rc;
	}
	*ret_parser = p;
	return 0;
}

void
body_parser_stop(struct body_parser *p)
{
	if (p == NULL)
		return;
	queue_close(p->queue);
	pthread_join(p->thread, NULL);
	queue_free(p->queue);
	free(p);
}

int
body_parser_submit(struct body_parser *p, struct body_task *task)
{
	struct queue_node *node = &task->node;

	node->deadline = CLOCK_NEVER;
	return queue_push(p->queue, &node, 1);
}
