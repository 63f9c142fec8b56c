#include "http/http_request.h"

#include <strings.h>

const char *
http_request_header(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(
	    r->connection, MHD_HEADER_KIND, name);
}

const char *
http_request_query(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(
	    r->connection, MHD_GET_ARGUMENT_KIND, name);
}

bool
http_request_header_is(
    const struct http_request *r, const char *name, const char *value)
{
	const char *found = http_request_header(r, name);
	size_t len;

	if (found == NULL)
		return false;
	len = strcspn(found, ";");
	while (len > 0 && (found[len - 1] == ' ' || found[len - 1] == '\t'))
		len--;
	return len == strlen(value) && strncasecmp(found, value, len) == 0;
}
