/*
 * pace: who is cut at which time, and who makes way for whom.
 */
#include "unit/unit.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "system/fdio.h"
#include "thread/pace.h"

#define MS NS_PER_MS
enum {
	LIMIT = 3
};

static const struct pace_rule rules[PACE_STAGES] = {
	[PACE_IDLE] = { 300 * MS, 0, true },
	[PACE_HEAD] = { 150 * MS, 0, true },
	[PACE_BODY] = { 100 * MS, 1000, false },
	[PACE_REFUSED] = { 50 * MS, 0, true },
};

/* Under which nobody is too slow. */
static const struct pace_rule patient[PACE_STAGES] = {
	[PACE_IDLE] = { 60 * NS_PER_S, 0, true },
	[PACE_HEAD] = { 60 * NS_PER_S, 0, true },
	[PACE_BODY] = { 60 * NS_PER_S, 0, false },
	[PACE_REFUSED] = { 60 * NS_PER_S, 0, true },
};

/* A listener whose owner accepts as libmicrohttpd does, and its pace. */
struct world {
	struct pace *pace;
	struct pace_room room;
	struct counter slow, made_way;
	struct sockaddr_un at;
};

struct peer {
	struct pace_entry entry; /* of the accepted end */
	int fd; /* the client's */
};

static void
world_init(struct world *w, const struct pace_rule by[PACE_STAGES])
{
	socklen_t len = sizeof(w->at);

	memset(w, 0, sizeof(*w));
	w->at.sun_family = AF_UNIX;
	/* Of a name that the kernel chooses. */
	w->room.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(w->room.fd, 0);
	ck_assert_int_eq(bind(w->room.fd, (struct sockaddr *)&w->at,
			     sizeof(w->at.sun_family)),
	    0);
	ck_assert_int_eq(
	    getsockname(w->room.fd, (struct sockaddr *)&w->at, &len), 0);
	ck_assert_int_eq(listen(w->room.fd, 8), 0);
	w->room.limit = LIMIT;
	ck_assert_int_eq(
	    pace_start(by, &w->room, 1, &w->slow, &w->made_way, &w->pace), 0);
}

static void
world_free(struct world *w)
{
	pace_stop(w->pace);
	fd_close(&w->room.fd);
}

static int
client(struct world *w)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&w->at,
			     sizeof(w->at.sun_family) + 6),
	    0);
	return fd;
}

static void
accept_peer(struct world *w, struct peer *p)
{
	int fd = accept4(w->room.fd, NULL, NULL, SOCK_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	pace_open(w->pace, &p->entry, &w->room, fd);
}

static void
meet(struct world *w, struct peer *p)
{
	memset(p, 0, sizeof(*p));
	p->fd = client(w);
	accept_peer(w, p);
}

static void
part(struct world *w, struct peer *p)
{
	int fd = p->entry.fd;

	pace_close(w->pace, &p->entry);
	fd_close(&fd);
	fd_close(&p->fd);
}

/* Waits for the end that a cut brings; false: none came in time. */
static bool
is_cut_within(const struct peer *p, int ms)
{
	struct pollfd fd = { .fd = p->fd, .events = POLLIN };

	return poll(&fd, 1, ms) == 1;
}

static const struct {
	enum pace_stage stage;
	int64_t least, most; /* ms until it is cut; -1: it is not */
	const char *comment;
} stages[] = {
	{ PACE_IDLE, 300, 5000, "idle" },
	{ PACE_HEAD, 150, 5000, "in its headers" },
	{ PACE_BODY, 100, 5000, "in a body" },
	{ PACE_REFUSED, 50, 5000, "in a body that nobody wants" },
	{ PACE_BUSY, -1, 700, "while the server works" },
};

START_TEST(each_stage_has_its_time)
{
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
		struct world w;
		struct peer p;
		int64_t begin;
		bool cut;

		world_init(&w, rules);
		meet(&w, &p);
		begin = clock_now();
		pace_enter(w.pace, &p.entry, stages[i].stage, CLOCK_NEVER);
		cut = is_cut_within(&p, (int)stages[i].most);
		ck_assert_msg(
		    cut == (stages[i].least >= 0), "%s", stages[i].comment);
		if (cut)
			ck_assert_int_ge(
			    clock_now() - begin, stages[i].least * MS);
		ck_assert_uint_eq(counter_get(&w.slow), cut ? 1 : 0);
		ck_assert_uint_eq(counter_get(&w.made_way), 0);
		part(&w, &p);
		world_free(&w);
	}
}
END_TEST

/* 1,000 bytes buy a second. */
START_TEST(bytes_buy_time)
{
	struct world w;
	struct peer p;
	int64_t begin = clock_now();

	world_init(&w, rules);
	meet(&w, &p);
	pace_enter(w.pace, &p.entry, PACE_BODY, CLOCK_NEVER);
	pace_received(&p.entry, 1000);
	ck_assert(is_cut_within(&p, 10000));
	ck_assert_int_ge(clock_now() - begin, 1100 * MS);
	part(&w, &p);
	world_free(&w);
}
END_TEST

START_TEST(but_not_beyond_the_last_moment)
{
	struct world w;
	struct peer p;

	world_init(&w, rules);
	meet(&w, &p);
	pace_enter(w.pace, &p.entry, PACE_BODY, clock_after(50 * MS));
	pace_received(&p.entry, 1000 * 1000);
	ck_assert(is_cut_within(&p, 10000));
	part(&w, &p);
	world_free(&w);
}
END_TEST

/* All places are taken, by clients at these stages, and another waits. */
static int
crowd(struct world *w, struct peer p[LIMIT], const enum pace_stage at[LIMIT])
{
	world_init(w, patient);
	for (int i = 0; i < LIMIT; i++) {
		meet(w, &p[i]);
		pace_enter(w->pace, &p[i].entry, at[i], CLOCK_NEVER);
	}
	return client(w);
}

static void
disperse(struct world *w, struct peer p[LIMIT], int waiting)
{
	for (int i = 0; i < LIMIT; i++)
		part(w, &p[i]);
	fd_close(&waiting);
	world_free(w);
}

static const struct {
	enum pace_stage at[LIMIT];
	int cut; /* which one, or -1 */
	const char *comment;
} crowds[] = {
	{ { PACE_IDLE, PACE_IDLE, PACE_IDLE }, 0, "the longest silent" },
	{ { PACE_HEAD, PACE_BUSY, PACE_IDLE }, 2, "the idle first" },
	{ { PACE_REFUSED, PACE_BUSY, PACE_HEAD }, 2, "then a slow head" },
	{ { PACE_BUSY, PACE_REFUSED, PACE_BODY }, 1, "then the refused" },
	{ { PACE_BUSY, PACE_BODY, PACE_BODY }, -1, "nobody else" },
};

START_TEST(who_makes_way)
{
	for (size_t i = 0; i < ARRAY_SIZE(crowds); i++) {
		struct world w;
		struct peer p[LIMIT];
		int waiting = crowd(&w, p, crowds[i].at), cut = crowds[i].cut;

		ck_assert_msg(cut < 0 || is_cut_within(&p[cut], 20000), "%s",
		    crowds[i].comment);
		for (int k = 0; k < LIMIT; k++)
			ck_assert_msg(k == cut || !is_cut_within(&p[k], 400),
			    "%s: %d", crowds[i].comment, k);
		ck_assert_uint_eq(counter_get(&w.made_way), cut >= 0 ? 1 : 0);
		ck_assert_uint_eq(counter_get(&w.slow), 0);
		disperse(&w, p, waiting);
	}
}
END_TEST

static const enum pace_stage idle[LIMIT] = { PACE_IDLE, PACE_IDLE, PACE_IDLE };
static const enum pace_stage busy[LIMIT] = { PACE_BUSY, PACE_BUSY, PACE_BUSY };

/* What it sent may be a request that is yet to be read. */
START_TEST(who_has_been_heard_does_not_make_way)
{
	struct world w;
	struct peer p[LIMIT];
	int waiting = crowd(&w, p, idle);

	ck_assert_int_eq(fd_write_all(p[0].fd, "GET", 3), 0);
	ck_assert(is_cut_within(&p[1], 20000));
	ck_assert(!is_cut_within(&p[0], 100));
	disperse(&w, p, waiting);
}
END_TEST

START_TEST(without_somebody_who_waits_nobody_makes_way)
{
	struct world w;
	struct peer p[LIMIT];
	int waiting = crowd(&w, p, busy);

	/* Its place is taken, and none is left for another. */
	part(&w, &p[0]);
	memset(&p[0], 0, sizeof(p[0]));
	p[0].fd = waiting;
	accept_peer(&w, &p[0]);
	ck_assert(!is_cut_within(&p[0], 1500));
	disperse(&w, p, -1);
}
END_TEST

START_TEST(who_becomes_silent_later_makes_way)
{
	struct world w;
	struct peer p[LIMIT];
	int waiting = crowd(&w, p, busy);

	ck_assert(!is_cut_within(&p[0], 200));
	pace_enter(w.pace, &p[1].entry, PACE_IDLE, CLOCK_NEVER);
	ck_assert(is_cut_within(&p[1], 20000));
	disperse(&w, p, waiting);
}
END_TEST

UNIT_MAIN("pace", each_stage_has_its_time, bytes_buy_time,
    but_not_beyond_the_last_moment, who_makes_way,
    who_has_been_heard_does_not_make_way,
    without_somebody_who_waits_nobody_makes_way,
    who_becomes_silent_later_makes_way)
