// app-server: what Codex says of the user's quota, and a Codex that is busy.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { served } from "./lib/children.mjs";
import { Operator } from "./lib/daemon.mjs";
import { fakeWorld } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const engine = "app-server";
const seconds = () => Math.floor(Date.now() / 1000);

const withLimits = (limits) => ({ engine, env: {
	FAKE_CODEX_MODE: `rate_limits=${JSON.stringify(limits)}` } });

const usedUp = "FAKE:failed=usageLimitExceeded:no more today";

// The refusal of a turn by the quota, however it is asked for.
async function refusals(proxy) {
	const all = [];

	for (const stream of [false, true]) {
		const r = await proxy.chat(usedUp, { stream });

		assert.equal(r.status, 429, r.text);
		assert.equal(r.error.type, "insufficient_quota");
		assert.equal(r.error.code, "usage_limit_exceeded");
		assert.match(r.error.message, /no more today/);
		assert.equal(r.headers["x-should-retry"], "false");
		all.push(r.headers["retry-after"]);
	}
	return all;
}

describe("windows of the quota", () => {
	// Their values differ in everything, so that none can stand for another.
	const limits = {
		primary: { usedPercent: 42, windowDurationMins: 300,
			resetsAt: 1900000000 },
		secondary: { usedPercent: 7, windowDurationMins: 10080,
			resetsAt: 1900400000 },
	};
	const told = {
		primary: { used_percent: 42, window_seconds: 18000,
			resets_at: 1900000000 },
		secondary: { used_percent: 7, window_seconds: 604800,
			resets_at: 1900400000 },
	};
	const { env } = withLimits(limits);
	const operator = new Operator();

	before(() => operator.start(["--engine", engine], env));
	after(() => operator.end());

	const known = (get) => until(async () => {
		const value = await get();

		return value.primary !== null && value.secondary !== null && value;
	}, "what is left of the quota");

	it("stand in the metrics as JSON", async () => {
		assert.deepEqual(await known(async () =>
			(await operator.get("/metrics")).json.rate_limits), told);
	});

	it("stand in the metrics for Prometheus", async () => {
		const page = (await operator.get(
		    "/metrics?format=prometheus")).text;
		const value = (name, window) => Number(new RegExp(
		    `^codex_proxy_rate_limit_${name}{window="${window}"} (\\S+)$`,
		    "m").exec(page)?.[1]);

		for (const [window, w] of Object.entries(told)) {
			assert.ok(Math.abs(value("used_ratio", window) -
			    w.used_percent / 100) < 1e-6, page);
			assert.equal(value("window_seconds", window),
			    w.window_seconds);
			assert.equal(value("reset_timestamp_seconds", window),
			    w.resets_at);
		}
	});

	it("stand in status, as text and as JSON", async () => {
		const text = await operator.run(["status"]);
		const lines = text.stdout.split("\n")
		    .filter((l) => l.startsWith("Quota:"));

		// In the time zone of the tests, UTC.
		assert.deepEqual(lines, [
			"Quota:    primary window 42 % used, " +
			    "begins anew on 2030-03-17 at 17:46",
			"Quota:    secondary window 7 % used, " +
			    "begins anew on 2030-03-22 at 08:53",
		]);
		const json = await operator.run(["status", "--json"]);

		assert.deepEqual(JSON.parse(json.stdout).rate_limits, told);
	});
});

describe("windows that Codex leaves out", () => {
	const world = fakeWorld({ before, after },
	    withLimits({ primary: { usedPercent: 100 } }));

	it("are null, and so is what it does not say of one", async () => {
		const m = await world.proxy.metricsUntil(
		    (x) => x.rate_limits.primary !== null, "the one window");

		assert.deepEqual(m.rate_limits, { primary: { used_percent: 100,
			window_seconds: null, resets_at: null }, secondary: null });
		const { text } = await world.proxy.get(
		    "/metrics?format=prometheus");

		assert.match(text, /^codex_proxy_rate_limit_.*"primary"/m);
		assert.doesNotMatch(text, /window="secondary"/);
	});

	it("used up without a known end: 429 without Retry-After", async () => {
		assert.deepEqual(await refusals(world.proxy),
		    [undefined, undefined]);
	});
});

describe("a quota that is used up", () => {
	const resets = seconds() + 5000;
	const world = fakeWorld({ before, after }, withLimits({
		primary: { usedPercent: 100, windowDurationMins: 300,
			resetsAt: resets },
		// This one has something left: its end is of no interest.
		secondary: { usedPercent: 50, windowDurationMins: 10080,
			resetsAt: resets + 100000 },
	}));

	it("429 says when it begins anew", async () => {
		const { proxy } = world;

		await proxy.metricsUntil((m) => m.rate_limits.primary !== null,
		    "what is left of the quota");
		const most = resets - seconds();
		const got = (await refusals(proxy)).map(Number);
		const least = resets - seconds();

		for (const s of got)
			assert.ok(s >= least - 1 && s <= most + 1,
			    `${s} s, not ${least} to ${most}`);
	});
});

describe("a Codex that is busy (-32001)", () => {
	const world = fakeWorld({ before, after }, { engine });

	it("is asked again, and answers", async () => {
		const { proxy } = world;

		for (const stream of [false, true])
			await served(proxy.open("FAKE:overloaded=2;text=at last",
			    { stream }), "at last");
		const m = await proxy.idle();

		assert.equal(m.codex_processes.retries, 0, "by the same child");
		assert.deepEqual(m.errors_by_status, {});
	});

	it("for too long is told, and harms nobody else", async () => {
		const { proxy } = world;

		for (const stream of [false, true]) {
			const r = await proxy.chat("FAKE:overloaded=1000", { stream });

			assert.equal(r.status, 503, r.text);
			assert.equal(r.error.type, "server_error");
			assert.equal(r.error.code, "overloaded");
			assert.equal(r.headers["retry-after"], "1");
		}
		await served(proxy.open("FAKE:text=fine"), "fine");
		const m = await proxy.idle();

		assert.deepEqual(m.errors_by_status, { 503: 2 });
		assert.equal(m.codex_processes.started, 1);
		assert.equal(m.codex_processes.crashed, 0);
	});
});
