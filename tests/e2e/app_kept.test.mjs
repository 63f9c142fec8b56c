// app-server: a conversation goes on in the thread that has answered it, in
// each dialect; the model gets all that the caller has said, once, with its own
// reasoning in place.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { calls, tool } from "./lib/calls.mjs";
import { newModel } from "./lib/env.mjs";
import { sseEvents } from "./lib/http.mjs";
import { gained, gotEffort, gotItems, gotReasoning, Talk } from "./lib/talk.mjs";
import { message, toolOf } from "./lib/messages.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";

const tools = [tool("look"), tool("read")];
const hit = { idle: 1 }, waited = { waiting: 1 };

for (const model of [newModel, "gpt-5.5"]) {
	describe(`kept threads, ${model}`, () => {
		const world = realCodex({ before, after }, { engine: "app-server",
			args: ["--workers", "1", "--model", model,
				"--instructions", "none"] });
		const talk = (fields) => new Talk(world, fields);

		it("an answer, and what is said to it", async () => {
			const t = talk();

			assert.deepEqual(await t.user("SIM: reasoning=hm;text=one")
			    .how(), { new: 1 });
			assert.deepEqual(await t.user("SIM: text=two").how(), hit);
			assert.equal(gotReasoning(t.body), 1);
			t.messages.push({ role: "system", content: "be brief" });
			assert.deepEqual(await t.user("SIM: text=three").how(), hit);
			assert.equal(t.answer.content, "three");
			assert.equal(gotReasoning(t.body), 1);
		});

		it("the upstream's key stays", async () => {
			const t = await talk().user("SIM: text=one").send();
			const key = t.body.prompt_cache_key;

			await t.user("SIM: text=two").send();
			assert.equal(t.body.prompt_cache_key, key);
		});

		it("commentary is the model's own", async () => {
			const t = await talk().user("SIM: commentary=hm;final;text=a")
			    .send();

			assert.deepEqual(await t.user("SIM: text=b").how(), hit);
		});

		it("several messages are one to chat", async () => {
			const t = await talk().user("SIM: messages=3").send();

			assert.deepEqual(await t.user("SIM: text=b").how(), hit);
		});

		it("calls wait for their results, turn after turn", async () => {
			const t = talk({ tools });

			await t.user(`SIM: reasoning=hm;${calls("look", '{"b": 1, ' +
			    '"a": [1.5]}')};then;${calls("read", "{}")};then;outputs`)
			    .send();
			assert.equal(t.answer.tool_calls.length, 1);
			assert.deepEqual(await t.result("r1").how(), waited);
			assert.equal(gotReasoning(t.body), 1);
			assert.deepEqual(await t.result("r2").how(), waited);
			assert.equal(t.answer.content, "r1; r2");
			assert.deepEqual(await t.user("SIM: text=so").how(), hit);
		});

		it("encrypted reasoning that comes back", async () => {
			const t = talk({ tools, include_reasoning: true });

			await t.user(`SIM: reasoning=hm;sealed=zz;${
				calls("look", "{}")};then;text=done`).send();
			assert.equal(t.answer.reasoning_details[0].data, "zz");
			assert.deepEqual(await t.result("r").how(), waited);
			assert.equal(gotReasoning(t.body), 1);
			assert.deepEqual(await t.user("SIM: text=a").how(), hit);
			assert.equal(gotReasoning(t.body), 1);
		});

		it("arguments that the client writes anew", async () => {
			const t = talk({ tools });

			await t.user(`SIM: ${calls("look", '{"b": 1, "a": [2]}')}`)
			    .send();
			t.calls()[0].function.arguments = '{"a":[2],"b":1}';
			assert.deepEqual(await t.result("r").how(), waited);
		});

		it("several calls and text", async () => {
			const t = talk({ tools });

			await t.user(`SIM: text=I look;${calls("look", "{}")};${
				calls("read", '{"n":1}')};${calls("look", "{}")}`)
			    .send();
			for (const [i, c] of t.calls().entries())
				t.result(`r${i}`, c);
			assert.deepEqual(await t.how(), waited);
			assert.equal(t.answer.content, "tool said: r0; r1; r2");
		});

		it("messages behind the results", async () => {
			const t = talk({ tools });

			await t.user(`SIM: ${calls("look", "{}")}`).send();
			t.result("r");
			t.messages.push({ role: "developer", content: "mind" });
			assert.deepEqual(await t.user("SIM: text=well").how(),
			    waited);
			assert.equal(t.answer.content, "well");
			assert.deepEqual(await t.user("SIM: text=a").how(), hit);
		});

		/* what a tool gave */
		const results = ["", "x".repeat(1000000), "\u0000\u0001é😀\r\n", null,
			[], [{ type: "text", text: "a" }],
			[{ type: "text", text: "a" }, { type: "text", text: "b" }]];
		for (const content of results) {
			const name = JSON.stringify(content).slice(0, 40);

			it(`a result ${name}`, async () => {
				const t = talk({ tools });

				await t.user(`SIM: ${calls("look", "{}")}`).send();
				assert.deepEqual(await t.result(content).how(),
				    waited);
				assert.deepEqual(await t.user("SIM: text=a").how(),
				    hit);
			});
		}

		it("streams", async () => {
			const t = talk();
			const ask = async () => {
				const r = await world.proxy.chat(t.messages,
				    { stream: true });
				const content = sseEvents(r.text).slice(0, -1)
				    .map((e) => e.choices[0].delta.content ?? "")
				    .join("");

				t.messages.push({ role: "assistant", content });
			};

			await t.user("SIM: deltas=5").counted(ask);
			assert.deepEqual(await t.user("SIM: deltas=3").counted(ask),
			    hit);
			assert.equal(t.messages.at(-1).content.trim(), "d0 d1 d2");
		});

		it("effort and schema are taken anew by an idle thread",
		    async () => {
			const schema = (name) => ({ response_format: {
				type: "json_schema", json_schema: { name: "n",
					schema: { type: "object", required: [name],
						additionalProperties: false, properties: {
							[name]: { type: "string" } } },
					strict: true } } });
			const t = talk();

			await t.user('SIM: text="{\\"a\\":\\"x\\"}"')
			    .send({ reasoning_effort: "low", ...schema("a") });
			assert.deepEqual(await t.user('SIM: text="{\\"b\\":\\"x\\"}"')
			    .how({ reasoning_effort: "high", ...schema("b") }), hit);
			assert.equal(gotEffort(t.body), "high");
			assert.ok(t.body.text.format.schema.properties.b);
			assert.deepEqual(await t.user("SIM: text=c")
			    .how({ reasoning_effort: "low" }), hit);
			assert.equal(gotEffort(t.body), "low");
			assert.equal(t.body.text?.format, undefined);
		});

		it("a tier that is not said again is unsaid", async () => {
			const fresh = await talk().user("SIM: text=a").send();
			const t = await talk().user("SIM: text=a")
			    .send({ service_tier: "priority" });

			assert.deepEqual(await t.user("SIM: text=b").how(), hit);
			assert.equal(t.body.service_tier, fresh.body.service_tier);
		});

		it("the latency line tells which it was", async () => {
			const t = await talk().user(`SIM: text=${"x".repeat(9000)}`)
			    .send();
			const ask = (list) => world.proxy.post(
			    "/v1/chat/completions",
			    { model: "codex-local", messages: list });
			const line = async (r) => world.proxy.latency(
			    r.headers["x-request-id"]);
			const kept = await line(await ask([...t.messages,
				{ role: "user", content: "SIM: text=b" }]));
			const fresh = await line(await ask([...t.messages,
				{ role: "user", content: "SIM: text=c" }]));

			assert.equal(kept.thread, "kept");
			assert.ok(kept.sent_bytes < 1000, `${kept.sent_bytes}`);
			assert.equal(fresh.thread, "fresh");
			assert.ok(fresh.sent_bytes > 9000, `${fresh.sent_bytes}`);
		});
	});
}

describe("kept threads of the other dialects", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--workers", "1", "--model", "gpt-5.5",
			"--instructions", "none"] });
	// The numbers that a request adds, its answer and what the model got.
	async function asked(path, body) {
		const before = await world.proxy.metrics();
		const known = world.sim.requests().length;
		const r = await world.proxy.post(path, body);
		const news = world.sim.requests().slice(known);

		assert.equal(r.status, 200, r.text);
		assert.equal(news.length, 1);
		return { json: r.json, got: gotItems(news[0].body),
			reasoning: gotReasoning(news[0].body),
			how: gained(before, await world.proxy.metrics()) };
	}
	const respond = (body) => asked("/v1/responses",
	    { model: "codex-local", store: false, ...body });
	const create = (body) => asked("/v1/messages", { ...message, ...body });
	const script = `SIM: reasoning=hm;sealed=zz;text=I look;${
		calls("look", '{"a": 1}')};then;text=done`;

	for (const include of [undefined, ["reasoning.encrypted_content"]]) {
		it(`responses, include ${include}`, async () => {
			const functions = [{ type: "function", name: "look",
				parameters: { type: "object", properties: {} } }];
			const m = mark(), ask = { role: "user", content: `${m} ${script}` };
			const first = await respond({ input: [ask], include,
				tools: functions });
			const call = first.json.output.find(
			    (i) => i.type === "function_call");
			const input = [ask, ...first.json.output, {
				type: "function_call_output", call_id: call.call_id,
				output: "r" }];
			const second = await respond({ input, include,
				tools: functions });

			assert.deepEqual(second.how, waited);
			assert.equal(second.reasoning, 1);
			assert.deepEqual(second.got, [["user", [ask.content]],
				["assistant", "I look"],
				["call", call.call_id, "look", '{"a":1}'],
				["output", call.call_id, "r"]]);
			const third = await respond({ include, tools: functions,
				input: [...input, ...second.json.output,
					{ role: "user", content: "SIM: text=x" }] });

			assert.deepEqual(third.how, hit);
			assert.equal(third.reasoning, 1);
			assert.deepEqual(third.got.slice(4),
			    [["assistant", "done"], ["user", ["SIM: text=x"]]]);
		});
	}

	it("responses without the phases, which some clients drop", async () => {
		const ask = { role: "user", content: `${mark()} SIM: text=one` };
		const first = await respond({ input: [ask] });
		const output = first.json.output.map(
		    ({ role, content }) => ({ role, content }));
		const second = await respond({ input: [ask, ...output,
			{ role: "user", content: "SIM: text=two" }] });

		assert.deepEqual(second.how, hit);
	});

	it("responses by previous_response_id", async () => {
		const first = await respond({ store: true,
			input: `${mark()} SIM: text=one` });
		const second = await respond({ store: true,
			previous_response_id: first.json.id,
			input: "SIM: text=two" });

		assert.deepEqual(second.how, hit);
		assert.equal(second.got.length, 3);
	});

	it("messages", async () => {
		const functions = [toolOf("look")];
		const ask = { role: "user", content: `${mark()} ${script}` };
		const system = "be brief";
		const first = await create({ system, messages: [ask],
			tools: functions });
		const use = first.json.content.find((b) => b.type === "tool_use");
		const list = [ask, { role: "assistant", content: first.json.content },
			{ role: "user", content: [{ type: "tool_result",
				tool_use_id: use.id, content: "r" },
			{ type: "text", text: "mind" }] }];
		const second = await create({ system, messages: list,
			tools: functions });

		assert.equal(first.json.stop_reason, "tool_use");
		assert.deepEqual(second.how, waited);
		assert.equal(second.reasoning, 1);
		assert.deepEqual(second.got.map(([kind]) => kind), ["developer",
			"user", "assistant", "call", "output", "user"]);
		const third = await create({ system, tools: functions,
			messages: [...list,
				{ role: "assistant", content: second.json.content },
				{ role: "user", content: "SIM: text=x" }] });

		assert.deepEqual(third.how, hit);
		assert.equal(third.got.length, 8);
	});
});
