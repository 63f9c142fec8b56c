/*
 * PNG: chunks with checksums, from IHDR over IDAT to IEND.
 */
#include "image/image_format.h"

#include <stdbool.h>
#include <string.h>

enum {
	SIGNATURE = 8,
	CHUNK_EXTRA = 12, /* length, type, checksum */
	IHDR_LEN = 13,
	PALETTE_LEN_MAX = 3 * 256,
	PALETTE_COLOUR = 3,
	INFLATION_MAX = 1032 /* bytes out of one of deflate (RFC 1951) */
};

struct walk {
	bool palette, data;
	uint8_t colour;
	uint64_t decoded; /* bytes, at most */
	uint64_t shown; /* those of four channels, which Codex makes of it */
};

struct chunk {
	const uint8_t *type, *data;
	uint32_t len;
};

/* CRC-32 (ISO 3309), four bits a step: the table is small and constant. */
static uint32_t
crc32(const uint8_t *p, size_t len)
{
	static const uint32_t table[16] = { 0x00000000, 0x1db71064, 0x3b6e20c8,
		0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0,
		0x86d3d2d4, 0xa00ae278, 0xbdbdf21c };
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc = table[(crc ^ p[i]) & 15] ^ crc >> 4;
		crc = table[(crc ^ (uint32_t)p[i] >> 4) & 15] ^ crc >> 4;
	}
	return ~crc;
}

static bool
is_type(const struct chunk *c, const char *type)
{
	return memcmp(c->type, type, 4) == 0;
}

/* A checksum matters where a decoder looks at it: not in optional chunks. */
static bool
is_optional(const struct chunk *c)
{
	return (c->type[0] & 0x20) != 0;
}

static bool
is_depth(uint8_t colour, uint8_t depth)
{
	switch (colour) {
	case 0:
		return depth == 1 || depth == 2 || depth == 4 || depth == 8 ||
		    depth == 16;
	case PALETTE_COLOUR:
		return depth == 1 || depth == 2 || depth == 4 || depth == 8;
	case 2:
	case 4:
	case 6:
		return depth == 8 || depth == 16;
	default:
		return false;
	}
}

/* With the transparency that another chunk may give to colours. */
static uint64_t
bytes_a_pixel(uint8_t colour, uint8_t depth)
{
	uint64_t channels = colour == 0 || colour == 4 ? 2 : 4;

	return depth == 16 ? 2 * channels : channels;
}

static const char *
add_decoded(struct walk *w, uint64_t bytes)
{
	w->decoded += bytes;
	return w->decoded > LIMIT_IMAGE_DECODED ? IMAGE_TOO_MUCH : NULL;
}

static const char *
header_fault(struct walk *w, const struct chunk *c)
{
	const uint8_t *p = c->data;
	const char *fault;

	if (!is_type(c, "IHDR") || c->len != IHDR_LEN)
		return IMAGE_DAMAGED;
	/* compression, filter, interlace */
	if (!is_depth(p[9], p[8]) || p[10] != 0 || p[11] != 0 || p[12] > 1)
		return IMAGE_DAMAGED;
	w->colour = p[9];
	fault = image_size_fault(image_be32(p), image_be32(p + 4), &w->shown);
	return fault != NULL ? fault
			     : add_decoded(w,
				   bytes_a_pixel(p[9], p[8]) * image_be32(p) *
				       image_be32(p + 4));
}

/*
 * Of the optional chunks that are compressed Codex inflates the profile alone:
 * one of 1 MB that inflates to 1 GB took it a minute and 500 MiB. What there
 * is in it could only be counted by inflating it, so the worst is taken; a
 * picture of ordinary size may still have one of 200 kB, which is rare.
 */
static const char *
optional_fault(struct walk *w, const struct chunk *c)
{
	return is_type(c, "iCCP")
	    ? add_decoded(w, (uint64_t)c->len * INFLATION_MAX)
	    : NULL;
}

static const char *
later_fault(struct walk *w, const struct chunk *c)
{
	if (is_type(c, "IDAT")) {
		w->data = true;
		return w->colour == PALETTE_COLOUR && !w->palette
		    ? IMAGE_DAMAGED
		    : NULL;
	}
	/* Over a palette of another length Codex never comes back. */
	if (is_type(c, "PLTE")) {
		w->palette = true;
		return w->data || c->len == 0 || c->len % 3 != 0 ||
			c->len > PALETTE_LEN_MAX
		    ? IMAGE_DAMAGED
		    : NULL;
	}
	return IMAGE_DAMAGED;
}

const char *
image_png_fault(const uint8_t *p, size_t len, uint64_t *decoded)
{
	struct walk w = { .palette = false };
	const char *fault = NULL;
	size_t at = SIGNATURE;

	while (fault == NULL) {
		struct chunk c;

		if (len - at < CHUNK_EXTRA)
			return IMAGE_CUT_OFF;
		c = (struct chunk){ .type = p + at + 4,
			.data = p + at + 8,
			.len = image_be32(p + at) };
		if (c.len > len - at - CHUNK_EXTRA)
			return IMAGE_CUT_OFF;
		if (is_type(&c, "IEND")) {
			*decoded = w.decoded > w.shown ? w.decoded : w.shown;
			return w.data ? NULL : IMAGE_DAMAGED;
		}
		if (at == SIGNATURE)
			fault = header_fault(&w, &c);
		else if (is_optional(&c))
			fault = optional_fault(&w, &c);
		else
			fault = later_fault(&w, &c);
		if (fault == NULL && !is_optional(&c) &&
		    crc32(c.type, c.len + 4) != image_be32(c.data + c.len))
			fault = "it is damaged: a checksum is wrong";
		at += c.len + CHUNK_EXTRA;
	}
	return fault;
}
