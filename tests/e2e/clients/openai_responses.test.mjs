// The official client at /v1/responses: what it sends by default, its stream
// helper, which throws at any event out of order, and what it keeps.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import OpenAI from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { client } from "../lib/client.mjs";
import { received } from "../lib/items.mjs";
import { mark, realCodex } from "../lib/proxy.mjs";

const answer = z.object({ steps: z.array(z.string()),
	kind: z.enum(["one", "two"]) });
const good = { steps: ["a", "b"], kind: "two" };
const said = `text=${JSON.stringify(JSON.stringify(good))}`;
const look = { type: "function", name: "look", description: "looks it up",
	strict: true, parameters: { type: "object",
		properties: { q: { type: "string" } }, required: ["q"],
		additionalProperties: false } };

describe(client("openai", "responses"), () => {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	let openai;

	before(() => {
		openai = new OpenAI({ apiKey: "any", maxRetries: 0,
			baseURL: `${world.proxy.url}/v1` });
	});

	const create = (input, fields) => openai.responses.create(
	    { model: "codex-local", input, ...fields });

	it("create", async () => {
		const r = await create("SIM: text=hello;reasoning=because");

		assert.equal(r.output_text, "hello");
		assert.equal(r.status, "completed");
		assert.deepEqual(r.output.map((i) => i.type),
		    ["reasoning", "message"]);
		assert.equal(r.usage.input_tokens, 11);
		assert.equal(r.usage.input_tokens_details.cached_tokens, 3);
		assert.equal(r.usage.output_tokens_details.reasoning_tokens, 2);
		assert.equal(r.usage.total_tokens, 18);
	});

	it("the stream helper", async () => {
		const stream = openai.responses.stream({ model: "codex-local",
			input: "SIM: deltas=5;reasoning=hm" });
		let text = "";

		stream.on("response.output_text.delta", (e) => {
			text += e.delta;
		});
		const r = await stream.finalResponse();

		assert.equal(text, "d0 d1 d2 d3 d4");
		assert.equal(r.output_text, text);
	});

	it("the stream helper with calls", async () => {
		const stream = openai.responses.stream({ model: "codex-local",
			input: 'SIM: text=I look;tool=look:{"q":"x"};' +
			    'tool=look:{"q":"y"}', tools: [look] });
		const r = await stream.finalResponse();

		assert.deepEqual(r.output.map((i) => [i.type, i.arguments]),
		    [["message", undefined], ["function_call", '{"q":"x"}'],
			["function_call", '{"q":"y"}']]);
	});

	for (const stream of [false, true]) {
		it(`parse, stream ${stream}`, async () => {
			const body = { model: "codex-local", input: `SIM: ${said}`,
				text: { format: zodTextFormat(answer, "answer") } };
			const r = stream
			    ? await openai.responses.stream(body).finalResponse()
			    : await openai.responses.parse(body);

			assert.deepEqual(r.output_parsed, good);
		});
	}

	it("a loop of calls with whole histories", async () => {
		const m = mark();
		const input = [{ role: "user", content: `${m} SIM: ` +
		    'tool=look:{"q":"x"};then;tool=look:{"q":"y"};then;outputs' }];
		let r;

		do {
			r = await create(input, { tools: [look], store: false,
				include: ["reasoning.encrypted_content"] });
			input.push(...r.output);
			for (const call of r.output.filter(
			    (i) => i.type === "function_call"))
				input.push({ type: "function_call_output",
					call_id: call.call_id,
					output: `${call.arguments} found` });
		} while (r.output.some((i) => i.type === "function_call"));
		assert.equal(r.output_text, '{"q":"x"} found; {"q":"y"} found');
		assert.equal(world.sim.requestsWith(m).length, 3);
	});

	it("goes on from an answer that is kept", async () => {
		const m = mark();
		const first = await create(`${m} SIM: text=first`,
		    { instructions: "for the first alone" });
		const second = await create("SIM: text=second",
		    { previous_response_id: first.id });

		assert.equal(second.output_text, "second");
		assert.equal(second.previous_response_id, first.id);
		const { items } = received(world.sim.requestsWith(m).at(-1).body);

		assert.deepEqual(items.filter((i) => i.role !== "developer")
		    .map((i) => [i.role, i.content[0].text]),
		[["user", `${m} SIM: text=first`], ["assistant", "first"],
			["user", "SIM: text=second"]]);
		assert.doesNotMatch(JSON.stringify(items), /for the first alone/);
	});

	it("retrieve, its input, and delete", async () => {
		const r = await create("SIM: text=kept");
		const same = await openai.responses.retrieve(r.id);

		assert.deepEqual(same.output, r.output);
		assert.equal(same.output_text, "kept");
		const page = await openai.responses.inputItems.list(r.id);

		assert.deepEqual(page.data.map((i) => i.content[0].text),
		    ["SIM: text=kept"]);
		await openai.responses.delete(r.id);
		await assert.rejects(openai.responses.retrieve(r.id),
		    { status: 404 });
	});

	it("an answer that is not to be kept is not", async () => {
		const r = await create("SIM: text=gone", { store: false });

		await assert.rejects(openai.responses.retrieve(r.id),
		    { status: 404 });
		await assert.rejects(create("SIM: text=x",
		    { previous_response_id: r.id }),
		{ status: 400, code: "previous_response_not_found" });
	});

	it("conversations", async () => {
		const m = mark();
		const c = await openai.conversations.create({ items: [
			{ type: "message", role: "user", content: `${m} begins` }] });

		await create("SIM: text=one", { conversation: c.id });
		const r = await create("SIM: text=two",
		    { conversation: { id: c.id } });

		assert.equal(r.output_text, "two");
		const { items } = received(world.sim.requestsWith(m).at(-1).body);

		assert.deepEqual(items.filter((i) => i.role !== "developer")
		    .map((i) => i.content[0].text), [`${m} begins`,
			"SIM: text=one", "one", "SIM: text=two"]);
		const list = await openai.conversations.items.list(c.id,
		    { order: "asc" });

		assert.equal(list.data.length, 5);
		await openai.conversations.delete(c.id);
		await assert.rejects(openai.conversations.retrieve(c.id),
		    { status: 404 });
	});

	it("input_tokens", async () => {
		const r = await openai.responses.inputTokens.count(
		    { model: "codex-local", input: "one two three four" });

		assert.ok(r.input_tokens > 3 && r.input_tokens < 30,
		    `${r.input_tokens}`);
	});

	it("a failure in mid-stream is an error", async () => {
		await assert.rejects(openai.responses.stream({ model: "codex-local",
			input: "SIM: text=half;failed=server_error:it broke" })
		    .finalResponse(), /it broke/);
	});

	it("an answer that was cut short says so", async () => {
		const r = await create(
		    "SIM: text=half;incomplete=max_output_tokens");

		assert.equal(r.status, "incomplete");
		assert.equal(r.incomplete_details.reason, "max_output_tokens");
	});
});
