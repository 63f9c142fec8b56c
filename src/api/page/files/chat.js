// A chat with a model: streamed, to be stopped, with its reasoning.
import { $, el } from "./dom.js";
import { ask, events, KeyNeeded } from "./server.js";
import { count, explain, took } from "./words.js";

let history = [];
let running = null; // AbortController

function say(who, ...children) {
	const e = el("div", { class: `said ${who}` },
	    el("h3", {}, who === "user" ? "You" : "Model"), ...children);

	$("chat-log").hidden = false;
	$("chat-log").append(e);
	return e;
}

// What an answer is written into.
function answerBox() {
	const box = { text: "", reasoning: "", begun: performance.now(),
		first: null, usage: null,
		textPart: el("p", { class: "text" }),
		reasoningPart: el("p", { class: "text" }),
		note: el("p", { class: "note" }, "waiting for the first word") };

	box.thought = el("details", { hidden: true, open: true },
	    el("summary", {}, "Reasoning"), box.reasoningPart);
	say("model", box.thought, box.textPart, box.note);
	return box;
}

function add(box, chunk) {
	const delta = chunk.choices?.[0]?.delta ?? {};

	box.usage = chunk.usage ?? box.usage;
	if (delta.reasoning_content) {
		box.thought.hidden = false;
		box.reasoning += delta.reasoning_content;
		box.reasoningPart.append(delta.reasoning_content);
	}
	if (delta.content) {
		box.first ??= performance.now();
		box.text += delta.content;
		box.textPart.append(delta.content);
		$("chat-log").scrollTop = $("chat-log").scrollHeight;
	}
}

function finish(box, how) {
	const u = box.usage;
	const reasoning = u?.completion_tokens_details?.reasoning_tokens ?? 0;

	box.note.textContent = [how, box.first === null ? "no word"
	    : `first word after ${took(box.first - box.begun)}`,
	`${took(performance.now() - box.begun)} in all`,
	u ? `${count(u.prompt_tokens)} tokens in, ` +
	    `${count(u.completion_tokens)} out` +
	    (reasoning ? ` (${count(reasoning)} reasoning)` : "") : null]
	    .filter(Boolean).join("; ");
	if (box.text)
		history.push({ role: "assistant", content: box.text });
	else
		history.pop();
}

function fail(box, error) {
	const why = error.code ? explain(error.code) : null;

	box.note.className = "bad";
	box.note.textContent = [error.message, why?.todo].filter(Boolean)
	    .join(" ");
	history.pop();
}

async function answer(box) {
	const response = await ask("/v1/chat/completions", { method: "POST",
		headers: { "Content-Type": "application/json" },
		signal: running.signal,
		body: JSON.stringify({ model: $("chat-model").value,
			messages: history, stream: true,
			stream_options: { include_usage: true } }) });

	if (!response.ok)
		return fail(box, (await response.json()).error);
	for await (const { data } of events(response)) {
		if (data === "[DONE]")
			return finish(box, null);
		const chunk = JSON.parse(data);

		if (chunk.error)
			return fail(box, chunk.error);
		add(box, chunk);
	}
	fail(box, { message: "The answer broke off." });
}

function busy(is) {
	$("chat-send").disabled = is;
	$("chat-stop").disabled = !is;
	$("chat-new").disabled = is;
}

async function send(needKey) {
	const words = $("chat-text").value.trim();

	if (!words || running)
		return;
	history.push({ role: "user", content: words });
	say("user", el("p", { class: "text" }, words));
	$("chat-text").value = "";
	running = new AbortController();
	busy(true);
	const box = answerBox();

	try {
		await answer(box);
	} catch (e) {
		if (e.name === "AbortError")
			finish(box, "stopped");
		else
			fail(box, { message: e instanceof KeyNeeded
			    ? "The key is not valid any more."
			    : "The server does not answer." });
		if (e instanceof KeyNeeded)
			needKey();
	}
	running = null;
	busy(false);
	$("chat-text").focus();
}

export function stop() {
	running?.abort();
}

export function models(list) {
	const select = $("chat-model");
	const chosen = select.value;

	select.replaceChildren(...list.map((m) => el("option",
	    { value: m.id }, m.id)));
	if (list.some((m) => m.id === chosen))
		select.value = chosen;
}

export function begin(needKey) {
	$("chat-form").addEventListener("submit", (e) => {
		e.preventDefault();
		send(needKey);
	});
	$("chat-text").addEventListener("keydown", (e) => {
		if (e.key === "Enter" && (e.ctrlKey || e.metaKey))
			send(needKey);
	});
	$("chat-stop").addEventListener("click", stop);
	$("chat-new").addEventListener("click", () => {
		history = [];
		$("chat-log").replaceChildren();
		$("chat-log").hidden = true;
		$("chat-text").focus();
	});
}
