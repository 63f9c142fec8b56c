// app-server: an agent's loop, request by request, and calls in each of
// several choices.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { calls, joinCalls, tool } from "./lib/calls.mjs";
import { newModel } from "./lib/env.mjs";
import { joinChunks, sseEvents } from "./lib/http.mjs";
import { call, developer, output, received, user } from "./lib/items.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";

const chain = 10;
const tools = [tool("step", { type: "object", properties: {
	n: { type: "integer" } }, required: ["n"] }), tool("rest")];
const upstreamTools = tools.map((t) =>
	({ type: "function", strict: false, ...t.function }));
const both = [false, true];

// The choices of an answer, streamed or not: {message, finish_reason} each.
function choicesOf(r, stream, n = 1) {
	assert.equal(r.status, 200, r.text);
	if (!stream) {
		assert.deepEqual(r.json.choices.map((c) => c.index),
		    [...Array(n).keys()]);
		return r.json.choices;
	}
	const events = sseEvents(r.text);

	assert.equal(events.pop(), "[DONE]");
	const choices = joinChunks(events);

	assert.equal(choices.length, n);
	return choices.map(({ content, finish_reason }, i) => {
		const list = joinCalls(events, i);

		return { finish_reason, message: { role: "assistant",
			content: content || null,
			...(list.length > 0 && { tool_calls: list }) } };
	});
}

for (const model of [newModel, "gpt-5.5"]) {
	describe(`calls, ${model}`, () => {
		const world = realCodex({ before, after }, { engine: "app-server",
			args: ["--model", model, "--instructions", "none",
				"--sse-ping-seconds", "0"] });

		for (const stream of both) {
			it(`a chain of ten requests, stream ${stream}`, async () => {
				const args = (i) => `{"n": ${i}}`;
				const m = mark();
				const words = `${m} SIM: ${[...Array(chain - 1).keys()]
				    .map((i) => calls("step", args(i))).join(";then;")}` +
				    ";then;outputs";
				const messages = [{ role: "system", content: "be brief" },
					{ role: "user", content: words }];
				const items = [developer("be brief"), user(words)];
				const ids = new Set();

				for (let i = 0; i < chain; i++) {
					const [{ message, finish_reason }] = choicesOf(
					    await world.proxy.chat(messages,
						{ tools, stream }), stream);
					const upstream = world.sim.requestsWith(m);

					assert.equal(upstream.length, i + 1);
					assert.deepEqual(received(upstream[i].body),
					    { items, tools: upstreamTools });
					if (i === chain - 1) {
						assert.equal(finish_reason, "stop");
						assert.equal(message.tool_calls, undefined);
						assert.equal(message.content,
						    [...ids.keys()].map((id, k) =>
							`done ${k} of ${id}`).join("; "));
						break;
					}
					assert.equal(finish_reason, "tool_calls");
					assert.equal(message.content, null);
					assert.equal(message.tool_calls.length, 1);
					const [{ id, function: f }] = message.tool_calls;
					const told = `done ${i} of ${id}`;

					assert.deepEqual(f,
					    { name: "step", arguments: args(i) });
					assert.ok(!ids.has(id), `${id} is new`);
					ids.add(id);
					messages.push(message, { role: "tool",
						tool_call_id: id, content: told });
					items.push(call(id, "step", f.arguments),
					    output(id, told));
				}
			});

			it(`n 2: each choice has its calls, stream ${stream}`,
			    async () => {
				const m = mark();
				const r = await world.proxy.chat(`${m} SIM: ` +
				    [calls("step", '{"n":1}'), calls("rest", "{}"),
					calls("step", '{"n":2}')].join(";"),
				{ tools, stream, n: 2 });
				const choices = choicesOf(r, stream, 2);

				for (const { message, finish_reason } of choices) {
					assert.equal(finish_reason, "tool_calls");
					assert.equal(message.content, null);
					assert.deepEqual(message.tool_calls.map((c) =>
					    [c.type, c.function.name,
						c.function.arguments]), [
						["function", "step", '{"n":1}'],
						["function", "rest", "{}"],
						["function", "step", '{"n":2}']]);
					assert.equal(new Set(message.tool_calls
					    .map((c) => c.id)).size, 3);
				}
				assert.equal(world.sim.requestsWith(m).length, 2);
			});
		}
	});
}
