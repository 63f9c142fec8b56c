// TLS as clients see it: who gets in, who does not, and who hangs up.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Child } from "./lib/child.mjs";
import { e2eDir, makeDir, removeDir, slack } from "./lib/env.mjs";
import { ask, request, sseEvents } from "./lib/http.mjs";
import { fds, stat } from "./lib/proc.mjs";
import { startPassed } from "./lib/passed.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { Raw, rawRequest } from "./lib/raw.mjs";
import { Pair } from "./lib/tls.mjs";
import { until, within } from "./lib/wait.mjs";

const dir = makeDir("tls");
const pair = new Pair(dir, "server");
const trust = { ca: pair.ca };

// It closes without an alert; an error of the client's own is another.
const cutOff = /disconnected before secure TLS connection/;

after(() => removeDir(dir));

const secureProxy = (args = [], options = {}) => Proxy.start(
    { args: [...pair.args, ...args], ca: pair.ca, ...options });

function world(args) {
	const w = {};

	before(async () => {
		w.proxy = await secureProxy(args);
	});
	after(() => w.proxy?.stop());
	return w;
}

// Runs a client to its end: its standard output.
async function client(file, args, env = {}) {
	const child = new Child(file, args,
	    { cwd: e2eDir, env: { ...process.env, ...env } });
	const end = await within(child.exited, file, 60000)
	    .finally(() => child.kill("SIGKILL"));

	return { ...end, stdout: child.stdout, stderr: child.stderr };
}

const chatRequest = (text, fields = {}) => rawRequest("POST",
    "/v1/chat/completions", { "Content-Type": "application/json" },
    JSON.stringify(ask(text, fields)));

describe("clients over TLS", () => {
	const w = world(["--sse-ping-seconds", "0.2",
		"--idle-timeout-seconds", "120"]);

	// Its trust is of the process, so it has one of its own.
	const openai = (extra) => client(process.execPath,
	    ["--input-type=module", "-e", `
		import OpenAI from "openai";
		const client = new OpenAI({ baseURL: "${w.proxy.url}/v1",
			apiKey: "any", maxRetries: 0 });
		const ask = (content, stream) => client.chat.completions.create({
			model: "codex-local", stream,
			messages: [{ role: "user", content }] });
		const c = await ask("FAKE:text=whole", false);
		let text = c.choices[0].message.content + " ";
		for await (const chunk of await ask("FAKE:text=streamed", true))
			text += chunk.choices[0]?.delta?.content ?? "";
		console.log(text);`], extra);

	it("the openai client, with the certificate trusted", async () => {
		assert.match(w.proxy.url, /^https:/);
		const r = await openai({ NODE_EXTRA_CA_CERTS: pair.cert });

		assert.equal(r.stdout, "whole streamed\n", r.stderr);
		assert.equal(r.code, 0);
	});

	it("the openai client refuses one that it does not trust", async () => {
		const r = await openai();

		assert.notEqual(r.code, 0);
		assert.equal(r.stdout, "");
		assert.match(r.stderr, /self.signed/i);
	});

	it("curl, whole and streamed", async () => {
		const curl = (...args) => client("curl", ["-sS", "-N",
			"--noproxy", "*", "--cacert", pair.cert, ...args]);
		const models = await curl(`${w.proxy.url}/v1/models`);

		assert.ok(JSON.parse(models.stdout).data.length > 0);
		const stream = await curl(`${w.proxy.url}/v1/chat/completions`,
		    "-H", "Content-Type: application/json", "-d",
		    JSON.stringify(ask("FAKE:slow=600;text=late",
			{ stream: true })));
		const events = sseEvents(stream.stdout);

		assert.equal(events.at(-1), "[DONE]");
		assert.match(stream.stdout, /late/);
		// keep-alives: the same without a word
		assert.ok(events.length > 4, stream.stdout);
	});

	const versions = [["TLSv1.3", true], ["TLSv1.2", true],
		["TLSv1.1", false], ["TLSv1", false]];

	for (const [version, good] of versions) {
		it(`${version}: ${good ? "spoken" : "refused"}`, async () => {
			const connected = Raw.connect(w.proxy.port, "127.0.0.1", {
				...trust, minVersion: version, maxVersion: version,
				ciphers: "ALL:@SECLEVEL=0",
				ALPNProtocols: ["h2", "http/1.1"] });

			if (!good) {
				await assert.rejects(connected, cutOff);
				return;
			}
			const raw = await connected;

			assert.equal(raw.socket.getProtocol(), version);
			assert.equal(raw.socket.alpnProtocol, "http/1.1");
			raw.destroy();
		});
	}

	it("a connection is kept, and its headers are guarded", async () => {
		const raw = await Raw.connect(w.proxy.port, "127.0.0.1", trust);

		raw.write(rawRequest("GET", "/health"));
		assert.equal((await raw.response()).status, 200);
		raw.write(rawRequest("GET", "/health", { Host: "evil.test" }));
		assert.equal((await raw.response()).status, 403);
		// two at once: what TLS has decrypted is not forgotten
		raw.write(rawRequest("GET", "/health") + chatRequest("hi"));
		assert.equal((await raw.response()).status, 200);
		assert.equal((await raw.response({ ms: 30000 })).status, 200);
		raw.destroy();
	});

	it("a body of many records", async () => {
		const r = await w.proxy.chat("x".repeat(8 * 1024 * 1024));

		assert.equal(r.status, 200, r.text.slice(0, 500));
	});

	it("plain HTTP is cut off, and harms nobody", async () => {
		const raw = await Raw.connect(w.proxy.port);

		raw.write(rawRequest("GET", "/health"));
		await raw.untilClosed();
		assert.doesNotMatch(raw.received.toString("latin1"), /HTTP/);
		assert.equal((await w.proxy.get("/health")).status, 200);
	});

	it("rubbish is cut off, and harms nobody", async () => {
		for (const bytes of [Buffer.alloc(20000, 0x16),
			Buffer.from("160301ffff01", "hex"),
			Buffer.from("16030100050100000100", "hex")]) {
			const raw = await Raw.connect(w.proxy.port);

			raw.write(bytes);
			raw.socket.end();
			await raw.untilClosed();
		}
		assert.equal((await w.proxy.get("/health")).status, 200);
	});
});

describe("the suites of TLS 1.2", () => {
	/* with which kind of key, and why not */
	const rows = [
		["ECDHE-RSA-AES128-GCM-SHA256", "rsa", null],
		["ECDHE-RSA-CHACHA20-POLY1305", "rsa", null],
		["AES128-GCM-SHA256", "rsa", "no forward secrecy"],
		["ECDHE-RSA-AES256-SHA", "rsa", "CBC"],
		["ECDHE-ECDSA-AES128-GCM-SHA256", "ec", null],
		["ECDHE-ECDSA-AES256-SHA", "ec", "CBC"],
	];
	const proxies = {};

	before(async () => {
		const rsa = new Pair(dir, "rsa", { kind: "rsa" });

		proxies.ec = await secureProxy();
		proxies.rsa = await Proxy.start({ args: rsa.args, ca: rsa.ca });
	});
	after(() => Promise.all(Object.values(proxies).map((p) => p.stop())));

	for (const [cipher, kind, why] of rows) {
		it(`${cipher}: ${why ?? "spoken"}`, async () => {
			const proxy = proxies[kind];
			const connected = Raw.connect(proxy.port, "127.0.0.1", {
				ca: proxy.ca, maxVersion: "TLSv1.2",
				ciphers: `${cipher}:@SECLEVEL=0` });

			if (why !== null) {
				await assert.rejects(connected, cutOff);
				return;
			}
			const raw = await connected;

			assert.equal(raw.socket.getCipher().name, cipher);
			raw.destroy();
		});
	}
});

describe("clients that do not finish the handshake", () => {
	const w = world(["--idle-timeout-seconds", "1"]);
	const hello = "1603010200010001fc0303"; // the beginning of one

	for (const [what, bytes] of [["nothing", ""], ["a part", hello]]) {
		it(`${what} was sent: cut by the idle timeout`, async () => {
			const raws = await Promise.all([1, 2, 3, 4, 5].map(() =>
				Raw.connect(w.proxy.port)));

			for (const raw of raws)
				raw.write(Buffer.from(bytes, "hex"));
			assert.equal((await w.proxy.chat("hi")).status, 200);
			await Promise.all(raws.map((r) => r.untilClosed(20000)));
		});
	}
});

it("past --max-connections a client waits for its turn", async () => {
	const proxy = await secureProxy(["--max-connections", "2"]);
	const connect = () => Raw.connect(proxy.port, "127.0.0.1", trust);
	const held = [await connect(), await connect()];
	let turn = false;
	const third = connect().then((raw) => {
		turn = true;
		return raw;
	});

	held[0].write(rawRequest("GET", "/health"));
	assert.equal((await held[0].response()).status, 200);
	assert.equal(turn, false);
	held[1].destroy();
	const raw = await third;

	raw.write(rawRequest("GET", "/health"));
	assert.equal((await raw.response()).status, 200);
	[...held, raw].forEach((r) => r.destroy());
	await proxy.stop();
});

it("waiting takes no CPU", async () => {
	const proxy = await secureProxy(["--idle-timeout-seconds", "120"]);
	const parked = await proxy.running("FAKE:hang");
	const half = await Raw.connect(proxy.port);
	const idle = await Raw.connect(proxy.port, "127.0.0.1", trust);

	half.write(Buffer.from("1603010200010001fc0303", "hex"));
	idle.write(rawRequest("GET", "/health"));
	await idle.response();
	const ticks = () => stat(proxy.pid).ticks;
	const before = ticks();

	await new Promise((resolve) => setTimeout(resolve, 1000));
	// spinning takes about 100, and half of that on a busy machine
	assert.ok(ticks() - before < 20, `${ticks() - before} ticks`);
	[parked, half, idle].forEach((c) => c.destroy());
	await proxy.stop();
});

describe("hanging up over TLS ends the job", () => {
	const w = world(["--sse-ping-seconds", "0.2"]);
	const gone = async () =>
		(await w.proxy.metrics()).errors_by_status["499"] ?? 0;

	const ways = [
		["close_notify and FIN", (raw) => raw.socket.end()],
		["a bare FIN", (raw) => raw.transport.end()],
		["a reset", (raw) => raw.transport.resetAndDestroy()],
	];

	for (const version of ["TLSv1.2", "TLSv1.3"]) {
		for (const stream of [false, true]) {
			for (const [what, hangUp] of ways) {
				it(`${what}, ${version}, stream ${stream}`,
				    () => hangs(version, stream, hangUp));
			}
		}
	}

	async function hangs(version, stream, hangUp) {
		const { proxy } = w;
		const before = await gone();
		const raw = await Raw.connect(proxy.port, "127.0.0.1",
		    { ...trust, minVersion: version, maxVersion: version });

		raw.write(chatRequest("FAKE:hang", { stream }));
		if (stream)
			await until(() => raw.received.includes("data: "),
			    "a keep-alive");
		await until(() => proxy.codexPids().length > 0, "it to run");
		const start = performance.now();

		hangUp(raw);
		await until(() => proxy.codexPids().length === 0,
		    "Codex to be ended", 20000);
		const ms = performance.now() - start;

		// a second, and what a loaded machine needs to notice
		assert.ok(ms < 5000 * slack, `it took ${ms} ms`);
		await proxy.metricsUntil((m) => m.in_flight === 0 &&
		    (m.errors_by_status["499"] ?? 0) === before + 1,
		"one more 499");
		raw.destroy();
	}

	it("and leaves no descriptor", async () => {
		const sockets = () => fds(w.proxy.pid).filter((f) =>
		    f.fd > 2 && f.to.startsWith("socket:")).length;

		await w.proxy.idle();
		// all but the two that listen
		await until(() => sockets() === 2, () =>
		    `sockets to be closed: ${JSON.stringify(fds(w.proxy.pid))}`);
	});
});

describe("the end of the server", () => {
	it("a stream over TLS is finished first", async () => {
		const proxy = await secureProxy(["--sse-ping-seconds", "0.2"]);
		const pending = proxy.open("FAKE:slow=1500;text=late",
		    { stream: true });

		await until(() => pending.text.length > 0, "a keep-alive");
		proxy.child.kill("SIGTERM");
		const answer = await pending.answer;

		assert.match(answer.text, /late[^]*\[DONE\]\n\n$/);
		await within(proxy.child.exited, "its end", 20000 * slack);
		await proxy.stop();
	});

	it("handshakes under way do not hold it up", async () => {
		const proxy = await secureProxy();
		const raws = await Promise.all([1, 2, 3].map(() =>
			Raw.connect(proxy.port)));

		raws[0].write(Buffer.from("1603010200", "hex"));
		assert.equal((await proxy.get("/health")).status, 200);
		await proxy.stop();
		raws.forEach((r) => r.destroy());
	});
});

it("a socket that a service manager passes speaks TLS", async () => {
	const { child, port } = await startPassed(makeDir("passed"), pair.args);
	const url = `https://127.0.0.1:${port}`;

	assert.ok(child.stderr.includes(`"${url}"`), child.stderr);
	assert.equal((await request(`${url}/health`, trust)).status, 200);
	child.kill("SIGTERM");
	assert.equal((await within(child.exited, "its end", 20000 * slack)).code,
	    0);
});
