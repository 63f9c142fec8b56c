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
 * does. It returns NULL, or a constant phrase that says what "it" is or does.
 */
#ifndef CORE_IMAGE_FORMAT_H
#define CORE_IMAGE_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/*
 * 8000 x 8000, over which Codex takes seconds; over larger ones minutes, and
 * gigabytes.
 */
#define IMAGE_MAX_PIXELS UINT64_C(64000000)

const char *image_png_fault(const uint8_t *p, size_t len);
const char *image_jpeg_fault(const uint8_t *p, size_t len);
const char *image_webp_fault(const uint8_t *p, size_t len);
const char *image_gif_fault(const uint8_t *p, size_t len);

#define IMAGE_CUT_OFF "it ends too early"
#define IMAGE_DAMAGED "it is damaged"

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

static inline const char *
image_size_fault(uint64_t width, uint64_t height)
{
	if (width == 0 || height == 0)
		return "it has no pixels";
	if (width > IMAGE_MAX_PIXELS / height)
		return "it has more than 64 million pixels";
	return NULL;
}

#endif
