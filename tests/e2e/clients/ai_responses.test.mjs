// The AI SDK as it comes: ai with @ai-sdk/openai asks for /v1/responses, and
// sends references for what was answered before.
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, Output, stepCountIs, streamText, tool } from "ai";
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { client } from "../lib/client.mjs";
import { makeDir, removeDir } from "../lib/env.mjs";
import { received } from "../lib/items.mjs";
import { mark, Proxy, realCodex } from "../lib/proxy.mjs";
import { Sim } from "../lib/sim.mjs";

globalThis.AI_SDK_LOG_WARNINGS = false;

const modelOf = (proxy) => createOpenAI({ baseURL: `${proxy.url}/v1`,
	apiKey: "none" })("codex-local");

// What the model was shown of a chat: [role, text], without what we put before.
const shown = (request) => received(request.body).items
    .filter((i) => i.role === "user" || i.role === "assistant")
    .map((i) => [i.role, i.content[0].text]);

// Two turns; `between` may come between them.
async function chat(proxyOf, m, between = async () => {}) {
	const messages = [{ role: "user",
		content: `${m} SIM: text=one;reasoning=hm` }];
	const first = await generateText({ model: modelOf(proxyOf()),
		maxRetries: 0, messages });

	assert.equal(first.text, "one");
	await between();
	messages.push(...first.response.messages,
	    { role: "user", content: "SIM: text=two" });
	return generateText({ model: modelOf(proxyOf()), maxRetries: 0,
		messages });
}

describe(client("ai", "@ai-sdk/openai in its default"), () => {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	let model, asked;

	before(() => {
		model = modelOf(world.proxy);
	});

	const call = (script, fields) => ({ model, maxRetries: 0,
		prompt: `SIM: ${script}`, ...fields });

	function tools() {
		asked = [];
		return { look: tool({ description: "looks it up",
			inputSchema: z.object({ q: z.string() }),
			execute: async ({ q }) => {
				asked.push(q);
				return `${q} found`;
			} }) };
	}

	it("generateText", async () => {
		const r = await generateText(call("text=hello;reasoning=because"));

		assert.equal(r.text, "hello");
		assert.equal(r.reasoningText, "because");
		assert.equal(r.finishReason, "stop");
		assert.equal(r.usage.inputTokens, 11);
		assert.equal(r.usage.inputTokenDetails.cacheReadTokens, 3);
		assert.equal(r.usage.outputTokenDetails.reasoningTokens, 2);
	});

	it("a second turn has the first, by reference", async () => {
		const m = mark();
		const r = await chat(() => world.proxy, m);

		assert.equal(r.text, "two");
		assert.deepEqual(shown(world.sim.requestsWith(m).at(-1)),
		    [["user", `${m} SIM: text=one;reasoning=hm`],
			["assistant", "one"], ["user", "SIM: text=two"]]);
	});

	for (const store of [true, false]) {
		it(`tools in several steps, store ${store}`, async () => {
			const r = streamText(call('text=I look;tool=look:{"q":"x"};' +
			    'tool=look:{"q":"y"};then;reasoning=more;' +
			    'tool=look:{"q":"z"};then;outputs', { tools: tools(),
				stopWhen: stepCountIs(5),
				providerOptions: { openai: { store } } }));

			await r.consumeStream();
			assert.equal(await r.text, "x found; y found; z found");
			assert.deepEqual(asked, ["x", "y", "z"]);
			assert.equal((await r.totalUsage).totalTokens, 3 * 18);
		});
	}

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
	});

	it("structured output", async () => {
		const m = mark();
		const r = await generateText(call("", {
			prompt: `${m} SIM: text="{\\"a\\":1,\\"b\\":[\\"x\\"]}"`,
			output: Output.object({ schema: z.object({
				a: z.number(), b: z.array(z.string()) }) }) }));

		assert.deepEqual(r.output, { a: 1, b: ["x"] });
		assert.equal((await world.sim.request(m)).body.text.format.type,
		    "json_schema");
	});

	it("a failure in mid-stream is an error", async () => {
		const r = streamText(call("text=half;failed=server_error:it broke",
		    { onError: () => {} }));
		const parts = [];

		for await (const part of r.fullStream)
			parts.push(part);
		assert.ok(parts.some((p) => p.type === "error" &&
		    JSON.stringify(p.error).includes("it broke")));
	});
});

describe(client("ai", "a chat across a restart with --store-file"), () => {
	it("goes on", async () => {
		const dir = makeDir("store"), m = mark();
		const sim = await Sim.start(dir);
		const options = { sim, engine: "auto", args: ["--model", "gpt-5.5",
			"--store-file", path.join(dir, "answers.sqlite")] };
		let proxy = await Proxy.start(options);

		try {
			const r = await chat(() => proxy, m, async () => {
				await proxy.stop();
				proxy = await Proxy.start(options);
			});

			assert.equal(r.text, "two");
			assert.deepEqual(shown(sim.requestsWith(m).at(-1))[1],
			    ["assistant", "one"]);
			assert.equal(fs.statSync(options.args.at(-1)).mode & 0o777,
			    0o600);
		} finally {
			await proxy.stop();
			await sim.stop();
			removeDir(dir);
		}
	});
});
