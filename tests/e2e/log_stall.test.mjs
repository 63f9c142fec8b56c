// In the foreground the log goes to whatever stderr is. Who stops reading it
// (a paused pager) stops nothing else: lines are dropped and counted.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { after, describe, it } from "node:test";
import { fakeCodex, makeDir, proxyBinary } from "./lib/env.mjs";
import { cleanEnv } from "./lib/proxy.mjs";
import { until, within } from "./lib/wait.mjs";

// One request over a connection of its own or of the agent's.
function request(socketPath, agent, method, target, body) {
	return new Promise((resolve, reject) => {
		const r = http.request({ socketPath, agent, method, path: target,
			headers: { "Content-Type": "application/json" } }, (res) => {
			let text = "";

			res.on("data", (c) => { text += c; });
			res.on("end", () => resolve({ status: res.statusCode, text }));
		});

		r.on("error", reject);
		r.end(body);
	});
}

/* stderr, how it is made: an fd to give away and who holds its other end */
const kinds = {
	"a pipe": (dir) => {
		const fifo = path.join(dir, "fifo");

		execFileSync("mkfifo", [fifo]);
		return fs.openSync(fifo, "r+");
	},
	// Node's own pipes are sockets, which it does not read unasked.
	"a socket": () => "pipe",
};

for (const [kind, make] of Object.entries(kinds)) {
	describe(`stderr is ${kind} that nobody reads`, () => {
		const dir = makeDir("stall");
		const socket = path.join(dir, "s");
		const stderr = make(dir);
		const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
		const get = (target) => request(socket, agent, "GET", target);

		fs.mkdirSync(path.join(dir, ".codex"));
		fs.writeFileSync(path.join(dir, ".codex/auth.json"),
		    '{"OPENAI_API_KEY":"none"}');
		const child = spawn(proxyBinary, ["start", "--foreground",
			"--listen", `unix:${socket}`, "--engine", "exec",
			"--codex-bin", fakeCodex, "--log-level", "debug",
			"--log-format", "json"], {
			env: cleanEnv(dir, { FAKE_CODEX_DIR: dir }), cwd: dir,
			stdio: ["ignore", "ignore", stderr] });
		const ended = new Promise((resolve) => {
			child.on("exit", (code, signal) => resolve({ code, signal }));
		});

		after(() => {
			child.kill("SIGKILL");
			agent.destroy();
		});

		it("8,000 requests are answered", async () => {
			let sent = 0;

			await until(async () => {
				try {
					return (await get("/ready")).status === 200;
				} catch {
					return false;
				}
			}, "it to be ready");
			await Promise.all([1, 2, 3, 4].map(async () => {
				while (sent++ < 8000) {
					const r = await within(request(socket, agent,
					    "POST", "/v1/chat/completions", "no JSON"),
					"an answer");

					assert.equal(r.status, 400);
				}
			}));
			assert.equal((await within(get("/health"), "/health")).status,
			    200);
		});

		it("what was dropped is counted", async () => {
			const m = JSON.parse((await get("/metrics")).text);
			const page = await get("/metrics?format=prometheus");

			assert.ok(m.log_lines_lost > 0, `${m.log_lines_lost}`);
			assert.match(page.text,
			    /^codex_proxy_log_lines_lost_total [1-9]/m);
		});

		it("a second SIGTERM ends it at once", async () => {
			request(socket, undefined, "POST", "/v1/chat/completions",
			    JSON.stringify({ model: "m", messages: [
				{ role: "user", content: "FAKE:hang" }] }))
			    .catch(() => {});
			await until(async () => JSON.parse((await get("/metrics"))
			    .text).in_flight === 1, "it to run");
			child.kill("SIGTERM");
			await until(async () => JSON.parse((await request(socket,
			    undefined, "GET", "/metrics")).text).draining, "the drain");
			child.kill("SIGTERM");
			assert.deepEqual(await within(ended, "it to end", 5000),
			    { code: 1, signal: null });
		});
	});
}
