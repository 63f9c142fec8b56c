#include "load.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "bench.h"

struct load {
	load_fn *fn;
	void *arg;
	struct samples *samples;
	atomic_size_t next; /* request to be made */
};

struct load_thread {
	struct load *load;
	size_t number;
	pthread_t id;
};

static void *
work(void *arg)
{
	struct load_thread *thread = arg;
	struct load *load = thread->load;
	int64_t start;
	size_t i;

	while ((i = atomic_fetch_add(&load->next, 1)) < load->samples->n) {
		start = clock_now();
		load->fn(load->arg, thread->number);
		samples_set(load->samples, i, clock_now() - start);
	}
	return NULL;
}

void
load_run(load_fn *fn, void *arg, size_t threads, size_t n,
    struct samples *ret_samples)
{
	struct load load = { fn, arg, ret_samples, 0 };
	struct load_thread list[LOAD_THREADS_MAX];
	int64_t start;

	samples_init(ret_samples, n);
	start = clock_now();
	for (size_t i = 0; i < threads; i++) {
		list[i] = (struct load_thread){ .load = &load, .number = i };
		errno = pthread_create(&list[i].id, NULL, work, &list[i]);
		bench_must(-errno, "pthread_create");
	}
	for (size_t i = 0; i < threads; i++)
		pthread_join(list[i].id, NULL);
	ret_samples->wall_ns = clock_now() - start;
}
