// The home in which Codex runs: what lies in it, and whose it is.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, it } from "node:test";
import { makeDir, removeDir } from "./lib/env.mjs";
import { describeEngines, mark, Proxy } from "./lib/proxy.mjs";
import { Sim } from "./lib/sim.mjs";

describeEngines("the home", (engine) => {
	const world = {};
	const home = (name) => path.join(world.dir, name);

	before(async () => {
		world.dir = makeDir("home");
		world.sim = await Sim.start(world.dir);
	});
	after(async () => {
		await world.sim?.stop();
		removeDir(world.dir);
	});

	// A home with things in it, and a program that leaves a trace.
	function furnish(dir) {
		const trace = path.join(world.dir, `trace-${path.basename(dir)}`);

		fs.mkdirSync(path.join(dir, "skills/one"), { recursive: true });
		fs.writeFileSync(path.join(dir, "config.toml"),
		    'developer_instructions = "marker-config"\n' +
		    '[mcp_servers.marker]\ncommand = "/bin/sh"\n' +
		    `args = ["-c", "echo > ${trace}"]\n`);
		fs.writeFileSync(path.join(dir, "AGENTS.md"), "marker-agents\n");
		fs.writeFileSync(path.join(dir, "skills/one/SKILL.md"),
		    "---\nname: marker-one\ndescription: marker-one\n---\n");
		return trace;
	}

	it("of ours nothing is obeyed, whoever has written it", async () => {
		const user = home("user");
		const ours = path.join(user, ".codex-api-proxy/codex-home");
		const trace = furnish(ours);
		const proxy = await Proxy.start({ engine, sim: world.sim,
			home: user });
		const m = mark();
		const r = await proxy.chat(m);

		assert.equal(r.status, 200, r.text);
		assert.ok(!fs.existsSync(trace), "the program was not started");
		assert.doesNotMatch(JSON.stringify(
		    (await world.sim.request(m)).body), /marker-/);
		assert.equal(fs.readFileSync(path.join(ours, "config.toml"),
		    "utf8"), "");
		await proxy.stop();
	});

	it("one that others can enter is refused, and left as it is",
	    async () => {
		const dir = home("open");

		furnish(dir);
		fs.chmodSync(dir, 0o755);
		const proxy = await Proxy.start({ engine, sim: world.sim,
			ready: false, args: ["--app-server-codex-home", dir] });
		const r = await proxy.chat("SIM: text=x");

		assert.equal(r.status, 503, r.text);
		assert.match(r.error.message, /chmod 700/);
		assert.ok(!r.text.includes(dir), r.text);
		assert.equal(fs.statSync(dir).mode & 0o777, 0o755);
		assert.ok(fs.existsSync(path.join(dir, "AGENTS.md")));
		await proxy.stop();
	});

	it("one of somebody's own is used as it is", async () => {
		const dir = home("private");

		furnish(dir);
		fs.writeFileSync(path.join(dir, "config.toml"), "# mine\n");
		fs.chmodSync(dir, 0o700);
		const proxy = await Proxy.start({ engine, sim: world.sim,
			args: ["--app-server-codex-home", dir] });

		assert.equal((await proxy.chat("SIM: text=x")).status, 200);
		assert.match(fs.readFileSync(path.join(dir, "config.toml"), "utf8"),
		    /# mine/);
		assert.ok(fs.existsSync(path.join(dir, "AGENTS.md")));
		await proxy.stop();
	});

	it("holds no snapshot of a shell, not even after a kill", async () => {
		const proxy = await Proxy.start({ engine, sim: world.sim });
		const m = mark();
		const pending = proxy.open(`${m} SIM: hang`);

		await world.sim.request(m);
		pending.destroy();
		await proxy.settled();
		const snapshots = path.join(proxy.codexHome, "shell_snapshots");

		assert.deepEqual(fs.existsSync(snapshots)
		    ? fs.readdirSync(snapshots) : [], []);
		await proxy.stop();
	});
});
