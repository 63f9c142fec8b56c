// A client that hangs up is noticed within a second, wherever its request is.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { slack } from "./lib/env.mjs";
import { ask } from "./lib/http.mjs";
import { connections, ignores, withArgument } from "./lib/proc.mjs";
import { describeEngines, fakeWorld, mark, realCodex } from "./lib/proxy.mjs";
import { Raw } from "./lib/raw.mjs";
import { timed, until } from "./lib/wait.mjs";

const second = 1000 * slack;
const gone = (m) => m.errors_by_status["499"] ?? 0;

describeEngines("hanging up on the real Codex", (engine) => {
	const world = realCodex({ before, after }, { engine,
		args: ["--model", "gpt-5.5", "--sse-ping-seconds", "0.2"] });

	async function hangUp(text, fields, when = async () => {}) {
		const { proxy, sim } = world;
		const before = gone(await proxy.metrics());
		const m = mark();
		const pending = proxy.open(`${m} SIM: ${text}`, fields);
		const upstream = await sim.request(m);

		await when(pending);
		const start = performance.now();

		pending.destroy();
		const end = await sim.closed(upstream.n);

		assert.equal(end.completed, false);
		await proxy.settled();
		const ms = performance.now() - start;

		assert.ok(ms < second, `it took ${ms} ms`);
		await proxy.metricsUntil((x) => gone(x) === before + 1,
		    "one more 499");
	}

	for (const stream of [false, true]) {
		it(`before anything came, stream ${stream}`, () =>
			hangUp("hang_headers", { stream }));
		it(`in mid-answer, stream ${stream}`, () =>
			hangUp("text=one two;hang", { stream }));
	}

	it("between keep-alives", () =>
		hangUp("hang", { stream: true }, async (pending) => {
			await until(() => pending.text.length > 0, "a keep-alive");
		}));

	it("with several choices", async () => {
		await hangUp("hang", { n: 3 });
		assert.equal((await world.proxy.metrics()).queue_depth, 0);
	});

	it("the next request is answered", async () => {
		const r = await world.proxy.chat("SIM: text=next");

		assert.equal(r.json.choices[0].message.content, "next");
	});
});

describeEngines("hanging up on an agent that works", (engine) => {
	const world = realCodex({ before, after },
	    { engine, args: ["--model", "gpt-5.5"] });

	it("nothing of the agent's tools survives", async () => {
		const { proxy } = world;
		const word = `30${process.pid}.5`;
		const call = JSON.stringify({ login: false,
			cmd: `sleep ${word} & setsid sleep ${word} & sleep ${word}` });
		const pending = proxy.open(
		    `SIM: tool=exec_command:${JSON.stringify(call)}`);

		await until(() => withArgument(word).length >= 3,
		    "the agent's command to run");
		const { ms } = await timed(() => {
			pending.destroy();
			return until(() => withArgument(word).length === 0,
			    () => `${withArgument(word).length} to go`);
		});

		assert.ok(ms < second, `it took ${ms} ms`);
		await proxy.metricsUntil((x) => x.in_flight === 0, "idle");
	});
}, ["exec"]);

describeEngines("hanging up behind what nobody reads", (engine) => {
	const world = realCodex({ before, after },
	    { engine, args: ["--model", "gpt-5.5"] });

	// The end of the connection waits behind a window of zero.
	it("is noticed: 8 MB pipelined, then a close", async () => {
		const { proxy, sim } = world;
		const m = mark();
		const body = JSON.stringify(ask(`${m} SIM: hang_headers`));
		const raw = await Raw.connect(proxy.port);

		raw.write("POST /v1/chat/completions HTTP/1.1\r\n" +
		    "Host: localhost\r\nContent-Type: application/json\r\n" +
		    `Content-Length: ${body.length}\r\n\r\n${body}`);
		const { n } = await sim.request(m);
		const { ms } = await timed(() => {
			raw.socket.end(Buffer.alloc(8e6, "x"));
			return sim.closed(n);
		});

		assert.ok(ms < second, `it took ${ms} ms`);
		raw.socket.destroy();
		await proxy.settled();
	});

	it("a next request that is pipelined is answered", async () => {
		const { proxy } = world;
		const raw = await Raw.connect(proxy.port);
		const post = (words) => {
			const body = JSON.stringify(ask(`SIM: ${words}`));

			return "POST /v1/chat/completions HTTP/1.1\r\n" +
			    "Host: localhost\r\nContent-Type: application/json" +
			    `\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
		};

		raw.write(post("text=first;delay=300") +
		    post("text=the second"));
		await until(() => raw.received.includes("the second"),
		    "both answers");
		assert.ok(raw.received.includes('"first"'));
		raw.socket.destroy();
		await proxy.settled();
	});
});

describe("hanging up at any point", () => {
	const world = fakeWorld({ before, after });

	it("queued requests leave the queue", async () => {
		const { proxy } = world;
		const runs = await proxy.running("FAKE:hang");
		const queued = [false, true, false, true].map((stream) =>
		    proxy.open("FAKE:text=never-run", { stream }));

		await proxy.metricsUntil((m) => m.queue_depth === 4, "four wait");
		const { ms } = await timed(() => {
			queued.forEach((p) => p.destroy());
			return proxy.metricsUntil((m) => m.queue_depth === 0,
			    "none waits");
		});

		assert.ok(ms < second, `it took ${ms} ms`);
		runs.destroy();
		await proxy.metricsUntil((m) => m.in_flight === 0 &&
		    gone(m) === 5, "five 499");
		assert.equal(proxy.calls().length, 1, "none was started for nobody");
	});

	for (const mode of ["hang", "ignore_term"]) {
		it(`${mode}: gone within about a second`, async () => {
			const { proxy } = world;
			const pending = await proxy.running(`FAKE:${mode}`);

			if (mode === "ignore_term")
				await until(() => proxy.codexPids()
				    .some((p) => ignores(p, 15)), "it to ignore TERM");
			const { ms } = await timed(() => {
				pending.destroy();
				return until(() => proxy.codexPids().length === 0,
				    "it to end");
			});

			assert.ok(ms < 1500 * slack, `it took ${ms} ms`);
			await proxy.idle();
		});
	}

	it("at 40 different moments", async () => {
		const { proxy } = world;
		const before = await proxy.metrics();

		for (let i = 0; i < 40; i++) {
			const pending = proxy.open(`FAKE:slow=10;text=x`,
			    { stream: i % 2 === 0 });

			// i / 2 turns of the event loop later.
			for (let turn = 0; turn < i / 2; turn++)
				await new Promise((resolve) => setTimeout(resolve, 1));
			pending.destroy();
		}
		const m = await proxy.idle();

		assert.equal(proxy.codexPids().length, 0);
		assert.ok(m.requests_total > before.requests_total);
		assert.deepEqual(Object.keys(m.errors_by_status), ["499"]);
	});

	it("while its body is on its way", async () => {
		const { proxy } = world;
		const { Raw, rawRequest } = await import("./lib/raw.mjs");
		const before = gone(await proxy.metrics());
		const raw = await Raw.connect(proxy.port);

		raw.write(rawRequest("POST", "/v1/chat/completions",
		    { "Content-Type": "application/json",
			"Content-Length": 1000 }, '{"model"'));
		await proxy.metricsUntil((m) => m.requests_ok +
		    m.requests_error === m.requests_total - 1, "it to begin");
		raw.destroy();
		await proxy.metricsUntil((m) => gone(m) === before + 1, "a 499");
	});
});

// Only with its headers is it a request: before them there is nothing to
// count, to log or to answer.
describe("hanging up within the head", () => {
	const world = fakeWorld({ before, after }, {
		args: ["--idle-timeout-seconds", `${Math.ceil(slack)}`] });
	const body = JSON.stringify(ask("FAKE:text=x"));
	const head = "POST /v1/chat/completions HTTP/1.1\r\n" +
	    "Host: localhost\r\nContent-Type: application/json\r\n" +
	    `Content-Length: ${body.length}\r\n\r\n`;
	const line = head.indexOf("\r\n") + 2;
	/* how it is left, bytes that come before, how the client goes */
	const rows = [
		["a letter", 1, "destroy"], ["a letter", 1, "resetAndDestroy"],
		["half a line", 20, "destroy"],
		["half a line", 20, "resetAndDestroy"],
		["a line", line, "destroy"], ["a line", line, "resetAndDestroy"],
		["half a header", line + 9, "destroy"],
		["half a header", line + 9, "resetAndDestroy"],
		["all but a byte", head.length - 1, "destroy"],
		["all but a byte", head.length - 1, "resetAndDestroy"],
	];

	it("is no request and no line of the log", async () => {
		const { proxy } = world;
		const tally = (m) => [m.requests_total, m.requests_ok,
			m.requests_error, m.errors_by_status];

		await proxy.atRest();
		const counted = tally(await proxy.metrics());
		const logged = proxy.log().length;

		for (const [name, n, how] of rows) {
			const raw = await Raw.connect(proxy.port);

			raw.write(head.slice(0, n));
			await until(() => connections(proxy.pid).length > 0,
			    `${name} to be there`);
			raw.socket[how]();
		}
		await proxy.atRest();
		assert.deepEqual(tally(await proxy.metrics()), counted);
		assert.deepEqual(proxy.log().slice(logged), []);
		assert.equal(proxy.calls().length, 0);
	});

	it("and with the last byte it is one", async () => {
		const { proxy } = world;
		const before = gone(await proxy.metrics());
		const raw = await Raw.connect(proxy.port);

		raw.write(head);
		await proxy.metricsUntil((m) => m.requests_total === 1,
		    "it to begin");
		raw.destroy();
		await proxy.metricsUntil((m) => gone(m) === before + 1, "a 499");
		await proxy.atRest();
		assert.equal(proxy.events("chat_completion_latency").length, 1);
	});
});
