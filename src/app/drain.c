#include "app/drain.h"

#include <unistd.h>

#include "app/signal_watch.h"
#include "base/clock.h"
#include "base/log.h"

/* For engines to end what was cancelled, and slow clients to take it. */
#define CANCEL_PATIENCE (5 * NS_PER_S)
#define DELIVERY_PATIENCE (5 * NS_PER_S)

/* The guardian ends the children when we are gone. */
static void
end_at_once(void *arg)
{
	(void)arg;
	log_warning("second signal: ending at once");
	_exit(EXIT_FAILURE);
}

static void
drain_jobs(struct parts *p)
{
	if (p->http != NULL)
		http_server_drain(p->http);
	dispatch_refuse(p->dispatch); /* 1 */
	if (!dispatch_wait(
		p->dispatch, clock_after(p->settings->drain))) { /* 2 */
		log_warning("drain: --drain-seconds are over, ending the "
			    "requests that still run");
		dispatch_cancel_all(p->dispatch, JOB_CANCEL_DRAIN); /* 3 */
		if (!dispatch_wait(p->dispatch, clock_after(CANCEL_PATIENCE)))
			log_error("drain: a request does not end");
	}
}

void
drain_parts(struct parts *p)
{
	struct signal_watch impatience;

	signal_watch_start(&impatience, p->signal_fd, end_at_once, NULL);
	if (p->dispatch != NULL)
		drain_jobs(p);
	if (p->http != NULL) {
		if (!http_server_wait(
			p->http, clock_after(DELIVERY_PATIENCE))) /* 4 */
			log_warning("drain: cutting clients that do not take "
				    "their answer");
		http_server_stop(p->http); /* 5 */
	}
	if (p->dispatch != NULL)
		dispatch_stop(p->dispatch); /* 6 */
	if (p->watch != NULL)
		watch_stop(p->watch);
	stats_free(p->stats);
	key_ring_free(p->keys);
	tls_cert_free(p->tls);
	signal_watch_stop(&impatience);
	log_info("stopped");
}
