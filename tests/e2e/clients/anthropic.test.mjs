// Anthropic's own client: @anthropic-ai/sdk.
import Anthropic from "@anthropic-ai/sdk";
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { client } from "../lib/client.mjs";
import { received } from "../lib/items.mjs";
import { mark, realCodex } from "../lib/proxy.mjs";

const answer = z.object({ a: z.number(), b: z.array(z.string()) });

describe(client("@anthropic-ai/sdk"), () => {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5", "--api-key", "k"] });
	const sdk = (apiKey = "k") => new Anthropic({ apiKey, maxRetries: 0,
		baseURL: world.proxy.url });
	const ask = (content, fields) => ({ model: "claude-opus-5-5",
		max_tokens: 1000, messages: [{ role: "user", content }],
		...fields });

	it("create", async () => {
		const r = await sdk().messages.create(ask("SIM: text=hello"));

		assert.equal(r.content[0].text, "hello");
		assert.equal(r.stop_reason, "end_turn");
		assert.equal(r.usage.input_tokens, 8);
		assert.match(r._request_id, /^\S+$/);
	});

	it("stream: events, the final message, its text", async () => {
		const stream = sdk().messages.stream(ask("SIM: " +
		    "reasoning=hm;deltas=5", { thinking: { type: "adaptive" } }));
		const texts = [], thoughts = [];

		stream.on("text", (t) => texts.push(t));
		stream.on("thinking", (t) => thoughts.push(t));
		const m = await stream.finalMessage();

		assert.equal(texts.join(""), "d0 d1 d2 d3 d4");
		assert.equal(thoughts.join(""), "hm");
		assert.deepEqual(m.content.map((b) => b.type),
		    ["thinking", "text"]);
		assert.equal(m.usage.input_tokens, 8);
		assert.equal(m.usage.output_tokens, 7);
	});

	it("create with stream", async () => {
		const types = [];

		for await (const e of await sdk().messages.create(
		    ask("SIM: text=x", { stream: true })))
			types.push(e.type);
		assert.equal(types[0], "message_start");
		assert.equal(types.at(-1), "message_stop");
	});

	// It asks for a thread first, and is told to send whole histories.
	for (const stream of [false, true]) {
		it(`toolRunner, stream ${stream}`, async () => {
			const asked = [], m = mark();
			const add = (name) => betaZodTool({ name,
				description: `${name}s it`,
				inputSchema: z.object({ q: z.string() }),
				run: ({ q }) => {
					asked.push(`${name} ${q}`);
					return `${name} ${q} done`;
				} });
			const runner = sdk().beta.messages.toolRunner(ask(
			    `${m} SIM: tool=look:{"q":"x"};tool=look:{"q":"y"};` +
			    'then;tool=put:{"q":"z"};then;outputs', { stream,
				tools: [add("look"), add("put")] }));
			let last;

			for await (const turn of runner)
				last = stream ? await turn.finalMessage() : turn;
			assert.deepEqual(asked, ["look x", "look y", "put z"]);
			assert.equal(last.content[0].text,
			    "look x done; look y done; put z done");
			const { items } = received(
			    world.sim.requestsWith(m).at(-1).body);

			assert.deepEqual(items.filter((i) => i.name !== undefined)
			    .map((i) => [i.name, i.arguments]),
			[["look", '{"q":"x"}'], ["look", '{"q":"y"}'],
				["put", '{"q":"z"}']]);
		});
	}

	it("parse", async () => {
		const r = await sdk().messages.parse(ask("SIM: " +
		    'text="{\\"a\\":1,\\"b\\":[\\"x\\"]}"', { output_config: {
			format: zodOutputFormat(answer) } }));

		assert.deepEqual(r.parsed_output, { a: 1, b: ["x"] });
	});

	it("models", async () => {
		const ids = [];

		for await (const m of sdk().models.list())
			ids.push(m.id);
		assert.equal(ids[0], "codex-local");
		assert.equal((await sdk().models.retrieve("claude-opus-5-5"))
		    .type, "model");
	});

	/* script or fields, class, status */
	const errors = [
		[ask("SIM: status=400,context_length_exceeded"),
			Anthropic.BadRequestError, /prompt is too long/],
		[ask("x", { max_tokens: undefined }), Anthropic.BadRequestError,
			/'max_tokens' is missing/],
		[ask("SIM: status=429"), Anthropic.RateLimitError, /./],
		[ask("SIM: failed=server_is_overloaded"),
			Anthropic.InternalServerError, /overloaded_error/],
	];
	for (const [body, kind, words] of errors) {
		it(`${kind.name}: ${words}`, async () => {
			await assert.rejects(sdk().messages.create(body), (e) =>
			    e instanceof kind && words.test(e.message));
			await assert.rejects(sdk().messages.stream(body)
			    .finalMessage(), (e) => e instanceof kind);
		});
	}

	it("a wrong key", async () => {
		await assert.rejects(sdk("no").messages.create(ask("x")),
		    Anthropic.PermissionDeniedError);
	});

	it("a failure in mid-stream", async () => {
		await assert.rejects(sdk().messages.stream(ask(
		    "SIM: deltas=3;failed=server_error")).finalMessage(),
		Anthropic.APIError);
	});
});
