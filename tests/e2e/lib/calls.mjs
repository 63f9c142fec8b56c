// Functions that a caller gives, and the calls that he gets back.
import assert from "node:assert/strict";

export const tool = (name, parameters = { type: "object", properties: {} }) =>
	({ type: "function", function: { name, description: `does ${name}`,
		parameters } });

// A directive of sim_model by which the model calls a function.
export const calls = (name, args) => `tool=${name}:${JSON.stringify(args)}`;

// The calls of a stream's choice, from its pieces; checks how they are cut.
export function joinCalls(events, index = 0) {
	const pieces = events.flatMap((e) => e.choices ?? [])
	    .filter((choice) => choice.index === index)
	    .flatMap((choice) => choice.delta.tool_calls ?? []);
	const all = [];

	for (const c of pieces) {
		if (!all[c.index]) {
			assert.equal(c.index, all.length, "they come in order");
			assert.equal(c.type, "function");
			assert.ok(c.id && c.function.name, "id and name first");
			all[c.index] = { id: c.id, type: c.type, function: {
				name: c.function.name, arguments: "" } };
		} else {
			assert.equal(c.id, undefined);
			assert.equal(c.function.name, undefined);
		}
		all[c.index].function.arguments += c.function.arguments ?? "";
	}
	return all;
}
