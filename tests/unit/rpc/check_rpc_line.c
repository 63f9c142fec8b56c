/* rpc_line: the scan says what the tree says, or nothing. */
#include <errno.h>
#include <stdio.h>

#include "unit/app_lines.h"
#include "unit/damage.h"
#include "unit/same_line.h"
#include "unit/unit.h"

enum {
	LINES_MAX = 200
};

/* What Codex writes besides what we read. */
#define AROUND \
	"\"x\":[],\"y\":{},\"z\":[{\"a\":null},true,false,0,-17,1.5]," \
	"\"w\":\"a\\n\\\"\\\\b\\u00e9\""

static const struct {
	const char *line;
	bool scanned;
	const char *comment;
} cases[] = {
	{ DELTA("i", "caf\xc3\xa9"), true, "a piece of text" },
	{ DELTA("i", "a\\n\\\"\\u00e9\\ud83d\\ude00\\u0000"), true, "escapes" },
	{ " " DELTA("i", "x") "\t", true, "space" },
	{ NOTE("item/agentMessage/delta", "," AROUND), true, "other members" },
	{ STARTED("i", FINAL), true, "a message begins" },
	{ COMPLETED("i", "null", "a\\nb"), true, "and is complete" },
	{ ITEM("started", "\"type\":\"reasoning\"," AROUND), true, "an item" },
	{ COMPACTION, true, "compaction" },
	{ PART, true, "a paragraph" },
	{ THOUGHT("hm"), true, "a summary" },
	{ CALL("c", "f", "{\\\"x\\\":1}"), true, "a call" },
	{ RESPONSE, true, "a response" },
	{ USAGE, true, "tokens" },
	{ TURN_STARTED, true, "a turn begins" },
	{ DONE, true, "and ends" },
	{ INTERRUPTED, true, "interrupted" },
	{ "{\"id\":7,\"result\":{\"thread\":{\"id\":\"t\"," AROUND "}}}", true,
	    "an answer with a thread" },
	{ "{\"id\":7,\"result\":{\"turn\":{\"id\":\"u\"}},\"error\":null}",
	    true, "one with a turn" },
	{ "{\"id\":7,\"result\":{}}", true, "one with nothing" },
	{ "{\"id\":7,\"result\":null}", true, "with less than that" },
	{ "{\"id\":2,\"result\":{\"account\":null,\"requiresOpenaiAuth\":true}"
	  "}",
	    true, "nobody is logged in" },
	{ NOTE("warning", ",\"message\":\"m\""), true, "a warning" },
	{ NOTE("something/new", ",\"turn\":[],\"item\":7,\"delta\":{}"), true,
	    "members of another type" },
	{ "{\"method\":\"initialized\"}", true, "no params" },
	{ "{}", true, "nothing: nor has the tree" },
	{ OMITTED, false, "what the model is sent" },
	{ FAILED("no", "null"), false, "a failure" },
	{ RETRY, false, "an error" },
	{ "{\"id\":7,\"error\":{\"code\":-1}}", false, "a refusal" },
	{ NOTE("account/rateLimits/updated", ",\"rateLimits\":{}"), false,
	    "quota" },
	{ "{\"id\":7,\"method\":\"m\",\"params\":{}}", false, "a request" },
	{ "{\"id\":\"q\",\"method\":\"m\"}", false, "one with another id" },
	{ "{\"id\":\"7\",\"result\":{}}", false, "an answer to none of ours" },
	{ NOTE("turn/\\u0073tarted", ""), false, "an escape in a word" },
	{ NOTE("x", ",\"delta\":\"a\",\"delta\":\"b\""), false, "twice" },
	{ NOTE("x", "},\"params\":{\"threadId\":\"v\""), false, "an object" },
	{ NOTE("x", ",\"n\":1e400"), false, "a number out of range" },
	{ NOTE("x", ",\"\\u0061\":1"), false, "an escape in a name" },
	{ DELTA("i", "\xff"), false, "broken UTF-8" },
	{ "[]", false, "no object" },
	{ "7", false, "not even brackets" },
	{ "{", false, "broken off" },
	{ "", false, "an empty line" },
};

/* Of the very size, so that a sanitizer sees more. */
static void
check_line(const char *bytes, size_t len, bool *ret_scanned)
{
	char *exact = malloc(len > 0 ? len : 1);

	if (exact == NULL)
		ck_abort_msg("out of memory");
	memcpy(exact, bytes, len);
	if (!same_line(exact, len, ret_scanned))
		ck_abort_msg("%.*s", (int)len, bytes);
	free(exact);
}

START_TEST(known_lines)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		bool scanned;

		check_line(cases[i].line, strlen(cases[i].line), &scanned);
		ck_assert_msg(
		    scanned == cases[i].scanned, "%s", cases[i].comment);
	}
}
END_TEST

/* What a real Codex has written, one line of a kind. */
static size_t
read_recorded(char *lines[LINES_MAX])
{
	const char *top = getenv("srcdir");
	char path[4096];
	size_t n = 0, size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/rpc_events/recorded",
	    top != NULL ? top : ".");
	f = fopen(path, "re");
	ck_assert_msg(f != NULL, "%s: %s", path, strerror(errno));
	for (ssize_t len; n < LINES_MAX; n++, size = 0) {
		lines[n] = NULL;
		len = getline(&lines[n], &size, f);
		if (len < 0)
			break;
		lines[n][len - 1] = '\0'; /* the newline */
	}
	free(lines[n]);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_uint_gt(n, 30);
	ck_assert_uint_lt(n, LINES_MAX);
	return n;
}

/* What the tree alone can give stands in few of them. */
START_TEST(recorded_lines)
{
	char *lines[LINES_MAX];
	size_t n = read_recorded(lines), taken = 0;

	for (size_t i = 0; i < n; i++) {
		bool kept = strstr(lines[i], "\"error\":{") != NULL ||
		    strstr(lines[i], "\"rateLimits\":{") != NULL ||
		    strstr(lines[i], "\"item/tool/call\"") != NULL ||
		    strstr(lines[i], "\"content\":") != NULL ||
		    strstr(lines[i], "\"output\":") != NULL;
		bool scanned;

		check_line(lines[i], strlen(lines[i]), &scanned);
		ck_assert_msg(scanned == !kept, "%s", lines[i]);
		taken += scanned;
		free(lines[i]);
	}
	ck_assert_uint_gt(taken, 20);
}
END_TEST

static unsigned
check_damaged(const char *line, unsigned rounds, uint64_t *seed)
{
	size_t len = strlen(line);
	char *bytes = malloc(len + DAMAGE_MAX);
	unsigned taken = 0;
	bool scanned;

	ck_assert_ptr_nonnull(bytes);
	for (unsigned i = 0; i < rounds; i++) {
		memcpy(bytes, line, len);
		check_line(bytes, damage(bytes, len, seed), &scanned);
		taken += scanned;
	}
	free(bytes);
	return taken;
}

START_TEST(damaged_lines)
{
	char *lines[LINES_MAX];
	size_t n = read_recorded(lines);
	unsigned taken = 0;
	uint64_t seed = 11;

	for (size_t i = 0; i < n; i++) {
		taken += check_damaged(lines[i], 1500, &seed);
		free(lines[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		taken += check_damaged(cases[i].line, 1500, &seed);
	ck_assert_uint_gt(taken, 20000);
}
END_TEST

START_TEST(either_way_is_taken)
{
	static const char *const good[] = { DONE, FAILED("no", "null") };
	struct rpc_line line;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		ck_assert_int_eq(
		    rpc_line_read(good[i], strlen(good[i]), &line), 0);
		ck_assert(
		    text_equal(line.params.turn.id, (struct text){ "u", 1 }));
		ck_assert_int_eq(line.root != NULL, i == 1);
		rpc_line_free(&line);
		rpc_line_free(&line);
	}
	ck_assert_int_eq(rpc_line_read("[]", 2, &line), -EINVAL);
	ck_assert_int_eq(rpc_line_read("{", 1, &line), -EINVAL);
}
END_TEST

/* Deeper than any line of Codex's: no end of the stack, and the tree's. */
START_TEST(deep_lines)
{
	enum {
		DEEPEST = 100000
	};
	static const struct {
		size_t depth;
		bool scanned;
		int rc;
	} rows[] = { { 20, true, 0 }, { 200, false, 0 },
		{ DEEPEST, false, -EINVAL } };
	char *text = malloc(2 * DEEPEST + 20);

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t n = (size_t)snprintf(text, 20, "{\"x\":");
		struct rpc_line line;

		memset(text + n, '[', rows[i].depth);
		memset(text + n + rows[i].depth, ']', rows[i].depth);
		n += 2 * rows[i].depth;
		text[n++] = '}';
		ck_assert_int_eq(
		    rpc_line_scan(text, n, &line), rows[i].scanned);
		ck_assert_int_eq(rpc_line_read(text, n, &line), rows[i].rc);
		if (rows[i].rc == 0)
			rpc_line_free(&line);
	}
	free(text);
}
END_TEST

UNIT_MAIN("rpc_line", known_lines, recorded_lines, damaged_lines,
    either_way_is_taken, deep_lines)
