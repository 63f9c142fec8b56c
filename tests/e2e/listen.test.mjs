// Where the server listens, and how it talks to a service manager.
import assert from "node:assert/strict";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { after, afterEach, beforeEach, describe, test } from "node:test";
import { Child } from "./lib/child.mjs";
import { Operator } from "./lib/daemon.mjs";
import { fakeCodex, makeDir, proxyBinary, removeDir, slack } from
    "./lib/env.mjs";
import { ask, request, requestUnix } from "./lib/http.mjs";
import { startPassed } from "./lib/passed.mjs";
import { Proxy, cleanEnv } from "./lib/proxy.mjs";
import { fds } from "./lib/proc.mjs";
import { until, within } from "./lib/wait.mjs";

describe("--listen", () => {
	let op;

	beforeEach(() => {
		op = new Operator();
	});
	afterEach(() => op.end());

	test("a Unix socket, IPv4 and IPv6 at once", async () => {
		const sock = path.join(op.dir, "s.sock");
		const r = await op.run(["start", "--listen", `unix:${sock}`,
			"--listen", "127.0.0.1:0", "--listen", "[::1]:0"]);

		assert.equal(r.code, 0, r.stderr);
		const { urls } = op.state();

		assert.equal(urls[0], `unix:${sock}`);
		assert.match(urls[1], /^http:\/\/127\.0\.0\.1:\d+$/);
		assert.match(urls[2], /^http:\/\/\[::1\]:\d+$/);
		assert.equal(fs.statSync(sock).mode & 0o777, 0o600);
		// whatever the Host: no browser speaks to a Unix socket
		assert.equal((await requestUnix(sock, "/ready",
		    { headers: { host: "anything.test" } })).status, 200);
		for (const url of urls.slice(1)) {
			const a = await request(`${url}/v1/chat/completions`, {
				method: "POST", headers:
				    { "Content-Type": "application/json" },
				body: JSON.stringify(ask("hi")) });

			assert.equal(a.status, 200, a.text);
		}
		const status = JSON.parse(
		    (await op.run(["status", "--json"])).stdout);

		assert.equal(status.ready, true);
		assert.equal((await op.run(["stop"])).code, 0);
		assert.ok(!fs.existsSync(sock));
	});

	test("a stale Unix socket is replaced, a living one is not",
	    async () => {
		const sock = path.join(op.dir, "s.sock");

		assert.equal((await op.run(
		    ["start", "--listen", `unix:${sock}`])).code, 0);
		const second = new Operator();
		const r = await second.run(
		    ["start", "--listen", `unix:${sock}`]);

		assert.equal(r.code, 1);
		assert.ok(r.stderr.includes(sock), r.stderr);
		await second.end();
		assert.equal((await requestUnix(sock, "/ready")).status, 200);
		process.kill(op.pid(), "SIGKILL");
		await until(() => op.processes().length === 0, "its end");
		assert.ok(fs.existsSync(sock));
		assert.equal((await op.run(
		    ["start", "--listen", `unix:${sock}`])).code, 0);
		assert.equal((await requestUnix(sock, "/ready")).status, 200);
	});

	for (const place of ["nonsense", "127.0.0.1", "127.0.0.1:99999",
		":80", "unix:"]) {
		test(`'${place}' is refused`, async () => {
			const r = await op.run(["start", "--listen", place]);

			assert.notEqual(r.code, 0);
			assert.ok(r.stderr.includes("listen"), r.stderr);
		});
	}

	test("a hang-up on a Unix socket is noticed", async () => {
		const sock = path.join(op.dir, "s.sock");

		await op.run(["start", "--listen", `unix:${sock}`,
			"--listen", "127.0.0.1:0"]);
		op.url = op.state().urls[1];
		const body = JSON.stringify(ask("FAKE:hang"));
		const client = net.connect(sock, () => client.write(
		    "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n" +
		    "Content-Type: application/json\r\n" +
		    `Content-Length: ${body.length}\r\n\r\n${body}`));

		client.on("error", () => {});
		await until(async () =>
		    (await op.get("/metrics")).json.in_flight === 1, "it to run");
		client.destroy();
		await until(async () => (await op.get("/metrics")).json
		    .errors_by_status["499"] === 1, "the 499", 1500 * slack);
	});
});

describe("a service manager", () => {
	const dir = makeDir("manager");
	let proxy;

	after(() => removeDir(dir));
	afterEach(() => proxy?.kill("SIGKILL"));

	// Collects what is sent to a datagram socket.
	async function manager() {
		const sock = path.join(dir, `n${Math.random()}`);
		const code = "import socket,sys\n" +
		    "s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\n" +
		    "s.bind(sys.argv[1])\nprint('bound',flush=True)\n" +
		    "while True:\n" +
		    "  print(repr(s.recv(4096).decode()),flush=True)\n";
		const child = new Child("python3", ["-c", code, sock]);

		await until(() => child.stdout.includes("bound"), "the socket");
		return { sock, child };
	}

	test("is told READY, WATCHDOG, RELOADING and STOPPING", async () => {
		const m = await manager();

		proxy = new Child(proxyBinary, ["start", "--foreground",
			"--port", "0"], { env: cleanEnv(dir, {
			CODEX_PROXY_CODEX_BIN: fakeCodex,
			CODEX_PROXY_CODEX_CONFIGS: 'model_provider="sim"',
			NOTIFY_SOCKET: m.sock, WATCHDOG_USEC: "200000",
		}) });
		const said = (words) => until(() =>
		    m.child.stdout.includes(words),
		() => `${words}: ${m.child.stdout} ${proxy.stderr}`);

		await said("READY=1\\nSTATUS=answering at http://127.0.0.1:");
		await said("WATCHDOG=1");
		proxy.kill("SIGHUP");
		await said("RELOADING=1");
		proxy.kill("SIGTERM");
		await said("STOPPING=1");
		assert.deepEqual(await within(proxy.exited, "its end"),
		    { code: 0, signal: null });
		m.child.kill("SIGKILL");
	});

	test("passes sockets, which Codex does not inherit", async () => {
		const { child, port } = await startPassed(dir);

		proxy = child;
		assert.ok(proxy.stderr.includes(`http://127.0.0.1:${port}"`));
		const url = `http://127.0.0.1:${port}`;
		const a = await request(`${url}/v1/chat/completions`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(ask("hi")) });

		assert.equal(a.status, 200, a.text);
		const hanging = request(`${url}/v1/chat/completions`, {
			method: "POST",
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(ask("FAKE:hang")) }).catch(() => {});
		const { codexPids } = Proxy.prototype;
		const codex = await until(() => codexPids.call({ codexHome:
		    path.join(dir, ".codex-api-proxy/codex-home") })[0],
		"codex to run");

		assert.deepEqual(fds(codex).filter((f) =>
		    f.fd > 2 && /socket/.test(f.to)), []);
		// two of a kind would be one while the first is pending
		proxy.kill("SIGTERM");
		proxy.kill("SIGINT");
		await within(proxy.exited, "its end");
		await hanging;
	});
});
