/*
 * The part of the bench that is an agent's loop: one call a step, each request
 * with all that was said before. On kept threads and without them in turn.
 */
#include <errno.h>
#include <jansson.h>

#include "app_parts.h"
#include "app_sim.h"
#include "base/clock.h"
#include "bench.h"
#include "procfs.h"

enum {
	STEPS = 50,
	RESULT_BYTES = 10000,
	BODY_MAX = 1 << 20
};

enum figure {
	LOOP_MS,
	LOOP_STEP, /* ms of each of its requests */
	LOOP_CPU, /* ms, of the proxy and its child */
	LOOP_PROXY_CPU,
	LOOP_CHILD_CPU,
	LOOP_BYTES, /* upstream */
	LOOP_REQUESTS, /* of these, without prewarms */
	LOOP_CONNECTIONS,
	LOOP_KEYS, /* of the model's cache, one behind the other */
	LOOP_FIGURES
};

static const struct {
	const char *head;
	int digits;
} columns[LOOP_FIGURES] = {
	[LOOP_MS] = { "total ms", 0 },
	[LOOP_STEP] = { "step ms", 1 },
	[LOOP_CPU] = { "cpu ms", 0 },
	[LOOP_PROXY_CPU] = { "proxy ms", 0 },
	[LOOP_CHILD_CPU] = { "child ms", 0 },
	[LOOP_BYTES] = { "bytes", 0 },
	[LOOP_REQUESTS] = { "requests", 0 },
	[LOOP_CONNECTIONS] = { "sockets", 0 },
	[LOOP_KEYS] = { "keys", 0 },
};

/* A proxy, and what each of its loops took. */
struct side {
	const char *name;
	struct proxy proxy;
	pid_t child;
	double v[LOOP_FIGURES][APP_ROUNDS_MAX];
};

/* ---- one loop ---- */

struct talk {
	struct buf body; /* without its end */
	char result[RESULT_BYTES + 1]; /* as JSON has it */
	size_t steps;
};

static void
talk_begin(struct talk *t, size_t steps)
{
	static const char line[] = "a line of a file, with \\\"quotes\\\"\\n";
	size_t len = strlen(line), at = 0;

	for (; at + len <= RESULT_BYTES; at += len)
		memcpy(t->result + at, line, len);
	t->result[at] = '\0';
	t->steps = steps;
	buf_init(&t->body, BODY_MAX);
	bench_must(
	    buf_printf(&t->body,
		"{\"model\":\"codex-local\",\"tools\":[{\"type\":\"function\","
		"\"function\":{\"name\":\"look\",\"parameters\":{\"type\":"
		"\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}}}],"
		"\"messages\":[{\"role\":\"user\",\"content\":\"SIM:"),
	    "body");
	for (size_t i = 0; i < steps; i++)
		bench_must(
		    buf_printf(&t->body, "tool=look:{\\\"n\\\":%zu};then;", i),
		    "body");
	bench_must(buf_printf(&t->body, "text=pong\"}"), "body");
}

/* The answer's message, which the caller frees. */
static json_t *
ask(struct talk *t, struct client *c)
{
	size_t len = t->body.len;
	json_t *answer, *message;
	const char *body;
	int status;

	bench_must(buf_printf(&t->body, "]}"), "body");
	status = client_request(c, apis[API_CHAT].path, t->body.data);
	buf_truncate(&t->body, len);
	errno = 0;
	bench_must(status == 200 ? 0 : -1, "an answer in the loop");
	body = strstr(c->answer.data, "\r\n\r\n");
	answer = json_loads(body, 0, NULL);
	bench_must(
	    json_unpack(answer, "{s:[{s:O}]}", "choices", "message", &message),
	    "the answer's message");
	json_decref(answer);
	return message;
}

/* Says the call again, with its result. */
static void
answer_call(struct talk *t, json_t *message, size_t step)
{
	char *text = json_dumps(message, JSON_COMPACT);
	const char *id = NULL;

	errno = 0;
	bench_must(json_unpack(message, "{s:[{s:s}]}", "tool_calls", "id", &id),
	    "a call");
	bench_must(text != NULL ? 0 : -1, "memory");
	bench_must(buf_printf(&t->body,
		       ",%s,{\"role\":\"tool\",\"tool_call_id\":\"%s\","
		       "\"content\":\"%zu %s\"}",
		       text, id, step, t->result),
	    "body");
	free(text);
}

static void
run_loop(struct client *c, size_t steps)
{
	struct talk t;
	json_t *message;
	const char *text = NULL;

	talk_begin(&t, steps);
	for (size_t i = 0; i < steps; i++) {
		message = ask(&t, c);
		answer_call(&t, message, i);
		json_decref(message);
	}
	message = ask(&t, c);
	(void)json_unpack(message, "{s:s}", "content", &text);
	errno = 0;
	bench_must(text != NULL && strcmp(text, "pong") == 0 ? 0 : -1,
	    "the loop's answer");
	json_decref(message);
	buf_free(&t.body);
}

static double
ms_between(int64_t from, int64_t to)
{
	return (double)(to - from) / NS_PER_MS;
}

static void
measure(struct side *s, struct app_sim *sim, size_t steps, size_t round)
{
	struct app_sim_counts was, now;
	int64_t self = procfs_cpu(s->proxy.pid);
	int64_t child = procfs_cpu(s->child);
	int64_t start;
	double v[LOOP_FIGURES];

	app_sim_read(sim, &was);
	start = clock_now();
	run_loop(&s->proxy.clients[0], steps);
	v[LOOP_MS] = ms_between(start, clock_now());
	v[LOOP_STEP] = v[LOOP_MS] / (double)(steps + 1);
	v[LOOP_PROXY_CPU] = ms_between(self, procfs_cpu(s->proxy.pid));
	v[LOOP_CHILD_CPU] = ms_between(child, procfs_cpu(s->child));
	v[LOOP_CPU] = v[LOOP_PROXY_CPU] + v[LOOP_CHILD_CPU];
	app_sim_read(sim, &now);
	v[LOOP_BYTES] = (double)(now.bytes - was.bytes);
	v[LOOP_REQUESTS] = (double)(now.requests - was.requests);
	v[LOOP_CONNECTIONS] = (double)(now.connections - was.connections);
	v[LOOP_KEYS] = (double)(now.cache_keys - was.cache_keys);
	for (size_t k = 0; k < LOOP_FIGURES; k++)
		s->v[k][round] = v[k];
}

/* ---- rounds of them ---- */

static double
figure_of(const struct side *s, enum figure k, size_t rounds)
{
	double values[APP_ROUNDS_MAX];

	memcpy(values, s->v[k], rounds * sizeof(*values));
	return median(values, rounds);
}

static double
ratio_of(const struct side sides[2], enum figure k, size_t rounds)
{
	double values[APP_ROUNDS_MAX];

	for (size_t r = 0; r < rounds; r++)
		values[r] = sides[1].v[k][r] / sides[0].v[k][r];
	return median(values, rounds);
}

static void
print_table(const char *title, const struct side sides[2], size_t rounds)
{
	printf("%-18s", title);
	for (int k = 0; k < LOOP_FIGURES; k++)
		printf(" %9s", columns[k].head);
	for (int i = 0; i < 2; i++) {
		printf("\n%-18s", sides[i].name);
		for (int k = 0; k < LOOP_FIGURES; k++)
			printf(" %9.*f", columns[k].digits,
			    figure_of(&sides[i], k, rounds));
	}
	printf("\n%-18s", "ratio");
	for (int k = 0; k < LOOP_FIGURES; k++) {
		if (figure_of(&sides[0], k, rounds) > 0)
			printf(" %9.3f", ratio_of(sides, k, rounds));
		else
			printf(" %9s", "-");
	}
	printf("\n");
}

struct goal {
	enum figure figure;
	struct bench_aim aim;
};

static void
start_side(struct side *s, const struct app_bench *b, const struct app_sim *sim,
    const char *name, const char *kept)
{
	const char *options[] = { "--engine", "app-server", "--kept-threads",
		kept, NULL };
	struct proxy_spec spec = { .path = b->proxy,
		.codex = b->codex,
		.name = name,
		.options = options,
		.provider = sim->options };

	s->name = name;
	proxy_start(&s->proxy, &spec);
	s->child = procfs_child(s->proxy.pid, "app-server");
}

/* Prints the table and, of a loop of full length, whether it meets `goals`. */
static void
compare(const struct app_bench *b, const char *title, bool websocket,
    const struct goal *goals, size_t n_goals)
{
	struct app_sim sim;
	struct side *sides = calloc(2, sizeof(*sides));
	size_t steps = app_scaled(b, STEPS), rounds = (size_t)b->rounds;
	static const struct bench_aim one_key = { "cache keys of a loop", false,
		1 };

	bench_must(sides != NULL ? 0 : -1, "memory");
	app_sim_start(&sim, b->sim, websocket);
	start_side(&sides[0], b, &sim, "--kept-threads 0", "0");
	start_side(&sides[1], b, &sim, "kept", "32");
	for (int i = 0; i < 2; i++)
		run_loop(&sides[i].proxy.clients[0], 2);
	for (size_t r = 0; r < rounds; r++) {
		measure(&sides[0], &sim, steps, r);
		measure(&sides[1], &sim, steps, r);
	}
	print_table(title, sides, rounds);
	for (size_t i = 0; i < n_goals; i++)
		(void)bench_aim(
		    &goals[i].aim, ratio_of(sides, goals[i].figure, rounds));
	(void)bench_aim(&one_key, figure_of(&sides[1], LOOP_KEYS, rounds));
	proxy_stop(&sides[1].proxy);
	proxy_stop(&sides[0].proxy);
	app_sim_stop(&sim);
	free(sides);
}

void
app_part_loop(const struct app_bench *b)
{
	static const struct goal websocket[] = {
		{ LOOP_MS, { "loop, WebSocket: time", false, 0.3 } },
		{ LOOP_CPU, { "loop, WebSocket: processor", false, 0.25 } },
		{ LOOP_BYTES, { "loop, WebSocket: bytes", false, 0.1 } },
	};
	static const struct goal http[] = {
		{ LOOP_MS, { "loop, HTTP: time", false, 0.6 } },
	};

	if (!app_has_codex(b, "loop"))
		return;
	compare(b, "WebSocket", true, websocket, ARRAY_SIZE(websocket));
	compare(b, "HTTP", false, http, ARRAY_SIZE(http));
}
