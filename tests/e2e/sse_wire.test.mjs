// A stream byte by byte.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { reasoningTokens, withSeveralItems } from "./lib/env.mjs";
import { joinChunks, sseEvents } from "./lib/http.mjs";
import { describeEngines, fakeWorld, mark, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const streaming = { stream: true };
const withUsage = { stream: true, stream_options: { include_usage: true } };
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18,
	prompt_tokens_details: { cached_tokens: 3 },
	completion_tokens_details: {
		reasoning_tokens: reasoningTokens(2) } };

// A chunk as it must stand on the wire.
function chunk(head, delta, reason, tail = "") {
	return `data: {${head},"choices":[{"index":0,"delta":${delta},` +
	    `"logprobs":null,"finish_reason":${reason}}]${tail}}\n\n`;
}

// The members that all chunks share, from the first chunk.
function headOf(text) {
	const found = /^data: \{("id":.*?),"choices":/.exec(text);

	assert.ok(found, text);
	return found[1];
}

describeEngines("the bytes of a stream", (engine) => {
	const world = realCodex({ before, after },
	    { engine, args: ["--model", "gpt-5.5", "--sse-ping-seconds", "0"] });

	it("without usage", async () => {
		const r = await world.proxy.chat("SIM: text=hi", streaming);
		const head = headOf(r.text);

		assert.match(head, new RegExp('^"id":"chatcmpl-\\w+",' +
		    '"object":"chat\\.completion\\.chunk","created":\\d+,' +
		    '"model":"codex-local","system_fingerprint":"codex-cli [^"]+"$'));
		assert.equal(r.text,
		    chunk(head, '{"role":"assistant","content":""}',
			"null") +
		    chunk(head, '{"content":"hi"}', "null") +
		    chunk(head, "{}", '"stop"') + "data: [DONE]\n\n");
	});

	withSeveralItems(it)("with usage, and with reasoning", async () => {
		const r = await world.proxy.chat(
		    "SIM: text=hi;reasoning=hm", withUsage);
		const head = headOf(r.text), tail = ',"usage":null';

		assert.equal(r.text,
		    chunk(head, '{"role":"assistant","content":""}',
			"null", tail) +
		    chunk(head, '{"reasoning_content":"hm"}', "null", tail) +
		    chunk(head, '{"content":"hi"}', "null", tail) +
		    chunk(head, "{}", '"stop"', tail) +
		    `data: {${head},"choices":[],"usage":` +
		    JSON.stringify(usage) + "}\n\ndata: [DONE]\n\n");
	});

	if (engine === "app-server") {
		it("with calls alone: a role first, too", async () => {
			const r = await world.proxy.chat('SIM: tool=look:{"q": 1}',
			    { ...streaming, tools: [{ type: "function",
				function: { name: "look" } }] });
			const head = headOf(r.text);
			const [, id] = /"id":"(call_\w+)"/.exec(r.text);
			const calls = (call) =>
			    chunk(head, `{"tool_calls":[{"index":0,${call}}]}`,
				"null");

			assert.equal(r.text,
			    chunk(head, '{"role":"assistant","content":""}',
				"null") +
			    calls(`"id":"${id}","type":"function",` +
				'"function":{"name":"look","arguments":""}') +
			    calls('"function":{"arguments":"{\\"q\\": 1}"}') +
			    chunk(head, "{}", '"tool_calls"') +
			    "data: [DONE]\n\n");
		});
	}

	it("headers", async () => {
		const r = await world.proxy.chat("SIM: text=hi", streaming);

		assert.equal(r.status, 200);
		assert.match(r.headers["content-type"], /^text\/event-stream\b/);
		assert.equal(r.headers["cache-control"], "no-cache");
		assert.equal(r.headers["x-accel-buffering"], "no");
		assert.equal(r.headers["content-length"], undefined);
	});

	it("every choice has a role, content and one end", async () => {
		const r = await world.proxy.chat("SIM: text=hi",
		    { ...withUsage, n: 3 });
		const events = sseEvents(r.text);

		assert.equal(events.pop(), "[DONE]");
		const last = events.pop();

		assert.deepEqual(last.choices, []);
		assert.equal(last.usage.total_tokens, 3 * 18);
		for (let i = 0; i < 3; i++) {
			const own = events.map((e) => e.choices[0])
			    .filter((c) => c.index === i);

			assert.equal(own[0].delta.role, "assistant");
			assert.deepEqual(own.map((c) => c.finish_reason),
			    [...own.slice(1).map(() => null), "stop"]);
		}
		assert.deepEqual(joinChunks(events).map((c) => c.content),
		    ["hi", "hi", "hi"]);
	});

	it("a failure before any output is a real status", async () => {
		const r = await world.proxy.chat("SIM: status=500", streaming);

		assert.equal(r.status, 502);
		assert.match(r.headers["content-type"], /^application\/json/);
		assert.equal(r.error.code, "upstream_error");
	});

	it("the status line waits for output", async () => {
		const m = mark();
		const pending = world.proxy.open(
		    `${m} SIM: text=late;delay=700`, streaming);
		let early = true;

		pending.headers.then(() => { early = false; });
		await world.sim.request(m);
		assert.equal(early, true);
		assert.equal((await pending.answer).status, 200);
	});
});

describeEngines("keep-alives", (engine) => {
	const world = realCodex({ before, after },
	    { engine, args: ["--model", "gpt-5.5", "--sse-ping-seconds", "0.3"] });

	it("are chunks with an empty delta, and come again", async () => {
		const m = mark();
		const pending = world.proxy.open(`${m} SIM: hang`, withUsage);

		await until(() => pending.events.length >= 3, "three pings");
		const { events } = pending;

		// The role comes once: there are clients that join what comes.
		for (const e of events) {
			const [c] = e.choices;

			assert.equal(e.id, events[0].id);
			assert.equal(e.usage, null);
			assert.deepEqual(c.delta, e === events[0]
			    ? { role: "assistant", content: "" }
			    : { content: "" });
			assert.equal(c.finish_reason, null);
		}
		pending.destroy();
	});

	it("hold back the answer no longer than it takes", async () => {
		const r = await world.proxy.chat(
		    "SIM: text=late;delay=800", streaming);
		const events = sseEvents(r.text);

		assert.equal(events.at(-1), "[DONE]");
		assert.equal(joinChunks(events.slice(0, -1))[0].content, "late");
		assert.ok(events.length >= 5, r.text);
		assert.deepEqual(events.slice(0, -1).map((e) =>
		    e.choices[0].delta.role).filter(Boolean), ["assistant"]);
		assert.equal(events[0].choices[0].delta.role, "assistant");
	});

	it("a failure after one is in the stream, and then it ends", async () => {
		const r = await world.proxy.chat(
		    "SIM: status=500;delay=900", withUsage);
		const events = sseEvents(r.text);
		const last = events.pop();

		assert.equal(r.status, 200);
		assert.equal(last.error.code, "upstream_error");
		assert.equal(last.error.type, "server_error");
		assert.doesNotMatch(r.text, /\[DONE\]|"finish_reason":"/);
		assert.ok(events.length >= 1);
	});
});

describe("long and odd streams", () => {
	const world = fakeWorld({ before, after });

	it("no character is split between chunks", async () => {
		const text = "aé€😀 bñ漢🦊 ".repeat(20000);
		const r = await world.proxy.chat(`FAKE:echo ${text}`, streaming);

		assert.equal(r.status, 200);
		for (const e of sseEvents(r.text).slice(0, -1))
			assert.doesNotMatch(
			    e.choices[0]?.delta.content ?? "", /\ufffd/);
		assert.ok(joinChunks(sseEvents(r.text).slice(0, -1))[0]
		    .content.includes(text.trimEnd()));
	});

	it("5 MB come whole", async () => {
		const r = await world.proxy.chat("FAKE:big=5000000", streaming);
		const [choice] = joinChunks(sseEvents(r.text).slice(0, -1));

		assert.equal(choice.content.length, 5000000);
		assert.equal(choice.finish_reason, "stop");
	});

	it("an empty answer still has a role, an end and [DONE]", async () => {
		const r = await world.proxy.chat("FAKE:text=", streaming);
		const events = sseEvents(r.text);

		assert.equal(events.at(-1), "[DONE]");
		assert.equal(events[0].choices[0].delta.role, "assistant");
		assert.equal(joinChunks(events.slice(0, -1))[0].finish_reason,
		    "stop");
	});
});
