/*
 * app_events.h - what `codex app-server` says, one line an event. Pure.
 *
 * A line is an answer to a request of ours, a request of Codex's, or a
 * notification; the notifications that matter are told apart here, with
 * their members. What stands in a line app_line knows; what it means is said
 * here.
 *
 * Source: the protocol as `codex app-server generate-json-schema
 * --experimental` prints it, 0.154.0 and 0.169.0.
 */
#ifndef CORE_APP_EVENTS_H
#define CORE_APP_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json_scan.h"
#include "core/event.h"

enum {
	APP_ID_MAX = 80 /* with the NUL; Codex's own have 36 */
};

enum app_event_kind {
	APP_OTHER, /* nothing that we need to know */
	APP_ANSWER, /* id; error, or what the result has of the others */
	APP_REQUEST, /* request_id, method; wants an answer */
	APP_TURN_STARTED, /* turn */
	APP_MESSAGE_STARTED, /* item, phase */
	APP_MESSAGE_DELTA, /* item, text */
	APP_MESSAGE_COMPLETED, /* item, phase, text: all of it */
	APP_REASONING_PART, /* a paragraph begins */
	APP_REASONING_DELTA, /* text */
	APP_COMPACTION, /* Codex begins to summarise the history */
	APP_IMAGE_OMITTED, /* omitted: sentences in an image's place */
	APP_TOOL_CALL, /* item: the call's id, name, text: arguments */
	APP_RESPONSE_COMPLETED, /* usage: the model's response is whole */
	APP_USAGE, /* usage of the last response */
	APP_ERROR, /* error, will_retry */
	APP_TURN_COMPLETED, /* turn, status, error */
	APP_RATE_LIMITS, /* limits */
	APP_WARNING /* text */
};

enum app_turn_status {
	APP_TURN_FAILED,
	APP_TURN_DONE,
	APP_TURN_INTERRUPTED
};

struct app_event {
	enum app_event_kind kind;
	int64_t id; /* APP_ANSWER */
	json_t *error; /* as Codex gave it, or NULL; borrowed */
	const json_t *request_id; /* APP_REQUEST; borrowed */
	const char *method; /* APP_REQUEST; else "" */
	/* Empty when absent, not NUL-terminated. In an answer the ids of the
	 * thread or turn that was made. */
	struct text thread, turn, item, name, text;
	bool final_phase; /* the text is the answer, not commentary */
	bool will_retry;
	enum app_turn_status status;
	bool has_usage;
	struct usage usage;
	json_t *limits; /* or NULL; borrowed */
	bool login_needed, logged_in; /* the answer to account/read */
	size_t omitted; /* APP_IMAGE_OMITTED */

	/* private */
	struct json_string written; /* the text as it stands in the line */
	char *unescaped;
	json_t *root;
};

/*
 * Reads one line of `len` bytes. What the event holds is good as long as line
 * and event are; app_event_free in any case of success.
 * Errors: -EINVAL what is no JSON object or neither answer, request nor
 * notification; -ENOMEM.
 */
MUST_CHECK int
app_event_parse(const char *line, size_t len, struct app_event *ret_event);
void app_event_free(struct app_event *e);

/* Keeps an id; one that is too long to be kept is "". */
void app_event_keep_id(struct text id, char ret_id[APP_ID_MAX]);

#endif
