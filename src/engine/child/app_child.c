#include "engine/child/app_child.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "codex/codex_command.h"
#include "engine/child/app_bounds.h"
#include "system/fdio.h"
#include "system/log.h"

enum {
	READ_SIZE = 64 * 1024
};

struct reader {
	app_child_event_fn *fn;
	void *arg;
};

static int
take_long_line(void *arg, const struct jsonl_long *line)
{
	const struct reader *r = arg;
	struct rpc_event e;

	rpc_event_of_ends((struct text){ line->head, line->n_head },
	    (struct text){ line->tail, line->n_tail }, &e);
	log_warning("codex wrote a line of %zu bytes, which is too long to be "
		    "read",
	    line->len);
	return r->fn(r->arg, &e);
}

static int
start_process(
    const struct settings *s, struct codex *codex, struct process *ret)
{
	struct process_spec spec = { .path = codex->binary.path,
		.envp = codex->env.v,
		.cwd = codex->home };
	struct strv argv;
	int rc;

	strv_init(&argv);
	rc = codex_app_server_argv(
	    s, codex->binary.path, codex->catalog, &argv);
	spec.argv = argv.v;
	if (rc == 0)
		rc = process_start(&spec, ret);
	strv_free(&argv);
	return rc;
}

int
app_child_start(
    const struct settings *s, struct codex *codex, struct app_child **ret_child)
{
	struct app_child *c = calloc(1, sizeof(*c));
	int rc;

	if (c == NULL)
		return -ENOMEM;
	buf_init(&c->out, limit_child_requests(s->max_body_bytes));
	buf_init(&c->in, READ_SIZE);
	jsonl_init(&c->lines, limit_child_line(s->max_body_bytes));
	jsonl_on_long(&c->lines, take_long_line);
	stderr_tail_init(&c->errors);
	c->started = clock_now();
	c->end_by = CLOCK_NEVER;
	rc = codex_write_catalog(codex);
	if (rc == 0)
		rc = start_process(s, codex, &c->process);
	if (rc != 0) {
		free(c);
		return rc;
	}
	c->codex = codex_ref(codex);
	*ret_child = c;
	return 0;
}

int64_t
app_child_next_id(struct app_child *c)
{
	return ++c->last_id;
}

size_t
app_child_backlog(const struct app_child *c)
{
	return c->out.len - c->out_sent;
}

/*
 * What was written leaves the buffer, which might otherwise never be empty
 * while there is always more to say. Not for less than is moved by it.
 */
static void
drop_sent(struct app_child *c)
{
	if (c->out_sent < app_child_backlog(c))
		return;
	buf_consume(&c->out, c->out_sent);
	c->out_sent = 0;
}

int
app_child_flush(struct app_child *c)
{
	ssize_t n;

	while (c->out_sent < c->out.len && c->process.stdin_fd >= 0) {
		n = write(c->process.stdin_fd, c->out.data + c->out_sent,
		    c->out.len - c->out_sent);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			c->stuck = true;
			drop_sent(c);
			return 0;
		}
		if (n < 0) {
			process_close_stdin(&c->process);
			return -EPIPE;
		}
		c->out_sent += (size_t)n;
		app_pulse_gave(&c->pulse, (size_t)n, c->stuck, clock_now());
		c->stuck = false;
	}
	/* The memory of a large conversation is not kept for small ones. */
	if (c->out.size > (size_t)1024 * 1024)
		buf_free(&c->out);
	else
		buf_reset(&c->out);
	c->out_sent = 0;
	return 0;
}

static int
take_line(void *arg, const char *line, size_t len)
{
	const struct reader *r = arg;
	struct rpc_event e;
	int rc = rpc_event_parse(line, len, &e);

	if (rc != 0)
		return rc;
	rc = r->fn(r->arg, &e);
	rpc_event_free(&e);
	return rc;
}

int
app_child_read(struct app_child *c, app_child_event_fn *fn, void *arg)
{
	struct reader r = { fn, arg };
	ssize_t n;

	buf_reset(&c->in);
	n = fd_read_buf(c->process.stdout_fd, &c->in, READ_SIZE);
	if (n == -EAGAIN)
		return 0;
	if (n <= 0) {
		fd_close(&c->process.stdout_fd);
		return -EPIPE;
	}
	app_pulse_heard(&c->pulse, clock_now());
	return jsonl_feed(&c->lines, c->in.data, c->in.len, take_line, &r);
}

static void
take_step(struct app_child *c, enum app_child_end step)
{
	c->ending = step;
	c->end_by = clock_after(app_bounds.end_grace);
	process_close_stdin(&c->process);
	if (step == APP_END_TERM)
		process_signal_group(&c->process, SIGTERM);
	else if (step == APP_END_KILL)
		process_signal_group(&c->process, SIGKILL);
}

void
app_child_close(struct app_child *c, enum app_child_end how)
{
	if (how > c->ending)
		take_step(c, how);
}

void
app_child_escalate(struct app_child *c, int64_t now)
{
	if (c->ending == APP_END_NOT || c->exited || now < c->end_by)
		return;
	take_step(c, c->ending < APP_END_KILL ? c->ending + 1 : APP_END_KILL);
}

void
app_child_reap(struct app_child *c, char obituary[PROCESS_OBITUARY_MAX])
{
	struct process_status status;

	process_end(&c->process, 0, &status);
	process_obituary(&status, obituary);
	c->exited = true;
}

void
app_child_free(struct app_child *c)
{
	if (c == NULL)
		return;
	process_end(&c->process, 0, NULL);
	buf_free(&c->out);
	buf_free(&c->in);
	jsonl_free(&c->lines);
	stderr_tail_free(&c->errors);
	codex_unref(c->codex);
	free(c);
}
