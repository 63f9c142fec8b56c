#include "api/api_pick.h"

#include "api/api.h"

/* Also when the engine refuses it: so it is seen which one that was. */
static void
note(struct http_request *r, const struct codex_models *models,
    const struct api_pick *p)
{
	char real[MODEL_NAME_REAL_MAX];

	if (r->latency == NULL)
		return;
	model_name_real(r->context->settings, models, &p->name, real);
	latency_route(
	    r->latency, dispatch_engine(p->dispatch)->ops->kind, real);
}

static int
choose(struct http_request *r, const struct codex_models *models,
    const struct generation *g, struct api_pick *p, struct error *ret_error)
{
	struct engine *engine;
	int rc = model_name_read(
	    r->context->settings, models, g->model, &p->name);

	if (rc == 0)
		rc = model_name_stand_in(
		    r->context->settings, g->model, g->stand_in, &p->name);
	if (rc == 0)
		rc = engines_choose(
		    api_of(r)->engines, g, &p->name, &p->dispatch, ret_error);
	if (rc != 0)
		return rc;
	note(r, models, p);
	engine = dispatch_engine(p->dispatch);
	rc = engine->ops->accept(engine, g, ret_error);
	/* By what the engine that counts knows: this one may have just begun
	 * to prepare. */
	return rc != 0 ? rc
		       : codex_models_check(models, p->name.model,
			     model_name_effort(&p->name, g), g, ret_error);
}

int
api_pick(struct http_request *r, const struct generation *g,
    struct api_pick *ret_pick, struct error *ret_error)
{
	struct codex_models *models = engines_models(api_of(r)->engines, false);
	int rc;

	*ret_pick = (struct api_pick){ .dispatch = NULL };
	rc = choose(r, models, g, ret_pick, ret_error);
	codex_models_unref(models);
	return rc;
}

void
api_pick_free(struct api_pick *p)
{
	model_name_free(&p->name);
}

/* The dialect does not know that Codex's own search is not to be had. */
static void
note_left_out(
    struct http_request *r, const struct generation *g, const char *others)
{
	struct latency *l = r->latency;
	bool search = g->search_offered && !r->context->settings->web_search;

	snprintf(l->left_out, sizeof(l->left_out), "%s%s%s",
	    search ? "web_search" : "", search && others != NULL ? ", " : "",
	    others != NULL ? others : "");
}

void
api_pick_note(
    struct http_request *r, const struct generation *g, const struct form *form)
{
	struct latency *l = r->latency;

	l->stream = form->stream;
	snprintf(l->model, sizeof(l->model), "%s", g->model);
	note_left_out(r, g, form->left_out);
	latency_describe(l);
}
