#include "app_floor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/clock.h"
#include "dialect/chat/chat_read.h"
#include "bench.h"
#include "rpc/rpc_requests.h"
#include "procfs.h"
#include "system/fdio.h"

enum {
	READ_SIZE = 65536,
	LINE_MAX_BYTES = 16 << 20,
	THREAD_MAX = 80,
	INITIALIZE = 1
};

enum turn_state {
	IDLE,
	STARTING,
	INJECTING,
	ASKING /* and running */
};

struct app_floor_turn {
	enum turn_state state;
	int64_t awaited;
	int64_t begun;
	size_t index; /* of its samples */
	bool has_first;
	char thread[THREAD_MAX];
	size_t thread_len;
};

static void
flush(struct app_floor *f)
{
	bench_must(
	    fd_write_all(f->child.stdin_fd, f->out.data, f->out.len), "write");
	buf_reset(&f->out);
}

static int
read_some(struct app_floor *f, jsonl_line_fn *fn)
{
	ssize_t n;

	buf_reset(&f->in);
	n = fd_read_buf(f->child.stdout_fd, &f->in, READ_SIZE);
	errno = 0;
	bench_must(n > 0 ? 0 : -1, "the floor's child has ended");
	return jsonl_feed(&f->lines, f->in.data, f->in.len, fn, f);
}

/* ---- the child ---- */

static void
set_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	bench_must(fcntl(fd, F_SETFL, flags & ~O_NONBLOCK), "F_SETFL");
}

static void
start_child(struct app_floor *f, pid_t like)
{
	char link[64], path[PATH_MAX] = "", cwd[PATH_MAX] = "";
	struct process_spec spec = { .path = path, .cwd = cwd };
	int rc;

	snprintf(link, sizeof(link), "/proc/%d/exe", (int)like);
	bench_must((int)readlink(link, path, sizeof(path) - 1), link);
	snprintf(link, sizeof(link), "/proc/%d/cwd", (int)like);
	bench_must((int)readlink(link, cwd, sizeof(cwd) - 1), link);
	procfs_words(like, "cmdline", &f->argv);
	procfs_words(like, "environ", &f->envp);
	spec.argv = f->argv.v;
	spec.envp = f->envp.v;
	rc = process_start(&spec, &f->child);
	errno = -rc;
	bench_must(rc, path);
	set_blocking(f->child.stdin_fd);
	set_blocking(f->child.stdout_fd);
}

static int
stop_at_initialize(void *arg, const char *line, size_t len)
{
	static const char id[] = "{\"id\":1,";

	(void)arg;
	return len > strlen(id) && memcmp(line, id, strlen(id)) == 0;
}

void
app_floor_start(struct app_floor *f, pid_t like, const char *cwd)
{
	memset(f, 0, sizeof(*f));
	strv_init(&f->argv);
	strv_init(&f->envp);
	buf_init(&f->in, READ_SIZE);
	buf_init(&f->out, LINE_MAX_BYTES);
	jsonl_init(&f->lines, LINE_MAX_BYTES);
	f->turns = calloc(APP_FLOOR_TURNS_MAX, sizeof(*f->turns));
	bench_must(f->turns != NULL ? 0 : -1, "memory");
	f->cwd = strdup(cwd);
	bench_must(f->cwd != NULL ? 0 : -1, "memory");
	f->requests = INITIALIZE;
	start_child(f, like);
	bench_must(rpc_initialize(INITIALIZE, &f->out), "initialize");
	flush(f);
	while (read_some(f, stop_at_initialize) == 0)
		;
	bench_must(rpc_initialized(&f->out), "initialized");
	flush(f);
}

void
app_floor_stop(struct app_floor *f)
{
	process_close_stdin(&f->child);
	process_end(&f->child, NS_PER_S, NULL);
	strv_free(&f->argv);
	strv_free(&f->envp);
	jsonl_free(&f->lines);
	buf_free(&f->in);
	buf_free(&f->out);
	free(f->turns);
	free(f->cwd);
}

/* ---- turns ---- */

static void
await(struct app_floor *f, struct app_floor_turn *t, enum turn_state state)
{
	t->state = state;
	t->awaited = ++f->requests;
}

static void
begin(struct app_floor *f, struct app_floor_turn *t)
{
	struct rpc_thread spec = { .cwd = f->cwd,
		.ephemeral = true,
		.instructions = RPC_INSTRUCTIONS_MESSAGE,
		.request = f->request };
	struct buf params;

	if (f->to_begin == 0)
		return;
	t->index = --f->to_begin;
	t->begun = clock_now();
	t->has_first = false;
	t->thread_len = 0;
	await(f, t, STARTING);
	buf_init(&params, 65536);
	bench_must(rpc_thread_params(&spec, &params), "thread/start");
	bench_must(rpc_thread_start(t->awaited,
		       (struct text){ params.data, params.len }, &f->out),
	    "thread/start");
	buf_free(&params);
}

/* What stands between `before` and the next quotation mark. */
static struct text
find(const char *line, size_t len, const char *before)
{
	size_t skip = strlen(before);
	const char *at = memmem(line, len, before, skip), *end;

	if (at == NULL)
		return (struct text){ "", 0 };
	at += skip;
	end = memchr(at, '"', len - (size_t)(at - line));
	return (struct text){ at, end != NULL ? (size_t)(end - at) : 0 };
}

static void
on_thread(
    struct app_floor *f, struct app_floor_turn *t, const char *line, size_t len)
{
	struct text id = find(line, len, "\"id\":\"");

	errno = 0;
	bench_must(
	    id.len > 0 && id.len < THREAD_MAX ? 0 : -1, "a thread without id");
	memcpy(t->thread, id.s, id.len);
	t->thread[id.len] = '\0';
	t->thread_len = id.len;
	await(f, t, INJECTING);
	bench_must(rpc_inject(t->awaited, t->thread, RPC_INSTRUCTIONS_MESSAGE,
		       f->request, true, &f->out),
	    "thread/inject_items");
}

static void
on_answer(struct app_floor *f, const char *line, size_t len)
{
	int64_t id = strtoll(line + strlen("{\"id\":"), NULL, 10);
	struct app_floor_turn *t = f->turns;

	while (t < f->turns + f->n_turns && t->awaited != id)
		t++;
	if (t == f->turns + f->n_turns)
		return; /* of thread/unsubscribe */
	if (t->state == STARTING) {
		on_thread(f, t, line, len);
	} else if (t->state == INJECTING) {
		await(f, t, ASKING);
		bench_must(rpc_turn_start(t->awaited, t->thread, NULL,
			       f->request, &f->out),
		    "turn/start");
	}
}

static struct app_floor_turn *
find_turn(struct app_floor *f, struct text thread)
{
	struct app_floor_turn *t = f->last;

	for (size_t i = 0; i <= f->n_turns; i++) {
		if (t != NULL && t->thread_len == thread.len &&
		    memcmp(t->thread, thread.s, thread.len) == 0)
			return f->last = t;
		t = &f->turns[i < f->n_turns ? i : 0];
	}
	return NULL;
}

static void
on_delta(struct app_floor *f, struct app_floor_turn *t)
{
	f->deltas++;
	if (t->has_first)
		return;
	t->has_first = true;
	samples_set(f->first, t->index, clock_now() - t->begun);
}

static void
on_completed(
    struct app_floor *f, struct app_floor_turn *t, const char *line, size_t len)
{
	errno = 0;
	bench_must(t->has_first &&
		    memmem(line, len, "\"status\":\"completed\"", 20) != NULL
		? 0
		: -1,
	    "the floor's turn has failed");
	samples_set(f->whole, t->index, clock_now() - t->begun);
	f->to_end--;
	bench_must(rpc_unsubscribe(++f->requests, t->thread, &f->out),
	    "thread/unsubscribe");
	t->state = IDLE;
	begin(f, t);
}

static bool
is_method(const char *line, size_t len, const char *method)
{
	static const char open[] = "{\"method\":\"";
	size_t skip = strlen(open), n = strlen(method);

	return len > skip + n && memcmp(line + skip, method, n) == 0;
}

static int
on_line(void *arg, const char *line, size_t len)
{
	struct app_floor *f = arg;
	bool delta = is_method(line, len, "item/agentMessage/delta\"");
	struct app_floor_turn *t;

	if (len > 6 && memcmp(line, "{\"id\":", 6) == 0) {
		on_answer(f, line, len);
		return 0;
	}
	if (!delta && !is_method(line, len, "turn/completed\""))
		return 0;
	t = find_turn(f, find(line, len, "\"threadId\":\""));
	if (t != NULL && delta)
		on_delta(f, t);
	else if (t != NULL)
		on_completed(f, t, line, len);
	return 0;
}

void
app_floor_run(struct app_floor *f, const char *body, size_t at_once, size_t n,
    struct app_floor_result *ret_result)
{
	struct error error = ERROR_INIT;
	struct generation *request;
	struct chat_form form;
	int64_t start = clock_now();

	bench_must(
	    chat_read(body, strlen(body), &request, &form, &error), body);
	samples_init(&ret_result->first, n);
	samples_init(&ret_result->whole, n);
	f->request = request;
	f->n_turns = at_once;
	f->to_begin = f->to_end = n;
	f->first = &ret_result->first;
	f->whole = &ret_result->whole;
	f->deltas = 0;
	f->last = NULL;
	for (size_t i = 0; i < at_once; i++)
		begin(f, &f->turns[i]);
	while (f->to_end > 0) {
		flush(f);
		bench_must(read_some(f, on_line), "the floor's lines");
	}
	flush(f);
	ret_result->first.wall_ns = ret_result->whole.wall_ns = clock_now() -
	    start;
	ret_result->deltas = f->deltas;
	generation_unref(request);
}
