#include "daemon/drain.h"

#include <unistd.h>

#include "daemon/signal_watch.h"
#include "base/clock.h"
#include "stats/journal.h"
#include "system/log.h"

/* For engines to end what was cancelled, and slow clients to take it. */
#define CANCEL_PATIENCE (5 * NS_PER_S)
#define DELIVERY_PATIENCE (5 * NS_PER_S)

/* The guardian ends the children when we are gone. */
static void
end_at_once(void *arg)
{
	(void)arg;
	/* Should the line below never return, as with a file that hangs. */
	alarm(1);
	log_warning("second signal: ending at once");
	_exit(EXIT_FAILURE);
}

static void
drain_jobs(struct parts *p)
{
	if (p->http != NULL)
		http_server_drain(p->http);
	engines_refuse(p->engines); /* 1 */
	if (!engines_wait(p->engines, clock_after(p->drain))) { /* 2 */
		log_warning("drain: its time is over, ending the "
			    "requests that still run");
		engines_cancel_all(p->engines, JOB_CANCEL_DRAIN); /* 3 */
		if (!engines_wait(p->engines, clock_after(CANCEL_PATIENCE)))
			log_error("drain: a request does not end");
	}
}

void
drain_parts(struct parts *p)
{
	struct signal_watch impatience;

	signal_watch_start(&impatience, p->signal_fd, end_at_once, NULL);
	if (p->engines != NULL)
		drain_jobs(p);
	if (p->stats != NULL)
		journal_close(p->stats->journal); /* 4 */
	if (p->http != NULL) {
		if (!http_server_wait(
			p->http, clock_after(DELIVERY_PATIENCE))) /* 5 */
			log_warning("drain: cutting clients that do not take "
				    "their answer");
		api_quiet(p->api); /* 6 */
		http_server_stop(p->http); /* 7 */
	}
	api_free(p->api);
	store_free(p->store);
	if (p->engines != NULL)
		engines_stop(p->engines); /* 8 */
	if (p->watch != NULL)
		watch_stop(p->watch);
	stats_free(p->stats);
	key_ring_free(p->keys);
	tls_cert_free(p->tls);
	signal_watch_stop(&impatience);
	log_info("stopped");
}
