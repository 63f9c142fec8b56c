#include "client/running.h"

#include <errno.h>

#include "base/clock.h"
#include "base/limits.h"
#include "client/http_client.h"
#include "daemon/private_socket.h"
#include "json/jsonx.h"
#include "system/fdio.h"
#include "system/pidfile.h"

/* For each of the questions. */
#define PATIENCE (5 * NS_PER_S)

enum {
	DEPTH_MAX = 64,
	STATUS_OK = 200
};

/*
 * Two servers may have been told apart by only one of their files. Then the
 * socket is another's than the pid file.
 */
static int
connect_to(const struct settings *s, pid_t pid, int64_t deadline, int *ret_fd)
{
	struct ucred server;
	int rc = private_socket_connect(
	    s->state_file, deadline, ret_fd, &server);

	if (rc == 0 && server.pid != pid) {
		fd_close(ret_fd);
		rc = -ESRCH;
	}
	return rc;
}

static json_t *
object_of(const struct buf *body)
{
	char why[JSONX_ERROR_MAX];
	json_t *root = NULL;

	if (jsonx_parse(body->len > 0 ? body->data : "", body->len, DEPTH_MAX,
		&root, why) == 0 &&
	    !json_is_object(root)) {
		json_decref(root);
		root = NULL;
	}
	return root;
}

/* Whatever the status. */
static json_t *
ask(const struct settings *s, pid_t pid, const char *path, int *ret_status)
{
	int64_t deadline = clock_after(PATIENCE);
	json_t *object = NULL;
	struct buf body;
	int fd;

	if (connect_to(s, pid, deadline, &fd) != 0)
		return NULL;
	buf_init(&body, LIMIT_PAGE);
	if (http_get(fd, path, deadline, ret_status, &body) == 0)
		object = object_of(&body);
	buf_free(&body);
	fd_close(&fd);
	return object;
}

int
running_connect(const struct settings *s, const struct running *r,
    int64_t deadline, int *ret_fd)
{
	return connect_to(s, r->pid, deadline, ret_fd);
}

json_t *
running_ask(const struct settings *s, const struct running *r, const char *path)
{
	int status = 0;
	json_t *object = r->about != NULL ? ask(s, r->pid, path, &status)
					  : NULL;

	if (status == STATUS_OK)
		return object;
	json_decref(object);
	return NULL;
}

/* One that does not answer the first question is asked no other. */
static void
ask_all(const struct settings *s, struct running *r)
{
	int status = 0;

	r->about = ask(s, r->pid, "/private/server", &status);
	if (r->about != NULL)
		r->readiness = ask(s, r->pid, "/ready", &status);
	r->ready = r->readiness != NULL && status == STATUS_OK;
}

int
running_find(const struct settings *s, struct running *ret_running)
{
	struct running r = { .pid = 0 };
	int rc = pidfile_probe(s->pid_file, &r.pid);
	int fd;

	if (rc == 0 && connect_to(s, r.pid, clock_after(PATIENCE), &fd) == 0) {
		r.listens = true;
		fd_close(&fd);
		ask_all(s, &r);
	}
	*ret_running = r;
	return rc;
}

void
running_free(struct running *r)
{
	json_decref(r->about);
	json_decref(r->readiness);
	memset(r, 0, sizeof(*r));
}

const char *
running_setting(const struct running *r, const char *name)
{
	return json_string_value(
	    json_object_get(json_object_get(r->about, "settings"), name));
}

void
running_reasons(const struct running *r, struct buf *out)
{
	const json_t *reasons = json_object_get(r->readiness, "reasons");
	json_t *reason;
	size_t i;

	json_array_foreach(reasons, i, reason) {
		const char *text = json_string_value(reason);

		if (text != NULL)
			(void)!buf_printf(out, "%s%s", i > 0 ? ", " : "", text);
	}
}
