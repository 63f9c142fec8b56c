// The configuration file: which is read, what of it counts, and that all
// commands go by it.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, afterEach, beforeEach, describe, it } from "node:test";
import { Operator } from "./lib/daemon.mjs";
import { fakeCodex, makeDir, removeDir } from "./lib/env.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { toolEnv, tool } from "./lib/tools.mjs";

const authorization = { Authorization: "Bearer k-of-file" };

// What the environment of an Operator has is in a file here.
class ByFile extends Operator {
	constructor() {
		super();
		this.defaultFile = path.join(this.own, "environment");
		this.base = { CODEX_PROXY_CODEX_BIN: fakeCodex,
			CODEX_PROXY_PORT: "0",
			CODEX_PROXY_CODEX_CONFIGS: "'model_provider=\"sim\"'" };
		for (const name of Object.keys(this.base))
			delete this.env[name];
		fs.mkdirSync(this.own, { mode: 0o700 });
	}

	write(variables = {}, file = this.defaultFile, more = "", mode = 0o600) {
		const all = { ...this.base, ...variables };

		fs.rmSync(file, { force: true });
		fs.writeFileSync(file, Object.entries(all)
		    .map(([name, value]) => `${name}=${value}\n`).join("") + more,
		{ mode });
		return file;
	}

	async settings(args = []) {
		const r = await this.run(["status", "--verbose", "--json",
			...args]);

		assert.equal(r.stderr, "");
		return JSON.parse(r.stdout).settings;
	}
}

let op;

beforeEach(() => {
	op = new ByFile();
});
afterEach(() => op.end());

// A place for another server of the same user.
const elsewhere = (name) => ({
	CODEX_PROXY_PID_FILE: path.join(op.dir, `${name}.pid`),
	CODEX_PROXY_STATE_FILE: path.join(op.dir, `${name}.state`),
	CODEX_PROXY_LOG_FILE: path.join(op.dir, `${name}.log`),
});

describe("the file in the home", () => {
	it("has what the server needs, and is named", async () => {
		op.write({ CODEX_PROXY_MAX_QUEUE_SIZE: "7",
			CODEX_PROXY_API_KEY: '"k-of-file"',
			CODEX_PROXY_MODEL: "m1" });
		const r = await op.start(["--model", "m2"]);

		assert.equal(r.stderr, "");
		assert.ok(r.stdout.includes(
		    `Set:      config ${op.defaultFile}\n`), r.stdout);
		const s = await op.settings();

		assert.equal(s.config, op.defaultFile);
		assert.equal(s["max-queue-size"], "7");
		assert.equal(s["api-key"], "set");
		assert.equal(s.model, "m2");
		assert.equal((await op.chat("hello")).status, 401);
		assert.equal((await op.chat("hello", authorization)).status, 200);
		// What is saved is what was given, and no key of the file.
		assert.deepEqual(op.state().options, { model: "m2" });
	});

	it("is below the environment", async () => {
		op.write({ CODEX_PROXY_MODEL: "m1", CODEX_PROXY_WORKERS: "2" });
		await op.start([], { CODEX_PROXY_MODEL: "m2" });
		const s = await op.settings();

		assert.deepEqual([s.model, s.workers], ["m2", "2"]);
	});

	it("is read again by a restart", async () => {
		op.write({ CODEX_PROXY_MODEL: "m1" });
		await op.start(["--workers", "2"]);
		op.write({ CODEX_PROXY_MODEL: "m2", CODEX_PROXY_WORKERS: "3" });
		const r = await op.run(["restart"]);

		assert.equal(r.code, 0, r.stderr);
		assert.ok(r.stdout.endsWith("Changed:  model m1 -> m2\n"),
		    r.stdout);
	});

	it("need not be there", async () => {
		const s = await op.settings();

		assert.equal(s.config, null);
		const r = await op.run(["doctor"]);

		assert.match(r.stdout, /^ok +config +no file is read$/m);
	});
});

describe("--config", () => {
	it("is kept by a restart, and found by all commands", async () => {
		op.write({ CODEX_PROXY_MODEL: "of-the-home" });
		const file = op.write({ ...elsewhere("b"),
			CODEX_PROXY_MODEL: "m1" }, path.join(op.dir, "b.env"));
		const run = (...w) => op.run([...w, "--config", "b.env"]);
		let r = await run("start");

		assert.equal(r.code, 0, r.stderr);
		assert.match(r.stdout, new RegExp(`^Set: +config ${file}$`, "m"));
		r = await run("restart");
		assert.equal(r.code, 0, r.stderr);
		assert.match(r.stdout, /^Changed: {2}nothing$/m);
		r = await run("status");
		assert.equal(r.code, 0, r.stderr);
		assert.match(r.stdout, /^Model: +m1$/m);
		r = await run("doctor");
		assert.match(r.stdout, new RegExp(`^ok +config +${file}$`, "m"));
		assert.match(r.stdout, /^ok +server +ready/m);
		r = await run("models");
		assert.match(r.stdout, /codex-local .*m1/, r.stderr);
		r = await run("ask", "hello");
		assert.equal(r.code, 0, r.stderr);
		r = await run("logs");
		assert.match(r.stdout, /"listening"/, r.stderr);
		// The home's file says where another server would be.
		assert.equal((await op.run(["status"])).code, 3);
		// The state file knows which file the last start was given.
		r = await op.run(["restart", "--state-file",
			path.join(op.dir, "b.state"), "--pid-file",
			path.join(op.dir, "b.pid")]);
		assert.equal(r.code, 0, r.stderr);
		assert.match(r.stdout, /^Model: +m1$/m);
		r = await run("stop");
		assert.equal(r.code, 0, r.stderr);
		assert.match(r.stdout, /has stopped/);
	});

	it("must be there, for every command", async () => {
		const file = path.join(op.dir, "none");

		op.write();
		for (const command of ["start", "restart", "status", "stop",
			"doctor", "models", "ask", "logs"]) {
			for (const r of [
				await op.run([command, "--config", file]),
				await op.run([command],
				    { CODEX_PROXY_CONFIG: file }),
			]) {
				assert.equal(r.code, 2, command);
				assert.equal(r.stderr, "codex-api-proxy: " +
				    `configuration file ${file}: No such file ` +
				    "or directory\n");
			}
		}
	});

	it("/dev/null is none", async () => {
		op.write({ CODEX_PROXY_MODEL: "m1" });
		const s = await op.settings(["--config=/dev/null"]);

		assert.equal(s.model, null);
	});

	it("that is gone since is told by doctor", async () => {
		const file = op.write({}, path.join(op.dir, "gone"));

		await op.start(["--config", file]);
		fs.unlinkSync(file);
		const r = await op.run(["doctor"]);

		assert.equal(r.code, 1);
		assert.match(r.stdout, new RegExp(
		    `^FAULT +config +${file}, which the server has read: No such`,
		    "m"));
		assert.match(r.stdout, /^ok +server +ready/m);
	});
});

describe("what is wrong in it", () => {
	it("a value: file and line", async () => {
		const file = op.write({}, undefined, "CODEX_PROXY_WORKERS=x\n");

		for (const command of ["start", "status", "doctor"]) {
			const r = await op.run([command]);

			assert.equal(r.code, 2);
			assert.ok(r.stderr.startsWith(`codex-api-proxy: ${file}:4: ` +
			    "bad value 'x' for CODEX_PROXY_WORKERS"), r.stderr);
		}
	});

	it("a key that others can read: what to do", async () => {
		const file = op.write({ CODEX_PROXY_API_KEY: "k-of-file" },
		    undefined, "", 0o644);
		let r = await op.run(["start"]);

		assert.equal(r.code, 2);
		assert.ok(r.stderr.includes(`${file}:4: CODEX_PROXY_API_KEY`),
		    r.stderr);
		assert.match(r.stderr, /0644; chmod 600 it/);
		assert.ok(!r.stderr.includes("k-of-file"));
		fs.chmodSync(file, 0o600);
		r = await op.run(["start"]);
		assert.equal(r.code, 0, r.stderr);
	});

	const warnings = (text) => text.split("\n")
	    .filter((l) => l.includes("warning: "));

	it("what nothing reads: a warning, once", async () => {
		const file = op.write({}, undefined, "CODEX_PROXY_PROT=1\n" +
		    "port 8080\nPATH=/bin\nCODEX_PROXY_CONFIG=/f\n");
		const wanted = [
			`${file}:4: nothing reads the variable CODEX_PROXY_PROT; ` +
			    "did you mean CODEX_PROXY_PORT?",
			`${file}:5: no NAME=value, and not read`,
			`${file}:7: a configuration file cannot name another`,
		].map((w) => `codex-api-proxy: warning: ${w}`);

		// As systemd does, which has read the same file.
		for (const env of [{}, { CODEX_PROXY_PROT: "1" }]) {
			const r = await op.start([], env);

			assert.deepEqual(warnings(r.stderr), wanted);
			await op.run(["stop"]);
		}
		const r = await op.run(["status"]);

		assert.deepEqual(warnings(r.stderr), []);
		assert.match((await op.run(["doctor"])).stdout, new RegExp(
		    `^FAULT +config +${file}: line 4, for one, has no effect`,
		    "m"));
	});
});

describe("the unit's EnvironmentFile", () => {
	it("is the same file, which then is read twice", async () => {
		op.write({ CODEX_PROXY_MODEL: "m1", CODEX_PROXY_API_KEY: "k-of-file" });
		const proxy = await Proxy.start({ home: op.home,
			env: { CODEX_PROXY_MODEL: "m1",
				CODEX_PROXY_API_KEY: "k-of-file" } });

		try {
			assert.deepEqual(proxy.log()
			    .filter((l) => l.level === "warning"), []);
			const r = await proxy.chat("hello", {}, authorization);

			assert.equal(r.status, 200, r.text);
			assert.equal((await proxy.chat("hello")).status, 401);
		} finally {
			await proxy.stop();
		}
	});
});

describe("systemd's reading of such a file", () => {
	const dir = makeDir("environment.d");
	const names = ["MODEL", "CODEX_BIN", "MODEL_ALIASES", "LOG_FILE"]
	    .map((n) => `CODEX_PROXY_${n}`);
	// What shares its reader, and writes what it has read.
	const reader = "/usr/lib/systemd/user-environment-generators/" +
	    "30-systemd-environment-d-generator";

	after(() => removeDir(dir));

	// NAME=VALUE, the value in double quotes if it needs them.
	const parse = (text) => Object.fromEntries(text.split("\n")
	    .map((l) => /^(\w+)=(?:"(.*)"|(.*))$/.exec(l)).filter(Boolean)
	    .map(([, name, quoted, plain]) => [name,
		    quoted?.replace(/\\n/g, "\n").replace(/\\(.)/g, "$1") ?? plain]));

	/* the lines, a comment */
	const rows = [
		['#a\n ;b\nCODEX_PROXY_MODEL=m # "x"\n', "comments"],
		["  CODEX_PROXY_MODEL \t= a b\t \n", "blanks"],
		["CODEX_PROXY_MODEL=a\\ b\\\n  c\\\\d\\'e\\ \n", "backslashes"],
		["CODEX_PROXY_MODEL='a b' \"c\\\"d\\\n\\e\"f'g'\n", "parts"],
		["CODEX_PROXY_MODEL=' a'\nCODEX_PROXY_MODEL=' b '\n", "twice"],
		["CODEX_PROXY_MODEL=a\r\nCODEX_PROXY_LOG_FILE=/b\r\n", "CRLF"],
		["export CODEX_PROXY_MODEL=a\nCODEX_PROXY_CODEX_BIN=b", "export"],
		["CODEX_PROXY_MODEL_ALIASES=a=b;;'c d'=e\"f\"\n", "a list"],
	];

	for (const [text, comment] of rows) {
		it(comment, async () => {
			const conf = path.join(dir, "environment.d");

			fs.mkdirSync(conf, { recursive: true });
			fs.writeFileSync(path.join(conf, "a.conf"), text);
			const { said } = await tool(reader, [],
			    { env: { ...toolEnv, XDG_CONFIG_HOME: dir } });
			const theirs = parse(said);

			assert.ok(names.some((n) => theirs[n] !== undefined), said);
			const env = Object.fromEntries(names
			    .filter((n) => theirs[n] !== undefined)
			    .map((n) => [n, theirs[n]]));

			fs.writeFileSync(op.defaultFile, text, { mode: 0o600 });
			const ours = await op.settings();

			fs.unlinkSync(op.defaultFile);
			Object.assign(op.env, env);
			assert.deepEqual(ours,
			    { ...await op.settings(), config: op.defaultFile });
		});
	}
});
