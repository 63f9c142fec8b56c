// HTTP as a plain client: one connection a request, nothing retried.
import http from "node:http";
import https from "node:https";
import { codexMayStop } from "./env.mjs";
import { within } from "./wait.mjs";

// A GET over a Unix socket, or with a body a POST: {status, text}.
export function requestUnix(socketPath, target, { headers = {}, body } = {}) {
	return new Promise((resolve, reject) => {
		http.request({ socketPath, path: target, headers, agent: false,
			method: body === undefined ? "GET" : "POST" }, (r) => {
			let text = "";

			r.on("data", (d) => { text += d; });
			r.on("end", () => resolve({ status: r.statusCode, text }));
		}).on("error", reject).end(body);
	});
}

// An answer that is on its way; `destroy` hangs up.
export class Pending {
	// ca: for https, the PEM of the only certificate to trust.
	constructor(url, { method = "GET", headers = {}, body, ca } = {}) {
		const { request } = String(url).startsWith("https:")
		    ? https : http;

		this.chunks = [];
		this.request = request(
		    url, { method, headers, ca, agent: false });
		this.headers = new Promise((resolve, reject) => {
			this.request.on("response", resolve);
			this.request.on("error", reject);
		});
		this.answer = this.headers.then((r) => this.#collect(r));
		// A hang-up of our own is no error of the test.
		this.headers.catch(() => {});
		this.answer.catch(() => {});
		this.#send(headers, body);
	}

	// With "Expect: 100-continue" the body is for the server to ask for:
	// then it has the headers. Without a body it goes on waiting.
	#send(headers, body) {
		if (headers.Expect === undefined) {
			this.request.end(body);
			return;
		}
		this.continued = new Promise((resolve) => {
			this.request.once("continue", resolve);
		});
		this.continued.then(() => {
			if (body !== undefined)
				this.request.end(body);
		});
		this.request.flushHeaders();
	}

	#collect(response) {
		return new Promise((resolve, reject) => {
			response.on("data", (c) => this.chunks.push(c));
			response.on("error", reject);
			response.on("aborted", () =>
			    reject(new Error("the body was cut off")));
			response.on("end", () => resolve(this.#finish(response)));
		});
	}

	#finish(response) {
		const body = Buffer.concat(this.chunks);
		const text = body.toString("utf8");

		return {
			status: response.statusCode, headers: response.headers,
			body, text, get json() { return JSON.parse(text); },
			get error() { return JSON.parse(text).error; },
		};
	}

	get text() {
		return Buffer.concat(this.chunks).toString("utf8");
	}

	// The events of a stream that have come whole so far.
	get events() {
		const end = this.text.lastIndexOf("\n\n");

		return end < 0 ? [] : sseEvents(this.text.slice(0, end + 2));
	}

	// What each choice of a stream has said so far.
	get choices() {
		return joinChunks(this.events);
	}

	destroy() {
		this.request.destroy();
	}
}

function requestOnce(url, options) {
	const pending = new Pending(url, options);
	const ms = options.timeout ?? 30000;

	return within(pending.answer, `${options.method ?? "GET"} ${url}`, ms)
	    .finally(() => pending.destroy());
}

// An old exec that has stopped for ever (env.mjs) is given up by the hang-up,
// and its question is asked once more.
export async function request(url, options = {}) {
	try {
		return await requestOnce(url, options);
	} catch (e) {
		if (!codexMayStop || !e.message.startsWith("took over"))
			throw e;
		console.error(`Codex has stopped and is asked again: ${e.message}`);
		return requestOnce(url, options);
	}
}

// A request body for a lone user message, or for messages.
export function ask(content, fields = {}) {
	const messages = Array.isArray(content)
	    ? content : [{ role: "user", content }];

	return { model: "codex-local", messages, ...fields };
}

// The events of an SSE body, strictly: "data: JSON" and an empty line each.
export function sseEvents(text) {
	const events = [];

	if (text === "")
		return events;
	if (!text.endsWith("\n\n"))
		throw new Error(`ends in mid-event: ${text.slice(-200)}`);
	for (const block of text.slice(0, -2).split("\n\n")) {
		if (!block.startsWith("data: ") || block.includes("\n"))
			throw new Error(`no event: ${block}`);
		const data = block.slice(6);

		events.push(data === "[DONE]" ? data : JSON.parse(data));
	}
	return events;
}

// The same of a stream whose events say their type in a line of their own.
export function typedEvents(text) {
	if (!text.endsWith("\n\n"))
		throw new Error(`ends in mid-event: ${text.slice(-200)}`);
	return text.slice(0, -2).split("\n\n").map((block) => {
		const [, type, data] = /^event: (\w[\w.]*)\ndata: (.*)$/
		    .exec(block) ?? [];
		const event = JSON.parse(data ?? "null");

		if (event?.type !== type)
			throw new Error(`no event: ${block}`);
		return event;
	});
}

// What a stream's chunks say, joined by choice.
export function joinChunks(events) {
	const choices = [];

	for (const e of events) {
		for (const c of e.choices ?? []) {
			choices[c.index] ??= { content: "", reasoning: "" };
			const choice = choices[c.index];

			choice.content += c.delta.content ?? "";
			choice.reasoning += c.delta.reasoning_content ?? "";
			choice.finish_reason = c.finish_reason;
		}
	}
	return choices;
}
