/*
 * api_list.h - lists of items, page by page, as OpenAI's API has them:
 *
 *	?order=asc|desc (desc) &after=ID &limit=1..100 (20)
 *	{"object":"list","data":[...],"first_id","last_id","has_more"}
 */
#ifndef API_STORE_API_LIST_H
#define API_STORE_API_LIST_H

#include "api/store/api_ask.h"

/* As api_ask_run, with the page that the query asks for. */
void api_list_run(struct http_request *r, struct api_ask *ask);

/* Answers with the rows that were found. */
void api_list_reply(struct http_request *r, struct api_ask *ask);

#endif
