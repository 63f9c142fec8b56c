#include "unit/unit.h"

#include <errno.h>
#include <string.h>

#include "conversation/error.h"

START_TEST(each_kind_is_complete)
{
	for (int kind = ERROR_NONE + 1; kind < ERROR_KINDS; kind++) {
		struct error e = ERROR_INIT;

		ck_assert_int_ge(error_status(kind), 400);
		ck_assert_int_lt(error_status(kind), 600);
		ck_assert_int_eq(error_set(&e, kind, "n %d", 7), -EINVAL);
		ck_assert_int_eq(e.kind, kind);
		ck_assert_str_eq(error_message(&e), "n 7");
		ck_assert_str_ne(error_code(kind), "");
		ck_assert_ptr_null(e.param);
		error_free(&e);
	}
}
END_TEST

/* Two kinds have one code where they are counted as one, and never else. */
START_TEST(codes_are_unique)
{
	for (enum error_kind a = ERROR_NONE + 1; a < ERROR_KINDS; a++) {
		for (enum error_kind b = a + 1; b < ERROR_KINDS; b++)
			ck_assert_int_eq(
			    strcmp(error_code(a), error_code(b)) == 0,
			    error_counted_as(a) == error_counted_as(b));
		ck_assert_int_eq(
		    error_status(error_counted_as(a)), error_status(a));
	}
	ck_assert_int_eq(
	    error_counted_as(ERROR_CODEX_UNUSABLE), ERROR_CODEX_UNAVAILABLE);
}
END_TEST

/* What clients act on; the rest of the table is free to change. */
static const struct {
	enum error_kind kind;
	int status;
	const char *code;
	int retry_after;
	bool no_retry;
} promised[] = {
	{ ERROR_UNSUPPORTED_PARAMETER, 400, "unsupported_parameter", -1,
	    false },
	{ ERROR_CWD_NOT_ALLOWED, 400, "cwd_not_allowed", -1, false },
	{ ERROR_CONTEXT_LENGTH, 400, "context_length_exceeded", -1, false },
	{ ERROR_CODEX_UNAUTHORIZED, 401, "codex_unauthorized", -1, false },
	{ ERROR_MODEL_NOT_FOUND, 404, "model_not_found", -1, false },
	{ ERROR_USAGE_LIMIT, 429, "usage_limit_exceeded", -1, true },
	{ ERROR_RATE_LIMIT, 429, "rate_limit_exceeded", 1, false },
	{ ERROR_QUEUE_FULL, 429, "queue_full", 1, false },
	{ ERROR_UPSTREAM, 502, "upstream_error", -1, false },
	{ ERROR_CODEX_UNAVAILABLE, 503, "codex_unavailable", -1, false },
	{ ERROR_CODEX_UNUSABLE, 503, "codex_unavailable", -1, true },
	{ ERROR_OVERLOADED, 503, "overloaded", 1, false },
	{ ERROR_QUEUE_TIMEOUT, 503, "queue_timeout", 1, false },
	{ ERROR_SHUTTING_DOWN, 503, "shutting_down", 1, false },
	{ ERROR_TIMEOUT, 504, "timeout", -1, false },
};

START_TEST(contract_holds)
{
	for (size_t i = 0; i < ARRAY_SIZE(promised); i++) {
		enum error_kind kind = promised[i].kind;
		struct error e = ERROR_INIT;

		error_set(&e, kind, "x");
		ck_assert_int_eq(error_status(kind), promised[i].status);
		ck_assert_str_eq(error_code(kind), promised[i].code);
		ck_assert_int_eq(e.retry_after, promised[i].retry_after);
		ck_assert_int_eq(error_no_retry(kind), promised[i].no_retry);
		error_free(&e);
	}
}
END_TEST

START_TEST(setting_again_replaces_even_from_itself)
{
	struct error e = ERROR_INIT;

	error_set_param(&e, ERROR_INVALID_TYPE, "n", "one");
	error_set_param(&e, ERROR_QUEUE_FULL, e.param, "%s, two", e.message);
	ck_assert_int_eq(e.kind, ERROR_QUEUE_FULL);
	ck_assert_str_eq(e.message, "one, two");
	ck_assert_str_eq(e.param, "n");
	ck_assert_int_eq(e.retry_after, 1);
	error_set(&e, ERROR_TIMEOUT, "three");
	ck_assert_ptr_null(e.param);
	ck_assert_int_eq(e.retry_after, -1);
	error_free(&e);
}
END_TEST

START_TEST(moved_and_copied)
{
	struct error a = ERROR_INIT, b = ERROR_INIT;

	error_set_param(&a, ERROR_USAGE_LIMIT, "p", "words");
	a.retry_after = 90;
	error_set(&b, ERROR_TIMEOUT, "old");
	error_copy(&b, &a);
	error_copy(&b, &b);
	ck_assert_str_eq(b.message, "words");
	ck_assert_ptr_ne(b.message, a.message);
	ck_assert_str_eq(b.param, "p");
	ck_assert_int_eq(b.retry_after, 90);
	error_set(&b, ERROR_TIMEOUT, "old");
	error_move(&b, &a);
	error_move(&b, &b);
	ck_assert_int_eq(b.kind, ERROR_USAGE_LIMIT);
	ck_assert_str_eq(b.message, "words");
	ck_assert_int_eq(b.retry_after, 90);
	ck_assert_int_eq(a.kind, ERROR_NONE);
	ck_assert_ptr_null(a.message);
	error_free(&a);
	error_free(&b);
	error_free(NULL);
	ck_assert_int_eq(b.kind, ERROR_NONE);
}
END_TEST

START_TEST(a_place_stays_with_its_error)
{
	static const struct place at = { 3, 1 };
	struct error a = ERROR_INIT, b = ERROR_INIT;

	ck_assert_int_eq(a.place.outer, PLACE_ALL);
	ck_assert_int_eq(
	    error_set_at(&a, ERROR_INVALID_IMAGE, FIELD_IMAGE, at, "%s", "w"),
	    -EINVAL);
	ck_assert_str_eq(a.message, "w");
	ck_assert_ptr_null(a.param);
	error_copy(&b, &a);
	ck_assert_int_eq(b.field, FIELD_IMAGE);
	ck_assert_int_eq(b.place.outer, 3);
	ck_assert_int_eq(b.place.inner, 1);
	error_set(&a, ERROR_TIMEOUT, "no longer at a place");
	ck_assert_int_eq(a.field, FIELD_NONE);
	ck_assert_int_eq(a.place.outer, PLACE_ALL);
	error_move(&a, &b);
	ck_assert_int_eq(a.field, FIELD_IMAGE);
	ck_assert_int_eq(a.place.inner, 1);
	ck_assert_int_eq(b.field, FIELD_NONE);
	error_free(&a);
}
END_TEST

/* Lost memory loses words, and the code takes their place. */
START_TEST(out_of_memory_keeps_the_error)
{
	struct error a = ERROR_INIT, b = ERROR_INIT;

	error_set_param(&a, ERROR_TIMEOUT, "p", "words");
	free(a.message);
	a.message = NULL;
	error_copy(&b, &a);
	ck_assert_ptr_null(b.message);
	ck_assert_str_eq(b.param, "p");
	ck_assert_str_eq(error_message(&b), "timeout");
	error_free(&a);
	error_free(&b);
}
END_TEST

START_TEST(quotes_are_whole_characters)
{
	static const char id[] = "\xe6\xbc\xa2\xe6\xbc\xa2";
	struct error e = ERROR_INIT;

	error_set(&e, ERROR_NOT_FOUND, "'%.4s'", id);
	ck_assert_str_eq(e.message, "'\xe6\xbc\xa2'");
	error_set_param(&e, ERROR_NOT_FOUND, "a.\xe6\xbc", "'%.5s'", id);
	ck_assert_str_eq(e.message, "'\xe6\xbc\xa2'");
	ck_assert_str_eq(e.param, "a.");
	error_set_at(
	    &e, ERROR_NOT_FOUND, FIELD_MODEL, PLACE_NONE, "'%.6s'", id);
	ck_assert_str_eq(e.message, "'\xe6\xbc\xa2\xe6\xbc\xa2'");
	error_free(&e);
}
END_TEST

UNIT_MAIN("error", each_kind_is_complete, codes_are_unique, contract_holds,
    setting_again_replaces_even_from_itself, moved_and_copied,
    a_place_stays_with_its_error, out_of_memory_keeps_the_error,
    quotes_are_whole_characters)
