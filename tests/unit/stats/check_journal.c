/*
 * journal: which rows are kept, in which order they are told, what a watcher
 * is told of, and that threads may do all of it at once.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "stats/journal.h"

#include "unit/oom.h"
#include "unit/unit.h"

static const struct usage spent = {
	.input = 11, .cached_input = 7, .output = 5, .reasoning_output = 3
};

static uint64_t
begin(struct journal *j, const char *id)
{
	return journal_begin(j, id, "chat", "auto", NULL);
}

static void
end_well(struct journal *j, uint64_t row)
{
	journal_end(j, row, 200, NULL, &spent);
}

static struct journal_view
read_since(struct journal *j, uint64_t since)
{
	struct journal_view v;

	ck_assert_int_eq(journal_read(j, NULL, since, &v), 0);
	return v;
}

START_TEST(a_row_goes_from_stage_to_stage)
{
	static const struct journal_about about = { .engine = "exec",
		.model = "asked",
		.codex_model = "real",
		.stream = true };
	struct journal *j = journal_new();
	uint64_t row = journal_begin(j, "req_1", "chat", "auto", "alice");
	struct journal_view v;
	const struct journal_row *r;

	journal_describe(j, row, &about);
	for (int s = JOURNAL_QUEUED; s <= JOURNAL_FIRST; s++)
		journal_reach(j, row, (enum journal_stage)s);
	journal_end(j, row, 504, "timeout", &spent);
	v = read_since(j, 0);
	ck_assert_uint_eq(v.n_rows, 1);
	r = &v.rows[0];
	ck_assert_uint_eq(r->number, 1);
	ck_assert_str_eq(r->request_id, "req_1");
	ck_assert_str_eq(r->dialect, "chat");
	ck_assert_str_eq(r->engine, "exec");
	ck_assert_str_eq(r->model, "asked");
	ck_assert_str_eq(r->codex_model, "real");
	ck_assert_str_eq(r->key, "alice");
	ck_assert(r->stream);
	ck_assert_int_ge(r->at[JOURNAL_QUEUED], r->begun);
	for (int s = JOURNAL_TAKEN; s <= JOURNAL_ENDED; s++)
		ck_assert_int_ge(r->at[s], r->at[s - 1]);
	ck_assert_int_eq(r->status, 504);
	ck_assert_str_eq(r->code, "timeout");
	ck_assert_uint_eq(r->usage.output, 5);
	ck_assert_uint_eq(v.n_minutes, 1);
	ck_assert_uint_eq(v.minutes[0].requests, 1);
	ck_assert_uint_eq(v.minutes[0].errors, 1);
	ck_assert_uint_eq(v.minutes[0].input, 11);
	journal_view_free(&v);
	journal_free(j);
}
END_TEST

/* A stage counts once, and none after the end: a job may outlive it. */
START_TEST(what_comes_late_changes_nothing)
{
	struct journal *j = journal_new();
	uint64_t row = begin(j, "a");
	struct journal_view before, after;

	journal_reach(j, row, JOURNAL_QUEUED);
	end_well(j, row);
	before = read_since(j, 0);
	journal_reach(j, row, JOURNAL_QUEUED);
	journal_reach(j, row, JOURNAL_ASKED);
	journal_end(j, row, 502, "upstream_error", &spent);
	journal_end(j, 0, 502, "upstream_error", &spent);
	journal_reach(j, 77, JOURNAL_ASKED);
	after = read_since(j, 0);
	ck_assert_uint_eq(after.revision, before.revision);
	ck_assert_int_eq(after.rows[0].at[JOURNAL_ASKED], 0);
	ck_assert_int_eq(after.rows[0].status, 200);
	ck_assert_uint_eq(after.minutes[0].requests, 1);
	journal_view_free(&before);
	journal_view_free(&after);
	journal_free(j);
}
END_TEST

/* The last ones, in their order, and those that run however old they are. */
START_TEST(the_oldest_that_has_ended_makes_room)
{
	struct journal *j = journal_new();
	uint64_t running = begin(j, "runs");
	struct journal_view v;

	for (int i = 0; i < 3 * JOURNAL_ROWS; i++)
		end_well(j, begin(j, "b"));
	v = read_since(j, 0);
	ck_assert_uint_eq(v.n_rows, JOURNAL_ROWS);
	ck_assert_str_eq(v.rows[0].request_id, "runs");
	for (size_t i = 1; i < JOURNAL_ROWS; i++)
		ck_assert_uint_eq(v.rows[i].number, 2 * JOURNAL_ROWS + 2 + i);
	journal_view_free(&v);
	end_well(j, running);
	v = read_since(j, v.revision);
	ck_assert_uint_eq(v.n_rows, 1);
	ck_assert_uint_eq(v.rows[0].number, 1);
	journal_view_free(&v);
	journal_free(j);
}
END_TEST

/* Where all run one of them is lost, and its handle is none any more. */
START_TEST(more_may_run_than_there_are_rows)
{
	struct journal *j = journal_new();
	uint64_t rows[JOURNAL_ROWS + 1];
	struct journal_view v;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		rows[i] = begin(j, "a");
	end_well(j, rows[0]);
	v = read_since(j, 0);
	ck_assert_uint_eq(v.n_rows, JOURNAL_ROWS);
	ck_assert_uint_eq(v.rows[0].number, 2);
	ck_assert_uint_eq(v.n_minutes, 0);
	journal_view_free(&v);
	end_well(j, rows[JOURNAL_ROWS]);
	v = read_since(j, v.revision);
	ck_assert_uint_eq(v.n_rows, 1);
	ck_assert_uint_eq(v.rows[0].number, JOURNAL_ROWS + 1);
	journal_view_free(&v);
	journal_free(j);
}
END_TEST

START_TEST(a_reader_gets_what_is_new_to_him)
{
	struct journal *j = journal_new();
	uint64_t first = begin(j, "a"), second = begin(j, "b");
	struct journal_view v = read_since(j, 0);

	ck_assert_uint_eq(v.n_rows, 2);
	ck_assert_uint_eq(v.n_minutes, 0);
	journal_view_free(&v);
	journal_reach(j, first, JOURNAL_QUEUED);
	journal_reach(j, first, JOURNAL_TAKEN);
	v = read_since(j, v.revision);
	ck_assert_uint_eq(v.n_rows, 1);
	ck_assert_str_eq(v.rows[0].request_id, "a");
	journal_view_free(&v);
	v = read_since(j, v.revision);
	ck_assert_uint_eq(v.n_rows, 0);
	journal_view_free(&v);
	end_well(j, second);
	v = read_since(j, v.revision);
	ck_assert_uint_eq(v.n_rows, 1);
	ck_assert_uint_eq(v.n_minutes, 1);
	journal_view_free(&v);
	journal_free(j);
}
END_TEST

static void
count(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
}

START_TEST(a_watcher_is_told_once_until_he_reads)
{
	struct journal *j = journal_new();
	struct journal_watcher w = { .hook = NULL };
	struct journal_view v;
	atomic_int told = 0;
	uint64_t row;

	journal_unwatch(j, &w);
	ck_assert_int_eq(journal_watch(j, &w, count, &told), 0);
	ck_assert_int_eq(told, 0);
	row = begin(j, "a");
	journal_reach(j, row, JOURNAL_QUEUED);
	ck_assert_int_eq(told, 1);
	ck_assert_int_eq(journal_read(j, &w, 0, &v), 0);
	journal_view_free(&v);
	ck_assert(!v.closed);
	end_well(j, row);
	ck_assert_int_eq(told, 2);
	/* Also who has not read the last one: nothing else comes. */
	ck_assert(!journal_is_closed(j));
	journal_close(j);
	ck_assert(journal_is_closed(j));
	ck_assert_int_eq(told, 3);
	ck_assert_int_eq(journal_read(j, &w, v.revision, &v), 0);
	ck_assert(v.closed);
	ck_assert_uint_eq(v.n_rows, 1);
	journal_view_free(&v);
	journal_unwatch(j, &w);
	journal_unwatch(j, &w);
	begin(j, "b");
	ck_assert_int_eq(told, 3);
	ck_assert_int_eq(journal_watch(j, &w, count, &told), -EPIPE);
	journal_free(j);
}
END_TEST

START_TEST(so_many_may_watch)
{
	struct journal *j = journal_new();
	struct journal_watcher w[JOURNAL_WATCHERS], other;
	atomic_int told = 0;

	for (int i = 0; i < JOURNAL_WATCHERS; i++)
		ck_assert_int_eq(journal_watch(j, &w[i], count, &told), 0);
	ck_assert_int_eq(journal_watch(j, &other, count, &told), -ENOSPC);
	/* The last one, one in the middle and the first one go. */
	journal_unwatch(j, &w[0]);
	journal_unwatch(j, &w[5]);
	journal_unwatch(j, &w[JOURNAL_WATCHERS - 1]);
	begin(j, "a");
	ck_assert_int_eq(told, JOURNAL_WATCHERS - 3);
	ck_assert_int_eq(journal_watch(j, &other, count, &told), 0);
	journal_unwatch(j, &other);
	for (int i = 1; i < JOURNAL_WATCHERS - 1; i++) {
		if (i != 5)
			journal_unwatch(j, &w[i]);
	}
	journal_free(j);
}
END_TEST

/* Cut to whole characters, and as JSON whatever they are. */
START_TEST(names_may_be_anything)
{
	char model[300];
	struct journal_about about = {
		.engine = "exec", .model = model, .codex_model = ""
	};
	struct journal *j = journal_new();
	struct journal_view v;
	struct buf b;

	memset(model, 'm', sizeof(model));
	memcpy(model + JOURNAL_NAME_MAX - 1, "\xc3\xa4", 2);
	memcpy(model, "\"\n<", 3);
	model[sizeof(model) - 1] = '\0';
	journal_describe(j, begin(j, "a"), &about);
	v = read_since(j, 0);
	ck_assert_uint_eq(strlen(v.rows[0].model), JOURNAL_NAME_MAX - 1);
	buf_init(&b, 10000);
	ck_assert_int_eq(journal_events(&v, v.rows[0].begun, &b), 0);
	ck_assert_ptr_nonnull(strstr(b.data, "\"model\":\"\\\"\\n<mmm"));
	ck_assert_ptr_nonnull(strstr(b.data, "\"codex_model\":null,"));
	buf_free(&b);
	journal_view_free(&v);
	journal_free(j);
}
END_TEST

#define ROW_BEGINS \
	"{\"number\":4,\"request_id\":\"r\",\"state\":\"answer\"," \
	"\"dialect\":\"chat\",\"stream\":true,\"engine\":\"exec\"," \
	"\"model\":\"m\",\"codex_model\":null,\"key\":\"k\"," \
	"\"begun_at\":1700000000.250,\"age_ms\":3.000," \
	"\"at_ms\":{\"queued\":null,\"taken\":null,\"asked\":null," \
	"\"first\":2.000,\"ended\":"
#define MINUTE_TEXT \
	"{\"at\":1700000040,\"requests\":3,\"errors\":1,\"tokens_input\":20," \
	"\"tokens_output\":10}"

static struct journal_row shown = { .number = 4,
	.request_id = "r",
	.dialect = "chat",
	.engine = "exec",
	.model = "m",
	.key = "k",
	.stream = true,
	.begun_at = 1700000000250,
	.begun = NS_PER_S,
	.at = { [JOURNAL_FIRST] = NS_PER_S + 2 * NS_PER_MS } };

static struct journal_view
view_of_shown(void)
{
	return (struct journal_view){ .rows = &shown,
		.n_rows = 1,
		.minutes = { { .at = 1700000040,
		    .requests = 3,
		    .errors = 1,
		    .input = 20,
		    .output = 10 } },
		.n_minutes = 1 };
}

START_TEST(as_text)
{
	struct journal_view v = view_of_shown();
	int64_t now = NS_PER_S + 3 * NS_PER_MS;
	struct buf b;

	buf_init(&b, 10000);
	ck_assert_int_eq(journal_json(&v, now, &b), 0);
	ck_assert_str_eq(b.data,
	    "{\"rows\":[" ROW_BEGINS "null}}],\"minutes\":[" MINUTE_TEXT
	    "]}\n");
	buf_reset(&b);
	ck_assert_int_eq(journal_events(&v, now, &b), 0);
	ck_assert_str_eq(b.data,
	    "event: row\ndata: " ROW_BEGINS "null}}\n\n"
	    "event: minute\ndata: " MINUTE_TEXT "\n\n");
	buf_reset(&b);
	shown.at[JOURNAL_ENDED] = NS_PER_S + 3 * NS_PER_MS;
	shown.status = 502;
	shown.code = "upstream_error";
	shown.usage = spent;
	shown.usage.estimated_output = 5;
	ck_assert_int_eq(journal_json(&v, now, &b), 0);
	ck_assert_ptr_nonnull(strstr(b.data, "\"state\":\"done\""));
	ck_assert_ptr_nonnull(strstr(b.data,
	    "\"ended\":3.000},\"status\":502,\"code\":\"upstream_error\","
	    "\"tokens\":{\"input\":11,\"cached_input\":7,\"output\":5,"
	    "\"reasoning_output\":3,\"estimated\":true}}"));
	buf_free(&b);
}
END_TEST

static int
render(const struct journal_view *v, bool events)
{
	struct buf b;
	int rc;

	buf_init(&b, 10000);
	rc = events ? journal_events(v, 0, &b) : journal_json(v, 0, &b);
	buf_free(&b);
	return rc;
}

static int
read_all(struct journal *j)
{
	struct journal_view v;
	int rc = journal_read(j, NULL, 0, &v);

	journal_view_free(&v);
	return rc;
}

START_TEST(out_of_memory)
{
	struct journal_view v = view_of_shown();
	struct journal *j;

	oom_left = 0;
	j = journal_new();
	ck_assert(oom_fired());
	ck_assert_ptr_null(j);
	j = journal_new();
	begin(j, "a");
	OOM_EACH(read_all(j), (void)0);
	OOM_EACH(render(&v, true), (void)0);
	OOM_EACH(render(&v, false), (void)0);
	journal_free(j);
}
END_TEST

/* Requests without a journal go on as ever. */
START_TEST(without_a_journal)
{
	struct journal_about about = { "exec", "", "", false };
	struct journal_watcher w = { .hook = NULL };
	struct journal_view v;

	ck_assert_uint_eq(journal_begin(NULL, "a", "chat", "exec", "k"), 0);
	journal_describe(NULL, 0, &about);
	journal_reach(NULL, 0, JOURNAL_QUEUED);
	journal_end(NULL, 0, 200, NULL, &spent);
	journal_close(NULL);
	ck_assert(journal_is_closed(NULL));
	journal_unwatch(NULL, &w);
	ck_assert_int_eq(journal_read(NULL, NULL, 0, &v), 0);
	ck_assert_uint_eq(v.n_rows, 0);
	journal_free(NULL);
}
END_TEST

enum {
	WRITERS = 4,
	EACH = 2000
};

static struct journal *shared;
static char writer[] = "w";

static void *
write_rows(void *arg)
{
	for (int i = 0; i < EACH; i++) {
		uint64_t row = begin(shared, arg);

		for (int s = JOURNAL_QUEUED; s <= JOURNAL_FIRST; s++)
			journal_reach(shared, row, (enum journal_stage)s);
		end_well(shared, row);
	}
	return NULL;
}

/* Comes, is told of something, reads and goes, again and again. */
static void *
watch_rows(void *arg)
{
	atomic_bool *over = arg;
	uint64_t revision = 0;

	while (!atomic_load(over)) {
		struct journal_watcher w;
		struct journal_view v;
		atomic_int told = 0;

		ck_assert_int_eq(journal_watch(shared, &w, count, &told), 0);
		ck_assert_int_eq(journal_read(shared, &w, revision, &v), 0);
		ck_assert_uint_ge(v.revision, revision);
		for (size_t i = 0; i < v.n_rows; i++)
			ck_assert_uint_gt(v.rows[i].revision, revision);
		revision = v.revision;
		journal_view_free(&v);
		journal_unwatch(shared, &w);
	}
	return NULL;
}

START_TEST(threads)
{
	pthread_t writers[WRITERS], watcher;
	atomic_bool over = false;
	struct journal_view v;

	shared = journal_new();
	pthread_create(&watcher, NULL, watch_rows, &over);
	for (int i = 0; i < WRITERS; i++)
		pthread_create(&writers[i], NULL, write_rows, writer);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(writers[i], NULL);
	atomic_store(&over, true);
	pthread_join(watcher, NULL);
	v = read_since(shared, 0);
	/* Each change is one; those of a minute may lie in two. */
	ck_assert_uint_eq(v.revision, (uint64_t)WRITERS * EACH * 6);
	ck_assert_uint_eq(v.minutes[0].requests +
		(v.n_minutes > 1 ? v.minutes[1].requests : 0),
	    WRITERS * EACH);
	for (size_t i = 0; i < v.n_rows; i++)
		ck_assert_int_ne(v.rows[i].at[JOURNAL_ENDED], 0);
	journal_view_free(&v);
	journal_free(shared);
}
END_TEST

UNIT_MAIN("journal", a_row_goes_from_stage_to_stage,
    what_comes_late_changes_nothing, the_oldest_that_has_ended_makes_room,
    more_may_run_than_there_are_rows, a_reader_gets_what_is_new_to_him,
    a_watcher_is_told_once_until_he_reads, so_many_may_watch,
    names_may_be_anything, as_text, out_of_memory, without_a_journal, threads)
