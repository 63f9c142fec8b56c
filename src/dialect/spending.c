#include "dialect/spending.h"

void
spending_note(struct spending *s, const struct event *e)
{
	switch (e->kind) {
	case EVENT_USAGE:
		usage_add(&s->told, &e->usage);
		s->counted = true;
		break;
	case EVENT_TEXT:
	case EVENT_ARGUMENTS:
		size_meter_feed(&s->said, e->text, e->len);
		break;
	case EVENT_FINISHED:
		s->cut = s->cut ||
		    (e->finish != FINISH_STOP && e->finish != FINISH_NONE);
		break;
	default:
		break;
	}
}

void
spending_add(const struct spending *s, const struct generation *request,
    struct usage *sum)
{
	struct usage estimate;

	usage_add(sum, &s->told);
	if (s->counted || !s->cut)
		return;
	estimate = usage_estimate(request, size_meter_tokens(&s->said));
	usage_add(sum, &estimate);
}
