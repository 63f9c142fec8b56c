#include "unit/unit.h"

#include <errno.h>

#include "conversation/error.h"
#include "engine/exec/engine_exec.h"
#include "system/log.h"
#include "unit/app_job.h"
#include "unit/scratch.h"

static struct settings settings;
static struct stats *stats;
static struct engine *engine;

/* There is no Codex, and none is needed to see what cannot be done. */
static void
begin(void)
{
	char binary[2 * PATH_MAX + 32], home[2 * PATH_MAX + 32];

	scratch_make();
	snprintf(
	    binary, sizeof(binary), "--codex-bin=%s", scratch_path("none"));
	snprintf(home, sizeof(home), "--app-server-codex-home=%s",
	    scratch_path("home"));
	log_configure(STDERR_FILENO, LOG_ERROR, LOG_TEXT);
	app_settings(&settings, WORDS(binary, home));
	stats = stats_new();
	ck_assert_ptr_nonnull(stats);
	ck_assert_int_eq(engine_exec_new(&settings, stats, &engine), 0);
}

static void
end(void)
{
	engine->ops->abort(engine);
	engine->ops->free(engine);
	stats_free(stats);
	settings_free(&settings);
	scratch_remove();
}

#define T(s) \
	{ \
		s, sizeof(s) - 1 \
	}

START_TEST(what_a_transcript_has_no_place_for)
{
	static struct part said = { .text = T("hi") };
	static struct item items[] = {
		{ .role = ROLE_USER, .parts = &said, .n_parts = 1 },
		{ .kind = ITEM_REASONING,
		    .sealed = T("s"),
		    .place = { 1, PLACE_ALL } },
		{ .kind = ITEM_OTHER,
		    .verbatim = T("{}"),
		    .place = { 7, PLACE_ALL } },
	};
	struct generation g = { .items = items, .n_items = 2, .sealed = true };
	struct error error = ERROR_INIT;

	begin();
	/* It is for the model alone, which does without. */
	ck_assert_int_eq(engine->ops->accept(engine, &g, &error), 0);
	g.n_items = 3;
	ck_assert_int_eq(engine->ops->accept(engine, &g, &error), -EINVAL);
	ck_assert_int_eq(error.kind, ERROR_UNSUPPORTED_PARAMETER);
	ck_assert_int_eq(error.field, FIELD_ITEM);
	ck_assert_uint_eq(error.place.outer, 7);
	ck_assert_ptr_nonnull(strstr(error.message, "app-server"));
	error_free(&error);
	end();
}
END_TEST

UNIT_MAIN("engine_exec", what_a_transcript_has_no_place_for)
