// After many requests of all kinds it is as it was at the start.
import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, it } from "node:test";
import { sanitized } from "./lib/env.mjs";
import { image, red, text } from "./lib/items.mjs";
import { fds, stat, zombiesOf } from "./lib/proc.mjs";
import { atOnce, describeEngines, scriptedWorld } from "./lib/proxy.mjs";
import { Raw, rawRequest } from "./lib/raw.mjs";
import { until, within } from "./lib/wait.mjs";

const schema = { response_format: { type: "json_schema", json_schema: {
	name: "s", schema: { type: "object", required: ["a"],
		properties: { a: { type: "integer" } } } } } };
const tools = { tools: [{ type: "function", function: { name: "look" } }] };

/* script, fields; those with hang are hung up on */
const common = [
	["text=x", {}], ["text=x", { stream: true }],
	["hang", {}], ["hang", { stream: true }],
	["big=300000", {}], ["big=300000", { stream: true }],
	["text=no", schema], ["hang", { n: 3 }], ["text=x", { n: 2 }],
	["text=x", { n: 9 }],
	["text=one two", { stop: "two", stream: true }],
];
const own = {
	exec: [
		["crash=9", {}], ["failed=x", { stream: true }],
		["early_exit=1:x", {}], ["trickle;text=x", {}],
		['text={"a":1}', schema], ["grandchild", {}],
	],
	"app-server": [
		["failed=x", { stream: true }], ["status=500", {}],
		['text="{\\"a\\":1}"', schema], ["reasoning=r;messages=3", {}],
		["tool=look:{}", tools], ["tool=look:{}", { stream: true, ...tools }],
		["text=a b c;split=2;hang", { stream: true }],
		["text=half;cut=1", { stream: true }], ["hang_headers", {}],
	],
};

describeEngines("after 200 mixed requests", (engine) => {
	const world = scriptedWorld(engine, { before, after }, { args: [
		...atOnce(engine, 3), "--sse-ping-seconds", "0.1"] });
	const kinds = [...common, ...own[engine]].map(([script, fields]) =>
	    [world.script(script), fields]);
	const picture = [{ role: "user", content: [
		text(world.script("text=seen")), image(red)] }];
	let baseline;

	kinds.push([picture, {}]);

	const idle = () => world.proxy.idle();
	const resident = () => Number(/^VmRSS:\s+(\d+) kB/m.exec(
	    fs.readFileSync(`/proc/${world.proxy.pid}/status`, "utf8"))[1]);
	const open = () => fds(world.proxy.pid).length;

	async function one(i) {
		const [content, fields] = kinds[i % kinds.length];
		const pending = world.proxy.open(content, fields);
		const hangs = content.includes("hang");

		if (!hangs) {
			await within(pending.answer, `request ${i}`, 60000);
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
		await world.proxy.atRest();
		baseline = { fds: open(), rss: resident(),
			threads: stat(world.proxy.pid).threads,
			codex: world.proxy.appServers() };
		await load(200);
	});

	it("descriptors are back to where they were", async () => {
		await until(() => open() <= baseline.fds,
		    () => `${open()} > ${baseline.fds}: ` +
			fds(world.proxy.pid).map((f) => f.to).join());
	});

	it("there are no zombies, and no Codex or the one", async () => {
		assert.deepEqual(zombiesOf(world.proxy.pid), []);
		await world.proxy.settled();
		if (engine !== "exec")
			assert.deepEqual(world.proxy.appServers(), baseline.codex);
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
		const parked = await world.hold();

		raws[0].write(rawRequest("GET", "/health"));
		await raws[0].response();
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
