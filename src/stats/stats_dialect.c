#include "stats/stats_dialect.h"

#include <string.h>

#define P "codex_proxy_"

void
stats_add_dialect(struct stats *s, const char *name)
{
	BUG_ON(s->n_dialects == STATS_DIALECTS);
	s->dialects[s->n_dialects++].name = name;
}

void
stats_dialect_ended(struct stats *s, const char *name, enum error_kind kind)
{
	for (size_t i = 0; i < s->n_dialects; i++) {
		struct stats_dialect *d = &s->dialects[i];

		if (strcmp(d->name, name) == 0)
			counter_add(kind == ERROR_NONE ? &d->requests_ok
						       : &d->requests_error,
			    1);
	}
}

void
stats_dialects_json(struct jsonw *w, const struct stats *s)
{
	jsonw_object(w, "dialects");
	for (size_t i = 0; i < s->n_dialects; i++) {
		const struct stats_dialect *d = &s->dialects[i];

		jsonw_object(w, d->name);
		jsonw_u64(w, "requests_ok", counter_get(&d->requests_ok));
		jsonw_u64(w, "requests_error", counter_get(&d->requests_error));
		jsonw_close(w);
	}
	jsonw_close(w);
}

static void
sample(struct bufw *w, const char *metric, const struct stats_dialect *d,
    const struct counter *c)
{
	char label[64];

	snprintf(label, sizeof(label), "dialect=\"%s\"", d->name);
	prom_sample_uint(w, metric, label, counter_get(c));
}

void
stats_dialects_prometheus(struct bufw *w, const struct stats *s)
{
	prom_family(w, P "dialect_requests_ok_total", "counter",
	    "Requests of this API that were answered whole.");
	for (size_t i = 0; i < s->n_dialects; i++)
		sample(w, P "dialect_requests_ok_total", &s->dialects[i],
		    &s->dialects[i].requests_ok);
	prom_family(w, P "dialect_requests_error_total", "counter",
	    "Requests of this API that ended with an error.");
	for (size_t i = 0; i < s->n_dialects; i++)
		sample(w, P "dialect_requests_error_total", &s->dialects[i],
		    &s->dialects[i].requests_error);
}
