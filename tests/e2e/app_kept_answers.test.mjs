// app-server: results of calls with messages behind them go on with the turn
// that waits for them, and the model is asked once for each. Said too early,
// the messages would make Codex ask twice, the first time without them.
//
// E2E_KEPT_ANSWERS=N: so many instead of 200.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { calls, tool } from "./lib/calls.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";
import { chatItems, gotItems } from "./lib/talk.mjs";

const answers = Number(process.env.E2E_KEPT_ANSWERS ?? 200);
const together = 8;
const each = 20;

describe("results with messages behind them", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--workers", "1", "--model", "gpt-5.5",
			"--instructions", "none"] });
	const sent = new Map();
	let answered = 0;

	const ask = (m) => ({ role: "user", content: `${m} SIM: ${
		calls("look", "{}")}` });

	async function send(messages, m) {
		sent.set(m, structuredClone(messages));
		const r = await world.proxy.chat(messages,
		    { tools: [tool("look")] });

		assert.equal(r.status, 200, r.text);
		return r.json.choices[0].message;
	}

	async function conversation() {
		let m = mark();
		const messages = [ask(m)];

		for (let i = 0; i < each && answered < answers; i++) {
			const answer = await send(messages, m);

			answered++;
			m = mark();
			messages.push(answer, { role: "tool", content: `r${i}`,
				tool_call_id: answer.tool_calls[0].id }, ask(m));
		}
		await send(messages, m);
	}

	it("each is answered, by the turn that waited", async () => {
		await Promise.all([...Array(together)].map(async () => {
			while (answered < answers)
				await conversation();
		}));
		const { hits, failures } =
			(await world.proxy.metrics()).kept_threads;

		assert.ok(answered >= answers);
		assert.equal(hits.waiting, answered);
		assert.equal(failures, 0);
	});

	it("and the model was asked once, with all of it", () => {
		for (const { body } of world.sim.requests()) {
			const [m] = body.input.at(-1).content[0].text.split(" ");

			assert.deepEqual(gotItems(body), chatItems(sent.get(m)), m);
			sent.delete(m);
		}
		assert.equal(sent.size, 0);
	});
});
