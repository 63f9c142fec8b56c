/*
 * DESIGN. One settings struct under a read-write lock: writers of lines
 * share it, log_configure has it alone, so that once log_configure returns
 * the old descriptor is in nobody's hands and may be closed. The level is
 * atomic besides, for lines that are not to be written cost one load.
 */
#include "system/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json/jsonw.h"
#include "system/log_sink.h"
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
static struct log_sink sink = LOG_SINK_INIT(STDERR_FILENO); /* log_lock */
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
	log_sink_close(&sink);
	log_sink_open(&sink, fd);
	log_fd = fd;
	log_json = json;
	atomic_store(&log_level, (int)level);
	BUG_ON(pthread_rwlock_unlock(&log_lock) != 0);
}

void
log_silence(void)
{
	atomic_store(&log_level, LOG_ERROR + 1);
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

enum {
	TIME_TEXT_MAX = 64
};

/* "2026-11-24T08:00:00.123Z" */
static int
time_text(char ret_text[TIME_TEXT_MAX])
{
	struct timespec now;
	struct tm tm;
	size_t n;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (gmtime_r(&now.tv_sec, &tm) == NULL)
		return -ERANGE;
	n = strftime(ret_text, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	if (n == 0)
		return -ERANGE;
	(void)snprintf(
	    ret_text + n, TIME_TEXT_MAX - n, ".%03ldZ", now.tv_nsec / 1000000);
	return 0;
}

/* The start of a line, up to where the message or the event's name goes. */
static int
append_head(struct buf *line, bool json, enum log_level level,
    const char *logger, const char *key)
{
	char now[TIME_TEXT_MAX];
	struct jsonw w;
	int r = time_text(now);

	if (r < 0)
		return r;
	if (!json)
		return buf_printf(line, "%s %s ", now, text_names[level]);
	jsonw_begin(&w, line);
	jsonw_puts(&w, "{"); /* write_line has the other */
	jsonw_str(&w, "ts", now);
	jsonw_str(&w, "level", json_names[level]);
	jsonw_str(&w, "logger", logger);
	jsonw_key(&w, key);
	return jsonw_end(&w);
}

/* `text` in the line's form: a JSON string or as it is. */
static int
append_text(struct buf *line, bool json, const char *text, size_t len)
{
	struct jsonw w;

	if (!json)
		return buf_append(line, text, len);
	jsonw_begin(&w, line);
	jsonw_text(&w, NULL, text, len);
	return jsonw_end(&w);
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
 * Whether the character of `n` bytes at `s`, or the byte that is of none (0),
 * could forge a line, command a terminal, or turn the order of what is read.
 */
static bool
is_harmful(const char *s, size_t n)
{
	static const char *const characters[] = { "\u061c", "\u200e",
		"\u200f", /* directions */
		"\u2028", "\u2029", /* ends of lines */
		"\u202a", "\u202b", "\u202c", "\u202d", "\u202e", /* turns */
		"\u2066", "\u2067", "\u2068", "\u2069" };
	unsigned char first = (unsigned char)s[0];

	if (first < 0x80)
		return first < 0x20 || first == 0x7f;
	if (n == 0)
		return first < 0xa0;
	if (first == 0xc2)
		return (unsigned char)s[1] < 0xa0; /* C1 */
	for (size_t i = 0; i < sizeof(characters) / sizeof(*characters); i++) {
		if (strncmp(s, characters[i], n) == 0)
			return true;
	}
	return false;
}

static void
blank_controls(char *text, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t n = utf8_char(text + i, len - i);
		size_t width = n > 0 ? n : 1;

		if (is_harmful(text + i, n))
			memset(text + i, ' ', width);
		i += width;
	}
}

/*
 * Ends the line and writes it. Its first byte is a newline that is left out
 * but after a short write (a disk or a pipe that is full), so that a line that
 * was cut off does not spoil the next one too.
 */
static int
write_line(struct buf *line, bool json)
{
	bool mend = atomic_exchange(&torn, false);
	size_t skip = mend ? 0 : 1;
	ssize_t n;
	int r;

	blank_controls(line->data + 1, line->len - 1);
	line->cap += LOG_END;
	r = buf_puts(line, json ? "}\n" : "\n");
	if (r < 0)
		return r;
	n = log_sink_write(&sink, line->data + skip, line->len - skip);
	if (n >= 0 && (size_t)n == line->len - skip)
		return 0;
	if (mend || n > 0)
		atomic_store(&torn, true);
	return n < 0 ? (int)n : -ENOSPC;
}

static int
write_message(struct buf *line, bool json, enum log_level level,
    const char *text, size_t len)
{
	int r = append_head(line, json, level, LOG_LOGGER, "message");

	if (r < 0)
		return r;
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
append_detail(struct buf *line, const struct buf *fields)
{
	int r = buf_putc(line, ' ');

	return r < 0 ? r : append_cut(line, false, fields->data, fields->len);
}

static int
write_event(struct buf *line, bool json, enum log_level level,
    const char *logger, const char *event, const struct buf *fields)
{
	int r = append_head(line, json, level, logger, "event");

	if (r < 0)
		return r;
	r = append_text(line, json, event, strlen(event));
	if (r < 0)
		return r;
	if (fields != NULL && fields->len > 0)
		r = json ? append_fields(line, fields)
			 : append_detail(line, fields);
	return r < 0 ? r : write_line(line, json);
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
	blank_controls(text, len); /* before they are escaped */
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
