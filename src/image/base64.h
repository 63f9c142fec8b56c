/*
 * base64.h - decoding of standard base64 (RFC 4648 section 4), as in data:
 * URLs. Pure; any thread.
 */
#ifndef IMAGE_BASE64_H
#define IMAGE_BASE64_H

#include <stddef.h>

#include "base/buf.h"

/*
 * Appends what `len` characters of base64 decode to. Padding may be left
 * out; white space and the URL-safe alphabet are refused. Bits left over
 * in the last character are not looked at.
 * Errors: -EINVAL (not base64; `out` unchanged), -ENOMEM, -EMSGSIZE.
 */
MUST_CHECK int base64_decode(const char *s, size_t len, struct buf *out);

#endif
