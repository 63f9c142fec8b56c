// doc/operations.md against a real page of metrics and a real line of the log.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { makeDir, removeDir } from "./lib/env.mjs";
import { families } from "./lib/prometheus.mjs";
import { fakeWorld } from "./lib/proxy.mjs";
import { contribFile, topDir } from "./lib/tools.mjs";

const text = fs.readFileSync(path.join(topDir, "doc/operations.md"), "utf8");

// Rows of the table whose first column has this heading, cell by cell.
function table(heading) {
	const [, rows] = new RegExp(
	    `^\\| ${heading} \\|.*\n\\|[- |]*\n((?:\\|.*\n)+)`, "m").exec(text);

	return rows.trimEnd().split("\n").map((row) =>
	    row.split("|").slice(1, -1).map((cell) =>
		cell.trim().replaceAll("`", "")));
}

describe("doc/operations.md", () => {
	const dir = makeDir("operations");
	const keys = path.join(dir, "keys");

	fs.writeFileSync(keys, "name:secret\n", { mode: 0o600 });
	after(() => removeDir(dir));
	const world = fakeWorld({ before, after },
	    { args: ["--api-key-file", keys] });
	let line;

	before(async () => {
		const r = await world.proxy.chat("FAKE:text=x", { stream: true },
		    { Authorization: "Bearer secret", "x-request-id": "doc" });

		assert.equal(r.status, 200, r.text);
		line = await world.proxy.latency("doc");
	});

	it("has every metric with its type and labels, and no other",
	    async () => {
		const page = await world.proxy.get("/metrics?format=prometheus");
		const real = Object.entries(families(page.text)).map(
		    ([name, f]) => [name, f.type, [...f.labels].sort().join(", ")]);
		const told = table("metric").map((row) => row.slice(0, 3));

		assert.ok(real.length > 20);
		assert.deepEqual(told.sort(), real.sort());
	});

	it("has every field of the latency line, and no other", () => {
		const real = Object.keys(line).concat(
		    Object.keys(line.phases_ms).map((p) => `phases_ms.${p}`));
		const told = [...table("field"), ...table("phase")]
		    .map(([name]) => name);

		assert.deepEqual(told.sort(), real.sort());
	});

	it("names files that are there", () => {
		const named = [...text.matchAll(
		    /`((?:prometheus|grafana|haproxy|logrotate)\/[\w./-]+)`/g)];

		assert.ok(named.length >= 4);
		for (const [, name] of named)
			assert.ok(fs.existsSync(contribFile(name)), name);
	});
});
