#include "unit/unit.h"

#include <errno.h>
#include <string.h>

#include "codex/exec_events.h"
#include "unit/random.h"

/* Lines are as codex-cli 0.169.0 prints them unless the comment says so. */
static const struct {
	const char *line;
	int rc;
	enum exec_event_kind kind;
	const char *text;
	struct usage usage;
	const char *comment;
} cases[] = {
	{ "{\"type\":\"thread.started\",\"thread_id\":\"019a-7\"}", 0,
	    EXEC_OTHER, "", { 0 }, "known, of no interest" },
	{ "{\"type\":\"turn.started\"}", 0, EXEC_OTHER, "", { 0 }, "the same" },
	{ "{\"type\":\"item.completed\",\"item\":{\"id\":\"item_0\","
	  "\"type\":\"agent_message\",\"text\":\"pong \\u20ac\\n\"}}",
	    0, EXEC_MESSAGE, "pong \xe2\x82\xac\n", { 0 }, "the answer" },
	{ "{\"type\":\"item.completed\",\"item\":{\"id\":\"item_0\","
	  "\"type\":\"agent_message\",\"text\":\"\"}}",
	    0, EXEC_MESSAGE, "", { 0 }, "an empty answer is one" },
	{ "{\"type\":\"item.completed\",\"item\":{\"id\":\"item_0\","
	  "\"type\":\"reasoning\",\"text\":\"**Why**\"}}",
	    0, EXEC_REASONING, "**Why**", { 0 }, "a summary" },
	{ "{\"type\":\"item.completed\",\"item\":{\"id\":\"item_0\","
	  "\"type\":\"error\",\"message\":\"unknown key\"}}",
	    0, EXEC_WARNING, "unknown key", { 0 }, "not final" },
	{ "{\"type\":\"item.started\",\"item\":{\"id\":\"item_0\","
	  "\"type\":\"agent_message\",\"text\":\"half\"}}",
	    0, EXEC_OTHER, "", { 0 }, "not whole yet" },
	{ "{\"type\":\"item.updated\",\"item\":{\"id\":\"item_0\","
	  "\"type\":\"agent_message\",\"text\":\"half\"}}",
	    0, EXEC_OTHER, "", { 0 }, "not whole yet" },
	{ "{\"type\":\"item.completed\",\"item\":{\"id\":\"item_1\","
	  "\"type\":\"command_execution\",\"command\":\"ls\","
	  "\"aggregated_output\":\"\",\"exit_code\":0,"
	  "\"status\":\"completed\"}}",
	    0, EXEC_OTHER, "", { 0 }, "the agent looked at files" },
	{ "{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":11,"
	  "\"cached_input_tokens\":3,\"cache_write_input_tokens\":5,"
	  "\"output_tokens\":7,\"reasoning_output_tokens\":2}}",
	    0, EXEC_COMPLETED, "", { 11, 3, 5, 7, 2, 0, 0 }, "the numbers" },
	{ "{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":11,"
	  "\"cached_input_tokens\":3,\"output_tokens\":7}}",
	    0, EXEC_COMPLETED, "", { 11, 3, 0, 7, 0, 0, 0 },
	    "made up: one less" },
	{ "{\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":-1,"
	  "\"output_tokens\":\"7\"}}",
	    0, EXEC_COMPLETED, "", { 0 }, "made up: nonsense is zero" },
	{ "{\"type\":\"turn.completed\"}", 0, EXEC_COMPLETED, "", { 0 },
	    "made up: none" },
	{ "{\"type\":\"turn.failed\",\"error\":{\"message\":\"why\"}}", 0,
	    EXEC_FAILED, "why", { 0 }, "final" },
	{ "{\"type\":\"turn.failed\"}", 0, EXEC_FAILED, "", { 0 },
	    "made up: a failure without words is one" },
	{ "{\"type\":\"turn.failed\",\"error\":\"x\",\"message\":\"y\"}", 0,
	    EXEC_FAILED, "y", { 0 }, "made up: words in another place" },
	{ "{\"type\":\"error\",\"message\":\"Reconnecting... 1/5\"}", 0,
	    EXEC_ERROR, "Reconnecting... 1/5", { 0 }, "not final" },
	{ "{\"type\":\"error\"}", 0, EXEC_ERROR, "", { 0 }, "made up" },
	{ "{\"type\":\"item.completed\"}", 0, EXEC_OTHER, "", { 0 },
	    "made up: no item" },
	{ "{\"type\":\"item.completed\",\"item\":{\"type\":"
	  "\"agent_message\",\"text\":7}}",
	    0, EXEC_OTHER, "", { 0 }, "made up: text of another type" },
	{ "{\"type\":\"item.completed\",\"item\":{\"type\":\"new_kind\"}}", 0,
	    EXEC_OTHER, "", { 0 }, "made up: from a newer Codex" },
	{ "{\"type\":\"new.event\",\"x\":[]}", 0, EXEC_OTHER, "", { 0 },
	    "made up: from a newer Codex" },
	{ "{\"type\":7}", -EINVAL, 0, NULL, { 0 }, "type of another type" },
	{ "{\"kind\":\"error\"}", -EINVAL, 0, NULL, { 0 }, "no type" },
	{ "[{\"type\":\"error\"}]", -EINVAL, 0, NULL, { 0 }, "no object" },
	{ "\"error\"", -EINVAL, 0, NULL, { 0 }, "no object" },
	{ "WARNING: something", -EINVAL, 0, NULL, { 0 }, "no JSON" },
	{ "", -EINVAL, 0, NULL, { 0 }, "nothing" },
	{ "{\"type\":\"error\"} {", -EINVAL, 0, NULL, { 0 }, "more behind" },
	{ "{\"type\":\"error\",\"message\":\"\xff\"}", -EINVAL, 0, NULL, { 0 },
	    "broken UTF-8" },
};

START_TEST(lines)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct exec_event e;
		int rc = exec_event_parse(
		    cases[i].line, strlen(cases[i].line), &e);

		ck_assert_msg(
		    rc == cases[i].rc, "%s: %d", cases[i].comment, rc);
		if (rc != 0)
			continue;
		ck_assert_msg(e.kind == cases[i].kind, "%s", cases[i].comment);
		ck_assert_str_eq(e.text.s, cases[i].text);
		ck_assert_uint_eq(e.text.len, strlen(cases[i].text));
		ck_assert_mem_eq(&e.usage, &cases[i].usage, sizeof(e.usage));
		exec_event_free(&e);
		exec_event_free(&e);
	}
	exec_event_free(NULL);
}
END_TEST

START_TEST(text_may_hold_nul)
{
	static const char line[] = "{\"type\":\"item.completed\",\"item\":"
				   "{\"type\":\"agent_message\","
				   "\"text\":\"a\\u0000b\"}}";
	struct exec_event e;

	ck_assert_int_eq(exec_event_parse(line, strlen(line), &e), 0);
	ck_assert_int_eq(e.kind, EXEC_MESSAGE);
	ck_assert_uint_eq(e.text.len, 3);
	ck_assert_mem_eq(e.text.s, "a\0b", 3);
	exec_event_free(&e);
}
END_TEST

/* Codex was killed while it wrote. */
START_TEST(part_of_a_line_is_none)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = strlen(cases[i].line);

		for (size_t n = 0; cases[i].rc == 0 && n < len; n++) {
			/* Of the very size, so that a sanitizer sees more. */
			char *part = malloc(n + 1);
			struct exec_event e = { .kind = EXEC_FAILED };

			memcpy(part, cases[i].line, n);
			ck_assert_int_eq(
			    exec_event_parse(part, n, &e), -EINVAL);
			ck_assert_int_eq(e.kind, EXEC_FAILED);
			ck_assert_ptr_null(e.root);
			free(part);
		}
	}
}
END_TEST

START_TEST(damaged_lines_do_no_harm)
{
	uint64_t seed = 99;

	for (unsigned round = 0; round < 50000; round++) {
		const char *line =
		    cases[random_below(&seed, ARRAY_SIZE(cases))].line;
		size_t len = strlen(line);
		char *bytes = malloc(len + 1);
		struct exec_event e;

		memcpy(bytes, line, len);
		for (size_t k = 0; len > 0 && k < 3; k++)
			bytes[random_below(&seed, len)] = (char)random_next(
			    &seed);
		if (exec_event_parse(bytes, len, &e) == 0) {
			ck_assert_ptr_nonnull(e.text.s);
			exec_event_free(&e);
		}
		free(bytes);
	}
}
END_TEST

UNIT_MAIN("exec_events", lines, text_may_hold_nul, part_of_a_line_is_none,
    damaged_lines_do_no_harm)
