// web_search_options: Codex's own search, where the operator allows it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { received } from "./lib/items.mjs";
import { describeEngines, realCodex } from "./lib/proxy.mjs";

const asked = { model: "gpt-5.5", web_search_options: {
	search_context_size: "low" } };
const searches = (tools) => tools.filter((t) => /^web_search/.test(t.type));

describe("app-server with --web-search", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--web-search", "--instructions", "none"] });
	const sent = async (fields) => {
		const { upstream } = await world.good((m) => m, fields);

		return received(upstream.body);
	};

	it("the model may search", async () => {
		const { items, tools } = await sent(asked);

		assert.equal(searches(tools).length, 1, JSON.stringify(tools));
		assert.equal(items.length, 1, "and is told nothing else");
		assert.deepEqual(items.map((i) => i.role), ["user"]);
	});

	it("and the answer comes as any other", async () => {
		const r = await world.proxy.chat("SIM: text=found", asked);

		assert.equal(r.json.choices[0].message.content, "found");
	});

	it("but not when nobody asked for it", async () => {
		for (const web_search_options of [undefined, null]) {
			const { tools } = await sent({ ...asked, web_search_options });

			assert.deepEqual(tools, []);
		}
	});
});

describeEngines("without --web-search", (engine) => {
	const world = realCodex({ before, after }, { engine });

	it("it is refused, and the option is named", async () => {
		const r = await world.proxy.chat("x", asked);

		assert.equal(r.status, 400, r.text);
		assert.equal(r.error.code, "unsupported_parameter");
		assert.equal(r.error.param, "web_search_options");
		assert.match(r.error.message, /--web-search/);
	});
});
