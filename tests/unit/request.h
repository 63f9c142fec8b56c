/*
 * request.h - chat requests for the tests, written with ' for ".
 */
#ifndef TESTS_UNIT_REQUEST_H
#define TESTS_UNIT_REQUEST_H

#include "base/buf.h"
#include "dialect/chat/chat_dialect.h"
#include "dialect/chat/chat_read.h"
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

/* chat_read where the form does not matter. */
static inline int
unit_read(const char *body, size_t len, struct generation **ret,
    struct error *ret_error)
{
	struct chat_form form;

	return chat_read(body, len, ret, &form, ret_error);
}

/* The request with these messages, and what stands behind them in the body. */
static inline struct generation *
unit_request(const char *messages, const char *more)
{
	struct error e = ERROR_INIT;
	struct generation *g = NULL;
	struct buf body;

	buf_init(&body, 64 * 1024 * 1024);
	ck_assert_int_eq(
	    buf_printf(
		&body, "{\"model\":\"m\",\"messages\":%s%s}", messages, more),
	    0);
	ck_assert_msg(
	    unit_read(body.data, body.len, &g, &e) == 0, "%s", e.message);
	buf_free(&body);
	return g;
}

/* The same in the other notation. */
static inline struct generation *
unit_quoted_request(const char *messages, const char *more)
{
	char *list = unit_json(messages), *rest = unit_json(more);
	struct generation *g = unit_request(list, rest);

	free(list);
	free(rest);
	return g;
}

/* Gives an error that was found late the name of its field. */
static inline void
unit_name_fault(const struct generation *g, struct error *e)
{
	static const struct chat_form form = { .tools_key = "tools",
		.choice_key = "tool_choice" };

	dialect_name_fault(&chat_dialect, g, &form.form, e);
}

#endif
