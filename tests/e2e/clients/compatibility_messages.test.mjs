// doc/compatibility_messages.md: each of its rows against the real program, and
// all of them against the reference.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { client } from "../lib/client.mjs";
import { checkReplies, coversReply, coversRequest, obeysRows, Page }
    from "../lib/compatibility.mjs";
import { plainModel } from "../lib/env.mjs";
import { typedEvents } from "../lib/http.mjs";
import { received } from "../lib/items.mjs";
import { message, messages } from "../lib/messages.mjs";
import { atOnce, describeEngines, mark, realCodex } from "../lib/proxy.mjs";
import { typesOf } from "../lib/types.mjs";

const sdk = "@anthropic-ai/sdk";
const file = "messages/messages.d.ts";
const { fieldPaths } = typesOf(`clients/node_modules/${sdk}/resources`,
    { MessagesAPI: file, Messages: file });
const api = "MessagesAPI";
const page = new Page("compatibility_messages.md");
const reference = ["The body", "Tools", "Messages and blocks"]
    .flatMap((t) => page.fieldRows(t));
const others = page.fieldRows("Not in the reference");
const told = page.replyRows("The reply");

// What the model answers.
function script({ tools = [], tool_choice: choice, output_config: config,
	thinking }) {
	if (choice?.type === "tool" || (choice?.type === "any" &&
	    tools.length === 1) || config?.format)
		return 'SIM: text="{}"';
	if (choice?.type === "any" || choice?.disable_parallel_tool_use)
		return "SIM: tool=look:{};tool=look:{}";
	return `SIM: ${thinking?.type === "adaptive" ? "reasoning=because;" +
	    "sealed=gAAAnew;" : ""}text=one two three`;
}

// Each row, with one of the engines.
function hold(engine) {
	const world = realCodex({ before, after }, { engine, args: [
		"--model", plainModel, "--queue-timeout-seconds", "0",
		...atOnce(engine, 3)] });

	// Sends examples, members of the body or messages.
	async function send(...examples) {
		const m = mark();
		const list = examples.filter(Array.isArray).flat();
		const body = Object.assign({}, message,
		    ...examples.filter((e) => !Array.isArray(e)));

		list.push({ role: "user", content: `${m} ${script(body)}` });
		return { m, r: await world.proxy.post("/v1/messages",
		    { messages: list, ...body }) };
	}

	// What differs each time is made the same.
	const alike = (value, m) => JSON.parse(JSON.stringify(value)
	    .replaceAll(m, "mark").replace(/request-\d+-\w+/g, "dir")
	    .replace(/"(msg|toolu)_\w+"/g, '"$1"'));

	// What the model got and what came back.
	async function good(...examples) {
		const { m, r } = await send(...examples);

		assert.equal(r.status, 200, r.text);
		const { body } = await world.sim.request(m);
		const { client_metadata, prompt_cache_key, ...request } = body;

		void [client_metadata, prompt_cache_key];
		return alike({ reply: r.headers["content-type"] ===
			"text/event-stream" ? typedEvents(r.text) : [r.json],
		request: { ...request, input: undefined, ...received(body) } },
		m);
	}

	obeysRows(engine, [...reference, ...others], { good, send, world, least: {
		alone: 5, defaults: 1, nulls: 10, items: 3 },
	blamed: (r, error) => error.filter((w) => r.error.message.includes(w)) });

	it("replies have what is said, and no more", async () => {
		const tools = engine === "exec" ? {} : { tools: [
			{ name: "look", input_schema: { type: "object" } }] };
		const ways = ["text=x", "text=x;reasoning=because;sealed=gAAAnew",
			"text=x;incomplete=max_output_tokens",
			...(engine === "exec" ? [] : ["tool=look:{}"])];
		const all = await Promise.all(ways.map((w) => world.proxy.post(
		    "/v1/messages", { ...message, ...messages(`SIM: ${w}`),
			...tools, thinking: { type: "adaptive" } })));

		checkReplies(all.map((r) => r.json), told, engine, true);
	});
}

describe(client(sdk, "what becomes of each field"), () => {
	describe("doc/compatibility_messages.md has all of the reference", () => {
		coversRequest(fieldPaths("MessageCreateParamsBase", api),
		    reference, others);
		coversReply("the reply", fieldPaths("Message", api), told, []);
	});
	describeEngines("doc/compatibility_messages.md", hold);
});
