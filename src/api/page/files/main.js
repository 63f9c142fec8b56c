// The page: asks for the key where one is set, follows the journal, and has the
// rest read anew when that tells of a change. Nothing is asked while nobody
// looks.
import * as chat from "./chat.js";
import { $ } from "./dom.js";
import * as panels from "./panels.js";
import * as rows from "./rows.js";
import { ask, events, json, key, KeyNeeded } from "./server.js";

const refreshMs = 1000; // no more often than that
const idleMs = 15000; // and when nothing happens
const againMs = [500, 1000, 2000, 5000, 10000];

const minutes = new Map();
let metrics = null, ready = null;
let lost = false;
let following = null; // AbortController of the stream
let tries = 0;
let refreshTimer = null, refreshed = 0;
let drawing = false;

// ---- drawing ----

function draw() {
	drawing = false;
	rows.draw();
	panels.health(lost, ready, metrics, rows.all());
	panels.tokens(minutes);
	if (!metrics)
		return;
	panels.tiles(metrics, minutes);
	panels.quota(metrics.rate_limits);
	panels.workers(metrics.workers);
}

// Many events, one drawing.
function drawSoon() {
	if (!drawing)
		requestAnimationFrame(draw);
	drawing = true;
}

// ---- the rest of it ----

async function refresh() {
	refreshTimer = null;
	refreshed = performance.now();
	try {
		const [m, r, h] = await Promise.all(
		    [json("/metrics"), json("/ready"), json("/health")]);

		metrics = m;
		ready = r;
		lost = false;
		panels.about(h);
		drawSoon();
	} catch (e) {
		failed(e);
	}
	if (following)
		refreshLater(idleMs);
}

function refreshLater(ms) {
	clearTimeout(refreshTimer);
	refreshTimer = setTimeout(refresh, ms);
}

function refreshSoon() {
	const due = refreshed + refreshMs - performance.now();

	refreshLater(Math.max(0, due));
}

// ---- the journal ----

function take({ type, data }) {
	const value = JSON.parse(data);

	if (type === "row")
		rows.take(value);
	else if (type === "minute")
		minutes.set(value.at, value);
	drawSoon();
	refreshSoon();
}

// Who has no key is told less of it, and no browser logs a 401.
async function checkKey() {
	if (!("rate_limits" in await json("/metrics")))
		throw new KeyNeeded();
}

async function follow() {
	const mine = following = new AbortController();

	try {
		await checkKey();
		const response = await ask("/journal/events",
		    { signal: mine.signal });

		if (!response.ok)
			throw new Error("no stream");
		opened();
		for await (const event of events(response))
			take(event);
		throw new Error("its end");
	} catch (e) {
		// Whoever ended it goes on by himself.
		if (following !== mine)
			return;
		following = null;
		failed(e);
	}
}

async function opened() {
	tries = 0;
	lost = false;
	rows.clear();
	minutes.clear();
	$("key").hidden = true;
	$("data").hidden = false;
	$("forget").hidden = !key.get();
	drawSoon();
	refreshSoon();
	try {
		const { data } = await json("/v1/models");

		panels.models(data);
		chat.models(data);
	} catch (e) {
		failed(e);
	}
}

function failed(e) {
	if (e instanceof KeyNeeded) {
		askForKey();
		return;
	}
	lost = true;
	drawSoon();
	if (following || document.hidden)
		return;
	$("data").hidden = false;
	clearTimeout(refreshTimer);
	refreshTimer = null;
	setTimeout(start, againMs[Math.min(tries++, againMs.length - 1)]);
}

// ---- the key ----

function askForKey() {
	const first = $("key").hidden;

	stop();
	chat.stop();
	$("key-wrong").textContent = key.get() ? "This key is not valid." : "";
	key.forget();
	$("data").hidden = true;
	$("forget").hidden = true;
	$("key").hidden = false;
	$("state").className = "pill";
	$("state").textContent = "key needed";
	if (first)
		$("key-field").focus();
}

// ---- beginning and end ----

function start() {
	if (!following && !document.hidden)
		follow();
}

function stop() {
	const was = following;

	following = null;
	was?.abort();
	clearTimeout(refreshTimer);
	refreshTimer = null;
}

rows.begin();
chat.begin(askForKey);
$("key-form").addEventListener("submit", (e) => {
	e.preventDefault();
	key.set($("key-field").value);
	$("key-field").value = "";
	start();
});
$("forget").addEventListener("click", () => {
	key.forget();
	askForKey();
});
document.addEventListener("visibilitychange", () => {
	if (document.hidden)
		stop();
	else if ($("key").hidden)
		start();
});
start();
