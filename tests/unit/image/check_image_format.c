#include "unit/unit.h"

#include <stdbool.h>
#include <string.h>

#include "image/image_format.h"
#include "unit/image_samples.h"

typedef const char *fault_fn(const uint8_t *p, size_t len, uint64_t *decoded);

#define SAMPLE(name) name, sizeof(name)
#define TOO_BIG "it has more than 64 million pixels"
#define EMPTY "it has no pixels"
#define KIND "it is a JPEG of a kind that Codex cannot read"

static uint64_t decoded_bytes; /* of the last one */

/* A fault in a copy of just that size, so that a sanitizer sees the end. */
static const char *
fault_of(fault_fn *fn, const uint8_t *p, size_t len)
{
	uint8_t *copy = malloc(len);
	const char *fault;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, p, len);
	decoded_bytes = 0;
	fault = fn(copy, len, &decoded_bytes);
	free(copy);
	return fault;
}

static const struct {
	fault_fn *fn;
	const uint8_t *p;
	size_t len;
	size_t needed; /* bytes without which it is cut off */
} samples[] = {
	{ image_png_fault, SAMPLE(sample_png), sizeof(sample_png) },
	{ image_png_fault, SAMPLE(sample_palette), sizeof(sample_palette) },
	{ image_jpeg_fault, SAMPLE(sample_jpeg), sizeof(sample_jpeg) },
	{ image_jpeg_fault, SAMPLE(sample_progressive),
	    sizeof(sample_progressive) },
	/* the trailer */
	{ image_gif_fault, SAMPLE(sample_gif), sizeof(sample_gif) - 1 },
	/* the padding */
	{ image_webp_fault, SAMPLE(sample_webp), sizeof(sample_webp) },
	{ image_webp_fault, SAMPLE(sample_lossless),
	    sizeof(sample_lossless) - 1 },
};

START_TEST(whole_ones_pass_and_parts_do_not)
{
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		for (size_t len = 12; len <= samples[i].len; len++) {
			const char *fault = fault_of(
			    samples[i].fn, samples[i].p, len);

			if (len >= samples[i].needed)
				ck_assert_msg(fault == NULL &&
					decoded_bytes == 4, /* a pixel */
				    "%zu, %zu: %s", i, len, fault);
			else
				ck_assert_msg(
				    fault != NULL, "%zu, %zu", i, len);
		}
	}
}
END_TEST

START_TEST(what_follows_does_not_matter)
{
	uint8_t more[512];

	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		memcpy(more, samples[i].p, samples[i].len);
		memset(more + samples[i].len, 'x', 100);
		ck_assert_ptr_null(
		    fault_of(samples[i].fn, more, samples[i].len + 100));
	}
}
END_TEST

START_TEST(a_png_with_a_changed_byte_is_damaged)
{
	uint8_t copy[sizeof(sample_png)];

	/* Its checksum of IEND is not looked at. */
	for (size_t at = 8; at < sizeof(copy) - 4; at++) {
		memcpy(copy, sample_png, sizeof(copy));
		copy[at] ^= 4;
		ck_assert_msg(
		    fault_of(image_png_fault, copy, sizeof(copy)) != NULL,
		    "byte %zu", at);
	}
}
END_TEST

static const struct {
	fault_fn *fn;
	const uint8_t *p;
	size_t len;
	size_t at; /* of what is put there instead */
	const char *bytes;
	size_t n;
	const char *fault; /* NULL: none */
	const char *comment;
} changes[] = {
	{ image_png_fault, SAMPLE(sample_png), 16, "\0\0\0\0", 4, EMPTY,
	    "PNG without width" },
	{ image_png_fault, SAMPLE(sample_png), 16, "\0\0\x1f\x41\0\0\x1f\x40",
	    8, TOO_BIG, "8001 x 8000" },
	{ image_png_fault, SAMPLE(sample_png), 16, "\0\0\x1f\x40\0\0\x1f\x40",
	    8, "it is damaged: a checksum is wrong", "8000 x 8000" },
	{ image_png_fault, SAMPLE(sample_png), 24, "\3", 1, IMAGE_DAMAGED,
	    "a depth that there is not" },
	{ image_png_fault, SAMPLE(sample_png), 28, "\2", 1, IMAGE_DAMAGED,
	    "an interlace that there is not" },
	{ image_png_fault, SAMPLE(sample_png), 37, "IDAt", 4, IMAGE_DAMAGED,
	    "optional data alone" },
	{ image_png_fault, SAMPLE(sample_png), 37, "ABCD", 4, IMAGE_DAMAGED,
	    "an unknown chunk that matters" },
	{ image_png_fault, SAMPLE(sample_palette), 37, "pLTE", 4, IMAGE_DAMAGED,
	    "no palette" },
	{ image_png_fault, SAMPLE(sample_png), 8, "\0\0\0\14", 4, IMAGE_DAMAGED,
	    "a short header" },
	{ image_png_fault, SAMPLE(sample_png), 33, "\xff\xff\xff\xff", 4,
	    IMAGE_CUT_OFF, "a chunk of 4 GiB" },
	{ image_jpeg_fault, SAMPLE(sample_jpeg), 94, "\0\0\0\0", 4, EMPTY,
	    "JPEG without sides" },
	{ image_jpeg_fault, SAMPLE(sample_jpeg), 94, "\xfd\xe8\xfd\xe8", 4,
	    TOO_BIG, "65000 x 65000" },
	{ image_jpeg_fault, SAMPLE(sample_jpeg), 90, "\xc9", 1, KIND,
	    "arithmetic" },
	{ image_jpeg_fault, SAMPLE(sample_jpeg), 90, "\xc3", 1, KIND,
	    "lossless" },
	{ image_jpeg_fault, SAMPLE(sample_jpeg), 93, "\14", 1, KIND,
	    "12 bits" },
	{ image_jpeg_fault, SAMPLE(sample_jpeg), 98, "\2", 1, IMAGE_DAMAGED,
	    "two components" },
	{ image_jpeg_fault, SAMPLE(sample_jpeg), 90, "\xe0", 1, IMAGE_DAMAGED,
	    "no frame" },
	{ image_jpeg_fault, SAMPLE(sample_jpeg), 21, "\xe0", 1, IMAGE_DAMAGED,
	    "no quantisation" },
	{ image_jpeg_fault, SAMPLE(sample_jpeg), 4, "\0\1", 2, IMAGE_DAMAGED,
	    "a segment shorter than its length" },
	{ image_gif_fault, SAMPLE(sample_gif), 6, "\0\0", 2, EMPTY,
	    "GIF without width" },
	{ image_gif_fault, SAMPLE(sample_gif), 6, "\xff\xff\xff\xff", 4,
	    TOO_BIG, "65535 x 65535" },
	{ image_gif_fault, SAMPLE(sample_gif), 24, "\0\0", 2, EMPTY,
	    "a picture without width" },
	{ image_gif_fault, SAMPLE(sample_gif), 19, "\x3b", 1, IMAGE_DAMAGED,
	    "no picture" },
	{ image_gif_fault, SAMPLE(sample_gif), 29, "\x0c", 1, IMAGE_DAMAGED,
	    "a code size that there is not" },
	{ image_webp_fault, SAMPLE(sample_webp), 26, "\0\0", 2, EMPTY,
	    "WebP without width" },
	{ image_webp_fault, SAMPLE(sample_webp), 26, "\xff\x3f\xff\x3f", 4,
	    TOO_BIG, "16383 x 16383" },
	{ image_webp_fault, SAMPLE(sample_webp), 23, "\0", 1, IMAGE_DAMAGED,
	    "no start code" },
	{ image_webp_fault, SAMPLE(sample_webp), 20, "\xd1", 1, IMAGE_DAMAGED,
	    "no key frame" },
	{ image_webp_fault, SAMPLE(sample_webp), 12, "ABCD", 4, IMAGE_CUT_OFF,
	    "no image" },
	{ image_webp_fault, SAMPLE(sample_webp), 4, "\x1e\0\0\0", 4, NULL,
	    "the size in its header is too small" },
	{ image_webp_fault, SAMPLE(sample_webp), 4, "\xff\0\0\0", 4, NULL,
	    "the size in its header is too large" },
	{ image_webp_fault, SAMPLE(sample_lossless), 20, "\x30", 1,
	    IMAGE_DAMAGED, "no signature" },
	{ image_webp_fault, SAMPLE(sample_lossless), 21, "\xff\xff\xff\x0f", 4,
	    TOO_BIG, "16384 x 16384" },
	{ image_webp_fault, SAMPLE(sample_animation), 0, "RIFF", 4, NULL,
	    "an animation is passed on whole" },
	{ image_webp_fault, SAMPLE(sample_animation), 24, "\xff\xff\xff", 3,
	    NULL, "a canvas of 2^24 x 1" },
	{ image_webp_fault, SAMPLE(sample_animation), 24,
	    "\xff\xff\xff\xff\xff\xff", 6, TOO_BIG, "a canvas of 2^24 x 2^24" },
	{ image_webp_fault, SAMPLE(sample_animation), 58,
	    "\xff\xff\xff\xff\xff\xff", 6, TOO_BIG, "a frame of 2^24 x 2^24" },
};

START_TEST(changes_are_told)
{
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		uint8_t copy[512];
		const char *fault;

		memcpy(copy, changes[i].p, changes[i].len);
		memcpy(copy + changes[i].at, changes[i].bytes, changes[i].n);
		fault = fault_of(changes[i].fn, copy, changes[i].len);
		if (changes[i].fault == NULL)
			ck_assert_msg(
			    fault == NULL, "%s: %s", changes[i].comment, fault);
		else
			ck_assert_msg(fault != NULL &&
				strcmp(fault, changes[i].fault) == 0,
			    "%s: %s", changes[i].comment,
			    fault != NULL ? fault : "passes");
	}
}
END_TEST

/* Two pictures: the block of the first, again. */
START_TEST(an_animated_gif_is_told)
{
	static const size_t block = 19, trailer = sizeof(sample_gif) - 1;
	uint8_t copy[2 * sizeof(sample_gif)];
	const char *fault;

	memcpy(copy, sample_gif, trailer);
	memcpy(copy + trailer, sample_gif + block, sizeof(sample_gif) - block);
	fault = fault_of(
	    image_gif_fault, copy, trailer + sizeof(sample_gif) - block);
	ck_assert_ptr_nonnull(fault);
	ck_assert_ptr_nonnull(strstr(fault, "animated"));
}
END_TEST

/* Codex 0.169.0 never comes back from one of 4 bytes. */
START_TEST(a_palette_has_three_bytes_a_colour)
{
	uint8_t copy[sizeof(sample_palette) + 1];
	const char *fault;

	memcpy(copy, sample_palette, 44);
	copy[44] = 0;
	memcpy(copy + 45, sample_palette + 44, sizeof(sample_palette) - 44);
	copy[36] = 4;
	fault = fault_of(image_png_fault, copy, sizeof(copy));
	ck_assert_ptr_nonnull(fault);
	ck_assert_str_eq(fault, IMAGE_DAMAGED);
}
END_TEST

/* The checksum of a chunk's type and data, behind them. */
static void
put_crc(uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= p[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
	}
	crc = ~crc;
	p[len] = (uint8_t)(crc >> 24);
	p[len + 1] = (uint8_t)(crc >> 16);
	p[len + 2] = (uint8_t)(crc >> 8);
	p[len + 3] = (uint8_t)crc;
}

/* A chunk of nothing; its checksum is not put. */
static size_t
put_chunk(uint8_t *out, const char *type, size_t len)
{
	out[0] = (uint8_t)(len >> 24);
	out[1] = (uint8_t)(len >> 16);
	out[2] = (uint8_t)(len >> 8);
	out[3] = (uint8_t)len;
	memcpy(out + 4, type, 4);
	return 12 + len;
}

static const struct {
	const char *head; /* width, height, depth, colour */
	const char *type; /* of a chunk behind the header */
	size_t len;
	bool passes;
	const char *comment;
} decoded[] = {
	{ "\0\0\x1f\x40\0\0\x1f\x40\x08\6", "abCd", 0, true,
	    "8000 x 8000, RGBA of 8 bits" },
	{ "\0\0\x1f\x40\0\0\x1f\x40\x10\6", "abCd", 0, false,
	    "8000 x 8000, RGBA of 16 bits" },
	{ "\0\0\x1f\x40\0\0\x1f\x40\x10\2", "abCd", 0, false,
	    "8000 x 8000, RGB of 16 bits" },
	{ "\0\0\x1f\x40\0\0\x1f\x40\x10\4", "abCd", 0, true,
	    "8000 x 8000, grey of 16 bits" },
	{ "\0\0\x1f\x40\0\0\x0f\xa0\x10\6", "abCd", 0, true,
	    "8000 x 4000, RGBA of 16 bits" },
	{ "\0\0\x1f\x40\0\0\x0f\xa0\x10\6", "iCCP", 1, false,
	    "the same with a profile" },
	{ "\0\0\0\1\0\0\0\1\x08\6", "iCCP", 248000, true,
	    "a profile of up to 256 MB" },
	{ "\0\0\0\1\0\0\0\1\x08\6", "iCCP", 248100, false,
	    "a profile of perhaps more" },
	{ "\0\0\0\1\0\0\0\1\x08\6", "zTXt", 300000, true,
	    "texts are not inflated" },
};

START_TEST(what_it_takes_decoded_is_bounded)
{
	for (size_t i = 0; i < ARRAY_SIZE(decoded); i++) {
		uint8_t *p = calloc(1, 400000);
		const char *fault;
		size_t at;

		ck_assert_ptr_nonnull(p);
		memcpy(p, sample_png, 33);
		memcpy(p + 16, decoded[i].head, 10);
		put_crc(p + 12, 17);
		at = 33;
		at += put_chunk(p + at, decoded[i].type, decoded[i].len);
		at += put_chunk(p + at, "IDAT", 0);
		put_crc(p + at - 8, 4);
		at += put_chunk(p + at, "IEND", 0);
		fault = fault_of(image_png_fault, p, at);
		free(p);
		if (decoded[i].passes)
			ck_assert_msg(
			    fault == NULL, "%s: %s", decoded[i].comment, fault);
		else
			ck_assert_msg(fault != NULL &&
				strstr(fault, "256 million bytes") != NULL,
			    "%s: %s", decoded[i].comment,
			    fault != NULL ? fault : "passes");
	}
}
END_TEST

UNIT_MAIN("image_format", whole_ones_pass_and_parts_do_not,
    what_follows_does_not_matter, a_png_with_a_changed_byte_is_damaged,
    changes_are_told, an_animated_gif_is_told,
    a_palette_has_three_bytes_a_colour, what_it_takes_decoded_is_bounded)
