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

START_TEST(calls_come_whole)
{
	begin();
	ck_assert_int_eq(job_push_tool_call(job, 0, "c1", "f", "{}"), 0);
	ck_assert_int_eq(job_push_tool_call(job, 1, "", "g", ""), 0);
	job_finish(job, FINISH_TOOL_CALLS);
	app_see(job, &seen);
	ck_assert_str_eq(app_text(&seen.calls), "c1 f {}; g ;");
	ck_assert_int_eq(seen.finish, FINISH_TOOL_CALLS);
	end();
}
END_TEST

START_TEST(a_cancelled_job_takes_no_call)
{
	begin();
	channel_cancel(job->channel, JOB_CANCEL_HANGUP);
	ck_assert_int_eq(
	    job_push_tool_call(job, 0, "c1", "f", "{}"), -ECANCELED);
	job_end_cancelled(job);
	app_see(job, &seen);
	ck_assert_str_eq(app_text(&seen.calls), "");
	ck_assert_int_eq(seen.error, API_ERROR_CLIENT_GONE);
	end();
}
END_TEST

static const struct {
	enum job_cancel_reason reason;
	enum finish_reason finish;
	enum api_error_kind error;
	const char *comment;
} reasons[] = {
	{ JOB_CANCEL_HANGUP, FINISH_NONE, API_ERROR_CLIENT_GONE, "nobody" },
	{ JOB_CANCEL_STOPPED, FINISH_STOP, API_ERROR_NONE, "a stop string" },
	{ JOB_CANCEL_DRAIN, FINISH_NONE, API_ERROR_SHUTTING_DOWN, "a drain" },
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

UNIT_MAIN("job", calls_come_whole, a_cancelled_job_takes_no_call,
    reasons_have_their_ends)
