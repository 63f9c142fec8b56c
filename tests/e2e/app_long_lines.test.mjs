// app-server: what is injected comes back from the real Codex on one line a
// message. The largest body that is taken must not be a line too long to be
// read, and a request beside it must not notice.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { begun } from "./lib/children.mjs";
import { realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

const patience = 300000;
const size = 70 * 1024 * 1024; // over what is read whatever the options say
const tools = [{ type: "function", function: { name: "weather",
	description: "Tells it.", parameters: { type: "object",
		properties: { city: { type: "string" } } } } }];

describe("a message of 70 MiB", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--model", "gpt-5.5", "--max-body-bytes", "200000000",
			"--sse-ping-seconds", "0"] });

	it("is answered, and a stream beside it goes on", async () => {
		const { proxy } = world;
		const beside = await begun(proxy, "SIM: text=begun;hang", "begun");
		const large = proxy.open([
			{ role: "user", content: "x".repeat(size) },
			{ role: "user", content: "SIM: text=pong" },
		], { tools });

		await until(() => large.request.res?.complete, "its end",
		    patience);
		const r = await large.answer;

		assert.equal(r.status, 200, r.text);
		assert.equal(r.json.choices[0].message.content, "pong");
		assert.equal(beside.request.res.complete, false);
		assert.equal(beside.choices[0].content, "begun");
		beside.destroy();
		const metrics = await proxy.idle();

		assert.deepEqual(metrics.codex_processes,
		    { started: 1, crashed: 0, retries: 0 });
	});
});
