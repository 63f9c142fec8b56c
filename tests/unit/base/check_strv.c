/*
 * strv and strvw: additions and the environment functions; a failed call, or
 * one failed addition of several, leaves the vector as it was.
 */
#include <errno.h>
#include <string.h>

#include "base/strvw.h"

#include "unit/oom.h"
#include "unit/unit.h"

/* The strings joined by "|". */
static const char *
joined(const struct strv *sv)
{
	static char text[512];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sv->n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
		    i > 0 ? "|" : "", sv->v[i]);
	if (sv->v != NULL)
		ck_assert_ptr_null(sv->v[sv->n]);
	return text;
}

START_TEST(additions)
{
	char x[] = "x", y[] = "y";
	char *const more[] = { x, y, NULL };
	struct strv sv;

	strv_init(&sv);
	ck_assert_ptr_null(sv.v);
	ck_assert_int_eq(strv_add_vector(&sv, NULL), 0);
	ck_assert_int_eq(strv_add(&sv, "a"), 0);
	ck_assert_int_eq(strv_addf(&sv, "%s=%d", "b", 2), 0);
	ck_assert_int_eq(strv_add_all(&sv, "c", "", NULL), 0);
	ck_assert_int_eq(strv_add_vector(&sv, more), 0);
	ck_assert_str_eq(joined(&sv), "a|b=2|c||x|y");
	strv_free(&sv);
	ck_assert_ptr_null(sv.v);
	ck_assert_uint_eq(sv.n, 0);
	strv_free(&sv);
	strv_free(NULL);
}
END_TEST

START_TEST(stops_at_its_cap)
{
	struct strv sv;

	strv_init(&sv);
	for (int i = 0; i < STRV_MAX - 1; i++)
		ck_assert_int_eq(strv_addf(&sv, "%d", i), 0);
	ck_assert_int_eq(strv_add_all(&sv, "a", "b", NULL), -E2BIG);
	ck_assert_uint_eq(sv.n, STRV_MAX - 1);
	ck_assert_int_eq(strv_add(&sv, "last"), 0);
	ck_assert_int_eq(strv_add(&sv, "past"), -E2BIG);
	ck_assert_int_eq(strv_addf(&sv, "past"), -E2BIG);
	ck_assert_uint_eq(sv.n, STRV_MAX);
	ck_assert_str_eq(sv.v[STRV_MAX - 1], "last");
	ck_assert_ptr_null(sv.v[STRV_MAX]);
	strv_free(&sv);
}
END_TEST

static const struct env_case {
	const char *before; /* entries separated by "|" */
	char what; /* s(et), u(nset), p(refix) */
	const char *name, *value, *after;
	const char *comment;
} env_cases[] = {
	{ "A=1|B=2", 's', "C", "3", "A=1|B=2|C=3", "new" },
	{ "A=1|B=2", 's', "A", "3", "B=2|A=3", "replaced" },
	{ "A=1|B=2|A=4", 's', "A", "3", "B=2|A=3", "all of the name" },
	{ "A=1", 's', "A", "", "A=", "empty value" },
	{ "AA=1", 's', "A", "2", "AA=1|A=2", "longer name" },
	{ "A=1", 's', "AA", "2", "A=1|AA=2", "shorter name" },
	{ "A", 's', "A", "2", "A|A=2", "no variable at all" },
	{ "", 's', "A", "x=y", "A=x=y", "into an empty vector" },
	{ "A=1|B=2|C=3", 'u', "B", NULL, "A=1|C=3", "in the middle" },
	{ "A=1|B=2", 'u', "B", NULL, "A=1", "at the end" },
	{ "A=1|BB=2", 'u', "B", NULL, "A=1|BB=2", "absent" },
	{ "", 'u', "B", NULL, "", "from an empty vector" },
	{ "P_A=1|Q=2|P_B=3", 'p', "P_", NULL, "Q=2", "two go" },
	{ "P=1|XP_=2", 'p', "P_", NULL, "P=1|XP_=2", "none goes" },
	{ "P_=1", 'p', "P_", NULL, "", "all go" },
};

static void
add_entries(struct strv *sv, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "|");

		ck_assert_int_eq(strv_addf(sv, "%.*s", (int)len, text), 0);
		text += len + (text[len] == '|');
	}
}

START_TEST(environment)
{
	for (size_t i = 0; i < ARRAY_SIZE(env_cases); i++) {
		const struct env_case *c = &env_cases[i];
		struct strv sv;

		strv_init(&sv);
		add_entries(&sv, c->before);
		if (c->what == 's')
			ck_assert_int_eq(
			    strv_env_set(&sv, c->name, c->value), 0);
		else if (c->what == 'u')
			strv_env_unset(&sv, c->name);
		else
			strv_env_drop_prefix(&sv, c->name);
		ck_assert_msg(strcmp(joined(&sv), c->after) == 0, "%s: %s",
		    c->comment, joined(&sv));
		if (c->what == 's')
			ck_assert_str_eq(strv_env_get(&sv, c->name), c->value);
		if (c->what == 'u')
			ck_assert_ptr_null(strv_env_get(&sv, c->name));
		strv_free(&sv);
	}
}
END_TEST

START_TEST(set_from_itself)
{
	struct strv sv;

	strv_init(&sv);
	ck_assert_int_eq(strv_add(&sv, "A=1"), 0);
	ck_assert_int_eq(strv_env_set(&sv, "A", strv_env_get(&sv, "A")), 0);
	ck_assert_str_eq(joined(&sv), "A=1");
	strv_free(&sv);
}
END_TEST

static void
assert_unchanged(const struct strv *sv, size_t n)
{
	ck_assert_uint_eq(sv->n, n);
	if (sv->v != NULL)
		ck_assert_ptr_null(sv->v[n]);
}

START_TEST(out_of_memory_changes_nothing)
{
	struct strv sv, other;

	strv_init(&sv);
	strv_init(&other);
	OOM_EACH(strv_add(&sv, "A=1"), assert_unchanged(&sv, 0));
	OOM_EACH(strv_addf(&sv, "%d", 2), assert_unchanged(&sv, 1));
	OOM_EACH(strv_add_all(&sv, "3", "4", "5", "6", "7", "8", "9", NULL),
	    assert_unchanged(&sv, 2));
	OOM_EACH(strv_add_vector(&other, sv.v), assert_unchanged(&other, 0));
	OOM_EACH(strv_env_set(&sv, "A", "2"),
	    ck_assert_str_eq(joined(&sv), "A=1|2|3|4|5|6|7|8|9"));
	ck_assert_str_eq(joined(&sv), "2|3|4|5|6|7|8|9|A=2");
	ck_assert_str_eq(joined(&other), "A=1|2|3|4|5|6|7|8|9");
	strv_free(&sv);
	strv_free(&other);
}
END_TEST

static int
add_in_a_row(struct strv *sv)
{
	struct strvw w;

	strvw_begin(&w, sv);
	strvw_add(&w, "a");
	strvw_addf(&w, "%s=%d", "b", 2);
	strvw_add_all(&w, "c", "", "d", "e", "f", "g", NULL);
	strvw_fail(&w, 0);
	return strvw_end(&w);
}

START_TEST(all_in_a_row_or_none)
{
	struct strv sv;

	strv_init(&sv);
	ck_assert_int_eq(strv_add(&sv, "0"), 0);
	OOM_EACH(add_in_a_row(&sv), ck_assert_str_eq(joined(&sv), "0"));
	ck_assert_str_eq(joined(&sv), "0|a|b=2|c||d|e|f|g");
	strv_free(&sv);
}
END_TEST

/* What would fit again does not come after the gap. */
START_TEST(the_first_error_sticks)
{
	struct strv sv;
	struct strvw w;

	strv_init(&sv);
	strvw_begin(&w, &sv);
	strvw_add(&w, "a");
	strvw_fail(&w, -EINVAL);
	strvw_fail(&w, -ENOMEM);
	strvw_add(&w, "b");
	strvw_addf(&w, "c");
	strvw_add_all(&w, "d", NULL);
	ck_assert_str_eq(joined(&sv), "a");
	ck_assert_int_eq(strvw_end(&w), -EINVAL);
	ck_assert_uint_eq(sv.n, 0);
	strv_free(&sv);
}
END_TEST

UNIT_MAIN("strv", additions, stops_at_its_cap, environment, set_from_itself,
    out_of_memory_changes_nothing, all_in_a_row_or_none, the_first_error_sticks)
