/*
 * http_metrics.h - GET /metrics: JSON, or Prometheus text when the Accept
 * header or ?format=prometheus asks for it. No key needed.
 */
#ifndef HTTP_HTTP_METRICS_H
#define HTTP_HTTP_METRICS_H

#include "http/http_request.h"

void http_metrics_get(struct http_request *r);

#endif
