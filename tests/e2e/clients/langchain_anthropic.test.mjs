// LangChain: @langchain/anthropic.
import { ChatAnthropic } from "@langchain/anthropic";
import { tool } from "@langchain/core/tools";
import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { client } from "../lib/client.mjs";
import { realCodex } from "../lib/proxy.mjs";

const look = tool(async ({ q }) => `${q} found`, { name: "look",
	description: "looks it up", schema: z.object({ q: z.string() }) });
const answer = z.object({ a: z.number(), b: z.array(z.string()) });

describe(client("@langchain/anthropic"), () => {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	let model;

	before(() => {
		model = new ChatAnthropic({ model: "claude-opus-5-5",
			apiKey: "none", maxRetries: 0, maxTokens: 1000,
			anthropicApiUrl: world.proxy.url });
	});

	it("invoke", async () => {
		const m = await model.invoke([["system", "be brief"],
			["human", "SIM: text=hello"]]);

		assert.equal(m.text, "hello");
		assert.equal(m.usage_metadata.output_tokens, 7);
	});

	it("stream", async () => {
		let whole;

		for await (const chunk of await model.stream("SIM: deltas=5"))
			whole = whole ? whole.concat(chunk) : chunk;
		assert.equal(whole.text, "d0 d1 d2 d3 d4");
		assert.equal(whole.usage_metadata.output_tokens, 7);
	});

	it("bindTools, and the next turn", async () => {
		const bound = model.bindTools([look]);
		const human = new HumanMessage(
		    'SIM: text=I look;tool=look:{"q":"x"}');
		const first = await bound.invoke([human]);
		const [{ id, name, args }] = first.tool_calls;

		assert.deepEqual([name, args], ["look", { q: "x" }]);
		const second = await bound.invoke([human, first,
			new ToolMessage({ tool_call_id: id,
				content: await look.invoke(args) })]);

		assert.equal(second.text, "tool said: x found");
	});

	for (const method of ["functionCalling", "jsonSchema"]) {
		it(`withStructuredOutput, ${method}`, async () => {
			const r = await model.withStructuredOutput(answer, { method })
			    .invoke('SIM: text="{\\"a\\":1,\\"b\\":[\\"x\\"]}"');

			assert.deepEqual(r, { a: 1, b: ["x"] });
		});
	}

	it("errors", async () => {
		await assert.rejects(model.invoke("SIM: failed=server_error"),
		    { status: 500 });
	});
});
