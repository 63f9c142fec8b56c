#include "unit/unit.h"

#include <errno.h>

#include "unit/app_job.h"

static struct job *job;
static struct app_seen seen;

static void
begin(void)
{
	job = app_job("");
	app_seen_init(&seen);
}

static void
end(void)
{
	app_seen_free(&seen);
	job_unref(job);
}

static const struct event_item message = { 0, ITEM_MESSAGE, PHASE_FINAL, 0,
	false, { NULL, 0 } };

static int
push_message(void)
{
	int rc = job_push(job, event_new_begin(&message, NULL, NULL, NULL));

	if (rc == 0)
		rc = job_push(job, event_new_text(&message, 0, "pong", 4));
	if (rc == 0)
		rc = job_push(job, event_new_end(&message, true, NULL, NULL));
	return rc;
}

START_TEST(events_come_in_order)
{
	begin();
	ck_assert_int_eq(push_message(), 0);
	job_finish(job, FINISH_STOP);
	app_see(job, &seen);
	ck_assert_str_eq(app_text(&seen.content), "pong");
	ck_assert_int_eq(seen.finish, FINISH_STOP);
	end();
}
END_TEST

START_TEST(an_event_that_could_not_be_made_is_out_of_memory)
{
	begin();
	ck_assert_int_eq(job_push(job, NULL), -ENOMEM);
	end();
}
END_TEST

START_TEST(a_cancelled_job_takes_nothing)
{
	begin();
	channel_cancel(job->channel, JOB_CANCEL_HANGUP);
	ck_assert_int_eq(push_message(), -ECANCELED);
	job_end_cancelled(job);
	app_see(job, &seen);
	ck_assert_str_eq(app_text(&seen.content), "");
	ck_assert_int_eq(seen.error, ERROR_CLIENT_GONE);
	end();
}
END_TEST

/* Others have the room of what waits; its own share is used up, too. */
START_TEST(one_that_is_too_slow_makes_room)
{
	struct budget shared = { .max = 1 };
	struct error error = ERROR_INIT;
	int rc;

	begin();
	channel_share(job->channel, &shared, 1000);
	do
		rc = push_message();
	while (rc == 0);
	ck_assert_int_eq(rc, -EDQUOT);
	ck_assert_uint_gt(budget_used(&shared), 500);
	job_too_slow(job, rc, &error);
	ck_assert_uint_eq(budget_used(&shared), 0);
	job_fail(job, &error);
	app_see(job, &seen);
	ck_assert_str_eq(app_text(&seen.content), "");
	ck_assert_int_eq(seen.error, ERROR_OVERLOADED);
	ck_assert_uint_eq(seen.ends, 1);
	end();
}
END_TEST

static const struct {
	enum job_cancel_reason reason;
	enum finish_reason finish;
	enum error_kind error;
	const char *comment;
} reasons[] = {
	{ JOB_CANCEL_HANGUP, FINISH_NONE, ERROR_CLIENT_GONE, "nobody" },
	{ JOB_CANCEL_STOPPED, FINISH_STOP, ERROR_NONE, "a stop string" },
	{ JOB_CANCEL_DRAIN, FINISH_NONE, ERROR_SHUTTING_DOWN, "a drain" },
};

START_TEST(reasons_have_their_ends)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		begin();
		channel_cancel(job->channel, (int)reasons[i].reason);
		job_end_cancelled(job);
		job_end_cancelled(job); /* does nothing */
		app_see(job, &seen);
		ck_assert_msg(seen.ends == 1 &&
			seen.finish == reasons[i].finish &&
			seen.error == reasons[i].error,
		    "%s", reasons[i].comment);
		end();
	}
}
END_TEST

UNIT_MAIN("job", events_come_in_order,
    an_event_that_could_not_be_made_is_out_of_memory,
    a_cancelled_job_takes_nothing, one_that_is_too_slow_makes_room,
    reasons_have_their_ends)
