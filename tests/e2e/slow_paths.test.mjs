// A mount that hangs: each look at a path below it takes two seconds. Whoever
// names none of it does not wait.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { makeDir, slack, slowProxy } from "./lib/env.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { timed, until, within } from "./lib/wait.mjs";

const atOnce = 100 * slack;

/*
 * slow: what is slow, of the world's directory; args: more options. The server
 * is as fast as ever until `hang`, and again after each test.
 */
function slowWorld(slow, args = []) {
	const world = { dir: makeDir("slow") };
	const at = (name) => path.join(world.dir, name);

	for (const name of ["fast", "slow", "elsewhere/slow"])
		fs.mkdirSync(at(name), { recursive: true });
	world.at = at;
	world.hang = () => fs.writeFileSync(at("switch"), "");
	before(async () => {
		world.proxy = await Proxy.start({ binary: slowProxy,
			env: { SLOW_PATH: slow(world), SLOW_SWITCH: at("switch") },
			args: ["--allowed-root", at("fast"), "--allowed-root",
				at("slow"), "--max-concurrency", "4", ...args] });
	});
	beforeEach(() => world.hang());
	afterEach(() => fs.rmSync(at("switch"), { force: true }));
	after(() => world.proxy?.stop());
	world.open = (name, script = "FAKE:text=x") =>
		world.proxy.open(script, { metadata: { cwd: at(name) } });
	world.begun = (n) => until(async () => {
		const m = await world.proxy.metrics();

		return m.requests_total - m.requests_ok - m.requests_error >= n;
	}, `${n} to begin`);
	return world;
}

describe("a working directory on it", () => {
	const world = slowWorld((w) => w.at("slow"));

	it("/health, /ready and other requests do not wait", async () => {
		let over = false;
		const slow = world.open("slow");

		slow.answer.then(() => { over = true; });
		await world.begun(1);
		for (const target of ["/health", "/ready", "/v1/models"]) {
			const t = await timed(() => world.proxy.get(target));

			assert.equal(t.value.status, 200);
			assert.ok(t.ms < atOnce, `${target}: ${t.ms} ms`);
		}
		assert.equal((await world.proxy.chat("FAKE:text=x")).status, 200);
		assert.equal(over, false, "the slow one is still there");
		fs.rmSync(world.at("switch"));
		assert.equal((await slow.answer).status, 200);
	});

	it("a hang-up is noticed at once", async () => {
		const before = await world.proxy.metrics();
		const slow = world.open("slow");

		await world.begun(1);
		slow.destroy();
		const t = await timed(() => world.proxy.metricsUntil((m) =>
		    m.requests_error === before.requests_error + 1, "it to end"));

		assert.ok(t.ms < 1000 * slack, `${t.ms} ms`);
		assert.equal((await world.proxy.metrics()).errors_by_code
		    .client_disconnected, 1);
	});
});

describe("one that no allowed root has by its name", () => {
	const world = slowWorld((w) => w.at("elsewhere"));

	it("holds up none that one has", async () => {
		let over = 0;
		const slow = [1, 2, 3].map(() => world.open("elsewhere/slow"));

		for (const pending of slow)
			pending.answer.then(() => { over++; });
		await world.begun(3);
		assert.equal((await world.open("fast").answer).status, 200);
		assert.equal(over, 0);
		fs.rmSync(world.at("switch"));
		for (const pending of slow) {
			assert.equal((await pending.answer).error.code,
			    "cwd_not_allowed");
		}
	});
});

describe("while it is looked at", () => {
	const world = slowWorld((w) => w.at("slow"),
	    ["--timeout-seconds", "0.5"]);

	it("--timeout-seconds counts", async () => {
		const r = await world.open("slow").answer;

		assert.equal(r.status, 504);
		assert.equal(r.error.code, "timeout");
	});

	it("a drain ends", async () => {
		// The one before is still being looked at, so this one waits.
		world.open("slow");
		await world.begun(1);
		world.proxy.child.kill("SIGTERM");
		assert.equal((await within(world.proxy.child.exited,
		    "it to end", 15000 * slack)).code, 0);
	});
});

describe("the user's login is on it", () => {
	const world = slowWorld((w) => path.dirname(w.dir));

	it("/health and /ready do not wait", async () => {
		// Each second somebody asks is one in which it is looked at.
		const end = performance.now() + 3500;

		while (performance.now() < end) {
			for (const target of ["/health", "/ready"]) {
				const t = await timed(() => world.proxy.get(target));

				assert.equal(t.value.status, 200);
				assert.ok(t.ms < atOnce, `${target}: ${t.ms} ms`);
			}
		}
	});
});
