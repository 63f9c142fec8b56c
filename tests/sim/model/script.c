#include "script.h"

#include <errno.h>

#include "base/parse.h"

struct directive {
	const char *name;
	enum {
		FLAG,
		NUMBER,
		TEXT,
		SPECIAL
	} kind;
	size_t offset;
	int (*set)(struct script *s, char *value);
};

static int set_tool(struct script *s, char *value);
static int set_usage(struct script *s, char *value);
static int set_status(struct script *s, char *value);
static int set_failed(struct script *s, char *value);
static int set_cut(struct script *s, char *value);
static int set_cut_once(struct script *s, char *value);

/* clang-format off */
#define AT(member) offsetof(struct script, member)
static const struct directive directives[] = {
	{ "text",         TEXT,    AT(text),         NULL },
	{ "deltas",       NUMBER,  AT(deltas),       NULL },
	{ "big",          NUMBER,  AT(big),          NULL },
	{ "messages",     NUMBER,  AT(messages),     NULL },
	{ "utf8",         FLAG,    AT(utf8),         NULL },
	{ "echo",         FLAG,    AT(echo),         NULL },
	{ "echo_all",     FLAG,    AT(echo_all),     NULL },
	{ "outputs",      FLAG,    AT(outputs),      NULL },
	{ "tool",         SPECIAL, 0,                set_tool },
	{ "call_id",      TEXT,    AT(call_id),      NULL },
	{ "half",         FLAG,    AT(half),         NULL },
	{ "reasoning",    TEXT,    AT(reasoning),    NULL },
	{ "sealed",       TEXT,    AT(sealed),       NULL },
	{ "commentary",   TEXT,    AT(commentary),   NULL },
	{ "final",        FLAG,    AT(final),        NULL },
	{ "usage",        SPECIAL, 0,                set_usage },
	{ "split",        NUMBER,  AT(split),        NULL },
	{ "gap",          NUMBER,  AT(gap),          NULL },
	{ "delay",        NUMBER,  AT(delay),        NULL },
	{ "unreadable",   FLAG,    AT(unreadable),   NULL },
	{ "status",       SPECIAL, 0,                set_status },
	{ "message",      TEXT,    AT(message),      NULL },
	{ "failed",       SPECIAL, 0,                set_failed },
	{ "incomplete",   TEXT,    AT(incomplete),   NULL },
	{ "cut",          SPECIAL, 0,                set_cut },
	{ "cut_once",     SPECIAL, 0,                set_cut_once },
	{ "hang",         FLAG,    AT(hang),         NULL },
	{ "hang_headers", FLAG,    AT(hang_headers), NULL },
	{ "behind",       FLAG,    AT(behind),       NULL },
	{ "once",         FLAG,    AT(once),         NULL },
	{ "goodbye",      NUMBER,  AT(goodbye),      NULL },
	{ "close",        NUMBER,  AT(close),        NULL },
	{ "forget",       FLAG,    AT(forget),       NULL },
};
/* clang-format on */

enum {
	NUMBER_MAX = 1 << 30
};

static int
number(const char *text, int64_t *ret_value)
{
	return parse_int(text, 0, NUMBER_MAX, ret_value);
}

static int
replace(char **text, const char *value)
{
	char *copy = strdup(value);

	if (copy == NULL)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

/* NAME:ARGUMENTS; arguments that are a JSON string are its contents. */
static int
set_tool(struct script *s, char *value)
{
	char *colon = strchr(value, ':');
	json_t *call, *arguments;

	if (colon == NULL)
		return -EINVAL;
	*colon = '\0';
	if (colon[1] == '"')
		arguments = json_loads(colon + 1, JSON_DECODE_ANY, NULL);
	else
		arguments = json_string(colon + 1);
	call = json_pack("[s, o]", value, arguments);
	if (call == NULL)
		return -EINVAL;
	if (s->tools == NULL)
		s->tools = json_array();
	return json_array_append_new(s->tools, call) < 0 ? -ENOMEM : 0;
}

static int
set_usage(struct script *s, char *value)
{
	int64_t *const fields[] = { &s->usage.input, &s->usage.cached,
		&s->usage.output, &s->usage.reasoning };
	char *rest = value, *field;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		field = strsep(&rest, ",");
		if (field == NULL || number(field, fields[i]) < 0)
			return -EINVAL;
	}
	return rest == NULL ? 0 : -EINVAL;
}

/* STATUS, then in any order a code, a number of seconds, "once". */
static int
set_status(struct script *s, char *value)
{
	char *rest = value, *field = strsep(&rest, ",");
	int r = parse_int(field, 200, 599, &s->status);

	while (r == 0 && (field = strsep(&rest, ",")) != NULL) {
		if (strcmp(field, "once") == 0)
			s->once = true;
		else if (number(field, &s->after) < 0)
			r = replace(&s->code, field);
	}
	return r;
}

/* CODE[,once][:MESSAGE] */
static int
set_failed(struct script *s, char *value)
{
	char *message = value, *code = strsep(&message, ":"), *name;

	if (message != NULL && replace(&s->failed_message, message) < 0)
		return -ENOMEM;
	name = strsep(&code, ",");
	if (code != NULL && strcmp(code, "once") != 0)
		return -EINVAL;
	s->once = s->once || code != NULL;
	return replace(&s->failed, name);
}

static int
set_cut(struct script *s, char *value)
{
	char *once = value, *deltas = strsep(&once, ",");

	if (once != NULL && strcmp(once, "once") != 0)
		return -EINVAL;
	s->once = s->once || once != NULL;
	return number(deltas, &s->cut);
}

static int
set_cut_once(struct script *s, char *value)
{
	s->once = true;
	return number(value, &s->cut);
}

/* `value` is NULL for a directive without one. */
static int
apply(struct script *s, const char *name, char *value)
{
	const struct directive *d = NULL;
	char *member;

	for (size_t i = 0; i < ARRAY_SIZE(directives) && d == NULL; i++) {
		if (strcmp(directives[i].name, name) == 0)
			d = &directives[i];
	}
	if (d == NULL || (d->kind == FLAG) != (value == NULL))
		return -EINVAL;
	member = (char *)s + d->offset;
	switch (d->kind) {
	case FLAG:
		*(bool *)(void *)member = true;
		return 0;
	case NUMBER:
		return number(value, (int64_t *)(void *)member);
	case TEXT:
		return replace((char **)(void *)member, value);
	case SPECIAL:
		break;
	}
	return d->set(s, value);
}

/* Where a directive ends; a ";" inside a JSON string does not end it. */
static const char *
directive_end(const char *p, const char *end, bool strings)
{
	bool inside = false;

	for (; p < end && *p != '\n'; p++) {
		if (*p == ';' && !inside)
			break;
		if (*p == '"' && strings)
			inside = !inside;
		if (*p == '\\' && inside && p + 1 < end)
			p++;
	}
	return p;
}

static void
trim(const char **p, const char **end)
{
	while (*p < *end && strchr(" \t\r", **p) != NULL)
		(*p)++;
	while (*p < *end && strchr(" \t\r", (*end)[-1]) != NULL)
		(*end)--;
}

/* The value as a string of its own, out of its quotes when it has any. */
static char *
decode_value(const char *p, const char *end)
{
	json_t *decoded;
	char *value;

	trim(&p, &end);
	if (p == end || *p != '"')
		return strndup(p, (size_t)(end - p));
	decoded = json_loadb(p, (size_t)(end - p), JSON_DECODE_ANY, NULL);
	value = json_is_string(decoded) ? strdup(json_string_value(decoded))
					: NULL;
	json_decref(decoded);
	return value;
}

/* One directive, [p, end), with `equals` at the "=" or NULL. */
static int
parse_directive(
    struct script *s, const char *p, const char *equals, const char *end)
{
	const char *name_end = equals != NULL ? equals : end;
	char *name, *value = NULL;
	int r = -EINVAL;

	trim(&p, &name_end);
	name = strndup(p, (size_t)(name_end - p));
	if (equals != NULL)
		value = decode_value(equals + 1, end);
	if (name != NULL && (equals == NULL || value != NULL))
		r = *name == '\0' && equals == NULL ? 0 : apply(s, name, value);
	free(name);
	free(value);
	return r;
}

static const struct script defaults = {
	.usage = { 11, 3, 7, 2 }, .after = -1, .cut = -1, .close = -1
};

/* Whether a directive is "then", which ends a step. */
static bool
is_then(const char *p, const char *end)
{
	trim(&p, &end);
	return end - p == 4 && memcmp(p, "then", 4) == 0;
}

static int
parse_line(struct script *s, int64_t rounds, const char *p, const char *end,
    char ret_error[SCRIPT_ERROR_MAX])
{
	const char *start, *equals;
	bool strings;
	int r = 0;

	while (r == 0 && p < end && *p != '\n') {
		start = p;
		while (p < end && strchr("=;\n", *p) == NULL)
			p++;
		equals = p < end && *p == '=' ? p : NULL;
		if (equals != NULL) {
			const char *first = equals + 1, *rest = end;

			trim(&first, &rest);
			strings = (first < end && *first == '"') ||
			    memmem(start, (size_t)(p - start), "tool", 4);
			p = directive_end(equals + 1, end, strings);
		}
		if (equals == NULL && is_then(start, p)) {
			if (rounds == 0)
				return 0;
			rounds--;
			script_free(s);
			*s = defaults;
		} else {
			r = parse_directive(s, start, equals, p);
		}
		if (r < 0)
			snprintf(ret_error, SCRIPT_ERROR_MAX,
			    "sim: bad directive:%.*s",
			    p - start > 100 ? 100 : (int)(p - start), start);
		if (p < end && *p == ';')
			p++;
	}
	s->over = rounds > 0;
	return r;
}

int
script_parse(const char *text, size_t len, int64_t rounds,
    struct script *ret_script, char ret_error[SCRIPT_ERROR_MAX])
{
	static const char mark[] = "SIM:";
	const char *at = len == 0 ? NULL
				  : memmem(text, len, mark, sizeof(mark) - 1);
	struct script s = defaults;
	int r = 0;

	if (at != NULL)
		r = parse_line(
		    &s, rounds, at + sizeof(mark) - 1, text + len, ret_error);
	if (r < 0) {
		script_free(&s);
		return r;
	}
	*ret_script = s;
	return 0;
}

void
script_free(struct script *s)
{
	free(s->text);
	free(s->reasoning);
	free(s->sealed);
	free(s->commentary);
	free(s->code);
	free(s->message);
	free(s->failed);
	free(s->failed_message);
	free(s->incomplete);
	free(s->call_id);
	json_decref(s->tools);
	*s = (struct script){ 0 };
}

bool
script_has_text(const struct script *s)
{
	return s->text != NULL || s->deltas > 0 || s->big > 0 ||
	    s->messages > 0 || s->utf8 || s->echo || s->echo_all || s->outputs;
}

void
script_mend(struct script *s)
{
	s->status = 0;
	s->cut = -1;
	free(s->failed);
	s->failed = NULL;
}
