// app-server: the caller's functions reach the model as functions, and the
// model's calls the caller, byte for byte; Codex runs none of them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI from "openai";
import { calls, joinCalls, tool } from "./lib/calls.mjs";
import { newModel } from "./lib/env.mjs";
import { sseEvents } from "./lib/http.mjs";
import { call, developer, received, user } from "./lib/items.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";

// In a history: calls, [name, id] each, and the result of one.
const made = (...list) => ({ role: "assistant", content: null,
	tool_calls: list.map(([name, id]) => ({ id, type: "function",
		function: { name, arguments: "{}" } })) });
const told = (tool_call_id) => ({ role: "tool", tool_call_id, content: "r" });

const quoted = (s) => JSON.stringify(s);

// The message with the schemas that Codex makes shorter: [name, schema] each.
const toldInFull = (...list) => developer([
	"The parameters of these functions in full, each as a JSON Schema; " +
	"where the function itself is described they may be shortened.",
	...list.map(([name, schema]) => `${name}:\n${JSON.stringify(schema)}`),
].join("\n\n"));

for (const model of [newModel, "gpt-5.5"]) {
	describe(`tools, ${model}`, () => {
		const world = realCodex({ before, after }, { engine: "app-server",
			args: ["--model", model, "--instructions", "none",
				"--sse-ping-seconds", "0"] });

		// What the model calls when it is told `script`: [name, arguments].
		async function called(script, fields, stream = false) {
			const m = mark();
			const r = await world.proxy.chat(`${m} SIM: ${script}`, {
				...fields, stream });
			const events = stream ? sseEvents(r.text) : [];
			const list = stream ? joinCalls(events)
			    : r.json?.choices[0].message.tool_calls;

			assert.equal(r.status, 200, r.text);
			assert.equal(stream ? events.at(-2).choices[0].finish_reason
			    : r.json.choices[0].finish_reason, "tool_calls");
			assert.equal(world.sim.requestsWith(m).length, 1,
			    "the model is not asked again");
			const ids = list.map((c) => c.id);

			assert.equal(new Set(ids).size, ids.length);
			return list.map((c) =>
			    [c.function.name, c.function.arguments]);
		}

		/* arguments, byte for byte */
		const texts = ['{"path":"/"}', '{ "b" : 1e3,\t"a":[1.50]}', "", "{",
			'{"path": "/', "no JSON", "é€😀\u0001\\u0041", "{}",
			`{"x":"${"y".repeat(100000)}"}`];
		for (const args of texts) {
			for (const stream of [false, true]) {
				it(`${args.slice(0, 30)}, stream ${stream}`, async () => {
					assert.deepEqual(await called(calls("look", args),
					    { tools: [tool("look")] }, stream),
					[["look", args || "{}"]]);
				});
			}
		}

		for (const stream of [false, true]) {
			const tools = ["look", "read", "stat"].map((n) => tool(n));
			const script = [calls("look", "{}"), calls("read", '{"n":1}'),
				calls("look", '{"n":2}')].join(";");

			it(`three at once, stream ${stream}`, async () => {
				assert.deepEqual(await called(script, { tools }, stream), [
					["look", "{}"], ["read", '{"n":1}'],
					["look", '{"n":2}']]);
			});

			it(`parallel_tool_calls false: the first, stream ${stream}`,
			    async () => {
				assert.deepEqual(await called(script,
				    { tools, parallel_tool_calls: false }, stream),
				[["look", "{}"]]);
			});
		}

		it("text before the calls is content, reasoning is reasoning",
		    async () => {
			const r = await world.proxy.chat("SIM: reasoning=hm;" +
			    `text=I look;${calls("look", "{}")}`,
			{ tools: [tool("look")] });
			const { message, finish_reason } = r.json.choices[0];

			assert.equal(message.content, "I look");
			assert.equal(message.reasoning_content, "hm");
			assert.equal(message.tool_calls.length, 1);
			assert.equal(finish_reason, "tool_calls");
			assert.equal(r.json.usage.total_tokens, 18);
		});

		it("calls alone: content is null; ids go back as they came",
		    async () => {
			const r = await world.proxy.chat(
			    `SIM: ${calls("look", "{}")}`, { tools: [tool("look")] });
			const { message } = r.json.choices[0];

			assert.equal(message.content, null);
			assert.match(message.tool_calls[0].id, /^\S+$/);
		});

		it("include_usage in a stream of calls", async () => {
			const r = await world.proxy.chat(
			    `SIM: ${calls("look", "{}")}`, { stream: true,
				tools: [tool("look")],
				stream_options: { include_usage: true } });
			const events = sseEvents(r.text);

			assert.equal(events.at(-1), "[DONE]");
			assert.equal(events.at(-2).usage.total_tokens, 18);
			assert.deepEqual(events.at(-2).choices, []);
		});

		it("what Codex leaves out of a schema is told", async () => {
			const parameters = { type: "object", properties: {
				at: { type: "integer", minimum: 0, default: 7 },
				tags: { type: "array", minItems: 1, items: {
					type: "string", pattern: "^a" } },
				max: { type: "integer",
					maximum: 18446744073709551615 },
				mode: { type: "string", enum: ["r", "w"] } } };
			const { upstream } = await world.good((m) => m, {
				tools: [tool("look", parameters),
					tool("plain")] });
			const [look, plain] = received(upstream.body).tools;

			// Codex's part: when it passes them on, we need not.
			assert.deepEqual(look.parameters.properties.at,
			    { type: "integer" });
			assert.deepEqual(look.parameters.properties.mode,
			    { type: "string", enum: ["r", "w"] });
			assert.equal(look.description, "does look\n\n" +
			    "Of the parameters:\n- at: minimum 0, default 7\n" +
			    '- tags[]: pattern "^a"\n' +
			    "- max: maximum 1.8446744073709552e19");
			assert.equal(plain.description, "does plain");
		});

		/* a schema of a property that Codex refuses, where */
		const shapes = [[{ type: "array", items: [{ type: "string" }] },
			"items"], [{ type: "string", required: true },
			"required"], [{ type: "string", description: 5 },
			"description"], [{ enum: "x" }, "enum"]];
		for (const [schema, where] of shapes) {
			it(`${JSON.stringify(schema)}: 400 with the place`,
			    async () => {
				const r = await world.proxy.chat("x", { tools: [
					tool("look"), tool("read", { type: "object",
						properties: { a: schema } })] });

				assert.equal(r.status, 400, r.text);
				assert.equal(r.error.code, "invalid_value");
				assert.equal(r.error.param, "tools[1].function" +
				    `.parameters.properties.a.${where}`);
				assert.ok(r.error.message.includes(r.error.param));
			});
		}

		it("flat tools and a flat choice, as the Responses API has them",
		    async () => {
			const { upstream } = await world.good((m) =>
			    `${m} SIM: ${calls("look", "{}")}`, {
				tools: [{ type: "function", name: "look",
					description: "looks",
					parameters: { type: "object" } },
				tool("read")],
				tool_choice: { type: "function", name: "look" } });
			const { items, tools } = received(upstream.body);

			assert.deepEqual(tools.map((t) => [t.name, t.description]),
			    [["look", "looks"], ["read", "does read"]]);
			assert.match(items.at(-1).content[0].text,
			    /function look and of no other/);
		});

		describe("freeform tools", () => {
			const grammar = { type: "grammar", grammar: {
				syntax: "lark", definition: "start: /[^]+/" } };
			const tools = [{ type: "custom", custom: { name: "patch",
				description: "patches", format: grammar } },
			tool("look")];
			const input = '*** Begin\n+"a" \\ é\n*** End';
			const script = calls("patch", JSON.stringify({ input }));
			const expected = [["custom", { name: "patch", input }],
				["function", { name: "look", arguments: "{}" }]];

			it("are functions of one text, the format told", async () => {
				const { upstream } = await world.good((m) => m,
				    { tools });
				const [got] = received(upstream.body).tools;

				assert.equal(got.name, "patch");
				assert.match(got.description, /^patches\n/);
				assert.ok(got.description.includes(
				    JSON.stringify(grammar)));
				assert.deepEqual(got.parameters.required, ["input"]);
				assert.deepEqual(got.parameters.properties,
				    { input: { type: "string" } });
			});

			for (const stream of [false, true]) {
				it(`are called with their input, stream ${stream}`,
				    async () => {
					const r = await world.proxy.chat(`SIM: ${script};${
						calls("look", "{}")}`, { tools, stream });
					const pieces = stream ? sseEvents(r.text)
					    .slice(0, -1).flatMap((e) =>
						e.choices[0].delta.tool_calls ?? []) : [];
					const list = stream ? [0, 1].map((i) =>
					    pieces.filter((p) => p.index === i))
					    .map(([head, ...rest]) => {
						const { type } = head;

						for (const p of rest) {
							for (const [k, v] of
							    Object.entries(p[type]))
								head[type][k] += v;
						}
						return head;
					}) : r.json.choices[0].message.tool_calls;

					assert.deepEqual(list.map((c) =>
					    [c.type, c[c.type]]), expected);
				});
			}

			it("an answer without the form is the input", async () => {
				const r = await world.proxy.chat(
				    `SIM: ${calls("patch", "*** bare")}`, { tools });
				const [c] = r.json.choices[0].message.tool_calls;

				assert.deepEqual(c.custom,
				    { name: "patch", input: "*** bare" });
			});
		});

		it("old functions are answered in their old form", async () => {
			const words = `SIM: ${calls("look", '{"a": 1}',
			    "read", "{}")}`;
			const fields = { functions: [{ name: "look" },
				{ name: "read" }] };
			const whole = await world.proxy.chat(words, fields);
			const { message, finish_reason } = whole.json.choices[0];
			const call = { name: "look", arguments: '{"a": 1}' };
			const streamed = await world.proxy.chat(words,
			    { ...fields, stream: true });
			const choices = sseEvents(streamed.text).slice(0, -1)
			    .map((e) => e.choices[0]);
			const pieces = choices.map((c) => c.delta.function_call)
			    .filter(Boolean);

			assert.deepEqual(message.function_call, call);
			assert.equal(message.tool_calls, undefined);
			assert.equal(message.content, null);
			assert.equal(finish_reason, "function_call");
			assert.deepEqual(pieces.map((p) => p.name),
			    ["look", ...pieces.slice(1).map(() => undefined)]);
			assert.equal(pieces.map((p) => p.arguments).join(""),
			    call.arguments);
			assert.equal(choices.at(-1).finish_reason, "function_call");
		});

		it("the model may answer with text", async () => {
			const { message, json } = await world.good(
			    (m) => `${m} SIM: text=no need`,
			    { tools: [tool("look")] });

			assert.equal(message.content, "no need");
			assert.equal(message.tool_calls, undefined);
			assert.equal(json.choices[0].finish_reason, "stop");
		});

		it("a function that the caller has not given is none of his",
		    async () => {
			const { message, json } = await world.good(
			    (m) => `${m} SIM: ${calls("shell", '{"cmd":"ls"}')}`,
			    { tools: [tool("look")] });

			// Codex tells the model that there is none.
			assert.equal(message.tool_calls, undefined);
			assert.match(message.content, /^tool said: .*shell/s);
			assert.equal(json.choices[0].finish_reason, "stop");
		});

		// app_forced has those that can be forced.
		describe("tool_choice", () => {
			const tools = [tool("look"), tool("read",
			    { type: "object", properties: { at: { type: "string" } } })];
			const names = ({ upstream }) => received(upstream.body).tools
			    .map((t) => t.name);
			const items = ({ upstream }) => received(upstream.body).items;

			it("none leaves them out", async () => {
				const got = await world.good((m) => m,
				    { tools, tool_choice: "none" });

				assert.deepEqual(names(got), []);
				assert.equal(items(got).length, 1);
			});
			it("auto adds no word", async () => {
				const got = await world.good((m) => m,
				    { tools, tool_choice: "auto" });

				assert.deepEqual(names(got), ["look", "read"]);
				assert.equal(items(got).length, 1);
			});

			/* tool_choice, what the model is told last */
			const asked = [["required", /at least one of the functions/],
				[{ type: "function", function: { name: "read" } },
					/the function read\b/]];
			for (const [tool_choice, words] of asked) {
				it(`${JSON.stringify(tool_choice)} is asked for`,
				    async () => {
					const got = await world.good((m) =>
					    `${m} SIM: text=so;${calls("read", "{}")}`,
					{ tools, tool_choice });
					const last = items(got).at(-1);

					assert.deepEqual(names(got), ["look", "read"]);
					assert.equal(items(got).length, 2);
					assert.equal(last.role, "developer");
					assert.match(last.content[0].text, words);
					assert.equal(got.message.content, "so");
					assert.equal(got.message.tool_calls.length, 1);
				});

				for (const stream of [false, true]) {
					it(`${JSON.stringify(tool_choice)} is not ` +
					    `obeyed: no quiet 200, stream ${stream}`,
					async () => {
						const r = await world.proxy.chat(
						    "SIM: text=but no;gap=20;split=1",
						    { tools, tool_choice, stream });

						assert.equal(r.status, 502, r.text);
						assert.equal(r.error.code,
						    "tool_choice_not_obeyed");
						assert.equal(r.error.param,
						    "tool_choice");
						assert.equal(
						    r.headers["x-should-retry"], "false");
						assert.ok(!r.text.includes("but no"));
					});
				}
			}
		});

		describe("names that are Codex's own", () => {
			const own = ["exec_command", "apply_patch", "mcp__x",
				"write_stdin", "view_image", "update_plan", "mcp",
				"fn__mcp", "mcp__" + "long".repeat(14) + "_no"];
			const tools = own.map((name) => tool(name));

			it("are all offered to the model, under other names",
			    async () => {
				const { upstream } = await world.good((m) => m,
				    { tools });
				const got = received(upstream.body).tools;

				assert.deepEqual(got.map((t) => t.description),
				    own.map((name) => `does ${name}`));
				assert.equal(new Set(got.map((t) => t.name)).size,
				    own.length);
				for (const { name } of got) {
					assert.ok(!own.slice(0, 7).includes(name), name);
					assert.match(name, /^[A-Za-z0-9_-]{1,64}$/);
				}
			});

			for (const [i, name] of own.entries()) {
				it(`${name} is the caller's name both ways`, async () => {
					const { upstream } = await world.good((m) => m,
					    { tools });
					const theirs = received(upstream.body)
					    .tools[i].name;

					assert.deepEqual(await called(
					    calls(theirs, '{"a":1}'), { tools }),
					[[name, '{"a":1}']]);
					// In a history it goes by the model's name.
					const again = await world.good((m) =>
					    [{ role: "user", content: m }, made([name, "c"]),
						told("c")], { tools });

					assert.deepEqual(received(again.upstream.body)
					    .items[1], call("c", theirs, "{}"));
				});
			}
		});

		it("128 tools", async () => {
			const tools = [...Array(128).keys()].map(
			    (i) => tool(`tool_number_${i}`));
			const { upstream } = await world.good((m) => m, { tools });

			assert.deepEqual(received(upstream.body).tools
			    .map((t) => t.name), tools.map((t) => t.function.name));
			assert.deepEqual(await called(
			    calls("tool_number_127", "{}"), { tools }),
			[["tool_number_127", "{}"]]);
		});

		it("a schema of nearly 5,000 bytes arrives whole", async () => {
			const leaf = { type: "string", description: "d".repeat(200),
				enum: ["a", "b"] };
			const deep = [...Array(6)].reduce((inner) => ({ type: "object",
				description: "a level", properties: { inner },
				required: ["inner"], additionalProperties: false }), leaf);
			const schema = { type: "object", properties: {
				deep, list: { type: "array", items: leaf },
				either: { anyOf: [leaf, { type: "null" }] },
				named: { $ref: "#/$defs/named" },
				...Object.fromEntries([...Array(11).keys()]
				    .map((i) => [`p${i}`, leaf])) },
			$defs: { named: leaf } };
			const { upstream } = await world.good((m) => m,
			    { tools: [tool("deep", schema)] });
			const size = JSON.stringify(schema).length;

			assert.ok(size > 4500 && size < 5000, `${size} bytes`);
			assert.deepEqual(received(upstream.body).tools[0].parameters,
			    schema);
		});

		// Over 5,000 bytes; then $defs, what is deep, and alternatives, while
		// it is still longer. No setting changes it (0.169.0).
		it("of one of 64 KiB Codex drops the descriptions, and we tell " +
		    "it whole", async () => {
			const entries = (property) => ({ type: "object",
				properties: Object.fromEntries([...Array(700).keys()]
				    .map((i) => [`property_${i}`, property])) });
			const big = entries({ type: "string",
				description: "d".repeat(60) });
			const tools = [tool("mcp__big", big), tool("small")];
			let m;
			const { upstream } = await world.good((x) => m = x,
			    { tools });
			const { items, tools: [{ name, description, parameters }] } =
			    received(upstream.body);

			assert.ok(JSON.stringify(big).length > 65536);
			assert.equal(description, "does mcp__big");
			assert.deepEqual(parameters, entries({ type: "string" }));
			assert.deepEqual(items, [toldInFull([name, big]), user(m)]);
			assert.deepEqual(await called(calls(name, '{"x":1}'),
			    { tools }), [["mcp__big", '{"x":1}']]);
		});

		it("a deep schema of 12 KiB is told whole, too", async () => {
			const leaves = Object.fromEntries([...Array(90).keys()].map(
			    (i) => [`leaf_${i}`, { type: "string", pattern: "^é+$",
				description: "d".repeat(50) }]));
			const deep = [...Array(20)].reduce((inner) => ({
				type: "object", properties: { inner } }),
			{ type: "object", properties: leaves });
			const schema = { ...deep, $defs: { x: { oneOf: [deep, {}] } } };
			let m;
			const { upstream } = await world.good((x) => m = x,
			    { tools: [tool("deep", schema)] });

			assert.ok(JSON.stringify(schema).length > 12288);
			assert.deepEqual(received(upstream.body).items,
			    [toldInFull(["deep", schema]), user(m)]);
		});

		it("128 tools of 4 KiB each are told whole or arrive whole",
		    async () => {
			const tools = [...Array(128).keys()].map((i) =>
			    tool(`tool_${i}`, { type: "object", properties: {
				text: { type: "string",
					description: "d".repeat(i % 2 ? 3900 : 5000) } } }));
			let m;
			const { upstream } = await world.good((x) => m = x,
			    { tools });
			const got = received(upstream.body);
			const whole = (t) => JSON.stringify(t.parameters) ===
			    JSON.stringify(tools.find((own) =>
				own.function.name === t.name).function.parameters);

			assert.equal(got.tools.filter(whole).length, 64);
			assert.deepEqual(got.items, [toldInFull(...tools
			    .filter((t, i) => i % 2 === 0)
			    .map((t) => [t.function.name, t.function.parameters])),
			user(m)]);
		});

		it("a function without description and parameters", async () => {
			const { upstream } = await world.good((m) => m, { tools: [
				{ type: "function", function: { name: "bare" } }] });
			const [bare] = received(upstream.body).tools;

			assert.equal(bare.description, "");
			assert.deepEqual(bare.parameters,
			    { type: "object", properties: {} });
		});

		it("the official client's runTools", async () => {
			const client = new OpenAI({ apiKey: "any", maxRetries: 0,
				baseURL: `${world.proxy.url}/v1` });
			const got = [];
			const runner = client.chat.completions.runTools({
				model: "codex-local", messages: [{ role: "user",
					content: `SIM: ${calls("add", '{"a":2,"b":3}')};` +
					    calls("add", '{"a":4,"b":5}') }],
				tools: [{ type: "function", function: { name: "add",
					description: "adds", parse: JSON.parse,
					parameters: { type: "object", properties: {
						a: { type: "integer" },
						b: { type: "integer" } } },
					function: (args) => {
						got.push(args);
						return `${args.a + args.b}`;
					} } }] });

			assert.equal(await runner.finalContent(),
			    "tool said: 5; 9");
			assert.deepEqual(got, [{ a: 2, b: 3 }, { a: 4, b: 5 }]);
		});
	});
}

describe("a history that began with another provider", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--model", "gpt-5.5", "--instructions", "none"] });
	const fit = /^[a-zA-Z0-9_-]{1,64}$/;
	const long = `toolu_${"k".repeat(84)}`;

	/* what, the name and the id there */
	const rows = [
		["an id of 90 characters", "look", long],
		["a name with a dot", "literature.search", "c1"],
		["a name with spaces and more", "look at é/€", "c1"],
		["a name of 65 characters", "n".repeat(65), "c1"],
		["no name", "", "c1"],
		["both", "a.b", `${long}é€`],
	];
	for (const [what, name, id] of rows) {
		it(`${what}: fit for the model's server`, async () => {
			const { upstream } = await world.good((m) => [
				{ role: "user", content: m }, made([name, id]),
				told(id)]);
			const [, called, result] = received(upstream.body).items;

			assert.equal(called.type, "function_call");
			assert.match(called.name, fit);
			assert.ok(called.call_id.length <= 64, called.call_id);
			assert.equal(result.type, "function_call_output");
			assert.equal(result.call_id, called.call_id);
		});
	}

	it("two long ids that begin alike stay two", async () => {
		const { upstream } = await world.good((m) => [
			{ role: "user", content: m },
			made(["look", `${long}a`], ["look", `${long}b`]),
			told(`${long}b`), told(`${long}a`)]);
		const [, a, b, ofB, ofA] = received(upstream.body).items
		    .map((i) => i.call_id);

		assert.notEqual(a, b);
		assert.deepEqual([ofA, ofB], [a, b]);
	});
});

describe("a history of calls that does not hold together", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--model", "gpt-5.5"] });
	const ask = { role: "user", content: "x" };
	const looked = (...ids) => made(...ids.map((id) => ["look", id]));

	/* what is wrong, messages, param, the id that is named */
	const rows = [
		["no result at the end", [ask, looked("a1")],
			"messages[1].tool_calls", "a1"],
		["no result before the next message", [ask, looked("a1"), ask],
			"messages[1].tool_calls", "a1"],
		["one of two", [ask, looked("a1", "b2"), told("b2"), ask],
			"messages[1].tool_calls", "a1"],
		["a result after the next message", [ask, looked("a1"), ask,
			told("a1")], "messages[1].tool_calls", "a1"],
		["a result without a call", [ask, told("a1")],
			"messages[1].tool_call_id", "a1"],
		["a result before its call", [told("a1"), looked("a1"), ask],
			"messages[0].tool_call_id", "a1"],
		["a result of another call", [ask, looked("a1"), told("b2")],
			"messages[2].tool_call_id", "b2"],
		["a result twice", [ask, looked("a1"), told("a1"), told("a1")],
			"messages[3].tool_call_id", "a1"],
		["an id twice", [ask, looked("a1", "a1"), told("a1"),
			told("a1")], "messages[1].tool_calls", "a1"],
	];
	for (const [what, messages, param, id] of rows) {
		for (const stream of [false, true]) {
			it(`${what}: 400, stream ${stream}`, async () => {
				const r = await world.proxy.chat(messages, { stream });

				assert.equal(r.status, 400, r.text);
				assert.equal(r.error.type, "invalid_request_error");
				assert.equal(r.error.param, param);
				assert.ok(r.error.message.includes(`'${id}'`));
			});
		}
	}

	it("none of it went upstream", () => {
		assert.equal(world.sim.requests().length, 0);
	});
	it("the same whole is answered, in any order of results", async () => {
		const r = await world.proxy.chat([ask, looked("a", "b"), told("b"),
			told("a"), { role: "user", content: quoted("ok") }]);

		assert.equal(r.status, 200, r.text);
	});
});
