#include "stats.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum {
	KEY_SIZE = 128
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Under the lock. */
static uint64_t requests;
static uint64_t open_now;
static uint64_t max_open;
static uint64_t connections;
static uint64_t bytes_in;
static uint64_t cache_keys;
static char cache_key[KEY_SIZE]; /* the latest; what is longer is cut */

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

void
stats_body(size_t bytes, const json_t *body)
{
	const char *key = json_string_value(
	    json_object_get(body, "prompt_cache_key"));

	pthread_mutex_lock(&lock);
	bytes_in += bytes;
	if (key != NULL && strncmp(key, cache_key, KEY_SIZE - 1) != 0) {
		cache_keys++;
		snprintf(cache_key, sizeof(cache_key), "%s", key);
	}
	pthread_mutex_unlock(&lock);
}

json_t *
stats_json(void)
{
	json_t *stats;

	pthread_mutex_lock(&lock);
	stats = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "requests",
	    (json_int_t)requests, "open", (json_int_t)open_now, "max_open",
	    (json_int_t)max_open, "connections", (json_int_t)connections,
	    "bytes", (json_int_t)bytes_in, "cache_keys",
	    (json_int_t)cache_keys);
	pthread_mutex_unlock(&lock);
	return stats;
}
