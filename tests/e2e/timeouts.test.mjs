// Deadlines and the queue's limits.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { slack } from "./lib/env.mjs";
import { atOnce, describeEngines, mark, realCodex, scriptedWorld } from "./lib/proxy.mjs";
import { sseEvents } from "./lib/http.mjs";
import { timed, until } from "./lib/wait.mjs";

describeEngines("--timeout-seconds on the real Codex", (engine) => {
	const world = realCodex({ before, after }, { engine,
		args: ["--model", "gpt-5.5", "--timeout-seconds", "9.5",
			"--sse-ping-seconds", "1"] });

	// Within a second of the answer nobody works at it any more.
	async function upstreamGone(m) {
		const { n } = await world.sim.request(m);
		const { ms, value: end } = await timed(() => world.sim.closed(n));

		assert.equal(end.completed, false);
		assert.ok(ms < 1000 * slack, `after ${ms} ms`);
	}

	it("504, and the upstream connection is gone", async () => {
		const m = mark();
		const { ms, value: r } = await timed(() =>
		    world.proxy.chat(`${m} SIM: hang`));

		assert.equal(r.status, 504, r.text);
		assert.equal(r.error.type, "server_error");
		assert.equal(r.error.code, "timeout");
		assert.match(r.error.message, /9\.5/);
		assert.ok(ms > 9400 && ms < 20000 * slack, `${ms} ms`);
		await upstreamGone(m);
		await world.proxy.settled();
	});

	it("in a stream that has begun it is an error event", async () => {
		const m = mark();
		const r = await world.proxy.chat(`${m} SIM: hang`,
		    { stream: true });

		assert.equal(r.status, 200);
		assert.equal(sseEvents(r.text).at(-1).error.code, "timeout");
		assert.doesNotMatch(r.text, /\[DONE\]/);
		await upstreamGone(m);
	});
});

describeEngines("--timeout-seconds and the only place", (engine) => {
	const world = scriptedWorld(engine, { before, after }, { args: [
		...atOnce(engine, 1), "--timeout-seconds", "8"] });

	it("is free for the next request at once", async () => {
		const { proxy } = world;

		for (const stream of [false, true]) {
			const pending = await world.hold({ stream });
			const late = await pending.answer;
			const error = stream && late.status === 200
			    ? sseEvents(late.text).at(-1).error : late.error;

			assert.equal(error.code, "timeout", late.text);
			// It waits no longer than its own time, which is as short.
			const next = await proxy.chat(world.script("text=next"));

			assert.equal(next.status, 200, next.text);
			assert.equal(next.json.choices[0].message.content, "next");
		}
		const m = await proxy.idle();

		assert.equal(m.requests_ok, 2);
		assert.equal(m.requests_error, 2);
	});
});

describeEngines("the queue", (engine) => {
	const world = scriptedWorld(engine, { before, after }, { args: [
		...atOnce(engine, 1), "--max-queue-size", "2",
		"--queue-timeout-seconds", "5"] });
	const { script } = world;

	it("429 queue_full, 503 queue_timeout, and then it serves", async () => {
		const { proxy } = world;
		const first = await world.hold();
		const start = performance.now();
		const waiting = [false, true].map((stream) =>
		    proxy.open(script("text=x"), { stream }));

		await proxy.metricsUntil((m) => m.queue_depth === 2, "two wait");
		for (const stream of [false, true]) {
			const full = await proxy.chat(script("text=x"), { stream });

			assert.equal(full.status, 429, full.text);
			assert.equal(full.error.type, "rate_limit_error");
			assert.equal(full.error.code, "queue_full");
			assert.equal(full.headers["retry-after"], "1");
		}
		for (const pending of waiting) {
			const late = await pending.answer;

			assert.equal(late.status, 503, late.text);
			assert.equal(late.error.type, "server_error");
			assert.equal(late.error.code, "queue_timeout");
			assert.equal(late.headers["retry-after"], "1");
		}
		const ms = performance.now() - start;

		assert.ok(ms > 4900 && ms < 15000 * slack, `${ms} ms`);
		first.destroy();
		await proxy.idle();
		assert.equal((await proxy.chat(script("text=x"))).status, 200);
		const m = await proxy.idle();

		assert.equal(m.queue_capacity, 2);
		assert.deepEqual(m.errors_by_status,
		    { 429: 2, 499: 1, 503: 2 });
	});

	it("n choices need n places", async () => {
		const { proxy } = world;
		const first = await world.hold();
		const r = await proxy.chat(script("text=x"), { n: 3 });

		assert.equal(r.status, 429, r.text);
		assert.equal((await proxy.metrics()).queue_depth, 0);
		first.destroy();
		await proxy.idle();
	});

	it("/health answers while jobs are parked", async () => {
		const { proxy } = world;
		const parked = [await world.hold(), proxy.open(script("hang")),
			proxy.open(script("hang"))];

		await proxy.metricsUntil((m) => m.queue_depth === 2, "two wait");
		for (let i = 0; i < 20; i++) {
			const { ms, value } = await timed(() => proxy.get("/health"));

			assert.equal(value.status, 200);
			assert.ok(ms < 250 * slack, `${ms} ms`);
		}
		parked.forEach((p) => p.destroy());
		await proxy.idle();
	});
});

describeEngines("requests at once", (engine) => {
	const world = scriptedWorld(engine, { before, after },
	    { args: atOnce(engine, 4) });

	it("so many run at once, and no more", async () => {
		const { proxy } = world;
		const eight = [...Array(8)].map(() =>
		    proxy.open(world.script("hang")));

		await proxy.metricsUntil((m) => m.in_flight === 4 &&
		    m.queue_depth === 4, "four run and four wait");
		await until(() => (engine === "exec" ? proxy.calls()
		    : world.sim.requests()).length === 4, "four started");
		eight.forEach((p) => p.destroy());
		await proxy.idle();
	});
});
