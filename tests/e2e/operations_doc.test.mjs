// doc/operations.md against a real page of metrics and a real line of the log.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { makeDir, removeDir } from "./lib/env.mjs";
import { rows } from "./lib/markdown.mjs";
import { families } from "./lib/prometheus.mjs";
import { fakeWorld } from "./lib/proxy.mjs";
import { contribFile, topDir } from "./lib/tools.mjs";
import { until } from "./lib/wait.mjs";

const text = fs.readFileSync(path.join(topDir, "doc/operations.md"), "utf8");

const table = (heading) => rows(text, heading).map((row) =>
	row.map((cell) => cell.replaceAll("`", "")));

describe("doc/operations.md", () => {
	const dir = makeDir("operations");
	const keys = path.join(dir, "keys");

	fs.writeFileSync(keys, "name:secret\n", { mode: 0o600 });
	after(() => removeDir(dir));
	const window = { usedPercent: 42, windowDurationMins: 300,
		resetsAt: 1900000000 };
	// Each engine has some of its own.
	const worlds = ["exec", "app-server"].map((engine) =>
	    fakeWorld({ before, after }, { engine,
		args: ["--api-key-file", keys],
		env: engine === "exec" ? {} : { FAKE_CODEX_MODE: "rate_limits=" +
		    JSON.stringify({ primary: window, secondary: window }) } }));
	const lines = [], pages = [];

	before(async () => {
		for (const { proxy } of worlds) {
			const r = await proxy.chat("FAKE:text=x", { stream: true },
			    { Authorization: "Bearer secret",
				"x-request-id": "doc" });

			assert.equal(r.status, 200, r.text);
			lines.push(await proxy.latency("doc"));
			await until(async () => {
				const page = await proxy.get(
				    "/metrics?format=prometheus",
				    { Authorization: "Bearer secret" });

				pages[lines.length - 1] = families(page.text);
				return proxy.engine === "exec" ||
				    page.text.includes('window="primary"');
			}, "what is left of the quota");
		}
	});

	it("has every metric with its type and labels, and no other", () => {
		const [exec, server] = pages;

		assert.deepEqual(Object.keys(exec), Object.keys(server));
		const real = Object.entries(server).map(([name, f]) =>
		    [name, f.type, [...new Set([...f.labels,
			...exec[name].labels])].sort().join(", ")]);
		const told = table("metric").map((row) => row.slice(0, 3));

		assert.ok(real.length > 20);
		assert.deepEqual(told.sort(), real.sort());
	});

	it("has every field of the latency line, and no other", () => {
		const real = [...new Set(lines.flatMap((line) =>
		    Object.keys(line).concat(Object.keys(line.phases_ms)
			.map((p) => `phases_ms.${p}`))))];
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
