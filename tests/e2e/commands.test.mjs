// models, ask and logs; what is said to who mistypes a command or an option.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { Child } from "./lib/child.mjs";
import { Operator } from "./lib/daemon.mjs";
import { codexLauncher, engines, makeDir, newModel, plainModel, proxyBinary,
	removeDir, slack } from "./lib/env.mjs";
import { mark } from "./lib/proxy.mjs";
import { Sim } from "./lib/sim.mjs";
import { until, within } from "./lib/wait.mjs";

const realEnv = { CODEX_PROXY_CODEX_BIN: codexLauncher, SIM_KEY: "k",
	CODEX_PROXY_CODEX_CONFIGS: 'model_provider="sim";;model_providers.sim=' +
	    '{name="sim",base_url="http://127.0.0.1:9/v1"}' };

// Runs it on a terminal, whose output is the child's stdout.
function onTerminal(op, words) {
	const script = "import os, pty, sys\n" +
	    "sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

	return new Child("python3", ["-c", script, proxyBinary, ...words],
	    { env: op.env, cwd: op.dir });
}

describe("what is mistyped", () => {
	const op = new Operator();

	after(() => op.end());

	it("no command is the list of them", async () => {
		const r = await op.run([]);

		assert.equal(r.code, 2);
		for (const c of ["start", "stop", "restart", "status", "doctor",
			"models", "ask", "logs"])
			assert.match(r.stderr, new RegExp(`^  ${c} +\\w`, "m"));
		assert.equal(r.stdout, "");
	});

	/* what is typed, what is suggested (none: the help) */
	const rows = [
		[["serve"], "start"], [["run"], "start"], [["sttaus"], "status"],
		[["restar"], "restart"], [["-v"], "--version"],
		[["--versoin"], "--version"], [["chat"], "ask"],
		[["dance"], undefined],
		[["start", "--engin", "exec"], "--engine"],
		[["start", "--engin=exec"], "--engine"],
		[["start", "--foregroud"], "--foreground"],
		[["start", "--no-fas"], "--no-fast"],
		[["start", "--max-conc", "3"], "--max-concurrency"],
		[["status", "-v"], "--verbose"], [["status", "--jsn"], "--json"],
		[["ask", "-m", "x", "hello"], "--model"],
		[["logs", "--folow"], "--follow"],
		[["start", "--gibberish"], undefined],
	];

	for (const [words, meant] of rows) {
		it(words.join(" "), async () => {
			const r = await op.run(words);

			assert.equal(r.code, 2, r.stderr);
			assert.equal(r.stderr.split("\n").length, 2, r.stderr);
			if (meant === undefined)
				assert.match(r.stderr, /see .*--help\n$/);
			else
				assert.ok(r.stderr.endsWith(
				    `did you mean ${meant}?\n`), r.stderr);
			assert.deepEqual(op.processes(), []);
		});
	}

	it("a value is no option, whatever it looks like", async () => {
		const r = await op.run(["start", "--port", "-v"]);

		assert.equal(r.code, 2);
		assert.match(r.stderr, /bad value '-v' for --port/);
	});
});

describe("without a server", () => {
	let op;

	beforeEach(() => {
		op = new Operator();
	});
	afterEach(() => op.end());

	it("ask says so, and reads no prompt", async () => {
		const r = await op.run(["ask", "hello"]);

		assert.equal(r.code, 3);
		assert.match(r.stderr, /^codex-api-proxy: no server runs.*start/);
		assert.equal(r.stderr.split("\n").length, 2);
	});

	it("logs names the file that is not there, then shows that of the last",
	    async () => {
		const r = await op.run(["logs"]);

		assert.equal(r.code, 1);
		assert.ok(r.stderr.includes(op.logFile), r.stderr);
		const other = path.join(op.dir, "other.log");

		await op.start(["--log-file", other]);
		await op.run(["stop"]);
		const shown = await op.run(["logs"]);

		assert.equal(shown.code, 0);
		assert.equal(shown.stdout, fs.readFileSync(other, "utf8"));
		assert.match(shown.stdout, /"stopped"/);
	});
});

describe("logs", () => {
	let op;

	beforeEach(async () => {
		op = new Operator();
		await op.start();
	});
	afterEach(() => op.end());

	const line = async (n) => {
		await op.chat(`FAKE:text=${n}`, { "x-request-id": n });
	};

	it("-f follows through a rotation, and ends with its reader",
	    async () => {
		const logs = new Child(proxyBinary, ["logs", "-f"],
		    { env: op.env, cwd: op.dir });
		const shows = (text) => until(() => logs.stdout.includes(text),
		    () => `${text} in ${logs.stdout}`);

		await shows('"listening"');
		await line("before");
		await shows("before");
		fs.renameSync(op.logFile, `${op.logFile}.1`);
		fs.writeFileSync(op.logFile, "", { mode: 0o600 });
		await line("between"); // to the old one
		await shows("between");
		process.kill(op.pid(), "SIGHUP");
		await shows("log reopened");
		await line("behind");
		await shows("behind");
		fs.truncateSync(op.logFile);
		await line("emptied");
		await shows("emptied");
		assert.equal(logs.stdout.split('"listening"').length, 2);
		logs.process.stdout.destroy();
		// nothing is written meanwhile
		assert.equal((await within(logs.exited, "logs to end",
		    10000 * slack)).code, 0);
	});

	it("of a server in the foreground are elsewhere", async () => {
		await op.run(["stop"]);
		const child = new Child(proxyBinary, ["start", "--foreground"],
		    { env: op.env, cwd: op.dir });

		await until(() => child.stderr.includes("is ready"), "it");
		const r = await op.run(["logs"]);

		child.kill("SIGTERM");
		await child.exited;
		assert.equal(r.code, 1);
		assert.match(r.stderr,
		    new RegExp(`pid ${child.pid} .*its standard error`));
	});

	it("in the journal are named", async () => {
		await op.run(["stop"]);
		const file = path.join(op.dir, "err");

		fs.writeFileSync(file, "");
		const st = fs.statSync(file);
		const child = new Child("/bin/sh",
		    ["-c", 'exec "$0" start --foreground 2>>err', proxyBinary], {
			env: { ...op.env, JOURNAL_STREAM: `${st.dev}:${st.ino}` },
			cwd: op.dir });

		await until(() => fs.readFileSync(file, "utf8")
		    .includes("is ready"), "it");
		const r = await op.run(["logs"]);

		child.kill("SIGTERM");
		await child.exited;
		assert.equal(r.code, 1);
		assert.match(r.stderr,
		    new RegExp(`journal: journalctl _PID=${child.pid}\n`));
	});
});

describe("models", () => {
	let op;

	beforeEach(() => {
		op = new Operator();
		op.env = { ...op.env, ...realEnv };
	});
	afterEach(() => op.end());

	const rows = (text) => new Map(text.split("\n").slice(1)
	    .map((l) => [l.split(" ")[0], l]));

	it("are the same from Codex and from the server", async () => {
		const other = [...rows((await op.run(["models"])).stdout).keys()]
		    .find((name) => name !== "" && name !== plainModel);
		// There is no model server, which exec asks for late.
		const args = ["--engine", "exec", "--model", plainModel,
			"--model-alias", `quick=${other}`];
		const direct = await op.run(["models", ...args]);

		assert.equal(direct.code, 0, direct.stderr);
		assert.equal(direct.stderr, "");
		assert.match(direct.stdout,
		    /^MODEL +CONTEXT +EFFORTS +IMAGES\n/);
		const lines = rows(direct.stdout);

		assert.match(lines.get(plainModel),
		    /^\S+ +\d{6} +\S*low,medium,high\S* +yes .*codex-local$/);
		assert.match(lines.get(other), / alias quick$/);
		assert.equal(direct.stdout.split("default").length, 2);
		await op.start(args);
		// which does not need Codex for it
		const asked = await op.run(["models"],
		    { CODEX_PROXY_CODEX_BIN: "/none" });

		assert.equal(asked.stdout, direct.stdout);
		assert.equal(asked.code, 0);
	});

	it("codex-local is the default, or what Codex is configured to",
	    async () => {
		const r = await op.run(["models"]);

		assert.match(r.stdout, /default, codex-local$/m);
		const other = await op.run(["models", "--codex-config",
			`model="${plainModel}"`]);

		assert.match(rows(other.stdout).get(plainModel), /codex-local$/);
		const unknown = await op.run(["models", "--model", "other"]);

		assert.match(unknown.stdout,
		    /\n\ncodex-local stands for other, which Codex does not/);
	});

	it("a Codex that is not there", async () => {
		const r = await op.run(["models", "--codex-bin", "/none/codex"]);

		assert.equal(r.code, 1);
		assert.match(r.stderr, /^codex-api-proxy: .*\/none\/codex/);
		assert.equal(r.stderr.split("\n").length, 2, r.stderr);
	});
});

for (const engine of engines) {
	describe(`${engine}: ask`, () => {
		let op, sim, dir;

		before(async () => {
			dir = makeDir("sim");
			sim = await Sim.start(dir);
			op = new Operator();
			op.env = { ...op.env, ...realEnv };
			delete op.env.CODEX_PROXY_CODEX_CONFIGS;
			await op.start(["--engine", engine, "--api-key", "secret",
				"--model", plainModel, "--sse-ping-seconds", "0",
				...sim.overrides().flatMap((c) =>
				    ["--codex-config", c])]);
		});
		after(async () => {
			await op?.end();
			await sim?.stop();
			removeDir(dir);
		});

		// With `input` on its standard input.
		async function ask(words, input) {
			const child = new Child(proxyBinary, ["ask", ...words], {
				env: op.env, cwd: op.dir,
				stdio: ["pipe", "pipe", "pipe"] });

			child.process.stdin.end(input);
			const { code } = await within(child.exited, "ask",
			    60000 * slack);

			return { code, stdout: child.stdout, stderr: child.stderr };
		}

		it("prints the answer, whose last line it ends", async () => {
			const m = mark();
			const r = await ask([m, "SIM:", "text=pong"]);

			assert.deepEqual(r, { code: 0, stdout: "pong\n", stderr: "" });
			const { body, text } = await sim.request(m);

			assert.equal(body.model, plainModel);
			assert.equal(text, `${m} SIM: text=pong`);
		});

		it("takes the question from standard input, and a model",
		    async () => {
			const m = mark();
			const question = `Grüße, ${m}\nSIM: text=hör zu`;
			const r = await ask(["--model", newModel], question);

			assert.deepEqual(r,
			    { code: 0, stdout: "hör zu\n", stderr: "" });
			const { body, text } = await sim.request(m);

			assert.equal(text, question);
			assert.equal(body.model, newModel);
		});

		it("what stands behind -- is the question", async () => {
			const m = mark();

			assert.equal((await ask(["--", "--model", m])).code, 0);
			assert.equal((await sim.request(m)).text, `--model ${m}`);
		});

		it("no question, one that is not UTF-8", async () => {
			const none = await ask([], "");

			assert.equal(none.code, 2);
			assert.match(none.stderr, /there is no question/);
			const bad = await ask([], Buffer.from([0x61, 0xff]));

			assert.equal(bad.code, 2);
			assert.match(bad.stderr, /not UTF-8/);
		});

		it("a failure is one line and exit 1", async () => {
			const r = await ask([`${mark()} SIM: status=400`]);

			assert.equal(r.code, 1);
			assert.equal(r.stdout, "");
			assert.match(r.stderr, /^codex-api-proxy: 400: .+\n$/);
			assert.ok(!r.stderr.includes("secret"));
		});

		it("Ctrl-C ends the answer and what it costs", async () => {
			const m = mark();
			const child = new Child(proxyBinary,
			    ["ask", `${m} SIM: text=x;hang`],
			    { env: op.env, cwd: op.dir });
			const { n } = await sim.request(m);

			child.kill("SIGINT");
			assert.equal((await child.exited).signal, "SIGINT");
			assert.equal((await sim.closed(n)).completed, false);
		});

		it("what the model says does not command a terminal", async () => {
			const m = mark();
			const child = onTerminal(op, ["ask",
				`${m} SIM: text=a\u001b[31mb\u009bc\ttab`]);

			assert.equal((await within(child.exited, "ask")).code, 0);
			assert.equal(child.stdout, "a[31mbc\ttab\r\n");
		});
	});
}

if (engines.includes("app-server")) {
	describe("app-server: ask", () => {
		it("shows what comes while it comes, and a late failure",
		    async () => {
			const dir = makeDir("sim");
			const sim = await Sim.start(dir);
			const op = new Operator();

			op.env = { ...op.env, ...realEnv };
			delete op.env.CODEX_PROXY_CODEX_CONFIGS;
			await op.start(["--engine", "app-server", "--model",
				plainModel, ...sim.overrides().flatMap((c) =>
				    ["--codex-config", c])]);
			const child = new Child(proxyBinary,
			    ["ask", `${mark()} SIM: text=one two;split=4;gap=2000;` +
			        "cut=2"], { env: op.env, cwd: op.dir });

			await until(() => child.stdout === "one ", "the first piece");
			const { code } = await within(child.exited, "ask");

			assert.equal(code, 1, child.stderr);
			assert.match(child.stdout, /^one two\n$/);
			assert.match(child.stderr, /^codex-api-proxy: .+\n$/);
			await op.end();
			await sim.stop();
			removeDir(dir);
		});
	});
}
