// The app-server child of a proxy, and what requests see of its faults.
import assert from "node:assert/strict";
import { joinChunks, sseEvents } from "./http.mjs";
import { fds, zombiesOf } from "./proc.mjs";
import { until } from "./wait.mjs";

export const patience = 120000;

// The one child there is, once it serves.
export async function child(proxy) {
	await proxy.metricsUntil((m) => m.workers.every((w) =>
	    ["idle", "busy"].includes(w.state)), "a child", patience);
	// That the one before is lost is counted a moment before it shows there.
	const pids = await until(() => {
		const found = proxy.appServers();

		return found.length > 0 ? found : null;
	}, "a child's process", patience);

	assert.equal(pids.length, 1);
	return pids[0];
}

// A stream of which the caller has this text.
export async function begun(proxy, prompt, text) {
	const pending = proxy.open(prompt, { stream: true });

	await until(() => pending.choices[0]?.content === text,
	    () => `a stream: ${pending.text}`, patience);
	return pending;
}

// Its answer, once it is there whole.
export async function answered(pending) {
	await until(() => pending.request.res?.complete,
	    () => `an answer: ${pending.text}`, patience);
	return pending.answer;
}

const streams = (r) =>
	r.headers["content-type"].startsWith("text/event-stream");

// It has this text, byte for byte, and an end as it should be.
export async function served(pending, text) {
	const r = await answered(pending);

	assert.equal(r.status, 200, r.text.slice(0, 1000));
	const events = streams(r) ? sseEvents(r.text) : null;
	const choice = events ? joinChunks(events)[0] : r.json.choices[0];
	const said = events ? choice.content : choice.message.content;

	if (events)
		assert.equal(events.filter((e) => e === "[DONE]").length, 1);
	assert.equal(events ? events.at(-1) : "[DONE]", "[DONE]");
	// Not assert.equal: it might be 20 MB.
	assert.ok(said === text, `${said.slice(0, 200)} (${said.length})`);
	assert.equal(choice.finish_reason, "stop");
}

// It has failed: with an error body, or, if it had sent text (or one of which
// that is true), in mid-stream.
export async function failed(pending, { status, code, words, text }) {
	const r = await answered(pending);
	const error = streams(r) ? sseEvents(r.text).pop().error : r.error;

	assert.equal(r.status, streams(r) ? 200 : status, r.text);
	if (streams(r)) {
		const said = joinChunks(sseEvents(r.text))[0].content;

		if (typeof text === "function")
			assert.ok(text(said), said);
		else
			assert.equal(said, text);
		assert.doesNotMatch(r.text, /\[DONE\]|"finish_reason":"/);
	}
	assert.equal(error.type, "server_error");
	assert.equal(error.code, code);
	assert.match(error.message, words);
}

// Of a stream whose child was lost when it had this text.
export const lost = (pending, words, text = "begun") =>
	failed(pending, { code: "codex_crashed", words, text });

// How many descriptors of a kind there are, but for connections.
function kinds(pid) {
	const counts = {};

	for (const { to } of fds(pid)) {
		const kind = to.replace(/:?\[.*/, "");

		counts[kind] = (counts[kind] ?? 0) + (kind !== "socket");
	}
	return counts;
}

/*
 * What it holds while it has a child and nothing to do. The function that
 * comes back waits until it holds no more than that, and no other process is
 * left. Less is fine: those of the start may have been there still.
 */
export async function holdings(proxy) {
	await proxy.idle();
	const before = kinds(proxy.pid);
	const grown = () => Object.entries(kinds(proxy.pid))
	    .filter(([kind, n]) => n > (before[kind] ?? 0));

	return async () => {
		await proxy.settled();
		await until(() => proxy.appServers().length === 1 &&
		    zombiesOf(proxy.pid).length === 0,
		    "the one child alone", patience);
		await until(() => grown().length === 0, () =>
		    `${grown()} to be as ${JSON.stringify(before)}`, patience);
	};
}
