// Everything that comes of the option table agrees with it, row by row.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, describe, it } from "node:test";
import { Child } from "./lib/child.mjs";
import { buildDir, e2eDir, makeDir, proxyBinary, removeDir } from
    "./lib/env.mjs";
import { cleanEnv } from "./lib/proxy.mjs";
import { within } from "./lib/wait.mjs";

const dir = makeDir("options");

after(() => removeDir(dir));

// Runs a program to its end, which must be good: what it has printed.
async function output(file, args, { input = "", env = {}, codes = [0] } = {}) {
	const child = new Child(file, args, { env: cleanEnv(dir, env), cwd: dir,
		stdio: ["pipe", "pipe", "pipe"] });

	child.process.stdin.on("error", () => {});
	child.process.stdin.end(input);
	const { code } = await within(child.exited, `${file} ${args.join(" ")}`,
	    120000).finally(() => child.kill("SIGKILL"));

	assert.equal(child.stderr, "");
	assert.ok(codes.includes(code), `${file}: exit status ${code}`);
	return child.stdout;
}

// Of --config, whose file is read.
const emptyFile = path.join(dir, "empty");

fs.writeFileSync(emptyFile, "");

const table = JSON.parse(await output(
    path.join(buildDir, "src/gen/option_docs"), ["json"]));
const { options, commands } = table;
const find = (name) => options.find((o) => o.name === name);
const isSwitch = (o) => o.type === "bool";
const sorted = (list) => [...new Set(list)].sort();
const optionsOf = (command) =>
    options.filter((o) => command.all_options || o.finds);

// The words that may stand behind a command.
const wordsOf = (command) => sorted(["--help", ...command.words,
	...optionsOf(command).flatMap((o) => isSwitch(o)
	    ? [`--${o.name}`, `--no-${o.name}`] : [`--${o.name}`])]);

it("the table is there", () => {
	assert.ok(options.length > 30, `${options.length} options`);
	assert.deepEqual(commands.map((c) => c.name),
	    ["start", "stop", "restart", "status", "doctor", "models",
		"ask", "logs"]);
});

// ---- what is read ----

// A value that is allowed and not the default, as text and as JSON has it.
function sample(o) {
	const texts = { dir, file: path.join(dir, "file"), nothing: "x-1",
		choice: o.choices.at(-1),
		bool: ["on", "yes"].includes(o.default) ? "no" : "yes" };
	let text = texts[o.completes];

	if (o.type === "int")
		text = String(o.min + 1);
	else if (o.type === "seconds")
		text = "1.5";
	else if (o.name === "config")
		text = emptyFile;
	else if (o.name === "proxy")
		text = "http://127.0.0.1:9";
	else if (o.name === "allowed-origin")
		text = "http://page.example:3000";
	else if (o.metavar?.includes("="))
		text = "a=b";
	return { text, json: o.type === "list" ? [text] : text };
}

describe("every option is read", () => {
	const wanted = Object.fromEntries(options.map((o) =>
	    [o.name, o.secret ? "set" : sample(o).json]));
	// The files themselves are named in argv, since it is they that are
	// looked for.
	const files = { "state-file": path.join(dir, "file"),
		"pid-file": path.join(dir, "pid") };
	const settings = async (args, env) => JSON.parse(await output(
	    proxyBinary, ["status", "--verbose", "--json", ...args],
	    { env, codes: [3] })).settings;

	function check(found, where) {
		assert.deepEqual(Object.keys(found).sort(),
		    options.map((o) => o.name).sort());
		for (const o of options)
			assert.deepEqual(found[o.name], wanted[o.name],
			    `${where}: ${o.name}`);
	}

	const argv = (join) => options.flatMap((o) => {
		const { text } = sample(o);

		if (isSwitch(o))
			return [text === "yes" ? `--${o.name}` : `--no-${o.name}`];
		return join ? [`--${o.name}=${text}`] : [`--${o.name}`, text];
	});

	it("--name value and --name=value", async () => {
		check(await settings(argv(false)), "argv");
		check(await settings(argv(true)), "argv with =");
	});

	it("the environment", async () => {
		check(await settings([], Object.fromEntries(options.map((o) =>
		    [o.env, sample(o).text]))), "environment");
	});

	it("the configuration file", async () => {
		const file = path.join(dir, "settings");

		fs.writeFileSync(file, options.filter((o) => o.name !== "config")
		    .map((o) => `${o.env}="${sample(o).text}"\n`).join(""),
		{ mode: 0o600 });
		const found = await settings(["--config", file], {});

		assert.equal(found.config, file);
		check({ ...found, config: wanted.config }, "configuration file");
	});

	it("the environment's lists are split", async () => {
		const lists = options.filter((o) => o.type === "list");
		// An alias may not be named twice.
		const two = (o) => [sample(o).text,
			o.metavar.includes("=") ? "c=d" : sample(o).text];
		const env = Object.fromEntries(lists.map((o) =>
		    [o.env, two(o).join(o.separator)]));
		const found = await settings([], env);

		for (const o of lists)
			assert.deepEqual(found[o.name], two(o), o.name);
	});

	it("the state file", async () => {
		const saved = Object.fromEntries(options.map((o) =>
		    [o.name, sample(o).json]));
		const file = path.join(dir, "state.json");

		fs.writeFileSync(file, JSON.stringify({ version: 1, pid: 1,
			started_at: 1, engine: "exec", urls: [], options: saved }));
		const found = await settings([`--state-file=${file}`,
			`--pid-file=${files["pid-file"]}`]);

		assert.equal(found["state-file"], file);
		check({ ...found, ...{ "state-file": wanted["state-file"],
			"pid-file": wanted["pid-file"] } }, "state file");
	});
});

// ---- what is written ----

describe("--help", () => {
	for (const command of ["start", "restart"]) {
		it(command, async () => {
			const text = await output(proxyBinary, [command, "--help"]);
			const items = text.split(/^ {2}(?=--)/m).slice(1);
			const names = [];

			for (const item of items) {
				const [, name] = /^--(?:\[no-\])?([\w-]+)/.exec(item);
				const o = find(name);
				const words = item.split(/\s+/).join(" ");

				if (["foreground", "verbose"].includes(name))
					continue;
				names.push(name);
				assert.ok(o, `--${name} is no option`);
				assert.ok(words.includes(`[env: ${o.env}]`), words);
				assert.equal(words.includes("[default:"),
				    o.default !== undefined && o.default !== null);
				if (o.default)
					assert.ok(words.includes(
					    `[default: ${o.default}]`), words);
				assert.equal(words.includes("(repeatable)"),
				    o.type === "list", name);
				for (const c of o.choices)
					assert.ok(item.split("\n")[0].includes(c),
					    item);
				assert.equal(item.startsWith(`--[no-]${name}`),
				    isSwitch(o), name);
			}
			assert.deepEqual(names, options.map((o) => o.name));
		});
	}

	it("names the commands", async () => {
		const text = await output(proxyBinary, ["--help"]);

		for (const c of commands)
			assert.match(text, new RegExp(`^  ${c.name} +\\w`, "m"));
	});
});

describe("the man page", () => {
	const page = path.join(buildDir, "doc/codex-api-proxy.1");

	it("is without a word of mandoc", async () => {
		assert.equal(await output("mandoc", ["-Tlint", page]), "");
	});

	it("has every option, and no other", async () => {
		const text = (await output("mandoc", ["-Tascii", "-Owidth=200",
			page])).replace(/.\x08/g, "");
		const section = /^OPTIONS\n([^]*?)^[A-Z]/m.exec(text)[1];
		const items = section.split(/\n\n {5}(?=--)/).slice(1);
		const names = [];

		for (const item of items) {
			const [, name] = /^--([\w-]+)/.exec(item);
			const o = find(name);
			const words = item.split(/\s+/).join(" ");

			if (["foreground", "verbose"].includes(name))
				continue;
			names.push(name);
			assert.ok(o, `--${name} is no option`);
			assert.match(words, new RegExp(`\\b${o.env}\\b`));
			assert.equal(words.includes("Default: "),
			    o.default !== undefined && o.default !== null);
			if (o.default)
				assert.ok(words.includes(`Default: ${o.default}.`),
				    words);
			assert.equal(words.includes("Repeatable."),
			    o.type === "list", name);
			for (const c of o.choices)
				assert.match(words,
				    new RegExp(`Allowed: [^.]*\\b${c}\\b`));
			if (o.type === "int")
				assert.ok(words.includes(`${o.min} to ${o.max}.`),
				    words);
			if (isSwitch(o))
				assert.ok(item.startsWith(
				    `--${name}, --no-${name}`), item);
		}
		assert.deepEqual(names, options.map((o) => o.name));
		for (const c of commands)
			assert.match(text,
			    new RegExp(`^ +codex-api-proxy ${c.name}`, "m"));
	});
});

// ---- completions ----

fs.mkdirSync(path.join(dir, "place/inner"), { recursive: true });
fs.writeFileSync(path.join(dir, "place/inmate"), "");

// Each gives, for an array of command lines (arrays of words, the last one
// being typed), what is offered.
const shells = {
	bash: {
		file: path.join(buildDir, "completions/codex-api-proxy"),
		async offers(lines) {
			// Bash makes --name=value three words.
			const split = (w) => /^--[^=]+=/.test(w)
			    ? [w.split("=")[0], "=", ...w.split("=").slice(1)
			        .filter((s) => s !== "")] : [w];
			const input = lines.map((words) => ["codex-api-proxy",
				...words.flatMap(split)].join("\t") + "\n").join("");

			return parse(await output("bash", [
				path.join(e2eDir, "lib/complete.bash"), this.file],
			{ input }), lines);
		},
	},
	zsh: {
		file: path.join(buildDir, "completions/_codex-api-proxy"),
		async offers(lines) {
			const input = lines.map((words) =>
			    ["codex-api-proxy", ...words].join(" ") + "\n").join("");

			return parse(await output("zsh", ["-f",
				path.join(e2eDir, "lib/complete.zsh"),
				path.dirname(this.file)],
			{ input, env: { TERM: "dumb" } }), lines);
		},
	},
};

function parse(text, lines) {
	const all = [];
	let offered = [];

	for (const line of text.split("\n").slice(0, -1)) {
		if (line === "") {
			all.push(sorted(offered));
			offered = [];
		} else {
			offered.push(line);
		}
	}
	assert.equal(all.length, lines.length, text);
	return all;
}

for (const [shell, { file }] of Object.entries(shells)) {
	const offers = (lines) => shells[shell].offers(lines);
	const offered = async (...words) => (await offers([words]))[0];

	describe(`completion in ${shell}`, () => {
		it("parses", async () => {
			assert.equal(await output(shell, ["-n", file]), "");
		});

		it("commands", async () => {
			const words = await offered("");

			for (const c of commands)
				assert.ok(words.includes(c.name), c.name);
			assert.deepEqual(words.filter((w) => !w.startsWith("-")),
			    commands.map((c) => c.name).sort());
			assert.deepEqual(await offered("sta"), ["start", "status"]);
		});

		it("each command's words, and no others", async () => {
			const all = await offers(commands.map((c) =>
			    [c.name, "--"]));

			commands.forEach((c, i) =>
			    assert.deepEqual(all[i], wordsOf(c), c.name));
		});

		it("each option by its beginning", async () => {
			const all = await offers(options.map((o) =>
			    ["start", `--${o.name.slice(0, -1)}`]));

			options.forEach((o, i) =>
			    assert.ok(all[i].includes(`--${o.name}`),
			        `${o.name}: ${all[i]}`));
		});

		it("a value, apart and behind =", async () => {
			const rows = options.filter((o) => !isSwitch(o));
			const apart = await offers(rows.map((o) =>
			    ["start", `--${o.name}`, ""]));
			const behind = await offers(rows.map((o) =>
			    ["start", `--${o.name}=`]));
			const plain = (list) => list.map((w) =>
			    w.replace(/\/$/, "").replace(/^--[\w-]+=/, ""));

			rows.forEach((o, i) => {
				const here = { choice: o.choices, dir: ["place"],
					file: fs.readdirSync(dir), nothing: [],
				}[o.completes];

				for (const found of [apart[i], behind[i]])
					assert.deepEqual(sorted(plain(found)
					    .filter((w) => w !== "")), sorted(here),
					`${o.name}: ${found}`);
			});
		});

		it("files and directories", async () => {
			const [files, dirs] = await offers([
				["start", "--api-key-file", "place/in"],
				["start", "--default-cwd", "place/in"]]);

			// zsh tells the part behind the last slash
			const last = (list) => list.map((w) => w.split("/").at(-1));

			assert.deepEqual(last(files), ["inmate", "inner"]);
			assert.deepEqual(last(dirs), ["inner"]);
		});

		it("what is repeatable is offered again, all else not",
		    async () => {
			const all = await offers(options.map((o) => ["start",
				...isSwitch(o) ? [`--${o.name}`]
				    : [`--${o.name}`, sample(o).text], "--"]));

			options.forEach((o, i) => {
				const again = o.type === "list";

				assert.equal(all[i].includes(`--${o.name}`), again,
				    o.name);
				assert.ok(!all[i].includes(`--no-${o.name}`));
				assert.ok(all[i].length > 30);
			});
		});
	});
}

it("bash: a switch can be told yes or no behind =", async () => {
	const rows = options.filter(isSwitch);
	const all = await shells.bash.offers(rows.map((o) =>
	    ["start", `--${o.name}=`]));

	assert.ok(rows.length > 0);
	for (const found of all)
		assert.deepEqual(found, ["no", "yes"]);
});
