// The requests: a row each, with the time that each stage took as a bar.
import { $, el, text } from "./dom.js";
import { clock, count, explain, took } from "./words.js";

const shownMax = 100;
const visible = 0.005; // of a bar
// What a stage is called, and with which of at_ms it ends.
const stages = [
	{ name: "reading", ends: "queued", title: "reading" },
	{ name: "queue", ends: "taken", title: "in the queue" },
	{ name: "child", ends: "asked", title: "readying Codex" },
	{ name: "model", ends: "first", title: "to the first word" },
	{ name: "answer", ends: "ended", title: "answering" },
];

const rows = new Map(); // number: {data, seen, parts}
let filter = "all";
let ticking = null;

export const all = () => [...rows.values()].map((r) => r.data);

const isRunning = (data) => data.state !== "done";

const tests = {
	all: () => true,
	running: isRunning,
	failed: (data) => !isRunning(data) && data.code !== null,
};

// How long it has taken so far, or did.
function total(row) {
	return isRunning(row.data)
	    ? row.data.age_ms + performance.now() - row.seen
	    : row.data.at_ms.ended;
}

// [{name, title, ms}] of those stages that it came to.
function segments(row) {
	const found = [];
	let from = 0;

	for (const [i, { name, ends, title }] of stages.entries()) {
		const at = row.data.at_ms[ends];
		const last = stages.slice(i).every(
		    (s) => s.ends === "ended" || row.data.at_ms[s.ends] === null);
		const to = last ? total(row) : at;

		if (to === null)
			continue;
		found.push({ name, title, ms: Math.max(0, to - from) });
		from = to;
		if (last)
			break;
	}
	return found;
}

function outcome(data) {
	if (isRunning(data))
		return data.state === "answer" ? "answering"
		    : stages.find((s) => s.name === data.state)?.title ?? "";
	return data.code === null ? "ok" : `${data.status} ${data.code}`;
}

const kind = (data) => isRunning(data) ? "running"
    : data.code === null ? "ok" : "failed";

function tokens(data) {
	if (isRunning(data) || data.tokens.input + data.tokens.output === 0)
		return "";
	return `${data.tokens.estimated ? "~" : ""}${count(data.tokens.input)}` +
	    ` in, ${count(data.tokens.output)} out`;
}

// ---- a row's elements ----

function make(number) {
	const parts = {
		time: el("span", { class: "time" }),
		model: el("span", { class: "model" }),
		who: el("span", { class: "who" }),
		bars: el("span", { class: "bars", "aria-hidden": "true" }),
		took: el("span", { class: "took" }),
		tokens: el("span", { class: "tokens" }),
		outcome: el("span", { class: "outcome" }),
		more: el("div", { class: "details" }),
	};

	parts.summary = el("summary", {}, parts.time, " ", parts.model, " ",
	    parts.who, " ", parts.bars, " ", parts.took, " ", parts.tokens, " ",
	    parts.outcome);
	parts.details = el("details", {}, parts.summary, parts.more);
	parts.details.addEventListener("toggle", () => {
		if (parts.details.open)
			showMore(rows.get(number));
	});
	parts.item = el("li", { "data-number": number }, parts.details);
	return parts;
}

function bar(row, longest) {
	const { bars } = row.parts;
	const whole = segments(row);
	const sum = whole.reduce((n, s) => n + s.ms, 0) || 1;
	// What nobody can see is left out, but for one alone.
	const found = whole.filter((s) => s.ms / sum >= visible ||
	    whole.length === 1);

	while (bars.children.length < found.length)
		bars.append(el("i"));
	while (bars.children.length > found.length)
		bars.lastChild.remove();
	// So that short ones are seen beside long ones.
	const width = Math.max(2, 100 * Math.sqrt(sum / Math.max(longest, sum)));

	found.forEach((s, i) => {
		const e = bars.children[i];

		if (e.className !== s.name)
			e.className = s.name;
		e.style.width = `${width * s.ms / sum}%`;
		e.title = `${s.title}: ${took(s.ms)}`;
	});
}

function pair(name, value) {
	return [el("dt", {}, name), el("dd", {}, value)];
}

function showMore(row) {
	const { data, parts } = row;
	const t = data.tokens;
	const list = el("dl", {},
	    ...segments(row).flatMap((s) => pair(s.title, took(s.ms))),
	    ...t && t.input + t.output > 0 ? pair("tokens",
		`${count(t.input)} in (${count(t.cached_input)} cached), ` +
		`${count(t.output)} out (${count(t.reasoning_output)} ` +
		`reasoning)${t.estimated ? ", estimated" : ""}`) : [],
	    ...pair("model", data.model ?? "not known"),
	    ...data.codex_model ? pair("answered by", data.codex_model) : [],
	    ...pair("engine", data.engine),
	    ...pair("kind", data.stream ? "stream" : "whole answer"),
	    ...pair("request id", data.request_id));
	const why = kind(data) === "failed" ? explain(data.code) : null;

	parts.more.replaceChildren(...why ? [el("p", { class: "why" },
	    el("strong", {}, why.what), ` ${why.todo}`)] : [], list);
}

function show(row) {
	const { data, parts } = row;

	parts.item.className = kind(data);
	text(parts.time, clock(data.begun_at));
	text(parts.model, data.model ?? "no model");
	text(parts.who, [data.dialect, data.key].filter(Boolean).join(", "));
	text(parts.tokens, tokens(data));
	text(parts.outcome, outcome(data));
	text(parts.took, took(total(row)));
	if (parts.details.open)
		showMore(row);
}

// ---- all of them ----

const newestFirst = () => [...rows.values()]
    .sort((a, b) => b.data.number - a.data.number);

// In their order; those that stand right are not moved.
function place(shown) {
	const list = $("rows");
	const wanted = new Set(shown.map((r) => r.parts.item));

	for (const item of [...list.children]) {
		if (!wanted.has(item))
			item.remove();
	}
	shown.forEach((row, i) => {
		const at = list.children[i];

		if (at !== row.parts.item)
			list.insertBefore(row.parts.item, at ?? null);
	});
}

export function draw() {
	const fit = newestFirst().filter((r) => tests[filter](r.data));
	const shown = fit.slice(0, shownMax);
	const longest = Math.max(...shown.map(total), 1);

	place(shown);
	for (const row of shown) {
		show(row);
		bar(row, longest);
	}
	$("no-rows").hidden = rows.size > 0;
	text($("more"), rows.size > 0 && fit.length === 0
	    ? "None of these." : fit.length > shownMax
	    ? `The last ${shownMax} of ${fit.length} are shown.` : "");
	tick(shown.some((r) => isRunning(r.data)));
}

// While something runs its bar grows.
function tick(wanted) {
	if (wanted && ticking === null) {
		ticking = setInterval(draw, 500);
	} else if (!wanted && ticking !== null) {
		clearInterval(ticking);
		ticking = null;
	}
}

export function take(data) {
	const old = rows.get(data.number);

	rows.set(data.number, { data, seen: performance.now(),
		parts: old?.parts ?? make(data.number) });
}

export function clear() {
	rows.clear();
	tick(false);
}

export function begin() {
	$("legend").append(...stages.map((s) => el("li", {},
	    el("i", { class: s.name }), s.title)));
	$("filters").addEventListener("click", (e) => {
		if (!e.target.dataset.filter)
			return;
		filter = e.target.dataset.filter;
		for (const b of $("filters").children)
			b.setAttribute("aria-pressed", b === e.target);
		draw();
	});
}
