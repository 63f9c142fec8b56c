#include "cli/words.h"

#include <stdio.h>

#include "options/nearest.h"

bool
words_have_help(char *const *argv)
{
	for (; *argv != NULL; argv++) {
		if (strcmp(*argv, "--help") == 0 || strcmp(*argv, "-h") == 0)
			return true;
	}
	return false;
}

bool
words_take(char **argv, const char *word)
{
	char **to = argv;
	bool found = false;

	for (; *argv != NULL; argv++) {
		if (strcmp(*argv, word) == 0)
			found = true;
		else
			*to++ = *argv;
	}
	*to = NULL;
	return found;
}

/* The value of the option `word` at argv, which may be the next word. */
static const char *
value_at(char *const *argv, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*argv, word, len) != 0)
		return NULL;
	if ((*argv)[len] == '=')
		return *argv + len + 1;
	return (*argv)[len] == '\0' ? argv[1] : NULL;
}

const char *
words_take_value(char **argv, const char *word, const char *otherwise)
{
	const char *value = otherwise, *found;
	bool ended = false;
	char **to = argv;

	for (; *argv != NULL; argv++) {
		ended = ended || strcmp(*argv, "--") == 0;
		found = ended ? NULL : value_at(argv, word);
		if (found == NULL) {
			*to++ = *argv;
			continue;
		}
		value = found;
		argv += found == argv[1];
	}
	*to = NULL;
	return value;
}

/* ---- what may have been meant ---- */

enum {
	NAME_MAX_BYTES = 128
};

static bool
is_own(const char *name, const char *const *own)
{
	for (; *own != NULL; own++) {
		if (strcmp(name, *own) == 0)
			return true;
	}
	return strcmp(name, "--help") == 0;
}

static const struct option_def *
find_def(const char *name, const struct option_table *t)
{
	const struct option_def *def = options_find(t, name + 2);

	if (def == NULL && strncmp(name, "--no-", 5) == 0)
		def = options_find(t, name + 5);
	return def;
}

/* Into `found`, with dashes. */
static bool
find_near(const char *name, const char *const *own,
    const struct option_table *t, char found[NAME_MAX_BYTES])
{
	bool negated = strncmp(name, "--no-", 5) == 0;
	struct nearest n;

	nearest_begin(&n, name + (negated ? 5 : 2));
	for (; *own != NULL && !negated; own++)
		nearest_offer(&n, *own + 2);
	for (size_t i = 0; i < t->n; i++) {
		if (!negated || t->defs[i].type == OPTION_BOOL)
			nearest_offer(&n, t->defs[i].name);
	}
	snprintf(found, NAME_MAX_BYTES, "--%s%s", negated ? "no-" : "",
	    nearest_end(&n) != NULL ? nearest_end(&n) : "");
	return nearest_end(&n) != NULL;
}

/* "-v": one of the command's own words that begins with this letter. */
static bool
find_long(const char *name, const char *const *own, char found[NAME_MAX_BYTES])
{
	for (; *own != NULL; own++) {
		if ((*own)[2] != name[1])
			continue;
		snprintf(found, NAME_MAX_BYTES, "%s", *own);
		return true;
	}
	return false;
}

/* True with what was meant; *is_value: the next word is a value. */
static bool
suggestion(const char *word, const char *const *own,
    const struct option_table *t, bool *is_value, char found[NAME_MAX_BYTES])
{
	char name[NAME_MAX_BYTES];
	const struct option_def *def;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	*is_value = false;
	if (strcmp(name, "-f") == 0 && is_own("--follow", own))
		return false;
	if (name[1] != '-')
		return strlen(name) == 2 && find_long(name, own, found);
	if (is_own(name, own))
		return false;
	def = find_def(name, t);
	if (def == NULL)
		return find_near(name, own, t, found);
	*is_value = def->type != OPTION_BOOL && strchr(word, '=') == NULL;
	return false;
}

bool
words_suggest(
    char *const *argv, const char *const *own, const struct option_table *t)
{
	char found[NAME_MAX_BYTES];
	bool is_value = false;

	for (; *argv != NULL && strcmp(*argv, "--") != 0; argv++) {
		if (is_value) {
			is_value = false;
			continue;
		}
		if ((*argv)[0] != '-' ||
		    !suggestion(*argv, own, t, &is_value, found))
			continue;
		fprintf(stderr,
		    "codex-api-proxy: unknown option '%.*s'; did you mean "
		    "%s?\n",
		    (int)strcspn(*argv, "="), *argv, found);
		return true;
	}
	return false;
}

/* ---- */

static void
hide(char *s)
{
	memset(s, 'x', strlen(s));
}

static const struct option_def *
secret_option(const char *word, const struct option_table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t len = strlen(t->defs[i].name);

		if ((t->defs[i].flags & OPTION_SECRET) != 0 &&
		    strncmp(word, "--", 2) == 0 &&
		    strncmp(word + 2, t->defs[i].name, len) == 0 &&
		    (word[2 + len] == '=' || word[2 + len] == '\0'))
			return &t->defs[i];
	}
	return NULL;
}

void
words_hide_secrets(char **argv, const struct option_table *t)
{
	for (; *argv != NULL; argv++) {
		if (secret_option(*argv, t) == NULL)
			continue;
		if (strchr(*argv, '=') != NULL)
			hide(strchr(*argv, '=') + 1);
		else if (argv[1] != NULL)
			hide(*++argv);
	}
}
