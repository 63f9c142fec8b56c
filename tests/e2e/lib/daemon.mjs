// The program as an operator uses it: start, stop, restart, status, doctor.
import fs from "node:fs";
import path from "node:path";
import { Child } from "./child.mjs";
import {
	fakeCodex, makeShortDir, proxyBinary, removeDir, slack,
} from "./env.mjs";
import { ask, request } from "./http.mjs";
import { withEnviron } from "./proc.mjs";
import { cleanEnv } from "./proxy.mjs";
import { until, within } from "./wait.mjs";

export class Operator {
	constructor() {
		this.dir = makeShortDir("operator");
		this.home = path.join(this.dir, "home");
		fs.mkdirSync(this.home);
		this.own = path.join(this.home, ".codex-api-proxy");
		this.pidFile = path.join(this.own, "codex-api-proxy.pid");
		this.logFile = path.join(this.own, "codex-api-proxy.log");
		this.stateFile = path.join(this.own, "codex-api-proxy.state.json");
		this.env = cleanEnv(this.home, {
			CODEX_PROXY_CODEX_BIN: fakeCodex,
			CODEX_PROXY_PORT: "0",
			FAKE_CODEX_DIR: this.dir,
			CODEX_PROXY_CODEX_CONFIGS: 'model_provider="sim"',
		});
	}

	// Runs one command to its end: {code, stdout, stderr}.
	async run(words, env = {}) {
		const child = new Child(proxyBinary, words,
		    { env: { ...this.env, ...env }, cwd: this.dir });
		const end = await within(child.exited, words.join(" "),
		    30000 * slack).finally(() => child.kill("SIGKILL"));

		return { ...end, stdout: child.stdout, stderr: child.stderr };
	}

	// A start that must go well; notes the first URL.
	async start(args = [], env = {}) {
		const r = await this.run(["start", ...args], env);

		if (r.code !== 0)
			throw new Error(`start: ${r.stderr}`);
		this.url = this.state().urls[0];
		return r;
	}

	state() {
		return JSON.parse(fs.readFileSync(this.stateFile, "utf8"));
	}

	pid() {
		return Number(fs.readFileSync(this.pidFile, "utf8"));
	}

	log() {
		return fs.readFileSync(this.logFile, "utf8").split("\n")
		    .filter((l) => l.startsWith("{")).map((l) => JSON.parse(l));
	}

	// A log line with these words, once it is written.
	logged(words, ms = 5000) {
		return until(() => fs.existsSync(this.logFile) &&
		    this.log().find((l) => (l.message ?? "").includes(words)),
		`"${words}" in the log`, ms);
	}

	// `ca`, once it is set, is the PEM that is trusted.
	get(target, headers) {
		return request(this.url + target, { headers, ca: this.ca });
	}

	chat(content, headers = {}) {
		return this.post(ask(content), headers);
	}

	// A chat completion of a whole body.
	post(body, headers = {}) {
		return request(this.url + "/v1/chat/completions", {
			method: "POST", ca: this.ca,
			headers: { "Content-Type": "application/json", ...headers },
			body: JSON.stringify(body),
		});
	}

	// Everything that still runs for this HOME, whatever its parent.
	processes() {
		return withEnviron(`HOME=${this.home}`);
	}

	async end() {
		await this.run(["stop"]);
		for (const pid of this.processes())
			process.kill(pid, "SIGKILL");
		removeDir(this.dir);
	}
}
