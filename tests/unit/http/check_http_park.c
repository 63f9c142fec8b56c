/*
 * http_park: a wake before the suspend is remembered, until it is forgotten;
 * one after it resumes, once; none does after the end.
 */
#include "http/http_park.h"

#include "unit/unit.h"

static int suspended, resumed;
static char somewhere;

/* In the place of libmicrohttpd's, whose connection is never looked at. */
void __wrap_MHD_suspend_connection(struct MHD_Connection *connection);
void __wrap_MHD_resume_connection(struct MHD_Connection *connection);

static struct MHD_Connection *
connection_of_test(void)
{
	return (void *)&somewhere;
}

void
__wrap_MHD_suspend_connection(struct MHD_Connection *connection)
{
	ck_assert_ptr_eq(connection, connection_of_test());
	suspended++;
}

void
__wrap_MHD_resume_connection(struct MHD_Connection *connection)
{
	ck_assert_ptr_eq(connection, connection_of_test());
	resumed++;
}

static struct http_park park;

static void
begin(void)
{
	http_park_init(&park, connection_of_test());
}

static void
expect(int wanted_suspended, int wanted_resumed)
{
	ck_assert_int_eq(suspended, wanted_suspended);
	ck_assert_int_eq(resumed, wanted_resumed);
}

static void
end(void)
{
	http_park_close(&park);
	http_park_destroy(&park);
}

START_TEST(a_wake_resumes_once)
{
	begin();
	ck_assert(http_park_suspend(&park));
	expect(1, 0);
	http_park_wake(&park);
	expect(1, 1);
	/* The second is for the next suspend, which looks again. */
	http_park_wake(&park);
	expect(1, 1);
	ck_assert(!http_park_suspend(&park));
	ck_assert(http_park_suspend(&park));
	expect(2, 1);
	http_park_wake(&park);
	expect(2, 2);
	end();
}
END_TEST

START_TEST(a_wake_before_is_remembered)
{
	begin();
	http_park_wake(&park);
	http_park_wake(&park);
	ck_assert(!http_park_suspend(&park));
	expect(0, 0);
	ck_assert(http_park_suspend(&park));
	http_park_wake(&park);
	expect(1, 1);
	end();
}
END_TEST

/* A stale wake would say that the parser is done which has just begun. */
START_TEST(a_wake_that_is_forgotten_is_none)
{
	begin();
	http_park_wake(&park);
	http_park_forget(&park);
	ck_assert(http_park_suspend(&park));
	expect(1, 0);
	http_park_wake(&park);
	expect(1, 1);
	/* Where there was none it forgets nothing that comes later. */
	http_park_forget(&park);
	http_park_wake(&park);
	ck_assert(!http_park_suspend(&park));
	expect(1, 1);
	end();
}
END_TEST

START_TEST(none_after_the_end)
{
	begin();
	ck_assert(http_park_suspend(&park));
	http_park_close(&park);
	http_park_wake(&park);
	expect(1, 0);
	http_park_forget(&park);
	ck_assert(!http_park_suspend(&park));
	expect(1, 0);
	http_park_destroy(&park);
}
END_TEST

UNIT_MAIN("http_park", a_wake_resumes_once, a_wake_before_is_remembered,
    a_wake_that_is_forgotten_is_none, none_after_the_end)
