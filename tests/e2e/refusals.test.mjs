// What the model's server refuses, at an address with secrets in it, with
// Codex's own retries on.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { makeDir, removeDir } from "./lib/env.mjs";
import { describeEngines, mark, Proxy } from "./lib/proxy.mjs";
import { Sim } from "./lib/sim.mjs";

describeEngines("refusals", (engine) => {
	const world = {};

	before(async () => {
		world.dir = makeDir("sim");
		world.sim = await Sim.start(world.dir);
		const host = `127.0.0.1:${world.sim.port}`;
		const config = ['model_provider="sim"', "model_providers.sim={" + [
			'name="sim"', 'wire_api="responses"', 'env_key="SIM_KEY"',
			`base_url="http://operator:pa55word@${host}/v1"`,
			'query_params={token="t0ken"}'].join(",") + "}"];

		world.host = host;
		world.proxy = await Proxy.start({ engine, sim: { overrides: () =>
			config }, args: ["--log-level", "debug"] });
	});
	after(async () => {
		await world.proxy?.stop();
		await world.sim?.stop();
		removeDir(world.dir);
	});

	for (const [status, code] of [[403, "codex_forbidden"],
		[422, "bad_request"]]) {
		it(`a ${status} tells nobody the address`, async () => {
			const m = mark();
			const r = await world.proxy.chat(
			    `${m} SIM: status=${status};message=the words of it`);

			assert.equal(r.error.code, code, r.text);
			assert.match(r.error.message, /the words of it/);
			for (const part of ["pa55word", "operator", "t0ken",
				world.host, "url:", "http:"])
				assert.ok(!r.text.includes(part), `${part}: ${r.text}`);
			const log = world.proxy.messages()
			    .filter((l) => l.includes("the words of it"));

			assert.ok(log.some((l) => l.includes(world.host)),
			    "the log keeps the host");
			for (const part of ["pa55word", "t0ken", "/v1/responses"])
				assert.ok(!world.proxy.child.stderr.includes(part),
				    part);
		});
	}

	it("what is forbidden is not asked for again", async () => {
		const m = mark();
		const r = await world.proxy.chat(`${m} SIM: status=403`);

		assert.equal(r.status, 403, r.text);
		assert.equal(r.headers["x-should-retry"], "false");
		await world.proxy.settled();
		assert.equal(world.sim.requestsWith(m).length, 1);
	});
});
