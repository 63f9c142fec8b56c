/*
 * codex_limits.h - what Codex says is left of the user's quota: the snapshot
 * {primary, secondary} of windows {usedPercent, windowDurationMins, resetsAt}
 * in account/rateLimits/updated and account/rateLimits/read (0.154.0 to
 * 0.169.0). Pure.
 */
#ifndef CODEX_CODEX_LIMITS_H
#define CODEX_CODEX_LIMITS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* A window of Codex's quota as it last reported it. */
struct codex_window {
	bool known;
	double used; /* 0 to 1 */
	int64_t seconds; /* its length; 0 = unknown */
	int64_t resets_at; /* Unix seconds; 0 = unknown */
};

struct codex_limits {
	struct codex_window primary, secondary;
};

/* Windows that are absent or null come out as unknown. */
void codex_limits_read(const json_t *snapshot, struct codex_limits *ret_limits);

/* An update may have one window only: the other stays as it was. */
void codex_limits_merge(
    struct codex_limits *limits, const struct codex_limits *update);

/*
 * When a window that is used up begins anew (Unix seconds; the later of
 * several), or 0 when none is used up or it is not known.
 */
int64_t codex_limits_reset(const struct codex_limits *l);

#endif
