// The command line: what it says and what it takes.
import assert from "node:assert/strict";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { describe, it } from "node:test";
import { Child } from "./lib/child.mjs";
import { codexLauncher, fakeCodex, makeDir, proxyBinary,
	removeDir } from "./lib/env.mjs";
import { request } from "./lib/http.mjs";
import { cleanEnv, Proxy } from "./lib/proxy.mjs";
import { until, within } from "./lib/wait.mjs";

// Runs it to its end.
async function run(args, env = {}) {
	const dir = makeDir("cli");
	const child = new Child(proxyBinary, args,
	    { env: cleanEnv(dir, env), cwd: dir });
	const { code } = await within(child.exited, args.join(" "))
	    .finally(() => child.kill("SIGKILL"));

	removeDir(dir);
	return { code, stdout: child.stdout, stderr: child.stderr };
}

const start = (args, env) => run(["start", "--foreground", ...args], env);

describe("help and version", () => {
	it("--version", async () => {
		for (const word of ["--version", "-V"]) {
			const r = await run([word]);

			assert.equal(r.code, 0);
			assert.match(r.stdout, /^codex-api-proxy \d+\.\d+\.\d+\n$/);
			assert.equal(r.stderr, "");
		}
	});

	it("--help names the commands", async () => {
		const r = await run(["--help"]);

		assert.equal(r.code, 0);
		assert.match(r.stdout, /\bstart\b/);
	});

	it("start --help names each option with its variable", async () => {
		for (const args of [["start", "--help"],
			["start", "--foreground", "-h"]]) {
			const r = await run(args);

			assert.equal(r.code, 0);
			for (const name of ["host", "port", "api-key", "codex-bin",
				"proxy", "model", "model-alias", "engine",
				"max-concurrency", "max-queue-size",
				"queue-timeout-seconds", "timeout-seconds",
				"app-server-codex-home", "codex-config", "ephemeral",
				"fast", "default-cwd", "allowed-root",
				"allowed-origin", "allowed-host", "max-body-bytes",
				"max-connections", "idle-timeout-seconds",
				"sse-ping-seconds", "drain-seconds", "log-level",
				"log-format"])
				assert.match(r.stdout,
				    new RegExp(`^ *--(\\[no-\\])?${name}\\b`, "m"));
			assert.match(r.stdout, /CODEX_PROXY_MAX_CONCURRENCY/);
			for (const line of r.stdout.split("\n"))
				assert.ok(line.length <= 100, line);
		}
	});

	for (const args of [[], ["dance"], ["--dance"]]) {
		it(`${args.join(" ") || "nothing"} is exit 2`, async () => {
			const r = await run(args);

			assert.equal(r.code, 2);
			assert.match(r.stderr, /--help/);
			assert.equal(r.stdout, "");
		});
	}
});

describe("bad options", () => {
	/* option, value, what is allowed */
	const rows = [
		["port", "x", /0.*65535/], ["port", "-1", /0.*65535/],
		["port", "65536", /0.*65535/], ["port", "1.5", /0.*65535/],
		["max-concurrency", "0", /1.*256/],
		["max-concurrency", "257", /1.*256/],
		["max-queue-size", "0", /1/],
		["queue-timeout-seconds", "-1", /0/],
		["timeout-seconds", "soon", /0/],
		["max-body-bytes", "10", /1024/],
		["max-connections", "0", /1/],
		["idle-timeout-seconds", "0", /1/],
		["sse-ping-seconds", "1h", /0/], ["drain-seconds", "", /0/],
		["log-level", "loud", /debug.*info.*warning.*error/],
		["log-format", "xml", /auto.*text.*json/],
		["engine", "steam", /exec/],
	];
	for (const [name, value, allowed] of rows) {
		it(`--${name} ${value}`, async () => {
			const variable = `CODEX_PROXY_${name.toUpperCase()
			    .replace(/-/g, "_")}`;

			for (const r of [await start([`--${name}`, value]),
				await start([`--${name}=${value}`])]) {
				assert.equal(r.code, 2, r.stderr);
				assert.ok(r.stderr.includes(`--${name}`), r.stderr);
				assert.ok(r.stderr.includes(`'${value}'`), r.stderr);
				assert.match(r.stderr, allowed);
			}
			if (value === "")
				return; // an empty variable is not set
			const r = await start([], { [variable]: value });

			assert.equal(r.code, 2, r.stderr);
			assert.ok(r.stderr.includes(variable), r.stderr);
			assert.ok(r.stderr.includes(`'${value}'`), r.stderr);
			assert.match(r.stderr, allowed);
		});
	}

	for (const [args, says] of [[["--colour", "red"], /--colour/],
		[["--port"], /--port.*value/], [["stray"], /stray/],
		[["--allowed-origin"], /--allowed-origin/]]) {
		it(args.join(" "), async () => {
			const r = await start(args);

			assert.equal(r.code, 2);
			assert.match(r.stderr, says);
		});
	}

	it("a boolean in the environment", async () => {
		const r = await start([], { CODEX_PROXY_FAST: "maybe" });

		assert.equal(r.code, 2);
		assert.match(r.stderr, /CODEX_PROXY_FAST/);
		assert.match(r.stderr, /maybe/);
		assert.match(r.stderr, /yes|on|true|1/);
	});

	it("a default cwd that is not there", async () => {
		const r = await start(["--port", "0", "--codex-bin", fakeCodex,
			"--default-cwd", "/nonexistent/dir"]);

		assert.notEqual(r.code, 0);
		assert.match(r.stderr, /--default-cwd.*\/nonexistent\/dir/);
	});

	it("a host that is none", async () => {
		const r = await start(["--port", "0", "--codex-bin", fakeCodex,
			"--host", "no.such.host.invalid"]);

		assert.notEqual(r.code, 0);
		assert.match(r.stderr, /no\.such\.host\.invalid/);
	});
});

describe("the port", () => {
	it("in use is said, with its number", async () => {
		const server = net.createServer();

		await new Promise((resolve) =>
		    server.listen(0, "127.0.0.1", resolve));
		const { port } = server.address();
		const r = await start(["--port", String(port), "--codex-bin",
			fakeCodex]);

		server.close();
		assert.equal(r.code, 1, r.stderr);
		assert.match(r.stderr, new RegExp(`${port}`));
		assert.match(r.stderr, /in use/);
	});

	it("is free again after the end", async () => {
		const first = await Proxy.start();
		const { port } = first;

		await first.get("/health");
		await first.stop();
		const again = await Proxy.start({ args: ["--port", String(port)] });

		assert.equal(again.port, port);
		await again.stop();
	});
});

describe("precedence", () => {
	it("argv, then the environment, then the default", async () => {
		const env = { CODEX_PROXY_MAX_QUEUE_SIZE: "7",
			CODEX_PROXY_MAX_CONCURRENCY: "3" };
		const proxy = await Proxy.start({ env,
			args: ["--max-queue-size", "9"] });
		const m = await proxy.metrics();

		assert.equal(m.queue_capacity, 9);
		assert.equal(m.workers.length, 3);
		await proxy.stop();
	});

	it("the last of an option given twice counts, lists grow", async () => {
		const proxy = await Proxy.start({ args: ["--max-queue-size", "9",
			"--max-queue-size=8", "--model-alias", "a=m1",
			"--model-alias", "b=m2"] });
		const ids = (await proxy.get("/v1/models")).json.data
		    .map((d) => d.id);

		assert.equal((await proxy.metrics()).queue_capacity, 8);
		assert.deepEqual(ids.slice(0, 3), ["codex-local", "a", "b"]);
		await proxy.stop();
	});

	it("lists in the environment are split", async () => {
		const proxy = await Proxy.start({ env: {
			CODEX_PROXY_MODEL_ALIASES: "a=m1;;b=m2" } });
		const ids = (await proxy.get("/v1/models")).json.data
		    .map((d) => d.id);

		assert.deepEqual(ids.slice(0, 3), ["codex-local", "a", "b"]);
		await proxy.stop();
	});

	it("--fast, --no-ephemeral, --codex-config and --proxy reach Codex",
	    async () => {
		const proxy = await Proxy.start({ args: ["--fast",
			"--no-ephemeral", "--codex-config", "some.key=1",
			"--proxy", "http://127.0.0.1:9"] });

		await proxy.chat("FAKE:text=x");
		const [{ argv, env }] = proxy.calls();

		assert.ok(argv.includes('model_reasoning_effort="low"'));
		assert.ok(argv.includes("some.key=1"));
		assert.ok(!argv.includes("--ephemeral"));
		for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY",
			"HTTPS_PROXY"])
			assert.ok(env.names.includes(name), name);
		await proxy.stop();
	});
});

describe("addresses", () => {
	const warned = (proxy) => proxy.log().some((l) =>
	    l.level === "warning" && /reachable from other machines/
	    .test(l.message));

	/* arguments, environment, warned */
	const rows = [[["--host", "0.0.0.0"], {}, true],
		[["--host", "0.0.0.0"], { CODEX_PROXY_API_KEY: "k" }, false],
		[["--host", "127.0.0.1"], {}, false], [[], {}, false]];
	for (const [args, env, warns] of rows) {
		it(`${args.join(" ")} ${JSON.stringify(env)}`, async () => {
			const proxy = await Proxy.start({ args, env, ready: false });

			await until(() => proxy.messages().some((m) =>
			    m.includes("is ready")), "the start to be over");
			assert.equal(warned(proxy), warns);
			await proxy.stop();
		});
	}
});

describe("the Codex that is not there", () => {
	it("health 200, ready 503 with the reason, POST 503; then it appears",
	    async () => {
		const dir = makeDir("late");
		const codex = path.join(dir, "codex");
		const proxy = await Proxy.start({ codex, ready: false });

		assert.equal((await proxy.get("/health")).status, 200);
		const ready = await until(async () => {
			const r = await proxy.get("/ready");

			return r.json.reasons.includes("codex executable missing")
			    ? r : null;
		}, "the reason");

		assert.equal(ready.status, 503);
		assert.ok(!ready.text.includes(dir), "no paths in it");
		const r = await proxy.chat("x");

		assert.equal(r.status, 503);
		assert.equal(r.error.code, "codex_unavailable");
		fs.symlinkSync(fakeCodex, codex);
		await proxy.waitReady();
		assert.equal((await proxy.chat("FAKE:text=x")).status, 200);
		await proxy.stop();
		removeDir(dir);
	});

	it("a request alone finds it, too, without /ready", async () => {
		const dir = makeDir("late");
		const codex = path.join(dir, "codex");
		const proxy = await Proxy.start({ codex, ready: false });

		assert.equal((await proxy.chat("x")).status, 503);
		fs.symlinkSync(fakeCodex, codex);
		assert.equal((await proxy.chat("FAKE:text=x")).status, 200);
		await proxy.stop();
		removeDir(dir);
	});

	it("one that is no program", async () => {
		const dir = makeDir("bad");
		const codex = path.join(dir, "codex");

		fs.writeFileSync(codex, "#!/bin/sh\nexit 3\n", { mode: 0o755 });
		const proxy = await Proxy.start({ codex, ready: false });

		assert.equal((await proxy.chat("x")).error.code,
		    "codex_unavailable");
		assert.equal((await proxy.get("/ready")).status, 503);
		await proxy.stop();
		removeDir(dir);
	});
});

describe("nobody logged in", () => {
	it("ready 503 says so, and what to do", async () => {
		const dir = makeDir("nologin");
		const proxy = await Proxy.start({ ready: false, home: dir,
			env: { FAKE_CODEX_LOGIN: "out",
				CODEX_HOME: path.join(dir, "empty") } });
		const ready = await until(async () => {
			const r = await proxy.get("/ready");

			return /not logged in/.test(r.text) ? r : null;
		}, "the reason");

		assert.equal(ready.status, 503);
		assert.match(ready.text, /codex login/);
		await proxy.stop();
		removeDir(dir);
	});
});

describe("a login in a keyring", () => {
	it("runs Codex in the user's own home, and says so", async () => {
		const dir = makeDir("keyring");
		const own = path.join(dir, "own");

		fs.mkdirSync(own);
		const proxy = await Proxy.start({ env: { CODEX_HOME: own } });

		assert.equal((await proxy.chat("FAKE:text=x")).status, 200);
		assert.equal(proxy.calls()[0].env.CODEX_HOME, own);
		assert.ok(proxy.log().some((l) => l.level === "warning" &&
		    /keyring/.test(l.message) && l.message.includes(own)));
		await proxy.stop();
		removeDir(dir);
	});
});

describe("a login in a keyring, with app-server", () => {
	it("is of no use in the isolated home, and says what to do",
	    async () => {
		const dir = makeDir("keyring");
		const own = path.join(dir, "own");

		fs.mkdirSync(own);
		const proxy = await Proxy.start({ engine: "app-server",
			ready: false, env: { CODEX_HOME: own,
				FAKE_CODEX_MODE: "not_logged_in" } });

		await until(() => proxy.log().some((l) =>
		    l.level === "warning" && /keyring/.test(l.message) &&
		    /--engine exec/.test(l.message)), "the warning");
		await until(async () => {
			const ready = await request(`${proxy.url}/ready`);

			return ready.status === 503 &&
			    /not logged in/.test(ready.text);
		}, "/ready to say so");
		assert.ok(proxy.calls().every((c) => c.env.CODEX_HOME !== own ||
		    c.argv.includes("login")));
		await proxy.stop();
		removeDir(dir);
	});
});

describe("a Codex that is updated", () => {
	it("is looked at anew, without a restart", async () => {
		const dir = makeDir("update");
		const codex = path.join(dir, "codex");
		const install = (version) => {
			fs.writeFileSync(`${codex}.new`, "#!/bin/sh\n" +
			    `FAKE_CODEX_VERSION=${version} exec ${fakeCodex} "$@"\n`,
			{ mode: 0o755 });
			fs.renameSync(`${codex}.new`, codex);
		};

		install("0.169.0");
		const proxy = await Proxy.start({ codex });

		assert.equal((await proxy.chat("FAKE:text=x")).status, 200);
		install("0.170.1");
		assert.equal((await proxy.chat("FAKE:text=x")).status, 200);
		await until(() => proxy.messages().some((m) =>
		    m.includes("codex-cli 0.170.1 is ready")), "the log's line");
		assert.equal((await proxy.chat("FAKE:text=x"))
		    .json.system_fingerprint, "codex-cli 0.170.1");
		await proxy.stop();
		removeDir(dir);
	});
});

describe("the launcher", () => {
	it("through a symlink and through PATH, too", async () => {
		const dir = makeDir("path");

		fs.symlinkSync(fs.realpathSync(codexLauncher),
		    path.join(dir, "codex"));
		for (const options of [{ codex: path.join(dir, "codex") },
			{ codex: "codex",
				env: { PATH: `${dir}:${process.env.PATH}` } }]) {
			const proxy = await Proxy.start(options);

			await until(() => proxy.messages().some((m) =>
			    /npm launcher; running the native binary/.test(m)),
			() => proxy.child.stderr);
			await proxy.stop();
		}
		removeDir(dir);
	});
});
