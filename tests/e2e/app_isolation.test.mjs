// app-server: nothing that a caller's words could name is fetched from the
// user's home or working directory: skills, files, prompts, commands.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { makeDir, newModel, removeDir } from "./lib/env.mjs";
import { developer, received, user } from "./lib/items.mjs";
import { furnish } from "./lib/markers.mjs";
import { Proxy } from "./lib/proxy.mjs";
import { Sim } from "./lib/sim.mjs";

const models = [newModel, "gpt-5.6-luna", "gpt-5.5"];

/* what a user may say */
const words = [
	"$marker-codex-skill", "$marker-agents-skill", "$marker-cwd-skill",
	"$marker-cwd-agents-skill do it", "$one $two $five $six",
	"$skill-creator $skill-installer $plugin-creator", "@notes.txt",
	"see @AGENTS.md and @work/AGENTS.md", "/three", "/prompts:three x",
	"/init", "/compact", "/status", "!cat notes.txt", "#",
	"[$marker-agents-skill](skill://marker-agents-skill)",
	"[notes](app://marker-mcp) mcp://marker-mcp",
	"Use the skill marker-codex-skill.",
];

describe("words that name things of the user's", () => {
	const world = {};

	before(async () => {
		world.dir = makeDir("isolation");
		const home = path.join(world.dir, "home");

		furnish(home);
		world.sim = await Sim.start(world.dir);
		world.proxy = await Proxy.start({ engine: "app-server",
			sim: world.sim, home,
			args: ["--default-cwd", path.join(home, "work"),
				"--allowed-root", home] });
	});
	after(async () => {
		await world.proxy?.stop();
		await world.sim?.stop();
		removeDir(world.dir);
	});

	for (const model of models) {
		it(`${model}: nothing but the words goes upstream`, async () => {
			for (const said of words) {
				const before = world.sim.requests().length;
				const r = await world.proxy.chat([
					{ role: "system", content: said },
					{ role: "user", content: said }], { model });
				const [upstream] = world.sim.requests().slice(before);

				assert.equal(r.status, 200, r.text);
				assert.deepEqual(received(upstream.body), { tools: [],
					items: [developer("You are a helpful assistant."),
						developer(said), user(said)] }, said);
				const { input, ...rest } = upstream.body;

				assert.ok(input.length > 0);
				assert.doesNotMatch(JSON.stringify(rest), /marker-/);
			}
		});

		it(`${model}: nor with a directory of the caller's`, async () => {
			const before = world.sim.requests().length;
			const r = await world.proxy.chat("hi", { model,
				metadata: { cwd: path.join(world.proxy.home, "work") } });
			const [upstream] = world.sim.requests().slice(before);

			assert.equal(r.status, 200, r.text);
			assert.doesNotMatch(JSON.stringify(upstream.body), /marker-/);
			assert.deepEqual(received(upstream.body).items.at(-1),
			    user("hi"));
		});
	}
});
