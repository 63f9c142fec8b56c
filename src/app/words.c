#include "app/words.h"

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

char **
words_copy_without(char *const *argv, const char *word)
{
	size_t n = 0;
	char **copy;

	while (argv[n] != NULL)
		n++;
	copy = calloc(n + 1, sizeof(char *));
	if (copy == NULL)
		return NULL;
	memcpy(copy, argv, n * sizeof(char *));
	words_take(copy, word);
	return copy;
}

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
