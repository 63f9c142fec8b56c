// Whatever Codex does wrong: the caller gets an answer or an error, soon, and
// nothing is left behind.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { slack } from "./lib/env.mjs";
import { joinChunks, sseEvents } from "./lib/http.mjs";
import { fakeWorld, Proxy } from "./lib/proxy.mjs";
import { timed, until } from "./lib/wait.mjs";

describe("a Codex that misbehaves", () => {
	const world = fakeWorld({ before, after });
	const chat = (directives, fields) =>
	    world.proxy.chat(`FAKE:${directives}`, fields);

	afterEach(async () => {
		await until(() => world.proxy.codexPids().length === 0,
		    "its processes to go");
		assert.deepEqual(world.proxy.leftovers(), []);
	});

	const content = (r) => r.json.choices[0].message.content;

	/* directives, the answer, whatever else the caller may see */
	const fine = [
		["trickle;text=slowly", "slowly"],
		["trickle;reasoning=r;text=aé€😀 bñ漢🦊", "aé€😀 bñ漢🦊"],
		["pieces=7;text=aé€😀 bñ漢🦊", "aé€😀 bñ漢🦊"],
		["garbage;text=among weeds", "among weeds"],
		["reconnecting;text=at last", "at last"],
		["error_item=a warning;text=still", "still"],
		["stderr=5000000;text=loud", "loud"],
		["done_exit=3;text=done", "done"],
		["grandchild;text=parent", "parent"],
		["messages=3", "m3"],
		["text=", ""],
	];
	for (const [directives, answer] of fine) {
		for (const stream of [false, true]) {
			it(`${directives}, stream ${stream}`, async () => {
				const { ms, value: r } = await timed(() =>
				    chat(directives, { stream }));

				assert.equal(r.status, 200, r.text);
				assert.ok(ms < 3000 * slack, `${ms} ms`);
				if (!stream) {
					assert.equal(content(r), answer);
					return;
				}
				const events = sseEvents(r.text);

				assert.equal(events.pop(), "[DONE]");
				assert.equal(joinChunks(events)[0].content, answer);
			});
		}
	}

	it("a line of 20 MB", async () => {
		const r = await chat("big=20000000");

		assert.equal(r.status, 200, r.text.slice(0, 300));
		assert.equal(content(r).length, 20000000);
	});

	it("a line of 20 MB in pieces", async () => {
		const r = await chat("pieces=4099;big=20000000");

		assert.equal(content(r).length, 20000000);
	});

	it("a line of 20 MB in a stream", async () => {
		const r = await chat("big=20000000", { stream: true });

		assert.equal(joinChunks(sseEvents(r.text).slice(0, -1))[0]
		    .content.length, 20000000);
	});

	it("an answer of bytes that are no UTF-8 is none", async () => {
		for (const stream of [false, true]) {
			const r = await chat("badutf8", { stream });

			new TextDecoder("utf-8", { fatal: true }).decode(r.body);
			assert.equal(r.status, 502, r.text);
			assert.equal(r.error.code, "upstream_error");
			assert.match(r.error.message, /without an answer/);
		}
	});

	it("an exit before the first event is told with its last words",
	    async () => {
		const r = await chat("early_exit=7:the disk is full");

		assert.equal(r.status, 502);
		assert.equal(r.error.code, "codex_crashed");
		assert.match(r.error.message, /the disk is full/);
		assert.match(r.error.message, /7/);
	});

	it("megabytes of last words are cut short", async () => {
		const r = await chat("stderr=3000000;crash=9");

		assert.equal(r.error.code, "codex_crashed");
		assert.ok(r.text.length < 2000, `${r.text.length} bytes`);
	});

	/* directives, runs */
	const runs = [["crash_once=9;text=second", 2, 200],
		["crash_once=11;text=second", 2, 200],
		["early_once=1;text=second", 2, 200],
		["crash=9", 2, 502], ["early_exit=1:no", 2, 502],
		["failed=stream disconnected before completion", 1, 502],
		["text=first", 1, 200]];
	for (const [directives, n, status] of runs) {
		for (const stream of [false, true]) {
			it(`${directives} runs ${n}, stream ${stream}`, async () => {
				const before = world.proxy.calls().length;
				// A prompt of its own, for what happens but once.
				const r = await chat(`${directives}\n${stream}`,
				    { stream });

				assert.equal(r.status, status, r.text);
				assert.equal(world.proxy.calls().length, before + n);
			});
		}
	}

	it("a crash after reasoning was handed on is not tried again",
	    async () => {
		const before = world.proxy.calls().length;
		const r = await chat("reasoning=thought;no_final",
		    { stream: true });
		const events = sseEvents(r.text);

		assert.equal(r.status, 200);
		assert.equal(events.at(-1).error.code, "codex_crashed");
		assert.doesNotMatch(r.text, /\[DONE\]/);
		assert.equal(world.proxy.calls().length, before + 1);
	});

	for (const stream of [false, true]) {
		it(`hang_after_answer: answered at once, stream ${stream}`,
		    async () => {
			const { ms, value: r } = await timed(() =>
			    chat("hang_after_answer;text=quick", { stream }));

			assert.equal(r.status, 200, r.text);
			assert.match(r.text, /quick/);
			assert.ok(ms < 1000 * slack, `${ms} ms`);
			const gone = await timed(() => until(() =>
			    world.proxy.codexPids().length === 0, "it to go"));

			assert.ok(gone.ms < 3000 * slack, `${gone.ms} ms`);
		});
	}

	it("close_stdout is an error within seconds", async () => {
		const { ms, value: r } = await timed(() => chat("close_stdout"));

		assert.equal(r.status, 502, r.text);
		assert.equal(r.error.code, "codex_crashed");
		assert.ok(ms < 5000 * slack, `${ms} ms`);
	});

	it("after all of that the next one is answered", async () => {
		const r = await chat("text=fine");
		const m = await world.proxy.metricsUntil(
		    (x) => x.in_flight === 0, "idle");

		assert.equal(content(r), "fine");
		assert.ok(m.codex_processes.crashed > 0);
		assert.ok(m.codex_processes.retries > 0);
	});

	it("its children start with clean signals and three descriptors",
	    () => {
		for (const call of world.proxy.calls()) {
			assert.deepEqual(call.blocked, []);
			assert.deepEqual(call.ignored, []);
			assert.deepEqual(call.fds, [0, 1, 2]);
			assert.equal(call.pid, call.pgid);
			assert.equal(call.env.RUST_LOG, "off");
			assert.equal(call.env.CODEX_HOME, world.proxy.codexHome);
		}
	});
});

describe("a Codex that never reads", () => {
	const prompt = "x".repeat(5000000);
	// Less than what a request may take in these tests.
	const seconds = 2 * Math.min(slack, 4);

	it("a prompt larger than any pipe still ends at the deadline",
	    async () => {
		const proxy = await Proxy.start({
			args: ["--timeout-seconds", String(seconds)],
			env: { FAKE_CODEX_MODE: "never_read" } });
		const { ms, value: r } = await timed(() => proxy.chat(prompt));

		assert.equal(r.status, 504, r.text);
		assert.ok(ms < seconds * 1000 + 1500 * slack, `${ms} ms`);
		await until(() => proxy.codexPids().length === 0, "its end");

		const pending = await proxy.running(prompt);
		const gone = await timed(() => {
			pending.destroy();
			return until(() => proxy.codexPids().length === 0, "its end");
		});

		assert.ok(gone.ms < 1000 * slack, `${gone.ms} ms`);
		await proxy.stop();
	});
});

describe("a Codex that ignores SIGTERM", () => {
	it("is gone at the deadline all the same", async () => {
		const proxy = await Proxy.start(
		    { args: ["--timeout-seconds", "0.5"] });
		const { ms, value: r } = await timed(() =>
		    proxy.chat("FAKE:ignore_term"));

		assert.equal(r.status, 504, r.text);
		assert.ok(ms < 2500 * slack, `${ms} ms`);
		await until(() => proxy.codexPids().length === 0, "its end", 2000);
		await proxy.stop();
	});
});
