/*
 * http_framing.h - whether every server on the way reads the same request out
 * of this head: what is asked, how long its body is, who asks, and for which
 * host.
 *
 * libmicrohttpd 0.9.75 lets through what RFC 9110 and 9112 forbid (measured;
 * 1.0 refuses most of it by itself): two Content-Length headers, or one with
 * Transfer-Encoding; any encoding, behind which it swallows everything; names
 * that are no tokens, so that "Content-Length : 5" is a header that nobody
 * reads; folds, whose text it appends to the header's name; NUL and bare CR
 * within values, which it cuts or keeps; lines that begin with a colon or a
 * NUL, which to it are the empty line behind the headers. With another server
 * in front each is a smuggled request.
 *
 * What it does not tell of is seen by where things stand: doc/mhd.md.
 *
 * HTTP thread.
 */
#ifndef HTTP_HTTP_FRAMING_H
#define HTTP_HTTP_FRAMING_H

#include <microhttpd.h>
#include <stdbool.h>

/*
 * A request's first line. The texts are libmicrohttpd's, and stand where they
 * came until the request is over.
 */
struct http_line {
	const char *method;
	const char *target; /* with its query; only to be compared */
	size_t target_len; /* up to its first NUL */
	bool target_plain; /* without blanks and control characters */
	bool target_long; /* more than LIMIT_TARGET: its query is not read */
	const char *version;
};

/*
 * The target, when the first line is there and before libmicrohttpd reads the
 * query; the other two come later. The query of one that is too long ends
 * behind its "?" then: 0.9.75 cuts a connection whose memory is used up by the
 * arguments, without an answer (measured: some 500 of them).
 */
void http_line_set(struct http_line *line, char *target);

/*
 * What is wrong, for "The request has %s.", or NULL. *ret_body: whether the
 * headers announce a body. The connection must be closed behind a request at
 * fault.
 */
const char *http_framing_fault(struct MHD_Connection *connection,
    const struct http_line *line, bool *ret_body);

#endif
