#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

/*
 * By lead byte: length of the character and bounds of its second byte, which
 * alone tell overlong forms, surrogates and what is past U+10FFFF (RFC 3629,
 * section 4). Later bytes are 80..BF. Length 0: no character starts so.
 */
struct lead {
	unsigned char len, low, high;
};

static struct lead
utf8_lead(unsigned char c)
{
	if (c < 0x80)
		return (struct lead){ 1, 0, 0 };
	if (c < 0xc2 || c > 0xf4)
		return (struct lead){ 0, 0, 0 };
	if (c < 0xe0)
		return (struct lead){ 2, 0x80, 0xbf };
	if (c < 0xf0)
		return (struct lead){ 3, c == 0xe0 ? 0xa0 : 0x80,
			c == 0xed ? 0x9f : 0xbf };
	return (
	    struct lead){ 4, c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf };
}

/* How many of the first `len` bytes agree with what the lead byte says. */
static size_t
utf8_matching(const unsigned char *s, size_t len, struct lead lead)
{
	size_t n = 1;

	if (len > lead.len)
		len = lead.len;
	if (len > 1 && s[1] >= lead.low && s[1] <= lead.high)
		for (n = 2; n < len && (s[n] & 0xc0) == 0x80; n++)
			;
	return n;
}

size_t
utf8_char(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;
	struct lead lead;

	if (len == 0)
		return 0;
	lead = utf8_lead(u[0]);
	if (lead.len == 0 || utf8_matching(u, len, lead) < lead.len)
		return 0;
	return lead.len;
}

size_t
utf8_valid_prefix(const char *s, size_t len)
{
	size_t i = 0, n;
	uint64_t word;

	while (i < len) {
		/* Most text is ASCII: eight bytes at a time. */
		while (len - i >= sizeof(word)) {
			memcpy(&word, s + i, sizeof(word));
			if ((word & UINT64_C(0x8080808080808080)) != 0)
				break;
			i += sizeof(word);
		}
		if (i == len)
			break;
		n = utf8_char(s + i, len - i);
		if (n == 0)
			break;
		i += n;
	}
	return i;
}

size_t
utf8_complete_prefix(const char *s, size_t len)
{
	const unsigned char *u = (const unsigned char *)s;

	for (size_t back = 1; back <= 3 && back <= len; back++) {
		const unsigned char *c = u + len - back;
		struct lead lead;

		if ((*c & 0xc0) == 0x80)
			continue;
		lead = utf8_lead(*c);
		if (lead.len > back && utf8_matching(c, back, lead) == back)
			return len - back;
		break;
	}
	return len;
}

void
utf8_mend_cuts(char *s)
{
	size_t len = strlen(s), at = 0, kept = 0;

	while (at < len) {
		const unsigned char *u = (const unsigned char *)s + at;
		struct lead lead = utf8_lead(*u);
		size_t n = lead.len > 1 ? utf8_matching(u, len - at, lead) : 1;

		if (lead.len <= 1 || n == lead.len) {
			memmove(s + kept, s + at, n);
			kept += n;
		}
		at += n;
	}
	s[kept] = '\0';
}

size_t
utf8_count(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}
