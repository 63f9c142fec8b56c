// The unit files, as far as they can be tried without a booted systemd.
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { buildDir, fakeCodex, makeDir, proxyBinary, removeDir, slack } from
    "./lib/env.mjs";
import { cleanEnv, realCodex } from "./lib/proxy.mjs";
import { adapt, contrib, spawnTool, tool, toolEnv, topDir } from
    "./lib/tools.mjs";
import { until, within } from "./lib/wait.mjs";

const user = "codex-api-proxy.service";
const system = "codex-api-proxy@.service";
const socket = "codex-api-proxy.socket";

const built = (name) => fs.readFileSync(
    path.join(buildDir, "contrib/systemd", name), "utf8");

// The values of a directive, in order.
const values = (text, name) => [...text.matchAll(
    new RegExp(`^${name}=(.*)$`, "gm"))].map((m) => m[1]);

// What TimeoutStopSec has to leave room for: drain.c.
const drainDefault = () => Number(/"drain-seconds", "\w+", "(\d+)"/.exec(
    fs.readFileSync(path.join(topDir, "src/settings/settings.def"), "utf8"))[1]);
const drainPatience = 10;

describe("unit files", () => {
	const dir = makeDir("units");
	const program = values(built(user), "ExecStart")[0].split(" ")[0];
	const units = {
		[user]: adapt(built(user), [[program, proxyBinary]]),
		[system]: adapt(built(system), [[program, proxyBinary]]),
		[socket]: contrib(`systemd/${socket}`),
	};

	before(() => {
		for (const [name, text] of Object.entries(units))
			fs.writeFileSync(path.join(dir, name), text);
	});
	after(() => removeDir(dir));

	const verify = (args) => tool("systemd-analyze",
	    ["verify", "--man=no", ...args],
	    { env: { ...toolEnv, XDG_RUNTIME_DIR: dir } });

	it("name the installed program", () => {
		assert.match(program, /^\/.*\/codex-api-proxy$/);
		for (const text of Object.values(units))
			assert.doesNotMatch(text, /@\w+@/);
	});

	it("systemd-analyze verify has nothing to say", async () => {
		/* manager, units */
		const rows = [["--user", [user, socket]],
			["--system", [system.replace("@", "@root")]]];

		for (const [manager, names] of rows) {
			const r = await verify([manager,
				...names.map((n) => path.join(dir, n))]);

			assert.deepEqual(r, { code: 0, said: "" });
		}
	});

	it("systemd-analyze verify would have", async () => {
		const bad = path.join(dir, "bad.service");

		fs.writeFileSync(bad, adapt(units[user],
		    [["NotifyAccess", "NotifyAxess"]]));
		const r = await verify(["--user", bad]);

		assert.match(r.said, /NotifyAxess/);
	});

	for (const name of [user, system]) {
		it(`${name} leaves the drain to the server`, () => {
			const [stop] = values(units[name], "TimeoutStopSec");

			assert.deepEqual(values(units[name], "KillMode"), ["mixed"]);
			assert.ok(Number(stop) > drainDefault() + drainPatience);
			assert.deepEqual(values(units[name], "Type"), ["notify"]);
			assert.deepEqual(values(units[name], "NotifyAccess"),
			    ["main"]);
			assert.ok(Number(values(units[name], "WatchdogSec")[0]) > 0);
		});

		it(`${name} has nothing that Codex cannot live with`, () => {
			/* directive, why not */
			const rows = [
				["ProtectHome", "the login is renewed in the home"],
				["RestrictNamespaces", "the sandbox makes some"],
				["SystemCallFilter", "the sandbox mounts"],
				["MemoryDenyWriteExecute", "node compiles"],
				["ProtectKernelTunables", "no /proc in the sandbox"],
				["ProtectKernelLogs", "the same"],
				["ProtectProc", "the same"],
				["ProcSubset", "the same"],
				["DynamicUser", "it is the user's own login"],
			];

			for (const [directive, why] of rows)
				assert.deepEqual(values(units[name], directive), [],
				    why);
			assert.deepEqual(values(units[name], "NoNewPrivileges"),
			    ["yes"]);
		});
	}
});

describe("the real Codex without new privileges", () => {
	const world = realCodex({ before, after }, {
		args: ["--model", "gpt-5.5"],
		wrap: ["setpriv", "--no-new-privs"] });

	it("runs its agent's commands, in its sandbox", async () => {
		const { proxy } = world;
		const cwd = path.join(proxy.home, ".codex-api-proxy/workspace");
		const status = fs.readFileSync(`/proc/${proxy.pid}/status`, "utf8");

		assert.match(status, /^NoNewPrivs:\s*1$/m);
		fs.writeFileSync(path.join(cwd, "seen"), "marker-in-a-file");
		const call = JSON.stringify({ login: false,
			cmd: "cat seen; touch made || echo refused" });
		const r = await proxy.chat(
		    `SIM: tool=exec_command:${JSON.stringify(call)}`);

		assert.equal(r.status, 200, r.text);
		const said = r.json.choices[0].message.content;

		assert.match(said, /marker-in-a-file/);
		assert.match(said, /refused/);
		assert.ok(!fs.existsSync(path.join(cwd, "made")));
	});
});

describe("socket activation", () => {
	const dir = makeDir("activation");
	let child;

	after(() => {
		child?.kill("SIGKILL");
		removeDir(dir);
	});

	const get = (socketPath, target) => new Promise((resolve, reject) => {
		http.get({ socketPath, path: target, agent: false }, (r) => {
			r.resume();
			r.on("end", () => resolve(r.statusCode));
		}).on("error", reject);
	});

	it("the first connection starts the server and is answered",
	    async () => {
		const sock = path.join(dir, "s");
		const env = cleanEnv(dir, {
			CODEX_PROXY_CODEX_BIN: fakeCodex,
			CODEX_PROXY_CODEX_CONFIGS: 'model_provider="sim"',
		});

		// It passes its own environment on by name alone.
		child = spawnTool("systemd-socket-activate", ["-l", sock,
			...Object.keys(env).flatMap((name) => ["-E", name]),
			proxyBinary, "start", "--foreground"], { env });
		await until(() => fs.existsSync(sock), "the socket");
		assert.doesNotMatch(child.stderr, /"listening"/);
		assert.equal(await within(get(sock, "/health"), "an answer",
		    20000 * slack), 200, child.stderr);
		await until(async () => await get(sock, "/ready") === 200,
		    "it to be ready", 20000 * slack);
		assert.ok(child.stderr.includes(`"unix:${sock}"`), child.stderr);
		child.kill("SIGTERM"); // systemd-socket-activate has become it
		assert.deepEqual(await within(child.exited, "its end",
		    20000 * slack), { code: 0, signal: null }, child.stderr);
		// The socket is its maker's.
		assert.ok(fs.existsSync(sock));
	});
});
