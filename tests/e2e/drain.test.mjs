// How it ends: gently, on time, at once, or by SIGKILL; and never leaves a
// child behind.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { makeDir, removeDir, slack } from "./lib/env.mjs";
import { request, sseEvents } from "./lib/http.mjs";
import { atOnce, describeEngines, mark, Proxy } from "./lib/proxy.mjs";
import { Raw, rawRequest } from "./lib/raw.mjs";
import { Sim } from "./lib/sim.mjs";
import { timed, until, within } from "./lib/wait.mjs";

const post = { method: "POST",
	headers: { "Content-Type": "application/json" },
	body: '{"model":"x","messages":[{"role":"user","content":"x"}]}' };

const sim = {};

before(async () => {
	sim.dir = makeDir("drain");
	sim.model = await Sim.start(sim.dir);
});
after(async () => {
	await sim.model?.stop();
	removeDir(sim.dir);
});

/*
 * What the tests need of an engine and a stand-in behind it. `late` answers
 * "late" after so many milliseconds.
 */
const means = {
	exec: {
		start: (options) => Proxy.start(options),
		late: (ms) => `FAKE:slow=${ms};text=late`,
		hang: "FAKE:hang",
		running: (proxy, n = 1) => proxy.started(n),
	},
	"app-server": {
		start: (options) => {
			means["app-server"].before = sim.model.requests().length;
			return Proxy.start(
			    { engine: "app-server", sim: sim.model, ...options });
		},
		late: (ms) => `SIM: delay=${ms};text=late`,
		hang: "SIM: hang",
		running: (proxy, n = 1) => until(() => sim.model.requests().length -
		    means["app-server"].before === n, `${n} to run`),
	},
};

const draining = (proxy) => proxy.metricsUntil((m) => m.draining, "a drain");

describeEngines("SIGTERM", (engine) => {
	const { start, late, hang, running } = means[engine];

	for (const signal of ["SIGTERM", "SIGINT"]) {
		it(`${signal}: what runs and what waits is finished`, async () => {
			const proxy = await start({ args: atOnce(engine, 1) });
			const pending = [false, true].map((stream) =>
			    proxy.open(late(600), { stream }));

			await running(proxy, 1);
			await proxy.metricsUntil((m) => m.queue_depth === 1,
			    "the second to wait");
			proxy.child.kill(signal);
			const [plain, stream] = await Promise.all(
			    pending.map((p) => p.answer));

			assert.equal(plain.status, 200, plain.text);
			assert.equal(stream.status, 200, stream.text);
			assert.match(stream.text, /late[^]*\[DONE\]\n\n$/);
			await proxy.ended();
		});
	}

	it("new ones are refused, /ready says draining, /health lives",
	    async () => {
		const proxy = await start();
		const pending = proxy.open(late(6000));

		await running(proxy, 1);
		proxy.child.kill("SIGTERM");
		await draining(proxy);
		for (const stream of [false, true]) {
			const r = await proxy.chat(late(0), { stream });

			assert.equal(r.status, 503, r.text);
			assert.equal(r.error.type, "server_error");
			assert.equal(r.error.code, "shutting_down");
			assert.match(r.headers["retry-after"], /^\d+$/);
			assert.equal(r.headers.connection, "close");
		}
		const ready = await proxy.get("/ready");

		assert.equal(ready.status, 503);
		assert.ok(ready.json.reasons.includes("draining"), ready.text);
		assert.equal((await proxy.get("/health")).status, 200);
		assert.equal((await proxy.metrics()).draining, true);
		assert.equal((await pending.answer).status, 200);
		await proxy.ended();
	});

	it("a kept connection with nothing on it does not hold it up",
	    async () => {
		const proxy = await start();
		const raw = await Raw.connect(proxy.port);

		raw.write(rawRequest("GET", "/health"));
		await raw.response();
		const { ms } = await timed(async () => {
			proxy.child.kill("SIGTERM");
			await raw.untilClosed();
			await proxy.ended();
		});

		assert.ok(ms < 2000 * slack, `${ms} ms`);
		raw.destroy();
	});

	it("after --drain-seconds the rest is told", async () => {
		const proxy = await start({ args: ["--drain-seconds", "0.5",
			...atOnce(engine, 2), "--sse-ping-seconds", "0.1"] });
		const plain = proxy.open(hang);
		const stream = proxy.open(hang, { stream: true });

		await running(proxy, 2);
		const queued = proxy.open(late(0));

		await until(() => stream.text.length > 0, "the stream to begin");
		await proxy.metricsUntil((m) => m.queue_depth === 1, "one to wait");
		const { ms } = await timed(async () => {
			proxy.child.kill("SIGTERM");
			const answers = await Promise.all(
			    [plain, stream, queued].map((p) => p.answer));

			for (const r of [answers[0], answers[2]]) {
				assert.equal(r.status, 503, r.text);
				assert.equal(r.error.code, "shutting_down");
				assert.equal(r.headers.connection, "close");
			}
			assert.equal(answers[1].status, 200);
			assert.equal(sseEvents(answers[1].text).at(-1).error.code,
			    "shutting_down");
			assert.doesNotMatch(answers[1].text, /\[DONE\]/);
			await proxy.ended();
		});

		assert.ok(ms >= 450 && ms < 10000 * slack, `${ms} ms`);
	});

	it("after --drain-seconds the upstream connections are gone, too",
	    async () => {
		const proxy = await Proxy.start({ engine, sim: sim.model, args: [
			"--model", "gpt-5.5", "--drain-seconds", "0.5",
			...atOnce(engine, 2)] });
		const marks = [mark(), mark()];
		const pending = marks.map((m, i) =>
		    proxy.open(`${m} SIM: hang`, { stream: i === 1 }));
		const upstream = await Promise.all(
		    marks.map((m) => sim.model.request(m)));

		proxy.child.kill("SIGTERM");
		for (const p of pending)
			assert.match((await p.answer).text, /"shutting_down"/);
		const { ms, value: ends } = await timed(() => Promise.all(
		    upstream.map(({ n }) => sim.model.closed(n))));

		for (const end of ends)
			assert.equal(end.completed, false);
		assert.ok(ms < 1000 * slack, `after ${ms} ms`);
		await proxy.ended();
	});
});

describe("SIGTERM in odd moments", () => {
	it("a second signal ends it at once, children too", async () => {
		const proxy = await Proxy.start();
		const pending = proxy.open("FAKE:ignore_term");

		await proxy.started(1);
		proxy.child.kill("SIGTERM");
		await draining(proxy);
		const { ms } = await timed(async () => {
			proxy.child.kill("SIGTERM");
			await within(proxy.child.exited, "its end");
		});

		assert.ok(ms < 1000 * slack, `${ms} ms`);
		await until(() => proxy.codexPids().length === 0,
		    "the child to go", 1000 * slack);
		pending.destroy();
	});

	it("while Codex is still being looked at", async () => {
		const proxy = await Proxy.start(
		    { ready: false, env: { FAKE_CODEX_MODE: "hang" } });

		await proxy.stop();
	});
});

describe("SIGKILL", () => {
	for (const mode of ["hang", "ignore_term", "slow=30000"]) {
		it(`leaves no child after a second (${mode})`, async () => {
			const proxy = await Proxy.start({ args: [
				"--max-concurrency", "3"] });
			const pending = [1, 2, 3].map(() => proxy.open(`FAKE:${mode}`));

			await proxy.started(3);
			assert.equal(proxy.codexPids().length, 3);
			proxy.child.kill("SIGKILL");
			await until(() => proxy.codexPids().length === 0,
			    "the children to go", 1000 * slack);
			pending.forEach((p) => p.destroy());
			await within(proxy.child.exited, "its end");
		});
	}
});

describe("SIGKILL of app-server", () => {
	it("leaves no child after a second, in whatever phase", async () => {
		const { start, hang, running } = means["app-server"];
		const proxy = await start({ args: ["--workers", "2"] });

		await proxy.metricsUntil((m) => m.workers.every(
		    (w) => w.state === "idle"), "both children");
		const pending = [hang, hang, "SIM: hang_headers"].map((script) =>
		    proxy.open(script));

		await running(proxy, 3);
		assert.equal(proxy.appServers().length, 2);
		proxy.child.kill("SIGKILL");
		await until(() => proxy.codexPids().length === 0,
		    "the children to go", 1000 * slack);
		pending.forEach((p) => p.destroy());
		await within(proxy.child.exited, "its end");
	});
});

describe("an idle app-server", () => {
	it("ends well under two seconds, with all children", async () => {
		const { start } = means["app-server"];
		const proxy = await start({ args: ["--workers", "3"] });

		await proxy.metricsUntil((m) => m.workers.every(
		    (w) => w.state === "idle"), "all children");
		assert.equal(proxy.appServers().length, 3);
		const { ms } = await timed(async () => {
			proxy.child.kill("SIGTERM");
			await within(proxy.child.exited, "its end");
		});

		assert.ok(ms < 2000 * slack, `${ms} ms`);
		assert.deepEqual(proxy.codexPids(), []);
		await proxy.ended();
	});
});

describe("at any moment", () => {
	it("a burst of requests while it ends: each gets an answer or a close",
	    async () => {
		const proxy = await Proxy.start({ args: ["--max-concurrency", "4"] });
		const answers = [];

		for (let i = 0; i < 40; i++) {
			answers.push(request(`${proxy.url}/v1/chat/completions`,
			    { ...post, body: post.body.replace('"x"}', '"FAKE:text=x"}') })
			    .then((r) => r.status, () => "closed"));
			if (i === 20)
				proxy.child.kill("SIGTERM");
		}
		for (const got of await Promise.all(answers))
			assert.ok([200, 503, "closed"].includes(got), `${got}`);
		await proxy.ended();
	});
});
