// A response that a filter has cut, with Codex's own retries on: it would ask
// five times more, with words of its own.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { joinChunks, sseEvents } from "./lib/http.mjs";
import { describeEngines, mark, realCodex } from "./lib/proxy.mjs";

const object = { response_format: { type: "json_object" } };
const cut = "text=half;incomplete=content_filter";

describeEngines("a content filter", (engine) => {
	const world = realCodex({ before, after }, { engine, retries: true });
	const ask = async (script, fields) => {
		const m = mark();
		const r = await world.proxy.chat(`${m} SIM: ${script}`, fields);

		await world.proxy.settled();
		assert.equal(world.sim.requestsWith(m).length, 1,
		    "Codex does not ask again");
		return r;
	};

	it("is the end of the answer", async () => {
		const r = await ask(cut);

		assert.equal(r.status, 200, r.text);
		const [{ message, finish_reason }] = r.json.choices;

		assert.equal(message.content, "half");
		assert.equal(message.reasoning_content, undefined);
		assert.equal(finish_reason, "content_filter");
	});

	it("is the end of a stream", async () => {
		const r = await ask(cut, { stream: true });
		const events = sseEvents(r.text);

		assert.equal(events.pop(), "[DONE]");
		const [{ content, finish_reason }] = joinChunks(events);

		assert.deepEqual([content, finish_reason],
		    ["half", "content_filter"]);
	});

	it("of JSON is a refusal", async () => {
		const r = await ask(cut, object);

		assert.equal(r.status, 400, r.text);
		assert.equal(r.error.code, "content_policy_violation");
	});

	it("that leaves nothing is an empty answer", async () => {
		const r = await ask('text="";incomplete=content_filter');

		assert.equal(r.status, 200, r.text);
		assert.equal(r.json.choices[0].finish_reason, "content_filter");
		assert.equal(r.json.choices[0].message.content, "");
	});
});
