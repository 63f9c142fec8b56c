#include "codex/codex_limits.h"

#include <string.h>

#include "json/jsonx.h"

static void
read_window(
    const json_t *snapshot, const char *key, struct codex_window *ret_window)
{
	int64_t minutes = 0;
	json_t *window;
	double percent;

	if (jsonx_get_object(snapshot, key, &window) != 0 ||
	    jsonx_get_number(window, "usedPercent", &percent) != 0)
		return;
	ret_window->known = true;
	ret_window->used = percent / 100;
	(void)jsonx_get_int(window, "windowDurationMins", &minutes);
	(void)jsonx_get_int(window, "resetsAt", &ret_window->resets_at);
	if (minutes > 0 && minutes < INT32_MAX)
		ret_window->seconds = minutes * 60;
}

void
codex_limits_read(const json_t *snapshot, struct codex_limits *ret_limits)
{
	memset(ret_limits, 0, sizeof(*ret_limits));
	read_window(snapshot, "primary", &ret_limits->primary);
	read_window(snapshot, "secondary", &ret_limits->secondary);
}

void
codex_limits_merge(
    struct codex_limits *limits, const struct codex_limits *update)
{
	if (update->primary.known)
		limits->primary = update->primary;
	if (update->secondary.known)
		limits->secondary = update->secondary;
}

int64_t
codex_limits_reset(const struct codex_limits *l)
{
	const struct codex_window *const windows[] = { &l->primary,
		&l->secondary };
	int64_t at = 0;

	for (size_t i = 0; i < ARRAY_SIZE(windows); i++) {
		if (windows[i]->known && windows[i]->used >= 1 &&
		    windows[i]->resets_at > at)
			at = windows[i]->resets_at;
	}
	return at;
}
