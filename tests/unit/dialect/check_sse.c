/* sse: the bytes of each kind of event; a full buffer stays as it was. */
#include <errno.h>

#include "dialect/sse.h"

#include "unit/unit.h"

START_TEST(framing)
{
	struct buf b;

	buf_init(&b, 100);
	ck_assert_int_eq(sse_open(&b), 0);
	ck_assert_int_eq(buf_puts(&b, "{\"a\":1}"), 0);
	ck_assert_int_eq(sse_close(&b), 0);
	ck_assert_str_eq(b.data, "data: {\"a\":1}\n\n");
	buf_reset(&b);
	ck_assert_int_eq(sse_open_type(&b, "response.created"), 0);
	ck_assert_str_eq(b.data, "event: response.created\ndata: ");
	buf_reset(&b);
	ck_assert_int_eq(sse_comment(&b, "100% alive"), 0);
	ck_assert_int_eq(sse_data(&b, "[DONE]"), 0);
	ck_assert_str_eq(b.data, ": 100% alive\n\ndata: [DONE]\n\n");
	buf_free(&b);
}
END_TEST

/* With any room that is too small nothing of an event is left behind. */
START_TEST(all_or_nothing)
{
	for (size_t cap = 1; cap < 15; cap++) {
		struct buf b;

		buf_init(&b, cap);
		ck_assert_int_eq(buf_puts(&b, "x"), 0);
		ck_assert_int_eq(sse_data(&b, "[DONE]"), -EMSGSIZE);
		ck_assert_str_eq(b.data, "x");
		ck_assert_int_eq(sse_open_type(&b, "a"), -EMSGSIZE);
		ck_assert_str_eq(b.data, "x");
		ck_assert_int_eq(sse_comment(&b, "0123456789"), -EMSGSIZE);
		ck_assert_str_eq(b.data, "x");
		buf_free(&b);
	}
}
END_TEST

UNIT_MAIN("sse", framing, all_or_nothing)
