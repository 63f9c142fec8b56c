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
// As shipped, or one whose bounds for an app-server are shorter (tests/sim).
export const haste = process.env.E2E_HASTY ? 5 : 1;
export const handshakeSeconds = process.env.E2E_HASTY ? 15 : 30;
export const proxyBinary = path.join(buildDir,
    haste > 1 ? "tests/sim/hasty_proxy" : "codex-api-proxy");
export const slowProxy = path.join(buildDir, "tests/sim/slow_proxy");
export const simBinary = path.join(buildDir, "tests/sim/sim_model");
export const fakeCodex = path.join(buildDir, "tests/sim/fake_codex");

// The Codex under test: the pinned one, or an older one that `run --codex` has
// installed. The launcher script is what a user's --codex-bin would name.
const newestVersion = JSON.parse(fs.readFileSync(
    path.join(e2eDir, "package.json"), "utf8")).dependencies["@openai/codex"];
export const codexVersion = process.env.E2E_CODEX_VERSION || newestVersion;
export const codexLauncher = path.join(e2eDir,
    codexVersion === newestVersion ? "" : `codex/${codexVersion}`,
    "node_modules/.bin/codex");

// Whether the Codex under test is older than `version`.
export function codexOlder(version) {
	const numbers = (v) => v.split(".").map(Number);
	const [a, b] = [numbers(codexVersion), numbers(version)];
	const at = a.findIndex((n, i) => n !== b[i]);

	return at >= 0 && a[at] < b[at];
}

// An old exec may stop for ever behind an answer, each of its threads waiting
// for another (doc/codex.md).
export const codexMayStop = codexOlder("0.154.0");

// Behind one of several items it does so often: such are not asked of it. In
// the place of "it".
export const withSeveralItems = (it) => codexMayStop ? () => {} : it;

// A model of its catalog's newest kind, which is for code mode, and one of the
// older kind.
export const newModel = codexOlder("0.162.0") ? "gpt-6-astra" : "gpt-6.1-sol";
export const plainModel = codexOlder("0.154.0") ? "gpt-5.4" : "gpt-5.5";

// How many reasoning tokens it tells of: 0.122.0 of none.
export const reasoningTokens = (n) => codexOlder("0.154.0") ? 0 : n;

// How the real Codex reaches the model's stand-in: "http", with a provider of the
// tests' own, or "websocket", with the built-in one, as `run --websocket` has it.
export const transport = process.env.E2E_TRANSPORT || "http";

// The engines that are tested on it. Each has an oldest Codex; those between
// the oldest for app-server and the newest are for that engine. What differs over
// the WebSocket is in what app-server tells.
export const engines = codexVersion === newestVersion && transport === "http"
    ? ["exec", "app-server"]
    : [codexOlder("0.154.0") ? "exec" : "app-server"];

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

// The same with a short name, wherever the build lies: a Unix socket in it has a
// path of 107 bytes at most.
export function makeShortDir(name) {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), `${name}-`));

	made.push(dir);
	return dir;
}

export function removeDir(dir) {
	if (!process.env.E2E_KEEP)
		fs.rmSync(dir, { recursive: true, force: true });
}

process.on("exit", () => made.forEach(removeDir));
