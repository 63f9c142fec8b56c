#include "api/page/api_page.h"

#include <string.h>

#include "api/page/page_files.h"
#include "http/http_reply.h"
#include "http/http_route.h"

/* The one at /. */
#define FRONT "index.html"

static const struct page_file *
find(const char *name)
{
	for (size_t i = 0; i < page_files_n; i++) {
		if (strcmp(page_files[i].name, name) == 0)
			return &page_files[i];
	}
	return NULL;
}

static void
reply(struct http_request *r, const struct page_file *file)
{
	if (file != NULL) {
		http_reply_page(r, file->type, file->bytes, file->len);
		return;
	}
	http_route_refuse(r);
	http_reply_error(r, &r->refusal);
}

void
api_page_front(struct http_request *r)
{
	reply(r, find(FRONT));
}

/* The front has one path alone. */
void
api_page_file(struct http_request *r)
{
	const struct page_file *file = find(r->rest);

	reply(r, file != find(FRONT) ? file : NULL);
}
