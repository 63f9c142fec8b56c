/*
 * image_format.h - whether an image is whole, told from the structure of its
 * format and without decoding it. Pure; any thread.
 *
 * Codex puts a sentence in the place of an image that it cannot decode, so
 * the model would be asked about something else (doc/codex.md has what was
 * seen). What is refused here Codex would have replaced, or cut down to a
 * part, or it would have taken seconds and gigabytes over it. What passes can
 * still be refused by a decoder: a PNG that was compressed wrongly has right
 * checksums, too.
 *
 * Each function takes an image of at least 12 bytes that begins as its format
 * does. It returns NULL, or a constant phrase that says what "it" is or does,
 * and raises *decoded, 0 at first, to the bytes that decoding it takes at most.
 */
#ifndef IMAGE_IMAGE_FORMAT_H
#define IMAGE_IMAGE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

const char *image_png_fault(const uint8_t *p, size_t len, uint64_t *decoded);
const char *image_jpeg_fault(const uint8_t *p, size_t len, uint64_t *decoded);
const char *image_webp_fault(const uint8_t *p, size_t len, uint64_t *decoded);
const char *image_gif_fault(const uint8_t *p, size_t len, uint64_t *decoded);

#define IMAGE_CUT_OFF "it ends too early"
#define IMAGE_DAMAGED "it is damaged"
#define IMAGE_TOO_MUCH "it takes more than 256 million bytes when it is decoded"

static inline uint32_t
image_le16(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t
image_le32(const uint8_t *p)
{
	return image_le16(p) | image_le16(p + 2) << 16;
}

static inline uint32_t
image_be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | (uint32_t)p[1];
}

static inline uint32_t
image_be32(const uint8_t *p)
{
	return image_be16(p) << 16 | image_be16(p + 2);
}

/* The largest size that an image names of itself counts, with four channels. */
static inline const char *
image_size_fault(uint64_t width, uint64_t height, uint64_t *largest)
{
	if (width == 0 || height == 0)
		return "it has no pixels";
	if (width > LIMIT_IMAGE_PIXELS / height)
		return "it has more than 64 million pixels";
	if (4 * width * height > *largest)
		*largest = 4 * width * height;
	return NULL;
}

#endif
