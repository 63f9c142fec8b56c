/*
 * app_script.h - shell scripts that stand for `codex app-server`.
 *
 * `say` writes a line, `take` reads one and sets id and line, `ok RESULT`
 * answers it. `ask` is `take` that answers pings by itself: on a slow machine
 * they may come anywhere. A script begins with HEAD and then says what it says.
 */
#ifndef TESTS_UNIT_APP_SCRIPT_H
#define TESTS_UNIT_APP_SCRIPT_H

#include "unit/app_lines.h"

#define HEAD \
	"#!/bin/sh\n" \
	"say() { printf '%s\\n' \"$1\"; }\n" \
	"take() { IFS= read -r line || exit 0\n" \
	"  id=${line#*\\\"id\\\":}; id=${id%%,*}; }\n" \
	"ok() { say \"{\\\"id\\\":$id,\\\"result\\\":$1}\"; }\n" \
	"ask() { take; while is_ping; do ok '{}'; take; done; }\n" \
	"is_ping() { case $line in *thread/loaded/list*) ;; *) false;; esac; " \
	"}\n"
#define GREET(account) \
	"ask; ok '{}'\n" /* initialize */ \
	"ask\n" /* initialized */ \
	"ask; ok '" account "'\n"
#define NO_LOGIN_NEEDED "{\"account\":null,\"requiresOpenaiAuth\":false}"
#define NOBODY "{\"account\":null,\"requiresOpenaiAuth\":true}"
#define SOMEBODY \
	"{\"account\":{\"type\":\"chatgpt\"},\"requiresOpenaiAuth\":true}"
/* Up to the answer of turn/start. */
#define TURN \
	"ask; ok '{\"thread\":{\"id\":\"t\"}}'\n" \
	"ask; ok '{}'\n" /* inject */ \
	"ask; say '" TURN_STARTED "'; ok '{\"turn\":{\"id\":\"u\"}}'\n"
/* One turn, which ends with the answer of thread/unsubscribe. */
#define WHOLE_TURN \
	TURN "say '" COMPLETED("a", FINAL, "pong") "'; say '" DONE \
						   "'; ask; ok '{}'\n"
#define SERVE HEAD GREET(NO_LOGIN_NEEDED)
#define REST "while ask; do ok '{}'; done\n"

#endif
