// The stand-in model and its journal.
import fs from "node:fs";
import path from "node:path";
import { Child } from "./child.mjs";
import { simBinary, transport } from "./env.mjs";
import { request } from "./http.mjs";
import { until, within } from "./wait.mjs";

export class Sim {
	static async start(dir) {
		const sim = new Sim();

		sim.log = path.join(dir, "sim.log");
		sim.child = new Child(simBinary,
		    ["--exit-with-parent", "--log", sim.log]);
		const line = await until(
		    () => /listening on (\d+)\n/.exec(sim.child.stdout),
		    () => `sim_model to listen; ${sim.child.stderr}`);

		sim.port = Number(line[1]);
		return sim;
	}

	/*
	 * -c overrides that put it behind Codex, without Codex's own retries. Over
	 * the WebSocket it is the built-in provider that is put there, which
	 * retries; only `retries` that is false makes it one of the tests' own.
	 */
	overrides({ retries, by = transport } = {}) {
		const websocket = by === "websocket";

		if (websocket && retries !== false)
			return [`openai_base_url="http://127.0.0.1:${this.port}/v1"`];
		const table = [
			'name="sim"',
			`base_url="http://127.0.0.1:${this.port}/v1"`,
			'wire_api="responses"', 'env_key="SIM_KEY"',
		];

		if (websocket)
			table.push("supports_websockets=true");
		if (!retries)
			table.push("request_max_retries=0", "stream_max_retries=0");

		return ['model_provider="sim"',
			`model_providers.sim={${table.join(",")}}`];
	}

	#lines() {
		if (!fs.existsSync(this.log))
			return [];
		const text = fs.readFileSync(this.log, "utf8");

		// The last line may be half written.
		return text.slice(0, text.lastIndexOf("\n") + 1).split("\n")
		    .filter((l) => l !== "").map((l) => JSON.parse(l));
	}

	// Requests for an answer, in order, each with `text`: its last user text.
	requests() {
		return this.#lines()
		    .filter((l) => l.path === "/v1/responses")
		    .map((l) => ({ ...l, text: lastUserText(l.body) }));
	}

	requestsWith(mark) {
		return this.requests().filter(
		    (r) => JSON.stringify(r.body).includes(mark));
	}

	// The request that carries `mark`, once it is there.
	request(mark, ms) {
		return until(() => this.requestsWith(mark)[0],
		    `a request upstream with ${mark}`, ms);
	}

	// How the response to request number `n` ended, once it has.
	closed(n, ms) {
		return until(() => this.#lines().find(
		    (l) => l.event === "closed" && l.n === n),
		`the end of upstream request ${n}`, ms);
	}

	// {requests, open, max_open}: what it has and had at once.
	async stats() {
		return (await request(
		    `http://127.0.0.1:${this.port}/sim/stats`)).json;
	}

	async stop() {
		this.child.kill();
		await within(this.child.exited, "sim_model to end");
	}
}

function lastUserText(body) {
	const users = (body?.input ?? []).filter((i) => i.role === "user");
	const parts = users.at(-1)?.content ?? [];

	return parts.filter((p) => p.type === "input_text")
	    .map((p) => p.text).join("\n");
}
