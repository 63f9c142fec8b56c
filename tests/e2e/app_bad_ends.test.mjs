// app-server: responses of the model's that end badly behind whole calls, and
// calls that are not as they should be. Codex's own retries are on.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { calls, joinCalls, tool } from "./lib/calls.mjs";
import { newModel, plainModel, slack } from "./lib/env.mjs";
import { joinChunks, sseEvents } from "./lib/http.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";

const tools = [tool("look"), tool("feel")];
const look = calls("look", '{"at":1}');
const feel = calls("feel", '{"at":2}');
const whole = [["look", '{"at":1}']];
const two = [...whole, ["feel", '{"at":2}']];
const soon = 10000; // ms; of the 300 s of --timeout-seconds

// What the model's server does, and what the caller gets of it.
const ends = [
	["a token limit", `${look};incomplete=max_output_tokens`, "length", whole],
	["a content filter", `${look};incomplete=content_filter`,
		"content_filter", whole],
	["another reason", `${look};incomplete=whatever`, "tool_calls", whole],
	["a reset", `${look};cut=0;behind`, "tool_calls", whole],
	["overload", `${look};failed=server_is_overloaded;behind`,
		"tool_calls", whole],
	["a rate limit", `${look};failed=rate_limit_exceeded;behind`,
		"tool_calls", whole],
	["a failure", `${look};failed=server_error;behind`, "tool_calls", whole],
	["two calls and a reset", `${look};${feel};cut=0;behind`,
		"tool_calls", two],
	["a second call that is cut", `${look};${feel};half;cut=0;behind`,
		"tool_calls", whole],
	["a second call that has a token limit",
		`${look};${feel};half;incomplete=max_output_tokens`, "length",
		whole],
	["text, a call and a reset", `text=I look;${look};cut=0;behind`,
		"tool_calls", whole, "I look"],
];

// The one choice of an answer, streamed or not: [finish, calls, content].
function outcome(r, stream) {
	assert.equal(r.status, 200, r.text);
	const pairs = (list = []) => list.map((c) =>
	    [c.function.name, c.function.arguments]);

	if (!stream) {
		const [{ finish_reason, message }] = r.json.choices;

		return [finish_reason, pairs(message.tool_calls),
			message.content ?? ""];
	}
	const events = sseEvents(r.text);

	assert.equal(events.pop(), "[DONE]");
	const [{ content, finish_reason }] = joinChunks(events);

	return [finish_reason, pairs(joinCalls(events)), content];
}

for (const model of [newModel, plainModel]) {
	describe(`bad ends, ${model}`, () => {
		const world = realCodex({ before, after }, { engine: "app-server",
			retries: true, args: ["--model", model] });

		for (const [what, script, finish, list, text = ""] of ends) {
			for (const stream of [false, true]) {
				it(`${what}, stream ${stream}`, async () => {
					const m = mark();
					const start = Date.now();
					const r = await world.proxy.chat(
					    `${m} SIM: ${script}`, { tools, stream });

					assert.deepEqual(outcome(r, stream),
					    [finish, list, text]);
					assert.ok(Date.now() - start < soon * slack);
					assert.equal(world.sim.requestsWith(m).length, 1,
					    "Codex does not ask again");
				});
			}
		}

		// Each waits longer than a call may be quiet.
		it("slow calls all come, and nothing is asked for behind them",
		    async () => {
			const m = mark();
			const r = await world.proxy.chat(
			    `${m} SIM: gap=1500;${look};${feel};${look}`, { tools });

			assert.deepEqual(outcome(r, false),
			    ["tool_calls", [...two, ...whole], ""]);
			assert.equal(world.sim.requestsWith(m).length, 1);
		});
	});
}

describe("what the model writes for a call", () => {
	const world = realCodex({ before, after }, { engine: "app-server" });

	for (const stream of [false, true]) {
		it(`arguments of nothing are {}, stream ${stream}`, async () => {
			for (const nothing of ["", " \n"]) {
				const r = await world.proxy.chat(`${mark()} SIM: ` +
				    calls("look", nothing), { tools, stream });

				assert.deepEqual(outcome(r, stream),
				    ["tool_calls", [["look", "{}"]], ""]);
			}
		});
	}

	for (const id of ["", "again"]) {
		it(`ids that are all "${id}" become unique`, async () => {
			const m = mark();
			const script = `${m} SIM: call_id="${id}";${look};${feel};` +
			    "then;outputs";
			const messages = [{ role: "user", content: script }];
			const first = await world.proxy.chat(messages, { tools });

			assert.deepEqual(outcome(first, false),
			    ["tool_calls", two, ""]);
			const { message } = first.json.choices[0];
			const ids = message.tool_calls.map((c) => c.id);

			assert.equal(new Set(ids).size, 2);
			assert.ok(ids.every((i) => i.length > 0 && i.length <= 64));
			// The history that comes of it is one that goes on.
			const second = await world.proxy.chat([...messages, message,
				...ids.map((tool_call_id, i) => ({ role: "tool",
					tool_call_id, content: `seen ${i}` }))],
			    { tools });

			assert.deepEqual(outcome(second, false),
			    ["stop", [], "seen 0; seen 1"]);
		});
	}
});
