// /v1/messages: what the model gets and what comes back, on the real Codex.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { calls } from "./lib/calls.mjs";
import { newModel } from "./lib/env.mjs";
import { request, typedEvents } from "./lib/http.mjs";
import { assistant, call, developer, input_image, output, received, red, user }
	from "./lib/items.mjs";
import { joinMessage, message, messages, toolOf } from "./lib/messages.mjs";
import { fakeWorld, mark, realCodex } from "./lib/proxy.mjs";

const text = (t) => ({ type: "text", text: t });

describe("messages on the real Codex", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--model", newModel, "--instructions", "none"] });
	const post = (fields, headers) => world.proxy.post("/v1/messages",
	    { ...message, ...fields }, headers);

	// The items and tools that reach the model, and the answer.
	async function asked(content, fields = {}) {
		const m = mark();
		const r = await post({ ...fields, messages: content(m) });

		assert.equal(r.status, 200, r.text);
		return { json: r.json, m,
			...received((await world.sim.request(m)).body) };
	}

	describe("an answer", () => {
		it("is the whole object", async () => {
			const r = await post(messages("SIM: text=hello"));

			assert.equal(r.status, 200, r.text);
			assert.match(r.json.id, /^msg_\w+$/);
			assert.deepEqual(r.json, { id: r.json.id, type: "message",
				role: "assistant", model: "claude-opus-5-5",
				container: null, diagnostics: null, content: [
					{ type: "text", text: "hello",
						citations: null }],
				stop_reason: "end_turn", stop_sequence: null,
				stop_details: null, usage: { input_tokens: 8,
					cache_creation_input_tokens: 0,
					cache_read_input_tokens: 3,
					output_tokens: 7, output_tokens_details: {
						thinking_tokens: 2 },
					server_tool_use: null, cache_creation: {
						ephemeral_5m_input_tokens: 0,
						ephemeral_1h_input_tokens: 0 },
					service_tier: "standard",
					inference_geo: null, speed: null } });
			assert.equal(r.headers["request-id"],
			    r.headers["x-request-id"]);
		});

		it("is a stream of events, in this order", async () => {
			const r = await post({ stream: true,
				...messages("SIM: deltas=3") });
			const events = typedEvents(r.text);

			assert.equal(r.headers["content-type"], "text/event-stream");
			assert.deepEqual(events.map((e) => e.type), [
				"message_start", "content_block_start",
				...Array(3).fill("content_block_delta"),
				"content_block_stop", "message_delta",
				"message_stop"]);
			assert.deepEqual(events[0].message.content, []);
			assert.equal(events[0].message.usage.input_tokens, 0);
			assert.equal(events.at(-2).usage.input_tokens, 8);
			assert.deepEqual(joinMessage(events).content, [
				{ type: "text", text: "d0 d1 d2",
					citations: null }]);
		});

		it("is cut by a stop sequence", async () => {
			for (const stream of [false, true]) {
				const r = await post({ stream, stop_sequences: ["two"],
					...messages("SIM: text=one two three") });
				const json = stream
				    ? joinMessage(typedEvents(r.text)) : r.json;

				assert.equal(json.content[0].text, "one ");
				assert.equal(json.stop_reason, "stop_sequence");
				assert.equal(json.stop_sequence, "two");
			}
		});

		it("keeps to a schema", async () => {
			const schema = { type: "object", additionalProperties: false,
				properties: { a: { type: "integer" } },
				required: ["a"] };
			const m = mark();
			const r = await post({ output_config: { format: {
				type: "json_schema", schema } }, ...messages(
				`${m} SIM: commentary=look;text={"a":1}`) });
			const { body } = await world.sim.request(m);

			assert.deepEqual(r.json.content.map((b) => b.text),
			    ['{"a":1}']);
			assert.deepEqual(body.text.format.schema, schema);
		});
	});

	describe("what the model gets", () => {
		it("system in its place, without the header for billing",
		    async () => {
			const { items, m } = await asked((m) => [
				{ role: "user", content: "a" },
				{ role: "assistant", content: [text("b"), text("c")] },
				{ role: "user", content: [text(`${m} SIM: text=x`)] },
				{ role: "system", content: [text("late")] }],
			{ system: [text("x-anthropic-billing-header: cc=1;"),
				text("first"), text("second")] });

			assert.deepEqual(items, [developer("first", "second"),
				user("a"), assistant("b", "c"),
				user(`${m} SIM: text=x`), developer("late")]);
		});

		it("images, documents and search results", async () => {
			const data = red.split(",")[1];
			const { items, m } = await asked((m) => [{ role: "user",
				content: [text(`${m} SIM: text=x`),
					{ type: "image", source: { type: "base64",
						media_type: "image/png", data } },
					{ type: "document", title: "T", source: {
						type: "text", data: "d",
						media_type: "text/plain" } },
					{ type: "search_result", source: "s",
						title: "t", content: [text("r")] }] }]);

			assert.deepEqual(items, [user(`${m} SIM: text=x`,
			    input_image(red), "Document: T", "d",
			    "Search result: t\nSource: s", "r")]);
		});

		it("calls, results and what stands between", async () => {
			const { items, tools, m } = await asked((m) => [
				{ role: "user", content: m },
				{ role: "assistant", content: [text("I look"),
					{ type: "tool_use", id: "toolu_call_1",
						name: "look", input: { path: "/" } },
					{ type: "tool_use", id: "toolu_call_2",
						name: "look", input: {} }] },
				{ role: "user", content: [
					{ type: "tool_result",
						tool_use_id: "toolu_call_2",
						is_error: true, content: "" },
					text("by the way"),
					{ type: "tool_result",
						tool_use_id: "toolu_call_1",
						content: [text("r"), text("s")] },
					text("SIM: text=x")] }],
			{ tools: [toolOf("look")] });

			assert.deepEqual(items, [user(m), assistant("I look"),
				call("call_1", "look", '{"path":"/"}'),
				call("call_2", "look", "{}"),
				output("call_2", "error"), user("by the way"),
				output("call_1", [
					{ type: "input_text", text: "r" },
					{ type: "input_text", text: "s" }]),
				user("SIM: text=x")]);
			assert.deepEqual(tools.map((t) => t.name), ["look"]);
		});

		it("thinking that it has sealed, and no other's", async () => {
			const { items } = await asked((m) => [
				{ role: "user", content: m },
				{ role: "assistant", content: [
					{ type: "thinking", thinking: "hm",
						signature: "codex:gAAAsealed" },
					{ type: "thinking", thinking: "other",
						signature: "EqQBCgIYAhIM" },
					{ type: "redacted_thinking",
						data: "EmwKAhgBEgy" },
					text("b")] },
				{ role: "user", content: "SIM: text=x" }]);

			assert.equal(items.length, 4);
			assert.equal(items[1].type, "reasoning");
			assert.equal(items[1].encrypted_content, "gAAAsealed");
			assert.deepEqual(items[1].summary,
			    [{ type: "summary_text", text: "hm" }]);
			assert.deepEqual(items[2], assistant("b"));
		});

		it("tools that are deferred once a result names them",
		    async () => {
			const tools = [toolOf("search"),
				{ ...toolOf("found"), defer_loading: true },
				{ ...toolOf("hidden"), defer_loading: true },
				toolOf("DeferredToolPlaceholder"),
				{ type: "web_search_20250305",
					name: "web_search" }];
			const first = await asked(
			    (m) => messages(`${m} SIM: text=x`).messages,
			    { tools });
			const second = await asked((m) => [
				{ role: "user", content: m },
				{ role: "assistant", content: [{ type: "tool_use",
					id: "toolu_1", name: "search", input: {} }] },
				{ role: "user", content: [{ type: "tool_result",
					tool_use_id: "toolu_1", content: [{
						type: "tool_reference",
						tool_name: "found" }] },
				text("SIM: text=x")] }], { tools });

			assert.deepEqual(first.tools.map((t) => t.name),
			    ["search"]);
			assert.deepEqual(second.tools.map((t) => t.name),
			    ["search", "found"]);
		});

		/* fields, what is told upstream */
		const efforts = [
			[{ thinking: { type: "enabled", budget_tokens: 1024 } },
				"low"],
			[{ thinking: { type: "enabled", budget_tokens: 10000 } },
				"high"],
			[{ thinking: { type: "adaptive" },
				output_config: { effort: "medium" } }, "medium"],
			[{ output_config: { effort: "low" } }, "low"],
		];
		for (const [fields, effort] of efforts) {
			it(`${JSON.stringify(fields)}: ${effort}`, async () => {
				const m = mark();

				await post({ ...fields,
					...messages(`${m} SIM: text=x`) });
				assert.equal((await world.sim.request(m))
				    .body.reasoning.effort, effort);
			});
		}
	});

	describe("tools", () => {
		const tools = [toolOf("look"),
			toolOf("mcp__files__read_a_file_that_has_a_very_long_path" +
			    "_and_so_a_name_of_more_than_64")];
		const script = ["commentary=I look", calls("look", '{"a":1}'),
			calls("look", '{"a":2}')].join(";");

		for (const stream of [false, true]) {
			it(`calls behind what is said, stream ${stream}`,
			    async () => {
				const r = await post({ stream, tools,
					...messages(`SIM: ${script}`) });
				const json = stream
				    ? joinMessage(typedEvents(r.text)) : r.json;
				const [said, one, two] = json.content;

				assert.equal(json.stop_reason, "tool_use");
				assert.equal(said.text, "I look");
				assert.match(one.id, /^toolu_\S+$/);
				assert.notEqual(one.id, two.id);
				assert.deepEqual([one, two].map((b) => [b.type, b.name,
					b.input]), [["tool_use", "look", { a: 1 }],
					["tool_use", "look", { a: 2 }]]);
			});
		}

		it("a name that Codex does not take, there and back",
		    async () => {
			const m = mark();
			const [, long] = tools;
			const first = await post({ tools, tool_choice: { type: "auto" },
				...messages(`${m} SIM: text=x`) });
			const [, got] = received(
			    (await world.sim.request(m)).body).tools;
			const r = await post({ tools,
				...messages(`SIM: ${calls(got.name, "{}")}`) });

			assert.equal(first.status, 200, first.text);
			assert.ok(got.name.length <= 64);
			assert.equal(r.json.content[0].name, long.name);
		});

		it("the ids of calls are those of the next request", async () => {
			const first = await post({ tools,
				...messages(`SIM: ${calls("look", "{}")}`) });
			const [{ id }] = first.json.content;
			const { items, json } = await asked((m) => [
				{ role: "user", content: `${m} SIM: ` +
				    calls("look", "{}") },
				{ role: "assistant", content: first.json.content },
				{ role: "user", content: [{ type: "tool_result",
					tool_use_id: id, content: "r" }] }], { tools });

			assert.equal(json.content[0].text, "tool said: r");
			assert.equal(items[1].call_id, id.replace("toolu_", ""));
			assert.equal(items[2].call_id, items[1].call_id);
		});

		it("disable_parallel_tool_use: the first", async () => {
			const r = await post({ tools, tool_choice: { type: "auto",
				disable_parallel_tool_use: true },
			...messages(`SIM: ${script}`) });

			assert.deepEqual(r.json.content.map((b) => b.type),
			    ["text", "tool_use"]);
		});

		it("none: the model sees none", async () => {
			const m = mark();

			await post({ tools, tool_choice: { type: "none" },
				...messages(`${m} SIM: text=x`) });
			assert.deepEqual(received(
			    (await world.sim.request(m)).body).tools, []);
		});

		// The structured output of ai and langchain.
		for (const tool_choice of [{ type: "any",
			disable_parallel_tool_use: true },
		{ type: "tool", name: "json" }]) {
			it(`forced by a schema: ${JSON.stringify(tool_choice)}`,
			    async () => {
				const json = toolOf("json", { type: "object",
					properties: { a: { type: "integer" } },
					required: ["a"], additionalProperties: false });
				const m = mark();
				const r = await post({ tools: [json], tool_choice,
					...messages(`${m} SIM: text={"a":5}`) });
				const { body } = await world.sim.request(m);

				assert.equal(r.status, 200, r.text);
				assert.deepEqual(r.json.content.map((b) => [b.type,
					b.name, b.input]),
				[["tool_use", "json", { a: 5 }]]);
				assert.equal(r.json.stop_reason, "tool_use");
				assert.deepEqual(body.text.format.schema,
				    json.input_schema);
			});
		}
	});

	describe("count_tokens", () => {
		const count = async (fields) => {
			const r = await world.proxy.post(
			    "/v1/messages/count_tokens",
			    { model: "claude-opus-5-5", ...fields });

			assert.equal(r.status, 200, r.text);
			assert.deepEqual(Object.keys(r.json), ["input_tokens"]);
			return r.json.input_tokens;
		};
		const data = red.split(",")[1];
		const picture = { type: "image", source: { type: "base64",
			media_type: "image/png", data } };

		it("all that is sent counts, and no model is asked", async () => {
			const m = mark();
			const word = await count(messages(m));
			const more = [await count(messages(`${m} and so on`)),
				await count({ ...messages(m), system: "be brief" }),
				await count({ ...messages(m),
					tools: [toolOf("look")] }),
				await count(messages([text(m), picture]))];

			assert.ok(word > 0);
			for (const n of more)
				assert.ok(n > word, `${n} and ${word}`);
			assert.equal(world.sim.requestsWith(m).length, 0);
		});

		it("what would be refused is, in the same shape", async () => {
			const r = await world.proxy.post(
			    "/v1/messages/count_tokens", { ...message,
				messages: [] });

			assert.equal(r.status, 400);
			assert.equal(r.json.error.type, "invalid_request_error");
			assert.equal(r.headers["request-id"], r.json.request_id);
		});
	});

	/* thinking, the summary that is asked for upstream */
	for (const [thinking, summary] of [[undefined, undefined],
		[{ type: "adaptive" }, "auto"],
		[{ type: "adaptive", display: "omitted" }, undefined]]) {
		it(`thinking ${JSON.stringify(thinking)}: summary ${summary}`,
		    async () => {
			const m = mark();

			await post({ thinking, ...messages(`${m} SIM: text=x`) });
			assert.equal((await world.sim.request(m))
			    .body.reasoning.summary, summary);
		});
	}

	describe("thinking in the answer", () => {
		// An answer with sealed thinking and a call, and the request behind
		// it.
		async function there(stream, thinking) {
			const tools = [toolOf("look")];
			const script = `reasoning=hm;sealed=gAAAs;${
				calls("look", "{}")}`;
			const r = await post({ stream, tools, thinking,
				...messages(`SIM: ${script}`) });
			const json = stream
			    ? joinMessage(typedEvents(r.text)) : r.json;
			const [thought, { id }] = json.content;

			assert.deepEqual(thought, { type: "thinking",
				thinking: thinking.display === "omitted" ? "" : "hm",
				signature: "codex:gAAAs" });
			const { items } = await asked((m) => [
				{ role: "user", content: m },
				{ role: "assistant", content: json.content },
				{ role: "user", content: [{ type: "tool_result",
					tool_use_id: id, content: "r" },
				text("SIM: text=x")] }], { tools, thinking });

			assert.deepEqual(items.map((i) => i.type), ["message",
				"reasoning", "function_call",
				"function_call_output", "message"]);
			assert.equal(items[1].encrypted_content, "gAAAs");
		}

		const script = "SIM: reasoning=hm;text=x";

		it("is a block where it was asked for", async () => {
			for (const stream of [false, true]) {
				const r = await post({ stream,
					thinking: { type: "adaptive" },
					...messages(script) });
				const json = stream
				    ? joinMessage(typedEvents(r.text)) : r.json;

				assert.deepEqual(json.content.map((b) => [b.type,
					b.thinking ?? b.text]),
				[["thinking", "hm"], ["text", "x"]]);
			}
		});

		// What it has sealed comes back with the next request, before the
		// call that it led to.
		for (const display of ["summarized", "omitted"]) {
			for (const stream of [false, true]) {
				it(`is sealed, ${display}, stream ${stream}`,
				    async () => {
					await there(stream, { type: "adaptive",
						display });
				});
			}
		}

		it("is none where it was not", async () => {
			const r = await post(messages(script));

			assert.deepEqual(r.json.content.map((b) => b.type),
			    ["text"]);
		});

		it("has no words where they are omitted", async () => {
			const r = await post({ thinking: { type: "adaptive",
				display: "omitted" }, ...messages(script) });

			for (const b of r.json.content)
				assert.equal(b.thinking ?? "", "");
		});
	});
});

describe("messages, keep-alives", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--sse-ping-seconds", "0.1"] });

	it("are pings, behind message_start", async () => {
		const r = await world.proxy.post("/v1/messages", { ...message,
			stream: true, ...messages("SIM: delay=1000;text=a") });
		const events = typedEvents(r.text);
		const [start, ping] = events;

		assert.equal(start.type, "message_start");
		assert.deepEqual(ping, { type: "ping" });
		assert.equal(joinMessage(events).content[0].text, "a");
	});
});

// As Claude Code's WebSearch asks, and beside other tools.
describe("messages, with --web-search", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--model", "gpt-5.5", "--web-search"] });
	const search = { type: "web_search_20250305", name: "web_search",
		max_uses: 8 };

	for (const tools of [[search], [search, toolOf("look")]]) {
		it(`${tools.map((t) => t.name)}: the model may search`,
		    async () => {
			const m = mark();
			const r = await world.proxy.post("/v1/messages", {
				...message, tools,
				...messages(`${m} SIM: text=found`) });
			const sent = received((await world.sim.request(m)).body);

			assert.equal(r.json.content[0].text, "found", r.text);
			assert.equal(sent.tools.length, tools.length);
			assert.ok(sent.tools.some(
			    (t) => /^web_search/.test(t.type)));
		});
	}
});

describe("messages, exec", () => {
	const world = realCodex({ before, after }, { engine: "exec",
		args: ["--model", newModel] });
	const history = [{ role: "user", content: "a" },
		{ role: "assistant", content: [{ type: "thinking", thinking: "hm",
			signature: "codex:gAAA" }, text("b"), { type: "tool_use",
			id: "toolu_1", name: "look", input: { path: "/" } }] },
		{ role: "user", content: [{ type: "tool_result",
			tool_use_id: "toolu_1", content: "seen" },
		text("SIM: text=hello")] }];

	it("a conversation is a transcript, and its answer a message",
	    async () => {
		for (const stream of [false, true]) {
			const r = await world.proxy.post("/v1/messages", {
				...message, stream, messages: history });
			const json = stream
			    ? joinMessage(typedEvents(r.text)) : r.json;

			assert.equal(json.content[0].text, "hello", r.text);
		}
		const sent = JSON.stringify(world.sim.requests().at(-1).body);

		assert.ok(["look", "seen"].every((w) => sent.includes(w)));
		assert.ok(!sent.includes("gAAA"));
	});

	it("tools are refused", async () => {
		const r = await world.proxy.post("/v1/messages", { ...message,
			tools: [toolOf("look")], ...messages("x") });

		assert.equal(r.status, 400);
		assert.match(r.json.error.message, /app-server engine/);
	});
});

describe("messages, models", () => {
	const world = fakeWorld({ before, after }, { engine: "app-server",
		args: ["--model-alias", "mine=gpt-5.5",
			"--model-alias", "claude-haiku-*=gpt-6.1-sol"] });
	const get = (target, headers = { "anthropic-version": "2023-06-01" }) =>
		request(world.proxy.url + target, { headers });

	it("one list is in the form of both APIs", async () => {
		const r = await get("/v1/models?limit=1000");
		const plain = await get("/v1/models", {});
		const { data } = r.json;

		assert.equal(r.json.object, "list");
		assert.equal(r.json.has_more, false);
		assert.equal(r.json.first_id, data[0].id);
		assert.equal(r.json.last_id, data.at(-1).id);
		for (const [i, m] of data.entries()) {
			assert.equal(m.type, "model");
			assert.equal(typeof m.display_name, "string");
			assert.equal(Date.parse(m.created_at),
			    m.created * 1000);
			assert.deepEqual(m, { ...plain.json.data[i],
				type: "model", created_at: m.created_at,
				display_name: m.display_name });
		}
		assert.deepEqual(Object.keys(plain.json), ["object", "data"]);
	});

	/* name, root in this API, status in the other */
	const names = [["claude-opus-5-5", undefined, 404],
		["claude-haiku-9", "gpt-6.1-sol", 200], ["mine", "gpt-5.5", 200]];
	for (const [name, root, other] of names) {
		it(`${name} is one`, async () => {
			const r = await get(`/v1/models/${name}`);
			const local = await get("/v1/models/codex-local");

			assert.equal(r.status, 200, r.text);
			assert.equal(r.json.id, name);
			assert.equal(r.json.root, root ?? local.json.root);
			assert.equal((await get(`/v1/models/${name}`, {}))
			    .status, other);
		});
	}
});
