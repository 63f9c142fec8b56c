// app-server: whatever Codex says besides, before, behind or instead of what it
// should: each caller gets its own answer whole or one clear error, and the
// child serves on.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { begun, child, failed, holdings, patience, served }
    from "./lib/children.mjs";
import { fakeWorld, Proxy } from "./lib/proxy.mjs";

const engine = "app-server";
const both = [false, true];
const words = "aé€😀 bñ漢🦊";
const big = "x".repeat(20000000);
const deltas = (n) => [...Array(n).keys()].map((i) => `d${i}`).join(" ");

describe("one child among odd lines", () => {
	const world = fakeWorld({ before, after }, { engine,
		args: ["--sse-ping-seconds", "0"] });
	let held, pid, unchanged, requests = 0;

	before(async () => {
		const { proxy } = world;

		pid = await child(proxy);
		await served(proxy.open("FAKE:text=warm"), "warm");
		unchanged = await holdings(proxy);
		held = await begun(proxy, "FAKE:text=begun;hang", "begun");
		requests = 2;
	});

	// Meanwhile another streams on the same child.
	async function beside(directives, stream, expect) {
		const { proxy } = world;
		const neighbour = proxy.open("FAKE:deltas=40;gap=2",
		    { stream: true });

		await expect(proxy.open(`FAKE:${directives}`, { stream }));
		await served(neighbour, deltas(40));
		assert.equal(held.choices[0].content, "begun");
		assert.equal(held.request.res.complete, false);
		requests += 2;
	}

	/* directives, the answer */
	const fine = [
		["unknown_notification;text=among strangers", "among strangers"],
		["foreign;text=mine", "mine"],
		["foreign;deltas=30;gap=1", deltas(30)],
		["stray_answer;text=as asked", "as asked"],
		["duplicate_complete;text=once", "once"],
		["early_complete;text=before its time", "before its time"],
		["late_deltas;text=ended", "ended"],
		["foreign;stray_answer;unknown_notification;early_complete;" +
		    "late_deltas;duplicate_complete;text=all at once",
		"all at once"],
		["unknown_request;text=refused", "refused"],
		["approval;text=denied", "denied"],
		["long_line=20000000;text=behind it", "behind it"],
		["long_line=70000000;text=far behind it", "far behind it"],
		["big=20000000", big],
		[`text=${words}`, words],
		["text=", ""],
	];
	for (const [directives, text] of fine) {
		for (const stream of both) {
			it(`${directives}, stream ${stream}`, () =>
				beside(directives, stream, (pending) =>
					served(pending, text)));
		}
	}

	/* directives, what a stream has before it, the error */
	const upstream = { status: 502, code: "upstream_error" };
	const failures = [
		["failed=other:it broke", null,
			{ ...upstream, words: /it broke/ }],
		["failed=other:it broke;error_only", null,
			{ ...upstream, words: /it broke/ }],
		["text=half;failed=other:it broke;error_only", "half",
			{ ...upstream, words: /it broke/ }],
		["text=half;failed=serverOverloaded:later;error_only", "half",
			{ status: 503, code: "overloaded", words: /later/ }],
		["failed=other:it broke;duplicate_complete;late_deltas", null,
			{ ...upstream, words: /it broke/ }],
		["early_complete;failed=other:at once", null,
			{ ...upstream, words: /at once/ }],
		// Over what is read of a line: it costs nobody else anything.
		["long_item=70000000;text=behind it", null,
			{ ...upstream, words: /line .* too long to be read/ }],
	];
	for (const [directives, text, error] of failures) {
		for (const stream of both) {
			it(`${directives}, stream ${stream}`, () =>
				beside(directives, stream, async (pending) => {
					await failed(pending, { ...error, text });
					// Text goes out before the failure only in a stream.
					assert.equal((await pending.answer).status,
					    stream && text ? 200 : error.status);
				}));
		}
	}

	it("after all of that it is the same child, and nothing was lost",
	    async () => {
		const { proxy } = world;

		held.destroy();
		const m = await proxy.idle();

		assert.equal(await child(proxy), pid);
		assert.equal(m.workers[0].turns, requests);
		assert.equal(m.workers[0].restarts, 0);
		assert.deepEqual(m.codex_processes,
		    { started: 1, crashed: 0, retries: 0 });
		assert.equal(m.requests_error, failures.length * 2 + 1);
		await unchanged();
		await served(proxy.open("FAKE:text=next"), "next");
	});
});

describe("how a child writes", () => {
	/* FAKE_CODEX_MODE, directives and answers at once */
	const modes = [
		["trickle", [
			[`reasoning=hm;text=${words}`, words],
			["deltas=20", deltas(20)],
			["foreign;stray_answer;text=mine", "mine"],
			[`commentary=${words};final;text=${words}`, words]]],
		["pieces=7", [
			[`reasoning=hm;text=${words}`, words],
			["deltas=200", deltas(200)],
			[`commentary=${words};final;text=${words}`, words]]],
		["pieces=4099", [
			["big=20000000", big],
			["long_line=20000000;text=behind it", "behind it"]]],
		["stderr=5000000", [
			["text=loud", "loud"], ["deltas=20", deltas(20)]]],
	];
	for (const [mode, requests] of modes) {
		it(`${mode}: each caller gets its own`, async () => {
			const proxy = await Proxy.start({ engine,
				env: { FAKE_CODEX_MODE: mode },
				args: ["--sse-ping-seconds", "0"] });

			await served(proxy.open("FAKE:text=warm"), "warm");
			const unchanged = await holdings(proxy);
			const open = requests.flatMap(([directives, text]) =>
			    both.map((stream) => [text, proxy.open(
				`FAKE:${directives}`, { stream })]));

			for (const [text, pending] of open)
				await served(pending, text);
			await unchanged();
			const m = await proxy.idle();

			assert.deepEqual(m.codex_processes,
			    { started: 1, crashed: 0, retries: 0 });
			assert.equal(m.workers[0].turns, open.length + 1);
			await proxy.stop();
			assert.deepEqual(proxy.codexPids(), []);
		});
	}

	it("slow_handshake: it is waited for", async () => {
		const proxy = await Proxy.start({ engine, ready: false,
			env: { FAKE_CODEX_MODE: "slow_handshake=4000" } });
		const open = both.map((stream) =>
		    proxy.open("FAKE:text=served", { stream }));
		const ready = await proxy.get("/ready");

		assert.equal(ready.status, 503);
		assert.deepEqual(ready.json.reasons, ["no worker initialised"]);
		for (const pending of open)
			await served(pending, "served");
		await proxy.waitReady(patience);
		assert.equal((await proxy.metrics()).codex_processes.started, 1);
		await proxy.stop();
		assert.deepEqual(proxy.codexPids(), []);
	});
});
