// TLS as an operator sees it: start, restart, status, doctor, and renewing
// the certificate.
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Operator } from "./lib/daemon.mjs";
import { ask, Pending, sseEvents } from "./lib/http.mjs";
import { Raw, rawRequest } from "./lib/raw.mjs";
import { Pair, shownName } from "./lib/tls.mjs";
import { until } from "./lib/wait.mjs";

let op, pair;

beforeEach(() => {
	op = new Operator();
	pair = new Pair(op.dir, "first");
	op.ca = pair.ca;
});
afterEach(() => op.end());

const port = () => Number(new URL(op.url).port);

// Keep-alives show that a stream is open.
const startTls = (...args) => op.start(
    [...pair.args, "--engine", "exec", "--sse-ping-seconds", "0.2", ...args]);

const hangUp = () => process.kill(op.pid(), "SIGHUP");

describe("a life", () => {
	test("start, status, restart, and back to plain", async () => {
		const r = await startTls();

		assert.match(op.url, /^https:\/\/127\.0\.0\.1:\d+$/);
		assert.ok(r.stdout.includes(`${op.url}/v1`), r.stdout);
		assert.equal((await op.chat("hi")).status, 200);
		let status = await op.run(["status"]);

		assert.ok(status.stdout.includes(`${op.url}/v1`), status.stdout);
		assert.match(status.stdout, /Uptime/); // it was asked, over TLS
		status = JSON.parse((await op.run(["status", "--json"])).stdout);
		assert.equal(status.ready, true);
		assert.deepEqual(status.urls, [op.url]);

		let again = await op.run(["restart"]);

		assert.equal(again.code, 0, again.stderr);
		op.url = op.state().urls[0];
		assert.match(op.url, /^https:/);
		assert.equal((await op.chat("hi")).status, 200);

		again = await op.run(["restart", "--tls-cert=", "--tls-key="]);
		assert.equal(again.code, 0, again.stderr);
		op.url = op.state().urls[0];
		assert.match(op.url, /^http:/);
		assert.equal((await op.chat("hi")).status, 200);
	});

	test("by the environment, paths relative to where it starts",
	    async () => {
		await op.start([], { CODEX_PROXY_TLS_CERT: "first.crt",
			CODEX_PROXY_TLS_KEY: "first.key" });
		assert.equal((await op.get("/ready")).status, 200);
		const { settings } = JSON.parse((await op.run(
		    ["status", "--verbose", "--json"])).stdout);

		assert.equal(settings["tls-key"], pair.key);
		// of the environment nothing is saved
		assert.deepEqual(op.state().options, {});
	});

	test("by the command line, for a restart from elsewhere", async () => {
		await op.start(["--tls-cert", "first.crt", "--tls-key=first.key"]);
		assert.deepEqual(op.state().options,
		    { "tls-cert": pair.cert, "tls-key": pair.key });
		op.dir = op.home;
		assert.equal((await op.run(["restart"])).code, 0);
		op.dir = path.dirname(op.home);
	});

	test("TCP speaks TLS, a Unix socket does not", async () => {
		const socketPath = path.join(op.dir, "s.sock");
		const r = await startTls("--listen", `unix:${socketPath}`,
		    "--listen", "127.0.0.1:0", "--listen", "[::1]:0");
		const { urls } = op.state();

		assert.equal(urls[0], `unix:${socketPath}`, r.stdout);
		assert.match(urls[1], /^https:/);
		assert.match(urls[2], /^https:\/\/\[::1\]/);
		const answer = await new Promise((resolve, reject) => {
			http.get({ socketPath, path: "/ready", agent: false },
			    resolve).on("error", reject);
		});

		assert.equal(answer.statusCode, 200);
		answer.resume();
		op.url = urls[1];
		assert.equal((await op.get("/ready")).status, 200);
	});
});

describe("SIGHUP", () => {
	test("an open stream goes on, a new connection sees the new one",
	    async () => {
		await startTls();
		const kept = await Raw.connect(port(), "127.0.0.1",
		    { ca: op.ca });
		const stream = new Pending(`${op.url}/v1/chat/completions`, {
			method: "POST", ca: op.ca,
			headers: { "Content-Type": "application/json" },
			body: JSON.stringify(ask("FAKE:slow=2000;text=late",
			    { stream: true })) });

		await until(() => stream.text.length > 0, "a keep-alive");
		assert.equal(await shownName(port()), "first");
		const second = new Pair(op.dir, "second");

		second.replace(pair);
		hangUp();
		await op.logged("certificate reloaded");
		assert.equal(await shownName(port()), "second");
		const { text } = await stream.answer;

		assert.match(text, /late/);
		assert.equal(sseEvents(text).at(-1), "[DONE]");
		// so does one that was idle meanwhile
		kept.write(rawRequest("GET", "/health"));
		assert.equal((await kept.response()).status, 200);
		kept.destroy();
		// and for those that trust the old one it is over
		await assert.rejects(op.get("/health"));
		op.ca = second.ca;
		assert.equal((await op.chat("hi")).status, 200);
		const status = await op.run(["status", "--json"]);

		assert.equal(JSON.parse(status.stdout).ready, true);
	});

	test("a bad pair is told, and the old one stays", async () => {
		await startTls();
		const other = new Pair(op.dir, "other");

		fs.copyFileSync(other.cert, pair.cert); // and not the key
		hangUp();
		const line = await op.logged("the old pair stays");

		assert.equal(line.level, "error");
		assert.ok(line.message.includes(pair.key), line.message);
		assert.equal(await shownName(port()), "first");
		fs.rmSync(pair.key);
		hangUp();
		await op.logged("No such file");
		assert.equal(await shownName(port()), "first");
		assert.equal((await op.chat("hi")).status, 200);
		// the server is well, whatever the files say
		const status = await op.run(["status", "--json"]);

		assert.equal(JSON.parse(status.stdout).ready, true);
		other.replace(pair);
		hangUp();
		await op.logged("certificate reloaded");
		assert.equal(await shownName(port()), "other");
	});

	test("a hundred times among connections", async () => {
		await startTls();
		const second = new Pair(op.dir, "second");
		const ca = [pair.ca, second.ca];

		op.ca = ca;
		for (let i = 0; i < 100; i++) {
			const asked = [op.get("/health"), op.get("/health")];

			hangUp();
			for (const a of await Promise.all(asked))
				assert.equal(a.status, 200);
		}
		second.replace(pair);
		hangUp();
		await until(async () => await shownName(port()) === "second",
		    "the last one to be in service");
	});
});

describe("a start that fails says why and leaves nothing", () => {
	const faults = [
		["another's key", (p) => {
			fs.copyFileSync(new Pair(op.dir, "other").key, p.key);
		}, 1, /--tls-key: .*first\.key is not the key of .*first\.crt/],
		["a key that others can read",
			(p) => fs.chmodSync(p.key, 0o644), 1,
			/--tls-key: .*first\.key .*chmod 600/],
		["no key file", (p) => fs.rmSync(p.key), 1,
			/--tls-key: .*first\.key: No such file/],
		["no certificate file", (p) => fs.rmSync(p.cert), 1,
			/--tls-cert: .*first\.crt: No such file/],
		["no PEM certificate",
			(p) => fs.writeFileSync(p.cert, "hello\n"), 1,
			/--tls-cert: .*first\.crt: .*must hold/],
		["no PEM key", (p) => fs.writeFileSync(p.key, "hello\n"), 1,
			/--tls-key: .*first\.key: .*must hold/],
	];

	async function fails(args, code, words) {
		const r = await op.run(["start", ...args]);

		assert.equal(r.code, code, r.stdout + r.stderr);
		assert.match(r.stderr, words);
		assert.equal(r.stderr.trimEnd().split("\n").length, 1, r.stderr);
		await until(() => op.processes().length === 0, "all to end");
		assert.ok(!fs.existsSync(op.pidFile));
		assert.ok(!fs.existsSync(op.stateFile));
	}

	for (const [what, spoil, code, words] of faults) {
		test(what, () => {
			spoil(pair);
			return fails(pair.args, code, words);
		});
	}

	test("a certificate without a key", () =>
		fails(["--tls-cert", pair.cert], 2, /--tls-key is missing/));

	test("a key without a certificate", () =>
		fails(["--tls-key", pair.key], 2, /--tls-cert is missing/));
});

describe("a certificate that has expired", () => {
	beforeEach(() => {
		pair = new Pair(op.dir, "late", { days: 0 });
	});

	test("is served with a warning", async () => {
		const r = await op.run(["start", ...pair.args]);

		assert.equal(r.code, 0, r.stderr);
		assert.match(r.stderr,
		    /^codex-api-proxy: warning: .*late\.crt has expired on 20/m);
		const line = await op.logged("late.crt has expired on");

		assert.equal(line.level, "warning");
	});

	test("is a fault for doctor", async () => {
		const r = await op.run(["doctor", ...pair.args]);

		assert.equal(r.code, 1);
		assert.match(r.stdout, /^FAULT +tls .*late\.crt has expired on 20/m);
	});
});

describe("doctor", () => {
	test("says until when the certificate is good", async () => {
		const r = await op.run(["doctor", ...pair.args]);

		assert.equal(r.code, 0, r.stdout);
		assert.match(r.stdout, /^ok +tls .*first\.crt expires on 20/m);
		assert.match(r.stdout, /^ok +port +https:/m);
	});

	test("finds that the two do not belong together", async () => {
		fs.copyFileSync(new Pair(op.dir, "other").key, pair.key);
		const r = await op.run(["doctor", ...pair.args]);

		assert.equal(r.code, 1);
		assert.match(r.stdout, /^FAULT +tls .*first\.key is not the key/m);
	});

	test("says that it is off", async () => {
		const r = await op.run(["doctor"]);

		assert.match(r.stdout, /^ok +tls +not set/m);
	});
});
