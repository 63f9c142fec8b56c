/*
 * codex_limits.h - what Codex says is left of the user's quota: the snapshot
 * {primary, secondary} of windows {usedPercent, windowDurationMins, resetsAt}
 * in account/rateLimits/updated and account/rateLimits/read (0.154.0 to
 * 0.169.0). Pure.
 */
#ifndef CORE_CODEX_LIMITS_H
#define CORE_CODEX_LIMITS_H

#include <jansson.h>

#include "core/stats.h"

/* Windows that are absent or null come out as unknown. */
void codex_limits_read(const json_t *snapshot, struct stats_limits *ret_limits);

/* An update may have one window only: the other stays as it was. */
void codex_limits_merge(
    struct stats_limits *limits, const struct stats_limits *update);

/*
 * When a window that is used up begins anew (Unix seconds; the later of
 * several), or 0 when none is used up or it is not known.
 */
int64_t codex_limits_reset(const struct stats_limits *l);

#endif
