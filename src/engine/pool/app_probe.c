#include "engine/pool/app_probe.h"

#include <errno.h>

#include "base/clock.h"
#include "engine/child/app_bounds.h"

/* There are no turns, so of all that a session tells only this can come. */
static void
ignore_limits(void *arg, const struct codex_limits *limits)
{
	(void)arg;
	(void)limits;
}

static void
ignore_warning(void *arg, struct text warning)
{
	(void)arg;
	(void)warning;
}

static void
run_once(struct app_session *s)
{
	struct pollfd fds[APP_SESSION_FDS];

	app_session_step(s, clock_now());
	if (s->handshake.done || s->broken)
		return;
	app_session_pollfds(s, fds);
	if (poll(fds, APP_SESSION_FDS,
		clock_poll_timeout(app_session_deadline(s))) > 0)
		app_session_serve(s, fds);
}

/* Idle it ends by itself when its input does. */
static void
end(struct app_session *s)
{
	struct pollfd fd = { s->child->process.pidfd, POLLIN, 0 };

	app_child_close(s->child, APP_END_INPUT);
	(void)poll(&fd, 1, (int)(app_bounds.end_grace / NS_PER_MS));
	app_session_free(s);
}

int
app_probe(const struct settings *settings, struct codex *codex, int64_t *ret_ms,
    char why[APP_WHY_MAX])
{
	struct app_session_owner owner = { .limits = ignore_limits,
		.warning = ignore_warning };
	struct app_session *s;
	int rc = app_session_start(settings, codex, &owner, &s);

	if (rc != 0) {
		snprintf(why, APP_WHY_MAX, "%s", strerror(-rc));
		return -EINVAL;
	}
	while (!s->handshake.done && !s->broken)
		run_once(s);
	*ret_ms = (clock_now() - s->child->started) / NS_PER_MS;
	snprintf(why, APP_WHY_MAX, "%s", s->why);
	rc = s->broken ? -EINVAL : 0;
	end(s);
	return rc;
}
