// What the server needs of its own vanishes while it runs.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, it } from "node:test";
import { describeEngines, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

describeEngines("vanished", (engine) => {
	const world = realCodex({ before, after }, { engine });
	const home = () => world.proxy.codexHome;
	const ours = () => path.dirname(home());
	const ready = async () => (await world.proxy.get("/ready")).status;
	const remove = (file) => fs.rmSync(file, { recursive: true, force: true });

	/* what is removed */
	const files = [["the catalog", () =>
		path.join(home(), "model-catalog.json")],
	["the home", home],
	["the workspace", () => path.join(ours(), "workspace")]];

	for (const [what, file] of files) {
		it(`${what}: the next request is answered`, async () => {
			assert.ok(fs.existsSync(file()));
			remove(file());
			for (const stream of [false, true]) {
				const r = await world.proxy.chat("SIM: text=still here",
				    { stream });

				assert.equal(r.status, 200, r.text);
				assert.match(r.text, /still here/);
			}
		});

		it(`${what}: /ready notices, and has it made anew`, async () => {
			remove(file());
			// The 503 itself may be over sooner than one can ask.
			await until(async () => {
				await ready();
				return fs.existsSync(file());
			}, "it to be there");
			await world.proxy.waitReady();
		});
	}

	it("what cannot be made anew is 503 without a path", async () => {
		const aside = `${home()}-aside`;

		fs.renameSync(home(), aside);
		fs.writeFileSync(home(), "in the way");
		await until(async () => {
			const r = await world.proxy.chat("SIM: text=x");

			assert.ok(!r.text.includes(world.proxy.home), r.text);
			if (r.status !== 503)
				return false;
			assert.equal(r.error.code, "codex_unavailable");
			return true;
		}, "503");
		assert.equal(await ready(), 503);
		fs.unlinkSync(home());
		fs.renameSync(aside, home());
		await world.proxy.waitReady();
		assert.equal((await world.proxy.chat("SIM: text=x")).status, 200);
	});
});
