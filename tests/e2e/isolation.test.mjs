// Nothing of the user's reaches the model that the caller did not send: marker
// texts stand wherever Codex might pick something up, and none goes upstream.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { codexLauncher, makeDir, oldestLauncher, oldestVersion,
	removeDir } from "./lib/env.mjs";
import { mark, Proxy } from "./lib/proxy.mjs";
import { Sim } from "./lib/sim.mjs";

const skill = (name) => `---\nname: marker-${name}\n` +
    `description: marker-${name} is a skill\n---\nmarker-${name}\n`;

/* file below HOME, its contents; each has a marker of its own */
const userFiles = [
	[".codex/config.toml", 'developer_instructions = "marker-config"\n' +
	    'instructions = "marker-config2"\n' +
	    'model_reasoning_effort = "high"\n' +
	    '[mcp_servers.marker-mcp]\ncommand = "/bin/false"\n'],
	[".codex/AGENTS.md", "marker-home-agents\n"],
	[".codex/skills/one/SKILL.md", skill("codex-skill")],
	[".agents/skills/two/SKILL.md", skill("agents-skill")],
	[".codex/rules/default.rules",
		'prefix_rule(pattern = ["marker-rule"], decision = "allow")\n'],
	[".codex/prompts/three.md", "marker-prompt\n"],
	[".codex/memories/four.md", "marker-memory\n"],
	["work/AGENTS.md", "marker-cwd-agents\n"],
	["work/.codex/config.toml", 'instructions = "marker-cwd-config"\n'],
	["work/.codex/skills/five/SKILL.md", skill("cwd-skill")],
	["work/.agents/skills/six/SKILL.md", skill("cwd-agents-skill")],
];

function furnish(home) {
	for (const [name, text] of userFiles) {
		const file = path.join(home, name);

		fs.mkdirSync(path.dirname(file), { recursive: true });
		fs.writeFileSync(file, text);
	}
	// A working directory that is a project, so that AGENTS.md counts.
	fs.mkdirSync(path.join(home, "work/.git"));
}

// The names of the tools that the model is offered, wherever they stand.
function toolNames(body) {
	const lists = [body.tools ?? []];

	for (const item of body.input) {
		if (item.type === "additional_tools")
			lists.push(item.tools);
	}
	return lists.flat().flatMap((t) => t.tools ?? [t])
	    .map((t) => t.name ?? t.type).sort();
}

const developerTexts = (body) => body.input
    .filter((i) => i.role === "developer" && i.type !== "additional_tools")
    .flatMap((i) => i.content ?? []).map((p) => p.text);

for (const [version, codex] of [["newest", codexLauncher],
	[oldestVersion, oldestLauncher]]) {
	const models = version === "newest"
	    ? ["gpt-6.1-sol", "gpt-5.5"] : ["gpt-5.4"];

	describe(`isolation, Codex ${version}`, () => {
		const world = {};

		before(async () => {
			world.dir = makeDir("isolation");
			const home = path.join(world.dir, "home");

			furnish(home);
			world.sim = await Sim.start(world.dir);
			world.proxy = await Proxy.start({ sim: world.sim, codex, home,
				args: ["--default-cwd", path.join(home, "work"),
					"--model", models[0]] });
		});
		after(async () => {
			await world.proxy?.stop();
			await world.sim?.stop();
			removeDir(world.dir);
		});

		for (const model of models) {
			it(`${model} sees the caller's message alone`, async () => {
				const m = mark();
				const r = await world.proxy.chat(`say pong ${m}`,
				    { model });

				assert.equal(r.status, 200, r.text);
				assert.equal(r.json.choices[0].message.content, "pong");
				const upstream = await world.sim.request(m);
				const { body } = upstream;

				assert.equal(body.model, model);
				assert.doesNotMatch(JSON.stringify(body), /marker-/);
				assert.doesNotMatch(JSON.stringify(body),
				    /AGENTS\.md instructions|<environment_context>/);
				assert.deepEqual(body.input
				    .filter((i) => i.role === "user")
				    .flatMap((i) => i.content).map((p) => p.text),
				[`say pong ${m}`]);
				if (version === "newest") {
					assert.deepEqual(toolNames(body),
					    ["exec_command", "view_image",
						"write_stdin"]);
					assert.ok(upstream.bytes < 30000,
					    `${upstream.bytes} bytes upstream`);
					assert.ok(developerTexts(body).length <= 1,
					    developerTexts(body).join("\n---\n"));
				}
			});
		}

		it("codex-local is --model", async () => {
			const m = mark();

			await world.proxy.chat(m);
			assert.equal((await world.sim.request(m)).body.model,
			    models[0]);
		});

		it("the isolated home is private and links the login", () => {
			const home = world.proxy.codexHome;
			const auth = path.join(home, "auth.json");

			assert.equal(fs.statSync(home).mode & 0o777, 0o700);
			assert.ok(fs.lstatSync(auth).isSymbolicLink());
			assert.equal(fs.readlinkSync(auth),
			    path.join(world.proxy.home, ".codex/auth.json"));
			assert.ok(!fs.existsSync(path.join(home, "AGENTS.md")));
			assert.ok(!fs.existsSync(path.join(home, "config.toml")));
		});

		it("no sessions are kept", () => {
			assert.ok(!fs.existsSync(
			    path.join(world.proxy.codexHome, "sessions")));
		});

		it("the user's home is as it was", () => {
			for (const [name, text] of userFiles)
				assert.equal(fs.readFileSync(
				    path.join(world.proxy.home, name), "utf8"), text);
			assert.deepEqual(fs.readdirSync(
			    path.join(world.proxy.home, ".codex")).sort(),
			["AGENTS.md", "auth.json", "config.toml", "memories",
				"prompts", "rules", "skills"]);
		});

		it("basics: stream, history, schema", async () => {
			const stream = await world.proxy.chat("SIM: text=s",
			    { stream: true });
			const history = await world.proxy.chat([
				{ role: "system", content: "be brief" },
				{ role: "user", content: "SIM: text=h" }]);
			const schema = await world.proxy.chat(
			    'SIM: text="{\\"a\\":1}"', { response_format: {
				type: "json_schema", json_schema: { name: "s",
					schema: { type: "object" } } } });

			assert.match(stream.text, /"content":"s"/);
			assert.equal(history.status, 200, history.text);
			assert.equal(schema.json?.choices[0].message.content,
			    '{"a":1}');
		});
	});
}

// Markers that nothing ever finds would prove nothing.
describe("the markers are found by Codex without isolation", () => {
	it("in a plain codex exec", async () => {
		const { execFile } = await import("node:child_process");
		const dir = makeDir("plain");
		const home = path.join(dir, "home");

		furnish(home);
		const sim = await Sim.start(dir);
		const args = sim.overrides().flatMap((c) => ["-c", c]);
		const m = mark();

		await new Promise((resolve) => {
			const child = execFile(codexLauncher, ["exec", "--json",
				"--skip-git-repo-check", "-m", "gpt-5.5", ...args, "-"],
			{ cwd: path.join(home, "work"), env: { HOME: home,
				PATH: process.env.PATH, SIM_KEY: "x" } }, resolve);
			child.stdin.end(m);
		});
		const text = JSON.stringify((await sim.request(m)).body);

		for (const found of ["marker-home-agents", "marker-codex-skill",
			"marker-agents-skill", "marker-cwd-agents",
			"marker-config"])
			assert.ok(text.includes(found), `${found} is found`);
		await sim.stop();
		removeDir(dir);
	});
});
