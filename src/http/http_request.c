#include "http/http_request.h"

#include <strings.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

const char *
http_request_header(
    const struct http_request *r, const char *name, size_t *ret_len)
{
	const char *value = NULL;
	size_t len = 0;

	if (MHD_lookup_connection_value_n(r->connection, MHD_HEADER_KIND, name,
		strlen(name), &value, &len) != MHD_YES ||
	    value == NULL)
		return NULL;
	while (len > 0 && is_blank(*value)) {
		value++;
		len--;
	}
	while (len > 0 && is_blank(value[len - 1]))
		len--;
	*ret_len = len;
	return value;
}

bool
http_request_has(const struct http_request *r, const char *name)
{
	size_t len;

	return http_request_header(r, name, &len) != NULL;
}

const char *
http_request_query(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(
	    r->connection, MHD_GET_ARGUMENT_KIND, name);
}

int
http_request_socket(const struct http_request *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info != NULL ? info->connect_fd : -1;
}

bool
http_request_header_is(
    const struct http_request *r, const char *name, const char *value)
{
	size_t len, all;
	const char *found = http_request_header(r, name, &all);

	if (found == NULL)
		return false;
	for (len = 0; len < all && found[len] != ';'; len++)
		;
	while (len > 0 && is_blank(found[len - 1]))
		len--;
	return len == strlen(value) && strncasecmp(found, value, len) == 0;
}
