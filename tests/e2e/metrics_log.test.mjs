// What operators see: counters that add up, and lines that can be relied on.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { request } from "./lib/http.mjs";
import { checkLine } from "./lib/latency.mjs";
import { describeEngines, fakeWorld, realCodex } from "./lib/proxy.mjs";
import { within } from "./lib/wait.mjs";

const sum = (object) => Object.values(object).reduce((a, b) => a + b, 0);

describe("metrics", () => {
	const world = fakeWorld({ before, after });

	it("have the fixed names from the start", async () => {
		const m = await world.proxy.metrics();

		assert.equal(m.requests_total, 0);
		assert.equal(m.requests_ok, 0);
		assert.equal(m.requests_error, 0);
		assert.deepEqual(m.errors_by_status, {});
		assert.equal(m.engine, "exec");
		assert.equal(m.app_server_pool_started, false);
		assert.equal(typeof m.uptime_seconds, "number");
		assert.equal(m.queue_depth, 0);
		assert.equal(m.in_flight, 0);
		assert.equal(m.workers.length, 1);
	});

	it("add up after all kinds of requests", async () => {
		const { proxy } = world;
		const before = await proxy.metrics();

		for (const stream of [false, true]) {
			await proxy.chat("FAKE:text=x", { stream });
			await proxy.chat("FAKE:failed=unexpected status 401 x",
			    { stream });
			await proxy.chat("FAKE:crash=9", { stream });
			await proxy.chat("x", { stream, n: 9 });
		}
		await proxy.chat("FAKE:text=x", { n: 3 });
		await proxy.post("/v1/chat/completions", "{");
		await request(`${proxy.url}/v1/chat/completions`,
		    { method: "POST", body: "x" });
		// These are no chat completions.
		await proxy.get("/v1/models");
		await proxy.get("/v1/nonesuch");
		await proxy.get("/v1/chat/completions");
		const m = await proxy.metricsUntil((x) =>
		    x.requests_ok + x.requests_error === 11, "all to be counted");

		assert.equal(m.requests_total - before.requests_total, 11);
		assert.equal(m.requests_ok, 3);
		assert.equal(m.requests_error, 8);
		assert.deepEqual(m.errors_by_status,
		    { 400: 3, 401: 2, 415: 1, 502: 2 });
		assert.equal(sum(m.errors_by_status), m.requests_error);
		assert.equal(sum(m.errors_by_code), m.requests_error);
		assert.deepEqual(m.tokens, { input: 55, cached_input: 15,
			output: 35, reasoning_output: 10, estimated_input: 0,
			estimated_output: 0 });
		assert.equal(m.latency_ms.total.count, 11);
		assert.ok(m.latency_ms.total.p50 > 0);
		assert.ok(m.latency_ms.total.p50 <= m.latency_ms.total.p99);
	});

	it("are Prometheus text when asked for", async () => {
		/* Accept, query, Prometheus */
		const rows = [[undefined, "", false], ["*/*", "", false],
			["application/json", "", false], ["text/plain", "", true],
			["application/openmetrics-text;version=1.0.0,text/plain;q=0.5",
				"", true],
			[undefined, "?format=prometheus", true],
			["text/plain", "?format=json", false],
			["application/json", "?format=prometheus", true]];

		for (const [accept, query, prometheus] of rows) {
			const r = await world.proxy.get(`/metrics${query}`,
			    accept ? { Accept: accept } : {});
			const type = r.headers["content-type"];

			if (prometheus) {
				assert.match(type, /^text\/plain; version=0\.0\.4/);
				assert.match(r.text, /^# HELP codex_proxy_/);
			} else {
				assert.equal(type, "application/json");
				assert.equal(typeof r.json, "object");
			}
		}
	});

	it("agree in both forms", async () => {
		const m = await world.proxy.metrics();
		const { text } = await world.proxy.get("/metrics?format=prometheus");
		const value = (name) => Number(new RegExp(
		    `^codex_proxy_${name} (\\S+)$`, "m").exec(text)?.[1]);

		assert.equal(value("requests_total"), m.requests_total);
		assert.equal(value("requests_ok_total"), m.requests_ok);
		assert.equal(value("requests_error_total"), m.requests_error);
		assert.equal(value("request_duration_seconds_count"),
		    m.latency_ms.total.count);
		assert.equal(value('tokens_total\\{kind="input"\\}'),
		    m.tokens.input);
		for (const line of text.trimEnd().split("\n"))
			assert.match(line, /^(# (HELP|TYPE) )?codex_proxy_/);
	});

	it("satisfy promtool", async () => {
		const { text } = await world.proxy.get("/metrics?format=prometheus");
		const child = spawn("promtool", ["check", "metrics"]);
		let said = "";

		child.stdout.on("data", (s) => { said += s; });
		child.stderr.on("data", (s) => { said += s; });
		child.stdin.end(text);
		const code = await within(new Promise((resolve, reject) => {
			child.on("close", resolve);
			child.on("error", reject);
		}), "promtool (Debian package prometheus)");

		assert.equal(said, "");
		assert.equal(code, 0);
	});
});

describeEngines("log lines", (engine) => {
	const world = realCodex({ before, after }, { engine, args: [
		"--model", "gpt-5.5", "--default-cwd", "/",
		"--allowed-root", "/"] });
	const identity = { engine, model: "codex-local",
		logger: "codex_api_proxy.latency", level: "info" };

	function hasAll(line, fields) {
		for (const [name, value] of Object.entries(fields))
			assert.equal(line[name], value, name);
	}

	for (const stream of [false, true]) {
		it(`chat_completion_latency, stream ${stream}`, async () => {
			const id = `latency-${stream}`;

			await world.proxy.chat("SIM: text=x",
			    { stream, metadata: { cwd: "/" } },
			    { "x-request-id": id });
			const line = await world.proxy.latency(id);

			hasAll(line, { ...identity, stream, status: 200,
				code: null, request_id: id });
			checkLine(line);
			const { total } = line.phases_ms;

			assert.ok(line.phases_ms.codex_first_stdout_event <= total);
			assert.ok(line.phases_ms.codex_first_assistant_event >=
			    line.phases_ms.codex_first_stdout_event);
			if (stream) {
				assert.ok(line.time_to_first_sse_ms > 0);
				assert.ok(line.time_to_first_content_sse_ms >=
				    line.time_to_first_sse_ms);
				assert.ok(line.time_to_first_content_sse_ms <= total);
			}
		});
	}

	it("chat_completion_first_sse once a stream", async () => {
		const lines = world.proxy.events("chat_completion_first_sse");

		assert.equal(lines.length, 1);
		hasAll(lines[0], { ...identity, stream: true,
			request_id: "latency-true" });
		assert.ok(lines[0].time_to_first_sse_ms > 0);
	});

	it("errors, refusals and their codes", async () => {
		/* id, content, fields, status, code */
		const rows = [
			["e-500", "SIM: status=500", {}, 502, "upstream_error"],
			["e-n", "x", { n: 9 }, 400, "invalid_value"],
		];

		for (const [id, content, fields, status, code] of rows) {
			await world.proxy.chat(content, fields,
			    { "x-request-id": id });
			hasAll(await world.proxy.latency(id), { status, code });
		}
	});

	it("one line a completion", () => {
		const ids = world.proxy.events("chat_completion_latency")
		    .map((l) => l.request_id);

		assert.deepEqual(ids.sort(),
		    ["e-500", "e-n", "latency-false", "latency-true"]);
	});

	it("every line on stderr is JSON with its time and level", () => {
		const lines = world.proxy.child.stderr.trimEnd().split("\n");

		assert.equal(world.proxy.log().length, lines.length);
		for (const line of world.proxy.log()) {
			assert.match(line.level, /^(debug|info|warning|error)$/);
			assert.match(line.ts, /^\d{4}-.*Z$/);
			assert.match(line.logger, /^codex_api_proxy/);
		}
	});
});
