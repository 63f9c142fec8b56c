// After many requests of all kinds it is as it was at the start.
import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, describe, it } from "node:test";
import { sanitized } from "./lib/env.mjs";
import { fds, stat, zombiesOf } from "./lib/proc.mjs";
import { fakeWorld } from "./lib/proxy.mjs";
import { Raw, rawRequest } from "./lib/raw.mjs";
import { until, within } from "./lib/wait.mjs";

const schema = { response_format: { type: "json_schema", json_schema: {
	name: "s", schema: { type: "object" } } } };
const picture = [{ role: "user", content: [
	{ type: "text", text: "FAKE:text=seen" },
	{ type: "image_url", image_url: {
		url: "data:image/png;base64,iVBORw0KGgo=" } }] }];

/* content, fields; those with hang are hung up on */
const kinds = [
	["FAKE:text=x", {}], ["FAKE:text=x", { stream: true }],
	["FAKE:hang", {}], ["FAKE:hang", { stream: true }],
	["FAKE:big=300000", {}], ["FAKE:big=300000", { stream: true }],
	["FAKE:crash=9", {}], ["FAKE:failed=x", { stream: true }],
	["FAKE:early_exit=1:x", {}], ["FAKE:trickle;text=x", {}],
	['FAKE:text={"a":1}', schema], ["FAKE:text=no", schema],
	[picture, {}], ["FAKE:hang", { n: 3 }], ["FAKE:text=x", { n: 2 }],
	["FAKE:grandchild", {}], ["x", { n: 9 }],
	["FAKE:text=one two", { stop: "two", stream: true }],
];

describe("after 200 mixed requests", () => {
	const world = fakeWorld({ before, after }, { args: [
		"--max-concurrency", "3", "--sse-ping-seconds", "0.1"] });
	let baseline;

	const idle = () => world.proxy.idle();
	const resident = () => Number(/^VmRSS:\s+(\d+) kB/m.exec(
	    fs.readFileSync(`/proc/${world.proxy.pid}/status`, "utf8"))[1]);
	const open = () => fds(world.proxy.pid).length;

	async function one(i) {
		const [content, fields] = kinds[i % kinds.length];
		const pending = world.proxy.open(content, fields);
		const hangs = typeof content === "string" &&
		    content.includes("hang");

		if (!hangs) {
			await within(pending.answer, `request ${i}`, 20000);
			return;
		}
		// Hung up on while it is sent, queued, run or streamed.
		if (i % 3 !== 0)
			await new Promise((resolve) => setTimeout(resolve, i % 90));
		pending.destroy();
	}

	async function load(n) {
		for (let i = 0; i < n; i += 4)
			await Promise.all([0, 1, 2, 3].map((k) => one(i + k)));
		await idle();
	}

	before(async () => {
		await load(40); // whatever is made once is made now
		await until(() => open() < 60, "connections to close");
		await world.proxy.get("/health");
		baseline = { fds: open(), rss: resident(),
			threads: stat(world.proxy.pid).threads };
		await load(200);
	});

	it("descriptors are back to where they were", async () => {
		await until(() => open() <= baseline.fds,
		    () => `${open()} > ${baseline.fds}: ` +
			fds(world.proxy.pid).map((f) => f.to).join());
	});

	it("there are no zombies and no Codex", async () => {
		assert.deepEqual(zombiesOf(world.proxy.pid), []);
		await until(() => world.proxy.codexPids().length === 0,
		    () => `${world.proxy.codexPids().length} Codex still there`);
	});

	it("no files are left", () => {
		assert.deepEqual(world.proxy.leftovers(), []);
	});

	it("threads are as many as before", () => {
		assert.equal(stat(world.proxy.pid).threads, baseline.threads);
	});

	it("memory has not grown much", () => {
		// An allocator may keep what a burst needed.
		if (!sanitized)
			assert.ok(resident() < baseline.rss + 12 * 1024,
			    `${baseline.rss} kB to ${resident()} kB`);
	});

	it("idle takes no CPU, with parked connections, too", async () => {
		const raws = await Promise.all([1, 2, 3].map(() =>
		    Raw.connect(world.proxy.port)));
		const parked = world.proxy.open("FAKE:hang");

		raws[0].write(rawRequest("GET", "/health"));
		await raws[0].response();
		await world.proxy.metricsUntil((m) => m.in_flight === 1, "a job");
		const before = stat(world.proxy.pid).ticks;

		// A second of nothing is what is measured here.
		await new Promise((resolve) => setTimeout(resolve, 1000));
		const ticks = stat(world.proxy.pid).ticks - before;

		assert.ok(ticks <= 1, `${ticks} clock ticks in a second`);
		raws.forEach((raw) => raw.destroy());
		parked.destroy();
		await idle();
	});
});
