// app-server: a call of one function alone is forced by an output schema. The
// model is given no tools, and what it says is the arguments.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { joinCalls, tool } from "./lib/calls.mjs";
import { newModel } from "./lib/env.mjs";
import { sseEvents } from "./lib/http.mjs";
import { developer, received } from "./lib/items.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";

const parameters = { type: "object", properties: {
	at: { type: "string", description: "where" },
	depth: { type: ["integer", "null"] } }, required: ["at"] };
const strict = { ...parameters, required: ["at", "depth"],
	additionalProperties: false };
const look = tool("look", parameters);
const read = tool("read", { type: "object",
	properties: { name: { type: "string" } } });
const words = "Answer this time with the arguments of a call of the function " +
	"look: one JSON object and nothing else. It will be called with them. " +
	"What it does:\n\ndoes look";
const args = '{ "at" : "é€😀",\n"depth":1e1}';
const named = { type: "function", function: { name: "look" } };

/* what is asked for; what it is */
const demands = [
	[{ tools: [look, read], tool_choice: named }, "the one that is named"],
	[{ tools: [look], tool_choice: "required" }, "the only one"],
	[{ tools: [look, read], tool_choice: { type: "allowed_tools",
		allowed_tools: { mode: "required", tools: [named] } } },
	"the only one that is allowed"],
	[{ tools: [look], tool_choice: named, n: 2, parallel_tool_calls: true,
		response_format: { type: "json_object" } },
	"with two answers, and a format"],
];

const says = (m, text, more = "") =>
	`${m} SIM: text=${JSON.stringify(text)};split=3${more}`;

for (const model of [newModel, "gpt-5.5"]) {
	describe(`a call that is forced, ${model}`, () => {
		const world = realCodex({ before, after }, { engine: "app-server",
			args: ["--model", model, "--instructions", "none"] });

		// The choices, whether streamed or not.
		function choices(r, stream) {
			if (!stream)
				return r.json.choices;
			const events = sseEvents(r.text).filter((e) => e.choices);
			const n = Math.max(...events.flatMap((e) =>
			    e.choices.map((c) => c.index))) + 1;

			return [...Array(n).keys()].map((index) => ({
				finish_reason: events.flatMap((e) => e.choices)
				    .filter((c) => c.index === index)
				    .at(-1).finish_reason,
				message: { tool_calls: joinCalls(events, index) } }));
		}

		for (const [fields, what] of demands) {
			for (const stream of [false, true]) {
				it(`${what}, stream ${stream}`, async () => {
					const m = mark();
					const r = await world.proxy.chat(says(m, args),
					    { ...fields, stream });
					const ids = [];

					assert.equal(r.status, 200, r.text);
					for (const c of choices(r, stream)) {
						const [call] = c.message.tool_calls;

						assert.equal(c.finish_reason, "tool_calls");
						assert.ok(!c.message.content);
						assert.equal(c.message.tool_calls.length, 1);
						assert.deepEqual(call.function,
						    { name: "look", arguments: args });
						assert.match(call.id, /^call_\w{12,}$/);
						ids.push(call.id);
					}
					assert.equal(ids.length, fields.n ?? 1);
					assert.equal(new Set(ids).size, ids.length);

					const { body } = await world.sim.request(m);
					const { items, tools } = received(body);

					assert.deepEqual(tools, []);
					assert.deepEqual(items.slice(1),
					    [developer(words)]);
					assert.equal(body.text.format.type, "json_schema");
					assert.equal(body.text.format.strict, true);
					assert.deepEqual(body.text.format.schema, strict);
				});
			}
		}

		it("comes in pieces, as the model writes it", async () => {
			const r = await world.proxy.chat(says(mark(), args, ";gap=5"),
			    { ...demands[0][0], stream: true });
			const pieces = sseEvents(r.text).flatMap((e) =>
			    e.choices?.[0].delta.tool_calls ?? []);

			assert.ok(pieces.length > 4, r.text);
			assert.equal(pieces[0].function.name, "look");
		});

		for (const stream of [false, true]) {
			it(`the old function_call, stream ${stream}`, async () => {
				const r = await world.proxy.chat(says(mark(), args), {
					functions: [look.function, read.function],
					function_call: { name: "look" }, stream });
				const deltas = stream ? sseEvents(r.text).filter((e) =>
				    e.choices).map((e) => e.choices[0]) : r.json.choices;
				const calls = deltas.map((c) =>
				    (c.delta ?? c.message).function_call)
				    .filter(Boolean);

				assert.equal(r.status, 200, r.text);
				assert.equal(calls[0].name, "look");
				assert.equal(calls.map((c) => c.arguments).join(""),
				    args);
				assert.equal(deltas.at(-1).finish_reason,
				    "function_call");
			});

			it(`text all the same is 502, stream ${stream}`, async () => {
				const r = await world.proxy.chat(
				    says(mark(), "but no", ";gap=20"),
				    { ...demands[1][0], stream });

				assert.equal(r.status, 502, r.text);
				assert.equal(r.error.code, "tool_choice_not_obeyed");
				assert.equal(r.error.param, "tool_choice");
				assert.equal(r.headers["x-should-retry"], "false");
				assert.ok(!r.text.includes("but no"));
			});
		}

		it("half of it is 502 where nothing is out", async () => {
			const r = await world.proxy.chat(says(mark(), '{"at":'),
			    demands[1][0]);

			assert.equal(r.status, 502, r.text);
			assert.equal(r.error.code, "tool_choice_not_obeyed");
		});

		it("half of it fails a stream, without a clean end", async () => {
			const r = await world.proxy.chat(says(mark(), '{"at":'),
			    { ...demands[1][0], stream: true });

			assert.match(r.text, /tool_choice_not_obeyed/);
			assert.ok(!/finish_reason":"/.test(r.text), r.text);
			assert.ok(!r.text.includes("[DONE]"));
		});

		it("the result goes back to the model as of any call",
		    async () => {
			const first = await world.good((m) => says(m, args),
			    demands[1][0]);
			const { upstream } = await world.good((m) => [
				{ role: "user", content: m }, first.message,
				{ role: "tool", content: "seen",
					tool_call_id: first.message.tool_calls[0].id }],
			{ tools: [look] });
			const { items } = received(upstream.body);

			assert.equal(items[1].call_id,
			    first.message.tool_calls[0].id);
			assert.equal(items[1].arguments, args);
			assert.equal(items[2].output, "seen");
		});

		it("one that may be left out is asked for in words", async () => {
			const { upstream, message } = await world.good((m) =>
			    `${m} SIM: tool=read:{}`,
			{ tools: [read], tool_choice: "required" });

			assert.equal(received(upstream.body).tools[0].name, "read");
			assert.equal(upstream.body.text?.format, undefined);
			assert.equal(message.tool_calls[0].function.name, "read");
		});
	});
}
