/*
 * script.h - the directives by which a test tells fake_codex what to do.
 *
 * They stand behind the first "FAKE:" of a prompt and up to the end of that
 * line, or in FAKE_CODEX_MODE, separated by ";": NAME or NAME=VALUE, the
 * value as it is. The list with its meanings is in ../README.md.
 *
 * Life cycle: script_init, script_parse for each text, script_free.
 */
#ifndef FAKE_SCRIPT_H
#define FAKE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/strv.h"

/* Where a directive means something; a directive elsewhere is an error. */
enum script_scope {
	SCRIPT_EXEC = 1, /* codex exec */
	SCRIPT_TURN = 2, /* a turn of codex app-server */
	SCRIPT_PROCESS = 4 /* codex app-server as a whole */
};

struct script {
	/* The answer; nothing of it: "pong". */
	char *text;
	int64_t big;
	int64_t messages;
	int64_t deltas;
	int64_t delta_bytes;
	bool echo;
	bool echo_all;
	bool badutf8;
	bool final;

	/* What else is on stdout, and how it is written. */
	char *reasoning;
	char *commentary;
	char *error_item;
	char *usage; /* IN,CACHED,OUT,REASONING */
	struct strv tools; /* NAME:{json} */
	bool reconnecting;
	bool garbage;
	bool trickle;
	int64_t pieces;
	int64_t slow; /* milliseconds before the answer */
	int64_t delay; /* milliseconds before turn/started */
	int64_t gap; /* milliseconds after a delta */
	int64_t stderr_bytes;

	/* How it ends; -1: not. */
	char *failed;
	char *early_exit; /* CODE:TEXT */
	int64_t early_once;
	int64_t crash;
	int64_t crash_once;
	int64_t crash_after; /* deltas */
	int64_t exit;
	int64_t done_exit;
	bool no_final;
	bool never_read;
	bool ignore_term;
	bool grandchild;
	bool close_stdout;
	bool hang;
	bool hang_after_answer;

	/* Faults of a turn of app-server. */
	bool park;
	bool will_retry;
	bool approval;
	bool unknown_request;
	bool early_complete;
	bool late_deltas;
	bool duplicate_complete;
	bool foreign;
	bool stray_answer;
	bool unknown_notification;
	char *child_once; /* stop_reading, mute or close_stdout */
	bool error_only;
	bool compaction;
	bool no_completed;
	bool ignore_interrupt;
	bool input_too_large;
	int64_t long_line; /* bytes, about nobody */
	int64_t long_item; /* bytes, about the turn */
	int64_t overloaded; /* requests */
	bool vanish;
	bool refuse_news;
	bool unasked;
	bool ask_late;
	int64_t abandon; /* milliseconds */

	/* Faults of an app-server process. */
	int64_t slow_handshake; /* milliseconds */
	bool no_handshake;
	char *handshake_error;
	char *exit_at_start; /* CODE:TEXT */
	char *exit_at_start_once; /* CODE:TEXT */
	bool stop_reading;
	bool exit_between;
	bool mute;
	char *rss; /* MB or MB,TURN */
	char *rate_limits; /* JSON */
	bool not_logged_in;
	bool no_unsubscribe_answer;
};

void script_init(struct script *s);
void script_free(struct script *s);

/*
 * Reads one line of directives, each of which must have a meaning in one of
 * `scopes` (script_scope, or-ed). Errors: -EINVAL, -ENOMEM.
 */
MUST_CHECK int
script_parse(struct script *s, unsigned scopes, const char *line, size_t len);

/* The same for what stands behind "FAKE:" in a prompt, if anything. */
MUST_CHECK int script_parse_prompt(
    struct script *s, unsigned scopes, const char *prompt, size_t len);

/* Whether a prompt has directives. */
bool script_in_prompt(const char *prompt, size_t len);

/* An answer is given, not the default one. */
bool script_has_text(const struct script *s);

#endif
