#include "codex/codex_words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

struct words {
	char *out;
	size_t len;
};

static void
add(struct words *w, const char *s, size_t len)
{
	size_t room = CODEX_WORDS_MAX - 1 - w->len;

	if (len > room)
		len = utf8_complete_prefix(s, room);
	memcpy(w->out + w->len, s, len);
	w->len += len;
}

/* A password may hold brackets and commas; at the end they are not its. */
static size_t
address_length(const char *s)
{
	size_t len = strcspn(s, " \t\r\n\"<>");

	while (len > 0 && strchr("'(),.;:", s[len - 1]) != NULL)
		len--;
	return len;
}

/* The host and port in [s, s + len), which is "SCHEME://..." or not. */
static const char *
host_of(const char *s, size_t len, size_t *ret_len)
{
	const char *end = s + len, *at = memmem(s, len, "://", 3);

	s = at != NULL ? at + 3 : s;
	len = strcspn(s, "/?#");
	if (s + len < end)
		end = s + len;
	at = memrchr(s, '@', (size_t)(end - s));
	s = at != NULL ? at + 1 : s;
	*ret_len = (size_t)(end - s);
	return s;
}

static void
add_host(struct words *w, const char *before, const char *url, size_t len)
{
	size_t host_len;
	const char *host = host_of(url, len, &host_len);

	add(w, before, strlen(before));
	add(w, host, host_len);
}

/* An address that may be passed on, but for its user and its query. */
static void
add_public(struct words *w, const char *url, size_t len)
{
	const char *rest, *scheme_end = memmem(url, len, "://", 3);
	size_t host_len, path_len;
	const char *host = host_of(url, len, &host_len);

	add(w, url, (size_t)(scheme_end + 3 - url));
	add(w, host, host_len);
	rest = host + host_len;
	path_len = strcspn(rest, "?#");
	if (rest + path_len > url + len)
		path_len = (size_t)(url + len - rest);
	add(w, rest, path_len);
}

/* Where the scheme of the next address begins, or the end. */
static const char *
next_address(const char *s)
{
	const char *at = strcasestr(s, "http://"),
		   *secure = strcasestr(s, "https://");

	if (at == NULL || (secure != NULL && secure < at))
		at = secure;
	return at != NULL ? at : s + strlen(s);
}

static void
add_text(struct words *w, const char *s, const char *end)
{
	while (s < end) {
		const char *at = next_address(s);
		size_t len;

		if (at >= end)
			break;
		add(w, s, (size_t)(at - s));
		len = address_length(at);
		if (at + len > end)
			len = (size_t)(end - at);
		add_public(w, at, len);
		s = at + len;
	}
	if (s < end)
		add(w, s, (size_t)(end - s));
}

/*
 * Behind the address stand only things of the way there (cf-ray, request id);
 * the bracket is that of "Reconnecting... 1/5 (...)".
 */
static void
clean(const char *message, bool with_host, struct words *w)
{
	static const char tail[] = ", url: ", sent[] = " for url (";
	const char *end = strstr(message, tail), *s = message, *at;
	size_t len = strlen(message);

	if (end == NULL)
		end = message + len;
	while ((at = strstr(s, sent)) != NULL && at < end) {
		const char *url = at + strlen(sent);
		size_t url_len = address_length(url);

		add_text(w, s, at);
		if (with_host)
			add_host(w, " to ", url, url_len);
		s = url + url_len + (url[url_len] == ')');
	}
	add_text(w, s, end);
	if (*end == '\0')
		return;
	if (with_host)
		add_host(w, ", host: ", end + strlen(tail),
		    address_length(end + strlen(tail)));
	if (message[len - 1] == ')' &&
	    memchr(message, '(', (size_t)(end - message)))
		add(w, ")", 1);
}

void
codex_words_for_caller(const char *message, char ret[CODEX_WORDS_MAX])
{
	struct words w = { ret, 0 };

	clean(message, false, &w);
	ret[w.len] = '\0';
}

void
codex_words_for_log(const char *message, char ret[CODEX_WORDS_MAX])
{
	struct words w = { ret, 0 };

	clean(message, true, &w);
	ret[w.len] = '\0';
}
