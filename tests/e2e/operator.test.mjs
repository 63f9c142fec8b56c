// What start, stop and restart tell whoever runs them, and what they do not
// begin.
import assert from "node:assert/strict";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Child } from "./lib/child.mjs";
import { Operator } from "./lib/daemon.mjs";
import { codexLauncher, engines, fakeCodex, proxyBinary,
	slack } from "./lib/env.mjs";
import { timed, until, within } from "./lib/wait.mjs";

let op;

beforeEach(() => {
	op = new Operator();
});
afterEach(() => op.end());

// Runs it on a terminal, whose output is the child's stdout.
function onTerminal(words) {
	const script = "import os, pty, sys\n" +
	    "sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

	return new Child("python3", ["-c", script, proxyBinary, ...words],
	    { env: op.env, cwd: op.dir });
}

const lines = (text) => text.split("\n").slice(0, -1);

// A request that runs, and its answer in a box, so that it is not waited for.
async function hold(text = "FAKE:hang") {
	const answer = op.chat(text);

	answer.catch(() => {});
	await until(async () =>
	    (await op.get("/metrics")).json.in_flight === 1, "it to run");
	return { answer };
}

describe("a few lines", () => {
	it("of a start: what differs from the defaults", async () => {
		const r = await op.start(["--max-queue-size", "7",
			"--engine", "exec", "--api-key", "not-to-be-seen",
			"--default-cwd", op.dir]);

		assert.deepEqual(lines(r.stdout), [
			`codex-api-proxy is running as pid ${op.pid()}.`,
			`URL:      ${op.url}/v1`,
			"Engine:   exec",
			"Model:    gpt-6.1-sol",
			"Set:      port 0",
			"          api-key set",
			`          codex-bin ${fakeCodex}`,
			"          engine exec",
			"          max-queue-size 7",
			'          codex-config model_provider="sim"',
			`          default-cwd ${op.dir}`,
		]);
		assert.equal(r.stderr, "");
	});

	it("of a restart: what has changed", async () => {
		await op.start(["--max-queue-size", "7"]);
		let r = await op.run(["restart", "--port", "0", "--model", "m1",
			"--max-queue-size", "8"]);

		assert.equal(r.code, 0, r.stderr);
		assert.match(lines(r.stdout)[0], /has stopped after \d\.\d s/);
		assert.deepEqual(lines(r.stdout).slice(4), ["Model:    m1",
			"Changed:  model none -> m1",
			"          max-queue-size 7 -> 8"]);
		r = await op.run(["restart"]);
		assert.equal(lines(r.stdout).at(-1), "Changed:  nothing");
		// of one that had ended the last start counts
		await op.run(["stop"]);
		r = await op.run(["restart", "--model="]);
		assert.equal(lines(r.stdout).at(-1), "Changed:  model m1 -> none");
	});

	it("--verbose: all settings and the files", async () => {
		for (const command of ["start", "restart"]) {
			const r = await op.run([command, "--verbose"]);

			assert.equal(r.code, 0, r.stderr);
			assert.ok(r.stdout.includes(`State:    ${op.stateFile}\n`));
			assert.ok(r.stdout.includes(`Log:      ${op.logFile}\n`));
			assert.match(r.stdout, /^ {2}max-queue-size +64$/m);
			assert.ok(lines(r.stdout).length > 40, r.stdout);
		}
	});

	it("of status: the model behind codex-local", async () => {
		await op.start(["--model", "m1"]);
		assert.match((await op.run(["status"])).stdout,
		    /^Model: {4}m1$/m);
		assert.equal(JSON.parse((await op.run(["status", "--json"]))
		    .stdout).model, "m1");
	});
});

describe("what is waited for", () => {
	for (const command of ["stop", "restart"]) {
		it(`${command} on a terminal`, async () => {
			await op.start(["--engine", "exec", "--drain-seconds",
				"20"]);
			const pid = op.pid();
			const { answer } = await hold("FAKE:slow=4000");
			const child = onTerminal([command]);

			await until(() => child.stdout.includes("waiting for pid " +
			    `${pid} to finish 1 request, for 20.0 s at most`),
			() => child.stdout);
			assert.equal((await within(child.exited, command)).code, 0);
			assert.equal((await answer).status, 200);
			assert.match(child.stdout, /\r +\r.*has stopped/);
		});
	}

	it("nothing of it goes elsewhere", async () => {
		await op.start(["--engine", "exec"]);
		const { answer } = await hold("FAKE:slow=2000");
		const r = await op.run(["stop"]);

		assert.equal(r.stderr, "");
		assert.ok(!r.stdout.includes("waiting"));
		assert.equal((await answer).status, 200);
	});

	for (const command of ["stop", "restart"]) {
		it(`${command} --drain-seconds counts for the old server`,
		    async () => {
			await op.start(["--drain-seconds", "60"]);
			const { answer } = await hold();
			const { ms, value } = await timed(() =>
			    op.run([command, "--drain-seconds", "0.5"]));

			assert.equal(value.code, 0, value.stderr);
			assert.ok(ms < 20000 * slack, `${ms} ms`);
			// which says so to its caller
			assert.equal((await answer).error.code, "shutting_down");
			if (command === "restart")
				assert.equal(op.state().options["drain-seconds"],
				    "0.5");
		});
	}
});

describe("a restart that could not start leaves the old server alone", () => {
	const rows = [
		["codex missing", ["--codex-bin", "/none/codex"], {},
			/\/none\/codex/],
		["nobody logged in", ["--codex-config="],
			{ FAKE_CODEX_LOGIN: "out" }, /codex login/],
		["a directory that is not there", ["--default-cwd", "/none/x"], {},
			/--default-cwd.*\/none\/x/],
		["a key file that is not there", ["--api-key-file", "/none/keys"],
			{}, /\/none\/keys/],
		["too old a codex", [], { FAKE_CODEX_VERSION: "0.1.0" },
			/too old/],
	];

	for (const [what, args, env, says] of rows) {
		it(what, async () => {
			await op.start();
			const pid = op.pid();
			const r = await op.run(["restart", ...args], env);

			assert.equal(r.code, 1, r.stdout + r.stderr);
			assert.match(r.stderr, says);
			assert.match(r.stderr,
			    new RegExp(`so pid ${pid} goes on as it is\n$`));
			assert.equal(op.pid(), pid);
			assert.equal((await op.chat("hi")).status, 200);
		});
	}

	it("a port that another has", async () => {
		const server = net.createServer().listen(0, "127.0.0.1");

		await new Promise((resolve) => server.on("listening", resolve));
		await op.start();
		const pid = op.pid();
		const r = await op.run(
		    ["restart", "--port", `${server.address().port}`]);

		server.close();
		assert.equal(r.code, 1);
		assert.match(r.stderr, /in use/);
		assert.equal(op.pid(), pid);
		assert.equal((await op.get("/ready")).status, 200);
	});

	it("one whose state file is gone", async () => {
		await op.start(["--codex-bin", fakeCodex, "--api-key", "k"]);
		const pid = op.pid();

		fs.unlinkSync(op.stateFile);
		let r = await op.run(["restart"],
		    { CODEX_PROXY_CODEX_BIN: "/none/codex" });

		assert.equal(r.code, 1);
		assert.match(r.stderr, /is gone, so nothing is known/);
		r = await op.run(["restart"]);
		assert.equal(r.code, 1);
		assert.match(r.stderr, /its key is no longer known/);
		assert.equal(op.pid(), pid);
		assert.equal((await op.get("/ready")).status, 200);
		r = await op.run(["restart", "--api-key", "k2"]);
		assert.equal(r.code, 0, r.stderr);
		assert.notEqual(op.pid(), pid);
	});
});

describe("a start that is broken off", () => {
	for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"]) {
		it(`by ${signal} ends the server, too`, async () => {
			const codex = path.join(op.dir, "slow-codex");

			fs.writeFileSync(codex,
			    `#!/bin/sh\n: >${op.dir}/begun\nexec sleep 600\n`,
			    { mode: 0o755 });
			const child = new Child(proxyBinary,
			    ["start", "--codex-bin", codex],
			    { env: op.env, cwd: op.dir });

			await until(() => fs.existsSync(`${op.dir}/begun`),
			    "Codex to be asked");
			child.kill(signal);
			await child.exited;
			await until(() => op.processes().length === 0,
			    () => `all to end: ${op.processes()}`, 10000 * slack);
			assert.ok(!fs.existsSync(op.pidFile));
			assert.ok(!fs.existsSync(op.stateFile));
		});
	}

	it("a server that is up outlives whoever started it", async () => {
		const shell = new Child("/bin/sh", ["-c", '"$0" start; kill -9 $$',
			proxyBinary], { env: op.env, cwd: op.dir });

		await shell.exited;
		op.url = op.state().urls[0];
		assert.equal((await op.get("/ready")).status, 200);
	});
});

describe("what is warned of", () => {
	it("variables that nothing reads", async () => {
		const r = await op.start([], { CODEX_PROXY_MAX_QUEU_SIZE: "1",
			CODEX_PROXY_GIBBERISH: "1" });

		assert.deepEqual(lines(r.stderr).sort(), [
			"codex-api-proxy: warning: nothing reads the variable " +
			    "CODEX_PROXY_GIBBERISH",
			"codex-api-proxy: warning: nothing reads the variable " +
			    "CODEX_PROXY_MAX_QUEU_SIZE; did you mean " +
			    "CODEX_PROXY_MAX_QUEUE_SIZE?",
		]);
	});

	it("models that Codex does not list, but for other providers'",
	    async () => {
		fs.mkdirSync(path.join(op.home, ".codex"));
		fs.writeFileSync(path.join(op.home, ".codex/auth.json"), "{}");
		const args = ["--model", "gpt-5.6", "--model-alias", "a=gpt-5.5",
			"--model-alias", "b=other"];
		const r = await op.start([...args, "--codex-config="]);

		assert.equal(lines(r.stderr).length, 2, r.stderr);
		assert.match(r.stderr, /warning: --model: .*'gpt-5.6'; did you mean/);
		assert.match(r.stderr, /warning: --model-alias: .*'other'/);
		await op.logged("--model: Codex lists no model");
		await op.run(["stop"]);
		assert.equal((await op.start(args)).stderr, "");
	});

	for (const origin of ["localhost:3000", "http://localhost:3000/",
		"://x", "http://"]) {
		it(`an origin that no page has is refused: ${origin}`,
		    async () => {
			const r = await op.run(
			    ["start", "--allowed-origin", origin]);

			assert.equal(r.code, 2);
			assert.match(r.stderr,
			    /--allowed-origin: .* is not allowed: .*http:\/\//);
		});
	}

	it("a home that cannot be written to", async () => {
		// root may write everywhere, but not below a file
		const HOME = path.join(op.dir, "file/home");

		fs.writeFileSync(path.join(op.dir, "file"), "");
		const r = await op.run(["start"], { HOME });

		assert.equal(r.code, 1);
		assert.equal(lines(r.stderr).length, 1, r.stderr);
		assert.match(r.stderr, /~\/\.codex-api-proxy; set HOME/);
		assert.doesNotMatch(r.stderr, /^codex-api-proxy: --default-cwd/);
		const doctor = await op.run(["doctor"], { HOME });

		assert.equal(doctor.code, 1);
		assert.match(doctor.stdout, /^FAULT +workspace /m);
	});

	it("doctor's table stands alone", async () => {
		const r = await op.run(["doctor"], { FAKE_CODEX_LOGIN: "out",
			CODEX_PROXY_CODEX_CONFIGS: "" });

		assert.equal(r.stderr, "");
		assert.ok(lines(r.stdout).every((l) =>
		    /^(ok|FAULT|note|$|\d+ of these)/.test(l)), r.stdout);
	});
});

for (const engine of engines) {
	it(`${engine}: a configuration that Codex refuses is told with its ` +
	    "cause", async () => {
		const args = ["--engine", engine, "--codex-bin", codexLauncher,
			"--codex-config", 'model_provider="nowhere"'];
		const r = await op.run(["start", ...args]);

		assert.equal(r.code, 1, r.stdout);
		assert.equal(lines(r.stderr).length, 1, r.stderr);
		assert.match(r.stderr, /--codex-config.*: .*nowhere. not found/);
		const doctor = await op.run(["doctor", ...args]);

		assert.match(doctor.stdout, /^FAULT +codex .*nowhere. not found/m);
	});
}
