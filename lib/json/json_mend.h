/*
 * json_mend.h - JSON that jansson does not read, though it is JSON (RFC 8259)
 * and other readers take it. Pure; any thread.
 *
 * Integers beyond 64 bits become the double that is nearest, in a notation
 * with an exponent; numbers beyond a double, the power of ten that is next to
 * its end. Half a surrogate pair, which is what is left of a character that
 * was cut in two, becomes U+FFFD.
 */
#ifndef JSON_JSON_MEND_H
#define JSON_JSON_MEND_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Mends `len` bytes in place, behind which stands a NUL. What is mended takes
 * as many bytes as before, so that all else stays where it is. Of what is no
 * JSON nothing need be right. False when there was nothing to mend.
 */
bool json_mend(char *text, size_t len);

#endif
