// The example for logrotate on a running server, with the real logrotate.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import zlib from "node:zlib";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Child } from "./lib/child.mjs";
import { Operator } from "./lib/daemon.mjs";
import { slack } from "./lib/env.mjs";
import { adapt, contrib, tool } from "./lib/tools.mjs";
import { until, within } from "./lib/wait.mjs";

// `su` takes a group by its name.
const group = fs.readFileSync("/etc/group", "utf8").split("\n")
    .map((l) => l.split(":"))
    .find((f) => Number(f[2]) === os.userInfo().gid)[0];

describe("logrotate", () => {
	let op, config;

	beforeEach(async () => {
		op = new Operator();
		config = path.join(op.dir, "logrotate.conf");
		fs.writeFileSync(config, adapt(
		    contrib("logrotate/codex-api-proxy"), [
			    ["/home/alice", op.home],
			    ["su alice alice",
				`su ${os.userInfo().username} ${group}`],
		    ]), { mode: 0o644 });
	});
	afterEach(() => op.end());

	async function rotate() {
		const r = await tool("logrotate", ["--force", "--state",
			path.join(op.dir, "logrotate.state"), config]);

		assert.deepEqual(r, { code: 0, said: "" });
	}

	// The log and what it was before, oldest last.
	function files() {
		return fs.readdirSync(op.own)
		    .filter((n) => /^codex-api-proxy\.log/.test(n)).sort();
	}

	function idsIn(name) {
		const bytes = fs.readFileSync(path.join(op.own, name));
		const text = name.endsWith(".gz")
		    ? zlib.gunzipSync(bytes).toString() : bytes.toString();

		return text.split("\n").filter((l) =>
		    l.includes('"chat_completion_latency"'))
		    .map((l) => JSON.parse(l).request_id);
	}

	const logged = (name, id) => until(() =>
	    fs.existsSync(path.join(op.own, name)) && idsIn(name).includes(id),
	`${id} in ${name}`, 20000 * slack);

	const ask = (id) => op.chat("FAKE:text=x", { "x-request-id": id });

	it("what was before is in the old file, what comes is in the new",
	    async () => {
		await op.start();
		await ask("before");
		await logged("codex-api-proxy.log", "before");
		await rotate();
		await op.logged("SIGHUP: log reopened", 20000 * slack);
		await ask("after");
		await logged("codex-api-proxy.log", "after");

		assert.deepEqual(files(),
		    ["codex-api-proxy.log", "codex-api-proxy.log.1"]);
		assert.deepEqual(idsIn("codex-api-proxy.log"), ["after"]);
		assert.deepEqual(idsIn("codex-api-proxy.log.1"), ["before"]);
		assert.equal(fs.statSync(op.logFile).mode & 0o777, 0o600);
	});

	it("no line is lost while requests come in", async () => {
		const sent = [];
		let rotating = true;

		await op.start(["--max-concurrency", "2"]);
		const client = async (name) => {
			for (let i = 0; rotating; i++) {
				sent.push(`${name}-${i}`);
				assert.equal((await ask(sent.at(-1))).status, 200);
			}
		};
		const clients = ["a", "b", "c"].map(client);

		try {
			for (let n = 1; n <= 4; n++) {
				const before = sent.length;

				await until(() => sent.length > before + 6,
				    "more requests", 60000 * slack);
				await rotate();
				await op.logged("SIGHUP: log reopened",
				    20000 * slack);
			}
		} finally {
			rotating = false;
			await Promise.all(clients);
		}
		assert.equal((await op.run(["stop"])).code, 0);

		// The second newest is not compressed yet: lines may still come.
		assert.deepEqual(files(), ["codex-api-proxy.log",
			"codex-api-proxy.log.1", "codex-api-proxy.log.2.gz",
			"codex-api-proxy.log.3.gz", "codex-api-proxy.log.4.gz"]);
		assert.deepEqual(files().flatMap(idsIn).sort(), sent.sort());
	});

	it("a pid file whose server is gone has nobody signalled", async () => {
		await op.start();
		const server = op.pid();

		process.kill(server, "SIGKILL");
		await until(() => op.processes().length === 0, "its end");
		// A number that is somebody else's by now.
		const other = new Child("sleep", ["300"]);

		fs.writeFileSync(op.pidFile, `${other.pid}\n`);
		await rotate();
		other.kill("SIGTERM");
		// A SIGHUP before that would have been first.
		assert.deepEqual(await within(other.exited, "its end"),
		    { code: null, signal: "SIGTERM" });
	});
});
