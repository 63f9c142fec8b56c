// A real Prometheus, and what can be read off its expressions and its format.
import fs from "node:fs";
import path from "node:path";
import { slack } from "./env.mjs";
import { request } from "./http.mjs";
import { adapt, contrib, contribFile, spawnTool, tool } from "./tools.mjs";
import { until, within } from "./wait.mjs";

// Families of a page of metrics: {name: {type, labels}}.
export function families(page) {
	const found = {};

	for (const [, name, type] of page.matchAll(/^# TYPE (\S+) (\S+)$/gm))
		found[name] = { type, labels: new Set() };
	for (const line of page.split("\n")) {
		const sample = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line);

		if (!sample)
			continue;
		const name = found[sample[1]] ? sample[1]
		    : sample[1].replace(/_(bucket|sum|count)$/, "");

		for (const [, label] of (sample[2] ?? "").matchAll(/(\w+)="/g))
			found[name].labels.add(label);
	}
	return found;
}

// Names that samples of a page carry: for histograms those of their parts.
export function sampleNames(page) {
	return new Set([...page.matchAll(/^(\w+)[{ ]/gm)].map((m) => m[1]));
}

// The metrics that a PromQL expression asks for.
export function metricNames(expr) {
	const bare = expr.replace(/"(\\.|[^"\\])*"/g, "")
	    .replace(/\{[^}]*\}/g, " ").replace(/\[[^\]]*\]/g, " ")
	    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g,
		" ");
	const words = /(?<![\w:])[a-zA-Z_:][\w:]*(?!\s*\()(?![\w:])/g;
	const operators = ["and", "or", "unless", "bool", "offset"];

	return [...bare.matchAll(words)].map((m) => m[0])
	    .filter((w) => !operators.includes(w));
}

// What promtool says to rules, given as an object; "" when nothing is wrong.
export async function checkRules(dir, groups) {
	const file = path.join(dir, "rules.json"); // JSON is YAML, too

	fs.writeFileSync(file, JSON.stringify({ groups }));
	const r = await tool("promtool", ["check", "rules", file]);

	return r.code === 0 ? "" : r.said;
}

export class Prometheus {
	// With the configuration in contrib/, on the proxy at `port`, with a key.
	static async start(dir, port, key) {
		const prometheus = new Prometheus();
		const config = path.join(dir, "prometheus.yml");
		const rules = "codex-api-proxy.rules.yml";

		fs.writeFileSync(config, adapt(
		    contrib("prometheus/prometheus.yml"), [
			    ["127.0.0.1:8765", `127.0.0.1:${port}`],
			    ["interval: 15s", "interval: 1s"],
			    ["# authorization:", "authorization:"],
			    ["#   credentials_file: /etc/prometheus/" +
				"codex-api-proxy.key",
			    `  credentials_file: ${path.join(dir, "key")}`],
		    ]));
		fs.writeFileSync(path.join(dir, "key"), key);
		fs.copyFileSync(contribFile(`prometheus/${rules}`),
		    path.join(dir, rules));
		prometheus.child = spawnTool("prometheus", [
			`--config.file=${config}`,
			`--storage.tsdb.path=${path.join(dir, "db")}`,
			"--web.listen-address=127.0.0.1:0"]);
		const listening = /msg="Listening on" address=(\S+)/;

		prometheus.url = "http://" + await until(() => {
			if (prometheus.child.ended)
				throw new Error(prometheus.child.stderr);
			return listening.exec(prometheus.child.stderr)?.[1];
		}, "Prometheus to listen", 60000 * slack);
		return prometheus;
	}

	// [{metric, value}] of an expression; throws what it says is wrong.
	async query(expr) {
		const r = await request(`${this.url}/api/v1/query?query=` +
		    encodeURIComponent(expr));

		if (r.status === 503)
			return []; // it starts
		if (r.json.status !== "success")
			throw new Error(`${expr}: ${r.json.error}`);
		return r.json.data.result.map((s) =>
		    ({ metric: s.metric, value: Number(s.value[1]) }));
	}

	// The same once `test` of the result is true.
	queryUntil(expr, test) {
		let last;

		return until(async () => {
			last = await this.query(expr);
			return test(last) ? last : null;
		}, () => `${expr}: ${JSON.stringify(last)}`, 120000 * slack);
	}

	// [{name, query}] of all rules.
	async rules() {
		const r = await request(`${this.url}/api/v1/rules`);

		return r.json.data.groups.flatMap((g) => g.rules);
	}

	async stop() {
		this.child.kill();
		await within(this.child.exited, "Prometheus to end",
		    60000 * slack);
	}
}
