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
	DELTAS = 20000
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

void
app_part_short(const struct app_bench *b)
{
	static const struct bench_aim p50 = { "short requests, p50 ms at 1",
		false, 0.35 },
				      rate = { "short requests/s at 64", true,
					      8000 };
	struct proxy_spec spec = spec_for(b, "short", many_turns);
	struct app_row *rows = calloc(2, sizeof(*rows));
	size_t rounds = (size_t)b->rounds;
	struct app_rig rig;

	bench_must(rows != NULL ? 0 : -1, "memory");
	rows[0].load = (struct app_load){ .name = "short x1",
		.body = proxy_body,
		.at_once = 1,
		.n = app_scaled(b, 2000) };
	rows[1].load = rows[0].load;
	rows[1].load.name = "short x64";
	rows[1].load.at_once = MANY;
	rows[1].load.n = app_scaled(b, 10000);
	app_rig_start(&rig, &spec);
	app_table_run(&rig, rows, 2, rounds);
	app_table_print(rows, 2, rounds);
	(void)bench_aim(&p50, app_row_figure(&rows[0], rounds, RUN_P50));
	(void)bench_aim(&rate, app_row_figure(&rows[1], rounds, RUN_RATE));
	app_rig_stop(&rig);
	free(rows);
}

void
app_part_deltas(const struct app_bench *b)
{
	static const struct bench_aim aim = { "deltas/s through 64 streams",
		true, 300000 };
	struct proxy_spec spec = spec_for(b, "deltas", many_turns);
	struct app_row *rows = calloc(2, sizeof(*rows));
	size_t rounds = (size_t)b->rounds, deltas = app_scaled(b, DELTAS);
	char body[PROXY_BODY_MAX], prompt[64];
	struct app_rig rig;

	bench_must(rows != NULL ? 0 : -1, "memory");
	snprintf(prompt, sizeof(prompt), "FAKE:deltas=%zu", deltas);
	proxy_stream_body(body, prompt);
	rows[0].load = (struct app_load){ .name = "long stream x1",
		.body = body,
		.stream = true,
		.at_once = 1,
		.n = 10,
		.deltas = deltas };
	rows[1].load = rows[0].load;
	rows[1].load.name = "long stream x64";
	rows[1].load.at_once = rows[1].load.n = MANY;
	app_rig_start(&rig, &spec);
	app_table_run(&rig, rows, 2, rounds);
	app_table_print(rows, 2, rounds);
	(void)bench_aim(&aim, app_row_figure(&rows[1], rounds, RUN_DELTAS));
	app_rig_stop(&rig);
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
		rc = client_send(&clients[i], PROXY_CHAT_PATH, body);
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
	char body[PROXY_BODY_MAX];
	struct proxy proxy;
	double before, after;

	bench_must(clients != NULL ? 0 : -1, "memory");
	proxy_stream_body(body, "FAKE:park");
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
