// app-server: reasoning that is encrypted, and what goes with it: handed out,
// taken back, left out where nobody can read it; and namespaces.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { newModel } from "./lib/env.mjs";
import { sseEvents } from "./lib/http.mjs";
import { received } from "./lib/items.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const include = ["reasoning.encrypted_content"];
const user = (text) => ({ role: "user", content: text });
const sealed = (id, encrypted_content, ...summary) => ({ type: "reasoning", id,
	summary: summary.map((text) => ({ type: "summary_text", text })),
	encrypted_content });
const look = { type: "function", name: "look", description: "d",
	parameters: { type: "object", properties: {} } };
const space = (name, ...tools) => ({ type: "namespace", name,
	description: `about ${name}`, tools });

for (const model of [newModel, "gpt-5.5"]) {
	describe(`reasoning with ${model}`, () => {
		const world = realCodex({ before, after }, { engine: "app-server",
			args: ["--model", model, "--instructions", "none"] });

		const respond = async (body) => {
			const r = await world.proxy.post("/v1/responses",
			    { store: false, include, ...body });

			assert.equal(r.status, 200, r.text);
			return r.json.output;
		};
		const kinds = (output) => output.map((i) =>
		    [i.type, i.encrypted_content ?? null]);

		// What the last of `n` requests with this mark had.
		const upstream = async (m, n = 1) => {
			const all = await until(() => {
				const found = world.sim.requestsWith(m);

				return found.length >= n && found;
			}, `${n} requests upstream`);

			assert.equal(all.length, n);
			return received(all[n - 1].body);
		};

		it("is handed out with its item", async () => {
			const out = await respond({ input:
				"SIM: reasoning=hm;sealed=gA=;commentary=so;final" });

			assert.deepEqual(kinds(out), [["reasoning", "gA="],
				["message", null], ["message", null]]);
			assert.deepEqual(out[0].summary,
			    [{ type: "summary_text", text: "hm" }]);
		});

		it("also without a summary, and before a call", async () => {
			const out = await respond({ tools: [look],
				input: "SIM: sealed=gA=;tool=look:{}" });

			assert.deepEqual(kinds(out), [["reasoning", "gA="],
				["function_call", null]]);
			assert.deepEqual(out[0].summary, []);
		});

		it("only where it is asked for", async () => {
			const out = await respond({ include: [],
				input: "SIM: reasoning=hm;sealed=gA=" });

			assert.deepEqual(kinds(out), [["reasoning", null],
				["message", null]]);
			assert.deepEqual(kinds(await respond({ include: [],
				input: "SIM: sealed=gA=" })), [["message", null]]);
		});

		it("comes back in its place, beside phases", async () => {
			const m = mark();

			await respond({ input: [user("a"),
				sealed("rs_1", "gA=", "one", "two"),
				{ type: "message", role: "assistant",
					phase: "commentary", content: [
						{ type: "output_text", text: "so" }] },
				sealed("rs_2", "gB="),
				{ type: "message", role: "assistant",
					phase: "final_answer", content: [
						{ type: "output_text", text: "x" }] },
				sealed("rs_3", undefined, "open"),
				user(m)] });
			const { items } = await upstream(m);

			assert.deepEqual(items.map((i) => [i.type, i.phase ??
				i.encrypted_content ?? i.role]), [
				["message", "user"], ["reasoning", "gA="],
				["message", "commentary"], ["reasoning", "gB="],
				["message", "final_answer"], ["message", "user"]]);
			assert.deepEqual(items[1].summary.map((s) => s.text),
			    ["one", "two"]);
		});

		for (const stream of [false, true]) {
			it("is left out when nobody can read it" +
			    (stream ? ", in a stream" : ""), async () => {
				const m = mark();
				const r = await world.proxy.post("/v1/responses", {
					store: false, stream, input: [user("a"),
						sealed("rs_1", "gA=", "one"),
						user(`${m} SIM: unreadable;text=pong`)] });

				assert.equal(r.status, 200, r.text);
				assert.match(r.text, /pong/);
				const { items } = await upstream(m, 2);

				assert.deepEqual(items.map((i) => i.type),
				    ["message", "message"]);
			});
		}

		/* what asks for it in chat */
		const wishes = [{ include_reasoning: true }, { reasoning: {} },
			{ reasoning: { effort: "low" } }];
		const detail = (data, index) => ({ type: "reasoning.encrypted",
			data, format: "openai-responses-v1", index });
		const withoutIds = (details) => details?.map(({ id, ...d }) => {
			assert.match(id, /^rs_/);
			return d;
		});
		const script = "SIM: reasoning=hm;sealed=gA=;text=so";

		for (const wish of wishes) {
			const name = JSON.stringify(wish);

			it(`chat hands it out for ${name}`, async () => {
				const r = await world.proxy.chat(script, wish);
				const { message } = r.json.choices[0];

				assert.equal(message.content, "so");
				assert.deepEqual(withoutIds(message.reasoning_details),
				    [detail("gA=", 0)]);
			});

			it(`and in a stream for ${name}`, async () => {
				const r = await world.proxy.chat(script,
				    { ...wish, stream: true });
				const deltas = sseEvents(r.text).slice(0, -1)
				    .map((e) => e.choices[0].delta);
				const at = (key) => deltas.findIndex((d) => d[key]);

				assert.deepEqual(withoutIds(deltas.flatMap((d) =>
				    d.reasoning_details ?? [])), [detail("gA=", 0)]);
				assert.ok(at("role") < at("reasoning_details"));
				assert.ok(at("reasoning_details") < at("content"));
			});
		}

		it("chat has it only where it is asked for", async () => {
			for (const fields of [{}, { reasoning_effort: "low" },
				{ include_reasoning: false },
				{ reasoning: { exclude: true } }]) {
				for (const stream of [false, true]) {
					const r = await world.proxy.chat(script,
					    { ...fields, stream });

					assert.equal(r.status, 200, r.text);
					assert.doesNotMatch(r.text, /reasoning_details/);
				}
			}
		});

		it("in chat it comes back in its place", async () => {
			const m = mark(), tools = [{ type: "function",
				function: { name: "look" } }];
			const first = await world.proxy.chat(
			    "SIM: sealed=gA=;text=I look;tool=look:{}",
			    { tools, include_reasoning: true });
			const { message } = first.json.choices[0];
			const result = { role: "tool", content: "r",
				tool_call_id: message.tool_calls[0].id };
			const r = await world.proxy.chat([user("another"), message,
				result, { role: "assistant", content: "x",
					reasoning_details: [detail("gB=", 0),
						{ ...detail("gC=", 1), format: "xai" }] },
				user(`${m} SIM: text=pong`)], { tools });

			assert.equal(r.status, 200, r.text);
			const { items } = await upstream(m);

			assert.deepEqual(items.map((i) => [i.type,
				i.encrypted_content ?? i.role]), [
				["message", "user"], ["reasoning", "gA="],
				["message", "assistant"],
				["function_call", undefined],
				["function_call_output", undefined],
				["reasoning", "gB="], ["message", "assistant"],
				["message", "user"]]);
		});

		it("in chat it is left out when nobody can read it", async () => {
			const m = mark();
			const r = await world.proxy.chat([user("a"),
				{ role: "assistant", content: "x",
					reasoning_details: [detail("gA=", 0)] },
				user(`${m} SIM: unreadable;text=pong`)]);

			assert.equal(r.json.choices[0].message.content, "pong");
			const { items } = await upstream(m, 2);

			assert.deepEqual(items.map((i) => i.type),
			    ["message", "message", "message"]);
		});

		it("is not what another refusal is about", async () => {
			const m = mark();
			const r = await world.proxy.post("/v1/responses", {
				store: false, input: [sealed("rs_1", "gA="),
					user(`${m} SIM: status=400`)] });

			assert.equal(r.status, 400, r.text);
			await upstream(m);
		});

		it("tools of one name in several namespaces", async () => {
			const m = mark();
			const tools = [look, space("one", look),
				space("web", look), space("mcp__two", look)];
			const out = await respond({ tools, parallel_tool_calls: true,
				input: `${m} SIM: tool=one/look:{};tool=look:{};` +
				    "tool=fn__web/look:{};tool=fn__mcp__two/look:{}" });

			assert.deepEqual(out.map((i) => [i.namespace, i.name]), [
				["one", "look"], [undefined, "look"],
				["web", "look"], ["mcp__two", "look"]]);
			const again = mark();

			await respond({ tools, input: [...out, ...out.map((i) => ({
				type: "function_call_output", call_id: i.call_id,
				output: "x" })), user(again)] });
			const { items } = await upstream(again);

			assert.deepEqual(items.filter((i) =>
			    i.type === "function_call").map((i) => i.namespace),
			["one", undefined, "fn__web", "fn__mcp__two"]);
			// Each has its own, with what is said of it.
			const { body } = (await world.sim.request(again));
			const all = [...(body.tools ?? []), ...body.input.flatMap(
			    (i) => i.type === "additional_tools" ? i.tools : [])];
			const spaces = all.filter((t) => t.type === "namespace" &&
			    t.name !== "functions");

			assert.deepEqual(spaces.map((t) =>
			    [t.name, t.description, t.tools.length]).sort(), [
				["fn__mcp__two", "about mcp__two", 1],
				["fn__web", "about web", 1], ["one", "about one", 1]]);
		});
	});
}
