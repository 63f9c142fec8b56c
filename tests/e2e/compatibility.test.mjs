// doc/compatibility.md: each of its rows against the real program, and all of
// them against the reference.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { checkReplies, code, coversReply, coversRequest, obeysRows, Page }
    from "./lib/compatibility.mjs";
import { newModel, plainModel } from "./lib/env.mjs";
import { ask, request as sent, sseEvents } from "./lib/http.mjs";
import { received } from "./lib/items.mjs";
import { atOnce, describeEngines, mark, realCodex } from "./lib/proxy.mjs";
import { openai } from "./lib/types.mjs";

const fieldPaths = (name) => openai.fieldPaths(name, "ChatCompletionsAPI");
const page = new Page("compatibility.md");
const reference = ["The body", "Tools", "Messages",
	"Parts of a message's content"].flatMap((t) => page.fieldRows(t));
const others = page.fieldRows("Not in the reference");

describe("doc/compatibility.md has all of the reference", () => {
	coversRequest(fieldPaths("ChatCompletionCreateParamsBase"), reference,
	    others);

	const details = (of) => ["", ".data", ".format", ".id", ".index", ".type"]
	    .map((m) => `choices.${of}.reasoning_details${m}`);
	/* section, type; what the section has besides */
	const estimates = ["usage.completion_tokens_details.estimated_tokens",
		"usage.prompt_tokens_details.estimated_tokens"];
	const replies = [["The reply", "ChatCompletion",
		["choices.message.reasoning_content", ...details("message"),
			...estimates]],
	["The chunks of a stream", "ChatCompletionChunk",
		["choices.delta.reasoning_content", ...details("delta"),
			...estimates]]];
	for (const [title, type, more] of replies)
		coversReply(title, fieldPaths(type).map((f) =>
		    f.replace(/\[\w+\]/g, "")), page.replyRows(title), more);
});

// What the model answers where it is not three words.
const calls = 'tool=look:{};tool=look:{}';
const sealed = "sealed=gAAAnew;text=one two three";
const answers = { response_format: 'text="{}"', parallel_tool_calls: calls };

// What a model says that has to call: where one function alone will do it is
// asked for the arguments.
function demanded({ tools, functions, tool_choice: choice, function_call }) {
	const given = tools ?? functions ?? [];

	if (choice?.custom)
		return `tool=${choice.custom.name}:{"input":"x"}`;
	if (function_call?.name || choice?.function ||
	    choice?.allowed_tools?.mode === "required")
		return 'text="{}"';
	if (choice !== "required" || given.length === 0)
		return undefined;
	return given.length === 1 ? 'text="{}"' : "tool=look:{}";
}

function script(example) {
	if (demanded(example))
		return `SIM: ${demanded(example)}`;
	const key = Object.keys(answers).find((k) => example[k] !== true &&
	    ![undefined, null].includes(example[k]) &&
	    example[k].type !== "text");

	return `SIM: ${answers[key] ?? sealed}`;
}

describeEngines("doc/compatibility.md", (engine) => {
	const world = realCodex({ before, after }, { engine, args: [
		"--model", plainModel, "--queue-timeout-seconds", "0",
		...atOnce(engine, 3)] });

	// Sends examples, members of the body or messages.
	async function send(...examples) {
		const m = mark();
		const messages = examples.filter(Array.isArray).flat();
		const fields = Object.assign({},
		    ...examples.filter((e) => !Array.isArray(e)));

		messages.push({ role: "user",
			content: `${m} ${script(fields)}` });
		const r = await world.proxy.chat(messages, fields);

		return { m, r };
	}

	// What the model got and what came back, without what differs each time.
	async function good(...examples) {
		const { m, r } = await send(...examples);

		assert.equal(r.status, 200, r.text);
		const { body } = await world.sim.request(m);
		const { client_metadata, prompt_cache_key, ...request } = body;
		const reply = r.headers["content-type"] === "text/event-stream"
		    ? sseEvents(r.text) : [r.json];

		void [client_metadata, prompt_cache_key];
		for (const value of reply.filter((e) => e.id)) {
			value.id = value.created = 0;
		}
		return { reply, request: JSON.parse(JSON.stringify(
		    { ...request, input: undefined, ...received(body) })
		    .replaceAll(m, "mark").replace(/request-\d+-\w+/g, "dir")) };
	}

	obeysRows(engine, [...reference, ...others], { good, send, world, least: {
		alone: 16, defaults: 3, nulls: 31, items: 4 } });

	describe("replies", () => {
		const tools = engine === "exec" ? {} : { tools: [
			{ type: "function", function: { name: "look" } }] };
		const get = (words, fields) => world.proxy.chat(
		    `SIM: ${words}`, { model: newModel, ...tools, ...fields });
		const old = { tools: undefined, functions: [{ name: "look" }] };
		const freeform = { tools: [
			{ type: "custom", custom: { name: "patch" } }] };
		// What the model does, and how it is asked.
		const ways = [["text=x"], ["text=x;reasoning=because"],
			["reasoning=because;sealed=gAAAnew;text=x",
				{ include_reasoning: true }],
			["text=x;incomplete=max_output_tokens"],
			...(engine === "exec" ? [] : [[calls], [calls, old],
				['tool=patch:{"input":"x"}', freeform]])];

		const check = (title, objects) => checkReplies(objects,
		    page.replyRows(title), engine);

		it("have what is said, and no more", async () => {
			const all = await Promise.all(ways.map((w) => get(...w)));

			check("The reply", all.map((r) => r.json));
		});
		it("so do chunks", async () => {
			const all = await Promise.all(ways.flatMap(([w, f]) => [{},
				{ stream_options: { include_usage: true } }].map((o) =>
			    get(w, { stream: true, ...f, ...o }))));

			check("The chunks of a stream", all.flatMap((r) =>
			    sseEvents(r.text).filter((e) => e !== "[DONE]")));
		});
	});

	describe("endpoints", () => {
		const bodies = {
			"/v1/completions": { model: "codex-local", prompt: "x" },
			"/v1/responses": { model: "codex-local", input: "x" },
			"/v1/messages": { ...ask("x"), max_tokens: 9 },
		};
		const posted = (target) => ({
			body: JSON.stringify(bodies[target] ?? ask("x")),
			headers: { "Content-Type": "application/json" } });

		for (const [request, status, error] of page.rows(
		    "Endpoints", "request")) {
			it(request, async () => {
				const [method, target] = code(request)[0].split(" ");
				const r = await sent(world.proxy.url + target, {
					method, ...(method === "POST" ? posted(target) : {}) });

				assert.equal(r.status, Number(status), r.text);
				if (status !== "200")
					assert.equal(r.error.code, code(error)[0]);
			});
		}
	});
});
