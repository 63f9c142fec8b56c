#include "engine/child/app_pulse.h"

#include "engine/child/app_bounds.h"

static void
begin(struct app_pulse *p, int64_t now)
{
	p->alive_at = p->since = now;
	p->misses = 0;
}

void
app_pulse_heard(struct app_pulse *p, int64_t now)
{
	begin(p, now);
	p->said = 0;
}

void
app_pulse_gave(struct app_pulse *p, size_t n, bool room, int64_t now)
{
	p->said += n;
	if (room && n > 0)
		begin(p, now);
}

int64_t
app_pulse_deadline(const struct app_pulse *p)
{
	if (p->need == PULSE_NONE)
		return CLOCK_NEVER;
	if (p->need == PULSE_RUNNING && p->misses == 0)
		return p->since + app_bounds.pulse_quiet;
	return p->since + app_bounds.pulse_step;
}

enum app_pulse_verdict
app_pulse_step(struct app_pulse *p, enum app_pulse_need need, int64_t now)
{
	if (p->said > APP_PULSE_LARGE)
		need = PULSE_NONE;
	if (need == PULSE_NONE || p->need == PULSE_NONE)
		begin(p, now);
	p->need = need;
	if (now < app_pulse_deadline(p))
		return PULSE_FINE;
	p->since = now;
	p->misses++;
	if (p->misses >= APP_PULSE_STEPS)
		return PULSE_LOST;
	return p->misses == 1 ? PULSE_ASK : PULSE_FINE;
}
