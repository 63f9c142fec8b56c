// app-server: children that die, or do not hear or speak any more. Who has
// seen nothing is moved to the next child, once; who has text is told.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { begun, child, failed, holdings, lost, patience, served }
    from "./lib/children.mjs";
import { handshakeSeconds, haste } from "./lib/env.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const engine = "app-server";
const both = [false, true];
// Each test has a proxy of its own, and mostly waits.
const waiting = { concurrency: 4 };
const silence = /did not answer, and said nothing for \d+ s/;

const start = (mode, { args = [], ...options } = {}) => Proxy.start({ engine,
	env: { FAKE_CODEX_MODE: mode, FAKE_CODEX_LOG_RPC: "1" },
	args: ["--sse-ping-seconds", "0", ...args], ...options });

// How often Codex was asked for this.
const asked = (proxy, method) => proxy.rpc(method).length;

// Streamed and not, once their turns have begun.
async function running(proxy, directives) {
	const before = asked(proxy, "turn/start");
	const open = both.map((stream) =>
	    proxy.open(`FAKE:${directives}`, { stream }));

	await until(() => asked(proxy, "turn/start") === before + 2,
	    "two turns", patience);
	return open;
}

/*
 * A proxy whose child serves and then fails as `body` brings about; it returns
 * how many requests it made. `losses` children are lost for `reason`, and
 * `retries` requests moved. Then the next ones are answered, and nothing is
 * left but one child.
 */
async function withLosses({ reason, losses = 1, retries }, body) {
	const proxy = await start("");

	await served(proxy.open("FAKE:text=warm"), "warm");
	const unchanged = await holdings(proxy);
	const pid = await child(proxy);
	const requests = await body(proxy);

	await proxy.metricsUntil((m) => m.workers[0].restarts === losses,
	    `${losses} losses`, patience);
	assert.notEqual(await child(proxy), pid);
	for (const stream of both)
		await served(proxy.open("FAKE:text=next", { stream }), "next");
	const m = await proxy.idle();

	assert.equal(m.workers[0].restarts, losses);
	assert.equal(m.workers[0].turns, requests + 3);
	assert.deepEqual(m.codex_processes,
	    { started: losses + 1, crashed: losses, retries });
	const told = proxy.messages().filter((l) => l.includes("was lost"));

	assert.equal(told.length, losses);
	told.forEach((line) => assert.match(line, reason));
	await unchanged();
	await proxy.stop();
	assert.deepEqual(proxy.codexPids(), []);
}

describe("a child that ends under its turns", waiting, () => {
	/* what the request does to it the first time, what is said of it */
	const ends = [
		["crash_once=9", /SIGKILL|signal 9/],
		["crash_once=11", /SIGSEGV|signal 11/],
		["child_once=close_stdout", /closed its pipes and stays/],
	];
	for (const [directive, reason] of ends) {
		it(`${directive}: who has seen nothing is moved`, () =>
			withLosses({ reason, retries: 3 }, async (proxy) => {
				const held = await begun(proxy,
				    "FAKE:text=begun;hang", "begun");
				// Long enough for the fault to come first.
				const silent = await running(proxy,
				    "delay=9000;text=patient");

				await served(proxy.open(
				    `FAKE:${directive};text=moved`), "moved");
				await lost(held, reason);
				for (const pending of silent)
					await served(pending, "patient");
				return 4;
			}));
	}

	/* what it does every time */
	const deadly = [
		["exit=7", /exit status 7/],
		["crash=9", /SIGKILL|signal 9/],
		["garbage", /wrote a line that is none of its protocol/],
	];
	for (const [directive, reason] of deadly) {
		for (const stream of both) {
			it(`${directive}, stream ${stream}: is moved but once`, () =>
				withLosses({ reason, losses: 2, retries: 1 },
				    async (proxy) => {
					await failed(proxy.open(`FAKE:${directive}`,
					    { stream }), { status: 502,
						code: "codex_crashed", words: reason });
					return 1;
				}));
		}
	}

	it("exit between turns: nobody sees it", async () => {
		const proxy = await start("exit_between");

		const restarted = (n) => proxy.metricsUntil(
		    (m) => m.workers[0].restarts === n, `${n} restarts`, patience);

		await served(proxy.open("FAKE:text=t0"), "t0");
		await restarted(1);
		await child(proxy);
		const unchanged = await holdings(proxy);

		for (let i = 1; i < 6; i++)
			await served(proxy.open(`FAKE:text=t${i}`,
			    { stream: i % 2 === 1 }), `t${i}`);
		const m = await restarted(6);

		assert.equal(m.workers[0].turns, 6);
		assert.equal(m.requests_ok, 6);
		assert.equal(m.codex_processes.crashed, 6);
		assert.ok(proxy.messages().filter((l) => l.includes("was lost"))
		    .every((l) => l.includes("exit status 0")));
		await child(proxy);
		await unchanged();
		await proxy.stop();
		assert.deepEqual(proxy.codexPids(), []);
	});
});

describe("a child that is deaf or mute", waiting, () => {
	// A thread/start that is larger than its pipe.
	const wide = { tools: [{ type: "function", function: { name: "look",
		description: "x".repeat(300000) } }] };

	/* what it is, fields of the requests that come then */
	const kinds = [["stop_reading", {}], ["stop_reading", wide], ["mute", {}]];
	for (const [kind, fields] of kinds) {
		const full = fields === wide ? ", its pipe is full" : "";

		it(`${kind}${full}: those that run get their answers, others are ` +
		    "moved", () => withLosses({ reason: silence, retries: 2 },
		async (proxy) => {
			const held = await begun(proxy,
			    "FAKE:text=begun;hang", "begun");
			const silent = await running(proxy,
			    `delay=${3000 / haste};text=patient`);

			await served(proxy.open(
			    `FAKE:child_once=${kind};text=heard`), "heard");
			const open = both.map((stream) => proxy.open(
			    "FAKE:text=moved", { stream, ...fields }));

			for (const pending of silent)
				await served(pending, "patient");
			for (const pending of open)
				await served(pending, "moved");
			await lost(held, silence);
			return 6;
		}));
	}

	it("stop_reading, and it talks on: it is lost when an answer is due",
	    () => {
		const reason = new RegExp(
		    `did not answer a request for ${20 / haste} s`);
		const said = (text) => /^d0 d1 [d0-9 ]+$/.test(text);

		return withLosses({ reason, retries: 1 }, async (proxy) => {
			const talk = proxy.open("FAKE:deltas=100000;gap=100",
			    { stream: true });

			await until(() => said(talk.choices[0]?.content),
			    "a stream", patience);
			await served(proxy.open(
			    "FAKE:child_once=stop_reading;text=heard"), "heard");
			await served(proxy.open("FAKE:text=moved"), "moved");
			await lost(talk, reason, said);
			return 3;
		});
	});
});

describe("a child that does not get ready", waiting, () => {
	/* FAKE_CODEX_MODE, what the caller is told */
	const modes = [
		["no_handshake", new RegExp(
		    `did not answer the handshake for ${handshakeSeconds} s`)],
		["handshake_error=not you", /refused the handshake: not you/],
		["close_stdout", /closed its pipes and stays/],
		["exit_at_start=3:no luck", /exit status 3: no luck/],
	];
	for (const [mode, words] of modes) {
		it(mode, async () => {
			const proxy = await start(mode, { ready: false,
				args: ["--queue-timeout-seconds", "120"] });

			for (const pending of both.map((stream) =>
			    proxy.open("FAKE:text=never", { stream })))
				await failed(pending, { status: 503,
					code: "codex_unavailable", words });
			assert.equal((await proxy.get("/ready")).status, 503);
			const first = Math.min(...proxy.appServers());

			await proxy.metricsUntil((m) =>
			    m.codex_processes.started >= 2, "another try", patience);
			await until(() => !proxy.appServers().includes(first) ||
			    first === Infinity, "the first to go", patience);
			const m = await proxy.idle();

			assert.equal(m.workers[0].turns, 0);
			assert.equal(m.workers[0].restarts, 0);
			await proxy.stop();
			assert.deepEqual(proxy.codexPids(), []);
		});
	}

	it("exit_at_start_once: who waits is served by the next", async () => {
		const proxy = await start("exit_at_start_once=3:no luck",
		    { ready: false });
		const m = await proxy.metricsUntil((x) =>
		    x.codex_processes.started === 2, "another try", patience);

		assert.equal(m.workers[0].restarts, 0);
		await proxy.waitReady(patience);
		for (const stream of both)
			await served(proxy.open("FAKE:text=next", { stream }), "next");
		await proxy.stop();
		assert.deepEqual(proxy.codexPids(), []);
	});
});
