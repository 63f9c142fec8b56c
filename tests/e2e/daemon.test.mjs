// start, stop, restart, status and doctor, as an operator uses them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Child } from "./lib/child.mjs";
import { Operator } from "./lib/daemon.mjs";
import { slack } from "./lib/env.mjs";
import { commandLine } from "./lib/proc.mjs";
import { until } from "./lib/wait.mjs";

let op;

beforeEach(() => {
	op = new Operator();
});
afterEach(() => op.end());

const gone = (ms = 1000) => until(() => op.processes().length === 0,
    () => `all processes to go: ${op.processes()}`, ms * slack);

describe("a life", () => {
	test("start, status, chat, restart with one override, stop", async () => {
		let r = await op.run(["status"]);

		assert.equal(r.code, 3);
		r = await op.start(["--max-queue-size", "7"]);
		assert.match(r.stdout, /running as pid \d+/);
		assert.ok(r.stdout.includes(op.url), r.stdout);
		assert.match(r.stdout, /max-queue-size 7\n/);
		assert.equal((await op.get("/ready")).status, 200);

		const pid = op.pid();

		r = await op.run(["status"]);
		assert.equal(r.code, 0);
		assert.ok(r.stdout.includes(`pid ${pid}`) &&
		    r.stdout.includes(op.url), r.stdout);
		r = await op.run(["status", "--json", "--verbose"]);
		const status = JSON.parse(r.stdout);

		assert.equal(status.running, true);
		assert.equal(status.ready, true);
		assert.equal(status.pid, pid);
		assert.equal(status.engine, "auto");
		assert.equal(status.workers.length, 1);
		assert.equal(status.settings["max-queue-size"], "7");
		assert.equal((await op.chat("hi")).json.choices[0].message.content,
		    "pong");

		r = await op.run(["restart", "--workers", "3"]);
		assert.equal(r.code, 0, r.stderr);
		assert.notEqual(op.pid(), pid);
		op.url = op.state().urls[0];
		assert.equal((await op.get("/metrics")).json.workers.length, 3);
		assert.equal(op.state().options["max-queue-size"], "7");
		assert.equal((await op.chat("hi")).status, 200);

		r = await op.run(["stop"]);
		assert.equal(r.code, 0);
		await gone();
		assert.ok(!fs.existsSync(op.pidFile));
		r = await op.run(["stop"]);
		assert.equal(r.code, 1);
		assert.match(r.stderr, /not running/);
	});

	test("what was not given is asked for anew at a restart", async () => {
		await op.start(["--max-concurrency", "2"],
		    { CODEX_PROXY_MAX_QUEUE_SIZE: "5" });
		assert.deepEqual(op.state().options, { "max-concurrency": "2" });
		assert.equal(op.state().version, 2);
		const setting = async (name) => JSON.parse((await op.run(
		    ["status", "--json", "--verbose"])).stdout).settings[name];

		// the server's own, whatever the environment of who asks
		assert.equal(await setting("max-queue-size"), "5");
		const r = await op.run(["restart"],
		    { CODEX_PROXY_MAX_QUEUE_SIZE: "6",
			CODEX_PROXY_MAX_CONCURRENCY: "7" });

		assert.equal(r.code, 0, r.stderr);
		assert.equal(await setting("max-queue-size"), "6");
		assert.equal(await setting("max-concurrency"), "2");
		assert.equal((await op.run(["restart"])).code, 0);
		assert.equal(await setting("max-queue-size"), "64");
	});

	test("restart without a server starts one as it was", async () => {
		await op.start(["--model=m1", "--allowed-root", op.dir,
			"--allowed-root", op.home]);
		await op.run(["stop"]);
		const r = await op.run(["restart", "--model=", "--allowed-root",
			op.home, "--fast"]);

		assert.equal(r.code, 0, r.stderr);
		assert.equal(op.state().options.model, null);
		assert.deepEqual(op.state().options["allowed-root"], [op.home]);
		assert.equal(op.state().options.fast, "yes");
	});

	test("restart takes saved settings back", async () => {
		await op.start(["--fast", "--no-ephemeral", "--api-key=k",
			"--allowed-host=h", "--max-queue-size=7"]);
		const before = op.state().options;

		assert.deepEqual([before.fast, before.ephemeral,
			before["api-key"], before["allowed-host"]],
		["yes", "no", "k", ["h"]]);
		const r = await op.run(["restart", "--no-fast", "--ephemeral",
			"--api-key=", "--allowed-host", ""]);

		assert.equal(r.code, 0, r.stderr);
		assert.match(r.stderr, /--api-key is dropped.*none now/);
		assert.deepEqual(op.state().options, { ...before, fast: "no",
			ephemeral: "yes", "api-key": null, "allowed-host": [] });
		op.url = op.state().urls[0];
		assert.equal((await op.chat("x")).status, 200);
	});

	test("an empty key starts nothing", async () => {
		for (const args of [["--api-key", ""], ["--api-key="]]) {
			const r = await op.run(["start", ...args]);

			assert.equal(r.code, 2);
			assert.match(r.stderr, /--api-key is empty/);
		}
		assert.deepEqual(op.processes(), []);
		const r = await op.run(["start"], { CODEX_PROXY_API_KEY: "" });

		assert.equal(r.code, 0);
		assert.match(r.stderr, /warning: CODEX_PROXY_API_KEY .*no key/);
	});

	test("a number is not taken back by nothing", async () => {
		await op.start(["--max-queue-size=7"]);
		const pid = op.pid();
		const r = await op.run(["restart", "--max-queue-size="]);

		assert.equal(r.code, 2);
		assert.match(r.stderr, /--max-queue-size.*1 to 100000/);
		assert.equal(op.pid(), pid);
	});

	test("the state file beats the environment, argv beats it", async () => {
		await op.start(["--max-queue-size=5"]);
		let r = await op.run(["restart"],
		    { CODEX_PROXY_MAX_QUEUE_SIZE: "6" });

		assert.equal(r.code, 0, r.stderr);
		assert.equal(op.state().options["max-queue-size"], "5");
		r = await op.run(["restart", "--max-queue-size=8"],
		    { CODEX_PROXY_MAX_QUEUE_SIZE: "6" });
		assert.equal(op.state().options["max-queue-size"], "8");
	});
});

describe("a state file of version 1", () => {
	// All settings stood in it, given or not.
	const version1 = (options) => {
		fs.mkdirSync(op.own, { mode: 0o700 });
		fs.writeFileSync(op.stateFile, JSON.stringify({ version: 1, pid: 1,
			started_at: 1, engine: "exec", urls: [], options }));
	};

	test("is read, without the engine that everybody had", async () => {
		version1({ engine: "exec", "max-queue-size": "7", "api-key": null,
			"model-alias": ["a=m1", "b=m2", "a=m3"], host: [],
			"log-level": "info" });
		const r = await op.run(["restart"]);

		assert.equal(r.code, 0, r.stderr);
		assert.match(r.stderr, /older version.*--engine exec/);
		assert.deepEqual(op.state().options, { "max-queue-size": "7",
			"model-alias": ["a=m1", "b=m2"], "log-level": "info" });
		assert.equal(op.state().version, 2);
	});

	test("nothing is said of an engine that is given now", async () => {
		version1({ engine: "exec" });
		const r = await op.run(["restart", "--engine=exec"]);

		assert.equal(r.code, 0, r.stderr);
		assert.equal(r.stderr, "");
		assert.deepEqual(op.state().options, { engine: "exec" });
	});
});

describe("secrets", () => {
	test("a key is in the state file and nowhere else", async () => {
		const key = "sk-not-to-be-seen";
		const r = await op.start(["--api-key", key]);
		const out = [r.stdout, r.stderr];

		assert.equal(fs.statSync(op.stateFile).mode & 0o777, 0o600);
		assert.equal(op.state().options["api-key"], key);
		for (const words of [["status", "--verbose"],
			["status", "--verbose", "--json"]]) {
			const s = await op.run(words);

			out.push(s.stdout, s.stderr);
		}
		assert.match(out.join(""), /api-key +set\n/);
		assert.equal((await op.chat("x")).status, 401);
		assert.equal((await op.chat("x",
		    { authorization: `Bearer ${key}` })).status, 200);
		out.push(fs.readFileSync(op.logFile, "utf8"),
		    (await op.get("/metrics")).text,
		    ...op.processes().map((p) => commandLine(p).join(" ")));
		assert.ok(!out.join("\n").includes(key));
		// restart knows it
		assert.equal((await op.run(["restart"])).code, 0);
		op.url = op.state().urls[0];
		assert.equal((await op.chat("x", { "x-api-key": key })).status,
		    200);
	});
});

describe("a start that fails says why and leaves nothing", () => {
	async function fails(args, words, env = {}) {
		const r = await op.run(["start", ...args], env);

		assert.equal(r.code, 1, r.stdout + r.stderr);
		for (const w of words)
			assert.ok(r.stderr.includes(w), `${w}: ${r.stderr}`);
		await gone();
		assert.ok(!fs.existsSync(op.pidFile));
		assert.ok(!fs.existsSync(op.stateFile));
	}

	test("port in use", async () => {
		const server = net.createServer().listen(0, "127.0.0.1");

		await new Promise((resolve) => server.on("listening", resolve));
		const { port } = server.address();

		await fails(["--port", String(port)], [String(port), "in use"]);
		server.close();
	});

	test("codex missing", () => fails(["--codex-bin", "/none/codex"],
	    ["/none/codex", "--codex-bin"]));

	test("nobody logged in", () => fails(["--codex-config="],
	    ["codex login"], { FAKE_CODEX_LOGIN: "out" }));

	test("a directory that is not there", () =>
	    fails(["--default-cwd", "/none/where"],
		["--default-cwd", "/none/where"]));

	test("a log file in no directory", () =>
	    fails(["--log-file", "/none/where/log"],
		["--log-file", "/none/where"]));

	test("a key file that others can read", async () => {
		const file = path.join(op.dir, "keys");

		fs.writeFileSync(file, "a:b\n", { mode: 0o644 });
		await fails(["--api-key-file", file], [file, "chmod 600"]);
	});

	test("a key file with a bad line", async () => {
		const file = path.join(op.dir, "keys");

		fs.writeFileSync(file, "# ok\nname:\n", { mode: 0o600 });
		await fails(["--api-key-file", file], ["line 2", "name:key"]);
	});

	test("another one runs: its pid, and it goes on", async () => {
		await op.start();
		const r = await op.run(["start"]);

		assert.equal(r.code, 1);
		assert.ok(r.stderr.includes(`pid ${op.pid()}`), r.stderr);
		assert.equal((await op.get("/ready")).status, 200);
	});
});

describe("pid and state files that mislead", () => {
	test("a stale pid file, even with a living pid in it", async () => {
		fs.mkdirSync(op.own, { mode: 0o700 });
		fs.writeFileSync(op.pidFile, `${process.pid}\n`);
		assert.equal((await op.run(["status"])).code, 3);
		const r = await op.run(["stop"]);

		assert.equal(r.code, 1);
		assert.ok(!fs.existsSync(op.pidFile));
		fs.writeFileSync(op.pidFile, `${process.pid}\n`);
		await op.start();
		assert.notEqual(op.pid(), process.pid);
	});

	test("kill -9 leaves no child, and the next start works", async () => {
		await op.start();
		const hanging = op.chat("FAKE:hang").catch(() => {});

		await until(() => op.processes().length >= 3,
		    "codex to run", 5000);
		process.kill(op.pid(), "SIGKILL");
		await gone();
		await hanging;
		assert.equal((await op.run(["status"])).code, 3);
		await op.start();
		assert.equal((await op.chat("hi")).status, 200);
	});

	const broken = [
		["truncated", '{"version":1,"pid"'],
		["empty", ""],
		["no object", "[]"],
		["another version", '{"version":99}'],
		["wrong type", '{"version":1,"pid":1,"started_at":1,"urls":[],' +
		    '"options":{"port":8765}}'],
		["bad value", '{"version":1,"pid":1,"started_at":1,"urls":[],' +
		    '"options":{"port":"x"}}'],
		["unknown option", '{"version":1,"pid":1,"started_at":1,' +
		    '"urls":[],"options":{"nonsense":"x"}}'],
		["a string for a list", '{"version":1,"pid":1,"started_at":1,' +
		    '"urls":[],"options":{"allowed-root":"/"}}'],
	];

	for (const [what, text] of broken) {
		test(`a state file: ${what}`, async () => {
			fs.mkdirSync(op.own, { mode: 0o700 });
			fs.writeFileSync(op.stateFile, text);
			const r = await op.run(["restart"]);

			assert.notEqual(r.code, 0);
			assert.ok(r.stderr.includes(op.stateFile), r.stderr);
			assert.match(r.stderr, /left as it is/);
			assert.equal(fs.readFileSync(op.stateFile, "utf8"), text);
			assert.deepEqual(op.processes(), []);
		});
	}
});

test("a state file spoilt under a server: status still tells", async () => {
	await op.start();
	const state = op.state();

	state.options.port = 8765;
	fs.writeFileSync(op.stateFile, JSON.stringify(state));
	const r = await op.run(["status"]);

	assert.equal(r.code, 0);
	assert.ok(r.stdout.includes(`pid ${op.pid()}`) &&
	    r.stdout.includes(op.url), r.stdout);
	const restart = await op.run(["restart"]);

	assert.equal(restart.code, 2);
	assert.match(restart.stderr, /'port' must be a string, not an integer/);
	assert.equal((await op.get("/ready")).status, 200);
	assert.deepEqual(op.state(), state);
});

describe("files that are named by mistake", () => {
	const untouched = async (option, says) => {
		const file = path.join(op.dir, "precious");

		fs.writeFileSync(file, "precious\n");
		for (const command of ["start", "stop", "restart", "status"]) {
			const r = await op.run([command, option, file]);

			assert.notEqual(r.code, 0, command);
			if (says[command])
				assert.match(r.stderr, says[command], command);
			assert.equal(fs.readFileSync(file, "utf8"), "precious\n");
		}
		assert.deepEqual(op.processes(), []);
	};

	test("as a pid file", () => untouched("--pid-file", {
		start: /is no pid file; it was left as it is/,
		stop: /is no pid file; it was left as it is/,
		restart: /is no pid file/, status: /is no pid file/ }));

	test("as a state file", () => untouched("--state-file", {
		start: /is no state file; it was left as it is/,
		restart: /left as it is/ }));

	for (const option of ["--pid-file", "--state-file", "--log-file"]) {
		test(`a FIFO as ${option} is not waited for`, async () => {
			const fifo = path.join(op.dir, "fifo");

			execFileSync("mkfifo", [fifo]);
			for (const command of ["start", "stop", "restart", "status",
				"doctor"]) {
				if (option === "--log-file" &&
				    ["stop", "status", "doctor"].includes(command))
					continue;
				const r = await op.run([command, option, fifo]);

				if (command !== "doctor")
					assert.notEqual(r.code, 0, command);
			}
			assert.ok(fs.statSync(fifo).isFIFO());
			assert.deepEqual(op.processes(), []);
		});
	}

	test("a pid file that another program has locked", async () => {
		fs.mkdirSync(op.own, { mode: 0o700 });
		const victim = new Child("sleep", ["600"]);

		fs.writeFileSync(op.pidFile, `${victim.pid}\n`);
		const locker = new Child("flock", ["--no-fork", op.pidFile,
			"sh", "-c", "echo locked; exec sleep 600"]);

		await until(() => locker.stdout.includes("locked"), "the lock");
		const r = await op.run(["stop"]);

		assert.equal(r.code, 1);
		assert.match(r.stderr, /nothing was signalled/);
		assert.equal(victim.ended, false);
		for (const child of [victim, locker]) {
			child.kill("SIGKILL");
			await child.exited;
		}
	});
});

describe("keys", () => {
	test("are counted by name and reloaded under a connection", async () => {
		const file = path.join(op.dir, "keys");
		const as = (key, text = "x") => op.chat(text,
		    { authorization: `Bearer ${key}` });

		fs.writeFileSync(file, "# two\nalice:k-a\nk-plain\n",
		    { mode: 0o600 });
		await op.start(["--engine", "exec", "--api-key-file", file]);
		assert.equal((await as("k-a")).status, 200);
		assert.equal((await as("k-plain")).status, 200);
		assert.equal((await as("k-a", "FAKE:failed=x")).status, 502);
		assert.equal((await as("nobody")).status, 401);
		// Told to who has one of them.
		const metrics = async (key, query = "") => op.get(
		    `/metrics${query}`, { authorization: `Bearer ${key}` });
		let { keys } = (await metrics("k-a")).json;

		assert.equal(keys.alice.requests, 2);
		assert.equal(keys.alice.errors, 1);
		assert.equal(keys.alice.tokens_input, 11);
		assert.equal(keys["line-3"].requests, 1);

		const slow = as("k-a", "FAKE:slow=1500");

		await until(async () =>
		    (await op.get("/metrics")).json.in_flight === 1, "it to run");
		fs.writeFileSync(file, "bob:k-b\n", { mode: 0o600 });
		process.kill(op.pid(), "SIGHUP");
		await op.logged("keys reloaded");
		assert.equal((await slow).status, 200);
		assert.equal((await as("k-a")).status, 401);
		assert.equal((await as("k-b")).status, 200);

		// a file that is no use changes nothing
		fs.writeFileSync(file, "bob:\n", { mode: 0o600 });
		process.kill(op.pid(), "SIGHUP");
		await op.logged("the keys stay as they were");
		assert.equal((await as("k-b")).status, 200);
		({ keys } = (await metrics("k-b")).json);
		assert.equal(keys.alice.requests, 3);
		const { text } = await metrics("k-b", "?format=prometheus");

		assert.match(text,
		    /codex_proxy_key_requests_total\{key="bob"\} 2\n/);
	});
});

describe("the log", () => {
	test("is opened anew by SIGHUP", async () => {
		await op.start();
		fs.renameSync(op.logFile, `${op.logFile}.1`);
		process.kill(op.pid(), "SIGHUP");
		await op.logged("log reopened");
		await op.chat("hi");
		await until(() => op.log().some((l) =>
		    l.event === "chat_completion_latency"), "a line in the new one");
	});

	test("that cannot be opened anew stays, and serving goes on",
	    async () => {
		const dir = path.join(op.dir, "logs");

		fs.mkdirSync(dir);
		const file = path.join(dir, "log");

		await op.start(["--log-file", file]);
		fs.renameSync(dir, `${dir}.gone`);
		process.kill(op.pid(), "SIGHUP");
		await until(() => fs.readFileSync(`${dir}.gone/log`, "utf8")
		    .includes("going on with the old"), "the complaint");
		assert.equal((await op.chat("hi")).status, 200);
	});

	test("on a full disk does not stop serving", async () => {
		await op.start(["--log-file", "/dev/full"]);
		for (let i = 0; i < 5; i++)
			assert.equal((await op.chat("hi")).status, 200);
	});
});

describe("doctor", () => {
	test("is content", async () => {
		const r = await op.run(["doctor"]);

		assert.equal(r.code, 0, r.stdout);
		for (const what of ["codex", "launcher", "CODEX_HOME", "login",
			"workspace", "allowed root", "port", "engine exec"])
			assert.match(r.stdout, new RegExp(`^ok +${what}`, "m"));
	});

	const faults = [
		["codex missing", ["--codex-bin", "/none"], {}, /--codex-bin/],
		["nobody logged in", ["--codex-config="],
			{ FAKE_CODEX_LOGIN: "out" }, /codex login/],
		["no workspace", ["--default-cwd", "/none/x"], {}, /\/none\/x/],
	];

	for (const [what, args, env, words] of faults) {
		test(what, async () => {
			const r = await op.run(["doctor", ...args], env);

			assert.equal(r.code, 1);
			assert.match(r.stdout, /^FAULT/m);
			assert.match(r.stdout, words);
		});
	}

	test("never contradicts a server that is ready", async () => {
		await op.start(["--max-queue-size", "7"]);
		// as a shell may be: no login, and Codex not in its PATH
		for (const env of [{ FAKE_CODEX_LOGIN: "out",
			CODEX_PROXY_CODEX_CONFIGS: "" },
		{ CODEX_PROXY_CODEX_BIN: "/none" }]) {
			const r = await op.run(["doctor"], env);

			assert.equal(r.code, 0, r.stdout);
			assert.match(r.stdout, /^ok +settings .*running server$/m);
			assert.match(r.stdout, /^ok +server +ready, pid \d+$/m);
			assert.doesNotMatch(r.stdout, /^FAULT/m);
		}
		// what would be, if it were started with something else
		const r = await op.run(["doctor", "--codex-bin", "/none"]);

		assert.equal(r.code, 1);
		assert.match(r.stdout, /^FAULT +codex/m);
	});

	test("says that the running server is not ready", async () => {
		await op.start();
		op.chat("FAKE:hang").catch(() => {});
		await until(async () =>
		    (await op.get("/metrics")).json.in_flight === 1, "it to run");
		process.kill(op.pid(), "SIGTERM");
		await op.logged("draining");
		const r = await op.run(["doctor"]);
		const status = await op.run(["status"]);

		process.kill(op.pid(), "SIGTERM");
		assert.equal(r.code, 1);
		assert.match(r.stdout, /^FAULT +server +not ready: draining, pid/m);
		assert.match(status.stdout, /not ready: draining/);
	});

	test("looks at the last start's settings", async () => {
		await op.start(["--default-cwd", op.dir]);
		await op.run(["stop"]);
		const r = await op.run(["doctor"]);

		assert.equal(r.code, 0, r.stdout);
		assert.match(r.stdout, /^ok +settings .*of the last start/m);
		assert.ok(r.stdout.includes(`workspace          ${op.dir}`),
		    r.stdout);
		fs.writeFileSync(op.stateFile, "{");
		const broken = await op.run(["doctor"]);

		assert.equal(broken.code, 1);
		assert.match(broken.stdout, /^FAULT +settings .*left as it is/m);
	});

	test("a port that is taken", async () => {
		const server = net.createServer().listen(0, "127.0.0.1");

		await new Promise((resolve) => server.on("listening", resolve));
		const r = await op.run(
		    ["doctor", "--port", String(server.address().port)]);

		server.close();
		assert.equal(r.code, 1);
		assert.match(r.stdout, /^FAULT +port/m);
	});
});

test("every command has help", async () => {
	for (const words of [["--help"], ["start", "--help"],
		["stop", "--help"], ["restart", "--help"], ["status", "--help"],
		["doctor", "--help"], ["models", "--help"], ["ask", "--help"],
		["logs", "-h"]]) {
		const r = await op.run(words);

		assert.equal(r.code, 0);
		assert.match(r.stdout, /^Usage: codex-api-proxy/);
	}
});
