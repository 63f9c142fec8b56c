// A real Prometheus on the proxy, and what Grafana would ask it for.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { makeDir, removeDir } from "./lib/env.mjs";
import { checkRules, metricNames, Prometheus, sampleNames } from
    "./lib/prometheus.mjs";
import { fakeWorld } from "./lib/proxy.mjs";
import { contrib, contribFile, tool, topDir } from "./lib/tools.mjs";

const dir = makeDir("prometheus");
const keys = path.join(dir, "keys");
const auth = { Authorization: "Bearer one-secret" };

fs.writeFileSync(keys, "one:one-secret\ntwo:two-secret\n", { mode: 0o600 });
after(() => removeDir(dir));

const dashboard = JSON.parse(contrib("grafana/codex-api-proxy.json"));
const panels = dashboard.panels.flatMap((p) => [p, ...p.panels ?? []]);

// As Grafana would fill in its variables.
const filledIn = (expr) => expr.replaceAll("$__rate_interval", "5m")
    .replaceAll("$instance", ".*");
const exprs = panels.flatMap((p) => (p.targets ?? []).map((t) =>
    ({ title: p.title, expr: filledIn(t.expr), legend: t.legendFormat })));

describe("reading PromQL", () => {
	/* expression, metrics */
	const rows = [
		["up", ["up"]],
		['a{b="c(d)",e!~"f"}', ["a"]],
		["sum by (le, x) (rate(a_bucket[5m]))", ["a_bucket"]],
		["sum(a) without (b) / on (c) group_left (d) f", ["a", "f"]],
		["histogram_quantile(0.5, rate(a[1m] offset 5m)) > 0.1", ["a"]],
		["a:b unless bool c and d", ["a:b", "c", "d"]],
	];

	for (const [expr, names] of rows)
		it(expr, () => assert.deepEqual(metricNames(expr), names));
});

describe("the examples for Prometheus", () => {
	it("satisfy promtool", async () => {
		for (const [what, file] of [["config", "prometheus.yml"],
			["rules", "codex-api-proxy.rules.yml"]]) {
			const r = await tool("promtool", ["check", what,
				contribFile(`prometheus/${file}`)]);

			assert.equal(r.code, 0, r.said);
			assert.match(r.said, /SUCCESS: .*rule/);
		}
	});

	it("alert when they should", async () => {
		const of = (labels) => `{job="codex-api-proxy",instance="p"${labels}}`;
		const errors = (code, status) => "codex_proxy_errors_total" +
		    of(`,code="${code}",status="${status}"`);
		const requests = `codex_proxy_requests_total${of("")}`;
		/* alert, {series: values a minute} */
		const rows = [
			["CodexProxyDown", { [`up${of("")}`]: "0x30" }],
			["CodexProxyNotLoggedIn", {
				[errors("codex_unauthorized", 401)]: "0+1x30" }],
			["CodexProxyUsageLimit", {
				[errors("usage_limit_exceeded", 429)]: "0+1x30" }],
			["CodexProxyCodexUnavailable", {
				[errors("codex_unavailable", 503)]: "0+1x30" }],
			["CodexProxyCrashes", {
				[`codex_proxy_codex_processes_crashed_total${of(
				    ',engine="exec"')}`]:
				"0+1x30" }],
			["CodexProxyQueueFull", {
				[errors("queue_full", 429)]: "0+1x30" }],
			["CodexProxyStoreLosses", {
				[`codex_proxy_store_dropped_total${of("")}`]: "0+1x30",
				[`codex_proxy_store_faults_total${of("")}`]: "0x30" }],
			["CodexProxyErrors", { [requests]: "0+10x30",
				[errors("upstream_error", 502)]: "0+2x30" }],
			[null, { [requests]: "0+10x30", [`up${of("")}`]: "1x30",
				[errors("client_disconnected", 499)]: "0+9x30",
				[`codex_proxy_store_evicted_total${of("")}`]: "0+1x30",
				[`codex_proxy_store_dropped_total${of("")}`]: "5x30",
				[`codex_proxy_store_faults_total${of("")}`]: "0x30",
				[errors("upstream_error", 502)]: "0x30" }],
		];
		const names = rows.map((r) => r[0]).filter((n) => n !== null);
		const file = path.join(dir, "alerts.json");

		for (const [firing, series] of rows) {
			fs.writeFileSync(file, JSON.stringify({
				rule_files: [contribFile(
				    "prometheus/codex-api-proxy.rules.yml")],
				tests: [{ interval: "1m",
					input_series: Object.entries(series).map(
					    ([s, values]) => ({ series: s, values })),
					promql_expr_test: names.map((name) => ({
						expr: `count(ALERTS{alertname="${name}",` +
						    'alertstate="firing"}) or vector(0)',
						eval_time: "25m",
						exp_samples: [{ labels: "{}",
							value: name === firing ? 1 : 0 }],
					})) }],
			}));
			const r = await tool("promtool", ["test", "rules", file]);

			assert.equal(r.code, 0, `${firing}: ${r.said}`);
		}
		// None is left out above.
		const all = [...contrib("prometheus/codex-api-proxy.rules.yml")
		    .matchAll(/- alert: (\w+)/g)].map((m) => m[1]);

		assert.deepEqual(all.sort(), names.sort());
	});
});

describe("a Prometheus that scrapes the proxy", () => {
	const world = fakeWorld({ before, after }, { args: ["--api-key-file",
		keys, "--max-concurrency", "2"] });
	let prometheus, sent = 0;

	async function send() {
		/* content, fields, headers, status */
		const rows = [
			["FAKE:text=x", {}, auth, 200],
			["FAKE:text=x", { stream: true }, auth, 200],
			["FAKE:failed=x", {}, auth, 502],
			["FAKE:crash_once=9", {}, auth, 200],
			["x", { n: 9 }, auth, 400],
			["x", {}, {}, 401],
		];

		for (const [content, fields, headers, status] of rows) {
			const r = await world.proxy.chat(content, fields, headers);

			assert.equal(r.status, status, r.text);
			sent++;
		}
	}

	before(async () => {
		await send();
		prometheus = await Prometheus.start(dir, world.proxy.port,
		    "one-secret");
	});
	after(() => prometheus?.stop());

	it("sees it up, and every request", async () => {
		const up = await prometheus.queryUntil(
		    'up{job="codex-api-proxy"}', (r) => r[0]?.value === 1);

		assert.equal(up.length, 1);
		assert.equal(up[0].metric.instance,
		    `127.0.0.1:${world.proxy.port}`);
		await prometheus.queryUntil("codex_proxy_requests_total",
		    (r) => r[0]?.value === sent);
		await send();
		await prometheus.queryUntil("codex_proxy_requests_total",
		    (r) => r[0]?.value === sent);
		// Scrapes are not among them.
		assert.equal((await world.proxy.metrics()).requests_total, sent);
	});

	it("has every metric of the page", async () => {
		const { text } = await world.proxy.get(
		    "/metrics?format=prometheus", auth);
		const names = sampleNames(text);

		assert.ok(names.size > 20);
		for (const name of names)
			assert.ok((await prometheus.query(name)).length > 0, name);
	});

	it("gives every panel of the dashboard something to draw",
	    async () => {
		const { text } = await world.proxy.get(
		    "/metrics?format=prometheus", auth);
		const names = sampleNames(text).add("up");

		assert.ok(exprs.length > 20);
		for (const { title, expr, legend } of exprs) {
			const used = metricNames(expr);

			assert.ok(used.length > 0, `${title}: ${expr}`);
			for (const name of used)
				assert.ok(names.has(name),
				    `${title}: there is no ${name}`);
			// Rates need two scrapes.
			const result = await prometheus.queryUntil(expr,
			    (r) => r.length > 0);

			for (const [, label] of legend.matchAll(/\{\{(\w+)\}\}/g))
				assert.ok(result[0].metric[label] !== undefined,
				    `${title}: no label ${label}`);
		}
	});

	it("shows all of the store, of the APIs and of kept threads", async () => {
		const { text } = await world.proxy.get(
		    "/metrics?format=prometheus", auth);
		const shown = new Set(exprs.flatMap((e) => metricNames(e.expr)));
		const names = [...sampleNames(text)].filter((n) =>
		    /^codex_proxy_(store|dialect|kept)_/.test(n));

		assert.ok(names.length >= 15, names.join());
		for (const name of names)
			assert.ok(shown.has(name), `${name} is on no panel`);
	});

	it("has expressions that promtool accepts", async () => {
		const rules = exprs.map(({ expr }, i) =>
		    ({ record: `panel:${i}`, expr }));

		assert.equal(await checkRules(dir,
		    [{ name: "dashboard", rules }]), "");
		assert.match(await checkRules(dir, [{ name: "broken", rules:
		    [{ record: "a", expr: "sum(" }] }]), /parse error|unexpected/);
	});

	it("has alerts on what there is", async () => {
		const { text } = await world.proxy.get(
		    "/metrics?format=prometheus", auth);
		const names = sampleNames(text).add("up");
		const table = fs.readFileSync(
		    path.join(topDir, "src/conversation/error.def"), "utf8");
		const rules = await prometheus.rules();

		assert.ok(rules.length >= 7);
		for (const { name, query } of rules) {
			for (const metric of metricNames(query))
				assert.ok(names.has(metric), `${name}: ${metric}`);
			for (const [, codes] of query.matchAll(/code=~?"([^"]*)"/g)) {
				for (const code of codes.split("|"))
					assert.ok(table.includes(`"${code}"`),
					    `${name}: ${code}`);
			}
		}
	});
});
