/*
 * The bounds of src/engine/child/app_bounds.c, each a fifth: what tests/e2e
 * runs with --hasty waits for them. Not less, or a busy machine is mistaken for
 * a child that hangs; to be ready Codex itself may need ten seconds there.
 * lib/env.mjs of the tests has these two numbers, too.
 */
#include "base/clock.h"
#include "engine/child/app_bounds.h"

enum {
	HASTE = 5,
	HANDSHAKE_S = 15
};

const struct app_bounds app_bounds = {
	.pulse_quiet = 10 * NS_PER_S / HASTE,
	.pulse_step = 2 * NS_PER_S / HASTE,
	.handshake = HANDSHAKE_S * NS_PER_S,
	.answer = 20 * NS_PER_S / HASTE,
	.call_quiet = NS_PER_S / HASTE,
	.call_end = 50 * NS_PER_MS / HASTE,
	.exit = NS_PER_S / HASTE,
	.end_grace = 2 * NS_PER_S / HASTE,
	.first_pause = 250 * NS_PER_MS / HASTE,
	.longest_pause = 30 * NS_PER_S / HASTE,
};
