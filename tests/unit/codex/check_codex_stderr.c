#include "codex/codex_stderr.h"

#include "unit/unit.h"

START_TEST(the_last_error_with_its_cause)
{
	static const struct {
		const char *text, *words, *comment;
	} rows[] = {
		{ "", "", "nothing" },
		{ "\n \n", "", "white space" },
		{ "one\ntwo\n", "two", "no error: the last line" },
		{ "one\n\n", "one", "that says something" },
		{ "Error: it is broken\n", "Error: it is broken", "one line" },
		{ "WARNING: x\nError loading config.toml: invalid type\n"
		  "in `model`\n\n",
		    "Error loading config.toml: invalid type in `model`",
		    "the setting stands behind it" },
		{ "Error: failed to load configuration\n\nCaused by:\n"
		  "    Model provider `nope` not found\n",
		    "Error: failed to load configuration Caused by: Model "
		    "provider `nope` not found",
		    "and the cause" },
		{ "Error: no\n\nStack backtrace:\n   0: main\n   1: start\n",
		    "Error: no", "without a backtrace" },
		{ "Error: first\nError: second\n", "Error: second",
		    "the last" },
		{ "an Error: within\nend", "end", "only at a line's start" },
		{ "Error: \x1b[31mred\n", "Error: [31mred", "no controls" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *text = strdup(rows[i].text);

		ck_assert_ptr_nonnull(text);
		ck_assert_msg(
		    strcmp(codex_last_words(text), rows[i].words) == 0, "%s",
		    rows[i].comment);
		free(text);
	}
}
END_TEST

UNIT_MAIN("codex_stderr", the_last_error_with_its_cause)
