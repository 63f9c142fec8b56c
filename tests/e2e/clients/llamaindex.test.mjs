// LlamaIndex: llamaindex with @llamaindex/openai.
import { OpenAI, OpenAIAgent } from "@llamaindex/openai";
import { Settings, SimpleChatEngine, tool } from "llamaindex";
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { client } from "../lib/client.mjs";
import { received } from "../lib/items.mjs";
import { mark, realCodex } from "../lib/proxy.mjs";

const answer = z.object({ a: z.number(), b: z.array(z.string()) });

const options = { engine: "auto", args: ["--model", "gpt-5.5"] };
const openai = (world) => new OpenAI({ model: "codex-local", apiKey: "none",
	maxRetries: 0, baseURL: `${world.proxy.url}/v1`, supportToolCall: true });

describe(client("@llamaindex/openai"), () => {
	const world = realCodex({ before, after }, options);
	const user = (content) => [{ role: "user", content }];
	let llm, asked;

	before(() => {
		llm = openai(world);
	});

	it("chat", async () => {
		const r = await llm.chat({ messages: user("SIM: text=hello") });

		assert.equal(r.message.content, "hello");
	});

	it("chat in a stream", async () => {
		let text = "";

		for await (const chunk of await llm.chat({ stream: true,
			messages: user("SIM: deltas=5") }))
			text += chunk.delta;
		assert.equal(text, "d0 d1 d2 d3 d4");
	});

	it("responseFormat", async () => {
		const m = mark();
		const r = await llm.chat({ responseFormat: answer, messages: user(
		    `${m} SIM: text="{\\"a\\":1,\\"b\\":[\\"x\\"]}"`) });

		assert.deepEqual(JSON.parse(r.message.content), { a: 1, b: ["x"] });
		assert.equal((await world.sim.request(m)).body.text.format.type,
		    "json_schema");
	});

	const look = tool(({ q }) => {
		asked.push(q);
		return `${q} found`;
	}, { name: "look", description: "looks it up",
		parameters: z.object({ q: z.string() }) });

	for (const stream of [false, true]) {
		it(`an agent's tools, stream ${stream}`, async () => {
			const m = mark();
			const agent = new OpenAIAgent({ tools: [look], llm });
			const message = `${m} SIM: tool=look:{"q":"x"};then;` +
			    'tool=look:{"q":"y"};then;outputs';
			let text = "";

			asked = [];
			const r = await agent.chat({ message, stream });

			if (stream) {
				for await (const chunk of r)
					text += chunk.delta;
			} else
				text = r.message.content;
			assert.deepEqual(asked, ["x", "y"]);
			assert.equal(text, "x found; y found");
			assert.equal(received(world.sim.requestsWith(m).at(-1).body)
			    .items.filter((i) => i.name === "look").length, 2);
		});
	}

	it("a failure in mid-stream is an error", async () => {
		await assert.rejects(async () => {
			for await (const chunk of await llm.chat({ stream: true,
				messages: user("SIM: text=half;" +
				    "failed=server_error:it broke") }))
				void chunk;
		}, /it broke/);
	});
});

describe(client("llamaindex"), () => {
	const world = realCodex({ before, after }, options);

	it("SimpleChatEngine remembers", async () => {
		const m = mark();

		Settings.llm = openai(world);
		const engine = new SimpleChatEngine();

		await engine.chat({ message: `${m} SIM: text=first` });
		const r = await engine.chat({ message: "SIM: text=second" });

		assert.equal(r.message.content, "second");
		// The second had the first before it.
		assert.equal(world.sim.requestsWith(m).length, 2);
	});
});
