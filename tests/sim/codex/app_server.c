#include "app_server.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "app_mode.h"
#include "app_request.h"
#include "app_turn.h"
#include "app_wire.h"
#include "base/clock.h"
#include "json/jsonl.h"
#include "calls.h"
#include "faults.h"
#include "output.h"

enum {
	READ_BLOCK = 65536,
	LINE_MAX_BYTES = 256 << 20
};

static struct jsonl lines;

static void
on_signal(int signo)
{
	(void)signo;
	_exit(0);
}

/* Signals as the one who started it left them, unless it is told otherwise. */
static void
set_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	if (app_mode()->ignore_term) {
		fault_ignore_term();
		return;
	}
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
}

/* Exits when the process is told not to get far. */
static void
start_faults(void)
{
	const struct script *mode = app_mode();

	fault_flood_stderr(mode->stderr_bytes);
	if (mode->exit_at_start != NULL)
		exit(fault_early_exit(mode->exit_at_start));
	if (mode->exit_at_start_once != NULL && calls_first("start", "", 0))
		exit(fault_early_exit(mode->exit_at_start_once));
}

/* False at the end of stdin. */
static bool
read_lines(void)
{
	static char block[READ_BLOCK];
	ssize_t n = read(STDIN_FILENO, block, sizeof(block));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	output_must(
	    jsonl_feed(&lines, block, (size_t)n, request_line, NULL), "stdin");
	return true;
}

/* Waits for the client or the clock; false when the client has left. */
static bool
wait_for_news(void)
{
	int64_t due = request_due(), turns = turns_due();
	struct pollfd fds[2] = {
		{ .fd = STDIN_FILENO,
		    .events = request_deaf() ? POLLRDHUP : POLLIN },
		/* Its end is noticed with nothing to write, too. */
		{ .fd = wire_fd(), .events = wire_pending() ? POLLOUT : 0 },
	};

	/* Turns that have something to say wait for room. */
	if (turns == 0 && wire_full())
		turns = CLOCK_NEVER;
	if (poll(fds, 2, clock_poll_timeout(turns < due ? turns : due)) < 0)
		return errno == EINTR;
	if ((fds[1].revents & (POLLERR | POLLHUP)) != 0)
		exit(1);
	if (request_deaf())
		return (fds[0].revents & (POLLRDHUP | POLLHUP)) == 0;
	return fds[0].revents == 0 || read_lines();
}

static bool
told_to_leave(void)
{
	return app_mode()->exit_between && turns_ended() > 0 &&
	    turns_running() == 0;
}

int
app_server_run(char **argv)
{
	const struct script *mode = app_mode();

	app_mode_read();
	calls_note(argv, 0);
	set_signals();
	start_faults();
	wire_init(mode->trickle ? 1 : (size_t)mode->pieces);
	jsonl_init(&lines, LINE_MAX_BYTES);
	do {
		wire_tick();
		request_tick();
		turns_run();
		wire_flush();
	} while (!told_to_leave() && wait_for_news());
	wire_finish();
	return 0;
}
