#include "unit/unit.h"

#include "json/jsonx.h"
#include "codex/codex_limits.h"

static const struct {
	const char *snapshot;
	struct codex_limits limits;
	int64_t reset;
	const char *comment;
} cases[] = {
	{ "{\"primary\":{\"usedPercent\":25,\"windowDurationMins\":300,"
	  "\"resetsAt\":1000},\"secondary\":{\"usedPercent\":7,"
	  "\"windowDurationMins\":10080,\"resetsAt\":2000}}",
	    { { true, 0.25, 18000, 1000 }, { true, 0.07, 604800, 2000 } }, 0,
	    "both windows" },
	{ "{\"primary\":{\"usedPercent\":100,\"windowDurationMins\":300,"
	  "\"resetsAt\":1000},\"secondary\":null}",
	    { { true, 1, 18000, 1000 }, { 0 } }, 1000, "used up" },
	{ "{\"primary\":{\"usedPercent\":101.5,\"resetsAt\":3000},"
	  "\"secondary\":{\"usedPercent\":100,\"resetsAt\":2000}}",
	    { { true, 1.015, 0, 3000 }, { true, 1, 0, 2000 } }, 3000,
	    "both used up: the later" },
	{ "{\"primary\":{\"usedPercent\":100}}", { { true, 1, 0, 0 }, { 0 } },
	    0, "until nobody knows when" },
	{ "{\"primary\":{\"usedPercent\":99.9,\"resetsAt\":1000}}",
	    { { true, 0.999, 0, 1000 }, { 0 } }, 0, "not quite" },
	{ "{\"primary\":{\"resetsAt\":1000}}", { { 0 }, { 0 } }, 0,
	    "without the number it says nothing" },
	{ "{\"primary\":{\"usedPercent\":1,\"windowDurationMins\":-5}}",
	    { { true, 0.01, 0, 0 }, { 0 } }, 0, "a senseless length" },
	{ "{\"primary\":{\"usedPercent\":1,\"windowDurationMins\":"
	  "9000000000000000000}}",
	    { { true, 0.01, 0, 0 }, { 0 } }, 0, "one that would overflow" },
	{ "{\"primary\":\"x\",\"secondary\":[]}", { { 0 }, { 0 } }, 0,
	    "other types" },
	{ "{}", { { 0 }, { 0 } }, 0, "nothing" },
};

static void
check_window(const struct codex_window *w, const struct codex_window *wanted,
    const char *comment)
{
	ck_assert_msg(w->known == wanted->known &&
		w->seconds == wanted->seconds &&
		w->resets_at == wanted->resets_at,
	    "%s", comment);
	ck_assert_double_eq_tol(w->used, wanted->used, 1e-9);
}

START_TEST(snapshots)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *snapshot = json_loads(cases[i].snapshot, 0, NULL);
		struct codex_limits limits;

		memset(&limits, 0xff, sizeof(limits));
		ck_assert_ptr_nonnull(snapshot);
		codex_limits_read(snapshot, &limits);
		check_window(&limits.primary, &cases[i].limits.primary,
		    cases[i].comment);
		check_window(&limits.secondary, &cases[i].limits.secondary,
		    cases[i].comment);
		ck_assert_msg(codex_limits_reset(&limits) == cases[i].reset,
		    "%s: reset", cases[i].comment);
		json_decref(snapshot);
	}
}
END_TEST

UNIT_MAIN("codex_limits", snapshots)
