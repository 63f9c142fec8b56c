/* progress: what stands on the terminal after each call. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "daemon/progress.h"
#include "base/clock.h"

#include "unit/unit.h"

enum {
	SCREEN = 300
};

/* A terminal of one line, seen from its far end. */
struct terminal {
	int near, far;
	char line[SCREEN];
	size_t column;
	size_t bytes; /* that came in all */
};

static void
terminal_open(struct terminal *t, unsigned short columns)
{
	struct winsize size = { .ws_row = 24, .ws_col = columns };

	memset(t, 0, sizeof(*t));
	t->far = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	ck_assert_int_ge(t->far, 0);
	ck_assert_int_eq(grantpt(t->far), 0);
	ck_assert_int_eq(unlockpt(t->far), 0);
	t->near = open(ptsname(t->far), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(t->near, 0);
	ck_assert_int_eq(ioctl(t->near, TIOCSWINSZ, &size), 0);
}

static void
terminal_close(struct terminal *t)
{
	close(t->near);
	close(t->far);
}

/* What stands in the line, without the blanks at its end. */
static const char *
screen(struct terminal *t)
{
	size_t end = SCREEN - 1;
	char c;

	while (read(t->far, &c, 1) == 1) {
		t->bytes++;
		if (c == '\r') {
			t->column = 0;
			continue;
		}
		ck_assert_int_ne(c, '\n');
		ck_assert_uint_lt(t->column, SCREEN - 1);
		t->line[t->column++] = c;
	}
	while (end > 0 && (t->line[end] == '\0' || t->line[end] == ' '))
		t->line[end--] = '\0';
	if (end == 0 && t->line[0] == ' ')
		t->line[0] = '\0';
	return t->line;
}

START_TEST(a_line_is_rewritten_and_removed)
{
	struct terminal t;
	struct progress p;

	terminal_open(&t, 80);
	progress_init(&p, t.near, 0);
	ck_assert_int_eq(progress_deadline(&p), CLOCK_NEVER);
	progress_set(&p, "a longer text");
	ck_assert_str_eq(screen(&t), "a longer text");
	progress_set(&p, "short");
	ck_assert_str_eq(screen(&t), "short");
	progress_hide(&p);
	ck_assert_str_eq(screen(&t), "");
	ck_assert_uint_eq(t.column, 0);
	progress_tick(&p);
	ck_assert_str_eq(screen(&t), "short");
	progress_set(&p, "");
	ck_assert_str_eq(screen(&t), "");
	progress_tick(&p);
	progress_hide(&p);
	ck_assert_str_eq(screen(&t), "");
	ck_assert_uint_eq(t.column, 0);
	terminal_close(&t);
}
END_TEST

START_TEST(nothing_is_shown_before_its_time)
{
	int64_t far_off = clock_after(3600 * NS_PER_S);
	struct terminal t;
	struct progress p;

	terminal_open(&t, 80);
	progress_init(&p, t.near, far_off);
	progress_set(&p, "one");
	progress_set(&p, "two");
	progress_tick(&p);
	ck_assert_int_eq(progress_deadline(&p), far_off);
	progress_hide(&p);
	ck_assert_str_eq(screen(&t), "");
	ck_assert_uint_eq(t.bytes, 0);
	p.show_at = clock_now();
	progress_tick(&p);
	ck_assert_str_eq(screen(&t), "two");
	ck_assert_int_eq(progress_deadline(&p), CLOCK_NEVER);
	terminal_close(&t);
}
END_TEST

/* The last column stays free: some terminals begin a new line behind it. */
START_TEST(a_narrow_terminal_gets_less)
{
	struct terminal t;
	struct progress p;

	terminal_open(&t, 10);
	progress_init(&p, t.near, 0);
	progress_set(&p, "0123456789abcdef");
	ck_assert_str_eq(screen(&t), "012345678");
	progress_hide(&p);
	ck_assert_str_eq(screen(&t), "");
	terminal_close(&t);
}
END_TEST

/* Else its caller would try again without end. */
START_TEST(one_column_is_enough_to_count_as_shown)
{
	struct terminal t;
	struct progress p;

	terminal_open(&t, 1);
	progress_init(&p, t.near, 0);
	progress_set(&p, "text");
	ck_assert_int_eq(progress_deadline(&p), CLOCK_NEVER);
	terminal_close(&t);
}
END_TEST

START_TEST(what_is_no_terminal_gets_nothing)
{
	struct progress p;
	int fds[2];
	char c;

	ck_assert_int_eq(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	progress_init(&p, fds[1], 0);
	progress_set(&p, "text");
	progress_tick(&p);
	progress_hide(&p);
	ck_assert_int_eq(progress_deadline(&p), CLOCK_NEVER);
	ck_assert_int_eq(read(fds[0], &c, 1), -1);
	ck_assert_int_eq(errno, EAGAIN);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

UNIT_MAIN("progress", a_line_is_rewritten_and_removed,
    nothing_is_shown_before_its_time, a_narrow_terminal_gets_less,
    one_column_is_enough_to_count_as_shown, what_is_no_terminal_gets_nothing)
