/*
 * once.h - remembers which texts were seen, for the directive `once`.
 *
 * Life cycle: static; nothing to free but once_free at the end. Any thread.
 */
#ifndef SIM_ONCE_H
#define SIM_ONCE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True the first time this text is given, false after that. When memory is
 * out it is forgotten, so that a fault repeats rather than vanishes.
 */
bool once_first(const char *text, size_t len);

void once_free(void);

#endif
