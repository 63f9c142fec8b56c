/*
 * engines: who gets a request, and what is made when.
 */
#include "engine/engines.h"

#include <errno.h>

#include "unit/app_job.h"
#include "unit/unit.h"

enum {
	STEPS_MAX = 64
};

/* Two engines that take nothing, and count what is done with them. */
struct fake {
	struct engine engine;
	enum stats_engine kind;
	unsigned made, freed, aborted;
	bool unfit, broken, careless;
	unsigned readiness;
};

static struct fake fakes[STATS_ENGINES];
static struct settings settings;
static struct stats *stats;
static struct engines *engines;

static struct fake *
self(struct engine *e)
{
	return CONTAINER_OF(e, struct fake, engine);
}

static unsigned
one(const struct engine *e)
{
	(void)e;
	return 1;
}

static void
work(struct engine *e, unsigned index, struct dispatch *d)
{
	(void)e;
	(void)index;
	(void)d;
}

static int
wait_ready(struct engine *e, engine_step_fn *on_step, void *arg,
    struct error *ret_error)
{
	on_step(arg, self(e)->kind == STATS_EXEC ? "exec" : "app");
	if (!self(e)->unfit && !self(e)->broken)
		return 0;
	return error_set(ret_error, ERROR_CODEX_UNAVAILABLE, "not ready");
}

static unsigned
readiness(struct engine *e)
{
	return self(e)->readiness;
}

static void
fingerprint(struct engine *e, char *out, size_t size)
{
	snprintf(out, size, "%s", stats_engine_name(self(e)->kind));
}

static bool
caution(struct engine *e, char *out, size_t size)
{
	snprintf(out, size, "beware");
	return self(e)->careless;
}

static bool
unfit(struct engine *e, char *out, size_t size)
{
	snprintf(out, size, "it is too old");
	return self(e)->unfit;
}

static struct codex_models *
models(struct engine *e, bool fresh)
{
	(void)e;
	(void)fresh;
	return NULL;
}

static void
gauges(
    struct engine *e, struct stats_gauges *g, struct stats_engine_gauges *mine)
{
	(void)g;
	mine->n_workers = self(e)->kind == STATS_EXEC ? 3 : 2;
}

static void
do_abort(struct engine *e)
{
	self(e)->aborted++;
}

static void
do_free(struct engine *e)
{
	self(e)->freed++;
}

#define OPS \
	.threads = one, .work = work, .wait_ready = wait_ready, \
	.readiness = readiness, .fingerprint = fingerprint, \
	.caution = caution, .models = models, .gauges = gauges, \
	.abort = do_abort, .free = do_free

static const struct engine_ops ops[STATS_ENGINES] = {
	{ .kind = STATS_APP_SERVER, .unfit = unfit, OPS },
	{ .kind = STATS_EXEC, OPS }
};

static int
make(enum stats_engine kind, struct engine **ret_engine)
{
	fakes[kind].engine.ops = &ops[kind];
	fakes[kind].kind = kind;
	fakes[kind].made++;
	*ret_engine = &fakes[kind].engine;
	return 0;
}

static int
make_app(const struct settings *s, struct stats *st, struct engine **ret_engine)
{
	(void)s;
	(void)st;
	return make(STATS_APP_SERVER, ret_engine);
}

static int
make_exec(
    const struct settings *s, struct stats *st, struct engine **ret_engine)
{
	(void)s;
	(void)st;
	return make(STATS_EXEC, ret_engine);
}

static void
start(const char *option)
{
	static engine_new_fn *const makers[STATS_ENGINES] = { make_app,
		make_exec };

	memset(fakes, 0, sizeof(fakes));
	app_settings(&settings, WORDS(option));
	stats = stats_new();
	ck_assert_int_eq(engines_start(&settings, stats, makers, &engines), 0);
}

static void
stop(void)
{
	engines_stop(engines);
	for (int i = 0; i < STATS_ENGINES; i++)
		ck_assert_uint_eq(fakes[i].freed, fakes[i].made);
	stats_free(stats);
	settings_free(&settings);
}

/* Whose a request is, or an error's kind below 0. */
static int
choose(bool agent, bool tools, bool cwd)
{
	struct tool tool = { .offered = true };
	struct generation g = {
		.tools = &tool, .n_tools = tools, .cwd = cwd ? "/w" : NULL
	};
	struct model_name name = { .agent = agent };
	struct error e = ERROR_INIT;
	struct dispatch *d = NULL;
	int rc = engines_choose(engines, &g, &name, &d, &e),
	    kind = -(int)e.kind;

	ck_assert((rc == 0) == (d != NULL));
	ck_assert(rc == 0 || rc == -EINVAL);
	error_free(&e);
	return d != NULL ? (int)dispatch_engine(d)->ops->kind : kind;
}

#define APP STATS_APP_SERVER
#define EXEC STATS_EXEC
#define UNKNOWN (-(int)ERROR_MODEL_NOT_FOUND)

static const struct {
	const char *engine;
	bool unfit, agent, tools, cwd;
	int whose;
	const char *comment;
} cases[] = {
	{ "auto", false, false, false, false, APP, "nothing speaks for exec" },
	{ "auto", false, false, true, false, APP, "tools" },
	{ "auto", false, false, false, true, EXEC, "a directory" },
	{ "auto", false, false, true, true, APP, "tools and a directory" },
	{ "auto", false, true, false, false, EXEC, "the agent" },
	{ "auto", false, true, false, true, EXEC, "the agent in one" },
	{ "auto", false, true, true, false, EXEC, "the agent, who has none" },
	{ "auto", true, false, false, false, EXEC, "unfit" },
	{ "auto", true, false, true, false, EXEC, "unfit, which has none" },
	{ "auto", true, true, false, false, EXEC, "unfit, and the agent" },
	{ "exec", false, false, false, false, EXEC, "fixed" },
	{ "exec", false, false, true, false, EXEC, "fixed, with tools" },
	{ "exec", false, true, false, false, UNKNOWN, "no agent's name" },
	{ "app-server", false, false, false, true, APP, "fixed, in one" },
	{ "app-server", true, false, false, false, APP, "fixed, though unfit" },
	{ "app-server", false, true, false, false, UNKNOWN, "nor here" },
};

START_TEST(whose_a_request_is)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char option[64];
		int whose;

		snprintf(
		    option, sizeof(option), "--engine=%s", cases[i].engine);
		start(option);
		fakes[APP].unfit = cases[i].unfit;
		whose = choose(cases[i].agent, cases[i].tools, cases[i].cwd);
		ck_assert_msg(whose == cases[i].whose, "%s %s: %d",
		    cases[i].engine, cases[i].comment, whose);
		ck_assert_uint_eq(fakes[EXEC].made,
		    whose == EXEC || strcmp(cases[i].engine, "exec") == 0);
		ck_assert_uint_eq(
		    fakes[APP].made, strcmp(cases[i].engine, "exec") != 0);
		stop();
	}
}
END_TEST

static void
on_step(void *arg, const char *step)
{
	char *steps = arg;
	size_t len = strlen(steps);

	snprintf(steps + len, STEPS_MAX - len, "%s ", step);
}

/* The start waits for who is to answer, and only then makes what it needs. */
START_TEST(the_start)
{
	static const struct {
		bool unfit, broken;
		int rc;
		const char *steps;
	} rows[] = { { false, false, 0, "app " },
		{ true, false, 0, "app exec " },
		{ false, true, -EINVAL, "app " } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error e = ERROR_INIT;
		char steps[STEPS_MAX] = "", why[64] = "";

		start("--log-level=error");
		fakes[APP].unfit = rows[i].unfit;
		fakes[APP].broken = rows[i].broken;
		ck_assert_int_eq(
		    engines_wait_ready(engines, on_step, steps, &e),
		    rows[i].rc);
		ck_assert_str_eq(steps, rows[i].steps);
		ck_assert((e.kind == ERROR_NONE) == (rows[i].rc == 0));
		ck_assert(
		    engines_unfit(engines, why, sizeof(why)) == rows[i].unfit);
		error_free(&e);
		stop();
	}
}
END_TEST

/* Readiness and version are those of the engine that counts. */
START_TEST(what_is_said_of_them)
{
	struct stats_gauges g = { 0 };
	char text[64];

	start("--port=1");
	fakes[APP].readiness = NOT_READY_NO_WORKER;
	fakes[EXEC].readiness = NOT_READY_NOT_LOGGED_IN;
	fakes[EXEC].careless = true;
	ck_assert_uint_eq(engines_readiness(engines), NOT_READY_NO_WORKER);
	ck_assert(!engines_caution(engines, text, sizeof(text)));
	engines_gauges(engines, &g);
	ck_assert_str_eq(g.engine, "auto");
	ck_assert_uint_eq(g.n_engines, 1);
	ck_assert_int_eq(choose(true, false, false), EXEC);
	ck_assert_uint_eq(engines_readiness(engines), NOT_READY_NO_WORKER);
	engines_fingerprint(engines, text, sizeof(text));
	ck_assert_str_eq(text, "app-server");
	ck_assert(engines_caution(engines, text, sizeof(text)));
	engines_gauges(engines, &g);
	ck_assert_uint_eq(g.n_engines, 2);
	ck_assert_int_eq(g.by[0].engine, APP);
	ck_assert_uint_eq(g.by[0].n_workers, 2);
	ck_assert_int_eq(g.by[1].engine, EXEC);
	ck_assert_uint_eq(g.by[1].n_workers, 3);
	fakes[APP].unfit = true;
	ck_assert_uint_eq(engines_readiness(engines), NOT_READY_NOT_LOGGED_IN);
	engines_fingerprint(engines, text, sizeof(text));
	ck_assert_str_eq(text, "exec");
	stop();
}
END_TEST

/* In a drain nothing new is made, and all that there is is told. */
START_TEST(the_end)
{
	start("--port=1");
	engines_refuse(engines);
	ck_assert_int_eq(choose(true, false, false), -ERROR_SHUTTING_DOWN);
	ck_assert_uint_eq(engines_readiness(engines), NOT_READY_DRAINING);
	fakes[APP].unfit = true;
	ck_assert_uint_eq(engines_readiness(engines), NOT_READY_DRAINING);
	ck_assert(engines_wait(engines, 0));
	ck_assert_uint_eq(fakes[EXEC].made, 0);
	stop();

	start("--port=1");
	ck_assert_int_eq(choose(true, false, false), EXEC);
	engines_abort(engines);
	ck_assert_uint_eq(fakes[APP].aborted, 1);
	ck_assert_uint_eq(fakes[EXEC].aborted, 1);
	engines_cancel_all(engines, JOB_CANCEL_DRAIN);
	ck_assert_uint_eq(fakes[EXEC].aborted, 2);
	stop();
}
END_TEST

UNIT_MAIN(
    "engines", whose_a_request_is, the_start, what_is_said_of_them, the_end)
