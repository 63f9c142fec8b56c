// promptfoo, as a library.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { client } from "../lib/client.mjs";
import { makeDir } from "../lib/env.mjs";
import { received } from "../lib/items.mjs";
import { mark, realCodex } from "../lib/proxy.mjs";

describe(client("promptfoo"), () => {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	let evaluate;

	before(async () => {
		// It looks at them when it is loaded.
		Object.assign(process.env, {
			PROMPTFOO_CONFIG_DIR: makeDir("promptfoo"),
			PROMPTFOO_DISABLE_TELEMETRY: "1",
			PROMPTFOO_DISABLE_UPDATE: "1" });
		({ evaluate } = await import("promptfoo"));
	});

	// A summary of one prompt with each value of x, and what is asserted.
	async function run(prompt, tests, config) {
		const r = await evaluate({ writeLatestResults: false,
			prompts: [prompt],
			providers: [{ id: "openai:chat:codex-local", config: {
				apiBaseUrl: `${world.proxy.url}/v1`,
				apiKey: "none", ...config } }],
			tests: tests.map(([x, ...assert]) =>
				({ vars: { x }, assert })),
		}, { cache: false });

		return r.toEvaluateSummary();
	}

	it("evaluate with assertions", async () => {
		const { results, stats } = await run("SIM: text={{x}}", [
			["one", { type: "equals", value: "one" }],
			["two", { type: "contains", value: "three" }]]);

		assert.deepEqual(results.map(
		    (r) => [r.response.output, r.success]).sort(),
		[["one", true], ["two", false]]);
		assert.equal(stats.tokenUsage.total, 36);
	});

	it("evaluate with a tool", async () => {
		const m = mark();
		const { results } = await run(`${m} SIM: {{x}}`, [
			['tool=look:{"q":"x"}', { type: "is-valid-openai-tools-call" }],
		], { tools: [{ type: "function", function: { name: "look",
			parameters: { type: "object", properties: {
				q: { type: "string" } }, required: ["q"] } } }] });

		assert.equal(results[0].error, undefined);
		assert.ok(results[0].success, JSON.stringify(results[0]));
		assert.deepEqual(received((await world.sim.request(m)).body).tools
		    .map((t) => t.name), ["look"]);
	});
});
