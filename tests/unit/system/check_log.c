/*
 * log: the form of lines, their cap, and what happens when the descriptor
 * fails or changes. Lines go into a memfd and are read back.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "json/jsonw.h"
#include "system/log.h"
#include "base/utf8.h"

#include "unit/unit.h"

/* A file to log into, in append mode as a log file is. */
static int
open_log(enum log_level level, enum log_format format)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_APPEND), 0);
	log_configure(fd, level, format);
	return fd;
}

/* All that was logged, as a string to be freed. */
static char *
read_log(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = malloc((size_t)size + 1);

	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(pread(fd, text, (size_t)size, 0), size);
	text[size] = '\0';
	return text;
}

/* The one JSON line that was logged. */
static json_t *
read_json(int fd)
{
	char *text = read_log(fd);
	json_t *line;

	ck_assert_uint_gt(strlen(text), 0);
	ck_assert_uint_le(strlen(text), LOG_LINE_MAX);
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
	line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_msg(json_is_object(line), "%s", text);
	free(text);
	return line;
}

static const char *
member(const json_t *line, const char *key)
{
	const char *s = json_string_value(json_object_get(line, key));

	return s != NULL ? s : "(none)";
}

/* "d" for each digit, so that a time can be compared. */
static void
blur_digits(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] >= '0' && text[i] <= '9')
			text[i] = 'd';
}

#define BLURRED_TIME "dddd-dd-ddTdd:dd:dd.dddZ"

START_TEST(text_lines)
{
	int fd = open_log(LOG_DEBUG, LOG_TEXT);
	char *text;

	log_info("%s is %d", "answer", 42);
	text = read_log(fd);
	blur_digits(text, strlen(BLURRED_TIME));
	ck_assert_str_eq(text, BLURRED_TIME " INFO answer is 42\n");
	free(text);
	close(fd);
}
END_TEST

START_TEST(json_lines)
{
	int fd = open_log(LOG_DEBUG, LOG_JSON);
	json_t *line;
	char *ts;

	log_warning("a \"quoted\" %s", "caf\xc3\xa9");
	line = read_json(fd);
	ck_assert_uint_eq(json_object_size(line), 4);
	ck_assert_str_eq(member(line, "level"), "warning");
	ck_assert_str_eq(member(line, "logger"), "codex_api_proxy");
	ck_assert_str_eq(member(line, "message"), "a \"quoted\" caf\xc3\xa9");
	ts = strdup(member(line, "ts"));
	blur_digits(ts, strlen(ts));
	ck_assert_str_eq(ts, BLURRED_TIME);
	free(ts);
	json_decref(line);
	close(fd);
}
END_TEST

START_TEST(event_lines)
{
	int fd = open_log(LOG_INFO, LOG_JSON);
	struct buf fields;
	json_t *line;
	char *text;

	buf_init(&fields, 1000);
	ck_assert_int_eq(buf_puts(&fields, "\"a\":1,\"b\":\"x\""), 0);
	log_event(LOG_INFO, "some.logger", "happened", &fields);
	line = read_json(fd);
	ck_assert_uint_eq(json_object_size(line), 6);
	ck_assert_str_eq(member(line, "level"), "info");
	ck_assert_str_eq(member(line, "logger"), "some.logger");
	ck_assert_str_eq(member(line, "event"), "happened");
	ck_assert_int_eq(json_integer_value(json_object_get(line, "a")), 1);
	ck_assert_str_eq(member(line, "b"), "x");
	json_decref(line);
	close(fd);

	fd = open_log(LOG_INFO, LOG_TEXT);
	log_event(LOG_ERROR, "some.logger", "happened", &fields);
	text = read_log(fd);
	ck_assert_str_eq(text + strlen(BLURRED_TIME),
	    " ERROR happened \"a\":1,\"b\":\"x\"\n");
	free(text);
	close(fd);
	buf_free(&fields);
}
END_TEST

START_TEST(events_without_fields)
{
	struct buf fields;
	int fd;

	buf_init(&fields, 10);
	for (int i = 0; i < 2; i++) {
		json_t *line;

		fd = open_log(LOG_INFO, LOG_JSON);
		log_event(LOG_INFO, "l", "e", i == 0 ? NULL : &fields);
		line = read_json(fd);
		ck_assert_uint_eq(json_object_size(line), 4);
		json_decref(line);
		close(fd);
	}
}
END_TEST

START_TEST(levels)
{
	static const char *const names[] = { LOG_LEVEL_NAMES };

	for (int level = LOG_DEBUG; level <= LOG_ERROR; level++) {
		int fd = open_log((enum log_level)level, LOG_JSON);

		for (int l = LOG_DEBUG; l <= LOG_ERROR; l++) {
			char *text, want[32];

			ck_assert_int_eq(
			    log_enabled((enum log_level)l), l >= level);
			ck_assert_int_eq(ftruncate(fd, 0), 0);
			log_line((enum log_level)l, "x");
			text = read_log(fd);
			(void)snprintf(
			    want, sizeof(want), "\"level\":\"%s\"", names[l]);
			ck_assert_int_eq(
			    strstr(text, want) != NULL, l >= level);
			ck_assert_int_eq(text[0] != '\0', l >= level);
			free(text);
		}
		close(fd);
	}
}
END_TEST

START_TEST(no_line_can_be_forged)
{
	static const char message[] = "a\nb\r\n\tc\x1b[31m\x7f";
	int fd = open_log(LOG_INFO, LOG_TEXT);
	json_t *line;
	char *text;

	log_info("%s", message);
	text = read_log(fd);
	ck_assert_str_eq(text + strlen(BLURRED_TIME), " INFO a b   c [31m \n");
	free(text);
	close(fd);

	fd = open_log(LOG_INFO, LOG_JSON);
	log_info("%s\xff", message);
	line = read_json(fd);
	ck_assert_str_eq(member(line, "message"), "a b   c [31m \xef\xbf\xbd");
	json_decref(line);
	close(fd);
}
END_TEST

/* A message too long is cut, to the cap but for less than a character. */
START_TEST(long_messages_are_cut)
{
	static const char *const units[] = { "a", "\"", "\xe2\x82\xac", "\xff",
		"\xf0\x9f\x98\x80" };
	enum {
		SIZE = 3 * LOG_LINE_MAX
	};
	char *message = malloc(SIZE);

	ck_assert_ptr_nonnull(message);
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		for (int json = 0; json <= 1; json++) {
			int fd = open_log(LOG_INFO, json ? LOG_JSON : LOG_TEXT);
			size_t unit = strlen(units[i]), len = 0;
			char *text;

			while (len + unit < SIZE) {
				memcpy(message + len, units[i], unit);
				len += unit;
			}
			message[len] = '\0';
			log_info("%s", message);
			text = read_log(fd);
			len = strlen(text);
			ck_assert_uint_le(len, LOG_LINE_MAX);
			ck_assert_uint_ge(len, LOG_LINE_MAX - 80);
			ck_assert_int_eq(text[len - 1], '\n');
			if (units[i][0] != '\xff' || json)
				ck_assert_uint_eq(
				    utf8_valid_prefix(text, len), len);
			if (json)
				json_decref(read_json(fd));
			free(text);
			close(fd);
		}
	free(message);
	ck_assert_uint_eq(log_lost(), 0);
}
END_TEST

/* Around the place where they just fit, the line is always whole. */
START_TEST(long_fields_are_replaced)
{
	int kept = 0, replaced = 0;

	for (size_t len = LOG_LINE_MAX - 200; len < LOG_LINE_MAX; len++) {
		int fd = open_log(LOG_INFO, LOG_JSON);
		struct buf fields;
		json_t *line;

		buf_init(&fields, 2 * LOG_LINE_MAX);
		ck_assert_int_eq(
		    buf_printf(&fields, "\"a\":\"%0*d\"", (int)len, 1), 0);
		log_event(LOG_INFO, "l", "e", &fields);
		line = read_json(fd);
		ck_assert_str_eq(member(line, "event"), "e");
		if (json_string_length(json_object_get(line, "a")) == len)
			kept++;
		else if (json_is_true(json_object_get(line, "truncated")))
			replaced++;
		json_decref(line);
		buf_free(&fields);
		close(fd);
	}
	ck_assert_int_gt(kept, 0);
	ck_assert_int_gt(replaced, 0);
	ck_assert_int_eq(kept + replaced, 200);
	ck_assert_uint_eq(log_lost(), 0);
}
END_TEST

START_TEST(auto_format)
{
	int fd = open_log(LOG_INFO, LOG_AUTO), terminal;
	char text[200];
	ssize_t n;

	log_info("x");
	json_decref(read_json(fd));
	close(fd);

	fd = posix_openpt(O_RDWR | O_NOCTTY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(grantpt(fd), 0);
	ck_assert_int_eq(unlockpt(fd), 0);
	terminal = open(ptsname(fd), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(terminal, 0);
	log_configure(terminal, LOG_INFO, LOG_AUTO);
	log_info("x");
	n = read(fd, text, sizeof(text) - 1);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	ck_assert_ptr_nonnull(strstr(text, "Z INFO x"));
	close(terminal);
	close(fd);
}
END_TEST

START_TEST(failed_writes_are_counted)
{
	int full = open("/dev/full", O_WRONLY);

	ck_assert_int_ge(full, 0);
	log_configure(full, LOG_INFO, LOG_TEXT);
	errno = ERANGE;
	log_info("x");
	log_debug("not written at all");
	log_event(LOG_INFO, "l", "e", NULL);
	ck_assert_int_eq(errno, ERANGE);
	ck_assert_uint_eq(log_lost(), 2);
	close(full);
}
END_TEST

/* Of a line that was cut off nothing sticks to the next. */
START_TEST(next_line_after_a_short_write)
{
	char text[LOG_LINE_MAX + 1], rest[8192];
	int fds[2];
	ssize_t n;

	ck_assert_int_eq(pipe2(fds, O_NONBLOCK), 0);
	log_configure(fds[1], LOG_INFO, LOG_TEXT);
	ck_assert_int_gt(fcntl(fds[1], F_SETPIPE_SZ, 4096), 0);
	memset(text, 'x', sizeof(text));
	text[10000] = '\0';
	log_info("%s", text);
	ck_assert_uint_eq(log_lost(), 1);
	log_info("no room at all");
	ck_assert_uint_eq(log_lost(), 2);
	n = read(fds[0], rest, sizeof(rest));
	ck_assert_int_eq(n, 4096);
	ck_assert_int_eq(rest[n - 1], 'x');
	log_info("one");
	log_info("two");
	n = read(fds[0], rest, sizeof(rest) - 1);
	ck_assert_int_gt(n, 0);
	rest[n] = '\0';
	ck_assert_int_eq(rest[0], '\n');
	ck_assert_ptr_nonnull(strstr(rest, " INFO one\n2"));
	ck_assert_ptr_null(strstr(rest, "\n\n"));
	ck_assert_uint_eq(log_lost(), 2);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

enum {
	BURST = 4000
};

/* Writes to `to`, which nobody reads, more than it takes. */
static void
write_unread(int to)
{
	uint64_t before = log_lost();

	log_configure(to, LOG_INFO, LOG_TEXT);
	for (int i = 0; i < BURST; i++)
		log_info("%0*d", 1 + i % 5000, i);
	ck_assert_uint_gt(log_lost(), before);
	ck_assert_uint_lt(log_lost(), before + BURST);
	ck_assert_int_eq(fcntl(to, F_GETFL) & O_NONBLOCK, 0);
}

/*
 * Once it is read again the lines that come are whole. What a terminal was
 * written before may come a moment later, so it is read up to the line.
 */
static void
check_goes_on(int to, int from)
{
	struct pollfd fd = { .fd = from, .events = POLLIN };
	char text[2 * 65536];
	size_t len = 0;
	ssize_t n;

	ck_assert_int_eq(fcntl(from, F_SETFL, O_NONBLOCK), 0);
	while (read(from, text, sizeof(text)) > 0)
		continue;
	log_info("again");
	do {
		ck_assert_int_eq(poll(&fd, 1, 20000), 1);
		n = read(from, text + len, sizeof(text) - 1 - len);
		ck_assert_int_gt(n, 0);
		len += (size_t)n;
		text[len] = '\0';
	} while (strstr(text, " INFO again") == NULL);
	close(from);
	close(to);
}

START_TEST(a_pipe_that_nobody_reads)
{
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	write_unread(fds[1]);
	check_goes_on(fds[1], fds[0]);
}
END_TEST

/* No description of its own can be had. */
START_TEST(a_pipe_that_cannot_be_opened_anew)
{
	struct rlimit none;
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &none), 0);
	none.rlim_cur = (rlim_t)fds[1] + 1;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	write_unread(fds[1]);
	check_goes_on(fds[1], fds[0]);
}
END_TEST

START_TEST(a_socket_that_nobody_reads)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	write_unread(fds[1]);
	check_goes_on(fds[1], fds[0]);
}
END_TEST

START_TEST(a_terminal_that_nobody_reads)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY), terminal;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(grantpt(fd), 0);
	ck_assert_int_eq(unlockpt(fd), 0);
	terminal = open(ptsname(fd), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(terminal, 0);
	write_unread(terminal);
	check_goes_on(terminal, fd);
}
END_TEST

/* Nobody can read it any more: lost, and no signal. */
START_TEST(a_pipe_without_a_reader)
{
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(pipe(fds), 0);
	close(fds[0]);
	log_configure(fds[1], LOG_INFO, LOG_TEXT);
	log_info("x");
	ck_assert_uint_eq(log_lost(), 1);
	close(fds[1]);
}
END_TEST

enum {
	THREADS = 4,
	LINES = 2000
};

static atomic_int running;

static void *
write_lines(void *arg)
{
	for (int i = 0; i < LINES; i++)
		log_info(
		    "thread %d line %d %0*d", *(int *)arg, i, 1 + i % 500, 0);
	atomic_fetch_sub(&running, 1);
	return NULL;
}

/* Checks the JSON lines of one log; returns how many there are. */
static int
check_lines(int fd)
{
	char *text = read_log(fd), *line, *end;
	int n = 0;

	for (line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		json_t *json = json_loadb(
		    line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL);

		ck_assert_ptr_nonnull(json);
		json_decref(json);
		n++;
	}
	ck_assert_str_eq(line, "");
	free(text);
	return n;
}

/*
 * Threads write while the log is changed and the old one closed: each line
 * is whole and in one of the logs, none went to a closed descriptor.
 */
START_TEST(reconfigured_under_load)
{
	pthread_t threads[THREADS];
	int ids[THREADS], total = 0, fd = open_log(LOG_INFO, LOG_JSON);

	atomic_store(&running, THREADS);
	for (int i = 0; i < THREADS; i++) {
		ids[i] = i;
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, write_lines, &ids[i]), 0);
	}
	while (atomic_load(&running) > 0) {
		int old = fd;

		fd = open_log(LOG_INFO, LOG_JSON);
		total += check_lines(old);
		close(old);
	}
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	total += check_lines(fd);
	close(fd);
	ck_assert_int_eq(total, THREADS * LINES);
	ck_assert_uint_eq(log_lost(), 0);
}
END_TEST

START_TEST(what_commands_a_terminal_is_blanked)
{
	static const struct {
		const char *given, *text, *comment;
	} rows[] = {
		{ "a\xc2\x9b"
		  "31mb",
		    "a  31mb", "C1, as UTF-8" },
		{ "a\xc2\x85"
		  "b",
		    "a  b", "a next line" },
		{ "a\u00a0b", "a\u00a0b", "the first that is none" },
		{ "a\u2028b\u2029c", "a   b   c", "ends of lines" },
		{ "a\u202eb\u2066c", "a   b   c", "turns" },
		{ "a\u200fb\u061cc", "a   b  c", "directions" },
		{ "a\x7f"
		  "b\x1b[0m",
		    "a b [0m", "C0" },
		{ "\u20ac\u4e2d\U0001f98a", "\u20ac\u4e2d\U0001f98a",
		    "other characters" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int fd = open_log(LOG_INFO, LOG_JSON);
		struct buf fields;
		json_t *line;

		log_info("%s", rows[i].given);
		line = read_json(fd);
		ck_assert_msg(
		    strcmp(json_string_value(json_object_get(line, "message")),
			rows[i].text) == 0,
		    "%s", rows[i].comment);
		json_decref(line);
		close(fd);
		/* jsonw escapes C0, so that they are no danger there */
		if ((unsigned char)rows[i].given[1] < 0x80)
			continue;
		fd = open_log(LOG_INFO, LOG_JSON);
		buf_init(&fields, 1024);
		ck_assert_int_eq(
		    buf_printf(&fields, "\"model\":\"%s\"", rows[i].given), 0);
		log_event(LOG_INFO, "l", "e", &fields);
		line = read_json(fd);
		ck_assert_msg(
		    strcmp(json_string_value(json_object_get(line, "model")),
			rows[i].text) == 0,
		    "%s", rows[i].comment);
		json_decref(line);
		buf_free(&fields);
		close(fd);
	}
}
END_TEST

UNIT_MAIN("log", text_lines, json_lines, event_lines, events_without_fields,
    levels, no_line_can_be_forged, what_commands_a_terminal_is_blanked,
    long_messages_are_cut, long_fields_are_replaced, auto_format,
    failed_writes_are_counted, next_line_after_a_short_write,
    a_pipe_that_nobody_reads, a_pipe_that_cannot_be_opened_anew,
    a_socket_that_nobody_reads, a_terminal_that_nobody_reads,
    a_pipe_without_a_reader, reconfigured_under_load)
