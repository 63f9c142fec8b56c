// Anthropic's Messages: bodies, and what the events of a stream add up to.
import assert from "node:assert/strict";

// Members of each body; a name that no alias takes.
export const message = { model: "claude-opus-5-5", max_tokens: 1000 };

export const messages = (content) =>
	({ messages: [{ role: "user", content }] });

export const toolOf = (name, input_schema = { type: "object",
	properties: {} }) => ({ name, description: `does ${name}`, input_schema });

const pieces = { text_delta: "text", thinking_delta: "thinking",
	signature_delta: "signature", input_json_delta: "partial_json" };

function addDelta(block, { type, ...delta }) {
	const [piece] = Object.values(delta);

	assert.deepEqual(Object.keys(delta), [pieces[type]]);
	if (type === "input_json_delta")
		block.json = (block.json ?? "") + piece;
	else
		block[pieces[type]] += piece;
}

function closeBlock(block) {
	if (block.json !== undefined)
		block.input = JSON.parse(block.json);
	delete block.json;
}

// The message that the events make, strictly: one block at a time, in order.
export function joinMessage(events) {
	const [first, ...rest] = events.filter((e) => e.type !== "ping");
	const { message: whole } = first;
	let open = false, ended = false;

	assert.equal(first.type, "message_start");
	for (const e of rest) {
		assert.ok(!ended, "events behind message_stop");
		if (e.type === "content_block_start") {
			assert.ok(!open && e.index === whole.content.length);
			whole.content.push(e.content_block);
			open = true;
		} else if (e.type === "content_block_delta") {
			assert.ok(open && e.index === whole.content.length - 1);
			addDelta(whole.content.at(-1), e.delta);
		} else if (e.type === "content_block_stop") {
			assert.ok(open && e.index === whole.content.length - 1);
			closeBlock(whole.content.at(-1));
			open = false;
		} else if (e.type === "message_delta") {
			assert.ok(!open);
			Object.assign(whole, e.delta);
			Object.assign(whole.usage, e.usage);
		} else {
			assert.equal(e.type, "message_stop");
			ended = true;
		}
	}
	assert.ok(ended, "no message_stop");
	return whole;
}
