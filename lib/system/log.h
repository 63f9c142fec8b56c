/*
 * log.h - levelled log lines to one file descriptor, as text for a terminal
 * or as one JSON object a line.
 *
 * A line is written with one write(2), so that lines of several threads and
 * processes never mix. A line that cannot be written is dropped and counted:
 * neither a full disk nor a reader who has stopped reading may stop the
 * server (log_sink.h has how).
 *
 * Life cycle: works from the start (text, info, stderr); log_configure is
 * called again whenever settings or the descriptor change. Any thread; errno
 * is kept. No memory is allocated. Lines are capped at LOG_LINE_MAX bytes;
 * the rest of a message is cut at a character's border, and event fields
 * that do not fit are replaced by "truncated":true.
 *
 * JSON lines: {"ts","level","logger","message"} or, for events, {"ts",
 * "level","logger","event", ...fields}. "ts" is RFC 3339 UTC with
 * milliseconds, "level" is "debug", "info", "warning" or "error". Text
 * lines: 2026-11-24T08:00:00.123Z INFO message.
 */
#ifndef SYSTEM_LOG_H
#define SYSTEM_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"

enum {
	LOG_LINE_MAX = 16384
};

enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARNING,
	LOG_ERROR
};
enum log_format {
	LOG_AUTO, /* text when the descriptor is a terminal, else JSON */
	LOG_TEXT,
	LOG_JSON
};

#define LOG_LEVEL_NAMES "debug", "info", "warning", "error"
#define LOG_FORMAT_NAMES "auto", "text", "json"

/*
 * Borrows `fd`, whatever it is. When this returns, no thread uses the
 * descriptor of before, so it may be closed.
 */
void log_configure(int fd, enum log_level level, enum log_format format);

/* Nothing is written until the next log_configure. */
void log_silence(void);

/* True when a line of this level would be written. */
bool log_enabled(enum log_level level);

/*
 * One line of the logger "codex_api_proxy". Control characters in it (C0, C1,
 * ends of lines, changes of direction), newlines above all, become spaces.
 */
void log_line(enum log_level level, const char *fmt, ...) PRINTF_LIKE(2, 3);

#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)

/*
 * One event line, cleared in the same way. `fields` holds JSON members without
 * the braces
 * (`"a":1,"b":"x"`), or is empty. In text format it is printed as it is
 * behind the event's name.
 */
void log_event(enum log_level level, const char *logger, const char *event,
    const struct buf *fields);

/* Lines that could not be written since the start. */
uint64_t log_lost(void);

#endif
