// /v1/messages: errors, in the shape and with the statuses on which Anthropic's
// clients act rightly.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { typedEvents } from "./lib/http.mjs";
import { message, messages } from "./lib/messages.mjs";
import { fakeWorld, realCodex } from "./lib/proxy.mjs";

function check(r, status, type, words) {
	assert.equal(r.status, status, r.text);
	assert.equal(r.json.type, "error");
	assert.equal(r.json.error.type, type);
	assert.match(r.json.error.message, words);
	assert.equal(r.json.request_id, r.headers["x-request-id"]);
	assert.equal(r.headers["request-id"], r.headers["x-request-id"]);
}

describe("messages, errors", () => {
	const world = realCodex({ before, after }, { engine: "app-server",
		args: ["--sse-ping-seconds", "0"] });
	const post = (fields) => world.proxy.post("/v1/messages",
	    { ...message, ...fields });

	/* script, status, type, words, header */
	const upstream = [
		["status=400,context_length_exceeded", 400,
			"invalid_request_error", /^prompt is too long: /],
		["status=401", 403, "permission_error", /codex login/],
		["status=429,usage_limit_reached,60", 429, "rate_limit_error",
			/limit/, ["x-should-retry", "false"]],
		["status=500", 500, "api_error", /./],
		["failed=server_is_overloaded", 529, "overloaded_error", /./,
			["retry-after", "1"]],
	];
	for (const [script, status, type, words, header] of upstream) {
		for (const stream of [false, true]) {
			it(`${script}, stream ${stream}`, async () => {
				const r = await post({ stream,
					...messages(`SIM: ${script}`) });

				check(r, status, type, words);
				if (header !== undefined)
					assert.equal(r.headers[header[0]], header[1]);
			});
		}
	}

	it("in mid-stream: an error event, and the end", async () => {
		const r = await post({ stream: true,
			...messages("SIM: deltas=3;failed=server_error") });
		const events = typedEvents(r.text);

		assert.equal(r.status, 200);
		assert.equal(events[0].type, "message_start");
		assert.deepEqual(events.at(-1), { type: "error", error: {
			type: "api_error", message: events.at(-1).error.message },
		request_id: r.headers["x-request-id"] });
	});

	/* fields, words */
	const refused = [
		[{ messages: [] }, /at least one message/],
		[{ messages: [{ role: "user", content: [{ type: "document",
			source: { type: "base64", data: "" } }] }] },
		/'messages\.0\.content\.0' cannot be shown/],
		[{ max_tokens: undefined }, /'max_tokens' is missing/],
		[{ tools: [{ type: "web_search_20250305", name: "web_search" }] },
			/^tools: .*--web-search/],
		[{ messages: [{ role: "user", content: [{ type: "tool_result",
			tool_use_id: "toolu_x" }] }] },
		/^messages\.0\.content\.0\.tool_use_id: /],
	];
	for (const [fields, words] of refused) {
		it(`${Object.keys(fields)}, ${words}: 400`, async () => {
			check(await post({ ...messages("x"), ...fields }), 400,
			    "invalid_request_error", words);
		});
	}

	it("a thread: its SDK goes on with whole histories", async () => {
		const r = await post({ ...messages("x"),
			thread: { type: "create" } });

		check(r, 400, "invalid_request_error", /all of its messages/);
		assert.deepEqual(r.json.error.details, {
			error_code: "thread_unsupported_request",
			unsupported: [] });
	});

	it("405, 413 and 415 are in its shape, too", async () => {
		const url = `${world.proxy.url}/v1/messages`;
		const get = await fetch(url);
		const type = await fetch(url, { method: "POST", body: "{}",
			headers: { "Content-Type": "text/plain" } });

		assert.equal(get.status, 405);
		assert.equal((await get.json()).error.type,
		    "invalid_request_error");
		assert.equal(type.status, 415);
		assert.equal((await type.json()).type, "error");
	});

	it("metrics and log line have what the caller was told", async () => {
		const { json } = await world.proxy.get("/metrics");

		assert.ok(json.errors_by_status["529"] >= 2);
		assert.equal(json.errors_by_status["401"], undefined);
	});
});

describe("messages, no Codex", () => {
	const world = fakeWorld({ before, after },
	    { codex: "/nonexistent/codex", ready: false });

	it("is 403: nothing that another try would mend", async () => {
		const r = await world.proxy.post("/v1/messages",
		    { ...message, ...messages("x") });

		check(r, 403, "permission_error", /npm install/);
		assert.equal(r.headers["x-should-retry"], "false");
	});
});

describe("messages, keys", () => {
	const world = fakeWorld({ before, after }, { args: ["--api-key", "k"] });
	const post = (headers) => world.proxy.post("/v1/messages",
	    { ...message, ...messages("FAKE:text=x") }, headers);

	it("a wrong one is 403, which is not tried again", async () => {
		for (const headers of [{}, { "x-api-key": "no" },
			{ Authorization: "Bearer no" }]) {
			const r = await post(headers);

			check(r, 403, "permission_error", /key/);
			assert.equal(r.headers["www-authenticate"], undefined);
		}
	});

	it("a right one may come either way", async () => {
		for (const headers of [{ "x-api-key": "k" },
			{ Authorization: "Bearer k" }]) {
			const r = await post(headers);

			assert.equal(r.status, 200, r.text);
			assert.equal(r.json.content[0].text, "x");
		}
	});
});
