// Where things are: the build under test, and what npm installed.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const e2eDir = path.resolve(
    path.dirname(fileURLToPath(import.meta.url)), "..");

function needBuild() {
	const dir = process.env.E2E_BUILD;

	if (!dir)
		throw new Error("E2E_BUILD is not set; use tests/e2e/run");
	return path.resolve(dir);
}

export const buildDir = needBuild();
export const proxyBinary = path.join(buildDir, "codex-api-proxy");
export const simBinary = path.join(buildDir, "tests/sim/sim_model");
export const fakeCodex = path.join(buildDir, "tests/sim/fake_codex");

// The launcher scripts, as a user's --codex-bin would name them.
export const codexLauncher = path.join(e2eDir, "node_modules/.bin/codex");
export const oldestLauncher = path.join(
    e2eDir, "node_modules/codex-oldest/bin/codex.js");
export const codexVersion = "0.169.0";
export const oldestVersion = "0.122.0";

// Time bounds are about the program, and not about a sanitizer or about who
// else has the processors.
const program = fs.readFileSync(proxyBinary);

export const sanitized = ["__asan_init", "__tsan_init"].some(
    (name) => program.includes(name));
export const slack = (sanitized ? 3 : 1) *
    Math.max(1, 2 * os.loadavg()[0] / os.availableParallelism());

let serial = 0;
const made = [];

// A directory of this test process's own; `clean` removes it and all in it.
export function makeDir(name) {
	const root = path.join(buildDir, "e2e-tmp");
	const dir = path.join(root, `${name}-${process.pid}-${++serial}`);

	fs.mkdirSync(dir, { recursive: true });
	made.push(dir);
	return dir;
}

export function removeDir(dir) {
	if (!process.env.E2E_KEEP)
		fs.rmSync(dir, { recursive: true, force: true });
}

process.on("exit", () => made.forEach(removeDir));
