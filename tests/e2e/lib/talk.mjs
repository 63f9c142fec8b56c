// Conversations that go on, in each dialect, and what the model got of them
// beside what their callers have said.
import assert from "node:assert/strict";
import { received } from "./items.mjs";

const sorted = (value) => {
	if (Array.isArray(value))
		return value.map(sorted);
	if (value === null || typeof value !== "object")
		return value;
	return Object.fromEntries(Object.keys(value).sort()
	    .map((k) => [k, sorted(value[k])]));
};

// Arguments in whatever spelling.
export const plainArguments = (text) => JSON.stringify(sorted(JSON.parse(text)));

// A part's text, or an image's address.
const partOf = (p) => p.text ?? p.image_url;

// Messages of the assistant that stand together are one text.
function add(list, entry) {
	const last = list.at(-1);

	if (entry[0] === "assistant" && last?.[0] === "assistant")
		last[1] += entry[1];
	else
		list.push([...entry]);
	return list;
}

// To chat, what are several messages is one, with blank lines.
const said = (texts) => texts.join("").replaceAll("\n\n", "");

function plainItem(i) {
	if (i.type === "function_call")
		return ["call", i.call_id, i.name, plainArguments(i.arguments)];
	if (i.type === "function_call_output")
		return ["output", i.call_id, Array.isArray(i.output)
		    ? i.output.map(partOf) : i.output];
	const texts = i.content.map(partOf);

	return i.role === "assistant" ? [i.role, said(texts)]
	    : [i.role, texts];
}

// By which the built-in provider tells some models of another effort.
const isUpdate = (i) => i.type === "configuration_update";

// The effort that a request asks for.
export const gotEffort = (body) => body.input.findLast(isUpdate)
    ?.reasoning.effort ?? body.reasoning.effort;

// What the model got, but for what is its own: reasoning and commentary.
export const gotItems = (body) => received({ ...body,
	input: body.input.filter((i) => !isUpdate(i)) }).items
    .filter((i) => i.type !== "reasoning" && i.phase !== "commentary")
    .map(plainItem).reduce(add, []);

// Reasoning that was left in its place.
export const gotReasoning = (body) => body.input
    .filter((i) => i.type === "reasoning").length;

const partsOf = (content) => typeof content === "string" ? [content]
    : (content ?? []).map((p) => p.text ?? p.image_url.url);

function ofChatMessage(m) {
	const list = [];

	if (m.role === "tool")
		return [["output", m.tool_call_id, Array.isArray(m.content) &&
		    m.content.length > 1 ? partsOf(m.content)
		    : partsOf(m.content).join("")]];
	if (m.role !== "assistant")
		return [[m.role === "system" ? "developer" : m.role,
			partsOf(m.content)]];
	if (partsOf(m.content).join("") !== "")
		list.push(["assistant", said(partsOf(m.content))]);
	for (const c of m.tool_calls ?? [])
		list.push(["call", c.id, c.function.name,
			plainArguments(c.function.arguments)]);
	return list;
}

// What a caller of chat has said, in the same form.
export const chatItems = (messages) => messages.flatMap(ofChatMessage)
    .reduce(add, []);

// So many more of each kind have been counted since `before`.
export function gained(before, after) {
	const of = (m) => ({ idle: m.kept_threads.hits.idle,
		waiting: m.kept_threads.hits.waiting,
		failures: m.kept_threads.failures, ...m.kept_threads.misses });
	const [a, b] = [of(before), of(after)];

	return Object.fromEntries(Object.keys(b).filter((k) => b[k] !== a[k])
	    .map((k) => [k, b[k] - a[k]]));
}

/*
 * A conversation in chat. Each request is compared with what the model got:
 * all that the caller has said, once, and nothing else of his.
 */
export class Talk {
	constructor(world, fields = {}) {
		Object.assign(this, { world, fields, messages: [] });
	}

	user(content) {
		this.messages.push({ role: "user", content });
		return this;
	}

	result(content, call = this.calls()[0]) {
		this.messages.push({ role: "tool", tool_call_id: call.id, content });
		return this;
	}

	// Those of the last answer.
	calls() {
		return this.messages.findLast((m) => m.role === "assistant")
		    .tool_calls;
	}

	// A branch that goes on by itself.
	copy() {
		const other = new Talk(this.world, this.fields);

		other.messages = structuredClone(this.messages);
		return other;
	}

	// What this made of the numbers, while nobody else asks.
	async counted(ask) {
		const before = await this.world.proxy.metrics();

		await ask();
		return gained(before, await this.world.proxy.metrics());
	}

	async send(fields = {}) {
		const { proxy, sim } = this.world;
		const known = sim.requests().length;
		const r = await proxy.chat(this.messages,
		    { ...this.fields, ...fields });

		assert.equal(r.status, 200, r.text);
		const news = sim.requests().slice(known);

		assert.equal(news.length, 1, "the model is asked once");
		assert.deepEqual(gotItems(news[0].body),
		    chatItems(this.messages));
		this.body = news[0].body;
		this.answer = r.json.choices[0].message;
		this.messages.push(this.answer);
		return this;
	}

	// The same, and how it was had: {idle: 1}, {new: 1}, ...
	async how(fields) {
		return this.counted(() => this.send(fields));
	}
}
