// Tokens of answers that were cut off before Codex told them.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { sseEvents } from "./lib/http.mjs";
import { atOnce, describeEngines, mark, realCodex } from "./lib/proxy.mjs";

describeEngines("estimates", (engine) => {
	const world = realCodex({ before, after }, { engine,
		args: ["--model", "gpt-5.5", ...atOnce(engine, 2)] });
	const tokens = async () => (await world.proxy.idle()).tokens;

	it("of an answer that ended by itself there is none", async () => {
		const r = await world.proxy.chat("SIM: text=pong");

		assert.equal(r.json.usage.completion_tokens_details
		    .estimated_tokens, undefined);
		const { estimated_input, estimated_output } = await tokens();

		assert.deepEqual([estimated_input, estimated_output], [0, 0]);
	});

	it("of one that a limit has cut", async () => {
		const was = await tokens();
		const { json: { usage } } = await world.proxy.chat(
		    "SIM: text=12345678;incomplete=max_output_tokens");

		// 123, 456 and 78.
		assert.equal(usage.completion_tokens, 3);
		assert.equal(usage.completion_tokens_details.estimated_tokens, 3);
		assert.equal(usage.prompt_tokens_details.estimated_tokens,
		    usage.prompt_tokens);
		const is = await tokens();

		assert.equal(is.estimated_output - was.estimated_output, 3);
		assert.equal(is.output - was.output, 3);
		assert.ok(is.estimated_input > was.estimated_input);
	});

	it("of one that a stop string has cut", async () => {
		const was = await tokens();
		const r = await world.proxy.chat("SIM: text=1234!678;split=1;gap=50",
		    { stop: "!", stream: true,
			stream_options: { include_usage: true } });
		const { usage } = sseEvents(r.text).at(-2);
		const is = await tokens();

		// exec has the tokens with the text.
		if (engine === "exec") {
			assert.equal(usage.completion_tokens, 7);
			assert.equal(is.estimated_output, was.estimated_output);
			return;
		}
		const n = usage.completion_tokens_details.estimated_tokens;

		assert.ok(n > 0 && n === usage.completion_tokens, r.text);
		assert.ok(is.estimated_output > was.estimated_output);
	});

	it("of one that nobody waited for", async () => {
		const was = await tokens();
		const m = mark();
		const pending = world.proxy.open(`${m} SIM: hang`);

		await world.sim.request(m);
		pending.destroy();
		await world.proxy.metricsUntil((t) => t.tokens.estimated_input >
		    was.estimated_input, "the estimate");
	});

	it("of one that the model's server refused there is none", async () => {
		const was = await tokens();

		await world.proxy.chat("SIM: status=400;message=no");
		assert.deepEqual(await tokens(), was);
	});
});
