// app-server: the thread that is started ahead goes to who wants just that one;
// whoever wants another kind of thread never gets it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { newModel } from "./lib/env.mjs";
import { received, user } from "./lib/items.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";

const tool = (name) => [{ type: "function", function: { name,
	description: `does ${name}`,
	parameters: { type: "object", properties: {} } } }];

/* What a thread is made of. */
const kinds = {
	a: { model: "gpt-5.5" },
	b: { model: newModel },
	c: { model: "gpt-5.5", tools: tool("look") },
	d: { model: "gpt-5.5", tools: tool("read") },
	e: { model: "gpt-5.5", verbosity: "high" },
};

describe("a thread that is started ahead", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--workers", "1", "--instructions", "none"] });

	// One request, and what the model has received of it.
	async function ask(kind) {
		const m = mark();
		const r = await world.proxy.chat(m, kinds[kind]);
		const { body } = await world.sim.request(m);
		const { model, tools = [], verbosity } = kinds[kind];

		assert.equal(r.status, 200, r.text);
		assert.equal(body.model, model);
		assert.deepEqual(received(body).items, [user(m)]);
		assert.deepEqual(received(body).tools.map((t) => t.name),
		    tools.map((t) => t.function.name));
		if (verbosity)
			assert.equal(body.text.verbosity, verbosity);
		else
			assert.notEqual(body.text?.verbosity, "high");
	}

	// Each kind follows each other kind with one of it ready, or on its way.
	for (const first of Object.keys(kinds)) {
		const others = Object.keys(kinds).filter((k) => k !== first);

		it(`${first}, then others`, async () => {
			for (const other of others) {
				for (const kind of [first, first, first, other])
					await ask(kind);
			}
		});
	}

	it("many of all kinds at once", async () => {
		const all = Object.keys(kinds);

		for (let i = 0; i < 4; i++)
			await Promise.all([...all, ...all].map(ask));
	});

	it("callers who hang up with it", async () => {
		for (let i = 0; i < 6; i++) {
			const m = mark();
			const pending = world.proxy.open(`${m} SIM: hang`,
			    kinds.a);
			const { n } = await world.sim.request(m);

			pending.destroy();
			await world.sim.closed(n);
		}
		await ask("a");
		assert.equal((await world.proxy.metrics())
		    .codex_processes.started, 1);
	});
});
