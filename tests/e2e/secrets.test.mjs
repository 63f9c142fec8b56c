// Prompts and keys show nowhere that other users could look: not in command
// lines, not in children's environments, not in logs.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { codexLauncher, e2eDir } from "./lib/env.mjs";
import { commandLine, descendants, environ, exe,
	fds } from "./lib/proc.mjs";
import { mark, realCodex } from "./lib/proxy.mjs";

const key = "proxy-key-1f6a", prompt = "prompt-word-9c2e";

describe("while a request runs", () => {
	const world = realCodex({ before, after }, {
		args: ["--model", "gpt-5.5", "--log-level", "info",
			"--max-concurrency", "2"],
		env: { CODEX_PROXY_API_KEY: key, CODEX_PROXY_DRAIN_SECONDS: "5",
			LISTEN_FDS: "0", NOTIFY_SOCKET: "/nonexistent" } });
	let children, pendings;

	before(async () => {
		const auth = { Authorization: `Bearer ${key}` };
		const marks = [mark(), mark()];

		pendings = [
			world.proxy.open(`${prompt} ${marks[0]} SIM: hang`, {}, auth),
			world.proxy.open([
				{ role: "system", content: `sys ${prompt}` },
				{ role: "user", content: `${prompt} ${marks[1]} SIM: hang` },
			], { stream: true, response_format: { type: "json_schema",
				json_schema: { name: "s", schema: { type: "object",
					properties: {}, description: prompt } } } }, auth),
		];
		for (const m of marks)
			await world.sim.request(m);
		children = descendants(world.proxy.pid);
	});
	after(() => pendings.forEach((p) => p.destroy()));

	it("both run, as processes below the proxy", () => {
		const running = children.filter((p) =>
		    commandLine(p).includes("exec"));

		assert.ok(running.length >= 2, `${children}`);
	});

	it("no command line has a prompt or a key", () => {
		for (const pid of [world.proxy.pid, ...children]) {
			const text = commandLine(pid).join(" ");

			assert.ok(!text.includes(prompt), text);
			assert.ok(!text.includes(key), text);
			assert.ok(!text.includes("sim-secret-key"), text);
		}
	});

	it("Codex's environment has nothing of the proxy's own", () => {
		const codex = world.proxy.codexPids();

		assert.ok(codex.length >= 2);
		for (const pid of codex) {
			const names = environ(pid).map((e) => e.split("=")[0]);

			assert.deepEqual(names.filter((n) =>
			    /^(CODEX_PROXY_|LISTEN_|WATCHDOG_|NOTIFY_)/.test(n)), []);
			assert.ok(!environ(pid).join("\n").includes(key));
			// Codex itself drops keys for its own helpers.
			if (commandLine(pid)[1] === "exec")
				assert.ok(names.includes("SIM_KEY"));
		}
	});

	it("no child has one of the proxy's sockets", () => {
		const ours = fds(world.proxy.pid).map((f) => f.to)
		    .filter((to) => to.startsWith("socket:"));

		assert.ok(ours.length >= 1);
		for (const pid of children) {
			for (const { fd, to } of fds(pid))
				assert.ok(!ours.includes(to),
				    `${commandLine(pid)} has ${to} as ${fd}`);
		}
	});

	it("the launcher's native binary runs directly", () => {
		const real = fs.realpathSync(codexLauncher);
		const main = world.proxy.codexPids()
		    .filter((p) => commandLine(p)[1] === "exec");

		assert.equal(main.length, 2);
		for (const pid of main) {
			assert.ok(exe(pid).startsWith(path.join(e2eDir,
			    "node_modules/@openai/codex-linux-")), exe(pid));
			assert.notEqual(exe(pid), real);
			assert.ok(environ(pid).includes("CODEX_MANAGED_BY_NPM=1"));
		}
		assert.ok(world.proxy.messages().some((m) =>
		    m.includes("npm launcher") && m.includes("directly")));
	});

	it("the log has neither prompt nor key", () => {
		assert.ok(!world.proxy.child.stderr.includes(prompt));
		assert.ok(!world.proxy.child.stderr.includes(key));
	});

	it("health, readiness and metrics have neither path nor key",
	    async () => {
		for (const page of ["/health", "/ready", "/metrics",
			"/metrics?format=prometheus"]) {
			const { text } = await world.proxy.get(page);

			assert.ok(!text.includes(key));
			assert.ok(!text.includes(world.proxy.home));
		}
	});
});
