// Clients that dawdle over a request are cut, whatever they send now and then;
// and where no place is left the silent make way for who has something to say.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { slack } from "./lib/env.mjs";
import { ask } from "./lib/http.mjs";
import { fakeWorld, Proxy } from "./lib/proxy.mjs";
import { Raw } from "./lib/raw.mjs";
import { timed, within } from "./lib/wait.mjs";

const head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n" +
    "Content-Type: application/json\r\n";

// Sends `first`, and then `piece` every `ms` for as long as it may.
async function dribble(proxy, first, piece, ms) {
	const raw = await Raw.connect(proxy.port);

	raw.write(first);
	const timer = setInterval(() => raw.write(piece), ms);
	const stop = () => clearInterval(timer);

	raw.socket.on("close", stop);
	raw.socket.on("end", stop);
	raw.stop = () => {
		stop();
		raw.destroy();
	};
	return raw;
}

// How long it takes until the server has enough of that.
async function untilCut(proxy, first, piece, ms = 200) {
	const raw = await dribble(proxy, first, piece, ms);
	const { ms: took } = await timed(() => raw.untilClosed(30000));

	raw.stop();
	return took;
}

describe("a client that dawdles, --idle-timeout-seconds 2", () => {
	const world = fakeWorld({ before, after }, { args: [
		"--idle-timeout-seconds", "2", "--api-key", "secret"] });
	const key = "Authorization: Bearer secret\r\n";

	/* what, how it begins, what comes now and then, from and to seconds */
	const rows = [
		["its first line", "GET /", "x", 3.8, 8],
		["its headers", head, "X: y\r\n", 1.9, 6],
		["one header", `${head}X: `, "y", 1.9, 6],
		["its body", `${head}${key}Content-Length: 9000\r\n\r\n`, "x",
			1.9, 6],
		["its chunks", `${head}${key}Transfer-Encoding: chunked\r\n\r\n`,
			"1\r\nx\r\n", 1.9, 6],
		["a body that its key forbids",
			`${head}Content-Length: 9000\r\n\r\n`, "x", 1.9, 6],
		["a body that nobody reads", "GET /health HTTP/1.1\r\n" +
			"Host: localhost\r\nContent-Length: 9000\r\n\r\n", "x",
			1.9, 6],
	];
	for (const [what, first, piece, from, to] of rows) {
		it(`over ${what}`, async () => {
			const before = await world.proxy.metrics();
			const ms = await untilCut(world.proxy, first, piece);

			assert.ok(ms > from * 1000 && ms < to * 1000 * slack,
			    `${ms} ms`);
			await world.proxy.metricsUntil((m) =>
			    m.connections_cut.slow ===
			    before.connections_cut.slow + 1, "one more");
		});
	}

	it("but not one that is only slow", async () => {
		const body = JSON.stringify(ask("FAKE:text=well"))
		    .padEnd(12000);
		const raw = await Raw.connect(world.proxy.port);

		raw.write(`${head}${key}Content-Length: ${body.length}\r\n\r\n`);
		for (let at = 0; at < body.length; at += 600) {
			raw.write(body.slice(at, at + 600));
			await new Promise((resolve) => setTimeout(resolve, 200));
		}
		assert.equal((await raw.response()).status, 200);
		raw.destroy();
	});

	it("and counts as one that went away", async () => {
		const before = await world.proxy.metrics();

		await untilCut(world.proxy,
		    `${head}${key}Content-Length: 9000\r\n\r\n`, "x");
		const now = await world.proxy.idle();

		assert.equal(now.errors_by_status["499"],
		    (before.errors_by_status["499"] ?? 0) + 1);
	});
});

describe("the time for a request", () => {
	it("begins with its headers", async () => {
		const proxy = await Proxy.start({ args: ["--timeout-seconds", "1"] });
		const ms = await untilCut(proxy,
		    `${head}Content-Length: 9000\r\n\r\n`, "x".repeat(100), 50);

		assert.ok(ms > 900 && ms < 5000 * slack, `${ms} ms`);
		await proxy.stop();
	});
});

describe("a crowd of the slow, beyond --max-connections", () => {
	it("keeps nobody from being served", async () => {
		const proxy = await Proxy.start({ args: ["--max-connections", "20"] });
		const crowd = await Promise.all([...Array(30)].map((_, i) =>
		    dribble(proxy, i % 2 ? "GET /" : head, "x", 300)));

		// Several times: who made way comes again, as attackers do.
		for (let i = 0; i < 3; i++) {
			const r = await within(proxy.get("/health"),
			    "an answer", 20000 * slack);

			assert.equal(r.status, 200);
			crowd.push(await dribble(proxy, head, "x", 300));
		}
		const m = await proxy.metrics();

		assert.ok(m.connections_cut.room > 0, JSON.stringify(m));
		crowd.forEach((raw) => raw.stop());
		await proxy.stop();
	});
});
