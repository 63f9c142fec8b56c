#include "stats.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Under the lock. */
static uint64_t requests;
static uint64_t open_now;
static uint64_t max_open;
static uint64_t connections;

uint64_t
stats_open(void)
{
	uint64_t n;

	pthread_mutex_lock(&lock);
	n = ++requests;
	if (++open_now > max_open)
		max_open = open_now;
	pthread_mutex_unlock(&lock);
	return n;
}

void
stats_close(void)
{
	pthread_mutex_lock(&lock);
	open_now--;
	pthread_mutex_unlock(&lock);
}

uint64_t
stats_connection(void)
{
	uint64_t n;

	pthread_mutex_lock(&lock);
	n = ++connections;
	pthread_mutex_unlock(&lock);
	return n;
}

json_t *
stats_json(void)
{
	json_t *stats;

	pthread_mutex_lock(&lock);
	stats = json_pack("{s:I, s:I, s:I, s:I}", "requests",
	    (json_int_t)requests, "open", (json_int_t)open_now, "max_open",
	    (json_int_t)max_open, "connections", (json_int_t)connections);
	pthread_mutex_unlock(&lock);
	return stats;
}
