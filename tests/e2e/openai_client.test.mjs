// The official npm client, with its own retries off unless they are the point.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI from "openai";
import { codexVersion, plainModel, reasoningTokens } from "./lib/env.mjs";
import { describeEngines, fakeWorld, mark, realCodex } from "./lib/proxy.mjs";

const client = (proxy, options = {}) => new OpenAI({
	baseURL: `${proxy.url}/v1`, apiKey: "any", maxRetries: 0, ...options });

const user = (content) => [{ role: "user", content }];

describeEngines("openai client on the real Codex", (engine) => {
	const world = realCodex({ before, after },
	    { engine, args: ["--model", "gpt-5.5",
		"--model-alias", "quick=gpt-5.4"] });
	const create = (content, fields) =>
	    client(world.proxy).chat.completions.create(
	    { model: "codex-local", messages: user(content), ...fields });

	it("create", async () => {
		const c = await create("SIM: text=hello there");

		assert.match(c.id, /^chatcmpl-\w+$/);
		assert.equal(c.object, "chat.completion");
		assert.equal(c.model, "codex-local");
		assert.equal(c.system_fingerprint, `codex-cli ${codexVersion}`);
		assert.ok(Math.abs(c.created - Date.now() / 1000) < 60);
		assert.deepEqual(c.choices, [{ index: 0, finish_reason: "stop",
			logprobs: null, message: { role: "assistant",
				content: "hello there", refusal: null } }]);
		assert.deepEqual(c.usage, { prompt_tokens: 11,
			completion_tokens: 7, total_tokens: 18,
			prompt_tokens_details: { cached_tokens: 3 },
			completion_tokens_details: {
				reasoning_tokens: reasoningTokens(2) } });
	});

	it("stream", async () => {
		const stream = await create("SIM: text=a stream",
		    { stream: true });
		let text = "", last;

		for await (const chunk of stream) {
			text += chunk.choices[0].delta.content ?? "";
			last = chunk;
		}
		assert.equal(text, "a stream");
		assert.equal(last.choices[0].finish_reason, "stop");
	});

	it("stream helper", async () => {
		const stream = client(world.proxy).chat.completions.stream({
			model: "codex-local", messages: user("SIM: text=helped"),
			stream_options: { include_usage: true } });
		const deltas = [];

		stream.on("content", (delta) => deltas.push(delta));
		const c = await stream.finalChatCompletion();

		assert.equal(c.choices[0].message.content, "helped");
		assert.equal(deltas.join(""), "helped");
		assert.equal((await stream.totalUsage()).total_tokens, 18);
	});

	it("parse helper with a schema", async () => {
		const c = await client(world.proxy).chat.completions.parse({
			model: "codex-local",
			messages: user('SIM: text="{\\"a\\":1}"'),
			response_format: { type: "json_schema", json_schema: {
				name: "s", strict: true, schema: { type: "object",
					properties: { a: { type: "integer" } },
					required: ["a"],
					additionalProperties: false } } } });

		assert.equal(c.choices[0].message.content, '{"a":1}');
	});

	it("models.list and retrieve", async () => {
		const page = await client(world.proxy).models.list();
		const ids = page.data.map((m) => m.id);

		assert.deepEqual(ids.slice(0, 2), ["codex-local", "quick"]);
		assert.ok(ids.includes(plainModel), ids.join());
		assert.equal(new Set(ids).size, ids.length);
		for (const id of ids) {
			const m = await client(world.proxy).models.retrieve(id);

			assert.equal(m.id, id);
			assert.equal(m.object, "model");
		}
		await assert.rejects(
		    client(world.proxy).models.retrieve("nonesuch"),
		    (e) => e instanceof OpenAI.NotFoundError &&
			e.code === "model_not_found");
	});

	it("an alias is asked for by its name and answered by its target",
	    async () => {
		const m = mark();
		const c = await create(`${m} SIM: text=ok`, { model: "quick" });

		assert.equal(c.model, "quick");
		assert.equal((await world.sim.request(m)).body.model, "gpt-5.4");
	});

	it("abort in mid-stream hangs up", async () => {
		const m = mark();
		const stream = client(world.proxy).chat.completions.stream({
			model: "codex-local",
			messages: user(`${m} SIM: text=never;hang`) });
		const ended = assert.rejects(stream.finalChatCompletion(),
		    OpenAI.APIUserAbortError);
		const upstream = await world.sim.request(m);

		stream.abort();
		await ended;
		assert.equal((await world.sim.closed(upstream.n)).completed, false);
	});
});

describe("openai client and errors", () => {
	const world = fakeWorld({ before, after });
	const create = (content, fields, options) =>
	    client(world.proxy, options).chat.completions.create(
	    { model: "codex-local", messages: user(content), ...fields });

	/* what Codex says, the class the client throws, its status and code */
	const rows = [
		["unexpected status 401 Unauthorized: no",
			OpenAI.AuthenticationError, 401, "codex_unauthorized"],
		["model_not_found: the model x does not exist",
			OpenAI.NotFoundError, 404, "model_not_found"],
		["exceeded retry limit, last status: 429 Too Many Requests",
			OpenAI.RateLimitError, 429, "rate_limit_exceeded"],
		["You've hit your usage limit.",
			OpenAI.RateLimitError, 429, "usage_limit_exceeded"],
		["Codex ran out of room in the model's context window.",
			OpenAI.BadRequestError, 400, "context_length_exceeded"],
		["stream disconnected before completion: x",
			OpenAI.InternalServerError, 502, "upstream_error"],
		["Selected model is at capacity.",
			OpenAI.InternalServerError, 503, "overloaded"],
	];
	for (const stream of [false, true]) {
		for (const [text, kind, status, code] of rows) {
			it(`${code}, stream ${stream}`, async () => {
				const e = await create(`FAKE:failed=${text}`,
				    { stream }).then(assert.fail, (x) => x);

				assert.ok(e instanceof kind, `${e}`);
				assert.equal(e.status, status);
				assert.equal(e.code, code);
				assert.match(e.requestID, /^req_/);
			});
		}
	}

	it("400 names the parameter", async () => {
		await assert.rejects(create("x", { n: 9 }),
		    (e) => e instanceof OpenAI.BadRequestError && e.param === "n");
	});

	it("retries a 503 no sooner than Retry-After says", async () => {
		const before = world.proxy.calls().length;
		const start = performance.now();

		await assert.rejects(
		    create("FAKE:failed=Selected model is at capacity.", {},
			{ maxRetries: 1 }), { status: 503 });
		assert.ok(performance.now() - start >= 1000);
		assert.equal(world.proxy.calls().length, before + 2);
	});

	it("does not retry when the quota is used up", async () => {
		const before = world.proxy.calls().length;

		await assert.rejects(
		    create("FAKE:failed=You've hit your usage limit.", {},
			{ maxRetries: 3 }), { status: 429 });
		assert.equal(world.proxy.calls().length, before + 1);
	});
});

describe("openai client with a key", () => {
	const world = fakeWorld({ before, after },
	    { env: { CODEX_PROXY_API_KEY: "right" } });

	for (const [apiKey, good] of [["right", true], ["wrong", false]]) {
		it(`the ${apiKey} key`, async () => {
			const list = client(world.proxy, { apiKey }).models.list();

			if (good)
				assert.ok((await list).data.length > 0);
			else
				await assert.rejects(list,
				    OpenAI.AuthenticationError);
		});
	}
});
