// Who is taken at once, who waits, and who is told to come again.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { atOnce, describeEngines, fakeWorld } from "./lib/proxy.mjs";

const bursts = 20;

describeEngines("a burst that fits", (engine) => {
	const world = fakeWorld({ before, after }, { engine, args: [
		...atOnce(engine, 8), "--max-queue-size", "1"] });
	const text = "FAKE:text=x";

	// Whether or not a thread has come for those before it.
	it("is taken whole by idle places, again and again", async () => {
		for (let i = 0; i < bursts; i++) {
			const all = await Promise.all(Array.from({ length: 8 },
			    () => world.proxy.chat(text)));

			assert.deepEqual(all.map((r) => r.status),
			    Array(8).fill(200));
			await world.proxy.settled();
		}
		assert.deepEqual((await world.proxy.idle()).errors_by_status, {});
	});

	it("is refused from the exact edge on, and not before", async () => {
		const held = Array.from({ length: 9 },
		    () => world.proxy.open("FAKE:hang"));

		await world.proxy.metricsUntil((m) => m.in_flight === 8 &&
		    m.queue_depth === 1, "eight to run and one to wait");
		const r = await world.proxy.chat(text);

		assert.equal(r.status, 429, r.text);
		assert.equal(r.error.code, "queue_full");
		assert.match(r.error.message, /full: 1 answers wait already/);
		held.pop().destroy();
		await world.proxy.metricsUntil((m) => m.queue_depth === 0,
		    "none to wait");
		held.push(world.proxy.open("FAKE:hang"));
		await world.proxy.metricsUntil((m) => m.queue_depth === 1,
		    "another to wait");
		held.forEach((pending) => pending.destroy());
		await world.proxy.settled();
	});
});

describeEngines("a request for several answers", (engine) => {
	const world = fakeWorld({ before, after }, { engine, args: [
		...atOnce(engine, 2), "--max-queue-size", "2"] });
	const answers = (n) => world.proxy.chat("FAKE:text=x", { n });

	it("runs some and lets the others wait", async () => {
		const r = await answers(4);

		assert.equal(r.status, 200, r.text);
		assert.equal(r.json.choices.length, 4);
		await world.proxy.settled();
	});

	it("that is too many for now is told so", async () => {
		const held = world.proxy.open("FAKE:hang");

		await world.proxy.metricsUntil((m) => m.in_flight === 1, "it");
		const r = await answers(4);

		assert.equal(r.status, 429, r.text);
		assert.equal(r.headers["retry-after"], "1");
		assert.match(r.error.message, /0 of at most 2 .* for 4 more/);
		held.destroy();
		await world.proxy.settled();
	});

	it("that can never fit is told so, for good", async () => {
		const r = await answers(5);

		assert.equal(r.status, 400, r.text);
		assert.equal(r.error.code, "invalid_value");
		assert.match(r.error.message, /never take 5 answers together: it/);
		assert.match(r.error.message, /runs 2 at once and lets 2 wait/);
		assert.equal(r.headers["retry-after"], undefined);
	});
});
