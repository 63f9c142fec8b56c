// What the tests of the store ask of a server.
import assert from "node:assert/strict";
import { request } from "./http.mjs";

// A caller with a key, or without one. `server` has a url.
export class Caller {
	constructor(server, key) {
		this.server = server;
		this.key = key === undefined ? {}
		    : { Authorization: `Bearer ${key}` };
	}

	#ask(method, target, body) {
		const headers = { ...this.key };

		if (body !== undefined)
			headers["Content-Type"] = "application/json";
		return request(this.server.url + target, { method, headers,
			body: body === undefined || typeof body === "string"
			    ? body : JSON.stringify(body) });
	}

	get(target) {
		return this.#ask("GET", target);
	}

	post(target, body) {
		return this.#ask("POST", target, body);
	}

	delete(target) {
		return this.#ask("DELETE", target);
	}

	respond(input, fields = {}) {
		return this.post("/v1/responses",
		    { model: "codex-local", input, ...fields });
	}

	// The response to what must be answered.
	async answered(input, fields) {
		const r = await this.respond(input, fields);

		assert.equal(r.status, 200, r.text);
		return r.json;
	}

	// A conversation with these items, or whatever a body has.
	async conversation(body = {}) {
		const r = await this.post("/v1/conversations", body);

		assert.equal(r.status, 200, r.text);
		return r.json;
	}

	async has(target) {
		const { status, text } = await this.get(target);

		assert.ok(status === 200 || status === 404, text);
		return status === 200;
	}
}

// Refused with this status, code, and name of what is at fault.
export function refused(r, status, code, param) {
	assert.equal(r.status, status, r.text);
	assert.equal(r.json.error.code, code);
	assert.equal(r.json.error.param, param);
	return r.json.error.message;
}

export const user = (content) => ({ role: "user", content });
