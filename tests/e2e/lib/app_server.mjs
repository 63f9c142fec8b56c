// A driver for `codex app-server`, the real one or the stand-in: one JSON
// message a line on stdin and stdout.
import { Child } from "./child.mjs";
import { makeDir } from "./env.mjs";
import { within } from "./wait.mjs";

export class AppServer {
	/*
	 * options: args (after "app-server"), env (added), bad (gets the lines
	 * that are no JSON object; without it they are an error).
	 */
	constructor(binary, { args = [], env = {}, bad } = {}) {
		this.dir = makeDir("app-server");
		this.messages = [];
		this.bad = bad;
		this.nextId = 1;
		this.waiting = new Set();
		this.rest = [];
		this.child = new Child(binary, ["app-server", ...args], {
			stdio: ["pipe", "pipe", "pipe"], cwd: this.dir,
			env: { PATH: process.env.PATH, HOME: this.dir,
				CODEX_HOME: this.dir, ...env },
		});
		this.child.process.stdin.on("error", () => {});
		this.child.process.stdout.on("data", (s) => this.#read(s));
		this.child.exited.then((end) => this.#fail(new Error(
		    `it ended: ${JSON.stringify(end)} ` +
		    this.child.stderr.slice(-500))));
	}

	static async start(binary, options) {
		const server = new AppServer(binary, options);

		server.info = await server.initialize();
		return server;
	}

	#read(text) {
		let from = 0, end;

		// Joined once a line: one may come in a thousand pieces.
		while ((end = text.indexOf("\n", from)) >= 0) {
			this.rest.push(text.slice(from, end));
			this.#line(this.rest.join(""));
			this.rest = [];
			from = end + 1;
		}
		this.rest.push(text.slice(from));
	}

	#line(line) {
		let message = null;

		try {
			message = JSON.parse(line);
		} catch {
			// told below
		}
		if (message === null || typeof message !== "object" ||
		    Array.isArray(message)) {
			if (!this.bad)
				this.#fail(new Error(`no message: ${line}`));
			this.bad?.(line);
			return;
		}
		this.messages.push(message);
		for (const w of [...this.waiting])
			w.look(message);
	}

	#fail(error) {
		this.error ??= error;
		for (const w of [...this.waiting])
			w.reject(error);
	}

	send(message) {
		this.child.process.stdin.write(JSON.stringify(message) + "\n");
	}

	// The first message, old or to come, for which `test` is true.
	message(test, what, ms = 60000) {
		let w;
		const found = new Promise((resolve, reject) => {
			const old = this.messages.find(test);

			w = { reject, look: (m) => test(m) && resolve(m) };
			this.waiting.add(w);
			if (old)
				resolve(old);
			else if (this.error)
				reject(this.error);
		});

		return within(found, what, ms).finally(
		    () => this.waiting.delete(w));
	}

	// The first such notification (or request of the server) of a thread.
	said(method, threadId, ms) {
		return this.message((m) => m.method === method &&
		    (threadId === undefined || m.params.threadId === threadId),
		method, ms);
	}

	// The answer, {id, result} or {id, error}.
	ask(method, params = {}) {
		const id = this.nextId++;
		const answer = this.message(
		    (m) => m.method === undefined && m.id === id, method);

		this.send({ id, method, params });
		return answer;
	}

	// The result; an error throws.
	async call(method, params) {
		const answer = await this.ask(method, params);

		if (answer.error)
			throw new Error(JSON.stringify(answer.error));
		return answer.result;
	}

	async initialize(capabilities = {}) {
		const result = await this.call("initialize", {
			clientInfo: { name: "e2e", title: null, version: "0" },
			capabilities: { experimentalApi: true,
				requestAttestation: false, ...capabilities },
		});

		this.send({ method: "initialized" });
		return result;
	}

	// A fresh thread, as the server makes them; its id.
	async thread(params = {}) {
		const r = await this.call("thread/start", { model: "gpt-5.5",
			approvalPolicy: "never", sandbox: "read-only",
			ephemeral: true, environments: [], dynamicTools: [],
			baseInstructions: "Help.", ...params });

		return r.thread.id;
	}

	// The answer to turn/start with this text; null: no input.
	startTurn(threadId, text, params = {}) {
		const input = text === null
		    ? [] : [{ type: "text", text, text_elements: [] }];

		return this.ask("turn/start", { threadId, input, ...params });
	}

	/*
	 * A turn on a fresh thread, to its end: {threadId, turn, messages} with
	 * the end's turn and all that was said of the thread. options: thread,
	 * turn (more parameters), inject (items).
	 */
	async turn(text, { thread, turn, inject } = {}) {
		const threadId = await this.thread(thread);

		if (inject)
			await this.call("thread/inject_items",
			    { threadId, items: inject });
		const answer = await this.startTurn(threadId, text, turn);

		if (answer.error)
			throw new Error(JSON.stringify(answer.error));
		const end = await this.said("turn/completed", threadId);

		return { threadId, turn: end.params.turn,
			messages: this.of(threadId) };
	}

	of(threadId) {
		return this.messages.filter(
		    (m) => m.params?.threadId === threadId);
	}

	// Closes its stdin; returns how it ended.
	async end() {
		this.child.process.stdin.end();
		return within(this.child.exited, "app-server to end", 60000)
		    .finally(() => this.child.kill("SIGKILL"));
	}
}

// The text of the completed items of a kind, and what came as deltas.
export const itemTexts = (messages, type = "agentMessage") => messages
    .filter((m) => m.method === "item/completed" &&
	m.params.item.type === type)
    .map((m) => m.params.item.text ?? m.params.item.summary.join(""));

export const deltas = (messages) => messages
    .filter((m) => m.method === "item/agentMessage/delta")
    .map((m) => m.params.delta);
