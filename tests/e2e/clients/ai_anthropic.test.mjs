// The AI SDK: ai with @ai-sdk/anthropic.
import { createAnthropic } from "@ai-sdk/anthropic";
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

describe(client("@ai-sdk/anthropic"), () => {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	let provider, asked;

	before(() => {
		provider = createAnthropic({ apiKey: "none",
			baseURL: `${world.proxy.url}/v1` });
	});

	const call = (script, fields) => ({ model: provider("claude-opus-5-5"),
		maxRetries: 0, prompt: `SIM: ${script}`, ...fields });

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
		const r = await generateText(call("text=hello;reasoning=because",
		    { providerOptions: { anthropic: { thinking: {
			type: "enabled", budgetTokens: 2000 } } } }));

		assert.equal(r.text, "hello");
		assert.equal(r.reasoningText, "because");
		assert.equal(r.finishReason, "stop");
		assert.equal(r.usage.inputTokens, 11);
		assert.equal(r.usage.outputTokens, 7);
		assert.equal(r.usage.inputTokenDetails.cacheReadTokens, 3);
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

	it("streamText with tools, in several steps", async () => {
		const m = mark();
		const r = streamText(call("", { tools: tools(),
			stopWhen: stepCountIs(5), prompt: `${m} SIM: ` +
			    `text=let me see;${look};then;tool=put:{"q":"z"};` +
			    "then;outputs" }));
		const errors = [];

		for await (const part of r.fullStream) {
			if (part.type === "error")
				errors.push(part.error);
		}
		assert.deepEqual(errors, []);
		assert.deepEqual(asked, ["look x", "look y", "put z"]);
		assert.equal(await r.text, "look x done; look y done; put z done");
		assert.deepEqual((await r.steps).map((s) => s.text), ["let me see",
			"", "look x done; look y done; put z done"]);
		const { items } = received(world.sim.requestsWith(m).at(-1).body);

		assert.deepEqual(items.filter((i) => i.name !== undefined)
		    .map((i) => [i.name, i.arguments]), [["look", '{"q":"x"}'],
			["look", '{"q":"y"}'], ["put", '{"q":"z"}']]);
	});

	// By output_config where it knows the model, else by a tool `json`.
	for (const name of ["claude-opus-5-5", "codex-local"]) {
		it(`generateObject, ${name}`, async () => {
			const r = await generateObject(call("", {
				model: provider(name), schema: z.object({
					a: z.number(), b: z.array(z.string()) }),
				prompt: 'SIM: text="{\\"a\\":1,\\"b\\":[\\"x\\"]}"' }));

			assert.deepEqual(r.object, { a: 1, b: ["x"] });
		});
	}

	it("errors", async () => {
		await assert.rejects(generateText(call("status=429,quota_exceeded")),
		    (e) => APICallError.isInstance(e) && e.statusCode === 429);
		const r = streamText(call("deltas=3;failed=server_error",
		    { onError: () => {} }));
		const parts = [];

		for await (const part of r.fullStream)
			parts.push(part.type);
		assert.ok(parts.includes("error"));
	});
});
