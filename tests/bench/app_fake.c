/* The parts of the bench that run on fake_codex. */
#include <errno.h>
#include <unistd.h>

#include "app_parts.h"
#include "base/clock.h"
#include "bench.h"
#include "stream.h"

enum {
	MANY = 64,
	PARKED = 1000,
	DELTAS = 20000,
	BOTH = 2 * API_COUNT /* rows: one at a time, and many */
};

static struct proxy_spec
spec_for(const struct app_bench *b, const char *name,
    const char *const *more_options)
{
	return (struct proxy_spec){ .path = b->proxy,
		.codex = b->fake,
		.name = name,
		.options = more_options };
}

static const char *const many_turns[] = { "--engine", "app-server",
	"--turns-per-worker", "64", NULL };

/* What two rows of the APIs, side by side, say of keeping an answer. */
static void
print_cost_of_store(const struct app_row *rows, size_t rounds)
{
	const struct app_row *with = &rows[API_STORED],
			     *without = &rows[API_RESPONSES];

	printf("store x%zu: a request costs %.3f ms of the processor more, "
	       "p50 %.3f ms\n",
	    with->load.at_once,
	    app_row_figure(with, rounds, RUN_CPU) -
		app_row_figure(without, rounds, RUN_CPU),
	    app_row_figure(with, rounds, RUN_P50) -
		app_row_figure(without, rounds, RUN_P50));
}

/* A row an API, of which all but chat's are compared with chat's. */
static void
fill_rows(struct app_row rows[API_COUNT], const struct app_load *load)
{
	for (size_t i = 0; i < API_COUNT; i++) {
		rows[i].load = *load;
		rows[i].load.api = &apis[i];
		rows[i].like = i != API_CHAT ? &rows[API_CHAT] : NULL;
	}
}

/* Runs and prints both loads on all APIs; the caller frees the rows. */
static struct app_row *
measure(
    const struct app_bench *b, const char *name, const struct app_load loads[2])
{
	struct proxy_spec spec = spec_for(b, name, many_turns);
	struct app_row *rows = calloc(BOTH, sizeof(*rows));
	size_t rounds = (size_t)b->rounds;
	struct app_rig rig;

	bench_must(rows != NULL ? 0 : -1, "memory");
	fill_rows(rows, &loads[0]);
	fill_rows(rows + API_COUNT, &loads[1]);
	app_rig_start(&rig, &spec);
	app_table_run(&rig, rows, BOTH, rounds);
	app_table_print(name, rows, BOTH, rounds);
	app_rig_stop(&rig);
	print_cost_of_store(rows, rounds);
	print_cost_of_store(rows + API_COUNT, rounds);
	return rows;
}

static void
aim_at_chat(const struct app_row *row, size_t rounds)
{
	static const struct app_aim p50 = { .what = "p50, of chat's",
		.figure = RUN_P50,
		.ratio = true,
		.limit = 1.10 };
	static const struct app_aim rate = { .what = "requests/s, of chat's",
		.figure = RUN_RATE,
		.ratio = true,
		.at_least = true,
		.limit = 0.90 };

	app_row_aim(row, rounds, &p50);
	app_row_aim(row, rounds, &rate);
}

void
app_part_short(const struct app_bench *b)
{
	static const struct app_aim p50 = {
		.what = "p50 ms", .figure = RUN_P50, .limit = 0.35
	};
	static const struct app_aim rate = { .what = "requests/s",
		.figure = RUN_RATE,
		.at_least = true,
		.limit = 8000 };
	struct app_load loads[] = {
		{ .prompt = BENCH_PROMPT,
		    .at_once = 1,
		    .n = app_scaled(b, 2000) },
		{ .prompt = BENCH_PROMPT,
		    .at_once = MANY,
		    .n = app_scaled(b, 10000) },
	};
	struct app_row *rows = measure(b, "short", loads);
	size_t rounds = (size_t)b->rounds;

	app_row_aim(&rows[API_CHAT], rounds, &p50);
	app_row_aim(&rows[API_COUNT + API_CHAT], rounds, &rate);
	for (size_t i = 0; i < BOTH; i++) {
		if (rows[i].like != NULL)
			aim_at_chat(&rows[i], rounds);
	}
	free(rows);
}

void
app_part_deltas(const struct app_bench *b)
{
	static const struct app_aim aim = { .what = "deltas/s",
		.figure = RUN_DELTAS,
		.at_least = true,
		.limit = 300000 };
	size_t deltas = app_scaled(b, DELTAS);
	char prompt[64];
	struct app_load loads[] = {
		{ .prompt = prompt,
		    .stream = true,
		    .at_once = 1,
		    .n = 10,
		    .deltas = deltas },
		{ .prompt = prompt,
		    .stream = true,
		    .at_once = MANY,
		    .n = MANY,
		    .deltas = deltas },
	};
	struct app_row *rows;

	snprintf(prompt, sizeof(prompt), "FAKE:deltas=%zu", deltas);
	rows = measure(b, "deltas", loads);
	for (size_t i = API_COUNT; i < BOTH; i++)
		app_row_aim(&rows[i], (size_t)b->rounds, &aim);
	free(rows);
}

/* Opens a stream a connection, each as far as its first event. */
static void
park_all(struct client *clients, size_t n, uint16_t port, const char *body)
{
	int rc;

	/* All are sent before the first is waited for. */
	for (size_t i = 0; i < n; i++) {
		client_init(&clients[i], port);
		rc = client_send(&clients[i], apis[API_CHAT].path, body);
		errno = -rc;
		bench_must(rc, "a parked stream");
	}
	for (size_t i = 0; i < n; i++) {
		rc = stream_first_event(&clients[i]);
		errno = -rc;
		bench_must(rc, "a parked stream's first event");
	}
}

void
app_part_parked(const struct app_bench *b)
{
	static const struct bench_aim aim = { "KiB a parked stream", false,
		32 };
	/* The keep-alive brings status line and first event. */
	static const char *const options[] = { "--engine", "app-server",
		"--workers", "4", "--turns-per-worker", "256",
		"--max-queue-size", "1000", "--max-connections", "1100",
		"--sse-ping-seconds", "1", NULL };
	struct proxy_spec spec = spec_for(b, "parked", options);
	struct client *clients = calloc(PARKED, sizeof(*clients));
	char body[API_BODY_MAX];
	struct proxy proxy;
	double before, after;

	bench_must(clients != NULL ? 0 : -1, "memory");
	api_body(body, &apis[API_CHAT], "FAKE:park", true);
	proxy_start(&proxy, &spec);
	before = proxy_rss(&proxy);
	park_all(clients, PARKED, proxy.port, body);
	after = proxy_rss(&proxy);
	printf("resident: %.1f MiB idle, %.1f MiB with %d parked streams\n",
	    before, after, PARKED);
	(void)bench_aim(&aim, (after - before) * 1024 / PARKED);
	for (size_t i = 0; i < PARKED; i++)
		client_free(&clients[i]);
	proxy_stop(&proxy);
	free(clients);
}
