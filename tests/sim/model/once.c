#include "once.h"

#include <pthread.h>
#include <search.h>

/* A set of texts, kept as a binary tree by tsearch(3). */
static void *seen;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

bool
once_first(const char *text, size_t len)
{
	char *copy = strndup(len > 0 ? text : "", len);
	char *const *node;
	bool first;

	if (copy == NULL)
		return true;
	pthread_mutex_lock(&lock);
	node = tsearch(copy, &seen, compare);
	first = node == NULL || *node == copy;
	pthread_mutex_unlock(&lock);
	if (node == NULL || !first)
		free(copy);
	return first;
}

void
once_free(void)
{
	tdestroy(seen, free);
	seen = NULL;
}
