/*
 * app_pause.h - how long a worker waits before it starts a child again. Pure.
 */
#ifndef ENGINE_POOL_APP_PAUSE_H
#define ENGINE_POOL_APP_PAUSE_H

#include <stdint.h>

/*
 * The pause in ns after so many failures in a row, at least one: first_pause
 * of app_bounds, twice that and so on, longest_pause at most.
 */
int64_t app_pause_after(unsigned failures);

#endif
