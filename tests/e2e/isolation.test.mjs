// Nothing of the user's reaches the model that the caller did not send: marker
// texts stand wherever Codex might pick something up, and none goes upstream.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { codexLauncher, codexOlder, codexVersion, makeDir, newModel,
	plainModel, removeDir } from "./lib/env.mjs";
import { received } from "./lib/items.mjs";
import { furnish, userFiles } from "./lib/markers.mjs";
import { describeEngines, mark, Proxy } from "./lib/proxy.mjs";
import { Sim } from "./lib/sim.mjs";

const toolNames = (body) => received(body).tools
    .map((t) => t.name ?? t.type).sort();

const developerTexts = (body) => body.input
    .filter((i) => i.role === "developer" && i.type !== "additional_tools")
    .flatMap((i) => i.content ?? []).map((p) => p.text);

// Models that it knows, bytes of a request, tools. What 0.122.0 cannot do
// without does nothing in exec.
const expected = {
	exec: codexOlder("0.154.0")
	    ? [[plainModel], 30000, ["exec_command", "request_user_input",
		"update_plan", "view_image", "write_stdin"]]
	    : [[newModel, plainModel], 30000,
		["exec_command", "view_image", "write_stdin"]],
	"app-server": [[newModel, "gpt-5.6-luna", plainModel], 2200, []],
};

describeEngines(`isolation, Codex ${codexVersion}`, (engine) => {
	const [models, most, tools] = expected[engine];
	const world = {};

	before(async () => {
		world.dir = makeDir("isolation");
		const home = path.join(world.dir, "home");

		furnish(home);
		world.sim = await Sim.start(world.dir);
		world.proxy = await Proxy.start({ engine, sim: world.sim, home,
			args: ["--model", models[0], "--default-cwd",
				path.join(home, "work")] });
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
			assert.deepEqual(toolNames(body), tools);
			assert.ok(upstream.bytes < most,
			    `${upstream.bytes} bytes upstream`);
			assert.ok(developerTexts(body).length <= 1,
			    developerTexts(body).join("\n---\n"));
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
		// Ours, so that none of Codex's own making counts.
		assert.equal(fs.readFileSync(path.join(home, "config.toml"),
		    "utf8"), "");
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
				schema: { type: "object", properties: {
					a: { type: "integer" } }, required: ["a"],
				additionalProperties: false } } } });

		assert.match(stream.text, /"content":"s"/);
		assert.equal(history.status, 200, history.text);
		assert.equal(schema.status, 200, schema.text);
		assert.equal(schema.json.choices[0].message.content,
		    '{"a":1}');
	});
});

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
