/*
 * DESIGN. One settings struct under a read-write lock: writers of lines
 * share it, log_configure has it alone, so that once log_configure returns
 * the old descriptor is in nobody's hands and may be closed. The level is
 * atomic besides, for lines that are not to be written cost one load.
 */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/jsonw.h"
#include "base/utf8.h"

#define LOG_LOGGER "codex_api_proxy"

enum {
	LOG_END = 2, /* "}" and a newline */
	LOG_STORAGE = LOG_LINE_MAX + 2 /* newline in front, NUL behind */
};

static const char *const json_names[] = { LOG_LEVEL_NAMES };
static const char *const text_names[] = { "DEBUG", "INFO", "WARNING", "ERROR" };

/* Writers first: a busy log must not keep a SIGHUP waiting. */
static pthread_rwlock_t log_lock =
    PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static int log_fd = STDERR_FILENO; /* log_lock */
static bool log_json; /* log_lock */
static _Atomic int log_level = LOG_INFO;
static _Atomic uint64_t lost;
static atomic_bool torn; /* the last line was cut off by a short write */

void
log_configure(int fd, enum log_level level, enum log_format format)
{
	bool json = format == LOG_JSON || (format == LOG_AUTO && !isatty(fd));

	BUG_ON(pthread_rwlock_wrlock(&log_lock) != 0);
	if (fd != log_fd)
		atomic_store(&torn, false);
	log_fd = fd;
	log_json = json;
	atomic_store(&log_level, (int)level);
	BUG_ON(pthread_rwlock_unlock(&log_lock) != 0);
}

bool
log_enabled(enum log_level level)
{
	return (int)level >=
	    atomic_load_explicit(&log_level, memory_order_relaxed);
}

uint64_t
log_lost(void)
{
	return atomic_load(&lost);
}

/* "2026-11-24T08:00:00.123Z" */
static int
append_time(struct buf *line)
{
	struct timespec now;
	struct tm tm;
	char text[32];

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return -ERANGE;
	return buf_printf(line, "%s.%03ldZ", text, now.tv_nsec / 1000000);
}

/* The start of a line, up to where the message or the event's name goes. */
static int
append_head(struct buf *line, bool json, enum log_level level,
    const char *logger, const char *key)
{
	int r = json ? buf_puts(line, "{\"ts\":\"") : 0;

	if (r == 0)
		r = append_time(line);
	if (r < 0)
		return r;
	if (!json)
		return buf_printf(line, " %s ", text_names[level]);
	r = buf_printf(
	    line, "\",\"level\":\"%s\",\"logger\":", json_names[level]);
	if (r == 0)
		r = jsonw_cstring(line, logger);
	return r < 0 ? r : buf_printf(line, ",\"%s\":", key);
}

/* `text` in the line's form: a JSON string or as it is. */
static int
append_text(struct buf *line, bool json, const char *text, size_t len)
{
	return json ? jsonw_string(line, text, len)
		    : buf_append(line, text, len);
}

/*
 * Appends as much of `text` as the line takes. What a character takes depends
 * on its escape, so the place to cut is searched for.
 */
static int
append_cut(struct buf *line, bool json, const char *text, size_t len)
{
	size_t low = 0, high = len, before = line->len;
	int r = append_text(line, json, text, len);

	if (r != -EMSGSIZE)
		return r;
	while (low < high) {
		size_t middle = low + (high - low + 1) / 2;

		if (append_text(line, json, text, middle) == 0)
			low = middle;
		else
			high = middle - 1;
		buf_truncate(line, before);
	}
	len = utf8_complete_prefix(text, low);
	return append_text(line, json, text, len);
}

/*
 * Ends the line and writes it. Its first byte is a newline that is left out
 * but after a short write (a disk that became full), so that a line that was
 * cut off does not spoil the next one too.
 */
static int
write_line(struct buf *line, bool json)
{
	bool mend = atomic_exchange(&torn, false);
	size_t skip = mend ? 0 : 1;
	ssize_t n;
	int r;

	line->cap += LOG_END;
	r = buf_puts(line, json ? "}\n" : "\n");
	if (r < 0)
		return r;
	do
		n = write(log_fd, line->data + skip, line->len - skip);
	while (n < 0 && errno == EINTR);
	if (n >= 0 && (size_t)n == line->len - skip)
		return 0;
	if (mend || n > 0)
		atomic_store(&torn, true);
	return n < 0 ? -errno : -ENOSPC;
}

static int
write_message(struct buf *line, bool json, enum log_level level,
    const char *text, size_t len)
{
	int r = append_head(line, json, level, LOG_LOGGER, "message");

	if (r == 0)
		r = append_cut(line, json, text, len);
	return r < 0 ? r : write_line(line, json);
}

/* Members cannot be cut in the middle: all of them or a note. */
static int
append_fields(struct buf *line, const struct buf *fields)
{
	if (fields->len < line->cap - line->len)
		return buf_printf(line, ",%s", fields->data);
	return buf_puts(line, ",\"truncated\":true");
}

static int
write_event(struct buf *line, bool json, enum log_level level,
    const char *logger, const char *event, const struct buf *fields)
{
	int r = append_head(line, json, level, logger, "event");

	if (r == 0)
		r = append_text(line, json, event, strlen(event));
	if (r == 0 && fields != NULL && fields->len > 0) {
		if (json)
			r = append_fields(line, fields);
		else if ((r = buf_putc(line, ' ')) == 0)
			r = append_cut(line, json, fields->data, fields->len);
	}
	return r < 0 ? r : write_line(line, json);
}

/* Control characters could forge a line or command a terminal. */
static void
blank_controls(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			text[i] = ' ';
}

/* Neither of these may allocate: they report that memory is out. */
static void
start_line(struct buf *line, char *storage)
{
	buf_init_fixed(line, storage, LOG_STORAGE);
	line->cap -= LOG_END; /* write_line gives it back */
	BUG_ON(buf_putc(line, '\n') != 0);
	BUG_ON(pthread_rwlock_rdlock(&log_lock) != 0);
}

static void
end_line(int r)
{
	BUG_ON(pthread_rwlock_unlock(&log_lock) != 0);
	if (r < 0)
		atomic_fetch_add(&lost, 1);
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	char storage[LOG_STORAGE], text[LOG_LINE_MAX];
	int saved_errno = errno, n;
	struct buf line;
	size_t len;
	va_list ap;

	if (!log_enabled(level))
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	len = n < 0 ? 0 : (size_t)n;
	if (len >= sizeof(text))
		len = utf8_complete_prefix(text, sizeof(text) - 1);
	blank_controls(text, len);
	start_line(&line, storage);
	end_line(write_message(&line, log_json, level, text, len));
	errno = saved_errno;
}

void
log_event(enum log_level level, const char *logger, const char *event,
    const struct buf *fields)
{
	char storage[LOG_STORAGE];
	int saved_errno = errno;
	struct buf line;

	if (!log_enabled(level))
		return;
	start_line(&line, storage);
	end_line(write_event(&line, log_json, level, logger, event, fields));
	errno = saved_errno;
}
