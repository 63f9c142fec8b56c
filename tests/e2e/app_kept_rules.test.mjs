// app-server: which answers leave a thread, and which requests go on with one.
// Whatever does not is answered on a fresh thread, with all that was said.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { calls, tool } from "./lib/calls.mjs";
import { makeDir, newModel, removeDir } from "./lib/env.mjs";
import { image, red, text } from "./lib/items.mjs";
import { Talk } from "./lib/talk.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";

const tools = [tool("look"), tool("read")];
const schema = { type: "json_schema", json_schema: { name: "n", strict: true,
	schema: { type: "object", required: ["a"], additionalProperties: false,
		properties: { a: { type: "string" } } } } };

describe("what goes on with a kept thread", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--workers", "1", "--model", "gpt-5.5",
			"--instructions", "none"] });

	// A conversation with an answer, or with one of two calls.
	const answered = (fields) => new Talk(world, fields)
	    .user(`${mark()} SIM: text=one`).send();
	const called = (fields) => new Talk(world, { tools, ...fields })
	    .user(`${mark()} SIM: ${calls("look", "{}")};${calls("read", "{}")}`).send();
	const both = (t) => t.result("r0", t.calls()[0])
	    .result("r1", t.calls()[1]);

	/* what, what it does to a conversation behind an answer, the miss,
	 * members of both requests, of the first, of the second */
	const idle = [
		["an earlier message that is another", (t) => {
			t.messages[0].content += ";gap=1";
		}, "new"],
		["an answer that is another", (t) => {
			t.messages[1].content += ".";
		}, "new"],
		["a message more before the answer", (t) => {
			t.messages.unshift({ role: "system", content: "s" });
		}, "new"],
		["a message that is cut in two", (t) => {
			t.messages[0].content = [text("SIM: text=one"), text("")];
		}, "new"],
		["an answer that is said by a user", (t) => {
			t.messages[1] = { role: "user",
				content: t.messages[1].content };
		}, "new"],
		["an image", (t) => {
			t.messages.at(-1).content = [text("SIM: text=x"), image(red)];
		}, "news"],
		["another model", () => {}, "new", {}, { model: newModel }],
		["other tools", () => {}, "new", {}, { tools }],
		["another verbosity", () => {}, "new", {}, { verbosity: "high" }],
		["another user", () => {}, "new", { user: "a" }, { user: "b" }],
		["an effort that is unsaid", () => {}, "settings",
			{ reasoning_effort: "low" }, { reasoning_effort: undefined }],
		["two answers wanted", () => {}, "request", {}, { n: 2 }],
		["any JSON object wanted", () => {}, "request", {},
			{ response_format: { type: "json_object" } }],
	];
	for (const [what, edit, miss, first, second] of idle) {
		it(`idle: ${what}`, async () => {
			const t = await answered(first);

			t.user('SIM: text="{}"');
			edit(t);
			const before = (await world.proxy.metrics()).kept_threads;
			const r = await world.proxy.chat(t.messages,
			    { ...first, ...second });
			const after = (await world.proxy.metrics()).kept_threads;

			assert.equal(r.status, 200, r.text);
			assert.deepEqual(after.hits, before.hits);
			assert.equal(after.misses[miss],
			    before.misses[miss] + (second?.n ?? 1));
		});
	}

	/* the same behind calls */
	const waiting = [
		["results in another order", (t) => {
			t.result("r1", t.calls()[1]).result("r0", t.calls()[0]);
		}, "news"],
		["a message between the results", (t) => {
			t.result("r0", t.calls()[0]);
			t.messages.push({ role: "system", content: "s" });
			t.result("r1", t.calls()[1]);
		}, "news"],
		["a result with an empty part", (t) => {
			both(t).messages.at(-1).content = [text("a"), text("")];
		}, "news"],
		["arguments that are others", (t) => {
			both(t).calls()[0].function.arguments = '{"x":1}';
		}, "new"],
		["another name", (t) => {
			both(t).calls()[0].function.name = "read";
		}, "new"],
		["text that was not said", (t) => {
			both(t).messages[1].content = "I look";
		}, "new"],
		["a call that is left out", (t) => {
			t.result("r0", t.calls()[0]);
			t.messages[1].tool_calls.pop();
		}, "new"],
		["another effort", both, "settings", { reasoning_effort: "low" },
			{ reasoning_effort: "high" }],
		["another tier", both, "settings", {}, { service_tier: "flex" }],
		["a schema", both, "settings", {}, { response_format: schema }],
		["a call that is demanded", both, "request", {},
			{ tool_choice: "required" }],
	];
	for (const [what, edit, miss, first, second] of waiting) {
		it(`waiting: ${what}`, async () => {
			const t = await called(first);
			const words = second?.response_format
			    ? 'SIM: text="{\\"a\\":\\"x\\"}"'
			    : `SIM: text=x${second?.tool_choice
				? `;${calls("look", "{}")}` : ""}`;

			edit(t);
			t.user(words);
			const before = (await world.proxy.metrics()).kept_threads;
			const r = await world.proxy.chat(t.messages,
			    { tools, ...first, ...second });
			const after = (await world.proxy.metrics()).kept_threads;

			assert.equal(r.status, 200, r.text);
			assert.deepEqual(after.hits, before.hits);
			assert.equal(after.misses[miss], before.misses[miss] + 1);
		});
	}

	it("who asks first has it, who asks again begins afresh", async () => {
		const t = await answered();
		const other = t.copy();

		assert.deepEqual(await t.user("SIM: text=a").how(), { idle: 1 });
		assert.deepEqual(await other.user("SIM: text=a").how(), { new: 1 });
		assert.deepEqual(await t.user("SIM: text=b").how(), { idle: 1 });
	});

	for (const [name, make, more] of [["idle", answered,
		(t) => t.user("SIM: text=x")], ["waiting", called, both]]) {
		it(`of two equal requests at once one has it: ${name}`,
		    async () => {
			const t = more(await make());
			const before = (await world.proxy.metrics()).kept_threads;
			const all = await Promise.all([...Array(4)].map(() =>
			    world.proxy.chat(t.messages, t.fields)));
			const { hits, misses } = (await world.proxy.metrics())
			    .kept_threads;

			for (const r of all)
				assert.equal(r.status, 200, r.text);
			assert.equal(hits[name], before.hits[name] + 1);
			assert.equal(misses.new, before.misses.new + 3);
		});
	}
});

describe("what leaves no thread", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		retries: true, args: ["--workers", "1", "--model", "gpt-5.5",
			"--instructions", "none", "--timeout-seconds", "5"] });
	const two = `${calls("look", "{}")};${calls("read", "{}")}`;

	/* what, what the model does, members of the request, the status */
	const rows = [
		["two answers", "text=a", { n: 2 }],
		["a stop string", "text=abcdef", { stop: "cd" }],
		["too many tokens", "text=a;incomplete=max_output_tokens"],
		["a filter", "text=a;incomplete=content_filter"],
		["an error", "status=400", {}, 400],
		["a failure", "failed=invalid_prompt", {}, 400],
		["a silence", "hang", {}, 504],
		["text that was void", "text=abc;split=1;cut_once=1"],
		["a call that is demanded", two, { tools,
			tool_choice: "required" }],
		["a named one", 'text="{}"', { tools, tool_choice: {
			type: "function", function: { name: "look" } } }],
		["any JSON object", 'text="{}"',
			{ response_format: { type: "json_object" } }],
		["fewer calls than were made", two, { tools,
			parallel_tool_calls: false }],
		["the old functions", calls("look", "{}"),
			{ functions: [{ name: "look" }] }],
		["arguments that are no JSON", calls("look", "{"), { tools }],
		["no arguments at all", calls("look", ""), { tools }],
		["a function that is unknown",
			`${calls("look", "{}")};${calls("shell", "{}")}`,
			{ tools }],
		["calls without ids", `${two};call_id=`, { tools }],
		["calls of one id", `${two};call_id=c`, { tools }],
		["a failure behind calls", `${two};failed=server_error;behind`,
			{ tools }],
	];
	for (const [what, script, fields, status = 200] of rows) {
		it(what, async () => {
			const messages = [{ role: "user",
				content: `${mark()} SIM: ${script}` }];
			const before = (await world.proxy.metrics()).kept_threads;
			const r = await world.proxy.chat(messages, fields);

			assert.equal(r.status, status, r.text);
			const { idle, waiting } = (await world.proxy.metrics())
			    .kept_threads;

			assert.deepEqual([idle, waiting],
			    [before.idle, before.waiting]);
			if (status !== 200)
				return;
			// And who goes on gets an answer.
			const { message } = r.json.choices[0];

			messages.push(message, ...(message.tool_calls ?? []).map(
			    ({ id }) => ({ role: "tool", tool_call_id: id,
				content: "r" })));
			if (message.function_call)
				messages.push({ role: "function", content: "r",
					name: message.function_call.name });
			messages.push({ role: "user", content: "SIM: text=so" });
			const next = await world.proxy.chat(messages, { tools });

			assert.equal(next.status, 200, next.text);
			assert.equal(next.json.choices[0].message.content, "so");
			assert.deepEqual((await world.proxy.metrics())
			    .kept_threads.hits, before.hits);
		});
	}

	it("a client that hangs up", async () => {
		const m = mark();
		const before = (await world.proxy.metrics()).kept_threads;
		const pending = world.proxy.open(`${m} SIM: deltas=9;gap=200`,
		    { stream: true });
		const { n } = await world.sim.request(m);

		pending.destroy();
		await world.sim.closed(n);
		await world.proxy.idle();
		const { idle, waiting } = (await world.proxy.metrics()).kept_threads;

		assert.deepEqual([idle, waiting], [before.idle, before.waiting]);
	});
});

describe("whose a kept thread is", () => {
	const keys = path.join(makeDir("keys"), "keys");

	fs.writeFileSync(keys, "ann:key-of-ann-0123456789\n" +
	    "bob:key-of-bob-0123456789\n", { mode: 0o600 });
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--workers", "1", "--model", "gpt-5.5",
			"--api-key-file", keys] });

	after(() => removeDir(path.dirname(keys)));
	it("another key never finds it", async () => {
		const as = (name) => ({ Authorization:
		    `Bearer key-of-${name}-0123456789` });
		const messages = [{ role: "user", content: "SIM: text=one" },
			{ role: "assistant", content: "one" },
			{ role: "user", content: "SIM: text=two" }];
		const kept = async () => (await world.proxy.get("/metrics",
		    as("ann"))).json.kept_threads.hits.idle;
		const ask = async (list, name) => {
			const r = await world.proxy.chat(list, {}, as(name));

			assert.equal(r.status, 200, r.text);
			return kept();
		};

		await ask(messages.slice(0, 1), "ann");
		assert.equal(await ask(messages, "bob"), 0);
		assert.equal(await ask(messages, "ann"), 1);
	});
});
