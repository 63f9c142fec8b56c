#include "image/image_data.h"

#include <errno.h>
#include <strings.h>

#include "base/limits.h"
#include "image/base64.h"
#include "image/image_format.h"

static const struct kind {
	const char *magic;
	size_t len;
	const char *more; /* at offset 8, or NULL */
	const char *extension;
	const char *(*fault)(const uint8_t *p, size_t len, uint64_t *decoded);
} kinds[] = {
	{ "\x89PNG\r\n\x1a\n", 8, NULL, "png", image_png_fault },
	{ "\xff\xd8\xff", 3, NULL, "jpg", image_jpeg_fault },
	{ "RIFF", 4, "WEBP", "webp", image_webp_fault },
	{ "GIF87a", 6, NULL, "gif", image_gif_fault },
	{ "GIF89a", 6, NULL, "gif", image_gif_fault },
};

static const struct kind *
recognise(const char *bytes, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (len < 12 ||
		    memcmp(bytes, kinds[i].magic, kinds[i].len) != 0)
			continue;
		if (kinds[i].more == NULL ||
		    memcmp(bytes + 8, kinds[i].more, 4) == 0)
			return &kinds[i];
	}
	return NULL;
}

/* The base64 part of "data:[TYPE][;PARAMETER...];base64,...". */
static int
find_payload(struct text url, struct text *ret_payload)
{
	static const char mark[] = ";base64";
	const char *comma;
	size_t head, n = strlen(mark);

	if (url.len < 5 || strncasecmp(url.s, "data:", 5) != 0)
		return -EPROTO;
	comma = memchr(url.s, ',', url.len);
	if (comma == NULL)
		return -EINVAL;
	head = (size_t)(comma - url.s);
	if (head < n || strncasecmp(comma - n, mark, n) != 0)
		return -EINVAL;
	ret_payload->s = comma + 1;
	ret_payload->len = url.len - head - 1;
	return 0;
}

static int
decode(struct text url, struct buf *out, const struct kind **ret_kind)
{
	struct text payload;
	int rc = find_payload(url, &payload);

	if (rc != 0)
		return rc;
	if (payload.len / 4 * 3 > LIMIT_IMAGE_BYTES)
		return -EMSGSIZE;
	rc = base64_decode(payload.s, payload.len, out);
	if (rc != 0)
		return rc;
	*ret_kind = out->len > 0 ? recognise(out->data, out->len) : NULL;
	return *ret_kind == NULL ? -ENOTSUP : 0;
}

int
image_data_decode(struct text url, struct buf *out, const char **ret_extension)
{
	const struct kind *kind;
	int rc = decode(url, out, &kind);

	if (rc == 0)
		*ret_extension = kind->extension;
	return rc;
}

int
image_data_check(struct text url, uint64_t *ret_decoded, const char **ret_fault)
{
	const struct kind *kind;
	const char *fault = NULL;
	struct buf bytes;
	int rc;

	*ret_decoded = 0;
	buf_init(&bytes, LIMIT_IMAGE_BYTES);
	rc = decode(url, &bytes, &kind);
	if (rc == 0)
		fault = kind->fault(
		    (const uint8_t *)bytes.data, bytes.len, ret_decoded);
	buf_free(&bytes);
	if (fault != NULL) {
		*ret_fault = fault;
		rc = -EBADMSG;
	}
	return rc;
}
