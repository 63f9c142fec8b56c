// app-server: when it is ready, and what operators are told.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { codexLauncher, codexOlder, makeDir, removeDir } from "./lib/env.mjs";
import { Operator } from "./lib/daemon.mjs";
import { Proxy, realCodex } from "./lib/proxy.mjs";
import { Sim } from "./lib/sim.mjs";
import { until } from "./lib/wait.mjs";

const engine = "app-server";
const patience = 120000;
const dir = makeDir("ready");
const world = {};

before(async () => {
	world.sim = await Sim.start(dir);
});
after(async () => {
	await world.sim?.stop();
	removeDir(dir);
});

// A codex whose app-server starts only when `gate` is there.
function gated(name) {
	const file = path.join(dir, name), gate = `${file}.open`;

	fs.writeFileSync(file, "#!/bin/sh\n" +
	    'if [ "$1" = app-server ]; then\n' +
	    `\twhile [ ! -e '${gate}' ]; do sleep 0.05; done\nfi\n` +
	    `exec '${codexLauncher}' "$@"\n`, { mode: 0o755 });
	return { file, open: () => fs.writeFileSync(gate, "") };
}

describe("before a worker is initialised", () => {
	it("it is not ready; who asks is answered as soon as it is",
	    async () => {
		const codex = gated("codex-gated");
		const proxy = await Proxy.start({ engine, sim: world.sim,
			codex: codex.file, ready: false });

		await until(() => proxy.appServers().length > 0,
		    "the child's start", patience);
		const waiting = [false, true].map((stream) =>
		    proxy.open("SIM: text=at last", { stream }));

		await proxy.metricsUntil((m) => m.queue_depth === 2,
		    "them to wait");
		const ready = await proxy.get("/ready");
		const m = await proxy.metrics();

		assert.equal(ready.status, 503);
		assert.deepEqual(ready.json.reasons, ["no worker initialised"]);
		assert.equal(m.app_server_pool_started, false);
		assert.equal(m.workers[0].state, "starting");
		assert.equal((await proxy.get("/health")).status, 200);
		codex.open();
		for (const pending of waiting)
			assert.match((await pending.answer).text, /at last/);
		await proxy.waitReady(patience);
		assert.equal((await proxy.metrics()).app_server_pool_started, true);
		await proxy.stop();
	});

	it("a request's deadline is kept", async () => {
		const codex = gated("codex-shut");
		const proxy = await Proxy.start({ engine, sim: world.sim,
			codex: codex.file, ready: false,
			args: ["--timeout-seconds", "1"] });
		const r = await proxy.chat("SIM: text=never");

		assert.equal(r.status, 504, r.text);
		assert.equal(r.error.code, "timeout");
		codex.open();
		await proxy.stop();
	});
});

describe("no Codex", () => {
	const codex = "/nonexistent/codex";

	it("/ready and the 503 of a request say so", async () => {
		const proxy = await Proxy.start({ engine, ready: false, codex });

		await until(async () => /missing/.test(
		    (await proxy.get("/ready")).text), "the reason");
		const ready = await proxy.get("/ready");

		assert.equal(ready.status, 503);
		assert.ok(!ready.text.includes("/nonexistent"));
		for (const stream of [false, true]) {
			const r = await proxy.chat("x", { stream });

			assert.equal(r.status, 503, r.text);
			assert.equal(r.error.type, "server_error");
			assert.equal(r.error.code, "codex_unavailable");
			assert.match(r.error.message, /codex/i);
		}
		const m = await proxy.metrics();

		assert.equal(m.app_server_pool_started, false);
		assert.equal(m.codex_processes.started, 0);
		await proxy.stop();
	});

	it("start says so, and leaves nothing behind", async () => {
		const operator = new Operator();
		const r = await operator.run(["start", "--engine", engine,
			"--codex-bin", codex]);

		assert.notEqual(r.code, 0);
		assert.match(r.stderr, /codex/i);
		assert.deepEqual(operator.processes(), []);
		await operator.end();
	});
});

describe("nobody is logged in", () => {
	it("it is not ready until somebody is", async () => {
		// Without a provider of its own Codex wants a login.
		const proxy = await Proxy.start({ engine, codex: codexLauncher,
			ready: false, login: false });
		let reasons;

		await until(async () => {
			({ reasons } = (await proxy.get("/ready")).json);
			return reasons.includes("not logged in; run 'codex login'");
		}, () => `the reason: ${reasons}`, patience);
		proxy.logIn();
		await proxy.waitReady(patience);
		await proxy.stop();
	});
});

describe("what operators see", () => {
	const real = realCodex({ before, after }, { engine, args: [
		"--model", "gpt-5.5", "--workers", "2",
		"--codex-config", "no_such_key=1"] });

	it("/metrics: workers, their turns and their size", async () => {
		const { proxy } = real;

		await proxy.metricsUntil((m) => m.workers.every(
		    (w) => w.state === "idle"), "both workers", patience);
		for (let i = 0; i < 3; i++)
			await proxy.chat("SIM: text=x");
		const m = await proxy.idle();

		assert.equal(m.engine, "app-server");
		assert.equal(m.app_server_pool_started, true);
		assert.equal(m.requests_ok, 3);
		assert.equal(m.workers.length, 2);
		assert.equal(m.workers[0].turns + m.workers[1].turns, 3);
		for (const w of m.workers) {
			assert.equal(w.restarts, 0);
			assert.ok(w.rss_bytes > 10e6, `${w.rss_bytes} bytes`);
		}
		assert.deepEqual(m.tokens, { input: 33, cached_input: 9,
			output: 21, reasoning_output: 6, estimated_input: 0,
			estimated_output: 0 });
		assert.deepEqual(m.codex_processes,
		    { started: 2, crashed: 0, retries: 0 });
	});

	it("an override that Codex does not know is a warning, told once",
	    async () => {
		const warnings = () => real.proxy.messages().filter((line) =>
		    /^codex warns: .*no_such_key/.test(line));

		// 0.154.0 says nothing of it.
		if (!codexOlder("0.162.0"))
			await until(() => warnings().length > 0, "the warning");
		assert.equal(warnings().length, codexOlder("0.162.0") ? 0 : 1);
		// Its words, and nothing of the line that they came in.
		for (const line of warnings())
			assert.doesNotMatch(line, /[{}]|":/, line);
		assert.equal((await real.proxy.metrics()).workers.length, 2);
	});

	it("/metrics as Prometheus text", async () => {
		const { text } = await real.proxy.get("/metrics?format=prometheus");

		assert.match(text, /^codex_proxy_workers\{engine="app-server"\} 2$/m);
		assert.match(text, /^codex_proxy_workers_busy\{engine="app-server"\} 0$/m);
		assert.match(text, /^codex_proxy_requests_ok_total 3$/m);
	});

	it("a busy worker is one", async () => {
		const pending = await holding(real);

		assert.deepEqual((await real.proxy.metrics()).workers
		    .map((w) => w.state).sort(), ["busy", "idle"]);
		pending.destroy();
		await real.proxy.idle();
	});

	async function holding({ proxy, sim }) {
		const pending = proxy.open("SIM: hang");

		await until(async () => (await sim.stats()).open === 1, "a turn");
		return pending;
	}

	it("status, in the background", async () => {
		const operator = new Operator();

		Object.assign(operator.env, { SIM_KEY: "x",
			CODEX_PROXY_ENGINE: engine,
			CODEX_PROXY_CODEX_BIN: codexLauncher,
			CODEX_PROXY_CODEX_CONFIGS:
			    world.sim.overrides().join(";;") });
		await operator.start();
		const json = JSON.parse((await operator.run(
		    ["status", "--json"])).stdout);
		const text = (await operator.run(["status"])).stdout;

		assert.equal(json.running, true);
		assert.equal(json.ready, true);
		assert.equal(json.engine, engine);
		assert.equal(json.workers.length, 1);
		assert.equal(json.workers[0].state, "idle");
		assert.match(text, /^Engine: +app-server$/m);
		assert.match(text, /^Workers: +1, 0 busy/m);
		assert.equal((await operator.chat("SIM: text=hi")).json
		    .choices[0].message.content, "hi");
		await operator.end();
		assert.deepEqual(operator.processes(), []);
	});
});
