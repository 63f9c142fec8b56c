#include "engine/child/app_bounds.h"

#include "base/clock.h"

const struct app_bounds app_bounds = {
	.pulse_quiet = 10 * NS_PER_S,
	.pulse_step = 2 * NS_PER_S,
	.handshake = 30 * NS_PER_S,
	.answer = 20 * NS_PER_S,
	.call_quiet = NS_PER_S,
	.call_end = 50 * NS_PER_MS,
	.exit = NS_PER_S,
	.end_grace = 2 * NS_PER_S,
	.first_pause = 250 * NS_PER_MS,
	.longest_pause = 30 * NS_PER_S,
};
