// Mastra: @mastra/core, with its own choice of a provider by URL.
import { Agent } from "@mastra/core/agent";
import { createTool } from "@mastra/core/tools";
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { client } from "../lib/client.mjs";
import { mark, realCodex } from "../lib/proxy.mjs";

const answer = z.object({ a: z.number(), b: z.array(z.string()) });
const steps = 'tool=look:{"q":"x"};then;tool=put:{"q":"z"};then;outputs';

describe(client("@mastra/core"), () => {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	let agent, asked;

	before(() => {
		const add = (id) => createTool({ id, description: `${id}s it`,
			inputSchema: z.object({ q: z.string() }),
			outputSchema: z.string(),
			execute: async ({ q }) => {
				asked.push(`${id} ${q}`);
				return `${id} ${q} done`;
			} });

		asked = [];
		agent = new Agent({ id: "helper", name: "helper",
			instructions: "be brief", maxRetries: 0,
			model: { id: "local/codex-local", apiKey: "none",
				url: `${world.proxy.url}/v1` },
			tools: { look: add("look"), put: add("put") } });
	});

	it("generate with tools in several steps", async () => {
		asked.length = 0;
		const r = await agent.generate(`SIM: ${steps}`, { maxSteps: 5 });

		assert.deepEqual(asked, ["look x", "put z"]);
		assert.match(r.text, /look x done.*put z done/);
	});

	it("stream with tools in several steps", async () => {
		asked.length = 0;
		const r = await agent.stream(`SIM: text=I look;${steps}`,
		    { maxSteps: 5 });
		let text = "";

		for await (const piece of r.textStream)
			text += piece;
		assert.deepEqual(asked, ["look x", "put z"]);
		assert.match(text, /^I look.*look x done.*put z done/);
		assert.equal(await r.finishReason, "stop");
	});

	it("structuredOutput", async () => {
		const m = mark();
		const r = await agent.generate(
		    `${m} SIM: text="{\\"a\\":1,\\"b\\":[\\"x\\"]}"`,
		    { structuredOutput: { schema: answer } });

		assert.deepEqual(r.object, { a: 1, b: ["x"] });
		const { format } = (await world.sim.request(m)).body.text;

		assert.equal(format.type, "json_schema");
		assert.deepEqual(format.schema.required, ["a", "b"]);
	});

	it("a failure in mid-stream is an error", async () => {
		const r = await agent.stream(
		    "SIM: text=half;failed=server_error:it broke");

		await r.consumeStream();
		assert.match(`${r.error?.message}`, /it broke/);
	});
});
