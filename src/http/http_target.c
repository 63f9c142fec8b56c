#include "http/http_target.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Behind "http://" or "https://", or NULL. */
static const char *
behind_scheme(const char *raw)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		size_t len = strlen(schemes[i]);

		if (strncasecmp(raw, schemes[i], len) == 0)
			return raw + len;
	}
	return NULL;
}

/* One slash for each run of them, none at the end. */
static void
squeeze(char *path)
{
	char *to = path;

	for (const char *from = path; *from != '\0'; from++) {
		if (*from != '/' || from[1] != '/')
			*to++ = *from;
	}
	while (to - path > 1 && to[-1] == '/')
		to--;
	*to = '\0';
}

static bool
is_below_v1(const char *path)
{
	path += strspn(path, "/");
	return strncmp(path, "v1/", 3) == 0;
}

int
http_target_read(const char *raw, struct http_target *ret)
{
	const char *authority = behind_scheme(raw);
	const char *path = raw;
	size_t host_len = 0, len;
	char *copy;

	if (authority != NULL) {
		host_len = strcspn(authority, "/");
		path = authority + host_len;
		if (host_len == 0)
			return -EINVAL;
		if (*path == '\0')
			path = "/";
	} else if (raw[0] != '/' && strcmp(raw, "*") != 0) {
		return -EINVAL;
	}
	len = strlen(path);
	copy = malloc(len + 1 + host_len + 1);
	if (copy == NULL)
		return -ENOMEM;
	memcpy(copy, path, len + 1);
	if (host_len > 0)
		memcpy(copy + len + 1, authority, host_len);
	copy[len + 1 + host_len] = '\0';
	ret->path = copy;
	ret->host = authority == NULL ? NULL : copy + len + 1;
	if (is_below_v1(copy))
		squeeze(copy);
	return 0;
}

void
http_target_free(struct http_target *t)
{
	free(t->path);
	*t = (struct http_target){ 0 };
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
http_target_decode(char *s)
{
	char *to = s;

	for (const char *from = s; *from != '\0'; from++) {
		int high, low;

		*to = *from;
		if (*from == '%') {
			high = hex(from[1]);
			low = high < 0 ? -1 : hex(from[2]);
			if (low < 0 || high * 16 + low == 0)
				return -EINVAL;
			*to = (char)(high * 16 + low);
			from += 2;
		}
		to++;
	}
	*to = '\0';
	return (int)(to - s);
}
