// LangChain: @langchain/openai.
import { tool } from "@langchain/core/tools";
import { ChatOpenAI, ChatOpenAICompletions, OpenAI } from "@langchain/openai";
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { client } from "../lib/client.mjs";
import { received } from "../lib/items.mjs";
import { mark, realCodex } from "../lib/proxy.mjs";

const look = tool(async ({ q }) => `${q} found`, { name: "look",
	description: "looks it up", schema: z.object({ q: z.string() }) });
const two = 'tool=look:{"q":"x"};tool=look:{"q":"y"}';
const answer = z.object({ a: z.number(), b: z.array(z.string()) });

// All of a stream in one message.
async function joined(stream) {
	let whole;

	for await (const chunk of stream)
		whole = whole ? whole.concat(chunk) : chunk;
	return whole;
}

/*
 * class, model, which of its metadata tells the end: with "codex" in the name
 * it asks for /v1/responses
 */
const rows = [
	[ChatOpenAI, "local", "finish_reason", "stop"],
	[ChatOpenAI, "codex-local", "status", "completed"],
	[ChatOpenAICompletions, "codex-local", "finish_reason", "stop"],
];

describe(client("@langchain/openai"), () => {
	const world = realCodex({ before, after }, { engine: "auto",
		args: ["--model", "gpt-5.5", "--model-alias", "local=gpt-5.5"] });
	const chat = (kind, model) => new kind({ model, apiKey: "none",
		maxRetries: 0,
		configuration: { baseURL: `${world.proxy.url}/v1` } });

	for (const [kind, name, key, end] of rows) {
		describe(`${kind.name}, ${name}`, () => {
			let model, bound;

			before(() => {
				model = chat(kind, name);
				bound = model.bindTools([look]);
			});

			it("invoke", async () => {
				const m = await model.invoke([
					["system", "be brief"],
					["human", "SIM: text=hello"]]);

				assert.equal(m.text, "hello");
				assert.equal(m.usage_metadata.input_tokens, 11);
				assert.equal(m.usage_metadata.input_token_details
				    .cache_read, 3);
				assert.equal(m.response_metadata[key], end);
			});

			it("stream", async () => {
				const m = await joined(
				    await model.stream("SIM: deltas=5"));

				assert.equal(m.text, "d0 d1 d2 d3 d4");
				assert.equal(m.usage_metadata.total_tokens, 18);
			});

			it("bindTools: calls, results, answer", async () => {
				const m = mark();
				const human = { role: "user", content: `${m} SIM: ${two}` };
				const calls = await bound.invoke([human]);

				assert.deepEqual(calls.tool_calls.map(
				    (c) => [c.name, c.args]),
				[["look", { q: "x" }], ["look", { q: "y" }]]);
				const results = await Promise.all(calls.tool_calls
				    .map((c) => look.invoke(c)));
				const last = await bound.invoke(
				    [human, calls, ...results]);

				assert.equal(last.text,
				    "tool said: x found; y found");
				const { items } = received(
				    world.sim.requestsWith(m).at(-1).body);
				const ids = calls.tool_calls.map((c) => c.id);

				assert.deepEqual(items.slice(-4).map(
				    (i) => i.call_id), [...ids, ...ids]);
			});

			it("bindTools: calls in a stream", async () => {
				const m = await joined(await bound.stream(
				    `SIM: reasoning=hm;${two}`));

				assert.deepEqual(m.tool_calls.map(
				    (c) => [c.name, c.args]),
				[["look", { q: "x" }], ["look", { q: "y" }]]);
				assert.equal(m.invalid_tool_calls.length, 0);
			});

			it("withStructuredOutput", async () => {
				const m = mark();
				const got = await model
				    .withStructuredOutput(answer, { name: "answer" })
				    .invoke(`${m} SIM: ` +
					'text="{\\"a\\":1,\\"b\\":[\\"x\\"]}"');

				assert.deepEqual(got, { a: 1, b: ["x"] });
				assert.equal((await world.sim.request(m)).body.text
				    .format.type, "json_schema");
			});

			it("withStructuredOutput by a function", async () => {
				const got = await model.withStructuredOutput(answer,
				    { name: "answer", method: "functionCalling" })
				    .invoke("SIM: " + // forced by its schema
					'text="{\\"a\\":2,\\"b\\":[]}"');

				assert.deepEqual(got, { a: 2, b: [] });
			});

			it("a failure in mid-stream is an error", async () => {
				await assert.rejects(model.stream(
				    "SIM: text=half;failed=server_error:it broke")
				    .then(joined), /it broke/);
			});
		});
	}

	describe("OpenAI, codex-local", () => {
		let model;

		before(() => {
			model = chat(OpenAI, "codex-local");
		});

		it("invoke", async () => {
			assert.equal(await model.invoke("SIM: text=hello"), "hello");
		});

		it("stream", async () => {
			assert.equal(await joined(
			    await model.stream("SIM: deltas=5")), "d0 d1 d2 d3 d4");
		});

		it("generate: many prompts in one request", async () => {
			const { requests_total } = await world.proxy.metrics();
			const r = await model.generate(
			    ["SIM: text=one", "SIM: text=two"]);

			assert.deepEqual(r.generations.map(([g]) => g.text),
			    ["one", "two"]);
			assert.equal(r.llmOutput.tokenUsage.totalTokens, 36);
			assert.equal((await world.proxy.idle()).requests_total,
			    requests_total + 1);
		});
	});
});
