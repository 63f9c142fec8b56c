#include "core/latency.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/log.h"

#define LATENCY_LOGGER "codex_api_proxy.latency"

static const char *const phase_names[PHASES] = {
#define PHASE(kind, name) [PHASE_##kind] = name,
#include "core/phases.def"
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

	for (unsigned i = 0; i < CHAT_N_MAX; i++) {
		if (l->job[i].ns[phase] > longest)
			longest = l->job[i].ns[phase];
	}
	return longest;
}

static int
append_name(struct buf *b, const char *comma, const char *name)
{
	int rc = buf_puts(b, comma);

	if (rc == 0)
		rc = jsonw_cstring(b, name);
	return rc != 0 ? rc : buf_putc(b, ':');
}

static int
append_since(struct buf *b, const char *name, int64_t start, int64_t at)
{
	int rc = append_name(b, ",", name);

	if (rc == 0)
		rc = at != 0 ? jsonw_ms(b, at - start) : buf_puts(b, "null");
	return rc;
}

static int
append_identity(struct buf *b, const struct latency *l)
{
	int rc = buf_printf(b,
	    "\"request_id\":\"%s\",\"stream\":%s,"
	    "\"engine\":\"%s\",\"model\":",
	    l->request_id, l->stream ? "true" : "false", l->engine);

	return rc != 0 ? rc : jsonw_string(b, l->model, strlen(l->model));
}

static int
append_phases(struct buf *b, const struct latency *l)
{
	const char *comma = "";
	int rc = buf_puts(b, ",\"phases_ms\":{");

	for (unsigned i = 0; rc == 0 && i < PHASES; i++) {
		int64_t ns = phase_longest(l, i);

		if (ns == 0)
			continue;
		rc = append_name(b, comma, phase_names[i]);
		if (rc == 0)
			rc = jsonw_ms(b, ns);
		comma = ",";
	}
	return rc != 0 ? rc : buf_puts(b, "}");
}

static void
log_latency(const struct latency *l)
{
	struct buf b;
	int rc;

	buf_init(&b, LOG_LINE_MAX);
	rc = append_identity(&b, l);
	if (rc == 0)
		rc = buf_printf(&b, ",\"status\":%d,\"code\":", l->status);
	if (rc == 0)
		rc = jsonw_cstring(&b, l->code);
	if (rc == 0)
		rc = append_phases(&b, l);
	if (rc == 0)
		rc = append_since(
		    &b, "time_to_first_sse_ms", l->started, l->first_sse);
	if (rc == 0)
		rc = append_since(&b, "time_to_first_content_sse_ms",
		    l->started, l->first_content_sse);
	if (rc == 0)
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
	struct buf b;
	int rc;

	l->first_sse = clock_now();
	if (!log_enabled(LOG_INFO))
		return;
	buf_init(&b, LOG_LINE_MAX);
	rc = append_identity(&b, l);
	if (rc == 0)
		rc = append_since(
		    &b, "time_to_first_sse_ms", l->started, l->first_sse);
	if (rc == 0)
		log_event(
		    LOG_INFO, LATENCY_LOGGER, "chat_completion_first_sse", &b);
	buf_free(&b);
}
