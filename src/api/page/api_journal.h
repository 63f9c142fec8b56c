/*
 * api_journal.h - GET /journal: the last requests, and the last hour by
 * minutes; GET /journal/events: the same and then what changes, as server-sent
 * events. The HTTP thread.
 *
 * A stream begins with all there is: an event "row" for each request and one
 * "minute" for each minute. Each is sent again, whole, when it has changed;
 * what changes several times within a quarter of a second, or while its client
 * does not read, is sent as it is then. While nothing changes there is a
 * comment every --sse-ping-seconds. A drain ends it with an event "end".
 */
#ifndef API_PAGE_API_JOURNAL_H
#define API_PAGE_API_JOURNAL_H

#include "http/http_request.h"

void api_journal_get(struct http_request *r);

/* The stream. There are JOURNAL_WATCHERS of them at most; others get 503. */
void api_journal_watch(struct http_request *r);
void api_journal_over(struct http_request *r);

#endif
