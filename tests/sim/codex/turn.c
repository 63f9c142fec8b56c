#include "turn.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "faults.h"
#include "output.h"

enum {
	GRANDCHILD_SECONDS = 60
};

static int next_item;

static void
put(const char *text)
{
	output_must(buf_puts(output_buf(), text), "stdout");
}

static void
put_string(const char *s, size_t len)
{
	output_text(output_buf(), s, len);
}

/* The start of an item up to the value of `member`. */
static void
open_item(const char *type, const char *member)
{
	output_must(buf_printf(output_buf(),
			"{\"type\":\"item.completed\",\"item\":{\"id\":"
			"\"item_%d\",\"type\":\"%s\",\"%s\":",
			next_item++, type, member),
	    "stdout");
}

static void
item(const char *type, const char *member, const char *text, size_t len)
{
	open_item(type, member);
	put_string(text, len);
	put("}}\n");
}

static void
error_line(const char *message)
{
	put("{\"type\":\"error\",\"message\":");
	put_string(message, strlen(message));
	put("}\n");
}

static void
big_answer(size_t len)
{
	char *space;

	open_item("agent_message", "text");
	put("\"");
	output_must(buf_reserve(output_buf(), len, &space), "stdout");
	memset(space, 'x', len);
	buf_commit(output_buf(), len);
	put("\"}}\n");
}

static void
numbered_messages(int64_t n)
{
	char text[32];

	for (int64_t i = 1; i <= n; i++) {
		snprintf(text, sizeof(text), "m%lld", (long long)i);
		item("agent_message", "text", text, strlen(text));
	}
}

static void
answer(const struct script *s, const char *prompt, size_t len)
{
	if (s->messages > 0) {
		numbered_messages(s->messages);
	} else if (s->big > 0) {
		big_answer((size_t)s->big);
	} else if (s->echo) {
		item("agent_message", "text", len > 0 ? prompt : "", len);
	} else if (s->badutf8) {
		open_item("agent_message", "text");
		put("\"po\xff\xc3(ng\"}}\n");
	} else {
		const char *text = s->text != NULL ? s->text : "pong";

		item("agent_message", "text", text, strlen(text));
	}
}

static void
garbage(const struct script *s)
{
	if (s->garbage)
		put("this is not JSON\n\n{\"type\":\nnull\n[1,2]\n"
		    "{\"type\":\"from.the.future\",\"x\":{}}\n");
}

void
turn_hang(void)
{
	/* Nobody else may remember to end it. */
	alarm(HANG_MAX);
	for (;;)
		pause();
}

static void
sleep_ms(int64_t ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

/* Half a line, then death by the signal. */
static void
crash(int64_t signo)
{
	put("{\"type\":\"item.completed\",\"item\":{\"id\":\"item_0\",");
	output_flush();
	fault_crash(signo);
}

/* Leaves a process behind that keeps stdout and stderr open. */
static void
grandchild(void)
{
	pid_t pid = fork();

	output_must(pid < 0 ? -errno : 0, "fork");
	if (pid == 0) {
		sleep(GRANDCHILD_SECONDS);
		_exit(0);
	}
}

/* What may happen between turn.started and the answer. */
static void
before_answer(const struct script *s, const char *prompt, size_t len)
{
	if (s->ignore_term)
		fault_ignore_term();
	if (s->ignore_term || s->hang || s->close_stdout || s->slow > 0)
		output_flush();
	if (s->close_stdout)
		close(STDOUT_FILENO);
	if (s->ignore_term || s->hang || s->close_stdout)
		turn_hang();
	if (s->slow > 0)
		sleep_ms(s->slow);
	if (s->crash > 0)
		crash(s->crash);
	if (s->crash_once > 0 && calls_first("crash", prompt, len))
		crash(s->crash_once);
	if (s->reconnecting)
		error_line("Reconnecting... 1/5");
	if (s->error_item != NULL)
		item("error", "message", s->error_item, strlen(s->error_item));
	if (s->reasoning != NULL)
		item("reasoning", "text", s->reasoning, strlen(s->reasoning));
}

static int
fail_turn(const char *message)
{
	error_line(message);
	put("{\"type\":\"turn.failed\",\"error\":{\"message\":");
	put_string(message, strlen(message));
	put("}}\n");
	output_flush();
	return 1;
}

static int
finish(const struct script *s)
{
	if (!s->no_final)
		put("{\"type\":\"turn.completed\",\"usage\":{"
		    "\"input_tokens\":11,\"cached_input_tokens\":3,"
		    "\"cache_write_input_tokens\":0,\"output_tokens\":7,"
		    "\"reasoning_output_tokens\":2}}\n");
	garbage(s);
	output_flush();
	if (s->hang_after_answer)
		turn_hang();
	if (s->grandchild)
		grandchild();
	return s->done_exit >= 0 ? (int)s->done_exit : 0;
}

int
turn_run(const struct script *s, const char *prompt, size_t len)
{
	if (s->early_exit != NULL)
		return fault_early_exit(s->early_exit);
	if (s->early_once >= 0 && calls_first("early", prompt, len))
		return (int)s->early_once;
	fault_flood_stderr(s->stderr_bytes);
	garbage(s);
	output_must(buf_printf(output_buf(),
			"{\"type\":\"thread.started\",\"thread_id\":"
			"\"00000000-0000-7000-8000-%012d\"}\n",
			(int)getpid()),
	    "stdout");
	garbage(s);
	put("{\"type\":\"turn.started\"}\n");
	before_answer(s, prompt, len);
	garbage(s);
	if (s->failed != NULL)
		return fail_turn(s->failed);
	answer(s, prompt, len);
	return finish(s);
}
