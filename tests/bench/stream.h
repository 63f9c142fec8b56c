/*
 * stream.h - reads one streamed answer of any API. It does as little as can be
 * done, since it shares the machine with what it measures: it unwraps chunks
 * and looks for what stands in each event with content, and for the end.
 */
#ifndef BENCH_STREAM_H
#define BENCH_STREAM_H

#include "api.h"
#include "client.h"

struct stream_result {
	int64_t first; /* monotonic ns at which content came */
	size_t deltas; /* events with content */
};

/*
 * Sends `body` to the proxy and reads to the end of the answer. -EPROTO when
 * it is none, or breaks off, or has no content; or a -errno.
 */
MUST_CHECK int stream_request(struct client *c, const struct api *api,
    const char *body, struct stream_result *ret_result);

/*
 * For a request that was sent: reads its answer as far as the first event,
 * and no further. Errors as above.
 */
MUST_CHECK int stream_first_event(struct client *c);

#endif
