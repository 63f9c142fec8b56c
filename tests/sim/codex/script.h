/*
 * script.h - the directives by which a test tells fake_codex what to do.
 *
 * They stand behind the first "FAKE:" of the prompt and up to the end of
 * that line, separated by ";": NAME or NAME=VALUE, the value as it is. The
 * list with its meanings is in ../README.md.
 *
 * Life cycle: script_init, script_parse for each text, script_free.
 */
#ifndef FAKE_SCRIPT_H
#define FAKE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct script {
	/* The answer; nothing of it: "pong". */
	char *text;
	int64_t big;
	int64_t messages;
	bool echo;
	bool badutf8;

	/* What else is on stdout, and how it is written. */
	char *reasoning;
	char *error_item;
	bool reconnecting;
	bool garbage;
	bool trickle;
	int64_t pieces;
	int64_t slow; /* milliseconds before the answer */
	int64_t stderr_bytes;

	/* How it ends; -1: not. */
	char *failed;
	char *early_exit; /* CODE:TEXT */
	int64_t early_once;
	int64_t crash;
	int64_t crash_once;
	int64_t done_exit;
	bool no_final;
	bool never_read;
	bool ignore_term;
	bool grandchild;
	bool close_stdout;
	bool hang;
	bool hang_after_answer;
};

void script_init(struct script *s);
void script_free(struct script *s);

/* Reads one line of directives. Errors: -EINVAL, -ENOMEM. */
MUST_CHECK int script_parse(struct script *s, const char *line, size_t len);

/* The same for what stands behind "FAKE:" in a prompt, if anything. */
MUST_CHECK int
script_parse_prompt(struct script *s, const char *prompt, size_t len);

#endif
