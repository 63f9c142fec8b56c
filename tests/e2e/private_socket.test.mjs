// The socket beside the state file, at which the commands ask the server.
import assert from "node:assert/strict";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Operator } from "./lib/daemon.mjs";
import { ask, requestUnix } from "./lib/http.mjs";
import { startPassed } from "./lib/passed.mjs";
import { Pair } from "./lib/tls.mjs";
import { until } from "./lib/wait.mjs";

let op, sock;

beforeEach(() => {
	op = new Operator();
	sock = `${op.stateFile}.sock`;
});
afterEach(() => op.end());

const status = async (args = [], env = {}) => JSON.parse(
    (await op.run(["status", "--json", ...args], env)).stdout);

const post = (headers = {}) => requestUnix(sock, "/v1/chat/completions", {
	headers: { "Content-Type": "application/json", ...headers },
	body: JSON.stringify(ask("hi")),
});

describe("start, status and doctor find the server", () => {
	const ways = {
		"with --port 0": () => [],
		"over TLS": () => new Pair(op.dir, "first").args,
		"with a key": () => ["--api-key", "k"],
		"on a Unix socket alone": () =>
		    ["--listen", `unix:${path.join(op.dir, "s.sock")}`],
		"on an address of another machine's network": () =>
		    ["--host", "0.0.0.0", "--allowed-host", "only.test"],
	};

	for (const [way, args] of Object.entries(ways)) {
		test(way, async () => {
			const r = await op.start(args());

			assert.match(r.stdout, /running as pid \d+/);
			assert.ok(r.stdout.includes(op.url), r.stdout);
			const found = await status();

			assert.equal(found.running, true);
			assert.equal(found.ready, true);
			assert.equal(found.pid, op.pid());
			assert.deepEqual(found.urls, op.state().urls);
			assert.equal(found.workers.length, 1);
			const doctor = await op.run(["doctor"]);

			assert.match(doctor.stdout, /^ok +server +ready/m);
			assert.equal(doctor.code, 0, doctor.stdout);
		});
	}

	test("at the limit of --max-connections", async () => {
		await op.start(["--max-connections", "1"]);
		const { hostname, port } = new URL(op.url);
		const held = net.connect(Number(port), hostname);

		await new Promise((resolve) => held.on("connect", resolve));
		assert.equal((await status()).ready, true);
		held.destroy();
	});

	test("that a service manager has given its socket", async () => {
		const { child } = await startPassed(op.home,
		    ["--state-file", op.stateFile]);

		await until(async () => (await status()).ready, "it to be ready");
		assert.equal((await status()).pid, child.pid);
		child.kill("SIGTERM");
		assert.equal((await child.exited).code, 0);
		assert.ok(!fs.existsSync(sock));
	});

	test("that was stopped, and say so", async () => {
		await op.start();
		const pid = op.pid();

		process.kill(pid, "SIGSTOP");
		const found = await status();
		const text = (await op.run(["status"])).stdout;

		process.kill(pid, "SIGCONT");
		assert.equal(found.running, true);
		assert.equal(found.ready, false);
		assert.match(text, /does not answer/);
	});
});

describe("the socket", () => {
	test("is private, and in no list", async () => {
		await op.start();
		const st = fs.statSync(sock);

		assert.ok(st.isSocket());
		assert.equal(st.mode & 0o7777, 0o600);
		assert.equal(op.state().urls.length, 1);
		assert.equal(op.log().filter((l) =>
		    l.event === "listening").length, 1);
		assert.equal((await status()).urls.length, 1);
	});

	test("needs no key, whatever the Host; an Origin is no friend",
	    async () => {
		await op.start(["--api-key", "k"]);
		assert.equal((await op.chat("hi")).status, 401);
		assert.equal((await post()).status, 200);
		assert.equal((await post({ host: "evil.test" })).status, 200);
		assert.equal((await post(
		    { origin: "http://evil.test" })).status, 403);
	});

	test("alone tells what the server is, and no secret", async () => {
		const other = path.join(op.dir, "s.sock");

		await op.start(["--api-key", "not-to-be-seen",
			"--listen", `unix:${other}`, "--listen", "127.0.0.1:0"]);
		const r = await requestUnix(sock, "/private/server");
		const about = JSON.parse(r.text);

		assert.equal(about.pid, op.pid());
		assert.equal(about.state_file, op.stateFile);
		assert.equal(about.settings["api-key"], "set");
		assert.ok(!r.text.includes("not-to-be-seen"));
		assert.equal((await requestUnix(other, "/private/server")).status,
		    404);
		op.url = op.state().urls[1];
		assert.equal((await op.get("/private/server")).status, 404);
	});

	test("is gone after the stop, and there again after a restart",
	    async () => {
		await op.start();
		const pid = op.pid();

		assert.equal((await op.run(["restart"])).code, 0);
		assert.notEqual((await status()).pid, pid);
		await op.run(["stop"]);
		assert.ok(!fs.existsSync(sock));
	});

	test("of a server that was killed is replaced", async () => {
		await op.start();
		process.kill(op.pid(), "SIGKILL");
		await until(() => op.processes().length === 0, "its end");
		assert.ok(fs.existsSync(sock));
		assert.equal((await op.run(["status"])).code, 3);
		await op.start();
		assert.equal((await status()).ready, true);
	});

	test("is not taken from a server that lives", async () => {
		await op.start();
		const r = await op.run(["start", "--pid-file",
			path.join(op.dir, "second.pid")]);

		assert.equal(r.code, 1);
		assert.match(r.stderr, /another server uses this state file/);
		assert.equal((await status()).ready, true);
		// nor is the first meant by the second's pid file
		const stop = await op.run(["stop", "--pid-file",
			path.join(op.dir, "second.pid")]);

		assert.equal(stop.code, 1);
		assert.equal((await status()).ready, true);
	});

	test("two servers have two", async () => {
		const second = ["pid-file", "state-file", "log-file"].map((name) =>
		    `--${name}=${path.join(op.dir, `second.${name}`)}`);

		await op.start();
		const r = await op.run(["start", "--workers=2", ...second]);

		assert.equal(r.code, 0, r.stderr);
		const files = second.slice(0, 2);

		assert.equal((await status()).workers.length, 1);
		assert.equal((await status(files)).workers.length, 2);
		assert.notEqual((await status(files)).pid, (await status()).pid);
		assert.equal((await op.run(["stop", ...files])).code, 0);
		assert.equal((await status()).ready, true);
	});
});

describe("a state file whose path is too long for a socket", () => {
	const own = `codex-api-proxy-${process.getuid()}`;

	async function life(env, directory) {
		const long = path.join(op.dir, "l".repeat(120));

		fs.mkdirSync(long);
		const files = ["pid-file", "state-file", "log-file"].map((name) =>
		    `--${name}=${path.join(long, name)}`);
		const names = () => fs.existsSync(directory)
		    ? fs.readdirSync(directory) : [];
		const before = names();
		const r = await op.run(["start", ...files], env);

		assert.equal(r.code, 0, r.stderr);
		const [made, ...more] = names().filter((n) => !before.includes(n));

		assert.match(made, /^[0-9a-f]{16}\.sock$/);
		assert.deepEqual(more, []);
		assert.equal(fs.statSync(directory).mode & 0o7777, 0o700);
		assert.equal((await status(files.slice(0, 2), env)).ready, true);
		assert.equal((await op.run(["stop", ...files.slice(0, 2)],
		    env)).code, 0);
		assert.ok(!names().includes(made));
	}

	test("has it in the runtime directory", async () => {
		const runtime = fs.mkdtempSync(path.join(os.tmpdir(), "run-"));

		await life({ XDG_RUNTIME_DIR: runtime },
		    path.join(runtime, "codex-api-proxy"));
		fs.rmSync(runtime, { recursive: true });
	});

	test("has it below /tmp without one", () =>
	    life({}, path.join("/tmp", own)));
});

describe("another user", () => {
	let way;

	// A state file to which the way is open to all.
	beforeEach(() => {
		way = fs.mkdtempSync(path.join(os.tmpdir(), "way-"));
		fs.chmodSync(way, 0o755);
		op.stateFile = path.join(way, "state.json");
		sock = `${op.stateFile}.sock`;
	});
	afterEach(() => fs.rmSync(way, { recursive: true, force: true }));

	// The socket's own mode keeps others out; but somebody may widen it.
	test("is not served, though the file lets him in", async () => {
		await op.start(["--state-file", op.stateFile]);
		assert.equal(fs.statSync(sock).mode & 0o77, 0);
		if (process.getuid() !== 0)
			return; // nobody else can be had
		fs.chmodSync(sock, 0o666);
		const body = JSON.stringify(ask("hi"));

		assert.equal(await asNobody(
		    "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n" +
		    "Content-Type: application/json\r\n" +
		    `Content-Length: ${body.length}\r\n\r\n${body}`), "");
		await op.logged("a process of another user was refused");
		assert.equal((await op.get("/metrics")).json.requests_total, 0);
		assert.equal((await post()).status, 200);
	});

	// What comes back when somebody else connects and sends this.
	async function asNobody(text) {
		let answer = "", client;

		process.seteuid(65534);
		try {
			client = net.connect(sock);
		} finally {
			process.seteuid(0);
		}
		client.on("data", (d) => { answer += d; });
		client.on("error", () => {});
		client.write(text);
		await new Promise((resolve) => client.on("close", resolve));
		return answer;
	}
});
