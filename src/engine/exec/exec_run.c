#include "engine/exec/exec_run.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "json/jsonl.h"
#include "system/log.h"
#include "codex/codex_command.h"
#include "codex/codex_error.h"
#include "codex/exec_prompt.h"
#include "engine/exec/exec_answer.h"
#include "engine/exec/exec_files.h"
#include "engine/child/stderr_tail.h"
#include "system/fdio.h"
#include "system/process.h"
#include "system/root.h"

enum {
	READ_SIZE = 64 * 1024
};

enum end {
	END_NOT_YET,
	END_FINAL, /* the final event, and then its exit or the grace */
	END_DEATH, /* exited without one */
	END_SILENCE, /* closed stdout and stays */
	END_OVERFLOW, /* a line too long, or no memory for it */
	END_DEADLINE,
	END_CANCELLED,
	END_SLOW_CLIENT /* the job's backlog is full */
};

struct run {
	const struct settings *settings;
	struct stats *stats;
	const struct codex *codex;
	struct job *job;
	int wake_fd;
	struct exec_files files;
	struct process process;
	struct process_status status;
	struct buf prompt;
	size_t written; /* bytes of the prompt */
	struct buf input;
	struct jsonl lines;
	struct stderr_tail errors;
	struct exec_answer answer;
	int64_t spawned; /* monotonic ns */
	int64_t quiet_after; /* when patience with a finished child ends */
	bool exited;
	enum end end;
	int push_rc; /* END_SLOW_CLIENT: -ENOBUFS or -EDQUOT */
	struct error refusal; /* why it is not even started, or NONE */
};

static void
run_init(struct run *r)
{
	exec_files_init(&r->files);
	r->process.pid = -1;
	buf_init(&r->prompt, limit_exec_prompt(r->settings->max_body_bytes));
	buf_init(&r->input, READ_SIZE);
	jsonl_init(&r->lines, LIMIT_EXEC_LINE);
	stderr_tail_init(&r->errors);
	exec_answer_init(&r->answer, r->job);
	r->quiet_after = CLOCK_NEVER;
}

static void
run_free(struct run *r)
{
	exec_files_remove(&r->files);
	buf_free(&r->prompt);
	buf_free(&r->input);
	jsonl_free(&r->lines);
	stderr_tail_free(&r->errors);
	exec_answer_free(&r->answer);
	error_free(&r->refusal);
}

/* Notes a phase that is measured from the spawn, once. */
static void
mark(struct run *r, enum phase phase)
{
	if (r->job->phases->ns[phase] == 0)
		r->job->phases->ns[phase] = clock_now() - r->spawned;
}

static int
start_process(struct run *r)
{
	struct codex_exec_spec spec = { .binary = r->codex->binary.path,
		.catalog = r->codex->catalog,
		.cwd = r->job->cwd,
		.reads = &r->codex->reads,
		.model = r->job->model,
		.schema = r->files.schema,
		.images = &r->files.images,
		.effort = codex_models_effort(
		    r->codex->models, r->job->model, r->job->effort),
		.request = r->job->request };
	struct process_spec process = {
		.path = spec.binary, .envp = r->codex->env.v, .cwd = spec.cwd
	};
	struct phases *phases = r->job->phases;
	int64_t start = clock_now();
	struct strv argv;
	int rc;

	strv_init(&argv);
	rc = codex_exec_argv(r->settings, &spec, &argv);
	process.argv = argv.v;
	start = phase_add(phases, PHASE_COMMAND_BUILD, start);
	if (rc == 0)
		rc = process_start(&process, &r->process);
	r->spawned = phase_add(phases, PHASE_PROCESS_SPAWN, start);
	strv_free(&argv);
	return rc;
}

/*
 * Between the check of metadata.cwd and its job's turn a directory may have
 * been exchanged for a link that leads elsewhere. Sets r->refusal.
 */
static int
check_cwd(struct run *r)
{
	const struct job *j = r->job;
	char *real = NULL;
	int rc;

	if (j->request->cwd == NULL)
		return 0;
	rc = root_resolve(j->cwd, &r->settings->allowed_root, &real);
	if (rc == 0 && strcmp(real, j->cwd) != 0)
		rc = -EXDEV;
	free(real);
	if (rc == 0 || rc == -ENOMEM)
		return rc;
	return error_set_at(&r->refusal, ERROR_CWD_NOT_ALLOWED, FIELD_CWD,
	    PLACE_NONE,
	    "metadata.cwd is no longer the directory that it was when the "
	    "request came.");
}

static int
prepare(struct run *r)
{
	int64_t start = clock_now();
	int rc = prompt_render(r->job->request, &r->prompt);

	phase_add(r->job->phases, PHASE_PROMPT_BUILD, start);
	if (rc == 0)
		rc = exec_files_write(
		    &r->files, r->settings->codex_home, r->job->request);
	if (rc == 0)
		rc = check_cwd(r);
	if (rc == 0)
		rc = start_process(r);
	return rc;
}

/* Writes what fits; at the end of the prompt, or when nobody reads, closes. */
static void
write_prompt(struct run *r)
{
	ssize_t n;

	while (r->written < r->prompt.len) {
		n = write(r->process.stdin_fd, r->prompt.data + r->written,
		    r->prompt.len - r->written);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			break;
		r->written += (size_t)n;
	}
	if (r->written == r->prompt.len)
		job_note_asked(r->job);
	process_close_stdin(&r->process);
	mark(r, PHASE_STDIN_WRITE);
	buf_free(&r->prompt);
}

static int
take_line(void *arg, const char *line, size_t len)
{
	struct run *r = arg;
	int64_t start = clock_now();
	int rc;

	mark(r, PHASE_FIRST_STDOUT_EVENT);
	rc = exec_answer_line(&r->answer, line, len);
	if (r->answer.has_message)
		mark(r, PHASE_FIRST_ASSISTANT_EVENT);
	phase_add(r->job->phases, PHASE_OUTPUT_PARSE, start);
	return rc;
}

static void
stop_after(struct run *r, int rc)
{
	r->push_rc = rc;
	if (rc == -ECANCELED)
		r->end = END_CANCELLED;
	else if (rc == -ENOBUFS || rc == -EDQUOT)
		r->end = END_SLOW_CLIENT;
	else
		r->end = END_OVERFLOW;
}

/* Patience begins to run out, if it does not already. */
static void
expect_exit(struct run *r)
{
	if (r->quiet_after == CLOCK_NEVER)
		r->quiet_after = clock_after(EXEC_EXIT_GRACE);
}

static void
stdout_closed(struct run *r)
{
	int rc = jsonl_finish(&r->lines, take_line, r);

	fd_close(&r->process.stdout_fd);
	mark(r, PHASE_STDOUT_READ);
	if (rc != 0)
		stop_after(r, rc);
	expect_exit(r);
}

/* One read; false when there was nothing (more) to read. */
static bool
read_stdout(struct run *r)
{
	ssize_t n;
	int rc;

	buf_reset(&r->input);
	n = fd_read_buf(r->process.stdout_fd, &r->input, READ_SIZE);
	if (n == -EAGAIN)
		return false;
	if (n <= 0) {
		stdout_closed(r);
		return false;
	}
	rc = jsonl_feed(&r->lines, r->input.data, r->input.len, take_line, r);
	if (rc != 0)
		stop_after(r, rc);
	if (r->answer.final)
		expect_exit(r);
	if (r->answer.to_be_ended)
		r->quiet_after = 0;
	return rc == 0;
}

/*
 * The child has exited: what it wrote is in the pipes already, and helpers
 * of its that hold them open have nothing to say. Bounded, because such a
 * helper might write for ever.
 */
static void
read_leftovers(struct run *r)
{
	int64_t deadline = clock_after(EXEC_EXIT_GRACE);

	while (r->end == END_NOT_YET && r->process.stdout_fd >= 0 &&
	    clock_now() < deadline) {
		if (!read_stdout(r))
			break;
	}
	while (r->process.stderr_fd >= 0 && clock_now() < deadline) {
		if (!stderr_tail_read(&r->errors, &r->process.stderr_fd))
			break;
	}
}

/* Decides whether the loop is over. */
static void
judge(struct run *r)
{
	int64_t now;

	if (r->end != END_NOT_YET)
		return;
	if (r->exited) {
		read_leftovers(r);
		if (r->end == END_NOT_YET)
			r->end = r->answer.final ? END_FINAL : END_DEATH;
		return;
	}
	if (!r->answer.final && job_cancelled(r->job)) {
		r->end = END_CANCELLED;
		return;
	}
	now = clock_now();
	if (now >= r->quiet_after)
		r->end = r->answer.final ? END_FINAL : END_SILENCE;
	else if (!r->answer.final && now >= r->job->deadline)
		r->end = END_DEADLINE;
}

static int64_t
next_deadline(const struct run *r)
{
	if (r->answer.final || r->quiet_after < r->job->deadline)
		return r->quiet_after;
	return r->job->deadline;
}

static void
wait_and_serve(struct run *r)
{
	struct pollfd fds[] = { { r->process.stdin_fd, POLLOUT, 0 },
		{ r->process.stdout_fd, POLLIN, 0 },
		{ r->process.stderr_fd, POLLIN, 0 },
		{ r->process.pidfd, POLLIN, 0 }, { r->wake_fd, POLLIN, 0 } };
	int n = poll(
	    fds, ARRAY_SIZE(fds), clock_poll_timeout(next_deadline(r)));

	if (n <= 0)
		return;
	if (fds[0].revents != 0)
		write_prompt(r);
	if (fds[1].revents != 0)
		read_stdout(r);
	if (fds[2].revents != 0)
		(void)stderr_tail_read(&r->errors, &r->process.stderr_fd);
	if (fds[3].revents != 0)
		r->exited = true;
	if (fds[4].revents != 0)
		fd_clear_wake(r->wake_fd);
}

static void
watch_over(struct run *r)
{
	write_prompt(r);
	while (r->end == END_NOT_YET) {
		wait_and_serve(r);
		judge(r);
	}
}

/* Whoever still runs is ended, and everything is reaped. */
static void
end_process(struct run *r)
{
	int64_t start = clock_now();

	process_end(&r->process, EXEC_KILL_GRACE, &r->status);
	phase_add(r->job->phases, PHASE_PROCESS_WAIT, start);
	mark(r, PHASE_STDOUT_READ);
	mark(r, PHASE_COMMUNICATE);
}

/* Without a final event: is there a reason in what was said on the way? */
static bool
known_failure(struct run *r, struct error *ret_error)
{
	if (r->answer.complaint != NULL) {
		codex_error_from_message(
		    r->answer.complaint, clock_unix_seconds(), ret_error);
		return true;
	}
	return r->errors.buf.data != NULL &&
	    codex_error_from_stderr(
		r->errors.buf.data, clock_unix_seconds(), ret_error);
}

static enum exec_outcome
after_death(struct run *r, bool last_try)
{
	struct error error = ERROR_INIT;
	char obituary[PROCESS_OBITUARY_MAX];

	if (known_failure(r, &error)) {
		job_fail(r->job, &error);
		return EXEC_ENDED;
	}
	counter_add(&r->stats->by[STATS_EXEC].processes_crashed, 1);
	process_obituary(&r->status, obituary);
	log_warning("request %s: codex ended with %s before an answer: %s",
	    r->job->latency->request_id, obituary,
	    stderr_tail_last_words(&r->errors));
	if (!last_try && !r->answer.handed_on)
		return EXEC_DIED;
	job_fail_with(r->job, ERROR_CODEX_CRASHED,
	    "Codex ended with %s before it had answered. Its last words: "
	    "%.300s",
	    obituary, stderr_tail_last_words(&r->errors));
	return EXEC_ENDED;
}

/* With the network down Codex says so, and waits for it without end. */
static void
fail_late(struct run *r)
{
	const char *complaint = r->answer.complaint;

	job_fail_with(r->job, ERROR_TIMEOUT,
	    "Codex had not answered after %.3g s (--timeout-seconds).%s%.300s",
	    (double)r->settings->timeout / (double)NS_PER_S,
	    complaint != NULL ? " It said: " : "",
	    complaint != NULL ? complaint : "");
}

static enum exec_outcome
conclude(struct run *r, bool last_try)
{
	struct error error = ERROR_INIT;

	switch (r->end) {
	case END_FINAL:
		break;
	case END_DEATH:
		return after_death(r, last_try);
	case END_SILENCE:
		job_fail_with(r->job, ERROR_CODEX_CRASHED,
		    "Codex closed its output before it had answered.");
		break;
	case END_OVERFLOW:
		job_fail_with(r->job, ERROR_UPSTREAM,
		    "Codex's output has a line of over %zu bytes, or memory "
		    "is out.",
		    LIMIT_EXEC_LINE);
		break;
	case END_DEADLINE:
		fail_late(r);
		break;
	case END_SLOW_CLIENT:
		job_too_slow(r->job, r->push_rc, &error);
		job_fail(r->job, &error);
		break;
	case END_CANCELLED:
	case END_NOT_YET:
		job_end_cancelled(r->job);
		break;
	}
	return EXEC_ENDED;
}

static void
fail_to_start(struct run *r, int rc)
{
	if (r->refusal.kind != ERROR_NONE) {
		job_fail(r->job, &r->refusal);
		return;
	}
	job_fail_with(r->job, ERROR_CODEX_UNAVAILABLE,
	    "Codex could not be started: %s.", strerror(-rc));
	log_error("request %s: codex could not be started: %s",
	    r->job->latency->request_id, strerror(-rc));
}

enum exec_outcome
exec_run(const struct settings *s, struct stats *stats,
    const struct codex *codex, struct job *j, int wake_fd, bool last_try)
{
	struct run r = { .settings = s,
		.stats = stats,
		.codex = codex,
		.job = j,
		.wake_fd = wake_fd };
	enum exec_outcome outcome = EXEC_ENDED;
	int rc;

	run_init(&r);
	rc = prepare(&r);
	if (rc != 0) {
		fail_to_start(&r, rc);
	} else {
		counter_add(&stats->by[STATS_EXEC].processes_started, 1);
		watch_over(&r);
		end_process(&r);
		outcome = conclude(&r, last_try);
	}
	run_free(&r);
	return outcome;
}
