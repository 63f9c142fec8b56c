/*
 * api_metrics.h - GET /metrics: JSON, or Prometheus text when the Accept
 * header or ?format=prometheus asks for it. No key needed, but for what is said
 * of keys and of the account's quota, where one is set.
 */
#ifndef API_API_METRICS_H
#define API_API_METRICS_H

#include "http/http_request.h"

void api_metrics_get(struct http_request *r);

#endif
