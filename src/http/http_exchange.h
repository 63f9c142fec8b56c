/*
 * http_exchange.h - the way of one request through the server, as
 * libmicrohttpd calls it: headers, body, answer, end. The HTTP thread only.
 */
#ifndef HTTP_HTTP_EXCHANGE_H
#define HTTP_HTTP_EXCHANGE_H

#include <microhttpd.h>

/*
 * The access handler; `cls` is the http_context. Called with the headers,
 * with each piece of the body, with the body's end, and again whenever a
 * parked connection was resumed before a response was queued.
 */
enum MHD_Result
http_exchange_request(void *cls, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version,
    const char *upload_data, size_t *upload_data_size, void **con_cls);

/* MHD_OPTION_NOTIFY_COMPLETED: the request is over, in whatever way. */
void http_exchange_completed(void *cls, struct MHD_Connection *connection,
    void **con_cls, enum MHD_RequestTerminationCode how);

/*
 * MHD_OPTION_NOTIFY_CONNECTION, with a door: http_connection_notify, and the
 * end of a request that libmicrohttpd 1.0.1 has given up without a word (seen
 * over TLS, where a chunk's extension has no room).
 */
void http_exchange_connection(void *door, struct MHD_Connection *connection,
    void **socket_context, enum MHD_ConnectionNotificationCode what);

#endif
