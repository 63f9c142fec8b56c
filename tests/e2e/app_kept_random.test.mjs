// app-server: many conversations at once that go on, branch, are edited, asked
// twice and hung up on: whichever thread answers, the model gets what the
// caller has said, all of it, once, and in order.
//
// E2E_KEPT_STEPS=N: so many steps instead of 300; E2E_SEED: the same again.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { calls, tool } from "./lib/calls.mjs";
import { chatItems, gotItems } from "./lib/talk.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";

const steps = Number(process.env.E2E_KEPT_STEPS ?? 300);
const seed = Number(process.env.E2E_SEED ?? Date.now() % 2 ** 31);
const tools = [tool("look"), tool("read")];
const together = 8;

// Park and Miller's; the same numbers for the same seed.
let state = seed % 2147483646 + 1;
const below = (n) => {
	state = state * 48271 % 2147483647;
	return state % n;
};
const one = (list) => list[below(list.length)];

// What a user says: the model calls a few times, and then answers.
function words() {
	const turns = [...Array(below(3)).keys()].map(() =>
	    [...Array(1 + below(2)).keys()].map(() => calls(one(["look",
		"read"]), one(['{}', '{ "b" : 1, "a": [2.5] }']))).join(";"));
	const text = one(["text=yes", "reasoning=hm;text=well",
		"commentary=so;final;text=done", "deltas=3"]);

	return `${mark()} SIM: ${[...turns, text].join(";then;")}`;
}

describe(`many conversations, seed ${seed}`, () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--workers", "2", "--turns-per-worker", `${together}`,
			"--kept-threads", "6", "--max-queue-size", "1000",
			"--model", "gpt-5.5", "--instructions", "none"] });
	const sent = []; // {messages, last: its last mark, times, sure}
	let talks = [];

	// What is new: results, messages behind them, or messages.
	function goOn(messages) {
		const list = structuredClone(messages);
		const { tool_calls = [] } = list.at(-1) ?? {};

		for (const { id } of tool_calls)
			list.push({ role: "tool", tool_call_id: id,
				content: one([mark(), `${mark()} é😀\u0001`]) });
		if (tool_calls.length === 0 || below(4) === 0)
			list.push({ role: "user", content: words() });
		return list;
	}

	// One word of it is another: nobody has answered that.
	function edit(messages) {
		const list = structuredClone(messages);
		const m = one(list.filter((x) => x.role === "user"));

		m.content = m.content.replace("SIM:", `${mark()} SIM:`);
		return list;
	}

	const note = (messages, times, sure) => sent.push({ times, sure, messages,
		last: /mark-[\d-]+-end/.exec(messages.at(-1).content)[0] });

	// The talk goes on with the answer.
	async function ask(messages, times = 1) {
		const fields = { tools };

		note(messages, times, true);
		const all = await Promise.all([...Array(times)].map(
		    () => world.proxy.chat(messages, fields)));

		for (const r of all)
			assert.equal(r.status, 200, r.text);
		return all.map((r) =>
		    [...messages, r.json.choices[0].message]);
	}

	async function hangUp(messages) {
		const pending = world.proxy.open(messages, { tools, stream: true });

		note(messages, 1, false);
		await new Promise((done) => setTimeout(done, below(40)));
		pending.destroy();
		return [messages.slice(0, -1)];
	}

	async function step(messages) {
		const next = goOn(messages);

		switch (below(8)) {
		case 0:
			return ask(next, 2 + below(2));
		case 1:
			return [...await ask(next), messages];
		case 2:
			await hangUp(next);
			return [messages];
		case 3:
			return messages.length > 0 ? ask(goOn(edit(messages)))
			    : ask(next);
		default:
			return ask(next);
		}
	}

	it("each is answered", async () => {
		let left = steps;
		const run = async () => {
			while (left-- > 0) {
				const talk = below(10) < 2 ? undefined : talks.splice(
				    below(talks.length), 1)[0];

				const more = await step(talk ?? []);

				talks = [...talks, ...more].slice(-12);
			}
		};

		await Promise.all([...Array(together)].map(run));
	});

	it("and the model got of each what was said, so often", () => {
		const got = new Map();

		for (const { body } of world.sim.requests()) {
			const { content, output } = body.input.at(-1);
			const [last] = /mark-[\d-]+-end/.exec(
			    JSON.stringify(content ?? output));

			got.set(last, [...got.get(last) ?? [], gotItems(body)]);
		}
		for (const { messages, last, times, sure } of sent) {
			const list = got.get(last) ?? [];

			assert.ok(sure ? list.length === times
			    : list.length <= times, `${last}: ${list.length}`);
			for (const items of list)
				assert.deepEqual(items, chatItems(messages));
			got.delete(last);
		}
		assert.equal(got.size, 0);
	});

	it("many of them on kept threads, and none failed", async () => {
		await world.proxy.idle();
		const { hits, failures, idle, waiting } = (await world.proxy
		    .metrics()).kept_threads;

		assert.ok(hits.idle > steps / 20, JSON.stringify((await world.proxy.metrics()).kept_threads));
		assert.ok(hits.waiting > steps / 20, JSON.stringify((await world.proxy.metrics()).kept_threads));
		assert.equal(failures, 0);
		assert.ok(idle + waiting <= 12);
	});
});
