/*
 * WebP: chunks of a RIFF, among them one with an image, or some in an
 * animation.
 */
#include "image/image_format.h"

#include <stdbool.h>
#include <string.h>

enum {
	RIFF_HEADER = 12,
	CHUNK_HEADER = 8
};

struct walk {
	bool image;
	uint64_t *decoded;
};

static bool
is_type(const uint8_t *chunk, const char *type)
{
	return memcmp(chunk, type, 4) == 0;
}

/* 24 bits that count from 1. */
static uint32_t
side(const uint8_t *p)
{
	return 1 + (image_le16(p) | (uint32_t)p[2] << 16);
}

/* A frame header (RFC 6386, 9.1): key frame, start code, 14 bits a side. */
static const char *
lossy_fault(struct walk *w, const uint8_t *p, uint32_t len)
{
	if (len < 10 || (p[0] & 1) != 0 ||
	    memcmp(p + 3, "\x9d\x01\x2a", 3) != 0)
		return IMAGE_DAMAGED;
	return image_size_fault(
	    image_le16(p + 6) & 0x3fff, image_le16(p + 8) & 0x3fff, w->decoded);
}

static const char *
lossless_fault(struct walk *w, const uint8_t *p, uint32_t len)
{
	uint32_t bits;

	if (len < 5 || p[0] != 0x2f)
		return IMAGE_DAMAGED;
	bits = image_le32(p + 1);
	return image_size_fault(
	    1 + (bits & 0x3fff), 1 + (bits >> 14 & 0x3fff), w->decoded);
}

static const char *
chunk_fault(struct walk *w, const uint8_t *chunk, uint32_t len)
{
	const uint8_t *p = chunk + CHUNK_HEADER;

	if (is_type(chunk, "VP8X"))
		return len < 10
		    ? IMAGE_DAMAGED
		    : image_size_fault(side(p + 4), side(p + 7), w->decoded);
	if (is_type(chunk, "VP8 ")) {
		w->image = true;
		return lossy_fault(w, p, len);
	}
	if (is_type(chunk, "VP8L")) {
		w->image = true;
		return lossless_fault(w, p, len);
	}
	if (is_type(chunk, "ANMF")) {
		w->image = true;
		return len < 16
		    ? IMAGE_DAMAGED
		    : image_size_fault(side(p + 6), side(p + 9), w->decoded);
	}
	return NULL;
}

/*
 * The size in the header may be wrong, as decoders do not mind it; each chunk
 * must be there. The byte that pads the last one may be missing.
 */
const char *
image_webp_fault(const uint8_t *p, size_t len, uint64_t *decoded)
{
	uint64_t end = (uint64_t)image_le32(p + 4) + 8;
	struct walk w = { .image = false, .decoded = decoded };
	size_t at = RIFF_HEADER;

	while (at < len && len - at >= CHUNK_HEADER && (at < end || !w.image)) {
		uint32_t n = image_le32(p + at + 4);
		const char *fault;

		if (n > len - at - CHUNK_HEADER)
			return IMAGE_CUT_OFF;
		fault = chunk_fault(&w, p + at, n);
		if (fault != NULL)
			return fault;
		at += CHUNK_HEADER + n;
		at += n & 1;
	}
	return w.image ? NULL : IMAGE_CUT_OFF;
}
