// runner.mjs CONCURRENCY SECONDS FILE...
//
// Runs test files, so many at once, and fails when a test does, or is skipped,
// or when there is none. Those that take longest begin first: what is run at
// the end alone holds up all. A file may take so many seconds; waits in it have
// deadlines of their own. Called by run.
import path from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { asClient } from "./lib/title.mjs";

// As they are shown at the end of a run.
const longest = ["app_dead_children", "app_supervision", "app_backoff",
	"timeouts", "drain", "app_wear", "app_losses", "cycles", "leaks",
	"clients/copilot", "clients/cline", "clients/opencode", "clients/qwen",
	"clients/cn"];
const shown = 5;

const [concurrency, seconds, ...names] = process.argv.slice(2);
const stem = (file) => path.relative(import.meta.dirname, file)
    .replace(".test.mjs", "");

function reason(error) {
	return String(error.cause?.message ?? error.cause ?? error.message)
	    .split("\n").filter(Boolean).slice(0, 2).join(" ").slice(0, 240);
}

// Which clients did what, as far as it went well.
function table() {
	const rows = [["client", "version", "what was done"],
		...[...clients].map(([row, done]) => {
			const [client, version, within] = JSON.parse(row);

			return [client, version, (within && `${within}: `) +
				done.join("; ")];
		})];
	const width = (i) => Math.max(...rows.map((r) => r[i].length)) + 2;
	const widths = [width(0), width(1), 0];

	return rows.map((r) => r.map((s, i) => s.padEnd(widths[i])).join(""))
	    .join("\n");
}

function place(file) {
	const at = longest.indexOf(stem(file));

	return at < 0 ? longest.length : at;
}

const files = names.map((name) => path.resolve(name))
    .sort((a, b) => place(a) - place(b));
const ofClients = files.every((file) => stem(file).startsWith("clients/"));
const start = performance.now();
const began = new Map(), ended = new Map();
const failed = [];
const clients = new Map(); // a row of the table, what its tests have done
const suites = []; // of the test that is told of
const nameless = new Set(); // those of clients/ that are not in the table
const counts = { tests: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0,
	todo: 0 };

const tests = run({ files, concurrency: Number(concurrency),
	timeout: Number(seconds) * 1000 });

// A file is a test, too, that has the name of the file.
tests.on("test:dequeue", ({ name }) => began.set(name, performance.now()));
tests.on("test:complete", ({ name }) => ended.set(name, performance.now()));
tests.on("test:fail", ({ name, file, details }) => {
	process.exitCode = 1;
	// What only says that one of those in it has failed says nothing new.
	if (details.error.failureType !== "subtestsFailed")
		failed.push([stem(file ?? name), name, reason(details.error)]);
});
// In the order in which they stand in their files.
tests.on("test:start", ({ name, nesting }) => {
	suites.length = nesting;
	suites.push(name);
});
tests.on("test:pass", ({ name, nesting, details }) => {
	const title = asClient(suites[0]);

	if (!title) {
		if (ofClients)
			nameless.add(suites[0]);
		return;
	}
	if (details.type === "suite")
		return;
	const { name: client, version, what } = title;
	const within = [what, ...suites.slice(1, nesting)].filter(Boolean);
	const row = JSON.stringify([client, version, within.join(", ")]);

	clients.set(row, [...clients.get(row) ?? [], name]);
});
tests.on("test:diagnostic", ({ nesting, message }) => {
	const [, name, n] = /^(\w+) (\d+)$/.exec(message) ?? [];

	if (nesting === 0 && name in counts)
		counts[name] = Number(n);
});
tests.on("end", () => {
	const took = (f) => ended.get(f) - (began.get(f) ?? start);
	const times = files.filter((f) => ended.has(f))
	    .map((f) => [Math.round(took(f) / 1000), stem(f)])
	    .sort((a, b) => b[0] - a[0]).slice(0, shown);

	console.log(`longest: ${times.map(([s, f]) => `${f} ${s} s`).join(", ")}`);
	// A test that did not run has shown nothing.
	if (counts.tests === 0 || counts.skipped > 0 || counts.todo > 0) {
		console.error("e2e: tests were skipped, or none ran");
		process.exitCode = 1;
	}
	if (nameless.size > 0) {
		console.error("e2e: not called client(PACKAGE), as lib/client.mjs " +
		    `has it: ${[...nameless].join(", ")}`);
		process.exitCode = 1;
	}
});
// Behind all of its details, for whoever sees only the end.
tests.compose(new spec()).on("end", () => {
	if (clients.size > 0)
		console.log(table());
	for (const line of failed)
		console.log(`FAILED: ${line.join(": ")}`);
}).pipe(process.stdout);
