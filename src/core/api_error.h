/*
 * api_error.h - an error as a caller of the OpenAI API sees it.
 *
 * Life cycle: zero-initialise or API_ERROR_INIT, api_error_set once,
 * api_error_free. Setting one that is set replaces it. Running out of memory
 * while setting keeps the kind and loses the words, never the error.
 * Threads: none of its own.
 */
#ifndef CORE_API_ERROR_H
#define CORE_API_ERROR_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/compiler.h"

enum api_error_kind {
	API_ERROR_NONE,
#define API_ERROR(kind, status, type, code, retry) API_ERROR_##kind,
#include "core/api_error.def"
#undef API_ERROR
	API_ERROR_KINDS
};

struct api_error {
	enum api_error_kind kind;
	char *message; /* owned; NULL: the kind's code serves */
	char *param; /* owned; the offending field, or NULL */
	int retry_after; /* seconds, or -1 */
};

#define API_ERROR_INIT \
	{ \
		API_ERROR_NONE, NULL, NULL, -1 \
	}

/*
 * Sets kind and message; retry_after comes from the table. Always returns
 * -EINVAL, so that a validator can `return api_error_set(...)`.
 */
int api_error_set(struct api_error *e, enum api_error_kind kind,
    const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The same with the field at fault. `param` is copied. */
int api_error_set_param(struct api_error *e, enum api_error_kind kind,
    const char *param, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Moves `from` to `to`; `from` is then empty. */
void api_error_move(struct api_error *to, struct api_error *from);

/* Makes `to` the same as `from`. */
void api_error_copy(struct api_error *to, const struct api_error *from);

void api_error_free(struct api_error *e);

/* What the table says of a kind. */
int api_error_status(enum api_error_kind kind);
const char *api_error_type(enum api_error_kind kind);
const char *api_error_code(enum api_error_kind kind);

/* True when a client that retries would only make it worse (quota is out). */
bool api_error_no_retry(enum api_error_kind kind);

/*
 * Appends {"error":{"message":...,"type":...,"param":...,"code":...}}.
 * Errors are those of buf.
 */
MUST_CHECK int api_error_json(const struct api_error *e, struct buf *out);

#endif
