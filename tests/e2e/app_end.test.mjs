// app-server: when a request is over for its caller it is over upstream, and
// its place is free, whatever it was that ended it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { slack } from "./lib/env.mjs";
import { joinChunks, sseEvents } from "./lib/http.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const second = 1000 * slack;

describe("one place", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--model", "gpt-5.5", "--turns-per-worker", "1",
			"--sse-ping-seconds", "0"] });

	/* answer, stop, what is left; the model hangs after it */
	const stops = [
		["one STOP two", "STOP", "one "],
		["aaaaab", "aab", "aaa"],
		["x END", ["never", "END", "x E"], ""],
		["é€😀x", "😀", "é€"],
	];
	for (const [text, stop, left] of stops) {
		for (const stream of [false, true]) {
			it(`stop ${stop} in ${text}, stream ${stream}: the turn ends ` +
			    "upstream within a second", async () => {
				const m = mark();
				const r = await world.proxy.chat(
				    `${m} SIM: text=${text};split=1;hang`,
				    { stop, stream });
				const start = performance.now();
				const { n } = await world.sim.request(m);
				const end = await world.sim.closed(n);
				const ms = performance.now() - start;
				const choice = stream
				    ? joinChunks(sseEvents(r.text).slice(0, -1))[0]
				    : r.json.choices[0];

				assert.equal(stream ? choice.content
				    : choice.message.content, left);
				assert.equal(choice.finish_reason, "stop");
				assert.equal(end.completed, false);
				assert.ok(ms < second, `${ms} ms`);
			});
		}
	}

	it("what only looked like a stop string is not kept", async () => {
		for (const stream of [false, true]) {
			const r = await world.proxy.chat(
			    "SIM: text=go STO and ST;split=1",
			    { stop: "STOP", stream });

			assert.equal(stream
			    ? joinChunks(sseEvents(r.text).slice(0, -1))[0].content
			    : r.json.choices[0].message.content, "go STO and ST");
		}
	});

	it("300 requests of which most are hung up on leave it as it was",
	    async () => {
		const { proxy, sim } = world;
		const scripts = ["hang", "hang_headers", "text=a b c;split=2;hang",
			"text=x", "text=x;delay=20", "reasoning=hm;text=x;hang"];

		for (let i = 0; i < 300; i++) {
			const pending = proxy.open(`SIM: ${scripts[i % 6]}`,
			    { stream: i % 4 < 2 });

			// Some leave at once, some in the middle of a turn.
			for (let turn = 0; turn < i % 50; turn++)
				await new Promise((resolve) => setTimeout(resolve, 1));
			pending.destroy();
		}
		const m = await proxy.idle();

		assert.deepEqual(Object.keys(m.errors_by_status), ["499"]);
		assert.equal(m.codex_processes.started, 1);
		assert.equal(m.codex_processes.crashed, 0);
		const next = await proxy.chat("SIM: text=next");

		assert.equal(next.json.choices[0].message.content, "next");
		await until(async () => (await sim.stats()).open === 0,
		    "the model's server to be let go of");
	});
});
