/*
 * utf8.h - well-formed UTF-8 (RFC 3629). Pure; any thread.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/*
 * Bytes of the well-formed character that `s` starts with; 0 when it starts
 * with none or `len` cuts it off.
 */
size_t utf8_char(const char *s, size_t len);

/*
 * Length of the longest well-formed prefix of `s`. Equal to `len` when all
 * of it is well-formed.
 */
size_t utf8_valid_prefix(const char *s, size_t len);

/*
 * The largest length at most `len` that does not end inside a character
 * which may yet be completed by bytes to come. Used to cut text in pieces.
 */
size_t utf8_complete_prefix(const char *s, size_t len);

/*
 * Takes out of a string what is left of characters that were cut off, as a
 * precision in bytes does ("%.64s"). Other bytes stay, well-formed or not.
 */
void utf8_mend_cuts(char *s);

/* Number of characters in well-formed text. */
size_t utf8_count(const char *s, size_t len);

#endif
