// app-server: a child that has grown too large, and what the next one finds.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { begun, child, patience, served } from "./lib/children.mjs";
import { newModel } from "./lib/env.mjs";
import { received, user } from "./lib/items.mjs";
import { fakeWorld, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const engine = "app-server";

describe("--worker-max-rss-mb", () => {
	// The child that has had three turns is too large. The time that it takes
	// to start the next one is long enough to be seen.
	const world = fakeWorld({ before, after }, { engine, args: [
		"--worker-max-rss-mb", "192", "--sse-ping-seconds", "0"],
	env: { FAKE_CODEX_LOG_RPC: "1",
		FAKE_CODEX_MODE: "rss=256,3;slow_handshake=1500" } });

	// Who was given each turn so far.
	const turns = () => fs.readFileSync(
	    path.join(world.proxy.dir, "rpc.log"), "utf8").split("\n")
	    .slice(0, -1).filter((l) => l.includes('"turn/start"'))
	    .map((l) => JSON.parse(l).pid);

	it("the next child is ready first, and no turn is lost", async () => {
		const { proxy } = world;
		const first = await child(proxy);
		const words = [...Array(60).keys()].map((i) => `d${i}`).join(" ");
		const long = proxy.open("FAKE:deltas=60;gap=250",
		    { stream: true });
		// It is there until the test has looked at all.
		const held = await begun(proxy, "FAKE:text=begun;hang", "begun");
		let done = false, looks = 0, notReady = 0;
		const watching = (async () => {
			for (; !done; looks++)
				notReady += (await proxy.get("/ready")).status !== 200;
		})();

		assert.equal((await proxy.metrics()).codex_processes.started, 1);
		// The third turn; whoever comes after it is served, too.
		await until(async () => {
			const r = await proxy.chat("FAKE:text=short");

			assert.equal(r.status, 200, r.text);
			return turns().at(-1) !== first;
		}, "the next child to serve", patience);
		done = true;
		await watching;
		assert.ok(looks > 0);
		assert.equal(notReady, 0, "there was always one that serves");

		// The first has retired, but not from the turns that it has.
		assert.equal(proxy.appServers().length, 2);
		assert.ok(proxy.appServers().includes(first));
		assert.equal(held.request.res.complete, false);
		await served(long, words);
		assert.equal(held.request.res.complete, false);
		held.destroy();
		await until(() => !proxy.appServers().includes(first),
		    "the first to go", patience);
		const m = await proxy.idle();

		assert.match(proxy.messages().find((line) =>
		    line.includes("is to be replaced")), new RegExp(`\\b${first}\\b`));
		assert.equal(m.codex_processes.crashed, 0);
		assert.equal(m.codex_processes.retries, 0);
		assert.equal(m.workers[0].restarts, 0);
		assert.deepEqual(m.errors_by_status, { 499: 1 });
	});
});

describe("a child that takes the place of another", () => {
	const world = realCodex({ before, after }, { engine,
		args: ["--instructions", "none"] });

	it("finds the model catalog as it was derived", async () => {
		const { proxy, sim } = world;
		const file = path.join(proxy.codexHome, "model-catalog.json");
		const derived = fs.readFileSync(file, "utf8");
		const pid = await child(proxy);

		fs.writeFileSync(file, '{"models":[]}');
		process.kill(pid, "SIGKILL");
		await until(() => proxy.appServers().some((p) => p !== pid),
		    "another child", patience);
		await proxy.waitReady(patience);
		// Not by assert.equal: it would print all of it.
		assert.ok(fs.readFileSync(file, "utf8") === derived);
		let m;
		const { upstream } = await world.good((x) => m = x,
		    { model: newModel });

		assert.equal(upstream.body.model, newModel);
		assert.deepEqual(received(upstream.body),
		    { items: [user(m)], tools: [] });
		assert.ok(upstream.bytes <= 2200, `${upstream.bytes} bytes`);
		assert.equal(sim.requestsWith(m).length, 1);
		assert.notEqual(await child(proxy), pid);
	});
});
