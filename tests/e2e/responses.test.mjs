// /v1/responses as one object: by hand and by the official client, on both
// engines.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI from "openai";
import { reasoningTokens, withSeveralItems } from "./lib/env.mjs";
import { developer, received, user } from "./lib/items.mjs";
import { atOnce, describeEngines, mark, realCodex } from "./lib/proxy.mjs";

const usage = { input_tokens: 11,
	input_tokens_details: { cached_tokens: 3, cache_write_tokens: 0 },
	output_tokens: 7,
	output_tokens_details: { reasoning_tokens: reasoningTokens(2) },
	total_tokens: 18 };
// All that does not differ from one answer to the next.
const object = { object: "response", model: "codex-local", error: null,
	incomplete_details: null, status: "completed", instructions: null,
	background: false, max_output_tokens: null, max_tool_calls: null,
	metadata: {}, parallel_tool_calls: true, previous_response_id: null,
	prompt_cache_key: null, reasoning: { effort: null, summary: null },
	safety_identifier: null, service_tier: "default", store: false,
	temperature: 1, top_p: 1, presence_penalty: 0, frequency_penalty: 0,
	top_logprobs: 0, text: { format: { type: "text" }, verbosity: "medium" },
	tool_choice: "auto", tools: [], truncation: "disabled", usage };

// What an item says: its type and its text.
const said = (item) => [item.phase ?? item.type, item.content?.[0].text ??
    item.summary?.map((s) => s.text) ?? item.input ?? item.arguments];

describeEngines("responses on the real Codex", (engine) => {
	const world = realCodex({ before, after }, { engine,
		args: [...atOnce(engine, 2), "--model", "gpt-5.5",
			"--instructions", "none"] });
	const post = (body) => world.proxy.post("/v1/responses",
	    { model: "codex-local", store: false, ...body });
	const client = () => new OpenAI({ baseURL: `${world.proxy.url}/v1`,
		apiKey: "any", maxRetries: 0 });
	const respond = (fields) => client().responses.create({
		model: "codex-local", store: false, ...fields });

	it("the whole object", async () => {
		const m = mark();
		const r = await post({ input: `${m} SIM: text=pong` });
		const { id, created_at, completed_at, output, ...rest } = r.json;

		assert.match(id, /^resp_\w{20,}$/);
		assert.ok(Math.abs(created_at - Date.now() / 1000) < 60);
		assert.ok(completed_at >= created_at);
		assert.ok(completed_at <= Date.now() / 1000);
		assert.deepEqual(rest, object);
		assert.match(output[0].id, /^msg_\w{20,}$/);
		assert.deepEqual(output, [{ id: output[0].id, type: "message",
			status: "completed", role: "assistant",
			phase: "final_answer", content: [{ type: "output_text",
				text: "pong", annotations: [], logprobs: [] }] }]);
		// The input and nothing else, as it stands.
		const { items } = received((await world.sim.request(m)).body);

		assert.deepEqual(items.at(-1), user(`${m} SIM: text=pong`));
		if (engine === "app-server")
			assert.equal(items.length, 1);
	});

	it("the official client, and what the answer repeats", async () => {
		const m = mark();
		const r = await respond({ instructions: "be brief",
			input: [{ role: "user", content: `${m} SIM: text=pong` }],
			metadata: { a: "b" }, max_output_tokens: 9, user: "u" });

		assert.equal(r.output_text, "pong");
		assert.deepEqual([r.instructions, r.metadata,
			r.max_output_tokens, r.user], ["be brief", { a: "b" }, 9, "u"]);
		const { items } = received((await world.sim.request(m)).body);

		if (engine === "app-server")
			assert.deepEqual(items, [developer("be brief"),
				user(`${m} SIM: text=pong`)]);
	});

	withSeveralItems(it)("reasoning, commentary and answer stay apart",
	    async () => {
		const r = await post({ reasoning: { summary: "auto" },
			input: "SIM: reasoning=hm;commentary=look;final;text=pong" });

		assert.deepEqual(r.json.output.map(said), [["reasoning", ["hm"]],
			["commentary", "look"], ["final_answer", "pong"]]);
		assert.equal(new Set(r.json.output.map((i) => i.id)).size, 3);
		assert.equal(r.json.reasoning.summary, "auto");
	});

	it("a text in a format", async () => {
		const format = { type: "json_schema", name: "answer", strict: true,
			schema: { type: "object", additionalProperties: false,
				properties: { a: { type: "number" } }, required: ["a"] } };
		const m = mark();
		const r = await client().responses.parse({ model: "codex-local",
			input: `${m} SIM: text={"a":1}`, text: { format } });

		assert.deepEqual(r.output_parsed, { a: 1 });
		assert.equal(r.text.format.name, "answer");
		assert.equal((await world.sim.request(m)).body.text.format.type,
		    "json_schema");
		const bad = await post({ input: "SIM: text=no", text: { format } });

		assert.equal(bad.status, 502, bad.text);
		assert.equal(bad.error.code, "upstream_error");
	});

	/* reason upstream, what the caller is told */
	for (const reason of ["max_output_tokens", "content_filter"]) {
		it(`incomplete: ${reason}`, async () => {
			const { json } = await post({
				input: `SIM: text=half;incomplete=${reason}` });

			assert.equal(json.status, "incomplete");
			assert.deepEqual(json.incomplete_details, { reason });
			assert.equal(json.completed_at, null);
			assert.deepEqual(json.output.map(said),
			    [["final_answer", "half"]]);
		});
	}

	it("a failure is a status", async () => {
		for (const stream of [false, true]) {
			const r = await post({ stream,
				input: "SIM: failed=rate_limit_exceeded" });

			assert.equal(r.status, 429, r.text);
			assert.equal(r.error.code, "rate_limit_exceeded");
			assert.equal(r.error.type, "rate_limit_error");
		}
	});

	/* fields, param, code */
	const rows = [
		[{}, "input", "missing_required_parameter"],
		[{ input: 1 }, "input", "invalid_type"],
		[{ input: [{ role: "user", content: [{ type: "input_file",
			file_data: "x" }] }] }, "input[0].content[0]",
			"unsupported_parameter"],
		[{ input: "x", background: true }, "background",
			"unsupported_parameter"],
		[{ input: "x", top_logprobs: 2 }, "top_logprobs",
			"unsupported_parameter"],
		[{ input: "x", text: { format: { type: "xml" } } },
			"text.format.type", "invalid_value"],
	];
	for (const [fields, param, code] of rows) {
		it(`refused: ${JSON.stringify(fields)}`, async () => {
			const r = await post(fields);

			assert.equal(r.status, 400, r.text);
			assert.deepEqual([r.error.param, r.error.code],
			    [param, code]);
		});
	}

	/* what refers to something that is not kept */
	const references = [
		{ input: "x", previous_response_id: "resp_unknown" },
		{ input: "x", conversation: "conv_unknown" },
		{ input: [{ type: "item_reference", id: "msg_unknown" },
			{ role: "user", content: "x" }] },
	];
	for (const fields of references) {
		it(`never ignored: ${JSON.stringify(fields)}`, async () => {
			const r = await post(fields);

			assert.ok([400, 404].includes(r.status), r.text);
			assert.match(r.error.message, /\w+_unknown/);
		});
	}

	it("is counted as what it is", async () => {
		const before = (await world.proxy.idle()).dialects.responses;

		await post({ input: "SIM: text=x" });
		const now = (await world.proxy.idle()).dialects;

		assert.equal(now.responses.requests_ok, before.requests_ok + 1);
		assert.equal(now.chat.requests_ok, 0);
	});
});

describe("responses with tools", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--model", "gpt-5.5", "--instructions", "none"] });
	const respond = (input, fields) => new OpenAI({ apiKey: "any",
		baseURL: `${world.proxy.url}/v1`, maxRetries: 0 }).responses.create({
		model: "codex-local", store: false, input, ...fields });
	const look = { type: "function", name: "look", strict: false,
		description: "looks", parameters: { type: "object",
			properties: { q: { type: "string" } } } };

	it("functions are called, and what they say is read", async () => {
		const m = mark();
		const first = [{ role: "user", content:
		    `${m} SIM: tool=look:{"q":1};tool=look:{"q":2}` }];
		const asked = await respond(first, { tools: [look] });

		assert.deepEqual(asked.output.map((c) => [c.type, c.name,
			c.arguments, c.status]), [
			["function_call", "look", '{"q":1}', "completed"],
			["function_call", "look", '{"q":2}', "completed"]]);
		assert.deepEqual(asked.tools, [look]);
		for (const c of asked.output)
			assert.match(`${c.id} ${c.call_id}`, /^fc_\w+ \S+$/);
		const told = asked.output.map(({ call_id }, i) => ({ call_id,
			type: "function_call_output", output: `found ${i}` }));
		const r = await respond([...first, ...asked.output, ...told],
		    { tools: [look] });

		assert.equal(r.output_text, "tool said: found 0; found 1");
		const { items } = received(
		    world.sim.requestsWith(m).at(-1).body);

		assert.deepEqual(items.slice(-4).map((i) => i.call_id),
		    [...asked.output, ...told].map((i) => i.call_id));
	});

	it("a freeform tool", async () => {
		const tools = [{ type: "custom", name: "patch",
			description: "patches" }];
		const first = [{ role: "user", content:
		    'SIM: tool=patch:{"input":"*** a\\nb"}' }];
		const { output: [call] } = await respond(first, { tools });

		assert.match(call.id, /^ctc_\w+$/);
		assert.deepEqual({ ...call, id: "", call_id: "" }, { id: "",
			type: "custom_tool_call", call_id: "", name: "patch",
			input: "*** a\nb", status: "completed" });
		const r = await respond([...first, call, { output: "done",
			type: "custom_tool_call_output", call_id: call.call_id }],
		{ tools });

		assert.equal(r.output_text, "tool said: done");
	});

	it("one function that must be called", async () => {
		const strict = { ...look, strict: true, parameters: {
			...look.parameters, required: ["q"],
			additionalProperties: false } };
		const r = await respond('SIM: text={"q":"x"}', { tools: [strict],
			tool_choice: { type: "function", name: "look" } });

		assert.deepEqual(r.output.map((c) => [c.name, c.arguments]),
		    [["look", '{"q":"x"}']]);
	});
});
