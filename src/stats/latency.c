#include "stats/latency.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "json/jsonw.h"
#include "system/log.h"

#define LATENCY_LOGGER "codex_api_proxy.latency"

static const char *const phase_names[PHASES] = {
#define PHASE(kind, name) [PHASE_##kind] = name,
#include "stats/phases.def"
#undef PHASE
};

struct latency *
latency_new(const char *request_id, const char *engine)
{
	struct latency *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	snprintf(l->request_id, sizeof(l->request_id), "%s", request_id);
	l->engine = engine;
	l->given_to = STATS_ENGINES;
	l->started = clock_now();
	atomic_init(&l->refs, 1);
	return l;
}

struct latency *
latency_ref(struct latency *l)
{
	atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
	return l;
}

void
latency_route(
    struct latency *l, enum stats_engine engine, const char *codex_model)
{
	l->given_to = engine;
	l->engine = stats_engine_name(engine);
	snprintf(l->codex_model, sizeof(l->codex_model), "%s", codex_model);
	latency_describe(l);
}

void
latency_enter(struct latency *l, struct journal *journal, const char *key)
{
	l->journal = journal;
	l->row = journal_begin(
	    journal, l->request_id, l->dialect, l->engine, key);
}

void
latency_describe(const struct latency *l)
{
	struct journal_about about = { .engine = l->engine,
		.model = l->model,
		.codex_model = l->codex_model,
		.stream = l->stream };

	journal_describe(l->journal, l->row, &about);
}

void
latency_reach(const struct latency *l, enum journal_stage stage)
{
	journal_reach(l->journal, l->row, stage);
}

int64_t
phase_add(struct phases *p, enum phase phase, int64_t since)
{
	int64_t now = clock_now();

	p->ns[phase] += now - since;
	return now;
}

/* Several choices run side by side: the slowest is what the caller waited. */
static int64_t
phase_longest(const struct latency *l, unsigned phase)
{
	int64_t longest = l->http.ns[phase];

	for (unsigned i = 0; i < l->jobs; i++) {
		if (l->job[i].ns[phase] > longest)
			longest = l->job[i].ns[phase];
	}
	return longest;
}

static void
put_since(struct jsonw *w, const char *name, int64_t start, int64_t at)
{
	if (at != 0)
		jsonw_millis(w, name, at - start);
	else
		jsonw_null(w, name);
}

static void
put_identity(struct jsonw *w, const struct latency *l)
{
	jsonw_str(w, "request_id", l->request_id);
	jsonw_bool(w, "stream", l->stream);
	jsonw_str(w, "dialect", l->dialect);
	jsonw_str(w, "engine", l->engine);
	jsonw_str(w, "model", l->model);
	if (l->codex_model[0] != '\0')
		jsonw_str(w, "codex_model", l->codex_model);
	else
		jsonw_null(w, "codex_model");
	if (l->left_out[0] != '\0')
		jsonw_str(w, "tools_left_out", l->left_out);
}

static void
put_phases(struct jsonw *w, const struct latency *l)
{
	jsonw_object(w, "phases_ms");
	for (unsigned i = 0; i < PHASES; i++) {
		int64_t ns = phase_longest(l, i);

		if (ns != 0)
			jsonw_millis(w, phase_names[i], ns);
	}
	jsonw_close(w);
}

/* With app-server: what it took to have the conversation there. */
static void
put_thread(struct jsonw *w, const struct latency *l)
{
	uint64_t sent = 0;
	bool kept = false;

	for (unsigned i = 0; i < l->jobs; i++) {
		sent += l->job[i].sent;
		kept = kept || l->job[i].kept;
	}
	if (sent == 0)
		return;
	jsonw_str(w, "thread", kept ? "kept" : "fresh");
	jsonw_u64(w, "sent_bytes", sent);
}

static void
log_latency(const struct latency *l)
{
	struct jsonw w;
	struct buf b;

	buf_init(&b, LOG_LINE_MAX);
	jsonw_begin(&w, &b);
	put_identity(&w, l);
	jsonw_i64(&w, "status", l->status);
	jsonw_str(&w, "code", l->code);
	put_thread(&w, l);
	put_phases(&w, l);
	put_since(&w, "time_to_first_sse_ms", l->started, l->first_sse);
	put_since(&w, "time_to_first_content_sse_ms", l->started,
	    l->first_content_sse);
	if (jsonw_end(&w) == 0)
		log_event(
		    LOG_INFO, LATENCY_LOGGER, "chat_completion_latency", &b);
	buf_free(&b);
}

void
latency_unref(struct latency *l)
{
	if (l == NULL)
		return;
	if (atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) != 1)
		return;
	log_latency(l);
	free(l);
}

void
latency_first_sse(struct latency *l)
{
	struct jsonw w;
	struct buf b;

	l->first_sse = clock_now();
	if (!log_enabled(LOG_INFO))
		return;
	buf_init(&b, LOG_LINE_MAX);
	jsonw_begin(&w, &b);
	put_identity(&w, l);
	put_since(&w, "time_to_first_sse_ms", l->started, l->first_sse);
	if (jsonw_end(&w) == 0)
		log_event(
		    LOG_INFO, LATENCY_LOGGER, "chat_completion_first_sse", &b);
	buf_free(&b);
}
