// The AI SDK: ai with @ai-sdk/openai-compatible, and with @ai-sdk/openai, which
// asks for responses by itself, and for plain texts when it is told to.
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateObject, generateText, stepCountIs, streamText,
	tool } from "ai";
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { client } from "../lib/client.mjs";
import { received } from "../lib/items.mjs";
import { mark, realCodex } from "../lib/proxy.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;

const look = 'tool=look:{"q":"x"};tool=look:{"q":"y"}';

/* package, the model at an address */
const providers = [
	["ai", (baseURL) => createOpenAICompatible({ name: "local", baseURL,
		apiKey: "none", includeUsage: true,
		supportsStructuredOutputs: true })("codex-local")],
	["@ai-sdk/openai", (baseURL) => createOpenAI({ baseURL,
		apiKey: "none" })("codex-local")],
];

function suite(make) {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	let model, asked;

	before(() => {
		model = make(`${world.proxy.url}/v1`);
	});

	// What every call has: no retries that hide a fault.
	const call = (script, fields) => ({ model, maxRetries: 0,
		prompt: `SIM: ${script}`, ...fields, providerOptions: {
			openai: { store: false, reasoningSummary: "auto",
				forceReasoning: true } } });

	function tools() {
		const add = (name) => tool({ description: `${name}s it`,
			inputSchema: z.object({ q: z.string() }),
			execute: async ({ q }) => {
				asked.push(`${name} ${q}`);
				return `${name} ${q} done`;
			} });

		asked = [];
		return { look: add("look"), put: add("put") };
	}

	it("generateText", async () => {
		const r = await generateText(call("text=hello;reasoning=because"));

		assert.equal(r.text, "hello");
		assert.equal(r.reasoningText, "because");
		assert.equal(r.finishReason, "stop");
		assert.equal(r.usage.inputTokens, 11);
		assert.equal(r.usage.outputTokens, 7);
		assert.equal(r.usage.inputTokenDetails.cacheReadTokens, 3);
		assert.equal(r.usage.outputTokenDetails.reasoningTokens, 2);
	});

	it("generateText with tools, in several steps", async () => {
		const r = await generateText(call(
		    `${look};then;tool=put:{"q":"z"};then;outputs`,
		    { tools: tools(), stopWhen: stepCountIs(5) }));

		assert.deepEqual(asked, ["look x", "look y", "put z"]);
		assert.equal(r.text, "look x done; look y done; put z done");
		assert.deepEqual(r.steps.map((s) => s.finishReason),
		    ["tool-calls", "tool-calls", "stop"]);
	});

	it("streamText", async () => {
		const r = streamText(call("deltas=5;reasoning=hm"));
		const parts = [];

		for await (const part of r.fullStream)
			parts.push(part);
		assert.equal(parts.filter((p) => p.type === "text-delta")
		    .map((p) => p.text).join(""), "d0 d1 d2 d3 d4");
		assert.equal(parts.filter((p) => p.type === "reasoning-delta")
		    .map((p) => p.text).join(""), "hm");
		assert.equal(await r.finishReason, "stop");
		assert.equal((await r.usage).totalTokens, 18);
	});

	it("streamText with tools, in several steps", async () => {
		const m = mark();
		const r = streamText(call("", { tools: tools(),
			stopWhen: stepCountIs(5), prompt: `${m} SIM: ` +
			    `text=let me see;${look};then;tool=put:{"q":"z"};` +
			    "then;outputs" }));

		await r.consumeStream();
		assert.deepEqual(asked, ["look x", "look y", "put z"]);
		assert.equal(await r.text, "look x done; look y done; put z done");
		const steps = await r.steps;

		assert.deepEqual(steps.map((s) => [s.text, s.toolCalls.map(
		    (c) => [c.toolName, c.input])]), [
			["let me see", [["look", { q: "x" }], ["look", { q: "y" }]]],
			["", [["put", { q: "z" }]]],
			["look x done; look y done; put z done", []]]);
		assert.equal((await r.totalUsage).totalTokens, 3 * 18);
		// What the model saw of it in the end.
		const { items } = received(world.sim.requestsWith(m).at(-1).body);

		assert.deepEqual(items.filter((i) => i.name !== undefined)
		    .map((i) => [i.name, i.arguments]), [["look", '{"q":"x"}'],
			["look", '{"q":"y"}'], ["put", '{"q":"z"}']]);
	});

	it("generateObject", async () => {
		const schema = z.object({ a: z.number(), b: z.array(z.string()) });
		const m = mark();
		const r = await generateObject(call("", { schema, prompt:
			`${m} SIM: text="{\\"a\\":1,\\"b\\":[\\"x\\"]}"` }));

		assert.deepEqual(r.object, { a: 1, b: ["x"] });
		const { format } = (await world.sim.request(m)).body.text;

		assert.equal(format.type, "json_schema");
		assert.deepEqual(format.schema.required, ["a", "b"]);
	});

	it("an error is one that it understands", async () => {
		await assert.rejects(generateText(call("status=500")), (e) =>
			APICallError.isInstance(e) && e.statusCode === 502 &&
			e.isRetryable && e.data.error.code === "upstream_error");
	});

	it("a failure in mid-stream is told, and is no answer", async () => {
		const errors = [];
		const r = streamText(call("text=half;failed=server_error:it broke",
		    { onError: ({ error }) => errors.push(error) }));

		await r.consumeStream();
		assert.equal(errors.length, 1);
		assert.match(JSON.stringify(errors[0].message ?? errors[0]),
		    /it broke/);
		assert.equal(await r.finishReason, "error");
	});

	it("abort reaches the model", async () => {
		const m = mark();
		const controller = new AbortController();
		const r = streamText(call("", { abortSignal: controller.signal,
			prompt: `${m} SIM: text=never;hang`, onError() {} }));
		const read = r.consumeStream();
		const { n } = await world.sim.request(m);

		controller.abort();
		await read;
		assert.equal((await world.sim.closed(n)).completed, false);
	});
}

for (const [name, make] of providers)
	describe(client(name), () => suite(make));

describe(client("@ai-sdk/openai", "completion"), () => {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	const call = (prompt) => ({ prompt, maxRetries: 0,
		model: createOpenAI({ baseURL: `${world.proxy.url}/v1`,
			apiKey: "none" }).completion("codex-local") });

	it("generateText", async () => {
		const r = await generateText(call("SIM: text=hello"));

		assert.equal(r.text, "hello");
		assert.equal(r.finishReason, "stop");
		assert.equal(r.usage.totalTokens, 18);
	});

	it("streamText", async () => {
		const r = streamText(call("SIM: deltas=5"));

		assert.equal(await r.text, "d0 d1 d2 d3 d4");
		assert.equal((await r.usage).totalTokens, 18);
	});
});
