// Codex itself as the client: `codex exec` of the newest version with the server
// as its model provider edits a file. It asks for responses alone.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { Child } from "../lib/child.mjs";
import { codexLauncher, codexVersion, makeDir, removeDir, slack } from
	"../lib/env.mjs";
import { cleanEnv, mark, realCodex } from "../lib/proxy.mjs";
import { title } from "../lib/title.mjs";
import { within } from "../lib/wait.mjs";

const patch = ["*** Begin Patch", "*** Add File: out.txt", "+written",
	"*** End Patch"].join("\n");

describe(title("@openai/codex", codexVersion, "as the client"), () => {
	const world = realCodex({ before, after },
	    { engine: "auto", args: ["--model", "gpt-5.5"] });
	let dir, project;

	before(() => {
		dir = makeDir("client");
		project = path.join(dir, "project");
		fs.mkdirSync(project);
	});
	after(() => removeDir(dir));

	async function exec(prompt) {
		const provider = { name: "local", wire_api: "responses",
			base_url: `${world.proxy.url}/v1`,
			env_key: "LOCAL_KEY" };
		const config = Object.entries(provider).flatMap(([k, v]) => ["-c",
			`model_providers.local.${k}=${JSON.stringify(v)}`]);
		const child = new Child(codexLauncher, ["exec",
			"--skip-git-repo-check", "--json",
			"--dangerously-bypass-approvals-and-sandbox",
			"-m", "gpt-5.5", "-c", 'model_provider="local"', ...config,
			prompt], { cwd: project, stdio: ["ignore", "pipe", "pipe"],
			env: cleanEnv(dir, { LOCAL_KEY: "none", CODEX_HOME: dir }) });

		await within(child.exited, "codex exec", 120000 * slack)
		    .finally(() => child.kill("SIGKILL"));
		return `${child.stdout}\n${child.stderr}`;
	}

	it("runs a command, edits a file, and says so", async () => {
		const m = mark();
		const said = await exec(`${m} SIM: reasoning=hm;text=I begin;` +
		    'tool=fn__exec_command:{"cmd":"echo seen > seen.txt"};then;' +
		    `tool=fn__apply_patch:${JSON.stringify({ input: patch })};` +
		    "then;text=all done");

		assert.match(said, /all done/);
		assert.equal(fs.readFileSync(path.join(project, "seen.txt"),
		    "utf8"), "seen\n", said);
		assert.equal(fs.readFileSync(path.join(project, "out.txt"),
		    "utf8"), "written\n", said);
		assert.equal(world.sim.requestsWith(m).length, 3);
	});

	it("an answer that breaks off is asked for again", async () => {
		const m = mark();
		const said = await exec(`${m} SIM: text=whole;` +
		    "failed=server_error,once:it broke");

		assert.match(said, /whole/);
	});
});
