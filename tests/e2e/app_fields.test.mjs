// app-server: fields of which exec makes something else, or nothing.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { newModel } from "./lib/env.mjs";
import { developer, received } from "./lib/items.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const models = [newModel, "gpt-5.5"];

describe("app-server fields", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--instructions", "none", "--model", "gpt-5.5"] });

	for (const model of models) {
		const body = async (fields) => (await world.good((m) => m,
		    { model, ...fields })).upstream.body;

		describe(model, () => {
			for (const effort of ["low", "medium", "high"]) {
				it(`reasoning_effort ${effort}`, async () => {
					assert.equal((await body({ reasoning_effort: effort }))
					    .reasoning.effort, effort);
				});
			}
			for (const verbosity of ["low", "medium", "high"]) {
				it(`verbosity ${verbosity}`, async () => {
					assert.equal((await body({ verbosity }))
					    .text.verbosity, verbosity);
				});
			}
			it("service_tier priority", async () => {
				assert.equal((await body({ service_tier: "priority" }))
				    .service_tier, "priority");
			});
			it("no tier unless it is asked for", async () => {
				assert.equal((await body({})).service_tier, undefined);
			});

			it("json_schema and tools at once", async () => {
				const schema = { type: "object", properties: {
					a: { type: "integer" } }, required: ["a"],
				additionalProperties: false };
				const { upstream, message } = await world.good((m) =>
				    `${m} SIM: text="{\\"a\\":1}"`, { model,
					tools: [{ type: "function",
						function: { name: "look" } }],
					response_format: { type: "json_schema",
						json_schema: { name: "s", schema } } });
				const { format } = upstream.body.text;

				assert.deepEqual([format.type, format.strict,
					format.schema], ["json_schema", true, schema]);
				assert.equal(received(upstream.body).tools[0].name,
				    "look");
				assert.equal(message.content, '{"a":1}');
			});

			it("json_object is asked for in one last message",
			    async () => {
				const { upstream } = await world.good((m) =>
				    `${m} SIM: text="{}"`, { model, response_format: {
					type: "json_object" } });
				const { items } = received(upstream.body);

				assert.equal(items.length, 2);
				assert.match(items[1].content[0].text, /JSON object/);
				assert.deepEqual(items[1],
				    developer(items[1].content[0].text));
			});
		});
	}

	it("n 3: the choices come side by side, and end together", async () => {
		const { proxy, sim } = world;
		const m = mark();
		const pending = proxy.open(
		    `${m} SIM: text=one two three;split=4;hang`,
		    { n: 3, stream: true });

		// None of them has ended, and each has all its text.
		await until(() => [0, 1, 2].every((i) =>
		    pending.choices[i]?.content === "one two three"),
		() => pending.text);
		assert.equal(new Set(pending.events.map((e) => e.id)).size, 1);
		await until(() => sim.requestsWith(m).length === 3,
		    "three requests in the log");
		pending.destroy();
		for (const { n } of sim.requestsWith(m))
			assert.equal((await sim.closed(n)).completed, false);
	});

	it("n 3 with usage summed, streaming", async () => {
		const r = await world.proxy.chat("SIM: text=x;usage=10,4,6,2",
		    { n: 3, stream: true,
			stream_options: { include_usage: true } });
		const { usage } = JSON.parse(r.text.trimEnd().split("\n\n")
		    .at(-2).slice(6));

		assert.deepEqual(usage, { prompt_tokens: 30,
			completion_tokens: 18, total_tokens: 48,
			prompt_tokens_details: { cached_tokens: 12 },
			completion_tokens_details: { reasoning_tokens: 6 } });
	});
});

describe("--fast", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--fast", "--model", "gpt-5.5"] });

	it("asks for low effort, unless the request says otherwise",
	    async () => {
		const effort = async (fields) => (await world.good((m) => m, fields))
		    .upstream.body.reasoning.effort;

		assert.equal(await effort({}), "low");
		assert.equal(await effort({ reasoning_effort: "high" }), "high");
	});
});
