#include "stats/stats.h"

#include "base/clock.h"
#include "base/limits.h"
#include "stats/journal.h"

struct stats *
stats_new(void)
{
	struct stats *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->journal = journal_new();
	if (s->journal == NULL) {
		free(s);
		return NULL;
	}
	s->started = clock_now();
	s->unread.max = LIMIT_UNREAD;
	return s;
}

void
stats_free(struct stats *s)
{
	if (s == NULL)
		return;
	journal_free(s->journal);
	free(s);
}

static int
status_index(int status)
{
	return status > 0 && status < STATS_STATUS_MAX ? status : 0;
}

void
stats_request_begun(struct stats *s)
{
	counter_add(&s->requests_total, 1);
}

const char *
stats_engine_name(enum stats_engine engine)
{
	return engine == STATS_EXEC ? "exec" : "app-server";
}

void
stats_request_ended(struct stats *s, enum stats_engine engine,
    enum error_kind kind, int status, int64_t ns)
{
	histogram_observe(&s->duration, ns);
	if (engine != STATS_ENGINES)
		counter_add(kind == ERROR_NONE ? &s->by[engine].requests_ok
					       : &s->by[engine].requests_error,
		    1);
	if (kind == ERROR_NONE) {
		counter_add(&s->requests_ok, 1);
		return;
	}
	counter_add(&s->requests_error, 1);
	counter_add(&s->errors_by_code[error_counted_as(kind)], 1);
	counter_add(&s->errors_by_status[status_index(status)], 1);
}

void
stats_tokens(struct stats *s, const struct usage *usage)
{
	counter_add(&s->tokens_input, usage->input);
	counter_add(&s->tokens_cached, usage->cached_input);
	counter_add(&s->tokens_output, usage->output);
	counter_add(&s->tokens_reasoning, usage->reasoning_output);
	counter_add(&s->estimated_input, usage->estimated_input);
	counter_add(&s->estimated_output, usage->estimated_output);
}

void
stats_http_response(struct stats *s, int status)
{
	counter_add(&s->http_responses[status_index(status)], 1);
}
