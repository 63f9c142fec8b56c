#include "cli/ask.h"

#include <errno.h>
#include <unistd.h>

#include "cli/command.h"
#include "client/http_client.h"
#include "client/running.h"
#include "cli/usage.h"
#include "cli/words.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/parse.h"
#include "base/utf8.h"
#include "json/jsonw.h"
#include "json/jsonx.h"
#include "system/fdio.h"

/* What the server takes beyond its own --timeout-seconds to say so. */
#define MARGIN (15 * NS_PER_S)

enum {
	READ_SIZE = 65536,
	DEPTH_MAX = 64,
	STATUS_OK = 200
};

struct ask {
	const char *model;
	struct buf prompt;
	struct settings settings; /* which server is meant */
	struct running server;
	bool plain; /* standard output is no terminal */
	bool ended_line; /* what was printed ends with a newline */
	bool done; /* the answer is whole */
	bool failed; /* and has been told */
};

/* ---- the words ---- */

/* Each word that is no option is a part of the question. */
static int
add_word(struct ask *a, const char *word)
{
	int rc = a->prompt.len > 0 ? buf_putc(&a->prompt, ' ') : 0;

	return rc == 0 ? buf_puts(&a->prompt, word) : rc;
}

/*
 * Takes the question's words out of argv, so that options are left. Those
 * behind "--" are all words, and a value stays with its option.
 */
static int
take_words(struct ask *a, char **argv)
{
	bool all = false, is_value = false;
	char **to = argv;
	int rc = 0;

	for (; rc == 0 && *argv != NULL; argv++) {
		bool option = !all && strncmp(*argv, "--", 2) == 0;

		if (option && (*argv)[2] == '\0')
			all = true;
		else if (option || is_value)
			*to++ = *argv;
		else
			rc = add_word(a, *argv);
		is_value = option && !all && strchr(*argv, '=') == NULL;
	}
	*to = NULL;
	return rc;
}

static int
read_stdin(struct buf *out)
{
	ssize_t n;

	if (isatty(STDIN_FILENO))
		fputs("codex-api-proxy: reading the question from the "
		      "terminal; Ctrl-D ends it\n",
		    stderr);
	do {
		n = fd_read_buf(STDIN_FILENO, out, READ_SIZE);
	} while (n > 0);
	return (int)n;
}

/* Returns 0 or an exit status. */
static int
get_prompt(struct ask *a)
{
	struct buf *p = &a->prompt;
	int rc = p->len == 0 ? read_stdin(p) : 0;

	if (rc != 0) {
		fprintf(stderr, "codex-api-proxy: the question: %s\n",
		    strerror(-rc));
		return EXIT_FAILURE;
	}
	if (p->len > 0 && utf8_valid_prefix(p->data, p->len) == p->len)
		return 0;
	command_complain(p->len > 0 ? "the question is not UTF-8"
				    : "there is no question: give one, or "
				      "write it to standard input");
	return EXIT_USAGE;
}

/* ---- the answer ---- */

/* What the model says must not command a terminal. */
static void
print_text(struct ask *a, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		bool c1 = c == 0xc2 && i + 1 < len &&
		    (unsigned char)text[i + 1] < 0xa0;

		if (a->plain || c == '\n' || c == '\t' ||
		    (c >= 0x20 && c != 0x7f && !c1))
			putchar(c);
		else
			i += c1;
	}
	a->ended_line = len > 0 ? text[len - 1] == '\n' : a->ended_line;
	fflush(stdout);
}

static void
end_line(struct ask *a)
{
	if (!a->ended_line)
		putchar('\n');
	a->ended_line = true;
	fflush(stdout);
}

/* One line, whatever the server says. */
static void
complain(struct ask *a, const json_t *error, int status)
{
	const char *message = json_string_value(
	    json_object_get(error, "message"));
	char line[1024];

	end_line(a);
	if (message == NULL)
		message = "the server has said nothing that makes sense";
	if (status != STATUS_OK)
		snprintf(line, sizeof(line), "%d: %s", status, message);
	else
		snprintf(line, sizeof(line), "%s", message);
	for (char *p = line; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	}
	command_complain(line);
	a->failed = true;
}

static void
take_choice(struct ask *a, const json_t *choice)
{
	const json_t *delta = json_object_get(choice, "delta");
	const char *end = json_string_value(
	    json_object_get(choice, "finish_reason"));
	struct text text;

	if (jsonx_get_text(delta, "content", &text) == 0)
		print_text(a, text.s, text.len);
	if (end != NULL && strcmp(end, "stop") != 0) {
		end_line(a);
		fprintf(stderr, "codex-api-proxy: cut short: %s\n", end);
	}
}

static json_t *
object_of(const char *bytes, size_t len)
{
	char why[JSONX_ERROR_MAX];
	json_t *root = NULL;

	if (jsonx_parse(bytes, len, DEPTH_MAX, &root, why) != 0)
		return NULL;
	return root;
}

/* "data: {...}"; comments and empty lines say nothing. */
static void
take_line(struct ask *a, const char *line, size_t len)
{
	static const char data[] = "data: ";
	size_t n = strlen(data);
	json_t *event;

	if (len < n || memcmp(line, data, n) != 0)
		return;
	if (len - n == 6 && memcmp(line + n, "[DONE]", 6) == 0) {
		a->done = true;
		return;
	}
	event = object_of(line + n, len - n);
	if (event == NULL || json_object_get(event, "error") != NULL)
		complain(a, json_object_get(event, "error"), STATUS_OK);
	else
		take_choice(
		    a, json_array_get(json_object_get(event, "choices"), 0));
	json_decref(event);
}

static void
take_lines(struct ask *a, struct buf *in)
{
	size_t at = 0;
	char *end;

	while (!a->done && !a->failed && at < in->len &&
	    (end = memchr(in->data + at, '\n', in->len - at)) != NULL) {
		take_line(a, in->data + at, (size_t)(end - in->data) - at);
		at = (size_t)(end - in->data) + 1;
	}
	buf_consume(in, at);
}

/* A failure before any output has a body of its own. */
static int
read_failure(struct ask *a, int fd, struct buf *in, int status, int64_t until)
{
	json_t *root;
	ssize_t n;

	while ((n = http_client_more(fd, in, until)) > 0)
		;
	root = in->len > 0 ? object_of(in->data, in->len) : NULL;
	complain(a, json_object_get(root, "error"), status);
	json_decref(root);
	return 0;
}

static int
read_stream(struct ask *a, int fd, struct buf *in, int64_t deadline)
{
	ssize_t n = 1;

	take_lines(a, in);
	while (n > 0 && !a->done && !a->failed) {
		n = http_client_more(fd, in, deadline);
		take_lines(a, in);
	}
	return n == 0 && !a->done && !a->failed ? -EPIPE : (int)(n < 0 ? n : 0);
}

static int
put_question(struct ask *a, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "model", a->model);
	jsonw_bool(&w, "stream", true);
	jsonw_array(&w, "messages");
	jsonw_object(&w, NULL);
	jsonw_str(&w, "role", "user");
	jsonw_text(&w, "content", a->prompt.data, a->prompt.len);
	jsonw_close(&w);
	jsonw_close(&w);
	jsonw_close(&w);
	return jsonw_end(&w);
}

/* As long as the server lets a request be, and the queue before it. */
static int64_t
deadline_of(const struct running *r)
{
	const char *text = running_setting(r, "timeout-seconds");
	int64_t timeout = 0;

	if (text == NULL || parse_seconds(text, 0, INT64_MAX, &timeout) != 0)
		timeout = 0;
	return timeout == 0 ? CLOCK_NEVER
			    : clock_add(clock_after(timeout), MARGIN);
}

static int
converse(struct ask *a, int fd, struct buf *body, struct buf *in)
{
	int64_t deadline = deadline_of(&a->server);
	int status, rc = put_question(a, body);

	if (rc == 0)
		rc = http_client_send(
		    fd, "/v1/chat/completions", body, deadline);
	/* One that does not want all of it answers all the same. */
	if (rc == 0 || rc == -EPIPE)
		rc = http_client_head(fd, in, deadline, &status);
	if (rc != 0)
		return rc;
	if (status != STATUS_OK)
		return read_failure(a, fd, in, status, deadline);
	return read_stream(a, fd, in, deadline);
}

/* Ctrl-C needs no help: the server sees that we are gone. */
static int
ask_server(struct ask *a)
{
	struct buf body, in;
	int fd = -1, rc;

	buf_init(&body, LIMIT_ASK_BODY);
	buf_init(&in, LIMIT_ASK_LINE);
	rc = running_connect(
	    &a->settings, &a->server, clock_after(MARGIN), &fd);
	if (rc == 0)
		rc = converse(a, fd, &body, &in);
	fd_close(&fd);
	buf_free(&body);
	buf_free(&in);
	end_line(a);
	if (rc != 0)
		fprintf(stderr, "codex-api-proxy: the server broke off: %s\n",
		    strerror(-rc));
	return rc == 0 && !a->failed ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
find_and_ask(struct ask *a)
{
	int rc = running_find(&a->settings, &a->server);

	if (rc == -ENOENT || rc == -ESRCH) {
		command_complain("no server runs; 'codex-api-proxy start' "
				 "starts one");
		return EXIT_NOT_RUNNING;
	}
	if (rc != 0 || a->server.about == NULL)
		return command_complain("the server does not answer; see "
					"'codex-api-proxy status'");
	return ask_server(a);
}

static int
ask(struct ask *a)
{
	int status = get_prompt(a);

	if (status == 0)
		status = find_and_ask(a);
	settings_free(&a->settings);
	return status;
}

int
ask_run(char **argv)
{
	struct ask a = { .ended_line = true, .plain = !isatty(STDOUT_FILENO) };
	int status;

	if (words_have_help(argv))
		return usage_ask();
	buf_init(&a.prompt, LIMIT_ASK_PROMPT);
	a.model = words_take_value(argv, "--model", SETTINGS_LOCAL_MODEL);
	if (take_words(&a, argv) != 0)
		status = command_complain("the question is too long");
	else if (command_settings(&a.settings, argv, NULL, NULL) != 0)
		status = EXIT_USAGE;
	else
		status = ask(&a);
	running_free(&a.server);
	buf_free(&a.prompt);
	return status;
}
