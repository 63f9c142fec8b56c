// A whole agent, run headless, with the server as its only model.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Child } from "./child.mjs";
import { client, modules } from "./client.mjs";
import { makeDir, removeDir, slack } from "./env.mjs";
import { received } from "./items.mjs";
import { withEnviron } from "./proc.mjs";
import { cleanEnv, mark, realCodex } from "./proxy.mjs";
import { until, within } from "./wait.mjs";

// Several agents are for a newer Node.js than the one that runs the tests.
const node = path.join(modules, `node-linux-${process.arch}`, "bin");

function kill(pid) {
	try {
		process.kill(pid, "SIGKILL");
	} catch (e) {
		if (e.code !== "ESRCH") // it has just ended by itself
			throw e;
	}
}

export class Agent {
	constructor() {
		this.dir = makeDir("agent");
		this.home = path.join(this.dir, "home");
		this.project = path.join(this.dir, "project");
		fs.mkdirSync(this.home);
		fs.mkdirSync(this.project);
		// The project ends here, and not with our own sources.
		execFileSync("git", ["init", "-q"], { cwd: this.project });
	}

	// Absolute; in the agent's home, or in its project.
	inHome(...names) {
		return path.join(this.home, ...names);
	}

	file(name) {
		return path.join(this.project, name);
	}

	// Writes a file of settings; JSON is YAML, too.
	configure(name, settings) {
		const file = this.inHome(name);

		fs.mkdirSync(path.dirname(file), { recursive: true });
		fs.writeFileSync(file, JSON.stringify(settings));
	}

	// Starts a program of the packages, which is then a Child.
	start([name, ...args], { env = {}, input = "" } = {}) {
		const stdin = path.join(this.dir, "stdin");

		fs.writeFileSync(stdin, input);
		const fd = fs.openSync(stdin, "r");
		const child = new Child(path.join(modules, ".bin", name), args, {
			cwd: this.project, stdio: [fd, "pipe", "pipe"],
			env: cleanEnv(this.home, { NO_COLOR: "1", TERM: "dumb",
				PATH: `${node}:${process.env.PATH}`,
				// What it would fetch by itself is no part of the test.
				npm_config_offline: "true", ...env }) });

		fs.closeSync(fd);
		return child;
	}

	// Runs one to its end: {stdout, stderr}. Its exit code proves nothing:
	// several exit with 0 and have done nothing.
	async run(words, options) {
		const child = this.start(words, options);

		await within(child.exited, words[0], 240000 * slack)
		    .catch((e) => {
			child.kill("SIGKILL");
			e.message += `\n${child.stdout}\n${child.stderr}`;
			throw e;
		});

		return { stdout: child.stdout, stderr: child.stderr };
	}

	// Some leave a process of their own behind.
	async end() {
		await until(() => {
			const left = withEnviron(`HOME=${this.home}`);

			left.forEach(kill);
			return left.length === 0;
		}, "the agent's processes to end");
		removeDir(this.dir);
	}
}

// What the requests that offer the tool say the tools have said, oldest first.
export const saidByTools = (sim, m, tool) => sim.requestsWith(m)
    .map((r) => received(r.body))
    .filter((r) => r.tools.some((t) => t.name === tool))
    .map((r) => r.items.filter((i) => i.type === "function_call_output"));

/*
 * Has the agent read a file and write one through its own tools, as its model
 * tells it, and say what both said; and then sees what it makes of an answer
 * that breaks off. `read` and `write` give the directives by which sim_model
 * calls the tools, and so does `edit`, without which nothing is edited;
 * `configure(agent, url)` is done before, if it is given; `run(agent, url,
 * prompt, alone)` gives what agent.run gives; `alone`: nothing else may be asked
 * for meanwhile. `upstream` is the name by which the model knows the tool that
 * writes; `what` says more of what is tried, and `args` are of the proxy. `name`
 * is the package's.
 */
export function describeAgent(name, { configure, run, read, write, edit,
	upstream, what, args = [] }) {
	describe(client(name, what), () => {
		// The model is one that Codex's own catalog has in code mode.
		const world = realCodex({ before, after },
		    { engine: "auto", args: ["--model", "gpt-6.1-sol",
			"--sse-ping-seconds", "0.3", ...args] });
		const secret = `secret-${mark()}`, written = `written by ${name}`;
		let agent, url;

		before(async () => {
			url = `${world.proxy.url}/v1`;
			agent = new Agent();
			fs.writeFileSync(agent.file("in.txt"), `${secret}\n`);
			await configure?.(agent, url);
		});
		after(() => agent?.end());

		it("reads a file, writes one, and says so", async () => {
			const m = mark();
			// Keep-alives come before the first call, reasoning alone
			// and text before the second.
			const steps = ["delay=1500",
				read(agent.file("in.txt")), "then",
				"reasoning=I have it", "text=now I write",
				write(agent.file("out.txt"), written), "then",
				"split=3", "outputs"];
			const ran = await run(agent, url,
			    `${m}\nSIM: ${steps.join(";")}\n`);
			const all = `${ran.stdout}\n${ran.stderr}`;

			assert.ok(fs.existsSync(agent.file("out.txt")), all);
			assert.equal(fs.readFileSync(agent.file("out.txt"), "utf8")
			    .trimEnd(), written);
			assert.ok(ran.stdout.includes(secret), all);

			// A request a step, each with all that came before.
			const said = saidByTools(world.sim, m, upstream);

			assert.deepEqual(said.map((list) => list.length),
			    [0, 1, 2], all);
			for (const [first] of said.slice(1))
				assert.ok(JSON.stringify(first.output)
				    .includes(secret));
			const metrics = await world.proxy.idle();

			// Some leave a request of their own behind as they end, or
			// are gone with the answer's last line, before its end.
			const { 499: gone = 0, ...errors } =
				metrics.errors_by_status;

			assert.deepEqual(errors, {});
			assert.ok(metrics.requests_ok + gone >= 3);
		});

		const edits = async () => {
			const m = mark(), file = agent.file("edited.txt");

			fs.writeFileSync(file, `first\n${m}\nlast\n`);
			const steps = [read(file), edit(file, m, "second")];
			const ran = await run(agent, url,
			    `for ${m}\nSIM: ${steps.join(";then;")};then;outputs\n`);

			assert.equal(fs.readFileSync(file, "utf8"),
			    "first\nsecond\nlast\n", ran.stdout + ran.stderr);
			assert.deepEqual(saidByTools(world.sim, m, upstream)
			    .map((list) => list.length), [0, 1, 2]);
		};

		if (edit !== undefined)
			it("edits a file that it has read", edits);

		// Clients that take a half answer for a whole one are why.
		it("an answer that breaks off is told, or asked for again",
		    async () => {
			const m = mark();
			const ran = await run(agent, url, `${m}\nSIM: ` +
			    "text=whole answer;failed=server_error,once:it broke\n",
			true);
			const all = `${ran.stdout}\n${ran.stderr}`;
			const again = saidByTools(world.sim, m, upstream).length > 1;

			assert.ok(again ? ran.stdout.includes("whole answer")
			    : all.includes("it broke"), all);
		});
	});
}
