/*
 * app_bounds.h - how long a codex app-server may be silent, slow or away before
 * something is done about it. In one place, and not told to the compiler, so
 * that a program of the tests can be linked with others (tests/e2e): what only
 * waits for these is tested in a fraction of the time. Any thread.
 */
#ifndef ENGINE_CHILD_APP_BOUNDS_H
#define ENGINE_CHILD_APP_BOUNDS_H

#include <stdint.h>

/* All are ns. */
struct app_bounds {
	int64_t pulse_quiet; /* silence while turns only run; app_pulse.h */
	int64_t pulse_step;
	/* To the end of the handshake; 0.4 s where it is quiet. */
	int64_t handshake;
	/*
	 * A child that does not answer a request for so long hangs, unless it
	 * has answered another meanwhile, or has a large conversation to read
	 * (one of 32 MB took 5 s on a loaded machine) or images to decode.
	 */
	int64_t answer;
	/*
	 * Behind a whole call nothing more of the response: has it ended badly?
	 * A model that writes another call is as silent.
	 */
	int64_t call_quiet;
	/*
	 * Behind the outputs in the history of one that has: what tells why is
	 * there within 3 ms. Codex asks again after 180 ms at the earliest.
	 */
	int64_t call_end;
	int64_t exit; /* between the end of its output and its own */
	/* Between end of input, TERM and KILL; idle it needs milliseconds. */
	int64_t end_grace;
	int64_t first_pause; /* between starts that fail, doubling */
	int64_t longest_pause;
};

extern const struct app_bounds app_bounds;

#endif
