/*
 * Checking an image and decoding it agree, but for what is not whole; what is
 * decoded is of a known kind and has its first bytes. Input: the URL, or the
 * bytes of an image.
 */
#include <errno.h>

#include "image/image_data.h"
#include "image/image_format.h"
#include "fuzz.h"

static void
check_kind(const char *extension, const struct buf *b)
{
	FUZZ_ASSERT(b->len >= 12);
	if (strcmp(extension, "png") == 0)
		FUZZ_ASSERT(memcmp(b->data + 1, "PNG", 3) == 0);
	else if (strcmp(extension, "jpg") == 0)
		FUZZ_ASSERT((unsigned char)b->data[0] == 0xff);
	else if (strcmp(extension, "webp") == 0)
		FUZZ_ASSERT(memcmp(b->data + 8, "WEBP", 4) == 0);
	else
		FUZZ_ASSERT(strcmp(extension, "gif") == 0 &&
		    memcmp(b->data, "GIF8", 4) == 0);
}

/* In memory of that size alone, so that a read past the end is seen. */
static void
check_bytes(const uint8_t *data, size_t size)
{
	static const char *(*const functions[])(const uint8_t *p, size_t len,
	    uint64_t *decoded) = { image_png_fault, image_jpeg_fault,
		image_webp_fault, image_gif_fault };
	uint64_t decoded;
	uint8_t *copy;

	if (size < 12)
		return;
	copy = malloc(size);
	FUZZ_ASSERT(copy != NULL);
	memcpy(copy, data, size);
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		decoded = 0;
		if (functions[i](copy, size, &decoded) == NULL)
			FUZZ_ASSERT(decoded <= LIMIT_IMAGE_DECODED);
	}
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text url = { size > 0 ? (const char *)data : "", size };
	const char *extension = NULL, *fault = NULL;
	struct buf b;
	uint64_t decoded;
	int rc, checked;

	check_bytes(data, size);
	buf_init(&b, LIMIT_IMAGE_BYTES);
	rc = image_data_decode(url, &b, &extension);
	checked = image_data_check(url, &decoded, &fault);
	FUZZ_ASSERT(checked == (fault != NULL ? -EBADMSG : rc));
	FUZZ_ASSERT(fault == NULL || rc == 0);
	if (rc == 0)
		check_kind(extension, &b);
	else
		FUZZ_ASSERT(rc == -EPROTO || rc == -EINVAL || rc == -ENOTSUP);
	buf_free(&b);
	return 0;
}
