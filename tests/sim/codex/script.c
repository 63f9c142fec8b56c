#include "script.h"

#include <errno.h>

#include "base/parse.h"

struct directive {
	const char *name;
	enum {
		FLAG,
		NUMBER,
		TEXT
	} kind;
	size_t offset;
};

/* clang-format off */
#define AT(member) offsetof(struct script, member)
static const struct directive directives[] = {
	{ "text",              TEXT,   AT(text) },
	{ "big",               NUMBER, AT(big) },
	{ "messages",          NUMBER, AT(messages) },
	{ "echo",              FLAG,   AT(echo) },
	{ "badutf8",           FLAG,   AT(badutf8) },
	{ "reasoning",         TEXT,   AT(reasoning) },
	{ "error_item",        TEXT,   AT(error_item) },
	{ "reconnecting",      FLAG,   AT(reconnecting) },
	{ "garbage",           FLAG,   AT(garbage) },
	{ "trickle",           FLAG,   AT(trickle) },
	{ "pieces",            NUMBER, AT(pieces) },
	{ "slow",              NUMBER, AT(slow) },
	{ "stderr",            NUMBER, AT(stderr_bytes) },
	{ "failed",            TEXT,   AT(failed) },
	{ "early_exit",        TEXT,   AT(early_exit) },
	{ "early_once",        NUMBER, AT(early_once) },
	{ "crash",             NUMBER, AT(crash) },
	{ "crash_once",        NUMBER, AT(crash_once) },
	{ "done_exit",         NUMBER, AT(done_exit) },
	{ "no_final",          FLAG,   AT(no_final) },
	{ "never_read",        FLAG,   AT(never_read) },
	{ "ignore_term",       FLAG,   AT(ignore_term) },
	{ "grandchild",        FLAG,   AT(grandchild) },
	{ "close_stdout",      FLAG,   AT(close_stdout) },
	{ "hang",              FLAG,   AT(hang) },
	{ "hang_after_answer", FLAG,   AT(hang_after_answer) },
};
/* clang-format on */

enum {
	NUMBER_MAX = 1 << 30
};

void
script_init(struct script *s)
{
	*s = (struct script){
		.early_once = -1, .crash = -1, .crash_once = -1, .done_exit = -1
	};
}

void
script_free(struct script *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(directives); i++) {
		if (directives[i].kind == TEXT)
			free(*(
			    char **)(void *)((char *)s + directives[i].offset));
	}
	script_init(s);
}

/* `value` is NULL for a directive without one. */
static int
apply(struct script *s, const char *name, const char *value)
{
	const struct directive *d = NULL;
	void *member;

	for (size_t i = 0; i < ARRAY_SIZE(directives) && d == NULL; i++) {
		if (strcmp(directives[i].name, name) == 0)
			d = &directives[i];
	}
	if (d == NULL || (d->kind == FLAG) != (value == NULL))
		return -EINVAL;
	member = (char *)s + d->offset;
	if (d->kind == FLAG)
		*(bool *)member = true;
	else if (d->kind == NUMBER)
		return parse_int(value, 0, NUMBER_MAX, member);
	else {
		free(*(char **)member);
		*(char **)member = strdup(value);
		return *(char **)member != NULL ? 0 : -ENOMEM;
	}
	return 0;
}

int
script_parse(struct script *s, const char *line, size_t len)
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
			r = apply(s, name, value);
	}
	free(copy);
	return r;
}

int
script_parse_prompt(struct script *s, const char *prompt, size_t len)
{
	static const char mark[] = "FAKE:";
	const char *at = len == 0 ? NULL
				  : memmem(prompt, len, mark, sizeof(mark) - 1);
	const char *end;

	if (at == NULL)
		return 0;
	at += sizeof(mark) - 1;
	len -= (size_t)(at - prompt);
	end = memchr(at, '\n', len);
	return script_parse(s, at, end != NULL ? (size_t)(end - at) : len);
}
