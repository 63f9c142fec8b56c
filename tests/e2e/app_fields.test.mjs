// app-server: fields of which exec makes something else, or nothing.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { codexOlder, newModel } from "./lib/env.mjs";
import { developer, effort as effortOf, received } from "./lib/items.mjs";
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
			// asked for, what goes upstream; that ultra is xhigh there
			// is Codex's doing where the catalog has it
			const efforts = [["none", "low"], ["minimal", "low"],
				["low", "low"], ["medium", "medium"], ["high", "high"],
				["xhigh", "xhigh"], ["ultra", "xhigh"],
				["max", model === newModel ? "max" : "xhigh"]];
			for (const [asked, effort] of efforts) {
				it(`reasoning_effort ${asked}: ${effort}`, async () => {
					assert.equal(effortOf(await body(
					    { reasoning_effort: asked })), effort);
				});
			}
			for (const verbosity of ["low", "medium", "high"]) {
				it(`verbosity ${verbosity}`, async () => {
					assert.equal((await body({ verbosity }))
					    .text.verbosity, verbosity);
				});
			}
			// asked for, what goes upstream
			const flex = codexOlder("0.162.0") ? undefined : "flex";
			const tiers = [["priority", "priority"], ["flex", flex],
				["auto", undefined], ["default", undefined],
				["scale", undefined], [undefined, undefined]];
			for (const [asked, tier] of tiers) {
				it(`service_tier ${asked}: ${tier}`, async () => {
					assert.equal((await body({ service_tier: asked }))
					    .service_tier, tier);
				});
			}

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

	for (const n of [3, 8]) {
		const all = [...Array(n).keys()];

		it(`n ${n}: the choices come side by side, and end together`,
		    async () => {
			const { proxy, sim } = world;
			const m = mark();
			const pending = proxy.open(
			    `${m} SIM: text=one two three;split=4;hang`,
			    { n, stream: true });

			// None of them has ended, and each has all its text.
			await until(() => all.every((i) =>
			    pending.choices[i]?.content === "one two three"),
			() => pending.text);
			assert.equal(pending.choices.length, n);
			assert.deepEqual(pending.choices.map((c) =>
			    c.finish_reason), all.map(() => null));
			assert.equal(new Set(pending.events.map((e) =>
			    e.id)).size, 1);
			await until(() => sim.requestsWith(m).length === n,
			    `${n} requests in the log`);
			pending.destroy();
			for (const { n } of sim.requestsWith(m))
				assert.equal((await sim.closed(n)).completed, false);
		});
	}
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
