#include "app_thread.h"

#include <errno.h>
#include <unistd.h>

#include "output.h"

enum {
	BUCKETS = 4096
};

static LIST_HEAD(, thread) buckets[BUCKETS];
static uint64_t serial;

void
thread_make_id(char ret_id[WIRE_ID_MAX], char kind, uint64_t number)
{
	static unsigned pid;

	if (pid == 0)
		pid = (unsigned)getpid();
	snprintf(ret_id, WIRE_ID_MAX, "%08x-0000-7000-%c000-%012llx", pid, kind,
	    (unsigned long long)number);
}

/* By the number that ends an id of ours. */
static size_t
bucket(const char *id)
{
	const char *dash = strrchr(id, '-');

	return dash != NULL ? strtoull(dash + 1, NULL, 16) % BUCKETS : 0;
}

struct thread *
thread_new(bool raw)
{
	struct thread *th = calloc(1, sizeof(*th));

	output_must(th == NULL ? -ENOMEM : 0, "thread");
	th->items = json_array();
	output_must(th->items == NULL ? -ENOMEM : 0, "thread");
	th->raw = raw;
	LIST_INIT(&th->turns);
	thread_make_id(th->id, '8', ++serial);
	LIST_INSERT_HEAD(&buckets[bucket(th->id)], th, link);
	return th;
}

struct thread *
thread_find(const char *id)
{
	struct thread *th;

	LIST_FOREACH(th, &buckets[bucket(id)], link) {
		if (strcmp(th->id, id) == 0)
			break;
	}
	return th;
}

bool
thread_list(struct buf *out, size_t limit)
{
	const struct thread *th;
	size_t n = 0;

	output_must(buf_puts(out, "["), "threads");
	for (size_t i = 0; i < BUCKETS; i++) {
		LIST_FOREACH(th, &buckets[i], link) {
			if (n++ < limit)
				output_must(buf_printf(out, "%s\"%s\"",
						n > 1 ? "," : "", th->id),
				    "threads");
		}
	}
	output_must(buf_puts(out, "]"), "threads");
	return n <= limit;
}

void
thread_free(struct thread *th)
{
	BUG_ON(!LIST_EMPTY(&th->turns));
	LIST_REMOVE(th, link);
	json_decref(th->items);
	free(th);
}
