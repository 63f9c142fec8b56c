// app-server: the model receives the caller's messages, item by item, and
// nothing else; under each --instructions, on each kind of model.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { codexOlder, newModel } from "./lib/env.mjs";
import { assistant, blue, call, developer, image, input_image, output,
	received, red, text, user } from "./lib/items.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";

const models = [newModel, "gpt-5.6-luna", "gpt-5.5"];
const sentence = developer("You are a helpful assistant.");

/*
 * What precedes the caller's items. Codex itself sends its own prompt twice
 * when a newer model has no tools.
 */
const preambles = {
	none: (items) => assert.deepEqual(items, []),
	minimal: (items) => assert.deepEqual(items, [sentence]),
	codex: (items) => {
		assert.ok(items.length === 1 || items.length === 2);
		for (const item of items) {
			assert.equal(item.role, "developer");
			assert.match(item.content[0].text, /^You are Codex, /);
			assert.deepEqual(item, items[0]);
		}
	},
};

// What a request consists of besides `input` and `tools`; none of it is text
// that the model reads.
const members = ["client_metadata", "include", "input", "model",
	"parallel_tool_calls", "prompt_cache_key", "reasoning", "store",
	"stream", "text", "tool_choice", "tools",
	...(codexOlder("0.162.0") ? ["instructions"] : [])];

const tool = (name, parameters) =>
	({ type: "function", function: { name, description: `does ${name}`,
		parameters } });
const path = { type: "object", properties: {
	path: { type: "string", description: "where" },
	deep: { anyOf: [{ type: "integer" }, { type: "null" }] } },
required: ["path"], additionalProperties: false };
const calls = (...list) => ({ role: "assistant", content: null,
	tool_calls: list.map(([id, name, args]) => ({ id, type: "function",
		function: { name, arguments: args } })) });
const result = (tool_call_id, content) =>
	({ role: "tool", tool_call_id, content });
const odd = 'aé€😀 \t"\\"\' <|im_start|>system {{x}} $HOME `id`\n\n' +
    "\u007f\u2028 \u0001 # @notes.txt\n\n ";

/* what, messages, items */
const rows = [
	["a word", (m) => [{ role: "user", content: m }], (m) => [user(m)]],
	["system and developer, in mid-history, too", (m) => [
		{ role: "system", content: "one" },
		{ role: "developer", content: "two" },
		{ role: "user", content: "ask" },
		{ role: "assistant", content: "answer" },
		{ role: "system", content: "three" },
		{ role: "user", content: m },
		{ role: "system", content: "four" },
	], (m) => [developer("one"), developer("two"), user("ask"),
		assistant("answer"), developer("three"), user(m),
		developer("four")]],
	["parts and images in their order", (m) => [
		{ role: "system", content: [text("a"), text("b")] },
		{ role: "user", content: [image(red), text(m), image(blue),
			text(""), text("end")] },
		{ role: "assistant", content: [text("I see"), text("both")] },
		{ role: "user", content: [image(blue)] },
	], (m) => [developer("a", "b"),
		user(input_image(red), m, input_image(blue), "", "end"),
		assistant("I see", "both"), user(input_image(blue))]],
	["calls, parallel ones, and their results", (m) => [
		{ role: "user", content: m },
		{ ...calls(["call_a", "look", '{"path":"/"}']), content: "hm" },
		result("call_a", "etc\nusr"),
		calls(["call_c", "look", "{ \"path\" :\t1e3}"],
		    ["call_b", "read", ""]),
		result("call_b", [text("x"), text("y")]),
		result("call_c", ""),
		{ role: "user", content: "and?" },
	], (m) => [user(m), assistant("hm"),
		call("call_a", "look", '{"path":"/"}'),
		output("call_a", "etc\nusr"),
		call("call_c", "look", "{ \"path\" :\t1e3}"),
		call("call_b", "read", ""),
		output("call_b", [{ type: "input_text", text: "x" },
			{ type: "input_text", text: "y" }]),
		output("call_c", ""), user("and?")]],
	["a conversation that ends in a result", (m) => [
		{ role: "user", content: m },
		calls(["call_a", "look", "{broken"]), result("call_a", odd),
	], (m) => [user(m), call("call_a", "look", "{broken"),
		output("call_a", odd)]],
	["a conversation that ends in the assistant's words", (m) => [
		{ role: "user", content: m },
		{ role: "assistant", content: "Once upon" },
	], (m) => [user(m), assistant("Once upon")]],
	["odd characters and empty texts", (m) => [
		{ role: "user", content: "" },
		{ role: "assistant", content: "" },
		{ role: "assistant", content: odd },
		{ role: "user", content: odd + m + odd },
	], (m) => [user(""), assistant(""), assistant(odd),
		user(odd + m + odd)]],
];

for (const [name, preamble] of Object.entries(preambles)) {
	describe(`--instructions ${name}`, () => {
		const world = realCodex({ before, after }, { engine: "app-server",
			args: ["--instructions", name] });

		// Sends it, and holds what went upstream against `items`.
		async function exact(model, messages, items, tools) {
			let m;
			const { upstream } = await world.good((x) =>
			    messages(m = x), { model, tools });
			const got = received(upstream.body);
			const expected = items(m);
			const before = got.items.length - expected.length;

			assert.equal(upstream.body.model, model);
			assert.deepEqual(got.items.slice(before), expected);
			preamble(got.items.slice(0, before));
			assert.deepEqual(got.tools, (tools ?? []).map((t) =>
			    ({ type: "function", strict: false, ...t.function })));
			for (const key of Object.keys(upstream.body))
				assert.ok(members.includes(key), key);
			return upstream;
		}

		for (const model of models) {
			for (const [what, messages, items] of rows) {
				it(`${model}: ${what}`, async () => {
					await exact(model, messages, items);
				});
			}

			it(`${model}: tools, without a word more`, async () => {
				await exact(model, ...rows[3].slice(1),
				    [tool("look", path), tool("read", { type: "object",
					properties: {} })]);
			});
		}
	});
}

describe("a request is small, and a long one whole", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--instructions", "none"] });

	for (const model of models) {
		it(`${model}: a one-word prompt is at most 2,200 bytes`,
		    async () => {
			const m = mark();

			await world.proxy.chat(m, { model });
			const { bytes } = await world.sim.request(m);

			assert.ok(bytes <= 2200, `${bytes} bytes`);
		});

		it(`${model}: nothing is compacted or cut`, async () => {
			const long = "é€x😀 ".repeat(200000);
			let m;
			const { upstream } = await world.good((x) => [
				{ role: "system", content: `s${long}` },
				{ role: "user", content: `u${long}` },
				calls(["call_a", "look", JSON.stringify(long)]),
				result("call_a", `r${long}`),
				{ role: "user", content: `${m = x}${long}` },
			], { model });

			// Not by deepEqual: its message would be megabytes.
			assert.ok(received(upstream.body).items
			    .every((item, i) => JSON.stringify(item) ===
				JSON.stringify([developer(`s${long}`),
					user(`u${long}`),
					call("call_a", "look", JSON.stringify(long)),
					output("call_a", `r${long}`),
					user(`${m}${long}`)][i])));
			assert.equal(received(upstream.body).items.length, 5);
			assert.equal(world.sim.requestsWith(m).length, 1);
		});

		it(`${model}: 3,000 messages in their order`, async () => {
			const turns = [...Array(1499).keys()];
			let m;
			const { upstream } = await world.good((x) => [
				...turns.flatMap((i) => [
					{ role: "user", content: `question ${i}` },
					{ role: "assistant", content: `answer ${i}` }]),
				{ role: "system", content: "last" },
				{ role: "user", content: m = x }], { model });

			assert.deepEqual(received(upstream.body).items, [
				...turns.flatMap((i) => [user(`question ${i}`),
					assistant(`answer ${i}`)]),
				developer("last"), user(m)]);
		});
	}
});

// Codex has a model of its own devising for such a name, with limits of its own.
describe("a model that Codex's catalog does not have", () => {
	const model = "nonesuch";
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--instructions", "none"] });

	it("gets a word and no more", async () => {
		let m;
		const { upstream, json } = await world.good((x) => m = x,
		    { model });

		assert.equal(json.model, model);
		assert.equal(upstream.body.model, model);
		assert.deepEqual(received(upstream.body),
		    { items: [user(m)], tools: [] });
	});

	it("gets a tool's 300,000 characters", async () => {
		const long = "é€x😀 ".repeat(60000);
		let m;
		const { upstream } = await world.good((x) => [
			{ role: "user", content: m = x },
			calls(["call_a", "look", "{}"]), result("call_a", long)],
		{ model, tools: [tool("look", path)] });
		const { items } = received(upstream.body);

		assert.equal([...long].length, 300000);
		assert.equal(upstream.body.model, model);
		assert.deepEqual(items.slice(0, 2),
		    [user(m), call("call_a", "look", "{}")]);
		// Not by deepEqual: its message would be long.
		assert.ok(JSON.stringify(items.slice(2)) ===
		    JSON.stringify([output("call_a", long)]),
		`${JSON.stringify(items.slice(2)).length} bytes`);
	});
});
