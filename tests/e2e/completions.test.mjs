// /v1/completions: a prompt or many, by hand and by the official client, on
// both engines.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import OpenAI from "openai";
import { sseEvents } from "./lib/http.mjs";
import { developer, received, user } from "./lib/items.mjs";
import { atOnce, describeEngines, mark, realCodex } from "./lib/proxy.mjs";

const told = (suffix) => "Your answer is put between the text of the user " +
    "and the text below, which follows it at once. Write what leads from " +
    `the one to the other, and repeat neither:\n${suffix}`;

describeEngines("completions on the real Codex", (engine) => {
	const world = realCodex({ before, after }, { engine,
		args: [...atOnce(engine, 2), "--model", "gpt-5.5",
			"--instructions", "none"] });
	const post = (body) => world.proxy.post("/v1/completions", body);
	const client = () => new OpenAI({ baseURL: `${world.proxy.url}/v1`,
		apiKey: "any", maxRetries: 0 });
	const complete = (fields) => client().completions.create({
		model: "codex-local", ...fields });

	it("one prompt: the whole object", async () => {
		const m = mark();
		const c = await complete({ prompt: `${m} SIM: text=and on` });

		assert.match(c.id, /^cmpl-\w+$/);
		assert.ok(Math.abs(c.created - Date.now() / 1000) < 60);
		assert.deepEqual({ ...c, id: "", created: 0, usage: 0,
			system_fingerprint: "" }, { id: "", created: 0, usage: 0,
			system_fingerprint: "", object: "text_completion",
			model: "codex-local", choices: [{ index: 0,
				text: "and on", logprobs: null,
				finish_reason: "stop" }] });
		assert.equal(c.usage.prompt_tokens, 11);
		assert.equal(c.usage.total_tokens, 18);
		// The prompt and nothing else, as it stands.
		const { items } = received((await world.sim.request(m)).body);

		assert.deepEqual(items.at(-1),
		    user(`${m} SIM: text=and on`));
		if (engine === "app-server")
			assert.equal(items.length, 1);
	});

	it("many prompts, n of each, in their order", async () => {
		const c = await complete({ n: 2, echo: true,
			prompt: ["SIM: text=one", "SIM: text=two"] });

		assert.deepEqual(c.choices.map((x) => [x.index, x.text]), [
			[0, "SIM: text=oneone"], [1, "SIM: text=oneone"],
			[2, "SIM: text=twotwo"], [3, "SIM: text=twotwo"]]);
		assert.equal(c.usage.prompt_tokens, 44);
	});

	it("a stream of many", async () => {
		const stream = await complete({ stream: true,
			stream_options: { include_usage: true },
			prompt: ["SIM: text=one", "SIM: text=two"] });
		const texts = ["", ""], ends = [];
		let usage;

		for await (const chunk of stream) {
			assert.equal(chunk.object, "text_completion");
			for (const c of chunk.choices) {
				texts[c.index] += c.text;
				if (c.finish_reason !== null)
					ends.push([c.index, c.finish_reason]);
			}
			usage = chunk.usage;
		}
		assert.deepEqual(texts, ["one", "two"]);
		assert.deepEqual(ends.sort(), [[0, "stop"], [1, "stop"]]);
		assert.equal(usage.prompt_tokens, 22);
	});

	it("stop strings cut", async () => {
		const c = await complete({ prompt: "SIM: text=one two",
			stop: [" "] });

		assert.equal(c.choices[0].text, "one");
		assert.equal(c.choices[0].finish_reason, "stop");
	});

	it("what is to follow is told", async () => {
		const m = mark();

		await complete({ prompt: `${m} SIM: text=x`, suffix: "the end" });
		const { items } = received((await world.sim.request(m)).body);

		if (engine === "app-server")
			assert.deepEqual(items, [developer(told("the end")),
				user(`${m} SIM: text=x`)]);
		else
			assert.ok(items.at(-1).content[0].text
			    .includes(told("the end")));
	});

	it("a failure before the first word is a status", async () => {
		for (const stream of [false, true]) {
			const r = await post({ stream,
				prompt: "SIM: failed=rate_limit_exceeded" });

			assert.ok(r.status >= 400, r.text);
			assert.equal(typeof r.json.error.code, "string");
		}
	});

	/* fields, param, code */
	const rows = [
		[{}, "prompt", "missing_required_parameter"],
		[{ prompt: "" }, "prompt", "invalid_value"],
		[{ prompt: [1, 2] }, "prompt", "unsupported_parameter"],
		[{ prompt: "x", logprobs: 1 }, "logprobs",
			"unsupported_parameter"],
		[{ prompt: Array(21).fill("x") }, "prompt", "invalid_value"],
		[{ prompt: "x", n: 0 }, "n", "invalid_value"],
	];
	for (const [fields, param, code] of rows) {
		it(`refuses ${JSON.stringify(fields).slice(0, 40)}`, async () => {
			const r = await post({ model: "codex-local", ...fields });

			assert.equal(r.status, 400, r.text);
			assert.deepEqual([r.json.error.param, r.json.error.code],
			    [param, code]);
		});
	}

	it("a stream ends with [DONE]", async () => {
		const r = await post({ prompt: "SIM: text=x", stream: true });

		assert.equal(r.status, 200, r.text);
		assert.match(r.headers["content-type"], /^text\/event-stream/);
		assert.equal(sseEvents(r.text).at(-1), "[DONE]");
	});

	it("is counted as all answers are", async () => {
		const before = await world.proxy.metrics();

		await complete({ prompt: "SIM: text=x" });
		const now = await world.proxy.idle();

		assert.equal(now.requests_ok, before.requests_ok + 1);
		assert.equal(now.dialects.completions.requests_ok,
		    before.dialects.completions.requests_ok + 1);
		assert.equal(now.dialects.chat.requests_ok, 0);
		assert.ok(now.tokens.input > before.tokens.input);
	});
});
