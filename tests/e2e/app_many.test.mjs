// app-server: many turns at once in one child, and several children.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { joinChunks, sseEvents } from "./lib/http.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const engine = "app-server";
const patience = 120000;

describe("32 clients and one child", () => {
	const world = realCodex({ before, after }, { engine,
		args: ["--model", "gpt-5.5", "--turns-per-worker", "32"] });
	const own = (i) => `client ${i} é😀 `.repeat(8) + `end of ${i}`;

	it("all stream at once, and each gets its own text", async () => {
		const { proxy, sim } = world;
		const open = [...Array(32).keys()].map((i) => proxy.open(
		    `SIM: text=${own(i)};split=7;hang`, { stream: true }));

		// None of them ends, so all 32 have to be there together.
		await until(async () => (await sim.stats()).open === 32,
		    "32 upstream", patience);
		for (const [i, pending] of open.entries())
			await until(() => pending.choices[0]?.content === own(i),
			    () => `the text of ${i}: ${pending.text}`, patience);
		assert.equal(proxy.appServers().length, 1);
		assert.equal((await proxy.metrics()).in_flight, 32);
		open.forEach((p) => p.destroy());
		await until(async () => (await sim.stats()).open === 0,
		    "the upstream connections to close");
		await proxy.idle();
	});

	for (const stream of [true, false]) {
		it(`all come to their end, stream ${stream}`, async () => {
			const { proxy } = world;
			const open = [...Array(32).keys()].map((i) => proxy.open(
			    `SIM: text=${own(i)};split=5;gap=20;` +
			    `usage=${i},0,${2 * i},0`, { stream,
				...(stream ? { stream_options:
				    { include_usage: true } } : {}) }));

			for (const [i, pending] of open.entries()) {
				await until(() => pending.request.res?.complete,
				    `the end of ${i}`, patience);
				const r = await pending.answer;
				const events = stream ? sseEvents(r.text) : [];
				const usage = stream ? events.at(-2).usage
				    : r.json.usage;

				assert.equal(r.status, 200, r.text);
				assert.equal(stream ? joinChunks(events)[0].content
				    : r.json.choices[0].message.content, own(i));
				assert.equal(usage.prompt_tokens, i);
				assert.equal(usage.completion_tokens, 2 * i);
			}
		});
	}

	it("it was one child all the time", async () => {
		const m = await world.proxy.metrics();

		assert.equal(m.codex_processes.started, 1);
		assert.equal(m.codex_processes.crashed, 0);
		assert.equal(m.workers[0].turns, 96);
	});
});

describe("two children", () => {
	const world = realCodex({ before, after }, { engine, args: [
		"--model", "gpt-5.5", "--workers", "2",
		"--turns-per-worker", "3"] });
	const states = async () => (await world.proxy.metrics()).workers
	    .map((w) => w.state);

	it("are both started", async () => {
		await world.proxy.metricsUntil((m) => m.workers.every(
		    (w) => w.state === "idle"), "two that serve", patience);
		assert.equal(world.proxy.appServers().length, 2);
	});

	it("a job goes where the most room is", async () => {
		const { proxy, sim } = world;
		const open = [];
		const add = async () => {
			const m = mark();

			open.push(proxy.open(`${m} SIM: hang`));
			await sim.request(m, patience);
		};

		await add();
		assert.deepEqual((await states()).sort(), ["busy", "idle"]);
		await add();
		assert.deepEqual(await states(), ["busy", "busy"]);
		for (let i = 2; i < 6; i++)
			await add();
		const m = mark();
		const waiting = proxy.open(`${m} SIM: text=served`);

		await proxy.metricsUntil((x) => x.queue_depth === 1 &&
		    x.in_flight === 6, "six to run and one to wait");
		assert.equal(sim.requestsWith(m).length, 0);
		open[0].destroy();
		assert.equal((await waiting.answer).json
		    .choices[0].message.content, "served");
		open.forEach((p) => p.destroy());
		await proxy.idle();
		// Three places each were taken, and one of them twice.
		assert.deepEqual((await proxy.metrics()).workers
		    .map((w) => w.turns).sort(), [3, 4]);
	});

	it("the work of many is shared", async () => {
		const before = (await world.proxy.metrics()).workers;
		const answers = await Promise.all([...Array(24).keys()].map((i) =>
		    world.proxy.chat(`SIM: text=t${i};delay=100`)));
		const after = (await world.proxy.idle()).workers;

		for (const [i, r] of answers.entries())
			assert.equal(r.json.choices[0].message.content, `t${i}`);
		for (const i of [0, 1])
			assert.ok(after[i].turns - before[i].turns >= 6,
			    JSON.stringify([before, after]));
	});
});
