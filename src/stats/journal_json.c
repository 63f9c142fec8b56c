/* The journal as text: for whoever looks once, and for whoever goes on. */
#include "stats/journal.h"

#include "base/clock.h"
#include "json/jsonw.h"

static const char *const stage_names[JOURNAL_STAGES] = { "queued", "taken",
	"asked", "first", "ended" };

/* What the request is in, which is what comes behind its last stage. */
static const char *
state_of(const struct journal_row *r)
{
	static const char *const names[JOURNAL_STAGES] = { "queue", "child",
		"model", "answer", "done" };

	for (int i = JOURNAL_STAGES - 1; i >= 0; i--) {
		if (r->at[i] != 0)
			return names[i];
	}
	return "reading";
}

static void
put_name(struct jsonw *w, const char *key, const char *name)
{
	jsonw_str(w, key, name[0] != '\0' ? name : NULL);
}

/* Milliseconds from the beginning. */
static void
put_stages(struct jsonw *w, const struct journal_row *r)
{
	jsonw_object(w, "at_ms");
	for (int i = 0; i < JOURNAL_STAGES; i++) {
		if (r->at[i] != 0)
			jsonw_millis(w, stage_names[i], r->at[i] - r->begun);
		else
			jsonw_null(w, stage_names[i]);
	}
	jsonw_close(w);
}

static void
put_end(struct jsonw *w, const struct journal_row *r)
{
	const struct usage *u = &r->usage;

	jsonw_i64(w, "status", r->status);
	jsonw_str(w, "code", r->code);
	jsonw_object(w, "tokens");
	jsonw_u64(w, "input", u->input);
	jsonw_u64(w, "cached_input", u->cached_input);
	jsonw_u64(w, "output", u->output);
	jsonw_u64(w, "reasoning_output", u->reasoning_output);
	jsonw_bool(
	    w, "estimated", u->estimated_input > 0 || u->estimated_output > 0);
	jsonw_close(w);
}

static void
put_row(struct jsonw *w, const struct journal_row *r, int64_t now)
{
	bool ended = r->at[JOURNAL_ENDED] != 0;

	jsonw_object(w, NULL);
	jsonw_u64(w, "number", r->number);
	jsonw_str(w, "request_id", r->request_id);
	jsonw_str(w, "state", state_of(r));
	jsonw_str(w, "dialect", r->dialect);
	jsonw_bool(w, "stream", r->stream);
	jsonw_str(w, "engine", r->engine);
	put_name(w, "model", r->model);
	put_name(w, "codex_model", r->codex_model);
	put_name(w, "key", r->key);
	jsonw_seconds(w, "begun_at", r->begun_at * NS_PER_MS);
	jsonw_millis(w, "age_ms", now - r->begun);
	put_stages(w, r);
	if (ended)
		put_end(w, r);
	jsonw_close(w);
}

static void
put_minute(struct jsonw *w, const struct journal_minute *m)
{
	jsonw_object(w, NULL);
	jsonw_i64(w, "at", m->at);
	jsonw_u64(w, "requests", m->requests);
	jsonw_u64(w, "errors", m->errors);
	jsonw_u64(w, "tokens_input", m->input);
	jsonw_u64(w, "tokens_output", m->output);
	jsonw_close(w);
}

int
journal_json(const struct journal_view *v, int64_t now, struct buf *out)
{
	struct jsonw w;

	jsonw_begin(&w, out);
	jsonw_object(&w, NULL);
	jsonw_array(&w, "rows");
	for (size_t i = 0; i < v->n_rows; i++)
		put_row(&w, &v->rows[i], now);
	jsonw_close(&w);
	jsonw_array(&w, "minutes");
	for (size_t i = 0; i < v->n_minutes; i++)
		put_minute(&w, &v->minutes[i]);
	jsonw_close(&w);
	jsonw_close(&w);
	jsonw_puts(&w, "\n");
	return jsonw_end(&w);
}

/* Each a document of its own, between the lines of its event. */
int
journal_events(const struct journal_view *v, int64_t now, struct buf *out)
{
	struct jsonw w;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < v->n_rows; i++) {
		jsonw_begin(&w, out);
		jsonw_puts(&w, "event: row\ndata: ");
		put_row(&w, &v->rows[i], now);
		jsonw_puts(&w, "\n\n");
		rc = jsonw_end(&w);
	}
	for (size_t i = 0; rc == 0 && i < v->n_minutes; i++) {
		jsonw_begin(&w, out);
		jsonw_puts(&w, "event: minute\ndata: ");
		put_minute(&w, &v->minutes[i]);
		jsonw_puts(&w, "\n\n");
		rc = jsonw_end(&w);
	}
	return rc;
}
