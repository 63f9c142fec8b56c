/*
 * api_page.h - the page for people: GET / for whoever names text/html in
 * Accept, which browsers do and clients of the API do not, and GET /page/NAME
 * for what belongs to it. No key is needed, for nothing of the server is in it:
 * the page asks for that itself. The HTTP thread.
 */
#ifndef API_PAGE_API_PAGE_H
#define API_PAGE_API_PAGE_H

#include "http/http_request.h"

/* Its route has for_browsers: for others nothing is served there. */
void api_page_front(struct http_request *r);
void api_page_file(struct http_request *r);

#endif
