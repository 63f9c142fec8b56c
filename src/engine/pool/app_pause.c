#include "engine/pool/app_pause.h"

#include "engine/child/app_bounds.h"

int64_t
app_pause_after(unsigned failures)
{
	int64_t pause = app_bounds.first_pause;

	while (failures-- > 1 && pause < app_bounds.longest_pause)
		pause *= 2;
	return pause < app_bounds.longest_pause ? pause
						: app_bounds.longest_pause;
}
