#include "base/strv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	STRV_FIRST_SIZE = 8
};

void
strv_init(struct strv *sv)
{
	*sv = (struct strv){ 0 };
}

void
strv_truncate(struct strv *sv, size_t n)
{
	while (sv->n > n) {
		sv->n--;
		free(sv->v[sv->n]);
		sv->v[sv->n] = NULL;
	}
}

void
strv_free(struct strv *sv)
{
	if (sv == NULL)
		return;
	strv_truncate(sv, 0);
	free(sv->v);
	strv_init(sv);
}

/* Makes room for one more string and the NULL behind it. */
static int
strv_grow(struct strv *sv)
{
	size_t size;
	char **v;

	if (sv->n >= STRV_MAX)
		return -E2BIG;
	if (sv->n + 1 < sv->size)
		return 0;
	size = sv->size == 0 ? STRV_FIRST_SIZE : sv->size * 2;
	v = realloc(sv->v, size * sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	v[sv->n] = NULL;
	sv->v = v;
	sv->size = size;
	return 0;
}

/* Appends `s`, which becomes the vector's; it is freed on failure. */
static int
strv_add_owned(struct strv *sv, char *s)
{
	int r = s == NULL ? -ENOMEM : strv_grow(sv);

	if (r < 0) {
		free(s);
		return r;
	}
	sv->v[sv->n++] = s;
	sv->v[sv->n] = NULL;
	return 0;
}

int
strv_add(struct strv *sv, const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = malloc(size);

	if (copy != NULL)
		memcpy(copy, s, size);
	return strv_add_owned(sv, copy);
}

int
strv_vaddf(struct strv *sv, const char *fmt, va_list ap)
{
	va_list again;
	char *s;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	/* Only a text over INT_MAX bytes fails here. */
	if (n < 0)
		return -ENOMEM;
	s = malloc((size_t)n + 1);
	if (s == NULL)
		return -ENOMEM;
	(void)vsnprintf(s, (size_t)n + 1, fmt, ap);
	return strv_add_owned(sv, s);
}

int
strv_addf(struct strv *sv, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = strv_vaddf(sv, fmt, ap);
	va_end(ap);
	return r;
}

int
strv_add_all(struct strv *sv, ...)
{
	size_t before = sv->n;
	const char *s;
	va_list ap;
	int r = 0;

	va_start(ap, sv);
	while (r == 0 && (s = va_arg(ap, const char *)) != NULL)
		r = strv_add(sv, s);
	va_end(ap);
	if (r < 0)
		strv_truncate(sv, before);
	return r;
}

int
strv_add_vector(struct strv *sv, char *const *v)
{
	size_t before = sv->n;
	int r = 0;

	for (; v != NULL && *v != NULL && r == 0; v++)
		r = strv_add(sv, *v);
	if (r < 0)
		strv_truncate(sv, before);
	return r;
}

/* The value when `entry` is NAME=VALUE of this name, else NULL. */
static char *
env_value(char *entry, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(entry, name, len) != 0 || entry[len] != '=')
		return NULL;
	return entry + len + 1;
}

const char *
strv_env_get(const struct strv *sv, const char *name)
{
	for (size_t i = 0; i < sv->n; i++) {
		const char *value = env_value(sv->v[i], name);

		if (value != NULL)
			return value;
	}
	return NULL;
}

static bool
env_is_name(char *entry, const char *name)
{
	return env_value(entry, name) != NULL;
}

static bool
env_has_prefix(char *entry, const char *prefix)
{
	return strncmp(entry, prefix, strlen(prefix)) == 0;
}

/* Removes what `match` takes among the first `end` strings. */
static void
strv_drop(struct strv *sv, size_t end, bool (*match)(char *, const char *),
    const char *key)
{
	size_t kept = 0;

	for (size_t i = 0; i < sv->n; i++) {
		if (i < end && match(sv->v[i], key))
			free(sv->v[i]);
		else
			sv->v[kept++] = sv->v[i];
	}
	sv->n = kept;
	if (sv->v != NULL)
		sv->v[kept] = NULL;
}

int
strv_env_set(struct strv *sv, const char *name, const char *value)
{
	int r = strv_addf(sv, "%s=%s", name, value);

	/* The new entry first, so that a failure changes nothing. */
	if (r == 0)
		strv_drop(sv, sv->n - 1, env_is_name, name);
	return r;
}

void
strv_env_drop_prefix(struct strv *sv, const char *prefix)
{
	strv_drop(sv, sv->n, env_has_prefix, prefix);
}

void
strv_env_unset(struct strv *sv, const char *name)
{
	strv_drop(sv, sv->n, env_is_name, name);
}
