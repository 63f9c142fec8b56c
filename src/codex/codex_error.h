/*
 * codex_error.h - what Codex says of a failure, as the caller is told it.
 *
 * `codex exec` has only a sentence for each failure; which sentence stands
 * for what was measured on 0.169.0 (tests/sim/README.md, "What the real CLI
 * says for each fault"). Pure, but that "try again at 9:36 AM" is local time;
 * any thread.
 */
#ifndef CODEX_CODEX_ERROR_H
#define CODEX_CODEX_ERROR_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "conversation/error.h"
#include "conversation/event.h"

/*
 * Maps the message of a failed turn (turn.failed or the last error line; it
 * may be the upstream's JSON body or "unexpected status NNN ...") to an
 * error. `now` (Unix seconds) is what reset times count from. The message
 * handed on is Codex's without addresses (codex_words.h), capped, with advice
 * where there is some.
 */
void codex_error_from_message(
    const char *message, int64_t now, struct error *ret_error);

/*
 * The same for a failed turn of `codex app-server`: `error` is its error
 * object {message, codexErrorInfo, additionalDetails}, or NULL. A kind that
 * Codex names is believed; where it names none ("other", as versions before
 * 0.165 do for much) the message decides, and then the HTTP status.
 */
void codex_error_from_turn(
    const json_t *error, int64_t now, struct error *ret_error);

/*
 * The same for a request to `codex app-server` that was refused: `error` is
 * the error of its answer {code, message, data}. What Codex itself refuses,
 * before the model is asked, is the request's fault.
 */
void codex_error_from_refusal(
    const json_t *error, int64_t now, struct error *ret_error);

/* True when it was refused because Codex is busy: to be asked again later. */
bool codex_refusal_is_overload(const json_t *error);

/*
 * Looks for a known failure in what a Codex that ended without an event
 * wrote to stderr. False when there is none: then it is a crash.
 */
bool
codex_error_from_stderr(const char *tail, int64_t now, struct error *ret_error);

/*
 * True for what another try cannot mend: the model's server forbids it (403).
 * Codex tries again all the same, at length.
 */
bool codex_error_is_refusal(const char *message);

/*
 * True when encrypted reasoning that was given back could not be read. So seen
 * by users (openai/codex#8119 and others): the code invalid_encrypted_content,
 * and in words "The encrypted content gAAA... could not be verified."
 */
bool codex_error_is_unreadable(const char *message);

/* Seconds for Retry-After: at least one, at most a week. */
int codex_error_clamp_retry(int64_t seconds);

/*
 * An answer that the model had to break off is no failure: FINISH_LENGTH or
 * FINISH_CONTENT_FILTER when the message says so, else FINISH_NONE.
 */
enum finish_reason codex_error_incomplete(const char *message);

#endif
