// The program under test, started in a HOME of its own.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { describe } from "node:test";
import { Child } from "./child.mjs";
import { codexLauncher, engines, fakeCodex, makeDir, proxyBinary, removeDir,
	slack, transport } from "./env.mjs";
import { ask, Pending, request } from "./http.mjs";
import { commandLine, connections, withEnviron } from "./proc.mjs";
import { Sim } from "./sim.mjs";
import { until, within } from "./wait.mjs";

const sanitizerReport =
    /(Address|Leak|Thread|UndefinedBehavior)Sanitizer|runtime error:/;

// A descriptor that it inherits by accident; Codex must not.
const stray = fs.openSync("/dev/null");

// The environment that tests give it: nothing of the developer's.
export function cleanEnv(home, extra = {}) {
	const sanitizers = {};

	for (const name of ["ASAN_OPTIONS", "TSAN_OPTIONS"]) {
		if (process.env[name])
			sanitizers[name] = process.env[name];
	}
	// /proc is to tell of it, and LeakSanitizer attaches to it.
	return { PATH: process.env.PATH, HOME: home, LANG: "C.UTF-8",
		TZ: "UTC", CODEX_API_PROXY_DUMPABLE: "1", UBSAN_OPTIONS: "print_stacktrace=1",
		...sanitizers, ...extra };
}

export class Proxy {
	/*
	 * options: engine, args (appended), env (added), codex (--codex-bin),
	 * sim, retries (Codex's own), home (an existing HOME), login (false:
	 * nobody is), ready (false: wait for "listening" alone), wrap (a
	 * command that executes the rest of its command line), ca (PEM to
	 * trust when it speaks TLS), binary (another build of it).
	 */
	static async start(options = {}) {
		const proxy = new Proxy(options);

		try {
			await proxy.#listening();
			if (options.ready !== false)
				await proxy.waitReady();
		} catch (e) {
			proxy.child.kill("SIGKILL");
			throw e;
		}
		return proxy;
	}

	constructor({ engine = "exec", args = [], env = {}, codex, sim,
		retries, home, login = true, ready, ca, wrap = [],
		binary = proxyBinary } = {}) {
		void ready;
		this.engine = engine;
		this.ca = ca;
		this.dir = makeDir("proxy");
		this.home = home ?? path.join(this.dir, "home");
		if (login)
			this.logIn();
		this.pendings = [];
		this.codexHome = path.join(this.home, ".codex-api-proxy/codex-home");
		const argv = [...wrap, binary, "start", "--foreground",
			"--port", "0", "--engine", engine, "--codex-bin",
			codex ?? (sim ? codexLauncher : fakeCodex)];

		for (const c of sim?.overrides({ retries }) ?? [])
			argv.push("--codex-config", c);
		argv.push(...args);
		this.child = new Child(argv[0], argv.slice(1), {
			env: cleanEnv(this.home, { SIM_KEY: "sim-secret-key",
				FAKE_CODEX_DIR: this.dir, ...env }),
			cwd: this.dir, stdio: ["ignore", "pipe", "pipe", stray],
		});
	}

	// What a login leaves in the user's own home.
	logIn() {
		const dir = path.join(this.home, ".codex");

		fs.mkdirSync(dir, { recursive: true });
		fs.writeFileSync(path.join(dir, "auth.json"),
		    '{"OPENAI_API_KEY":"none"}', { mode: 0o600 });
	}

	async #listening() {
		const event = await until(() => {
			if (this.child.ended)
				throw new Error(`ended: ${this.child.stderr}`);
			return this.events("listening")[0];
		}, () => `to listen: ${this.child.stderr}`, 10000 * slack);

		this.url = event.url;
		this.port = Number(new URL(event.url).port);
	}

	async waitReady(ms = 60000) {
		let last;

		await until(async () => {
			last = await this.get("/ready");
			return last.status === 200;
		}, () => `/ready 200; ${last?.text} ${this.child.stderr}`, ms);
	}

	get pid() {
		return this.child.pid;
	}

	// Log lines as objects; sanitizer output is none.
	log() {
		return this.child.stderr.split("\n").slice(0, -1)
		    .filter((l) => l.startsWith("{")).map((l) => JSON.parse(l));
	}

	events(name) {
		return this.log().filter((l) => l.event === name);
	}

	messages() {
		return this.log().map((l) => l.message ?? "");
	}

	// The latency line of a request, once it is written.
	latency(id, ms) {
		return until(() => this.events("chat_completion_latency")
		    .find((l) => l.request_id === id),
		`the latency line of ${id}`, ms);
	}

	get(target, headers) {
		return request(this.url + target, { headers, ca: this.ca });
	}

	post(target, body, headers = {}) {
		return request(this.url + target, this.#json(body, headers));
	}

	#json(body, headers) {
		return { method: "POST", ca: this.ca,
			headers: { "Content-Type": "application/json", ...headers },
			body: typeof body === "string" || Buffer.isBuffer(body)
			    ? body : JSON.stringify(body) };
	}

	// A chat completion of a text, of messages, or of a whole body.
	chat(content, fields = {}, headers = {}) {
		return this.post("/v1/chat/completions",
		    ask(content, fields), headers);
	}

	// The same without waiting: see Pending.
	open(content, fields = {}, headers = {}) {
		const pending = new Pending(this.url + "/v1/chat/completions",
		    this.#json(ask(content, fields), headers));

		this.pendings.push(pending);
		return pending;
	}

	// The same, once fake_codex has the prompt (and no other waits for it).
	async running(prompt, fields = {}) {
		const before = this.calls().length;
		const pending = this.open(prompt, fields);

		await until(() => this.calls().length > before,
		    `fake_codex to get ${prompt}`);
		return pending;
	}

	// Nothing is done for anybody: exec has no process, app-server no job,
	// and neither has files.
	async settled() {
		await until(() => this.engine !== "exec" ||
		    this.codexPids().length === 0, "Codex and its helpers to go");
		await this.metricsUntil((m) => m.in_flight === 0 &&
		    m.workers.every((w) => w.state !== "busy"), "free places");
		await until(() => this.leftovers().length === 0, "no files left");
	}

	// Nothing queued, nothing running, everything counted.
	idle() {
		return this.metricsUntil((m) => m.in_flight === 0 &&
		    m.queue_depth === 0 && m.requests_ok + m.requests_error ===
		    m.requests_total, "to be idle");
	}

	// Settled, idle, and the last who asked has been let go of, too: a
	// client that has its answer is gone a little before the server closes.
	async atRest() {
		await this.settled();
		await this.idle();
		await until(() => connections(this.pid).length === 0, () =>
		    `to close ${JSON.stringify(connections(this.pid))}`);
	}

	async metrics() {
		return (await this.get("/metrics")).json;
	}

	// Metrics once `test` of them is true.
	metricsUntil(test, what, ms) {
		let last;

		return until(async () => {
			last = await this.metrics();
			return test(last) ? last : null;
		}, () => `${what}: ${JSON.stringify(last)}`, ms);
	}

	// Living Codex processes, wherever they were moved to in the tree.
	codexPids() {
		return withEnviron(`CODEX_HOME=${this.codexHome}`);
	}

	// Those that are an app-server.
	appServers() {
		return this.codexPids().filter((p) =>
		    commandLine(p).includes("app-server"));
	}

	// A log of fake_codex's; its last line may be half written.
	#fakeLog(name) {
		const file = path.join(this.dir, name);

		if (!fs.existsSync(file))
			return [];
		return fs.readFileSync(file, "utf8").split("\n").slice(0, -1)
		    .map((l) => JSON.parse(l));
	}

	// Its starts that were for a request.
	calls() {
		return this.#fakeLog("calls.log")
		    .filter((c) => c.argv.includes("exec"));
	}

	// What its app-server was asked, with FAKE_CODEX_LOG_RPC=1.
	rpc(method) {
		return this.#fakeLog("rpc.log")
		    .filter((m) => m.method === method);
	}

	// What requests left in the isolated home.
	leftovers() {
		return fs.readdirSync(this.codexHome)
		    .filter((n) => n.startsWith("request-"));
	}

	checkSanitizer() {
		assert.doesNotMatch(this.child.stderr, sanitizerReport);
	}

	// Once so many Codex processes were started for requests.
	started(n) {
		return until(() => this.calls().length === n, `${n} to run`);
	}

	// Its end, once it was told to end; it must go well.
	async ended(ms = 15000 * slack) {
		const end = await within(this.child.exited, "the proxy to end", ms);

		this.checkSanitizer();
		assert.deepEqual(end, { code: 0, signal: null },
		    this.child.stderr);
		assert.deepEqual(this.codexPids(), []);
		await this.stop();
	}

	// Ends it as a service manager would; it must go well.
	async stop({ code = 0, ms = 15000 * slack } = {}) {
		for (const pending of this.pendings)
			pending.destroy();
		this.child.kill("SIGTERM");
		const end = await within(this.child.exited,
		    "the proxy to end", ms).catch((e) => {
			this.child.kill("SIGKILL");
			e.message += `\n${this.child.stderr}`;
			throw e;
		});

		this.checkSanitizer();
		assert.deepEqual(end, { code, signal: null }, this.child.stderr);
		removeDir(this.dir);
	}
}

// The same tests for each engine, or for some, that are tested on this Codex.
export function describeEngines(name, body, which = ["exec", "app-server"]) {
	for (const engine of which.filter((e) => engines.includes(e)))
		describe(`${engine}: ${name}`, () => body(engine));
}

// So many requests at once, in the words of either engine.
export const atOnce = (engine, n) => [engine === "exec"
    ? "--max-concurrency" : "--turns-per-worker", `${n}`];

/*
 * For a test file: a stand-in model and a proxy on the real Codex in front of
 * it, both ended afterwards. Filled in once the hooks ran.
 */
export function realCodex({ before, after }, options = {}) {
	const world = {};

	before(async () => {
		world.dir = makeDir("sim");
		world.sim = await Sim.start(world.dir);
		world.proxy = await Proxy.start({ sim: world.sim, ...options });
	});
	after(async () => {
		await world.proxy?.stop();
		await world.sim?.stop();
		removeDir(world.dir);
	});
	// A good answer to what `content` makes of a mark, and the request that
	// went upstream for it.
	world.good = async (content, fields) => {
		const m = mark();
		const r = await world.proxy.chat(content(m), fields);

		assert.equal(r.status, 200, r.text);
		const upstream = await world.sim.request(m);

		assert.equal(upstream.transport, transport);
		return { json: r.json, message: r.json.choices[0].message,
			upstream };
	};
	return world;
}

// The same with the scripted stand-in for Codex.
export function fakeWorld({ before, after }, options = {}) {
	const world = {};

	before(async () => {
		world.proxy = await Proxy.start(options);
	});
	after(async () => {
		await world.proxy?.stop();
	});
	return world;
}

/*
 * Either engine behind a stand-in that obeys scripts with directives that both
 * know: fake_codex for exec, sim_model behind the real Codex for app-server.
 */
export function scriptedWorld(engine, hooks, options = {}) {
	const exec = engine === "exec";
	const world = exec ? fakeWorld(hooks, options)
	    : realCodex(hooks, { engine, ...options });

	world.script = (words) => (exec ? "FAKE:" : "SIM: ") + words;
	// A request that has come to the stand-in and never ends.
	world.hold = async (fields) => {
		if (exec)
			return world.proxy.running("FAKE:hang", fields);
		const m = mark();
		const pending = world.proxy.open(`${m} SIM: hang`, fields);

		await world.sim.request(m);
		return pending;
	};
	return world;
}

let marks = 0;

// A word that no other request carries.
export const mark = () => `mark-${process.pid}-${++marks}-end`;
