// app-server: what the model says is passed on as it says it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { joinChunks, sseEvents } from "./lib/http.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const engine = "app-server";
const streaming = { stream: true };

describe("live", () => {
	const world = realCodex({ before, after }, { engine,
		args: ["--model", "gpt-5.5", "--sse-ping-seconds", "0"] });

	// The model says this and then nothing, so what comes is not held back.
	async function live(script, arrived) {
		const m = mark();
		const pending = world.proxy.open(`${m} SIM: ${script};hang`,
		    streaming);

		await until(() => pending.choices.length > 0 &&
		    arrived(pending.choices[0]), () => pending.text);
		const { n } = await world.sim.request(m);

		pending.destroy();
		assert.equal((await world.sim.closed(n)).completed, false);
	}

	it("deltas, the last of them, too", () =>
		live("text=one two;split=4", (c) => c.content === "one two"));
	it("reasoning", () =>
		live("reasoning=because;text=x", (c) => c.reasoning === "because"));
	it("commentary", () => live("commentary=looking;text=x",
	    (c) => c.reasoning === "looking" && c.content === "x"));

	it("the first delta is there while the model pauses", async () => {
		const m = mark();
		const pending = world.proxy.open(
		    `${m} SIM: text=one two three;split=4;gap=3000`, streaming);

		await until(() => pending.choices[0]?.content === "one ",
		    () => pending.text, 60000);
		assert.equal((await pending.answer).status, 200);
		assert.equal(pending.choices[0].content, "one two three");
	});
});

describe("what is said", () => {
	const world = realCodex({ before, after }, { engine,
		args: ["--model", "gpt-5.5", "--sse-ping-seconds", "0"] });
	const usage = { prompt_tokens: 1234, completion_tokens: 89,
		total_tokens: 1323, prompt_tokens_details: { cached_tokens: 567 },
		completion_tokens_details: { reasoning_tokens: 12 } };

	/* script, content, reasoning */
	const rows = [
		["text=hello", "hello", ""],
		["text=hello;final", "hello", ""],
		["messages=3", "m1\n\nm2\n\nm3", ""],
		["reasoning=first because;split=3;text=ok", "ok",
			"first because"],
		["commentary=let me look;split=2;text=found;final", "found",
			"let me look"],
		["reasoning=hm;commentary=looking;text=found;final", "found",
			"hm\n\nlooking"],
		["utf8", "aé€😀 bñ漢🦊", ""],
		['text="é€😀漢🦊ñ\\r\\n\\u001f\\u2028\\\\\\"";split=1',
			'é€😀漢🦊ñ\r\n\u001f\u2028\\"', ""],
		["text=", "", ""],
		["big=1000000", "x".repeat(1000000), ""],
		["deltas=2000", [...Array(2000).keys()].map((i) => `d${i}`)
		    .join(" "), ""],
	];
	for (const [script, content, reasoning] of rows) {
		it(`${script}, streaming`, async () => {
			const r = await world.proxy.chat(`SIM: ${script}`,
			    { ...streaming, stream_options: { include_usage: true } });
			const events = sseEvents(r.text);

			assert.equal(r.status, 200, r.text);
			assert.equal(events.pop(), "[DONE]");
			const [choice] = joinChunks(events);

			assert.equal(choice.content, content);
			assert.equal(choice.reasoning, reasoning);
			assert.equal(choice.finish_reason, "stop");
			assert.doesNotMatch(r.text, /\ufffd/);
			assert.equal(events.at(-1).usage.total_tokens, 18);
		});
		it(`${script}, not streaming`, async () => {
			const r = await world.proxy.chat(`SIM: ${script}`);
			const { message } = r.json.choices[0];

			assert.equal(message.content, content);
			assert.equal(message.reasoning_content ?? "", reasoning);
		});
	}

	it("usage is Codex's, and only where it is asked for", async () => {
		const script = "SIM: text=x;usage=1234,567,89,12";
		const asked = await world.proxy.chat(script,
		    { ...streaming, stream_options: { include_usage: true } });
		const plain = await world.proxy.chat(script, streaming);
		const events = sseEvents(asked.text);

		assert.deepEqual(events.at(-2).usage, usage);
		for (const e of events.slice(0, -2))
			assert.equal(e.usage, null);
		assert.doesNotMatch(plain.text, /"usage"/);
	});
});

describe("a stream that breaks off, with Codex's own retries", () => {
	const world = realCodex({ before, after }, { engine, retries: true,
		args: ["--model", "gpt-5.5", "--sse-ping-seconds", "0"] });
	const script = (rest) => `${mark()} SIM: ${rest}`;
	const seen = (text) => world.sim.requestsWith(text.split(" ")[0]).length;

	it("streaming, with text out: an error, and no more text", async () => {
		const text = script("text=half pong;split=5;cut=1,once");
		const r = await world.proxy.chat(text, streaming);
		const events = sseEvents(r.text);
		const { error } = events.pop();

		assert.equal(r.status, 200);
		assert.equal(error.type, "server_error");
		assert.equal(error.code, "upstream_error");
		assert.match(error.message, /void/);
		assert.equal(joinChunks(events)[0].content, "half ");
		assert.doesNotMatch(r.text, /\[DONE\]|"finish_reason":"/);
	});

	it("not streaming: the right text, once", async () => {
		const text = script("text=half pong;split=5;cut=1,once");
		const r = await world.proxy.chat(text);

		assert.equal(r.status, 200, r.text);
		assert.equal(r.json.choices[0].message.content, "half pong");
		assert.equal(seen(text), 2);
	});

	/* what goes wrong, once */
	for (const fault of ["cut=0,once", "status=500,once",
		"failed=server_error,once"]) {
		for (const stream of [false, true]) {
			it(`${fault}, stream ${stream}: nothing is out, and the ` +
			    "answer is right", async () => {
				// "failed" alone comes before any answer.
				const text = script(fault.startsWith("failed")
				    ? fault : `text=half pong;${fault}`);
				const r = await world.proxy.chat(text, { stream });
				const said = stream
				    ? joinChunks(sseEvents(r.text))[0].content
				    : r.json.choices[0].message.content;

				assert.equal(r.status, 200, r.text);
				assert.equal(said, fault.startsWith("failed")
				    ? "pong" : "half pong");
				assert.equal(seen(text), 2);
			});
		}
	}

	it("reasoning may come twice, the answer may not", async () => {
		const r = await world.proxy.chat(
		    script("reasoning=hm;text=half pong;cut=0,once"), streaming);

		assert.equal(r.status, 200);
		assert.equal(joinChunks(sseEvents(r.text))[0].content,
		    "half pong");
	});
});
