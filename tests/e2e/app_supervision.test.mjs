// app-server: children that crash, hang, wear out, or cannot be had.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { begun as streamBegun, child, lost, patience, served }
    from "./lib/children.mjs";
import { codexLauncher, haste, makeDir, removeDir } from "./lib/env.mjs";
import { mark, Proxy, realCodex } from "./lib/proxy.mjs";
import { Sim } from "./lib/sim.mjs";
import { timed, until } from "./lib/wait.mjs";

const engine = "app-server";

// A stream of which the caller has some text.
const begun = (proxy, text = "begun") =>
	streamBegun(proxy, `SIM: text=${text};hang`, text);

describe("a child that is killed", () => {
	const world = realCodex({ before, after }, { engine, args: [
		"--model", "gpt-5.5", "--turns-per-worker", "32",
		"--sse-ping-seconds", "0"] });

	it("loses no request that had not begun to answer", async () => {
		const { proxy, sim } = world;
		const pid = await child(proxy);
		const texts = ["one", "two", "three"];
		const streams = await Promise.all(texts.map(
		    (text) => begun(proxy, text)));
		const marks = [...Array(12).keys()].map(() => mark());
		// Half of them have had text by then, which the caller has not.
		const open = marks.map((m, i) => proxy.open(`${m} SIM: ` +
		    `text=answer ${i};${i % 2 ? "delay=4000" : "gap=4000;split=4"}`,
		{ stream: i % 4 === 1 }));

		for (const m of marks)
			await sim.request(m, patience);
		process.kill(pid, "SIGKILL");
		for (const [i, pending] of streams.entries())
			await lost(pending, /SIGKILL|signal 9/, texts[i]);
		for (const [i, pending] of open.entries())
			await served(pending, `answer ${i}`);
		const m = await proxy.idle();

		assert.equal(m.workers[0].restarts, 1);
		assert.equal(m.codex_processes.crashed, 1);
		assert.equal(m.codex_processes.started, 2);
		assert.ok(m.codex_processes.retries >= 1);
		assert.notEqual(await child(proxy), pid);
	});

	it("while nothing runs is replaced", async () => {
		const { proxy } = world;
		const pid = await child(proxy);
		const { restarts } = (await proxy.metrics()).workers[0];

		process.kill(pid, "SIGKILL");
		await proxy.metricsUntil((m) =>
		    m.workers[0].restarts === restarts + 1, "a restart", patience);
		await proxy.waitReady(patience);
		const r = await proxy.chat("SIM: text=again");

		assert.equal(r.json.choices[0].message.content, "again");
	});

	it("twice under the same request is told", async () => {
		const { proxy, sim } = world;
		const m = mark();
		const pending = proxy.open(`${m} SIM: hang`);

		for (let loss = 1; loss <= 2; loss++) {
			await until(() => sim.requestsWith(m).length === loss,
			    `try ${loss}`, patience);
			process.kill(await child(proxy), "SIGKILL");
		}
		const r = await pending.answer;

		assert.equal(r.status, 502, r.text);
		assert.equal(r.error.type, "server_error");
		assert.equal(r.error.code, "codex_crashed");
		assert.match(r.error.message, /SIGKILL|signal 9/);
		await proxy.waitReady(patience);
	});

	it("one of two: the other takes over", async () => {
		const proxy = await Proxy.start({ engine, sim: world.sim, args: [
			"--model", "gpt-5.5", "--workers", "2"] });

		await proxy.metricsUntil((x) => x.workers.every(
		    (w) => w.state === "idle"), "two children", patience);
		const marks = [mark(), mark()];
		const open = marks.map((m) =>
		    proxy.open(`${m} SIM: text=well;delay=3000`));

		for (const m of marks)
			await world.sim.request(m, patience);
		process.kill(proxy.appServers()[0], "SIGKILL");
		for (const pending of open)
			await served(pending, "well");
		assert.equal((await proxy.get("/ready")).status, 200);
		await proxy.stop();
	});
});

describe("a child that hangs", () => {
	const world = realCodex({ before, after }, { engine, args: [
		"--model", "gpt-5.5", "--sse-ping-seconds", "0"] });

	// How it is noticed: by its silence, long before an answer is due.
	const silence = /did not answer, and said nothing for \d+ s/;

	/* what it does when it is stopped; requests then */
	const moments = [
		["while it is idle", 0, "text=served"],
		["under a stream, with others to come", 1, "text=served"],
		["under a stream and requests that wait for the model", 1,
			`text=served;delay=${haste > 1 ? 2000 : 5000}`],
	];
	for (const [i, [what, streams, script]] of moments.entries()) {
		it(`${what}: is noticed by its silence, and replaced`, async () => {
			const { proxy, sim } = world;
			const pid = await child(proxy);
			const stream = streams > 0 ? await begun(proxy) : null;
			const before = await proxy.metrics();
			const marks = [mark(), mark()];
			const ask = () => marks.map((m, k) => proxy.open(
			    `${m} SIM: ${script}`, { stream: k === 1 }));
			// Either they reach the model through it, or not at all.
			const waits = script.includes("delay");
			const early = waits ? ask() : [];

			for (const m of waits ? marks : [])
				await sim.request(m, patience);
			process.kill(pid, "SIGSTOP");
			for (const pending of waits ? early : ask())
				await served(pending, "served");
			if (stream)
				await lost(stream, silence);
			assert.notEqual(await child(proxy), pid);
			const m = await proxy.idle();

			assert.equal(m.workers[0].restarts, i + 1);
			assert.equal(m.codex_processes.retries,
			    before.codex_processes.retries + 2);
			assert.match(proxy.messages().findLast((line) =>
			    line.includes("was lost")), silence);
		});
	}

	it("but one whose turns are silent for long is none", async () => {
		const { proxy } = world;
		const pid = await child(proxy);
		const { restarts } = (await proxy.metrics()).workers[0];
		const open = [false, true].map((stream) => proxy.open(
		    `SIM: text=served;delay=${20000 / haste}`, { stream }));

		for (const pending of open)
			await served(pending, "served");
		assert.equal(await child(proxy), pid);
		assert.equal((await proxy.metrics()).workers[0].restarts,
		    restarts);
	});

	it("does not hold up the end of the server", async () => {
		const { proxy } = world;
		const pid = await child(proxy);

		process.kill(pid, "SIGSTOP");
		proxy.child.kill("SIGTERM");
		await until(() => proxy.child.ended, "the end", patience);
		assert.deepEqual(proxy.codexPids(), []);
	});
});

describe("--worker-max-turns", () => {
	const world = realCodex({ before, after }, { engine, args: [
		"--model", "gpt-5.5", "--worker-max-turns", "5",
		"--turns-per-worker", "4", "--sse-ping-seconds", "0"] });

	it("replaces the child, and loses none of 30 requests", async () => {
		const { proxy } = world;
		const first = await child(proxy);
		const stream = await begun(proxy);
		let done = false, notReady = 0;
		const watching = (async () => {
			while (!done)
				notReady += (await proxy.get("/ready")).status !== 200;
		})();

		for (let i = 0; i < 30; i += 3) {
			const answers = await Promise.all([0, 1, 2].map((k) =>
			    proxy.chat(`SIM: text=t${i + k}`)));

			for (const [k, r] of answers.entries()) {
				assert.equal(r.status, 200, r.text);
				assert.equal(r.json.choices[0].message.content,
				    `t${i + k}`);
			}
		}
		await proxy.metricsUntil((m) => m.codex_processes.started >= 3,
		    "children to be replaced", patience);
		done = true;
		await watching;
		assert.equal(notReady, 0, "there was always one that serves");

		// The first has retired, but not from the turn that it has.
		assert.ok(proxy.appServers().includes(first));
		assert.equal(stream.choices[0].content, "begun");
		assert.equal(stream.request.res.complete, false);
		stream.destroy();
		await until(() => !proxy.appServers().includes(first),
		    "the first to go", patience);
		const m = await proxy.idle();

		assert.equal(m.codex_processes.crashed, 0);
		assert.equal(m.workers[0].restarts, 0);
		assert.equal(m.codex_processes.retries, 0);
		assert.equal(m.requests_ok, 30);
	});
});

describe("a child that cannot be had", () => {
	const dir = makeDir("nochild");
	const codex = path.join(dir, "codex");
	const world = {};

	// A codex of which app-server does this.
	function write(command) {
		fs.writeFileSync(`${codex}.new`, "#!/bin/sh\n" +
		    `[ "$1" != app-server ] || ${command}\n` +
		    `exec '${codexLauncher}' "$@"\n`, { mode: 0o755 });
		fs.renameSync(`${codex}.new`, codex);
	}

	before(async () => {
		world.sim = await Sim.start(dir);
		write("{ echo no such luck >&2; exit 3; }");
		world.proxy = await Proxy.start({ engine, codex, sim: world.sim,
			ready: false });
	});
	after(async () => {
		await world.proxy?.stop();
		await world.sim?.stop();
		removeDir(dir);
	});

	it("is told at once, with its last words", async () => {
		const { proxy } = world;

		await proxy.metricsUntil((m) => m.workers[0].state === "down",
		    "it to be given up", patience);
		for (const stream of [false, true]) {
			const { ms, value: r } = await timed(() =>
			    proxy.chat("SIM: text=x", { stream }));

			assert.equal(r.status, 503, r.text);
			assert.equal(r.error.code, "codex_unavailable");
			assert.match(r.error.message, /no such luck/);
			assert.ok(ms < 15000, `${ms} ms`);
		}
		const ready = await proxy.get("/ready");

		assert.equal(ready.status, 503);
		assert.deepEqual(ready.json.reasons, ["no worker initialised"]);
	});

	it("is tried again with pauses that grow", async () => {
		const { proxy } = world;

		await proxy.metricsUntil((m) => m.codex_processes.started >= 3,
		    "more tries", patience);
		// The log comes another way than the metrics.
		await until(() => proxy.messages().some((m) =>
		    /could not be started.*\(failure 2 in a row\)/.test(m)),
		"the second failure in the log");
	});

	it("is had once it works", async () => {
		write(":");
		await world.proxy.waitReady(patience);
		const r = await world.proxy.chat("SIM: text=at last");

		assert.equal(r.json.choices[0].message.content, "at last");
	});
});
