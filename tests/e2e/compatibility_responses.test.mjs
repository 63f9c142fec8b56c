// doc/compatibility_responses.md: each of its rows against the real program,
// and all of them against the reference.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { checkReplies, code, coversReply, coversRequest, obeysRows, Page }
    from "./lib/compatibility.mjs";
import { codexMayStop, newModel, plainModel } from "./lib/env.mjs";
import { typedEvents } from "./lib/http.mjs";
import { received } from "./lib/items.mjs";
import { atOnce, describeEngines, mark, realCodex } from "./lib/proxy.mjs";
import { openai } from "./lib/types.mjs";

const api = "ResponsesAPI";
const page = new Page("compatibility_responses.md");
const reference = ["The body", "Tools", "Items", "Parts of an item"]
    .flatMap((t) => page.fieldRows(t));
const others = page.fieldRows("Not in the reference");
const told = page.replyRows("The reply");
const events = page.rows("Events", "event").map(
    ([event, members, exec, server, note]) => ({ name: code(event)[0],
	members: code(members), unsent: note.startsWith("no ") ? code(note) : [],
	exec, "app-server": server }));
const always = ["sequence_number", "type"];

describe("doc/compatibility_responses.md has all of the reference", () => {
	coversRequest(openai.fieldPaths("ResponseCreateParamsBase", api),
	    reference, others);
	coversReply("the reply", openai.fieldPaths("Response", api, told
	    .filter((r) => r.exec === "repeated").map((r) => r.name)), told, [
		"frequency_penalty", "output[custom_tool_call].status",
		"presence_penalty", "store",
		"usage.input_tokens_details.estimated_tokens",
		"usage.output_tokens_details.estimated_tokens"]);

	it("each event has a row with its members, each row an event", () => {
		const all = openai.kinds("ResponseStreamEvent", api);
		const sent = events.filter((e) => e["app-server"] === "sent");

		assert.deepEqual(events.map((e) => e.name).sort(),
		    Object.keys(all).sort());
		for (const { name, members, unsent } of sent)
			assert.deepEqual(all[name].filter((k) => !unsent.includes(k) &&
			    ![...members, ...always].includes(k)), [], name);
	});
});

/* ---- what the model is to answer ---- */

const calls = "tool=look:{};tool=look:{}";
// An old exec may stop behind several items (lib/env.mjs).
const words = codexMayStop ? "text=one two three"
    : "reasoning=because;sealed=gAAAnew;text=one two three";

// Where one function alone will do the model is asked for the arguments.
function demanded({ tools = [], tool_choice: choice }) {
	if (choice?.type === "custom")
		return `tool=${choice.name}:{"input":"x"}`;
	if (choice?.type === "function" || choice?.mode === "required" ||
	    (choice === "required" && tools.length === 1))
		return 'text="{}"';
	return choice === "required" && tools.length > 0
	    ? "tool=look:{}" : undefined;
}

function script(body) {
	const json = ![undefined, "text"].includes(body.text?.format?.type);

	return `SIM: ${demanded(body) ?? (body.parallel_tool_calls === false
	    ? calls : json ? 'text="{}"' : words)}`;
}

describeEngines("doc/compatibility_responses.md", (engine) => {
	const world = realCodex({ before, after }, { engine, args: [
		"--model", plainModel, "--queue-timeout-seconds", "0",
		...atOnce(engine, 3)] });
	const post = (body) => world.proxy.post("/v1/responses",
	    { model: "codex-local", ...body });

	// What some rows refer to: the ids of what is kept under these names.
	const kept = {};

	before(async () => {
		const answer = await post({ input: "SIM: text=an early answer" });
		const conversation = await world.proxy.post("/v1/conversations",
		    { items: [{ type: "message", role: "user",
			content: "an early question" }] });

		kept.resp_kept = answer.json.id;
		kept.msg_kept = answer.json.output.at(-1).id;
		kept.conv_kept = conversation.json.id;
	});

	// Sends examples, members of the body or items of the input.
	async function send(...examples) {
		const m = mark();
		const input = examples.filter(Array.isArray).flat();
		const body = Object.assign({},
		    ...examples.filter((e) => !Array.isArray(e)));
		const { input: own } = body;

		input.push({ type: "message", role: "user",
			content: `${m} ${script(body)}` });
		const r = await post(JSON.parse(JSON.stringify({ ...body,
			input: typeof own === "string" ? `${m} ${own}` : own ?? input })
		    .replace(/\b(resp|msg|conv)_kept\b/g, (name) => kept[name])));

		return { m, r };
	}

	// What differs each time is made the same.
	const alike = (value, m) => JSON.parse(JSON.stringify(value)
	    .replaceAll(m, "mark").replace(/request-\d+-\w+/g, "dir")
	    .replace(/"(resp|msg|rs|fc|ctc)_\w+"/g, '"$1"')
	    .replace(/"(created_at|completed_at)":\d+/g, '"$1":0'));

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
		alone: 7, defaults: 5, nulls: 25, items: 4 } });

	describe("left out", () => {
		const all = [...reference, ...others].filter(
		    (r) => r[engine].word === "left out");

		for (const row of all) {
			it(row.label, async () => {
				const { tools } = row.example;
				const { m, r } = await send(row.example);
				const { body } = await world.sim.request(m);

				assert.equal(r.headers["x-codex-tools-left-out"],
				    tools.at(-1).type.replace("_preview", ""));
				assert.deepEqual(received(body).tools.map((t) => t.name),
				    [tools[0].name]);
				assert.deepEqual(r.json.tools.at(-1), tools.at(-1));
			});
		}
	});

	describe("replies", () => {
		const tools = engine === "exec" ? [] : [
			{ type: "function", name: "look" },
			{ type: "custom", name: "patch" },
			{ type: "namespace", name: "house", tools: [
				{ type: "function", name: "open" },
				{ type: "custom", name: "cut" }] }];
		// What the model does.
		const ways = ["text=x", "text=x;reasoning=because;sealed=gAAAnew",
			"text=x;reasoning=because",
			"text=x;incomplete=max_output_tokens",
			...(engine === "exec" ? [] : [calls,
				'tool=patch:{"input":"x"}', "tool=house/open:{}",
				'tool=house/cut:{"input":"x"}'])];
		const get = (words, fields) => post({ tools, model: newModel,
			reasoning: { summary: "auto" },
			include: ["reasoning.encrypted_content"],
			input: `SIM: ${words}`, ...fields });

		it("have what is said, and no more", async () => {
			const all = await Promise.all(ways.map((w) => get(w)));

			checkReplies(all.map((r) => r.json), told, engine, true);
		});

		it("events are those that are said to be sent", async () => {
			const all = await Promise.all([...ways,
				...(engine === "exec" ? []
				    : ["text=half;failed=server_error:no"])]
			    .map((w) => get(w, { stream: true })));
			const seen = all.flatMap((r) => typedEvents(r.text));
			const sent = events.filter((e) => e[engine] === "sent");

			assert.deepEqual([...new Set(seen.map((e) => e.type))].sort(),
			    sent.map((e) => e.name).sort());
			for (const { name, members } of sent) {
				for (const e of seen.filter((s) => s.type === name))
					assert.deepEqual(Object.keys(e).sort(),
					    [...members, ...always].sort(), name);
			}
		});
	});

	it("with `stream` the last event has the reply", async () => {
		const { reply: [whole] } = await good();
		const { reply } = await good({ stream: true });

		assert.deepEqual(reply.at(-1).response, whole);
	});
});
