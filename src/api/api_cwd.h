/*
 * api_cwd.h - the working directory that a request names: whether it is
 * inside an allowed root once its links are resolved. The file system is
 * asked on a thread of api_aside while the connection is parked; a client
 * that hangs up meanwhile is noticed, and --timeout-seconds count.
 *
 * Life cycle, on the HTTP thread: api_cwd_begin; while api_cwd_look says
 * WAITING, park; api_cwd_end, in any case.
 */
#ifndef API_API_CWD_H
#define API_API_CWD_H

#include <stdbool.h>

#include "api/aside/api_wait.h"

struct cwd_errand;

struct api_cwd {
	struct http_request *http;
	struct cwd_errand *errand; /* NULL: not begun */
	struct api_wait wait;
	int64_t begun;
};

enum api_cwd_state {
	API_CWD_WAITING,
	API_CWD_RESOLVED, /* *ret_cwd is the path; owned by the caller */
	API_CWD_FAILED, /* `ret_error` is set */
	API_CWD_GONE /* nobody waits for an answer */
};

/* Errors: -ENOMEM; -EINVAL with `ret_error` set. */
MUST_CHECK int api_cwd_begin(struct api_cwd *c, struct http_request *r,
    const char *path, struct error *ret_error);

enum api_cwd_state
api_cwd_look(struct api_cwd *c, char **ret_cwd, struct error *ret_error);

/* Lets go of what is under way. May be repeated, also before a begin. */
void api_cwd_end(struct api_cwd *c);

#endif
