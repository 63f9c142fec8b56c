/*
 * script.h - the directives by which a test tells sim_model what to answer.
 *
 * They stand in the text of the last user message, behind the first "SIM:"
 * and up to the end of that line, separated by ";": NAME or NAME=VALUE.
 * A value that starts with a double quote is a JSON string. "then" ends a
 * step; each round of tools' outputs takes the script a step further. The
 * list with its meanings is in ../README.md.
 *
 * Life cycle: script_parse, read the members, script_free. Pure; any thread.
 */
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum {
	SCRIPT_ERROR_MAX = 200
};

struct script_usage {
	int64_t input;
	int64_t cached;
	int64_t output;
	int64_t reasoning;
};

struct script {
	/* What the answer is; nothing of it: the text "pong". */
	char *text;
	int64_t deltas;
	int64_t big;
	int64_t messages;
	bool utf8;
	bool echo;
	bool echo_all;
	bool outputs;
	json_t *tools; /* array of [name, arguments text], or NULL */
	char *call_id; /* of all of them; NULL: each has its own */
	bool half; /* the arguments of the last one break off */
	bool over; /* the tools of the last step have answered */

	/* What goes with the answer. */
	char *reasoning;
	char *sealed; /* encrypted, of a reasoning item */
	char *commentary;
	bool final;
	struct script_usage usage;

	/* How it is streamed; times in milliseconds. */
	int64_t split;
	int64_t gap;
	int64_t delay;

	/* What goes wrong; NULL, 0 or -1: nothing. */
	bool unreadable; /* encrypted reasoning in the input is refused */
	int64_t status;
	char *code;
	int64_t after; /* Retry-After or resets_in_seconds; -1: none */
	char *message; /* of status= */
	char *failed;
	char *failed_message;
	char *incomplete;
	int64_t cut; /* -1: no */
	bool hang;
	bool hang_headers;
	bool behind; /* failed, cut and hang come behind calls and text */
	bool once; /* only the first request with this text */

	/* What only a WebSocket has. */
	int64_t goodbye; /* status that a cut tells of; 0: none */
	int64_t close; /* after so many ms the connection ends; -1: no */
	bool forget; /* the next request gets previous_response_not_found */
};

/*
 * Reads the directives in `text`: of the step that comes after `rounds`
 * rounds of tools' outputs, or of the last one. Errors: -EINVAL with the
 * reason in `ret_error`, -ENOMEM. On an error there is nothing to free.
 */
MUST_CHECK int script_parse(const char *text, size_t len, int64_t rounds,
    struct script *ret_script, char ret_error[SCRIPT_ERROR_MAX]);

void script_free(struct script *s);

/* True when the script itself says what the answer's text is. */
bool script_has_text(const struct script *s);

/* Takes out what goes wrong: the repetition of a `once` succeeds. */
void script_mend(struct script *s);

#endif
