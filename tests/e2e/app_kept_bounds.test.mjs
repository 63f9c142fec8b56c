// app-server: how many threads are kept, how long, and what they take from
// others: no place, no time, no process.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { calls, tool } from "./lib/calls.mjs";
import { child } from "./lib/children.mjs";
import { slack } from "./lib/env.mjs";
import { Talk } from "./lib/talk.mjs";
import { fakeWorld, mark, Proxy, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const engine = "app-server";
const tools = [tool("look")];
const base = ["--workers", "1", "--model", "gpt-5.5",
	"--instructions", "none"];
const counts = async (proxy) => (await proxy.metrics()).kept_threads;
// A conversation that is idle, and one that waits.
const idle = (world) => new Talk(world).user(`${mark()} SIM: text=one`).send();
const waiting = (world) => new Talk(world, { tools })
    .user(`${mark()} SIM: ${calls("look", "{}")}`).send();

describe("--kept-threads 2", () => {
	const world = realCodex({ before, after }, { engine,
		args: [...base, "--kept-threads", "2"] });

	it("the one that was used longest ago goes first", async () => {
		const a = await idle(world), b = await waiting(world);

		await a.user("SIM: text=two").send();
		const c = await idle(world);

		await until(async () =>
		    (await counts(world.proxy)).evictions.count === 1,
		"one to be dropped");
		const { idle: n, waiting: m } = await counts(world.proxy);

		assert.deepEqual([n, m], [2, 0]);
		assert.deepEqual(await b.result("r").how(), { new: 1 });
		assert.deepEqual(await c.user("SIM: text=x").how(), { idle: 1 });
	});

	it("what was dropped does no harm", async () => {
		for (let i = 0; i < 20; i++)
			await waiting(world);
		await until(async () => {
			const k = await counts(world.proxy);

			return k.idle + k.waiting === 2;
		}, "two to be left");
		assert.deepEqual(await (await waiting(world)).result("r").how(),
		    { waiting: 1 });
		assert.equal((await world.proxy.metrics())
		    .codex_processes.started, 1);
	});
});

describe("--kept-seconds 1", () => {
	const world = realCodex({ before, after }, { engine,
		args: [...base, "--kept-seconds", "1"] });

	it("they go by themselves, and what comes later begins anew",
	    async () => {
		const a = await idle(world), b = await waiting(world);

		await until(async () =>
		    (await counts(world.proxy)).evictions.time === 2,
		"both to be dropped");
		assert.deepEqual(await a.user("SIM: text=x").how(), { new: 1 });
		assert.deepEqual(await b.result("r").how(), { new: 1 });
	});
});

describe("--kept-threads 0", () => {
	const world = realCodex({ before, after }, { engine,
		args: [...base, "--kept-threads", "0"] });

	it("keeps none, and counts none", async () => {
		const a = await idle(world), b = await waiting(world);

		assert.deepEqual(await a.user("SIM: text=x").how(), {});
		assert.deepEqual(await b.result("r").how(), {});
		const k = await counts(world.proxy);

		assert.deepEqual([k.idle, k.waiting], [0, 0]);
	});
});

describe("what waits for its caller", () => {
	const world = realCodex({ before, after }, { engine,
		args: [...base, "--turns-per-worker", "1"] });

	it("takes no place", async () => {
		const all = [];

		for (let i = 0; i < 5; i++)
			all.push(await waiting(world));
		const m = await world.proxy.metrics();

		assert.equal(m.in_flight, 0);
		assert.equal(m.workers[0].state, "idle");
		for (const t of all)
			assert.deepEqual(await t.result("r").how(),
			    { waiting: 1 });
	});
});

describe("a worker without a place", () => {
	const world = realCodex({ before, after }, { engine,
		args: ["--workers", "2", "--turns-per-worker", "1",
			"--model", "gpt-5.5", "--instructions", "none"] });

	it("its conversations go on elsewhere, whole", async () => {
		const t = await idle(world);
		// Of two that are free the first has the next, as it had this.
		const first = mark();
		const held = world.proxy.open(`${first} SIM: hang`);

		await world.sim.request(first);
		assert.deepEqual(await t.user("SIM: text=two").how(), { busy: 1 });
		assert.equal((await counts(world.proxy)).evictions.busy, 1);
		assert.deepEqual(await t.user("SIM: text=three").how(),
		    { idle: 1 });
		held.destroy();
		await world.proxy.idle();
	});
});

describe("two workers", () => {
	const world = realCodex({ before, after }, { engine,
		args: ["--workers", "2", "--model", "gpt-5.5",
			"--instructions", "none"] });

	it("each conversation stays with its own", async () => {
		const all = [];

		for (let i = 0; i < 8; i++)
			all.push(await (i % 2 ? idle(world) : waiting(world)));
		for (const [i, t] of all.entries()) {
			assert.deepEqual(i % 2 ? await t.user("SIM: text=x").how()
			    : await t.result("r").how(),
			i % 2 ? { idle: 1 } : { waiting: 1 });
		}
	});
});

describe("--worker-max-turns 3", () => {
	const world = realCodex({ before, after }, { engine,
		args: [...base, "--worker-max-turns", "3"] });

	it("a worn process keeps none, and nobody loses by it", async () => {
		const t = await idle(world), w = await waiting(world);

		for (let i = 0; i < 8; i++)
			await t.user(`SIM: text=${i}`).send();
		await w.result("r").send();
		const { evictions, hits } = await counts(world.proxy);

		assert.ok(evictions.worn > 0);
		assert.ok(hits.idle > 0);
		assert.ok((await world.proxy.metrics())
		    .codex_processes.started > 2);
	});
});

describe("64 MiB of text", () => {
	const world = fakeWorld({ before, after }, { engine,
		args: ["--workers", "1", "--instructions", "none"],
		env: { FAKE_CODEX_LOG_RPC: "0" } });
	const ask = async (bytes) => {
		const r = await world.proxy.chat("FAKE:text=a\n" +
		    "x".repeat(bytes));

		assert.equal(r.status, 200, r.text.slice(0, 500));
	};

	it("are the most that is kept, 8 MiB of one conversation", async () => {
		await ask(8.1 * 2 ** 20);
		assert.equal((await counts(world.proxy)).misses.request, 1);
		for (let i = 0; i < 9; i++)
			await ask(7.5 * 2 ** 20);
		await until(async () =>
		    (await counts(world.proxy)).evictions.bytes === 1,
		"one to be dropped");
		assert.equal((await counts(world.proxy)).idle, 8);
	});
});

describe("the end of a server that keeps threads", () => {
	const world = realCodex({ before, after }, { engine, args: base });

	it("waits for none of them", async () => {
		const proxy = await Proxy.start({ sim: world.sim, engine,
			args: base });
		const own = { proxy, sim: world.sim };

		for (let i = 0; i < 3; i++) {
			await idle(own);
			await waiting(own);
		}
		const start = Date.now();

		await proxy.stop();
		// Two seconds later its child would be told to end otherwise.
		assert.ok(Date.now() - start < 1500 * slack,
		    `${Date.now() - start} ms`);
	});

	it("a process that is idle but for them takes no time", async () => {
		await idle(world);
		await waiting(world);
		await child(world.proxy);
		const state = (await world.proxy.metrics()).workers[0].state;

		assert.equal(state, "idle");
	});
});
