#include "unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "system/process.h"
#include "unit/child.h"

/* clang-format off */
static const struct {
	const char *comment;
	const char *script;
	size_t cap;
	const char *out, *err; /* what is kept */
	int code;
} captures[] = {
	{ "both streams", "echo a; echo b >&2; exit 4", 99, "a\n", "b\n", 4 },
	{ "nothing", "exit 0", 99, "", "", 0 },
	{ "what is over the cap is dropped",
	  "echo 12345; head -c 1000000 /dev/zero; echo e >&2", 5, "12345",
	  "e\n", 0 },
	{ "closed streams", "exec >&- 2>&-; exit 5", 99, "", "", 5 },
	{ "no standard input", "cat; echo end", 99, "end\n", "", 0 },
	{ "a helper holds the streams", "sleep 99 & echo a", 99, "a\n", "",
	  0 },
	{ "a helper never stops writing", "yes & echo a >&2", 0, "", "", 0 },
};
/* clang-format on */

static void
check_kept(const struct buf *b, const char *text)
{
	ck_assert_uint_eq(b->len, strlen(text));
	if (b->len > 0)
		ck_assert_mem_eq(b->data, text, b->len);
}

START_TEST(capture_table)
{
	for (size_t i = 0; i < ARRAY_SIZE(captures); i++) {
		struct process_spec spec = shell(captures[i].script);
		struct process_status st;
		struct buf out, err;
		int r;

		buf_init(&out, captures[i].cap);
		buf_init(&err, captures[i].cap);
		r = process_capture(
		    &spec, clock_after(SECONDS(10)), -1, &out, &err, &st);
		ck_assert_msg(r == 0, "%s: %d", captures[i].comment, r);
		check_kept(&out, captures[i].out);
		check_kept(&err, captures[i].err);
		ck_assert_int_eq(st.code, captures[i].code);
		ck_assert(!st.signalled && !st.killed);
		buf_free(&out);
		buf_free(&err);
	}
	no_child_left();
}
END_TEST

/* A full pipe that is left behind at the exit comes whole. */
START_TEST(capture_keeps_last_words)
{
	enum {
		SIZE = 65536
	};
	struct process_spec spec = shell("exec head -c 65536 /dev/zero");
	struct process_status st;
	struct buf out, err;

	for (int i = 0; i < 20; i++) {
		buf_init(&out, 2 * SIZE);
		buf_init(&err, 0);
		ck_assert_int_eq(
		    process_capture(&spec, CLOCK_NEVER, -1, &out, &err, &st),
		    0);
		ck_assert_uint_eq(out.len, SIZE);
		buf_free(&out);
		buf_free(&err);
	}
}
END_TEST

START_TEST(capture_can_be_stopped)
{
	static const char *const scripts[] = {
		"exec sleep 99",
		"exec yes",
		"exec >&- 2>&-; exec sleep 99",
	};
	struct process_status st = { .code = -7 };
	struct buf out, err;
	int fds[2];

	ck_assert_int_eq(fd_pipe(fds), 0);
	buf_init(&out, 10);
	buf_init(&err, 10);
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		struct process_spec spec = shell(scripts[i]);
		int64_t deadline = clock_after(100 * NS_PER_MS);

		ck_assert_int_eq(
		    process_capture(&spec, deadline, fds[0], &out, &err, &st),
		    -ETIMEDOUT);
		ck_assert_int_ge(clock_now(), deadline);
	}
	fd_close(&fds[1]); /* now it is readable */
	for (size_t i = 0; i < ARRAY_SIZE(scripts); i++) {
		struct process_spec spec = shell(scripts[i]);

		ck_assert_int_eq(process_capture(&spec, CLOCK_NEVER, fds[0],
				     &out, &err, &st),
		    -ECANCELED);
	}
	ck_assert_int_eq(st.code, -7);
	buf_free(&out);
	buf_free(&err);
	fd_close(&fds[0]);
	no_child_left();
}
END_TEST

/* Many owners at once: each gets its own child's words and status. */
static void *
run_many(void *arg)
{
	long me = (long)(intptr_t)arg;
	static char sh[] = "sh", opt[] = "-c";
	char *const no_env[] = { NULL };
	char script[64], want[16];
	char *const argv[] = { sh, opt, script, NULL };
	struct process_spec spec = {
		.path = "/bin/sh", .argv = argv, .envp = no_env
	};
	struct process_status st;
	struct buf out, err;

	snprintf(script, sizeof(script), "echo %ld; exit %ld", me, me);
	snprintf(want, sizeof(want), "%ld\n", me);
	for (int i = 0; i < 30; i++) {
		buf_init(&out, 100);
		buf_init(&err, 100);
		ck_assert_int_eq(
		    process_capture(
			&spec, clock_after(SECONDS(20)), -1, &out, &err, &st),
		    0);
		ck_assert_int_eq(st.code, me);
		check_kept(&out, want);
		buf_free(&out);
		buf_free(&err);
	}
	return NULL;
}

START_TEST(threads_do_not_mix_children)
{
	pthread_t threads[6];

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, run_many,
				     (void *)(intptr_t)(i + 1)),
		    0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	no_child_left();
}
END_TEST
UNIT_MAIN("capture", capture_table, capture_keeps_last_words,
    capture_can_be_stopped, threads_do_not_mix_children)
