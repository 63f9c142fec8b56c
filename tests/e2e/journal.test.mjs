// The last requests as JSON and as they change; who may read it, what it costs,
// and what becomes of those who watch.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { makeShortDir, removeDir } from "./lib/env.mjs";
import { Pending, request, requestUnix } from "./lib/http.mjs";
import { atOnce, describeEngines, Proxy } from "./lib/proxy.mjs";
import { stat } from "./lib/proc.mjs";
import { Raw, rawRequest } from "./lib/raw.mjs";
import { until, within } from "./lib/wait.mjs";

const rowsMax = 256;
const watchersMax = 32;
const stages = ["queued", "taken", "asked", "first", "ended"];

// Who reads the stream of events.
class Watcher {
	constructor(url, headers = {}) {
		this.pending = new Pending(`${url}/journal/events`, { headers });
	}

	// Whole events, {type, data}, without the comments.
	get events() {
		const { text } = this.pending;

		return text.slice(0, text.lastIndexOf("\n\n") + 1).split("\n\n")
		    .filter((b) => b.trim() && !b.startsWith(":")).map((block) => {
			const m = /^\n?event: (\w+)\ndata: (.*)\n?$/.exec(block);

			assert.ok(m, `no event: ${block}`);
			return { type: m[1], data: JSON.parse(m[2]) };
		});
	}

	// The states that were told of a row, in their order.
	told(id) {
		return this.events.filter((e) => e.type === "row" &&
		    e.data.request_id === id).map((e) => e.data);
	}

	row(id, test, what = "such a row") {
		return until(() => this.told(id).find(test),
		    () => `${what} of ${id}: ${this.pending.text}`);
	}

	async begun() {
		assert.equal((await this.pending.headers).statusCode, 200);
		return this;
	}
}

const isDone = (row) => row.state === "done";
const named = (id) => ({ "x-request-id": id });

describeEngines("the journal", (engine) => {
	let proxy, watchers;

	before(async () => {
		proxy = await Proxy.start({ engine, args: atOnce(engine, 1) });
	});
	after(() => proxy.stop());
	beforeEach(() => { watchers = []; });
	afterEach(() => watchers.forEach((w) => w.pending.destroy()));

	async function watch() {
		const watcher = new Watcher(proxy.url);

		watchers.push(watcher);
		return watcher.begun();
	}

	const journal = async () => (await proxy.get("/journal")).json;
	const rowOf = (id) => until(async () => (await journal()).rows
	    .find((r) => r.request_id === id && isDone(r)), `the row of ${id}`);

	it("a request that went well", async () => {
		const r = await proxy.chat("FAKE:text=secret-word", {
			stream: true, model: "codex-local" }, named("well"));

		assert.equal(r.status, 200);
		const row = await rowOf("well");
		const at = stages.map((s) => row.at_ms[s]);

		assert.equal(row.dialect, "chat");
		assert.equal(row.engine, engine);
		assert.equal(row.model, "codex-local");
		assert.equal(row.codex_model, r.headers["x-codex-model"]);
		assert.equal(row.stream, true);
		assert.equal(row.key, null);
		assert.equal(row.status, 200);
		assert.equal(row.code, null);
		assert.ok(Math.abs(row.begun_at - Date.now() / 1000) < 60);
		assert.deepEqual(at, at.toSorted((a, b) => a - b));
		assert.ok(at.every((ms) => ms > 0), JSON.stringify(at));
		assert.ok(row.tokens.input > 0 && row.tokens.output > 0);
		assert.equal(row.tokens.estimated, false);
	});

	it("no text of what was asked or answered", async () => {
		const secret = "quokka";
		const r = await proxy.chat(`FAKE:echo ${secret}`, {}, named("s"));

		assert.equal(r.status, 200);
		await rowOf("s");
		assert.doesNotMatch((await proxy.get("/journal")).text,
		    /quokka|secret-word|FAKE/);
	});

	it("requests that fail say why, by a code", async () => {
		await proxy.chat("x", { model: 3 }, named("typed"));
		assert.equal((await rowOf("typed")).code, "invalid_type");
		await proxy.chat("FAKE:failed=" + (engine === "exec" ? "" : "other:") +
		    "stream disconnected", {}, named("failed"));
		const row = await rowOf("failed");

		assert.equal(row.status, 502);
		assert.equal(row.code, "upstream_error");
		assert.ok(row.at_ms.asked > 0);
		assert.equal(row.at_ms.first, null);
		const { minutes } = await journal();

		assert.ok(minutes.reduce((n, m) => n + m.errors, 0) >= 2);
		assert.ok(minutes.reduce((n, m) => n + m.tokens_output, 0) > 0);
	});

	it("a row appears, waits, runs, and ends when its client goes", async () => {
		const w = await watch();
		const first = proxy.open("FAKE:hang", {}, named("one"));

		await w.row("one", (r) => r.state === "model", "the model");
		const second = proxy.open("FAKE:text=x", {}, named("two"));
		const waiting = await w.row("two", (r) => r.state === "queue",
		    "the queue");

		assert.equal(waiting.at_ms.taken, null);
		assert.equal(waiting.status, undefined);
		first.destroy();
		assert.equal((await w.row("one", isDone)).code,
		    "client_disconnected");
		await second.answer;
		const done = await w.row("two", isDone);

		assert.ok(done.at_ms.taken > done.at_ms.queued);
		assert.ok(w.events.some((e) => e.type === "minute" &&
		    e.data.requests > 0));
	});

	it("who comes later is told all there is, and then what changes",
		async () => {
			await proxy.chat("FAKE:text=x", {}, named("before"));
			await rowOf("before");
			const w = await watch();

			await w.row("before", isDone);
			await proxy.chat("FAKE:text=x", {}, named("after"));
			await w.row("after", isDone);
			assert.equal(w.told("before").length, 1);
		});

	it("the last rows alone, and those that run", async () => {
		const running = proxy.open("FAKE:hang", {}, named("runs"));

		await until(async () => (await journal()).rows.some((r) =>
		    r.request_id === "runs" && r.state === "model"), "to run");
		for (let i = 0; i < rowsMax; i++)
			await proxy.chat("x", { model: 3 }, named(`many${i}`));
		const { rows } = await until(async () => {
			const j = await journal();

			return j.rows.at(-1).state === "done" ? j : null;
		}, "the last one");

		assert.equal(rows.length, rowsMax);
		assert.equal(rows[0].request_id, "runs");
		assert.equal(rows[1].request_id, "many1");
		assert.equal(rows.at(-1).request_id, `many${rowsMax - 1}`);
		running.destroy();
	});
});

describe("who watches", () => {
	let proxy;

	beforeEach(async () => {
		proxy = await Proxy.start({ args: ["--sse-ping-seconds", "0.2"] });
	});
	afterEach(() => proxy.child.ended || proxy.stop());

	it("gets a comment while nothing happens", async () => {
		const w = await new Watcher(proxy.url).begun();

		await until(() => w.pending.text.split(": \n\n").length > 3,
		    "three comments");
		assert.deepEqual(w.events, []);
		w.pending.destroy();
	});

	it("is told no more often than four times a second", async () => {
		const w = await new Watcher(proxy.url).begun();
		const begin = performance.now();
		let n = 0;

		// Each of them changes its row several times.
		for (; n < 50 || performance.now() - begin < 1500; n++)
			await proxy.chat("x", { model: 3 }, named(`r${n}`));
		await w.row(`r${n - 1}`, isDone);
		const seconds = (performance.now() - begin) / 1000;
		// When each was sent, in tenths of a second.
		const sent = new Set(w.events.filter((e) => e.type === "row")
		    .map((e) => Math.round(10 * e.data.begun_at +
			e.data.age_ms / 100)));

		assert.ok(sent.size >= 3 && sent.size <= 5 * seconds + 2,
		    `${sent.size} in ${seconds} s`);
		assert.ok(w.events.length < 2 * n, `${w.events.length} of ${n}`);
		w.pending.destroy();
	});

	it("is one of so many; whoever goes makes room", async () => {
		const all = [];

		for (let i = 0; i < watchersMax; i++)
			all.push(await new Watcher(proxy.url).begun());
		const refused = await proxy.get("/journal/events");

		assert.equal(refused.status, 503);
		assert.equal(refused.error.code, "overloaded");
		for (const w of all)
			w.pending.destroy();
		await until(async () => {
			const w = new Watcher(proxy.url);
			const { statusCode } = await w.pending.headers;

			w.pending.destroy();
			return statusCode === 200;
		}, "room for one more");
	});

	it("HEAD has no stream", async () => {
		const r = await request(`${proxy.url}/journal/events`,
		    { method: "HEAD" });

		assert.equal(r.status, 200);
		assert.equal(r.headers["content-type"], "text/event-stream");
	});

	it("does not read: nobody else waits, and he is told what is then",
		async () => {
			const raw = await Raw.connect(proxy.port);

			raw.write(rawRequest("GET", "/journal/events"));
			await until(() => raw.received.length > 0, "the head");
			raw.socket.pause();
			for (let i = 0; i < 3 * rowsMax; i++)
				await proxy.chat("x", { model: "m".repeat(120) + i,
					messages: 3 }, named(`slow${i}`));
			const w = await new Watcher(proxy.url).begun();

			await w.row(`slow${3 * rowsMax - 1}`, isDone);
			w.pending.destroy();
			raw.socket.resume();
			await until(() => raw.received.includes(
			    `"request_id":"slow${3 * rowsMax - 1}"`), "the last row");
			raw.socket.destroy();
		});

	it("is told the end in a drain, which does not wait for him", async () => {
		const w = await new Watcher(proxy.url).begun();
		const running = await proxy.running("FAKE:slow=700;text=late");
		const begin = performance.now();

		proxy.child.kill("SIGTERM");
		assert.equal((await running.answer).status, 200);
		const { text } = await within(w.pending.answer, "the end", 10000);

		assert.match(text, /event: end\ndata: \{\}\n\n$/);
		await proxy.ended();
		assert.ok(performance.now() - begin < 4000);
	});

	it("costs next to nothing, and nothing when he has gone", async () => {
		const w = await new Watcher(proxy.url).begun();
		const before = stat(proxy.pid).ticks;
		const begin = performance.now();

		await until(() => performance.now() - begin > 3000, "3 s");
		const used = stat(proxy.pid).ticks - before;

		// Of a hundred in a second.
		assert.ok(used <= 3, `${used} ticks of processor in 3 s`);
		w.pending.destroy();
	});
});

describe("with keys", () => {
	const dir = makeShortDir("journal");
	const state = path.join(dir, "state");
	const keys = path.join(dir, "keys");
	const auth = { Authorization: "Bearer sesame" };
	let proxy;

	before(async () => {
		fs.writeFileSync(keys, "alice:sesame\n", { mode: 0o600 });
		proxy = await Proxy.start({ args: ["--api-key-file", keys,
			"--state-file", state] });
		assert.equal((await proxy.chat("FAKE:text=x", {},
		    { ...auth, ...named("hers") })).status, 200);
	});
	after(async () => {
		await proxy.stop();
		removeDir(dir);
	});

	for (const target of ["/journal", "/journal/events"]) {
		/* what is sent; what comes of it */
		for (const headers of [{}, { Authorization: "Bearer other" }]) {
			it(`${target} with ${JSON.stringify(headers)}: 401`,
				async () => {
					const r = await proxy.get(target, headers);

					assert.equal(r.status, 401);
					assert.equal(r.error.code, "invalid_api_key");
					assert.doesNotMatch(r.text, /alice|hers/);
				});
		}
	}

	it("the key's name, and never the key", async () => {
		const row = await until(async () => (await proxy.get("/journal",
		    auth)).json.rows.find((r) => r.request_id === "hers" &&
		    isDone(r)), "the row");

		assert.equal(row.key, "alice");
		const w = await new Watcher(proxy.url,
		    { "x-api-key": "sesame" }).begun();

		await w.row("hers", isDone);
		assert.doesNotMatch(w.pending.text, /sesame/);
		w.pending.destroy();
	});

	it("who came without one is a row without a name", async () => {
		await proxy.chat("x", {}, named("stranger"));
		const row = await until(async () => (await proxy.get("/journal",
		    auth)).json.rows.find((r) => r.request_id === "stranger"),
		"the row");

		assert.equal(row.key, null);
		assert.equal(row.code, "invalid_api_key");
		assert.equal(row.status, 401);
	});

	it("over the private socket without one", async () => {
		const r = await requestUnix(`${state}.sock`, "/journal");

		assert.equal(r.status, 200);
		assert.match(r.text, /"request_id":"hers"/);
	});
});
