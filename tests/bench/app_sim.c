#include "app_sim.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/strv.h"
#include "bench.h"
#include "system/fdio.h"

enum {
	LINE_MAX_BYTES = 256
};

static void
spawn(struct app_sim *sim, const char *path)
{
	struct process_spec spec = { .path = path, .envp = environ };
	struct strv argv;
	int rc;

	strv_init(&argv);
	bench_must(strv_add_all(&argv, path, "--exit-with-parent", NULL), path);
	spec.argv = argv.v;
	rc = process_start(&spec, &sim->process);
	strv_free(&argv);
	errno = -rc;
	bench_must(rc, path);
}

static uint16_t
port_of(struct app_sim *sim, const char *path)
{
	struct buf line;
	unsigned port = 0;
	int rc;

	buf_init(&line, LINE_MAX_BYTES);
	rc = fd_wait(sim->process.stdout_fd, POLLIN, CLOCK_NEVER);
	bench_must(rc, path);
	bench_must(
	    (int)fd_read_buf(sim->process.stdout_fd, &line, LINE_MAX_BYTES),
	    path);
	if (sscanf(line.data, "listening on %u\n", &port) != 1)
		bench_must(-1, "sim_model's port");
	buf_free(&line);
	return (uint16_t)port;
}

static void
set_options(struct app_sim *sim, unsigned port, bool websocket)
{
	size_t n = 0;

	snprintf(sim->provider, sizeof(sim->provider),
	    websocket ? "openai_base_url=\"http://127.0.0.1:%u/v1\""
		      : "model_providers.sim={name=\"sim\","
			"base_url=\"http://127.0.0.1:%u/v1\","
			"wire_api=\"responses\",env_key=\"SIM_KEY\","
			"request_max_retries=0,stream_max_retries=0}",
	    port);
	if (!websocket) {
		sim->options[n++] = "--codex-config";
		sim->options[n++] = "model_provider=\"sim\"";
	}
	sim->options[n++] = "--codex-config";
	sim->options[n++] = sim->provider;
	sim->options[n] = NULL;
}

void
app_sim_start(struct app_sim *sim, const char *path, bool websocket)
{
	uint16_t port;

	spawn(sim, path);
	port = port_of(sim, path);
	client_init(&sim->client, port);
	set_options(sim, port, websocket);
	bench_must(setenv("SIM_KEY", "x", 1), "SIM_KEY");
}

void
app_sim_stop(struct app_sim *sim)
{
	client_free(&sim->client);
	process_end(&sim->process, NS_PER_S, NULL);
}

void
app_sim_read(struct app_sim *sim, struct app_sim_counts *ret_counts)
{
	json_int_t requests, bytes, cache_keys, connections;
	json_t *stats;
	int status = client_request(&sim->client, "/sim/stats", NULL);
	const char *body;

	errno = 0;
	bench_must(status == 200 ? 0 : -1, "/sim/stats");
	body = strstr(sim->client.answer.data, "\r\n\r\n");
	stats = json_loads(body, 0, NULL);
	bench_must(json_unpack(stats, "{s:I, s:I, s:I, s:I}", "requests",
		       &requests, "bytes", &bytes, "cache_keys", &cache_keys,
		       "connections", &connections),
	    "/sim/stats");
	json_decref(stats);
	*ret_counts = (struct app_sim_counts){ requests, bytes, cache_keys,
		connections };
}
