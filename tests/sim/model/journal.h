/*
 * journal.h - what sim_model was asked, one JSON line an event, appended to
 * a file with one write(2) each.
 *
 * Life cycle: journal_open or nothing (all calls then do nothing),
 * journal_close. Any thread after journal_open.
 */
#ifndef SIM_JOURNAL_H
#define SIM_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* Errors: -errno of open(2). */
MUST_CHECK int journal_open(const char *path);
void journal_close(void);

/* Writes one line; takes over `entry`. */
void journal_write(json_t *entry);

/*
 * The response to request `n`, which was there at `started`, has ended: all of
 * it was sent, or the script broke it off, or neither.
 */
void journal_closed(uint64_t n, bool completed, bool cut, int64_t started);

#endif
