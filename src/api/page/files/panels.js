// What stands beside the requests: health, numbers, quota, tokens, workers,
// models.
import { $, el, svg, table, text } from "./dom.js";
import { advice, bytes, clock, count, day, explain, span } from "./words.js";

const nearlyFull = 90; // per cent of a quota window
const recent = 600; // seconds in which a failure is news
const minutesShown = 60;

// ---- what is wrong ----

function ofQuota(metrics) {
	return Object.values(metrics.rate_limits ?? {})
	    .filter((w) => w && w.used_percent >= nearlyFull)
	    .map((w) => [w.used_percent >= 100 ? "bad" : "warn",
		`${w.used_percent} % of the quota of ` +
		`${windowName(w)} is used.`,
		w.resets_at ? `It is new at ${day(w.resets_at)}.` : ""]);
}

function ofServer(metrics) {
	const found = [];
	const away = metrics.workers.filter(
	    (w) => w.state !== "idle" && w.state !== "busy");

	if (metrics.queue_capacity > 0 &&
	    metrics.queue_depth >= metrics.queue_capacity * 0.8)
		found.push(["warn", `${metrics.queue_depth} requests wait; ` +
		    `${metrics.queue_capacity} may.`,
		"Raise --turns-per-worker or --workers, or send less at once."]);
	if (away.length > 0 && away.length < metrics.workers.length)
		found.push(["warn", `${away.length} of ` +
		    `${metrics.workers.length} workers cannot take requests.`,
		"They are started again by themselves; the log says more."]);
	if (metrics.log_lines_lost > 0)
		found.push(["warn", `${count(metrics.log_lines_lost)} lines of ` +
		    "the log are lost.",
		"Is the disk full, or whoever reads the log too slow?"]);
	if (metrics.store.faults > 0)
		found.push(["warn", "Answers could not be kept.",
			"Look at --store-file and its disk."]);
	return found;
}

function ofRows(rows) {
	const now = Date.now() / 1000;
	const codes = new Map();

	for (const r of rows) {
		// Whoever hangs up or sends nonsense is no fault of the server's.
		if (r.state !== "done" || r.code === null || r.status < 500 &&
		    r.status !== 429 && r.status !== 401)
			continue;
		if (now - r.begun_at < recent)
			codes.set(r.code, (codes.get(r.code) ?? 0) + 1);
	}
	return [...codes].map(([code, n]) => {
		const { what, todo } = explain(code);

		return ["warn", `${n} ${n === 1 ? "request" : "requests"} failed ` +
		    `with ${code} in the last ten minutes. ${what}`, todo];
	});
}

// What everybody sees at once: ready, or why not.
export function health(lost, ready, metrics, rows) {
	const found = lost ? [["bad", "The server does not answer.",
		"It is asked again by itself. Was it stopped?"]] : [];

	for (const reason of lost ? [] : ready?.reasons ?? [])
		found.push(["bad", `Not ready: ${reason}.`, advice(reason)]);
	if (metrics && !lost)
		found.push(...ofQuota(metrics), ...ofServer(metrics));
	found.push(...ofRows(rows));
	const bad = found.some(([level]) => level === "bad");

	$("state").className = `pill ${bad ? "bad" : "good"}`;
	text($("state"), lost ? "no connection" : bad ? "not ready" : "ready");
	if (found.length === 0)
		found.push(["good", "Nothing is wrong.", ""]);
	$("problems").replaceChildren(...found.map(([level, what, todo]) =>
	    el("li", { class: level }, el("strong", {}, what),
		todo ? ` ${todo}` : null)));
}

// ---- numbers ----

export function tiles(metrics, minutes) {
	const hour = [...minutes.values()];
	const sum = (name) => hour.reduce((n, m) => n + m[name], 0);
	const first = metrics.latency_ms.first_token;
	const kept = metrics.kept_threads;
	const list = [
		["running", count(metrics.in_flight)],
		["waiting", count(metrics.queue_depth)],
		["requests, last hour", count(sum("requests"))],
		["failed, last hour", count(sum("errors"))],
		["tokens, last hour",
			count(sum("tokens_input") + sum("tokens_output"))],
		["first word, median", first.count > 0
		    ? `${(first.p50 / 1000).toFixed(2)} s` : "none yet"],
		["conversations kept", count(kept.idle + kept.waiting)],
		["gone on with", count(kept.hits.idle + kept.hits.waiting)],
	];

	$("tiles").replaceChildren(...list.map(([name, value]) =>
	    el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

export function about(h) {
	text($("about"), `version ${h.version}, engine ${h.engine}, up ` +
	    span(h.uptime_seconds));
}

// ---- quota ----

const windowName = (w) => w.window_seconds
    ? span(w.window_seconds) : "the window";

function window_(w) {
	const name = windowName(w);
	const level = w.used_percent >= 100 ? "bad"
	    : w.used_percent >= nearlyFull ? "warn" : "good";
	const left = w.resets_at
	    ? `new at ${day(w.resets_at)}, in ` +
		`${span(w.resets_at - Date.now() / 1000)}` : "";
	const fill = el("i", { class: level });

	fill.style.width = `${Math.min(100, w.used_percent)}%`;
	return el("div", { class: "quota" },
	    el("p", {}, el("strong", {}, name), ` ${w.used_percent} % used`),
	    el("div", { class: "meter", role: "meter", "aria-valuemin": 0,
		"aria-valuemax": 100, "aria-valuenow":
		Math.min(100, w.used_percent),
		"aria-label": `Quota of ${name}` }, fill),
	    el("p", { class: "note" }, left));
}

export function quota(limits) {
	const known = Object.values(limits ?? {}).filter(Boolean);

	$("quota").replaceChildren(...known.length > 0 ? known.map(window_)
	    : [el("p", { class: "note" }, "Codex has not told it yet. It does " +
		"with the app-server engine, once it has answered.")]);
}

// ---- tokens by minute ----

export function tokens(minutes) {
	const now = Math.floor(Date.now() / 60000) * 60;
	const list = Array.from({ length: minutesShown }, (_, i) =>
	    minutes.get(now - (minutesShown - 1 - i) * 60));
	const most = Math.max(1, ...list.map((m) => m
	    ? m.tokens_input + m.tokens_output : 0));
	const input = list.reduce((n, m) => n + (m?.tokens_input ?? 0), 0);
	const output = list.reduce((n, m) => n + (m?.tokens_output ?? 0), 0);
	const bars = list.flatMap((m, i) => m ? columns(m, i, most) : []);

	$("tokens").replaceChildren(
	    svg("svg", { viewBox: "0 0 240 60", role: "img",
		preserveAspectRatio: "none", class: "chart",
		"aria-label": `Tokens a minute: ${count(input)} in and ` +
		`${count(output)} out in the last hour` }, ...bars),
	    el("p", { class: "axis note" }, el("span", {}, clock(now -
		(minutesShown - 1) * 60).slice(0, 5)),
	    el("span", {}, `at most ${count(most)} a minute`),
	    el("span", {}, "now")),
	    el("p", { class: "note" }, el("i", { class: "key model" }),
		`${count(input)} in `, el("i", { class: "key answer" }),
		`${count(output)} out`));
}

function columns(m, i, most) {
	const of = (n) => 58 * n / most;
	const low = of(m.tokens_input), high = of(m.tokens_output);
	const title = svg("title", {}, `${clock(m.at).slice(0, 5)}: ` +
	    `${count(m.tokens_input)} in, ${count(m.tokens_output)} out`);

	return [svg("g", {}, title,
	    svg("rect", { x: i * 4 + 0.5, width: 3, y: 60 - low, height: low,
		class: "model" }),
	    svg("rect", { x: i * 4 + 0.5, width: 3, y: 60 - low - high,
		height: high, class: "answer" }))];
}

// ---- workers, models ----

export function workers(list) {
	$("workers").replaceChildren(list.length === 0
	    ? el("p", { class: "note" }, "None: they start with the first " +
		"request.")
	    : table("Workers", ["Worker", "State", "Answered", "Restarts",
		"Memory"], list.map((w, i) => [`${w.engine} ${i + 1}`, w.state,
		count(w.turns), count(w.restarts),
		w.rss_bytes ? bytes(w.rss_bytes) : "none"])));
}

export function models(list) {
	$("models").replaceChildren(table("Models", ["Name", "Answered by",
		"Window", "Efforts"], list.map((m) => [m.id,
		m.root === m.id ? "itself" : m.root ?? "Codex's default",
		m.context_window ? `${Math.round(m.context_window / 1000)} k`
		    : "not told",
		(m.reasoning_efforts ?? []).join(", ") || "none"])));
}
