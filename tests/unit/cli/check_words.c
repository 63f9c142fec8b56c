#include "cli/words.h"

#include "settings/settings.h"
#include "unit/unit.h"

enum {
	WORDS_MAX = 8
};

static size_t
count(char *const *argv)
{
	size_t n = 0;

	while (argv[n] != NULL)
		n++;
	return n;
}

START_TEST(values_are_taken_out)
{
	static const struct {
		const char *argv[WORDS_MAX], *value;
		size_t left;
		const char *comment;
	} rows[] = {
		{ { "hi" }, "else", 1, "none" },
		{ { "--model", "m", "hi" }, "m", 1, "apart" },
		{ { "hi", "--model=m" }, "m", 1, "behind =" },
		{ { "--model=a", "--model", "b" }, "b", 0, "the last counts" },
		{ { "--model=" }, "", 0, "an empty one" },
		{ { "--models", "m" }, "else", 2, "another option" },
		{ { "--model" }, "else", 1, "without a value" },
		{ { "--", "--model", "m" }, "else", 3, "behind --" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *argv[WORDS_MAX];

		memcpy(argv, rows[i].argv, sizeof(argv));
		ck_assert_str_eq(
		    words_take_value(argv, "--model", "else"), rows[i].value);
		ck_assert_msg(
		    count(argv) == rows[i].left, "%s", rows[i].comment);
	}
}
END_TEST

START_TEST(what_is_near_is_suggested)
{
	static const char *const own[] = { "--foreground", "--follow", NULL };
	static const struct {
		const char *argv[WORDS_MAX];
		bool said;
		const char *comment;
	} rows[] = {
		{ { "--engin", "x" }, true, "an option of the table" },
		{ { "--engin=x" }, true, "with its value" },
		{ { "--engine", "--engin" }, false, "a value is missing" },
		{ { "--model", "-f" }, false, "a value" },
		{ { "--fast", "-x" }, false, "no letter of ours" },
		{ { "--foregrond" }, true, "a word of the command" },
		{ { "--foreground", "--no-fast" }, false, "all is well" },
		{ { "--no-fsat" }, true, "a switch that is taken back" },
		{ { "--no-mode" }, false, "what is no switch" },
		{ { "-f" }, false, "short for --follow" },
		{ { "--help" }, false, "every command has it" },
		{ { "--", "--engin" }, false, "behind --" },
		{ { "--gibberish" }, false, "far from all" },
		{ { "-", "" }, false, "hardly words" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_msg(
		    words_suggest((char *const *)(uintptr_t)rows[i].argv, own,
			&settings_table) == rows[i].said,
		    "%s", rows[i].comment);
}
END_TEST

UNIT_MAIN("words", values_are_taken_out, what_is_near_is_suggested)
