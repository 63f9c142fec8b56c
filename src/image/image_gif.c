/*
 * GIF: blocks, each of sub-blocks that end with an empty one.
 */
#include "image/image_format.h"

#include <stdbool.h>

enum {
	HEADER = 13,
	DESCRIPTOR = 9,
	EXTENSION = 0x21,
	IMAGE = 0x2c,
	TABLE = 0x80, /* a flag: a table of colours follows */
	CODE_SIZE_MAX = 11
};

struct walk {
	const uint8_t *p;
	size_t len, at;
	bool colours; /* a table for all images */
	unsigned images;
	uint64_t *decoded;
};

static bool
skip(struct walk *w, size_t n)
{
	if (w->len - w->at < n)
		return false;
	w->at += n;
	return true;
}

static bool
skip_table(struct walk *w, uint8_t flags)
{
	return (flags & TABLE) == 0 || skip(w, (size_t)3 << (1 + (flags & 7)));
}

static const char *
sub_blocks_fault(struct walk *w)
{
	while (w->at < w->len) {
		size_t n = w->p[w->at];

		if (!skip(w, 1 + n))
			break;
		if (n == 0)
			return NULL;
	}
	return IMAGE_CUT_OFF;
}

static const char *
image_fault(struct walk *w)
{
	const uint8_t *p = w->p + w->at;
	const char *fault;

	if (++w->images > 1)
		return "it is animated, and Codex would keep its first picture "
		       "alone";
	if (!skip(w, DESCRIPTOR))
		return IMAGE_CUT_OFF;
	fault = image_size_fault(
	    image_le16(p + 4), image_le16(p + 6), w->decoded);
	if (fault != NULL)
		return fault;
	if (!w->colours && (p[8] & TABLE) == 0)
		return IMAGE_DAMAGED;
	if (!skip_table(w, p[8]) || w->at == w->len)
		return IMAGE_CUT_OFF;
	if (w->p[w->at] > CODE_SIZE_MAX)
		return IMAGE_DAMAGED;
	w->at++;
	return sub_blocks_fault(w);
}

/* A trailer that is missing takes nothing away: decoders do without. */
const char *
image_gif_fault(const uint8_t *p, size_t len, uint64_t *decoded)
{
	struct walk w = { .p = p, .len = len, .decoded = decoded };
	const char *fault;

	if (!skip(&w, HEADER))
		return IMAGE_CUT_OFF;
	fault = image_size_fault(image_le16(p + 6), image_le16(p + 8), decoded);
	w.colours = (p[10] & TABLE) != 0;
	if (fault == NULL && !skip_table(&w, p[10]))
		return IMAGE_CUT_OFF;
	while (fault == NULL && w.at < w.len) {
		uint8_t block = p[w.at++];

		if (block == IMAGE)
			fault = image_fault(&w);
		else if (block == EXTENSION && skip(&w, 1))
			fault = sub_blocks_fault(&w);
		else
			break;
	}
	if (fault == NULL && w.images == 0)
		return w.at == w.len ? IMAGE_CUT_OFF : IMAGE_DAMAGED;
	return fault;
}
