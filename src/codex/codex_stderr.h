/*
 * codex_stderr.h - the last words of a Codex that has ended, for error texts.
 * Pure.
 */
#ifndef CODEX_CODEX_STDERR_H
#define CODEX_CODEX_STDERR_H

/*
 * Makes one line of what `text`, the end of a stderr, says last, in place: the
 * last error with what follows it (its causes, the setting that is at fault),
 * without a backtrace; the last line that says something where there is no
 * error; or "". Returns a place in `text`.
 *
 * 0.122.0 to 0.169.0 begin such an error's line with "Error", and put the
 * cause on the lines behind it.
 */
char *codex_last_words(char *text);

#endif
