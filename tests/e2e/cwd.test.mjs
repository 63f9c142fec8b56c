// metadata.cwd: which directory it means, and which are not allowed.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, it } from "node:test";
import { describeEngines, mark, realCodex } from "./lib/proxy.mjs";
import { until } from "./lib/wait.mjs";

// The directory in which exec's agent has its command run.
async function pwd({ proxy }, fields) {
	const call = JSON.stringify({ cmd: "pwd; touch stain", login: false });
	const r = await proxy.chat(
	    `SIM: tool=exec_command:${JSON.stringify(call)}`, fields);

	assert.equal(r.status, 200, r.text);
	return r.json.choices[0].message.content.split(/\n|\\n/);
}

// app-server's agent runs nothing; the record of the thread says where it is.
async function recorded({ proxy }, fields) {
	const m = mark();
	const archive = path.join(proxy.codexHome, "archived_sessions");
	const records = () => (fs.existsSync(archive)
	    ? fs.readdirSync(archive) : [])
	    .map((name) => fs.readFileSync(path.join(archive, name), "utf8"));
	const r = await proxy.chat(m, fields);

	assert.equal(r.status, 200, r.text);
	const record = await until(() => records().find((s) => s.includes(m)),
	    "the thread to be archived");

	return [JSON.parse(record.split("\n")[0]).payload.cwd];
}

describeEngines("metadata.cwd", (engine) => {
	const where = engine === "exec" ? pwd : recorded;
	const root = fs.mkdtempSync(path.join(fs.realpathSync("/var/tmp"),
	    "codex-api-proxy-e2e-"));
	const inside = path.join(root, "allowed/in side");
	const outside = path.join(root, "outside");

	for (const dir of [inside, outside])
		fs.mkdirSync(dir, { recursive: true });
	fs.symlinkSync(outside, path.join(root, "allowed/link-out"));
	fs.symlinkSync(inside, path.join(root, "allowed/link-in"));
	fs.writeFileSync(path.join(root, "allowed/file"), "");

	const world = realCodex({ before, after }, { engine, args: [
		"--model", "gpt-5.5", "--no-ephemeral",
		"--allowed-root", path.join(root, "allowed")] });

	after(() => fs.rmSync(root, { recursive: true }));

	/* cwd, the directory that it means */
	const rows = [[inside, inside],
		[path.join(root, "allowed/link-in"), inside],
		[path.join(inside, "../in side/."), inside]];
	for (const [cwd, real] of rows) {
		it(`${cwd.slice(root.length)} is where the agent is`, async () => {
			const said = await where(world, { metadata: { cwd } });

			assert.ok(said.includes(real), said.join("\n"));
			assert.deepEqual(fs.readdirSync(real), [],
			    "the sandbox lets nothing be written");
		});
	}

	it("without one it is the default", async () => {
		const said = await where(world, {});

		assert.match(said.join("\n"), /\.codex-api-proxy\/workspace/);
	});

	// With app-server there is no agent that would look at files.
	const ofAgents = engine === "exec" ? it : () => {};

	ofAgents("one that became a link out of it meanwhile is refused",
	    async () => {
		const cwd = path.join(root, "allowed/passing");
		const m = mark();
		const first = world.proxy.open(`${m} SIM: hang`);

		await world.sim.request(m);
		fs.mkdirSync(cwd);
		const second = world.proxy.open("x", { metadata: { cwd } });

		await world.proxy.metricsUntil((m) => m.queue_depth === 1,
		    "it to wait");
		fs.rmdirSync(cwd);
		fs.symlinkSync(outside, cwd);
		first.destroy();
		const r = await second.answer;

		fs.rmSync(cwd);
		assert.equal(r.status, 400, r.text);
		assert.equal(r.error.code, "cwd_not_allowed");
		assert.equal(r.error.param, "metadata.cwd");
	});

	/* cwd, what is wrong */
	const bad = [[outside, "another tree"], ["/", "above the root"],
		[path.join(root, "allowed/link-out"), "a symlink out"],
		[path.join(root, "allowed/../outside"), "dots"],
		[path.join(root, "allowed/none"), "not there"],
		[path.join(root, "allowed/file"), "no directory"],
		[root + "/allowed-not", "a longer name"],
		["allowed", "relative"], ["", "empty"]];
	for (const [cwd, why] of bad) {
		it(`${why} is 400 cwd_not_allowed`, async () => {
			const r = await world.proxy.chat("x", { metadata: { cwd } });

			assert.equal(r.status, 400, r.text);
			assert.equal(r.error.code, "cwd_not_allowed");
			assert.equal(r.error.param, "metadata.cwd");
		});
	}
});
