/*
 * summary.h - what start and restart print of the server that is up: in a few
 * lines what a person needs, or all of it. Main thread.
 */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include <stdbool.h>

#include "client/running.h"

/*
 * The server's own settings as /private/server has them (`r->about`). With
 * `before`, settings in the same form, it says what has changed since, else
 * what differs from the defaults.
 */
void summary_print(const struct settings *s, const struct running *r,
    const json_t *before, bool verbose);

#endif
