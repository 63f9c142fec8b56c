/*
 * text.h - a text with its length: what callers write may contain NUL (as
 * \u0000 in JSON), so no strlen tells it. Pure; any thread.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct text {
	const char *s; /* may be NULL when `len` is 0 */
	size_t len;
};

static inline struct text
text_of(const char *s)
{
	return (struct text){ s, strlen(s) };
}

/* True when both hold the same bytes. */
static inline bool
text_equal(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

/* True when it is this word and nothing more: a NUL in it is a difference. */
static inline bool
text_is(struct text t, const char *word)
{
	return text_equal(t, text_of(word));
}

/* True when its first bytes are this word. */
static inline bool
text_begins(struct text t, const char *word)
{
	size_t n = strlen(word);

	return t.len >= n && memcmp(t.s, word, n) == 0;
}

#endif
