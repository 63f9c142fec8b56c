/*
 * app_line.h - the members of a line of `codex app-server` that are of use,
 * by name, whatever the line is about. Pure.
 *
 * One table in app_line.c names them; two readers fill them in. The scan
 * reads the line where it stands, which is what nearly all lines allow. The
 * tree reads those that have a JSON value to be kept (an error, rate limits,
 * a request's id, what the model is sent), and those of which the scan is not
 * sure; it also decides what is no JSON. What both read they read the same.
 *
 * A member is absent (s == NULL, 0, false) when it is not there, null, or of
 * another type.
 */
#ifndef CORE_APP_LINE_H
#define CORE_APP_LINE_H

#include "base/json_scan.h"

enum app_found {
	APP_ABSENT,
	APP_VALUE, /* be it null */
	APP_OBJECT
};

struct app_line_id {
	const json_t *json; /* any value; by the tree only */
	bool is_int;
	int64_t n;
};

struct app_line_turn {
	enum app_found found;
	struct text id, status;
	json_t *error;
};

struct app_line_item {
	enum app_found found;
	struct text type, id, phase;
	struct json_string text;
	/* of a function_call */
	struct text call_id, name;
	struct json_string arguments;
	/* of what is sent to the model */
	json_t *content, *output;
};

struct app_line_tokens {
	enum app_found found;
	int64_t input, cached_input, output, reasoning_output;
};

struct app_line_token_usage {
	enum app_found found;
	struct app_line_tokens last;
};

struct app_line_thread {
	enum app_found found;
	struct text id;
};

struct app_line_account {
	enum app_found found;
};

struct app_line_params {
	enum app_found found;
	struct text thread_id, turn_id, item_id;
	struct json_string delta, summary, message;
	struct app_line_turn turn;
	struct app_line_item item;
	struct app_line_tokens usage;
	struct app_line_token_usage token_usage;
	bool will_retry;
	json_t *error, *rate_limits;
};

struct app_line_result {
	enum app_found found;
	struct app_line_thread thread;
	struct app_line_turn turn;
	struct app_line_account account;
	bool requires_openai_auth;
	json_t *rate_limits;
};

struct app_line {
	struct text method; /* NUL-terminated when by the tree */
	struct app_line_id id;
	struct app_line_params params;
	struct app_line_result result;
	json_t *error;

	json_t *root; /* private; owns all json_t */
};

/*
 * Reads `len` bytes; what the line holds is good as long as both are.
 * app_line_free in case of success.
 * Errors: -EINVAL no JSON object, -ENOMEM.
 */
MUST_CHECK int
app_line_read(const char *bytes, size_t len, struct app_line *ret_line);
void app_line_free(struct app_line *line);

/* ---- its two ways, for tests ---- */

/* False: left to the tree; *ret_line is undefined. Nothing to be freed. */
bool app_line_scan(const char *bytes, size_t len, struct app_line *ret_line);
/* As app_line_read. */
MUST_CHECK int
app_line_read_tree(const char *bytes, size_t len, struct app_line *ret_line);

#endif
