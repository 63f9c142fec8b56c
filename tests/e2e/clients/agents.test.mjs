// OpenAI's Agents SDK: @openai/agents, as it asks by itself, and told to use chat
// completions.
import {
	Agent, OpenAIConversationsSession, OpenAIProvider, Runner, tool,
} from "@openai/agents";
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI from "openai";
import { z } from "zod";
import { client } from "../lib/client.mjs";
import { received } from "../lib/items.mjs";
import { mark, realCodex } from "../lib/proxy.mjs";

const answer = z.object({ a: z.number(), b: z.array(z.string()) });

function suite(useResponses) {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	let runner, asked;

	before(() => {
		const openAIClient = new OpenAI({ apiKey: "none", maxRetries: 0,
			baseURL: `${world.proxy.url}/v1` });

		runner = new Runner({ tracingDisabled: true, model: "codex-local",
			modelProvider: new OpenAIProvider({ openAIClient,
				useResponses }) });
	});

	function agent(fields) {
		asked = [];
		return new Agent({ name: "helper", instructions: "be brief",
			tools: ["look", "put"].map((name) => tool({ name,
				description: `${name}s it`,
				parameters: z.object({ q: z.string() }),
				execute: async ({ q }) => {
					asked.push(`${name} ${q}`);
					return `${name} ${q} done`;
				} })), ...fields });
	}

	const steps = 'tool=look:{"q":"x"};tool=look:{"q":"y"};then;' +
	    'tool=put:{"q":"z"};then;outputs';

	it("tools in several steps", async () => {
		const m = mark();
		const r = await runner.run(agent(), `${m} SIM: ${steps}`);

		assert.equal(r.finalOutput, "look x done; look y done; put z done");
		assert.deepEqual(asked, ["look x", "look y", "put z"]);
		assert.equal(r.state.usage.totalTokens, 3 * 18);
		const { items } = received(world.sim.requestsWith(m).at(-1).body);

		assert.deepEqual(items.filter((i) => i.name).map(
		    (i) => [i.name, i.arguments]), [["look", '{"q":"x"}'],
			["look", '{"q":"y"}'], ["put", '{"q":"z"}']]);
	});

	it("the same in a stream", async () => {
		const r = await runner.run(agent(), `SIM: text=I look;${steps}`,
		    { stream: true });
		let text = "";

		for await (const piece of r.toTextStream())
			text += piece;
		await r.completed;
		assert.equal(r.finalOutput, "look x done; look y done; put z done");
		assert.equal(text, `I look${r.finalOutput}`);
		assert.deepEqual(asked, ["look x", "look y", "put z"]);
	});

	it("outputType", async () => {
		const m = mark();
		const r = await runner.run(agent({ outputType: answer, tools: [] }),
		    `${m} SIM: text="{\\"a\\":1,\\"b\\":[\\"x\\"]}"`);

		assert.deepEqual(r.finalOutput, { a: 1, b: ["x"] });
		assert.equal((await world.sim.request(m)).body.text.format.type,
		    "json_schema");
	});

	it("a handoff to another agent", async () => {
		const other = agent({ name: "other", tools: [] });
		const r = await runner.run(agent({ handoffs: [other] }),
		    "SIM: tool=transfer_to_other:{};then;text=I am other");

		assert.equal(r.lastAgent.name, "other");
		assert.equal(r.finalOutput, "I am other");
	});

	it("a failure in mid-stream is an error", async () => {
		const r = await runner.run(agent(),
		    "SIM: text=half;failed=server_error:it broke", { stream: true });

		await assert.rejects(async () => {
			for await (const event of r)
				void event;
			await r.completed;
		}, /it broke/);
	});
}

/* API, useResponses */
for (const [name, useResponses] of [["responses", true], ["chat", false]]) {
	describe(client("@openai/agents", name), () => suite(useResponses));
}

describe(client("@openai/agents", "what is kept"), () => {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	const agent = new Agent({ name: "helper", instructions: "be brief" });
	let runner, openAIClient;

	before(() => {
		openAIClient = new OpenAI({ apiKey: "none", maxRetries: 0,
			baseURL: `${world.proxy.url}/v1` });
		runner = new Runner({ tracingDisabled: true, model: "codex-local",
			modelProvider: new OpenAIProvider({ openAIClient,
				useResponses: true }) });
	});

	// What the model was shown in the end, without our sentence.
	const shown = (m) => received(world.sim.requestsWith(m).at(-1).body)
	    .items.filter((i) => i.role !== "developer")
	    .map((i) => i.content[0].text);

	it("previousResponseId", async () => {
		const m = mark();
		const first = await runner.run(agent, `${m} SIM: text=one`);
		const r = await runner.run(agent, "SIM: text=two",
		    { previousResponseId: first.lastResponseId });

		assert.equal(r.finalOutput, "two");
		assert.deepEqual(shown(m),
		    [`${m} SIM: text=one`, "one", "SIM: text=two"]);
	});

	it("a session of a conversation", async () => {
		const m = mark();
		const session = new OpenAIConversationsSession(
		    { client: openAIClient });

		await runner.run(agent, `${m} SIM: text=one`, { session });
		const r = await runner.run(agent, "SIM: text=two", { session });

		assert.equal(r.finalOutput, "two");
		assert.deepEqual(shown(m),
		    [`${m} SIM: text=one`, "one", "SIM: text=two"]);
	});
});
