// app-server: what goes wrong with a thread that was kept, before the first
// word of the next answer: that is had from a fresh one, once, whole.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { calls, tool } from "./lib/calls.mjs";
import { child } from "./lib/children.mjs";
import { chatItems, gotItems } from "./lib/talk.mjs";
import { fakeWorld, mark, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const engine = "app-server";
const tools = [tool("look"), tool("read")];

const counts = async (world) => (await world.proxy.metrics()).kept_threads;

// What the stand-in was told of the messages with this mark: the texts of each
// injection, a thread each.
function injected(world, m) {
	const threads = new Map();

	for (const { params } of world.proxy.rpc("thread/inject_items")) {
		const list = threads.get(params.threadId) ?? [];

		list.push(...params.items.map((i) => i.content?.[0].text ??
		    i.output ?? i.call_id));
		threads.set(params.threadId, list);
	}
	return [...threads.values()].filter(
	    (list) => list.some((t) => t.includes(m)));
}

// A conversation: a message, its answer; then results, and what is new.
async function begun(world, first, fields) {
	const m = mark();
	const messages = [{ role: "user", content: `${m} FAKE:${first}` }];
	const r = await world.proxy.chat(messages, fields);

	assert.equal(r.status, 200, r.text);
	const { message } = r.json.choices[0];

	messages.push(message, ...(message.tool_calls ?? []).map(({ id }) =>
	    ({ role: "tool", tool_call_id: id, content: `r of ${id}` })));
	return { m, messages, more: (content) =>
		[...messages, { role: "user", content }] };
}

describe("a kept thread of the stand-in", () => {
	const world = fakeWorld({ before, after }, { engine,
		args: ["--workers", "1", "--instructions", "none"],
		env: { FAKE_CODEX_LOG_RPC: "1" } });

	/* what, the first turn, the second, the hit, whether it fails */
	const rows = [
		["goes on", "text=a", "text=b", "idle", false],
		["has vanished", "text=a;vanish", "text=b", "idle", true],
		["refuses what is new", "text=a;refuse_news", "text=b", "idle",
			true],
		["is too busy", "text=a", "overloaded=2;text=b", "idle", false],
		["refuses the turn", "text=a", "input_too_large", "idle", true,
			400],
		["is interrupted by its child's death", "text=a",
			"crash_once=11;text=b", "idle", true],
		["is to be summarised", "text=a", "compaction;text=b", "idle",
			true, 400],
		["fails before the first word", "text=a",
			"failed=serverOverloaded:no", "idle", true, 503],
		["waits and goes on", "tool=look:{}", "text=b", "waiting", false],
		["is asked late for its calls",
			"ask_late;tool=look:{};tool=read:{}", "text=b", "waiting",
			false],
		["waits before its turn is known",
			"early_complete;ask_late;tool=look:{};tool=read:{}",
			"text=b", "waiting", false],
		["waits and has vanished", "tool=look:{};vanish", "text=b",
			"waiting", true],
		["waits and refuses what is new", "tool=look:{};refuse_news",
			"text=b", "waiting", true],
		["is not asked for its calls", "tool=look:{};unasked", "text=b",
			"waiting", true],
	];
	for (const [what, first, second, hit, fails, status = 200] of rows) {
		it(what, async () => {
			const start = await counts(world);
			const t = await begun(world, first, { tools });
			const r = await world.proxy.chat(
			    t.more(`FAKE:${second}`), { tools });
			const end = await counts(world);

			assert.equal(r.status, status, r.text);
			// Of a turn that waits the first message has the script.
			if (status === 200 && !fails && hit === "waiting")
				assert.match(r.json.choices[0].message.content,
				    /^pong$|^tool said/);
			else if (status === 200)
				assert.equal(r.json.choices[0].message.content, "b");
			assert.equal(end.hits[hit], start.hits[hit] + 1);
			assert.equal(end.failures, start.failures + Number(fails));
			// Whatever went wrong, each thread was told all once.
			for (const list of injected(world, t.m))
				assert.equal(new Set(list).size, list.length);
			assert.equal(injected(world, t.m).length, fails ? 2 : 1);
			if (fails)
				assert.equal(injected(world, t.m)[1].at(-1),
				    `FAKE:${second}`);
		});
	}

	it("is closed when it is over, its turn interrupted", async () => {
		const closed = () => world.proxy.rpc("thread/unsubscribe").length;
		const interrupted = () => world.proxy.rpc("turn/interrupt").length;
		const [c, i] = [closed(), interrupted()];

		await begun(world, "tool=look:{};unasked", { tools });
		await until(() => interrupted() === i + 1, "an interrupt");
		await until(() => closed() === c + 1, "its thread to be closed");
	});

	it("goes on by itself: its next request begins anew", async () => {
		const t = await begun(world, "tool=look:{};abandon=50;text=x",
		    { tools });

		await until(async () => (await counts(world)).waiting === 0,
		    "it to be dropped");
		const r = await world.proxy.chat(t.more("FAKE:text=b"), { tools });

		assert.equal(r.json.choices[0].message.content, "b");
	});

	for (const [name, script] of [["idle", "text=a"],
		["waiting", "tool=look:{}"]]) {
		it(`is lost with its child: ${name}`, async () => {
			const t = await begun(world, script, { tools });
			const pid = await child(world.proxy);

			process.kill(pid, "SIGKILL");
			await until(async () => (await counts(world))[name] === 0,
			    "its entry to be gone");
			const r = await world.proxy.chat(t.more("FAKE:text=b"),
			    { tools });

			assert.equal(r.status, 200, r.text);
			assert.equal(r.json.choices[0].message.content, "b");
			assert.ok((await counts(world)).evictions.lost > 0);
		});

		it(`is asked in the moment of its child's death: ${name}`,
		    async () => {
			const t = await begun(world, script, { tools });
			const pid = await child(world.proxy);

			process.kill(pid, "SIGKILL");
			const r = await world.proxy.chat(t.more("FAKE:text=b"),
			    { tools });

			assert.equal(r.status, 200, r.text);
			assert.equal(r.json.choices[0].message.content, "b");
		});
	}

	it("a failure behind the first word is the caller's to see", async () => {
		const start = await counts(world);
		const t = await begun(world, "text=a");
		const r = await world.proxy.chat(
		    t.more("FAKE:deltas=3;failed=other:no"), { stream: true });

		assert.match(r.text, /"error"/);
		const end = await counts(world);

		assert.equal(end.hits.idle, start.hits.idle + 1);
		assert.equal(end.failures, start.failures);
		assert.equal(injected(world, t.m).length, 1);
		await until(async () => {
			const { idle } = await counts(world);

			return idle === start.idle;
		}, "its thread to be dropped");
	});

	it("a client that hangs up takes its thread with him", async () => {
		const t = await begun(world, "text=a");
		const { threadId } = world.proxy.rpc("thread/inject_items")
		    .find((l) => JSON.stringify(l).includes(t.m)).params;
		const closed = () => world.proxy.rpc("thread/unsubscribe")
		    .some(({ params }) => params.threadId === threadId);
		const pending = world.proxy.open(
		    t.more("FAKE:deltas=2;hang"), { stream: true });

		await until(() => pending.text.includes("d1"), "its beginning");
		assert.ok(!closed());
		pending.destroy();
		await until(closed, "its thread to be closed");
	});

	it("all is settled in the end", async () => {
		await world.proxy.idle();
		const { idle, waiting } = await counts(world);
		const closed = new Set(world.proxy.rpc("thread/unsubscribe")
		    .map(({ params }) => params.threadId));
		const pid = await child(world.proxy);
		const open = new Set(world.proxy.rpc("turn/start")
		    .filter((l) => l.pid === pid)
		    .map(({ params }) => params.threadId)
		    .filter((id) => !closed.has(id)));

		assert.equal(open.size, idle + waiting);
	});
});

describe("a Codex that may lose a message", () => {
	const world = fakeWorld({ before, after }, { engine,
		args: ["--workers", "1"],
		env: { FAKE_CODEX_VERSION: "0.168.0" } });

	it("keeps no thread", async () => {
		const t = await begun(world, "text=a");
		const r = await world.proxy.chat(t.more("FAKE:text=b"));
		const { hits, misses } = await counts(world);

		assert.equal(r.json.choices[0].message.content, "b");
		assert.deepEqual([hits.idle, misses.new], [0, 2]);
	});
});

describe("a kept thread of the real Codex", () => {
	const world = realCodex({ before, after }, { engine,
		args: ["--workers", "1", "--model", "gpt-5.5",
			"--instructions", "none"] });

	/* what, the first turn, the hit, members of both */
	const rows = [
		["idle", "text=one", "idle", {}],
		["waiting", `${calls("look", '{"a": 1}')};then;status=400,once;` +
			"text=two", "waiting", { tools }],
	];
	for (const [what, first, hit, fields] of rows) {
		it(`the model's server fails once: ${what}`, async () => {
			const m = mark();
			const messages = [{ role: "user",
				content: `${m} SIM: ${first}` }];
			const a = await world.proxy.chat(messages, fields);
			const { message } = a.json.choices[0];
			const start = await counts(world);

			messages.push(message, ...(message.tool_calls ?? []).map(
			    ({ id }) => ({ role: "tool", tool_call_id: id,
				content: "r" })));
			if (hit === "idle")
				messages.push({ role: "user", content:
				    `${m} SIM: status=400,once;text=two` });
			const b = await world.proxy.chat(messages, fields);
			const end = await counts(world);
			const sent = world.sim.requestsWith(m);

			assert.equal(b.status, 200, b.text);
			assert.equal(b.json.choices[0].message.content, "two");
			assert.equal(end.hits[hit], start.hits[hit] + 1);
			assert.equal(end.failures, start.failures + 1);
			// The first, the one that failed, and the same afresh.
			assert.equal(sent.length, 3);
			for (const { body } of sent.slice(1))
				assert.deepEqual(gotItems(body),
				    chatItems(messages));
			assert.notEqual(sent[1].body.prompt_cache_key,
			    sent[2].body.prompt_cache_key);
		});
	}
});
