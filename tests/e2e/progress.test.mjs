// What a start in the background shows while it waits for Codex.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Child } from "./lib/child.mjs";
import { Operator } from "./lib/daemon.mjs";
import { fakeCodex, proxyBinary } from "./lib/env.mjs";
import { until, within } from "./lib/wait.mjs";

let op;

beforeEach(() => {
	op = new Operator();
});
afterEach(() => op.end());

const open = (step) => fs.writeFileSync(path.join(op.dir, step), "");

// A codex that does not answer a command before the file of that name is
// there.
function gatedCodex(...steps) {
	const file = path.join(op.dir, "gated-codex");

	fs.writeFileSync(file, "#!/bin/sh\n" + steps.map((s) =>
	    `[ "$1" != ${s} ] || while [ ! -e ${path.join(op.dir, s)} ]; do ` +
	    "sleep 0.05; done\n").join("") + `exec ${fakeCodex} "$@"\n`,
	{ mode: 0o755 });
	return file;
}

// Runs it on a terminal, whose output is the child's stdout.
function onTerminal(words, env = {}) {
	const script = "import os, pty, sys\n" +
	    "sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

	return new Child("python3", ["-c", script, proxyBinary, ...words],
	    { env: { ...op.env, ...env }, cwd: op.dir });
}

// What is to be read on the terminal in the end.
function screen(output) {
	const lines = [[]];
	let column = 0;

	for (const c of output) {
		if (c === "\n") {
			lines.push([]);
		} else if (c === "\r") {
			column = 0;
		} else {
			lines.at(-1)[column++] = c;
		}
	}
	return lines.map((l) => l.join("").trimEnd());
}

const shows = (child, text) => until(() => child.stdout.includes(text),
    () => `"${text}" in ${child.stdout}`, 60000);
const ended = (child) => within(child.exited, "the start", 60000);

describe("on a terminal", () => {
	it("each step stands in one line, which is gone in the end",
	    async () => {
		const child = onTerminal(["start", "--codex-bin",
			gatedCodex("--version", "debug")]);

		await shows(child, "waiting for Codex: reading its version");
		assert.equal(screen(child.stdout).length, 1);
		open("--version");
		await shows(child, "waiting for Codex: probing the model catalog");
		assert.match(screen(child.stdout).join("\n"),
		    /^waiting for Codex: probing[^\n]*$/);
		open("debug");
		assert.equal((await ended(child)).code, 0, child.stdout);
		const lines = screen(child.stdout);

		assert.match(lines[0], /^codex-api-proxy is running as pid \d+/);
		assert.ok(!lines.join().includes("waiting"), lines.join("\n"));
	});

	it("a reason for failing stands alone", async () => {
		const child = onTerminal(["start", "--codex-bin",
			gatedCodex("--version")], { FAKE_CODEX_VERSION: "0.1.0" });

		await shows(child, "waiting for Codex");
		open("--version");
		assert.equal((await ended(child)).code, 1);
		const lines = screen(child.stdout);

		assert.match(lines[0], /^codex-api-proxy: .*0\.1\.0 is too old/);
		assert.ok(!lines.join().includes("waiting"), lines.join("\n"));
	});
});

describe("elsewhere", () => {
	it("nothing of it shows, however long it takes", async () => {
		const codex = gatedCodex("--version");
		const child = new Child(proxyBinary,
		    ["start", "--codex-bin", codex], { env: op.env, cwd: op.dir });

		// Past the half second after which a terminal would have it.
		setTimeout(() => open("--version"), 1500);
		assert.equal((await ended(child)).code, 0, child.stderr);
		assert.equal(child.stderr, "");
		assert.ok(!/waiting|\r/.test(child.stdout), child.stdout);
	});

	it("a warning does", async () => {
		const r = await op.start(["--host", "0.0.0.0"]);

		assert.match(r.stderr, /^codex-api-proxy: warning: .*reachable from/);
		assert.equal(r.stderr.split("\n").length, 2, r.stderr);
	});
});
