/*
 * request.h - chat requests for the tests, written with ' for ".
 */
#ifndef TESTS_UNIT_REQUEST_H
#define TESTS_UNIT_REQUEST_H

#include "base/buf.h"
#include "core/chat_request.h"
#include "unit/unit.h"

/* Each ' as ", so that JSON can be read in C; freed by the caller. */
static inline char *
unit_json(const char *text)
{
	char *json = strdup(text);

	ck_assert_ptr_nonnull(json);
	for (char *c = json; (c = strchr(c, '\'')) != NULL; c++)
		*c = '"';
	return json;
}

/* The request with these messages, and what stands behind them in the body. */
static inline struct chat_request *
unit_request(const char *messages, const char *more)
{
	struct api_error e = API_ERROR_INIT;
	struct chat_request *r = NULL;
	struct buf body;

	buf_init(&body, 64 * 1024 * 1024);
	ck_assert_int_eq(
	    buf_printf(
		&body, "{\"model\":\"m\",\"messages\":%s%s}", messages, more),
	    0);
	ck_assert_msg(chat_request_parse(body.data, body.len, &r, &e) == 0,
	    "%s", e.message);
	buf_free(&body);
	return r;
}

/* The same in the other notation. */
static inline struct chat_request *
unit_quoted_request(const char *messages, const char *more)
{
	char *list = unit_json(messages), *rest = unit_json(more);
	struct chat_request *r = unit_request(list, rest);

	free(list);
	free(rest);
	return r;
}

#endif
