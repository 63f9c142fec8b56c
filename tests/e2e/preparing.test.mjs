// What happens while Codex is still being prepared, and other narrow moments.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";
import { fakeCodex, makeDir, proxyBinary, removeDir, slack } from
    "./lib/env.mjs";
import { Child } from "./lib/child.mjs";
import { sseEvents } from "./lib/http.mjs";
import { Proxy, cleanEnv } from "./lib/proxy.mjs";
import { timed, within } from "./lib/wait.mjs";

const dir = makeDir("preparing");

after(() => removeDir(dir));

let serial = 0;

// A codex whose --version takes that long; `slow` can be changed later.
function slowCodex(seconds) {
	const file = path.join(dir, `codex-${++serial}`);
	const write = (s) => {
		fs.writeFileSync(`${file}.new`, "#!/bin/sh\n" +
		    `[ "$1" != --version ] || sleep ${s}\n` +
		    `exec ${fakeCodex} "$@"\n`, { mode: 0o755 });
		fs.renameSync(`${file}.new`, file);
	};

	write(seconds);
	return { file, write };
}

const ended = (proxy, ms) => within(proxy.child.exited, "its end", ms * slack);

describe("while Codex is prepared", () => {
	it("SIGTERM ends it at once", async () => {
		const proxy = await Proxy.start(
		    { codex: slowCodex(9).file, ready: false });
		const { ms, value } = await timed(() => {
			proxy.child.kill("SIGTERM");
			return ended(proxy, 5000);
		});

		assert.deepEqual(value, { code: 0, signal: null });
		assert.ok(ms < 3000 * slack, `${ms} ms`);
		proxy.checkSanitizer();
	});

	it("a request has its deadline", async () => {
		const proxy = await Proxy.start({ codex: slowCodex(9).file,
			ready: false, args: ["--timeout-seconds", "0.5"] });
		const r = await proxy.chat("hi");

		assert.equal(r.status, 504, r.text);
		assert.equal(r.error.code, "timeout");
		await proxy.stop();
	});

	it("status does not speak of an earlier run", async () => {
		const proxy = await Proxy.start();
		const { home } = proxy;
		const status = async () => {
			const child = new Child(proxyBinary, ["status", "--json"],
			    { env: cleanEnv(home) });

			await child.exited;
			return JSON.parse(child.stdout);
		};

		assert.deepEqual((await status()).urls, [proxy.url]);
		proxy.child.kill("SIGTERM");
		await ended(proxy, 10000);
		const next = await Proxy.start(
		    { home, codex: slowCodex(9).file, ready: false });
		const s = await status();

		assert.equal(s.running, true);
		assert.equal(s.pid, next.pid);
		assert.deepEqual(s.urls, [next.url]);
		assert.equal(s.ready, false);
		await next.stop();
		removeDir(proxy.dir);
	});
});

it("a drain does not wait for a Codex that is prepared anew", async () => {
	const codex = slowCodex(0);
	const proxy = await Proxy.start(
	    { codex: codex.file, args: ["--drain-seconds", "0.2"] });

	codex.write(20); // an upgrade, and a slow one
	const pending = proxy.open("hi");

	await proxy.metricsUntil((m) => m.in_flight === 1, "it to be taken");
	const { ms, value } = await timed(() => {
		proxy.child.kill("SIGTERM");
		return ended(proxy, 8000);
	});
	const r = await pending.answer;

	assert.equal(r.status, 503, r.text);
	assert.equal(r.error.code, "shutting_down");
	assert.deepEqual(value, { code: 0, signal: null });
	assert.ok(ms < 5000 * slack, `${ms} ms`);
	proxy.checkSanitizer();
});

it("large bodies that come before a drain are answered", async () => {
	const proxy = await Proxy.start({ args: ["--drain-seconds", "0.1"] });
	const zeros = `{"model":"m","messages":[],"x":[${"0,".repeat(2e6)}0]}`;
	const all = [1, 2, 3, 4].map(() =>
	    proxy.post("/v1/chat/completions", zeros).catch((e) => e));

	await proxy.metricsUntil((m) => m.requests_total >= 4, "them to come");
	proxy.child.kill("SIGTERM");
	for (const r of await Promise.all(all))
		assert.ok([400, 503].includes(r.status), `${r.status ?? r}`);
	assert.deepEqual(await ended(proxy, 15000), { code: 0, signal: null });
	proxy.checkSanitizer();
});

it("what a stopped answer has cost is told", async () => {
	const proxy = await Proxy.start();

	for (let i = 0; i < 20; i++) {
		const r = await proxy.chat("FAKE:text=hello STOP world", {
			stop: "STOP", stream: true,
			stream_options: { include_usage: true } });
		const events = sseEvents(r.text);

		assert.equal(events.filter((e) => e !== "[DONE]").at(-1)
		    .usage.total_tokens, 18);
	}
	const m = await proxy.idle().then(() => proxy.metrics());

	assert.equal(m.tokens.input, 20 * 11);
	await proxy.stop();
});
