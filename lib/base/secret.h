/*
 * secret.h - handling of keys. Any thread.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

/*
 * True when the presented bytes equal the expected string. The time taken
 * depends on the presented length alone, never on where they differ.
 */
bool
secret_equal(const char *expected, const char *presented, size_t presented_len);

/* What is printed in a secret's place: "set" or "not set". */
const char *secret_redacted(const char *secret);

/* Overwrites a string in place in a way the compiler may not drop. */
void secret_wipe(char *s);

#endif
