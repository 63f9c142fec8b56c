/*
 * Checking an image and decoding it agree; what is decoded is of a known kind
 * and has its first bytes. Input: the URL.
 */
#include <errno.h>

#include "core/image_data.h"
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text url = { size > 0 ? (const char *)data : "", size };
	const char *extension = NULL;
	struct buf b;
	int rc;

	buf_init(&b, IMAGE_MAX_BYTES);
	rc = image_data_decode(url, &b, &extension);
	FUZZ_ASSERT(rc == image_data_check(url));
	if (rc == 0)
		check_kind(extension, &b);
	else
		FUZZ_ASSERT(rc == -EPROTO || rc == -EINVAL || rc == -ENOTSUP);
	buf_free(&b);
	return 0;
}
