// /v1/responses as a stream: the events one by one, and the official client's
// helper, which throws when one is missing.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import OpenAI from "openai";
import { withSeveralItems } from "./lib/env.mjs";
import { typedEvents } from "./lib/http.mjs";
import { atOnce, describeEngines, mark, realCodex } from "./lib/proxy.mjs";

const tools = [{ type: "function", name: "look", strict: false,
	parameters: { type: "object", properties: { q: {} } } },
{ type: "custom", name: "patch" }];

// The types without "response.", each once where it is repeated.
const types = (events) => events
    .map((e) => e.type.replace(/^response\./, ""))
    .filter((t, i, all) => t !== all[i - 1]);
const begun = ["created", "in_progress"];
const message = ["output_item.added", "content_part.added",
	"output_text.delta", "output_text.done", "content_part.done",
	"output_item.done"];
const reasoning = ["output_item.added", "reasoning_summary_part.added",
	"reasoning_summary_text.delta", "reasoning_summary_text.done",
	"reasoning_summary_part.done", "output_item.done"];
const called = (what) => ["output_item.added", `${what}.delta`, `${what}.done`,
	"output_item.done"];

describeEngines("a stream of a response", (engine) => {
	const world = realCodex({ before, after }, { engine,
		args: [...atOnce(engine, 2), "--model", "gpt-5.5",
			"--sse-ping-seconds", "0"] });
	const post = (input, fields) => world.proxy.post("/v1/responses",
	    { model: "codex-local", store: false, stream: true, input,
		    ...fields });
	const stream = async (...args) => {
		const r = await post(...args);

		assert.equal(r.status, 200, r.text);
		assert.equal(r.headers["content-type"].split(";")[0],
		    "text/event-stream");
		const events = typedEvents(r.text);

		assert.deepEqual(events.map((e) => e.sequence_number),
		    events.map((_, i) => i));
		return events;
	};
	const helper = (input, fields) => new OpenAI({ apiKey: "any",
		baseURL: `${world.proxy.url}/v1`, maxRetries: 0 }).responses.stream({
		model: "codex-local", store: false, input, ...fields });

	it("a text", async () => {
		const events = await stream("SIM: deltas=5");

		assert.deepEqual(types(events),
		    [...begun, ...message, "completed"]);
		assert.equal(events.filter((e) => e.delta !== undefined)
		    .map((e) => e.delta).join(""), "d0 d1 d2 d3 d4");
		const { response } = events.at(-1);

		assert.equal(response.id, events[0].response.id);
		assert.deepEqual(response.output,
		    [events.at(-2).item]);
		assert.equal(response.usage.total_tokens, 18);
		assert.equal(events[0].response.usage, null);
	});

	withSeveralItems(it)("reasoning, commentary and answer", async () => {
		const events = await stream(
		    "SIM: reasoning=hm;commentary=look;final;text=pong",
		    { reasoning: { summary: "auto" } });

		assert.deepEqual(types(events), [...begun, ...reasoning,
			...message, ...message, "completed"]);
		assert.deepEqual(events.at(-1).response.output.map(
		    (i) => [i.type, i.phase]), [["reasoning", undefined],
			["message", "commentary"], ["message", "final_answer"]]);
	});

	it("the official client's helper", async () => {
		const response = await helper("SIM: utf8").finalResponse();

		assert.equal(response.output_text, "aé€😀 bñ漢🦊");
		assert.equal(response.usage.input_tokens, 11);
	});

	it("broken off", async () => {
		const events = await stream(
		    "SIM: text=half;incomplete=max_output_tokens");

		assert.deepEqual(types(events), [...begun, ...message,
			"incomplete"]);
		assert.deepEqual(events.at(-1).response.incomplete_details,
		    { reason: "max_output_tokens" });
	});

	if (engine !== "app-server")
		return;

	// What exec has is whole, so that nothing fails in the midst of it.
	it("a failure in mid-stream is told in both ways", async () => {
		const events = await stream(
		    "SIM: text=half;failed=server_error:it broke");
		const [error, { response }] = events.slice(-2);

		assert.deepEqual(types(events), [...begun, ...message.slice(0, 3),
			"error", "failed"]);
		assert.match(error.message, /it broke/);
		assert.deepEqual(error.error, { type: "server_error",
			code: "upstream_error", message: error.message,
			param: null });
		assert.equal(error.code, "upstream_error");
		assert.equal(response.status, "failed");
		assert.deepEqual(response.error, { code: "server_error",
			message: error.message });
		await assert.rejects(helper(
		    "SIM: text=half;failed=server_error:it broke")
		    .finalResponse(), /it broke/);
	});

	it("calls, of functions and freeform tools", async () => {
		const script = 'SIM: tool=look:{"q":1};' +
		    'tool=patch:{"input":"*** a"}';
		const events = await stream(script, { tools });

		assert.deepEqual(types(events), [...begun,
			...called("function_call_arguments"),
			...called("custom_tool_call_input"), "completed"]);
		assert.deepEqual(events.filter((e) => e.name !== undefined)
		    .map((e) => [e.name, e.arguments]), [["look", '{"q":1}']]);
		assert.deepEqual(events.at(-1).response.output.map(
		    (i) => [i.status, i.arguments ?? i.input]),
		[["completed", '{"q":1}'], ["completed", "*** a"]]);
		const response = await helper(script, { tools }).finalResponse();

		assert.deepEqual(response.output.map((i) => i.name),
		    ["look", "patch"]);
	});
});

describeEngines("a response that is long in coming", (engine) => {
	const world = realCodex({ before, after }, { engine,
		args: ["--model", "gpt-5.5", "--sse-ping-seconds", "1"] });

	it("is in progress, again and again", async () => {
		const m = mark();
		const r = await world.proxy.post("/v1/responses", {
			model: "codex-local", stream: true, store: false,
			input: `${m} SIM: delay=3500;text=pong` });
		const events = typedEvents(r.text);
		const running = events.filter(
		    (e) => e.type === "response.in_progress");

		assert.ok(running.length >= 3, r.text);
		assert.deepEqual(running.at(-1).response, running[0].response);
		assert.deepEqual(events.map((e) => e.sequence_number),
		    events.map((_, i) => i));
		assert.deepEqual(types(events),
		    [...begun, ...message, "completed"]);
	});
});
