#include "app_run.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench.h"
#include "procfs.h"
#include "stream.h"

void
app_rig_start(struct app_rig *rig, const struct proxy_spec *spec)
{
	char cwd[PATH_MAX];

	snprintf(cwd, sizeof(cwd), "%s/%s/work", bench_directory(), spec->name);
	proxy_start(&rig->proxy, spec);
	rig->child = procfs_child(rig->proxy.pid, "app-server");
	app_floor_start(&rig->floor, rig->child, cwd);
}

void
app_rig_stop(struct app_rig *rig)
{
	app_floor_stop(&rig->floor);
	proxy_stop(&rig->proxy);
}

/* ---- the figures ---- */

struct cost {
	int64_t self, child;
};

static struct cost
cost_so_far(pid_t self, pid_t child)
{
	return (struct cost){ procfs_cpu(self), procfs_cpu(child) };
}

/* Spent since `before`, in ms a request. */
static void
note_cost(
    struct app_run *run, pid_t self, pid_t child, struct cost before, size_t n)
{
	struct cost now = cost_so_far(self, child);
	double ms = (double)NS_PER_MS * (double)n;

	run->v[RUN_CPU] = (double)(now.self - before.self) / ms;
	run->v[RUN_CHILD_CPU] = (double)(now.child - before.child) / ms;
}

static void
note_times(struct app_run *run, const struct app_load *load,
    struct samples *first, struct samples *whole, size_t deltas)
{
	struct figures s = samples_summary(whole);

	errno = 0;
	bench_must(!load->stream || deltas >= load->n * load->deltas ? 0 : -1,
	    "deltas are missing");
	run->v[RUN_P50] = s.p50_ms;
	run->v[RUN_P99] = s.p99_ms;
	run->v[RUN_RATE] = s.per_second;
	if (load->stream) {
		run->v[RUN_FIRST_P50] = samples_summary(first).p50_ms;
		run->v[RUN_DELTAS] = (double)deltas * NS_PER_S /
		    (double)whole->wall_ns;
	}
	samples_free(first);
	samples_free(whole);
}

/* ---- the two ---- */

struct app_run
app_run_floor(struct app_rig *rig, const struct app_load *load)
{
	struct app_run run = { { 0 } };
	pid_t child = rig->floor.child.pid;
	struct cost before = cost_so_far(getpid(), child);
	struct app_floor_result result;
	char body[API_BODY_MAX];

	api_body(body, &apis[API_CHAT], load->prompt, load->stream);
	app_floor_run(&rig->floor, body, load->at_once, load->n, &result);
	note_cost(&run, getpid(), child, before, load->n);
	note_times(&run, load, &result.first, &result.whole, result.deltas);
	return run;
}

/* What the threads of a load share. */
struct asking {
	struct proxy *proxy;
	const struct api *api;
	char body[API_BODY_MAX];
	struct samples first;
	atomic_size_t n, deltas;
};

static void
ask_once(void *arg, size_t thread)
{
	struct asking *a = arg;

	proxy_ask(a->proxy, thread, a->api, a->body);
}

static void
stream_once(void *arg, size_t thread)
{
	struct asking *a = arg;
	struct stream_result result = { 0, 0 };
	int64_t start = clock_now();
	int rc = stream_request(
	    &a->proxy->clients[thread], a->api, a->body, &result);

	errno = -rc;
	bench_must(rc, "the proxy's stream");
	samples_set(
	    &a->first, atomic_fetch_add(&a->n, 1), result.first - start);
	atomic_fetch_add(&a->deltas, result.deltas);
}

struct app_run
app_run_proxy(struct app_rig *rig, const struct app_load *load)
{
	struct app_run run = { { 0 } };
	pid_t pid = rig->proxy.pid;
	struct cost before = cost_so_far(pid, rig->child);
	struct asking asking = { .proxy = &rig->proxy, .api = load->api };
	struct samples whole;

	api_body(asking.body, load->api, load->prompt, load->stream);
	samples_init(&asking.first, load->n);
	load_run(load->stream ? stream_once : ask_once, &asking, load->at_once,
	    load->n, &whole);
	note_cost(&run, pid, rig->child, before, load->n);
	note_times(
	    &run, load, &asking.first, &whole, atomic_load(&asking.deltas));
	return run;
}
