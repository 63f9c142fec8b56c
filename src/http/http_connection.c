/*
 * DESIGN. The policy that libmicrohttpd asks before it accepts is told an
 * address, and that of a Unix socket's client says nothing. So the kernel is
 * asked in the notification of connections, which comes before anything is
 * read. TLS sessions get their certificate there, too: http_tls.c.
 *
 * Of a request's beginning libmicrohttpd tells when its first line is there,
 * and when all headers are. Before the first line a client that dribbles
 * cannot be told from one that is silent, so both have the idle time-out and
 * the time for headers.
 */
#include "http/http_connection.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/http_tls.h"
#include "system/log.h"
#include "system/unix_socket.h"
#include "thread/thread.h"

/*
 * Times and rates that no honest client misses: those of nginx, HAProxy and
 * Apache's mod_reqtimeout lie around them.
 */
#define HEAD_TIME (20 * NS_PER_S)
#define REFUSED_TIME (5 * NS_PER_S)
enum {
	BODY_RATE = 1024, /* bytes a second */
	REFUSED_RATE = 64 * 1024
};

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int
http_connection_pace(const struct settings *s, struct stats *stats,
    struct pace_room *rooms, size_t n_rooms, struct pace **ret_pace)
{
	int64_t idle = s->idle_timeout, head = least(idle, HEAD_TIME);
	const struct pace_rule rules[PACE_STAGES] = {
		[PACE_IDLE] = { clock_add(idle, head), 0, true },
		[PACE_HEAD] = { head, 0, true },
		[PACE_BODY] = { idle, BODY_RATE, false },
		[PACE_REFUSED] = { least(idle, REFUSED_TIME), REFUSED_RATE,
		    true },
	};

	return pace_start(rules, rooms, n_rooms, &stats->connections_slow,
	    &stats->connections_made_way, ret_pace);
}

static int
socket_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info != NULL ? info->connect_fd : -1;
}

/* What it has sent already can still be read: see the exchange. */
static bool
is_foreign(const struct http_door *door, int fd)
{
	if (!door->private || unix_socket_peer_is(fd, geteuid()))
		return false;
	log_warning("private socket: a process of another user was refused");
	(void)shutdown(fd, SHUT_RDWR);
	return true;
}

static struct http_connection *
begin(struct http_door *door, struct MHD_Connection *connection)
{
	struct http_connection *c = calloc(1, sizeof(*c));
	int fd = socket_of(connection);

	if (c == NULL) {
		(void)shutdown(fd, SHUT_RDWR);
		return NULL;
	}
	c->door = door;
	c->foreign = is_foreign(door, fd);
	if (door->tls != NULL)
		c->tls = http_tls_begin(door->tls, connection);
	pace_open(door->pace, &c->pace, door->room, fd);
	return c;
}

static void
end(struct http_connection *c)
{
	if (c == NULL)
		return;
	pace_close(c->door->pace, &c->pace);
	tls_pair_unref(c->tls);
	free(c);
}

void
http_connection_notify(void *door, struct MHD_Connection *connection,
    void **socket_context, enum MHD_ConnectionNotificationCode what)
{
	/* libmicrohttpd starts its threads itself. */
	thread_name_once("http");
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = begin(door, connection);
	} else {
		end(*socket_context);
		*socket_context = NULL;
	}
}

struct http_connection *
http_connection_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

void *
http_connection_line(
    void *cls, const char *uri, struct MHD_Connection *connection)
{
	struct http_connection *c = http_connection_of(connection);

	(void)cls;
	if (c != NULL) {
		/* Its own memory, in which it reads the query in place. */
		http_line_set(&c->line, (char *)(uintptr_t)uri);
		pace_enter(c->door->pace, &c->pace, PACE_HEAD, CLOCK_NEVER);
	}
	return NULL; /* the request has no state yet */
}

void
http_connection_body(struct http_connection *c, bool wanted, int64_t latest)
{
	pace_enter(
	    c->door->pace, &c->pace, wanted ? PACE_BODY : PACE_REFUSED, latest);
}

void
http_connection_received(struct http_connection *c, size_t n)
{
	pace_received(&c->pace, n);
}

void
http_connection_busy(struct http_connection *c)
{
	pace_enter(c->door->pace, &c->pace, PACE_BUSY, CLOCK_NEVER);
}

void
http_connection_idle(struct http_connection *c)
{
	pace_enter(c->door->pace, &c->pace, PACE_IDLE, CLOCK_NEVER);
}
