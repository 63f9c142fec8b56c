// Counters are exact under a load of all kinds of requests, and so is the log.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { makeDir, slack } from "./lib/env.mjs";
import { Pending, sseEvents } from "./lib/http.mjs";
import { checkLine } from "./lib/latency.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { until, within } from "./lib/wait.mjs";

const clients = 16;
const all = 400;
const concurrency = 4;
const queue = 64; // whatever the clients have under way fits
const refused = 12;
const patience = 120000 * slack;
const auth = { Authorization: "Bearer counted" };
const expect = { ...auth, Expect: "100-continue" };

/* prompt, fields, headers, what becomes of it; 499 hangs up */
const kinds = [
	["FAKE:text=x", {}, auth, 200],
	["FAKE:text=x", { stream: true }, auth, 200],
	["FAKE:text=x", { n: 2 }, auth, 200],
	["x", { n: 9 }, auth, 400],
	["x", { stop: 5 }, auth, 400],
	["x", {}, {}, 401],
	["FAKE:failed=unexpected status 401 x", {}, auth, 401],
	["FAKE:failed=The model x does not exist", {}, auth, 404],
	["x", {}, { ...auth, "Content-Type": "text/plain" }, 415],
	["FAKE:failed=x", {}, auth, 502],
	["FAKE:failed=x", { stream: true }, auth, 502],
	["FAKE:crash=9", {}, auth, 502],
	["FAKE:hang", { stream: true }, auth, 499],
	["FAKE:hang", {}, expect, 499],
	[null, {}, { ...expect, "Content-Length": "100" }, 499],
];

const tally = (values) => {
	const counts = {};

	for (const v of values)
		counts[v] = (counts[v] ?? 0) + 1;
	return counts;
};
const sum = (object) => Object.values(object).reduce((a, b) => a + b, 0);
const without200 = (counts) => {
	const { 200: _, ...rest } = counts;

	return rest;
};

// {label value: sum} of a family on a Prometheus page; "" without labels.
function samples(page, name, label) {
	const found = {};

	for (const [, labels, value] of page.matchAll(
	    new RegExp(`^codex_proxy_${name}(?:\\{(.*)\\})? (\\S+)$`, "gm"))) {
		const of = label === undefined ? ""
		    : new RegExp(`${label}="([^"]*)"`).exec(labels)[1];

		if (Number(value) > 0)
			found[of] = (found[of] ?? 0) + Number(value);
	}
	return found;
}

// A stream that has begun says in itself how it ended: here with 502 or well.
function outcome(r, { stream }) {
	if (!stream || r.status !== 200)
		return r.status;
	const last = sseEvents(r.text).at(-1);

	if (last !== "[DONE]")
		assert.equal(last.error.code, "upstream_error");
	return last === "[DONE]" ? 200 : 502;
}

class Load {
	constructor(proxy) {
		this.proxy = proxy;
		this.outcomes = new Map(); // request id: status
	}

	open([content, fields, headers, status]) {
		const id = `r-${this.outcomes.size}`;
		const body = content === null ? undefined : JSON.stringify({
			model: "codex-local", ...fields,
			messages: [{ role: "user", content }] });

		this.outcomes.set(id, status);
		return new Pending(`${this.proxy.url}/v1/chat/completions`, {
			method: "POST", body, headers: {
				"Content-Type": "application/json",
				"x-request-id": id, ...headers },
		});
	}

	// Sends one and sees it through.
	async one(kind) {
		const pending = this.open(kind);
		const [content, fields, , status] = kind;

		if (status === 499) {
			await this.#untilTaken(pending, fields);
			pending.destroy();
			return;
		}
		const r = await within(pending.answer, content, patience);

		assert.equal(outcome(r, fields), status, `${content}: ${r.text}`);
	}

	// What the server has not taken notice of, it cannot count.
	#untilTaken(pending, { stream }) {
		return stream
		    ? until(() => pending.text.length > 0, "a chunk", patience)
		    : within(pending.continued, "100 Continue", patience);
	}

	// So many that the next find the queue full.
	async overrun() {
		const waiting = [];
		const fill = (n, depth) => {
			for (let i = 0; i < n; i++)
				waiting.push(this.open(["FAKE:hang",
					{ stream: true }, auth, 499]));
			return this.proxy.metricsUntil((m) =>
			    m.in_flight === concurrency &&
			    m.queue_depth === depth, `${n} more`, patience);
		};

		// First the workers: they take a moment to take what waits.
		await fill(concurrency, 0);
		await fill(queue, queue);
		for (let i = 0; i < refused; i++)
			await this.one(["x", {}, auth, 429]);
		waiting.forEach((p) => p.destroy());
		await this.proxy.metricsUntil((m) => m.queue_depth === 0 &&
		    m.in_flight === 0, "an empty queue", patience);
	}

	async mixed() {
		const n = all - this.outcomes.size;
		let next = 0;

		await Promise.all(Array.from({ length: clients }, async () => {
			while (next < n)
				await this.one(kinds[next++ % kinds.length]);
		}));
	}

	// By the caller's account.
	statuses() {
		return tally(this.outcomes.values());
	}
}

describe(`${all} requests of ${clients} clients`, () => {
	let proxy, load;

	// An answer is with its caller a moment before it is counted.
	const counted = (running) => proxy.metricsUntil((m) =>
	    m.queue_depth === 0 && m.in_flight === running &&
	    m.requests_ok + m.requests_error === m.requests_total - running,
	"all to be counted", patience);

	// Both pages against what was sent; `running` have no outcome yet.
	async function checkCounters(running = 0) {
		const { text } = await proxy.get("/metrics?format=prometheus",
		    auth);
		const m = (await proxy.get("/metrics", auth)).json;
		const statuses = load.statuses();
		const errors = without200(statuses);
		const total = load.outcomes.size + running;

		assert.equal(m.requests_total, total);
		assert.deepEqual(m.errors_by_status, errors);
		assert.equal(m.requests_ok, statuses[200]);
		assert.equal(m.requests_error, sum(m.errors_by_status));
		assert.equal(m.requests_error, sum(m.errors_by_code));
		assert.equal(m.requests_ok + m.requests_error + running, total);
		assert.equal(m.latency_ms.total.count, total - running);

		assert.deepEqual(samples(text, "requests_total"), { "": total });
		assert.deepEqual(samples(text, "requests_ok_total"),
		    { "": statuses[200] });
		assert.deepEqual(samples(text, "requests_error_total"),
		    { "": sum(errors) });
		assert.deepEqual(samples(text, "errors_total", "status"), errors);
		assert.deepEqual(samples(text, "errors_total", "code"),
		    m.errors_by_code);
		assert.deepEqual(samples(text, "request_duration_seconds_count"),
		    { "": total - running });
		return m;
	}

	it("are counted each, once, under what became of it", async () => {
		const keys = path.join(makeDir("counters"), "keys");

		fs.writeFileSync(keys, "name:counted\n", { mode: 0o600 });
		proxy = await Proxy.start({ args: ["--api-key-file", keys,
			"--max-concurrency", String(concurrency),
			"--max-queue-size", String(queue),
			"--queue-timeout-seconds", "0", "--drain-seconds", "600",
			"--timeout-seconds", "0", "--sse-ping-seconds", "0.1"] });
		load = new Load(proxy);
		await load.overrun();
		await load.mixed();
		await counted(0);

		assert.equal(load.outcomes.size, all);
		const m = await checkCounters();
		const statuses = load.statuses();
		const noKey = m.errors_by_code.invalid_api_key;

		assert.deepEqual(Object.keys(statuses).sort(),
		    ["200", "400", "401", "404", "415", "429", "499", "502"]);
		assert.equal(statuses[429], refused);
		assert.deepEqual(m.keys.name.requests, all - noKey);
		assert.deepEqual(m.keys.name.errors,
		    all - statuses[200] - noKey);
	});

	it("and so are those that come while it drains", async () => {
		const last = load.open(
		    ["FAKE:hang", { stream: true }, auth, 499]);
		const id = [...load.outcomes.keys()].at(-1);

		await until(() => last.text.length > 0, "it to run", patience);
		proxy.child.kill("SIGTERM");
		await until(() => proxy.messages().some((m) =>
		    m.includes("draining")), "the drain", patience);
		for (let i = 0; i < 5; i++)
			await load.one(["x", {}, auth, 503]);
		load.outcomes.delete(id); // not yet
		await counted(1);
		await checkCounters(1);
		load.outcomes.set(id, 499);
		last.destroy();
		assert.deepEqual(await within(proxy.child.exited, "its end",
		    patience), { code: 0, signal: null });
	});

	it("each has one line in the log, with every field", async () => {
		const lines = proxy.events("chat_completion_latency");

		lines.forEach(checkLine);
		assert.equal(lines.length, all + 6);
		assert.deepEqual(
		    lines.map((l) => `${l.request_id} ${l.status}`).sort(),
		    [...load.outcomes].map(([id, s]) => `${id} ${s}`).sort());
		proxy.checkSanitizer();
	});
});
