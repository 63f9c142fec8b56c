#include "conversation/usage.h"

#include "conversation/size_generation.h"

void
usage_add(struct usage *sum, const struct usage *u)
{
	sum->input += u->input;
	sum->cached_input += u->cached_input;
	sum->cache_write_input += u->cache_write_input;
	sum->output += u->output;
	sum->reasoning_output += u->reasoning_output;
	sum->estimated_input += u->estimated_input;
	sum->estimated_output += u->estimated_output;
}

struct usage
usage_estimate(const struct generation *g, uint64_t said)
{
	uint64_t asked = size_of_generation_soon(g);

	return (struct usage){ .input = asked,
		.output = said,
		.estimated_input = asked,
		.estimated_output = said };
}
