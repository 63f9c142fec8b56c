// What the agent of exec can read, and that it can neither write nor connect:
// the model has it try, by its own tools.
import assert from "node:assert/strict";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { codexOlder, codexVersion, makeDir, plainModel,
	removeDir } from "./lib/env.mjs";
import { bytesOf } from "./lib/images.mjs";
import { image, red, text } from "./lib/items.mjs";
import { mark, Proxy } from "./lib/proxy.mjs";
import { Sim } from "./lib/sim.mjs";

const key = "key-of-a-caller", secret = "a secret: ";
const authorization = { Authorization: `Bearer ${key}` };

// Versions that do not obey what a profile denies.
const partial = codexOlder("0.154.0");

/*
 * A proxy with a home that holds something private, beside the home of another
 * user, whom passwd(5) has in the proxy's own view of the file system.
 */
class World {
	async start(args = []) {
		this.dir = makeDir("reads");
		this.home = path.join(this.dir, "home");
		this.work = path.join(this.home, "work");
		this.other = path.join(this.dir, "other");
		this.put("home/keys", `me:${key}\n`);
		this.put("home/settings", `# ${secret}\nCODEX_PROXY_FAST=no\n`);
		this.put("home/.ssh/id", secret);
		this.put("home/.codex/history.jsonl", secret);
		this.put("home/work/notes.txt", "plain notes\n");
		this.put("home/work/odd \"name\" \\1/keys.txt", "plain keys\n");
		this.put("home/picture.png", bytesOf(red));
		this.put("home/work/picture.png", bytesOf(red));
		this.put("other/file", secret);
		this.put("passwd", "root:x:0:0:root:/root:/bin/sh\n" +
		    `other:x:4711:4711::${this.other}:/bin/sh\n`);
		this.sim = await Sim.start(this.dir);
		this.proxy = await Proxy.start({ sim: this.sim, home: this.home,
			env: { SECRET_OF_SHELL: secret },
			wrap: ["unshare", "--map-root-user", "--mount", "sh", "-c",
				'mount --bind "$0" /etc/passwd && exec "$@"',
				path.join(this.dir, "passwd")],
			args: ["--model", plainModel, "--default-cwd", this.work,
				"--allowed-root", this.dir, "--api-key-file",
				path.join(this.home, "keys"), "--config",
				path.join(this.home, "settings"), ...args] });
	}

	async stop() {
		await this.proxy?.stop();
		await this.sim?.stop();
		removeDir(this.dir);
	}

	put(name, contents) {
		const file = path.join(this.dir, name);

		fs.mkdirSync(path.dirname(file), { recursive: true });
		fs.writeFileSync(file, contents, { mode: 0o600 });
	}

	// What a tool says that the model calls.
	async tool(name, args, fields) {
		const words = JSON.stringify(JSON.stringify(args));
		const r = await this.proxy.chat(`SIM: tool=${name}:${words}`,
		    fields, authorization);

		assert.equal(r.status, 200, r.text);
		return r.json.choices[0].message.content;
	}

	// What a command prints; it must have been run to its end.
	async command(cmd, cwd = this.work) {
		const said = await this.tool("exec_command", { login: false,
			cmd: `{ ${cmd}\n} 2>&1; echo the" end"` },
		{ metadata: { cwd } });

		assert.match(said, /the end/, said);
		return said;
	}

	// All that is never to be read.
	get never() {
		const state = ".codex-api-proxy/codex-api-proxy.state.json";
		const names = ["keys", "settings", state, ".codex/auth.json",
			".codex/history.jsonl",
			".codex-api-proxy/codex-home/auth.json",
			".codex-api-proxy/codex-home/model-catalog.json"];

		for (const name of names)
			assert.ok(fs.statSync(path.join(this.home, name)).size > 0,
			    name);
		return [...names.map((n) => path.join(this.home, n)),
			path.join(this.other, "file")];
	}

	// None of `files` is read, however it is spelt.
	async refused(files, cwd) {
		const said = await this.command(files.map((f) => `cat '${f}'
			cat "/proc/self/root${f}"
			(cd "$(dirname '${f}')" && cat "$(basename '${f}')")`)
		    .join("\n"), cwd);
		const errors = said.match(/(No such file|denied|can't cd)/g);

		assert.equal(errors?.length, 3 * files.length, said);
		assert.doesNotMatch(said,
		    /a secret|key-of-a|OPENAI_API_KEY|"options"|base_instr/);
	}
}

function describeReads(name, args, tests) {
	describe(`${name}, Codex ${codexVersion}`, () => {
		const world = new World();

		before(() => world.start(args));
		after(() => world.stop());
		tests(world);
		it("nothing can be written", async () => {
			const home = world.proxy.codexHome;
			const said = await world.command(
			    `touch new; touch '${world.home}/new';
			    echo x >>notes.txt; touch '${home}/x.toml';
			    mv notes.txt moved; ls`);

			assert.match(said, /notes\.txt/);
			assert.deepEqual(fs.readdirSync(world.work).sort(),
			    ["notes.txt", "odd \"name\" \\1", "picture.png"]);
			assert.equal(fs.readFileSync(path.join(world.work,
			    "notes.txt"), "utf8"), "plain notes\n");
			assert.ok(!fs.existsSync(path.join(world.home, "new")));
			assert.ok(!fs.existsSync(path.join(home, "x.toml")));
		});
		it("nothing can be connected to", async () => {
			const place = path.join(world.work, "s");
			let callers = 0;
			const server = net.createServer(() => { callers++; });

			await new Promise((done) => server.listen(place, done));
			const said = await world.command(`python3 -c '
import socket
for family, to in ((socket.AF_UNIX, "s"),
    (socket.AF_INET, ("127.0.0.1", ${world.sim.port}))):
	try:
		s = socket.socket(family)
		s.connect(to)
		print("connected")
	except OSError as e:
		print("refused", e)
'`);
			await new Promise((done) => server.close(done));
			assert.doesNotMatch(said, /connected/);
			assert.equal(said.match(/refused/g).length, 2, said);
			assert.equal(callers, 0);
		});
		it("a command has no secrets around it", async () => {
			const said = await world.command("env; cat /proc/*/environ");

			assert.match(said, /PATH=/);
			assert.doesNotMatch(said,
			    /a secret|sim-secret-key|SIM_KEY|CODEX_PROXY/);
		});
		it("asking for more is refused", async () => {
			for (const more of [
				{ sandbox_permissions: "require_escalated" },
				{ sandbox_permissions: "with_additional_permissions",
					additional_permissions: { file_system: {
						read: [world.home] } } }]) {
				const said = await world.tool("exec_command", {
					cmd: `cat '${world.never[0]}'`,
					justification: "x", ...more });

				assert.doesNotMatch(said, /key-of-a/);
				assert.match(said, /Never|not permitted/i);
			}
		});
		it("shells leave no snapshot of their variables", async () => {
			await world.command("true");
			const dir = path.join(world.proxy.codexHome,
			    "shell_snapshots");

			assert.deepEqual(fs.existsSync(dir)
			    ? fs.readdirSync(dir) : [], []);
		});
	});
}

describeReads("--exec-read cwd", [], (world) => {
	it("the working directory is read", async () => {
		const said = await world.command(
		    'pwd; cat notes.txt odd*/keys.txt; ls');

		for (const found of ["/work", "plain notes", "plain keys"])
			assert.ok(said.includes(found), said);
	});

	it("programs run", async () => {
		const said = await world.command(`rg -N plain notes.txt
			python3 -c 'print(open("notes.txt").read().upper())'
			git --version
			grep -c plain notes.txt`);

		for (const found of [/plain notes/, /PLAIN NOTES/, /git version/])
			assert.match(said, found);
	});

	it("what nobody may read is not read", async () => {
		await world.refused([...world.never,
			path.join(world.home, ".ssh/id")]);
	});

	it("nor is what else there is in the user's home", async () => {
		const said = await world.command(
		    `ls -a '${world.home}' '${world.dir}'`);

		assert.doesNotMatch(said, /\.ssh|picture|other|sim\.log/);
	});

	it("pictures are looked at in the working directory", async () => {
		const m = mark();
		const call = JSON.stringify(JSON.stringify(
		    { path: "picture.png" }));
		const r = await world.proxy.chat(
		    `${m}\nSIM: tool=view_image:${call}`, {}, authorization);

		assert.equal(r.status, 200, r.text);
		const bodies = world.sim.requestsWith(m).map((q) => q.body);

		assert.match(JSON.stringify(bodies), /data:image\/png/);
	});

	it("the request's own files reach Codex", async () => {
		const m = mark();
		const r = await world.proxy.chat([{ role: "user", content: [
			text(`${m} SIM: text="{\\"a\\":1}"`), image(red)] }],
		{ response_format: { type: "json_schema", json_schema: {
			name: "s", strict: true, schema: { type: "object",
				properties: { a: { type: "integer" } },
				required: ["a"], additionalProperties: false } } } },
		authorization);
		const { body } = await world.sim.request(m);

		assert.equal(r.status, 200, r.text);
		assert.match(JSON.stringify(body.input), /data:image\/png/);
		assert.equal(body.text.format.type, "json_schema");
	});

	it("a project's own settings give nothing", async () => {
		const dir = path.join(world.home, "project");

		world.put("home/project/.git/HEAD", "ref: refs/heads/x\n");
		world.put("home/project/.codex/config.toml",
		    'sandbox_mode = "danger-full-access"\n');
		const said = await world.command(
		    `cat '${world.home}/.ssh/id'; touch new`, dir);

		assert.doesNotMatch(said, /a secret/);
		assert.ok(!fs.existsSync(path.join(dir, "new")));
	});

	it("no agent works in a home of Codex's", async () => {
		const r = await world.proxy.chat("x", { metadata: {
			cwd: world.proxy.codexHome } }, authorization);

		assert.equal(r.status, 400, r.text);
		assert.equal(r.error.code, "cwd_not_allowed");
		assert.equal(r.error.param, "metadata.cwd");
	});

	if (partial) {
		it("where keys lie no agent works", async () => {
			for (const cwd of [world.home, world.dir]) {
				const r = await world.proxy.chat("x",
				    { metadata: { cwd } }, authorization);

				assert.equal(r.status, 400, r.text);
				assert.equal(r.error.code, "cwd_not_allowed");
			}
		});
		it("the log says what can be read", () => {
			assert.match(world.proxy.messages().join("\n"),
			    /agent of exec can read its working.*pictures/);
		});
		return;
	}

	it("nor below the working directory", async () => {
		const said = await world.command(
		    "cat .ssh/id work/notes.txt", world.home);

		assert.match(said, /a secret/, "it lies in the directory");
		await world.refused(world.never, world.home);
		await world.refused(world.never, world.dir);
	});

	it("pictures elsewhere are not looked at", async () => {
		const said = await world.tool("view_image",
		    { path: path.join(world.home, "picture.png") });

		assert.match(said, /No such file/);
	});

	it("the log warns of nothing", () => {
		assert.doesNotMatch(world.proxy.messages().join("\n"),
		    /agent of exec/);
	});
});

describeReads("--exec-read disk", ["--exec-read", "disk"], (world) => {
	it("the disk is read", async () => {
		assert.match(await world.command(
		    `cat '${world.home}/.ssh/id'`), /a secret/);
	});

	if (partial) {
		it("the log says what can be read", () => {
			assert.match(world.proxy.messages().join("\n"),
			    /agent of exec can read the whole disk, .*\/home\/keys/);
		});
		return;
	}

	it("what nobody may read is not read", async () => {
		await world.refused(world.never);
	});
});
