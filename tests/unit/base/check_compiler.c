/* compiler: what BUG_ON does when it strikes, and when it does not. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"

#include "unit/unit.h"

/* Runs BUG_ON(number == 7) in a child; returns its wait status. */
static int
strike(int number, char *text, size_t size)
{
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		(void)dup2(fds[1], STDERR_FILENO);
		BUG_ON(number == 7);
		_exit(0);
	}
	close(fds[1]);
	/* The line comes in one write, or nothing does. */
	n = read(fds[0], text, size - 1);
	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	close(fds[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

START_TEST(bug_aborts_and_says_where)
{
	char text[600];
	int status = strike(7, text, sizeof(text));

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
	ck_assert_ptr_nonnull(strstr(text, "check_compiler.c:"));
	ck_assert_ptr_nonnull(strstr(text, ": number == 7\n"));
}
END_TEST

START_TEST(no_bug_no_word)
{
	char text[600];
	int status = strike(6, text, sizeof(text));

	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(macros)
{
	struct pair {
		int first, second;
	} pair = { 1, 2 };
	int *member = &pair.second, five[5];

	ck_assert_ptr_eq(CONTAINER_OF(member, struct pair, second), &pair);
	ck_assert_uint_eq(ARRAY_SIZE(five), 5);
}
END_TEST

UNIT_MAIN("compiler", bug_aborts_and_says_where, no_bug_no_word, macros)
