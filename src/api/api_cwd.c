#include "api/api_cwd.h"

#include <errno.h>

#include "api/api.h"
#include "api/aside/api_aside.h"
#include "base/clock.h"
#include "system/root.h"

/* Has all that it uses: it may outlive the request, and the server. */
struct cwd_errand {
	struct errand errand;
	char *path;
	struct strv roots;
	/* the result */
	int rc;
	char *real;
};

static void
run(struct errand *e)
{
	struct cwd_errand *c = CONTAINER_OF(e, struct cwd_errand, errand);

	c->rc = root_resolve(c->path, &c->roots, &c->real);
}

static void
errand_free(struct errand *e)
{
	struct cwd_errand *c = CONTAINER_OF(e, struct cwd_errand, errand);

	free(c->path);
	free(c->real);
	strv_free(&c->roots);
	free(c);
}

static struct cwd_errand *
errand_new(const char *path, const struct strv *roots)
{
	struct cwd_errand *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	errand_init(&c->errand, run, errand_free);
	c->path = strdup(path);
	if (c->path != NULL && strv_add_vector(&c->roots, roots->v) == 0)
		return c;
	errand_free(&c->errand);
	return NULL;
}

static int
not_allowed(struct error *ret_error)
{
	return error_set_at(ret_error, ERROR_CWD_NOT_ALLOWED, FIELD_CWD,
	    PLACE_NONE,
	    "metadata.cwd must be the absolute path of an existing directory "
	    "inside an allowed root (--allowed-root).");
}

static int
shutting_down(struct error *ret_error)
{
	return error_set(
	    ret_error, ERROR_SHUTTING_DOWN, "The server is shutting down.");
}

int
api_cwd_begin(struct api_cwd *c, struct http_request *r, const char *path,
    struct error *ret_error)
{
	const struct strv *roots = &r->context->settings->allowed_root;
	enum aside_lane lane = root_holds_text(path, roots) ? ASIDE_INSIDE
							    : ASIDE_OUTSIDE;
	int rc;

	if (path[0] != '/')
		return not_allowed(ret_error);
	c->http = r;
	c->begun = clock_now();
	c->errand = errand_new(path, roots);
	if (c->errand == NULL)
		return -ENOMEM;
	rc = api_wait_begin(&c->wait, r, api_of(r)->kept.watch, ret_error);
	if (rc == 0 &&
	    aside_submit(
		api_of(r)->aside, lane, &c->errand->errand, &r->park) != 0)
		rc = shutting_down(ret_error);
	return rc;
}

/* What the errand has found. */
static enum api_cwd_state
take_result(struct api_cwd *c, char **ret_cwd, struct error *ret_error)
{
	struct cwd_errand *e = c->errand;

	phase_add(&c->http->latency->http, PHASE_CWD_RESOLVE, c->begun);
	if (e->rc == 0) {
		*ret_cwd = e->real;
		e->real = NULL;
		return API_CWD_RESOLVED;
	}
	if (e->rc == -ENOMEM)
		error_set(
		    ret_error, ERROR_INTERNAL, "The server is out of memory.");
	else
		not_allowed(ret_error);
	return API_CWD_FAILED;
}

enum api_cwd_state
api_cwd_look(struct api_cwd *c, char **ret_cwd, struct error *ret_error)
{
	struct aside *aside = api_of(c->http)->aside;

	if (atomic_load(&c->wait.gone))
		return API_CWD_GONE;
	if (aside_is_done(aside, &c->errand->errand))
		return take_result(c, ret_cwd, ret_error);
	if (aside_is_stopping(aside)) {
		shutting_down(ret_error);
		return API_CWD_FAILED;
	}
	if (clock_now() < c->wait.deadline)
		return API_CWD_WAITING;
	error_set(ret_error, ERROR_TIMEOUT,
	    "metadata.cwd was still being looked at at the end of "
	    "--timeout-seconds.");
	return API_CWD_FAILED;
}

void
api_cwd_end(struct api_cwd *c)
{
	if (c->errand == NULL)
		return;
	api_wait_end(&c->wait);
	aside_leave(api_of(c->http)->aside, &c->errand->errand);
	c->errand = NULL;
}
