#include "script.h"

#include <errno.h>

#include "base/parse.h"

struct directive {
	const char *name;
	enum {
		FLAG,
		NUMBER,
		TEXT,
		LIST
	} kind;
	unsigned scopes;
	size_t offset;
};

/* clang-format off */
#define AT(member) offsetof(struct script, member)
#define E SCRIPT_EXEC
#define T SCRIPT_TURN
#define P SCRIPT_PROCESS
static const struct directive directives[] = {
	{ "text",                  TEXT,   E | T, AT(text) },
	{ "big",                   NUMBER, E | T, AT(big) },
	{ "messages",              NUMBER, E | T, AT(messages) },
	{ "deltas",                NUMBER, T,     AT(deltas) },
	{ "delta_bytes",           NUMBER, T,     AT(delta_bytes) },
	{ "echo",                  FLAG,   E | T, AT(echo) },
	{ "echo_all",              FLAG,   T,     AT(echo_all) },
	{ "badutf8",               FLAG,   E,     AT(badutf8) },
	{ "final",                 FLAG,   T,     AT(final) },
	{ "reasoning",             TEXT,   E | T, AT(reasoning) },
	{ "commentary",            TEXT,   T,     AT(commentary) },
	{ "error_item",            TEXT,   E,     AT(error_item) },
	{ "usage",                 TEXT,   T,     AT(usage) },
	{ "tool",                  LIST,   T,     AT(tools) },
	{ "reconnecting",          FLAG,   E,     AT(reconnecting) },
	{ "garbage",               FLAG,   E | T, AT(garbage) },
	{ "trickle",               FLAG,   E | P, AT(trickle) },
	{ "pieces",                NUMBER, E | P, AT(pieces) },
	{ "slow",                  NUMBER, E,     AT(slow) },
	{ "delay",                 NUMBER, T,     AT(delay) },
	{ "gap",                   NUMBER, T,     AT(gap) },
	{ "stderr",                NUMBER, E | P, AT(stderr_bytes) },
	{ "failed",                TEXT,   E | T, AT(failed) },
	{ "early_exit",            TEXT,   E,     AT(early_exit) },
	{ "early_once",            NUMBER, E,     AT(early_once) },
	{ "crash",                 NUMBER, E | T, AT(crash) },
	{ "crash_once",            NUMBER, E | T, AT(crash_once) },
	{ "crash_after",           NUMBER, T,     AT(crash_after) },
	{ "exit",                  NUMBER, T,     AT(exit) },
	{ "done_exit",             NUMBER, E,     AT(done_exit) },
	{ "no_final",              FLAG,   E,     AT(no_final) },
	{ "never_read",            FLAG,   E,     AT(never_read) },
	{ "ignore_term",           FLAG,   E | P, AT(ignore_term) },
	{ "grandchild",            FLAG,   E,     AT(grandchild) },
	{ "close_stdout",          FLAG,   E | P, AT(close_stdout) },
	{ "hang",                  FLAG,   E | T, AT(hang) },
	{ "hang_after_answer",     FLAG,   E,     AT(hang_after_answer) },
	{ "park",                  FLAG,   T,     AT(park) },
	{ "will_retry",            FLAG,   T,     AT(will_retry) },
	{ "approval",              FLAG,   T,     AT(approval) },
	{ "unknown_request",       FLAG,   T,     AT(unknown_request) },
	{ "early_complete",        FLAG,   T,     AT(early_complete) },
	{ "late_deltas",           FLAG,   T,     AT(late_deltas) },
	{ "duplicate_complete",    FLAG,   T,     AT(duplicate_complete) },
	{ "foreign",               FLAG,   T,     AT(foreign) },
	{ "stray_answer",          FLAG,   T,     AT(stray_answer) },
	{ "unknown_notification",  FLAG,   T,     AT(unknown_notification) },
	{ "child_once",            TEXT,   T,     AT(child_once) },
	{ "error_only",            FLAG,   T,     AT(error_only) },
	{ "compaction",            FLAG,   T,     AT(compaction) },
	{ "no_completed",          FLAG,   T,     AT(no_completed) },
	{ "ignore_interrupt",      FLAG,   T,     AT(ignore_interrupt) },
	{ "input_too_large",       FLAG,   T,     AT(input_too_large) },
	{ "long_line",             NUMBER, T,     AT(long_line) },
	{ "long_item",             NUMBER, T,     AT(long_item) },
	{ "overloaded",            NUMBER, T,     AT(overloaded) },
	{ "vanish",                FLAG,   T,     AT(vanish) },
	{ "refuse_news",           FLAG,   T,     AT(refuse_news) },
	{ "unasked",               FLAG,   T,     AT(unasked) },
	{ "ask_late",              FLAG,   T,     AT(ask_late) },
	{ "abandon",               NUMBER, T,     AT(abandon) },
	{ "slow_handshake",        NUMBER, P,     AT(slow_handshake) },
	{ "no_handshake",          FLAG,   P,     AT(no_handshake) },
	{ "handshake_error",       TEXT,   P,     AT(handshake_error) },
	{ "exit_at_start",         TEXT,   P,     AT(exit_at_start) },
	{ "exit_at_start_once",    TEXT,   P,     AT(exit_at_start_once) },
	{ "stop_reading",          FLAG,   P,     AT(stop_reading) },
	{ "exit_between",          FLAG,   P,     AT(exit_between) },
	{ "mute",                  FLAG,   P,     AT(mute) },
	{ "rss",                   TEXT,   P,     AT(rss) },
	{ "rate_limits",           TEXT,   P,     AT(rate_limits) },
	{ "not_logged_in",         FLAG,   P,     AT(not_logged_in) },
	{ "no_unsubscribe_answer", FLAG,   P,     AT(no_unsubscribe_answer) },
};
#undef E
#undef T
#undef P
/* clang-format on */

enum {
	NUMBER_MAX = 1 << 30
};

void
script_init(struct script *s)
{
	*s = (struct script){ .early_once = -1,
		.crash = -1,
		.crash_once = -1,
		.crash_after = -1,
		.exit = -1,
		.done_exit = -1 };
	strv_init(&s->tools);
}

void
script_free(struct script *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(directives); i++) {
		void *member = (char *)s + directives[i].offset;

		if (directives[i].kind == TEXT)
			free(*(char **)member);
		else if (directives[i].kind == LIST)
			strv_free(member);
	}
	script_init(s);
}

/* `value` is NULL for a directive without one. */
static int
apply(struct script *s, unsigned scopes, const char *name, const char *value)
{
	const struct directive *d = NULL;
	void *member;

	for (size_t i = 0; i < ARRAY_SIZE(directives) && d == NULL; i++) {
		if (strcmp(directives[i].name, name) == 0)
			d = &directives[i];
	}
	if (d == NULL || (d->scopes & scopes) == 0 ||
	    (d->kind == FLAG) != (value == NULL))
		return -EINVAL;
	member = (char *)s + d->offset;
	switch (d->kind) {
	case FLAG:
		*(bool *)member = true;
		return 0;
	case NUMBER:
		return parse_int(value, 0, NUMBER_MAX, member);
	case LIST:
		return strv_add(member, value);
	case TEXT:
		break;
	}
	free(*(char **)member);
	*(char **)member = strdup(value);
	return *(char **)member != NULL ? 0 : -ENOMEM;
}

int
script_parse(struct script *s, unsigned scopes, const char *line, size_t len)
{
	char *copy = strndup(line, len), *rest = copy, *name, *value;
	int r = 0;

	if (copy == NULL)
		return -ENOMEM;
	copy[strcspn(copy, "\r\n")] = '\0';
	while (r == 0 && (value = strsep(&rest, ";")) != NULL) {
		name = strsep(&value, "=");
		name += strspn(name, " \t");
		name[strcspn(name, " \t")] = '\0';
		if (*name != '\0')
			r = apply(s, scopes, name, value);
	}
	free(copy);
	return r;
}

/* What stands behind the mark, or NULL. */
static const char *
find_directives(const char *prompt, size_t len)
{
	static const char mark[] = "FAKE:";
	const char *at = len == 0 ? NULL
				  : memmem(prompt, len, mark, sizeof(mark) - 1);

	return at != NULL ? at + sizeof(mark) - 1 : NULL;
}

int
script_parse_prompt(
    struct script *s, unsigned scopes, const char *prompt, size_t len)
{
	const char *at = find_directives(prompt, len), *end;

	if (at == NULL)
		return 0;
	len -= (size_t)(at - prompt);
	end = memchr(at, '\n', len);
	return script_parse(
	    s, scopes, at, end != NULL ? (size_t)(end - at) : len);
}

bool
script_in_prompt(const char *prompt, size_t len)
{
	return find_directives(prompt, len) != NULL;
}

bool
script_has_text(const struct script *s)
{
	return s->text != NULL || s->big > 0 || s->messages > 0 ||
	    s->deltas > 0 || s->echo || s->echo_all;
}
