/*
 * app_job.h - a job for tests of the app-server engine, and what its caller
 * gets to see.
 */
#ifndef TESTS_UNIT_APP_JOB_H
#define TESTS_UNIT_APP_JOB_H

#include "settings/settings.h"
#include "engine/job.h"

/* Settings by these words alone; fails the test when they are none. */
void app_settings(struct settings *s, char *const *words);

/*
 * A job whose request has one user message "hi" and these further members
 * (",\"stream\":true", or ""). One reference.
 */
struct job *app_job(const char *members);

/* The same with this message (without quotation marks and the like). */
struct job *app_job_saying(const char *message, const char *members);

/* All events of a job so far. */
struct app_seen {
	/* "|" stands between two items, "/" between parts of one. */
	struct buf content, reasoning;
	struct buf calls; /* "id name arguments;" each */
	unsigned items, n_calls;
	unsigned broken; /* items that are not whole */
	unsigned voids;
	struct usage usage;
	unsigned usages, ends;
	enum finish_reason finish;
	enum error_kind error; /* NONE unless it failed */
	char message[512];
	/* private: the item that comes now */
	bool open, fresh;
	unsigned part;
};
void app_seen_init(struct app_seen *seen);
void app_seen_free(struct app_seen *seen);

/* Takes what waits in the job's channel. */
void app_see(struct job *j, struct app_seen *seen);

/* What a buffer holds, "" when it never held anything. */
const char *app_text(const struct buf *b);

#endif
