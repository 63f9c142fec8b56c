/*
 * image_data.h - images that come as data: URLs (RFC 2397). Pure.
 */
#ifndef IMAGE_IMAGE_DATA_H
#define IMAGE_IMAGE_DATA_H

#include <stdint.h>

#include "base/buf.h"
#include "base/text.h"

/*
 * Decodes "data:image/TYPE;base64,..." into `out` and sets *ret_extension to
 * a constant "png", "jpg", "webp" or "gif". The content's first bytes, not
 * the label, decide the type.
 * Errors: -EPROTO not a data: URL (http and the like), -EINVAL malformed or
 * not base64, -ENOTSUP neither PNG, JPEG, WebP nor GIF, -EMSGSIZE, -ENOMEM.
 */
MUST_CHECK int
image_data_decode(struct text url, struct buf *out, const char **ret_extension);

/*
 * Checks all that image_data_decode would, and that the image is whole
 * (image_format.h), without keeping the bytes. *ret_decoded are the bytes that
 * decoding it takes at most. Errors: those, and -EBADMSG
 * with *ret_fault a constant phrase that says what is wrong with "it".
 */
MUST_CHECK int image_data_check(
    struct text url, uint64_t *ret_decoded, const char **ret_fault);

#endif
