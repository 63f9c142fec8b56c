// What the server owes its surroundings: a socket that outlives it, few
// descriptors, an upgraded or lost Codex, memory that is nobody's business.
import assert from "node:assert/strict";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Child } from "./lib/child.mjs";
import { Operator } from "./lib/daemon.mjs";
import { engines, fakeCodex, makeDir, proxyBinary, removeDir,
	slack } from "./lib/env.mjs";
import { request } from "./lib/http.mjs";
import { cleanEnv, Proxy } from "./lib/proxy.mjs";
import { until, within } from "./lib/wait.mjs";

// A service manager: has a listening socket for as long as it lives, accepts
// nothing, and starts the program with it for each line of its input.
const manager = `
import os, socket, sys
s = socket.create_server(("127.0.0.1", 0))
print("port", s.getsockname()[1], flush=True)
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        os.dup2(s.fileno(), 3)
        os.set_inheritable(3, True)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
        os.execvp(sys.argv[1], sys.argv[1:])
    print("started", pid, flush=True)
    os.waitpid(pid, 0)
    print("ended", pid, flush=True)
`;

class Manager {
	constructor(home, args = []) {
		this.child = new Child("python3", ["-c", manager, proxyBinary,
			"start", "--foreground", "--engine", "exec", ...args], {
			env: cleanEnv(home, { CODEX_PROXY_CODEX_BIN: fakeCodex,
				CODEX_PROXY_CODEX_CONFIGS: 'model_provider="sim"' }),
			stdio: ["pipe", "pipe", "pipe"] });
	}

	#count(what) {
		return [...this.child.stdout.matchAll(
		    new RegExp(`^${what} (\\d+)$`, "gm"))].map((m) => Number(m[1]));
	}

	// A server that is ready; its pid.
	async start() {
		const before = this.child.stderr.length;

		this.child.process.stdin.write("\n");
		await until(() => this.child.stderr.slice(before)
		    .includes("is ready"), () => this.child.stderr);
		return this.#count("started").at(-1);
	}

	get port() {
		return this.#count("port")[0];
	}

	ended(pid) {
		return until(() => this.#count("ended").includes(pid),
		    () => `${pid} to end: ${this.child.stderr}`);
	}

	async stop() {
		this.child.process.stdin.end();
		for (const pid of this.#count("started")) {
			if (!this.#count("ended").includes(pid))
				process.kill(pid, "SIGTERM");
		}
		await within(this.child.exited, "the manager");
	}
}

// A connection, with a request on it, and what comes back.
function connect(port, target = "/health") {
	const socket = net.connect(port, "127.0.0.1", () =>
	    socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n` +
	        "Connection: close\r\n\r\n"));

	socket.text = "";
	socket.on("data", (d) => { socket.text += d; });
	socket.ended = new Promise((resolve) => socket.on("close", resolve));
	socket.on("error", () => {});
	return socket;
}

describe("a socket that a service manager has passed", () => {
	it("whoever connects while it drains is served by the next one",
	    async () => {
		const dir = makeDir("handover");
		const m = new Manager(dir);
		const first = await m.start();
		const url = `http://127.0.0.1:${m.port}`;
		const slow = request(`${url}/v1/chat/completions`, {
			method: "POST", headers: {
				"Content-Type": "application/json" },
			body: JSON.stringify({ model: "x", messages: [{ role: "user",
				content: "FAKE:slow=2500;text=late" }] }) });

		await until(async () => (await request(`${url}/metrics`)).json
		    .in_flight === 1, "it to run");
		process.kill(first, "SIGTERM");
		await until(() => m.child.stderr.includes("draining"), "a drain");
		const waiting = Array.from({ length: 20 },
		    () => connect(m.port));

		// what was begun is answered, those wait
		assert.equal((await slow).json.choices[0].message.content, "late");
		await m.ended(first);
		assert.ok(waiting.every((s) => s.text === ""),
		    waiting.map((s) => s.text).join());
		const second = await m.start();

		await Promise.all(waiting.map((s) => s.ended));
		assert.notEqual(second, first);
		for (const s of waiting)
			assert.match(s.text, /^HTTP\/1\.1 200 /);
		await m.stop();
		removeDir(dir);
	});

	it("one of its own goes on to say that it drains", async () => {
		const proxy = await Proxy.start();
		const slow = await proxy.running("FAKE:slow=2500;text=late");

		process.kill(proxy.pid, "SIGTERM");
		await proxy.metricsUntil((m) => m.draining, "a drain");
		assert.equal((await proxy.get("/ready")).status, 503);
		assert.equal((await slow.answer).status, 200);
		await proxy.ended();
	});
});

describe("few descriptors", () => {
	it("leave Codex what it needs, and are warned of once", async () => {
		const proxy = await Proxy.start({ wrap: ["/bin/sh", "-c",
			'ulimit -n 64; exec "$@"', "sh"] });
		const warnings = proxy.log().filter((l) =>
		    l.level === "warning" && /--max-connections/.test(l.message));

		assert.equal(warnings.length, 1, proxy.child.stderr);
		const most = Number(/(\d+) and not 1024/.exec(
		    warnings[0].message)[1]);

		assert.ok(most >= 1 && most < 40, warnings[0].message);
		const idle = Array.from({ length: most - 1 }, () => net.connect(
		    proxy.port, "127.0.0.1"));

		await Promise.all(idle.map((s) =>
		    new Promise((resolve) => s.on("connect", resolve))));
		assert.equal((await proxy.chat("FAKE:text=x")).status, 200);
		// those beyond wait in the backlog, and harm nobody who is in
		const waiting = Array.from({ length: 60 }, () =>
		    net.connect(proxy.port, "127.0.0.1"));

		await Promise.all(waiting.map((s) =>
		    new Promise((resolve) => s.on("connect", resolve))));
		for (const s of [...waiting, ...idle])
			s.destroy();
		assert.equal((await proxy.chat("FAKE:text=x")).status, 200);
		assert.ok(!proxy.messages().some((t) => /Too many open/.test(t)));
		await proxy.stop();
	});

	it("enough are not spoken of", async () => {
		const proxy = await Proxy.start({ args:
			["--max-connections", "100"], wrap: ["/bin/sh", "-c",
			'ulimit -n 512; exec "$@"', "sh"] });

		assert.ok(!proxy.messages().some((t) =>
		    /--max-connections/.test(t)));
		await proxy.stop();
	});
});

for (const engine of engines) {
	describe(`${engine}: ready is what can answer`, () => {
		it("all the while that Codex is upgraded", async () => {
			const dir = makeDir("upgrade");
			const codex = path.join(dir, "codex");
			const install = (version) => {
				fs.writeFileSync(`${codex}.new`, "#!/bin/sh\n" +
				    `FAKE_CODEX_VERSION=${version} ` +
				    `exec ${fakeCodex} "$@"\n`, { mode: 0o755 });
				fs.renameSync(`${codex}.new`, codex);
			};

			install("0.169.0");
			const proxy = await Proxy.start({ engine, codex });

			assert.equal((await proxy.chat("FAKE:text=x")).status, 200);
			install("0.170.1");
			await until(async () => {
				const r = await proxy.get("/ready");

				assert.equal(r.status, 200, r.text);
				if (engine === "app-server")
					await proxy.chat("FAKE:text=x");
				return proxy.messages().some((t) =>
				    t.includes("codex-cli 0.170.1 is ready"));
			}, "the new one");
			assert.equal((await proxy.chat("FAKE:text=x")).status, 200);
			await proxy.stop();
			removeDir(dir);
		});
	});
}

if (engines.includes("app-server")) {
	it("app-server: as long as the child runs, its file may be gone",
	    async () => {
		const dir = makeDir("gone");
		const codex = path.join(dir, "codex");

		fs.copyFileSync(fakeCodex, codex);
		const proxy = await Proxy.start({ engine: "app-server", codex });

		fs.unlinkSync(codex);
		const enough = performance.now() + 2500;

		await until(async () => {
			const r = await proxy.get("/ready");

			assert.equal(r.status, 200, r.text);
			return performance.now() > enough;
		}, "some looks at it");
		assert.equal((await proxy.chat("FAKE:text=x")).status, 200);
		await proxy.stop();
		removeDir(dir);
	});
}

if (engines.includes("exec")) {
	it("exec: without its file it is not", async () => {
		const dir = makeDir("gone");
		const codex = path.join(dir, "codex");

		fs.copyFileSync(fakeCodex, codex);
		const proxy = await Proxy.start({ codex });

		fs.unlinkSync(codex);
		await until(async () => {
			const r = await proxy.get("/ready");

			return r.status === 503 &&
			    r.json.reasons.includes("codex executable missing");
		}, "503");
		await proxy.stop();
		removeDir(dir);
	});
}

describe("what stands in memory", { skip: process.getuid() !== 0 &&
	"needs root, to be somebody else" }, () => {
	const nobody = 65534;
	let op;

	beforeEach(() => {
		op = new Operator();
		fs.chownSync(op.dir, nobody, nobody);
		fs.chownSync(op.home, nobody, nobody);
	});
	afterEach(() => op.end());

	// Runs it as that user, as whom all else is done, too.
	async function run(words, env = {}) {
		const child = new Child(proxyBinary, words, { cwd: op.dir,
			env: { ...op.env, ...env }, uid: nobody, gid: nobody });
		const { code } = await within(child.exited, words.join(" "),
		    30000 * slack);

		return { code, stdout: child.stdout, stderr: child.stderr };
	}

	async function readable(what) {
		const child = new Child("cat", [`/proc/${op.pid()}/${what}`],
		    { uid: nobody, gid: nobody });

		return (await child.exited).code === 0;
	}

	it("is hidden from the user's other processes, unless told", async () => {
		delete op.env.CODEX_API_PROXY_DUMPABLE;
		let r = await run(["start"]);

		assert.equal(r.code, 0, r.stderr);
		assert.equal(await readable("environ"), false);
		assert.equal(await readable("maps"), false);
		r = await run(["restart"], { CODEX_API_PROXY_DUMPABLE: "1" });
		assert.equal(r.code, 0, r.stderr);
		assert.equal(await readable("environ"), true);
	});

	it("one that cannot be asked is known all the same", async () => {
		delete op.env.CODEX_API_PROXY_DUMPABLE;
		const r = await run(["start"]);

		assert.equal(r.code, 0, r.stderr);
		const pid = op.pid();

		process.kill(pid, "SIGSTOP");
		const stop = run(["stop"]);

		// it asks in vain for some seconds, then sends the signal
		await until(() => /^ShdPnd:\s*\S*4...$/m.test(
		    fs.readFileSync(`/proc/${pid}/status`, "utf8")),
		"SIGTERM to be pending");
		process.kill(pid, "SIGCONT");
		assert.equal((await stop).code, 0, (await stop).stderr);
	});
});
