#include "system/orphans.h"

#include <signal.h>

#include "system/guardian.h"
#include "unit/child.h"
#include "unit/unit.h"

enum {
	FAKE_GROUP = 0x7ffffff0
};

/*
 * Sleeps in sessions of their own: with its shell as parent, with none, and
 * below a shell that has gone there with it. Each tells its number first.
 */
#define SLEEP "setsid sh -c 'echo $$; exec sleep 60'"
#define FAMILY \
	SLEEP " & (" SLEEP " &); setsid sh -c '" \
	      "sh -c \"echo \\$\\$; exec sleep 60\" & wait' & cat"

struct family {
	struct process leader;
	pid_t sleepers[3];
};

static struct family
start_family(void)
{
	struct family f = { .leader = start(FAMILY) };
	char text[200] = "";
	size_t len = 0, lines = 0;

	while (lines < 3) {
		await(f.leader.stdout_fd);
		ck_assert_int_eq(read(f.leader.stdout_fd, text + len, 1), 1);
		lines += text[len++] == '\n';
	}
	ck_assert_int_eq(sscanf(text, "%d %d %d", &f.sleepers[0],
			     &f.sleepers[1], &f.sleepers[2]),
	    3);
	return f;
}

static unsigned
alive(const struct family *f)
{
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(f->sleepers); i++)
		n += kill(f->sleepers[i], 0) == 0;
	return n;
}

START_TEST(what_a_dead_child_leaves_goes_and_no_other)
{
	struct family dead, living;

	ck_assert_int_eq(guardian_start(), 0);
	orphans_adopt();
	dead = start_family();
	living = start_family();
	kill(dead.leader.pid, SIGKILL);
	await(dead.leader.pidfd);
	ck_assert_uint_eq(alive(&dead), 3);
	process_end(&dead.leader, 0, NULL);
	ck_assert_uint_eq(alive(&dead), 0);
	ck_assert_uint_eq(alive(&living), 3);
	process_end(&living.leader, 0, NULL);
	ck_assert_uint_eq(alive(&living), 0);
	guardian_stop();
	no_child_left();
}
END_TEST

START_TEST(who_does_not_adopt_ends_none)
{
	struct family f = start_family();

	process_end(&f.leader, 0, NULL);
	orphans_end();
	ck_assert_uint_eq(alive(&f), 3);
	for (size_t i = 0; i < ARRAY_SIZE(f.sleepers); i++)
		kill(f.sleepers[i], SIGKILL);
}
END_TEST

/* It would be taken for an orphan. */
START_TEST(a_child_that_is_not_guarded_is_not_started)
{
	struct process_spec spec = shell("true");
	struct process p;
	int slot = -1;

	ck_assert_int_eq(guardian_start(), 0);
	for (int i = 0; i < GUARDIAN_SLOTS; i++) {
		slot = guardian_add(FAKE_GROUP);
		ck_assert_int_ge(slot, 0);
	}
	ck_assert_int_eq(process_start(&spec, &p), -EAGAIN);
	guardian_remove(slot);
	ck_assert_int_eq(process_start(&spec, &p), 0);
	process_end(&p, 0, NULL);
	guardian_stop();
	no_child_left();
}
END_TEST

UNIT_MAIN("orphans", what_a_dead_child_leaves_goes_and_no_other,
    who_does_not_adopt_ends_none, a_child_that_is_not_guarded_is_not_started)
