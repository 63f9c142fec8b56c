// Every row of the error table, through the real Codex where it can be brought
// to it, streaming and not.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { codexOlder, transport } from "./lib/env.mjs";
import { ask, joinChunks, sseEvents } from "./lib/http.mjs";
import { atOnce, describeEngines, fakeWorld, Proxy, realCodex } from "./lib/proxy.mjs";

const request = "invalid_request_error", server = "server_error";

/*
 * what happens, status, type, code, Retry-After (undefined: none; a list:
 * from, to), what the message says
 */
const real = [
	["status=401", 401, "authentication_error", "codex_unauthorized",
		undefined, /codex login/],
	["status=403;message=not from here", 403, "permission_error",
		"codex_forbidden", undefined, /not from here$/],
	["status=429,usage_limit_reached,3000", 429, "insufficient_quota",
		"usage_limit_exceeded", [2800, 3070], /usage limit/i],
	["status=429,usage_limit_reached,200000", 429, "insufficient_quota",
		"usage_limit_exceeded", [199000, 200070], /usage limit/i],
	// Before 0.162 Codex keeps the reason of this one to itself.
	["status=429,insufficient_quota", 429, ...(codexOlder("0.162.0")
	    ? ["rate_limit_error", "rate_limit_exceeded", [1, 60], /429/]
	    : ["insufficient_quota", "usage_limit_exceeded", undefined,
		/quota/i])],
	["status=429,usage_not_included", 429, "insufficient_quota",
		"usage_limit_exceeded", undefined, /plan/],
	["status=429", 429, "rate_limit_error", "rate_limit_exceeded", [1, 60]],
	["status=429,rate_limit_exceeded", 429, "rate_limit_error",
		"rate_limit_exceeded", [1, 60]],
	["failed=rate_limit_exceeded:Rate limit reached for m", 429,
		"rate_limit_error", "rate_limit_exceeded", [1, 60], /reached/],
	["status=400,context_length_exceeded;message=Your input exceeds the " +
		"context window", 400, request, "context_length_exceeded",
		undefined, /context window/],
	["failed=context_length_exceeded", 400, request,
		"context_length_exceeded", undefined, /context/],
	["status=400;message=the tea is cold", 400, request, "bad_request",
		undefined, /^the tea is cold/],
	["status=422;message=odd", 400, request, "bad_request", undefined, /odd/],
	["status=404,model_not_found;message=The model 'x' does not exist", 404,
		request, "model_not_found", undefined, /does not exist/],
	["status=400,content_policy_violation;message=against our policy", 400,
		request, "content_policy_violation", undefined, /policy/],
	["status=503,server_is_overloaded", 503, server, "overloaded", [1, 1]],
	["status=503", 503, server, "overloaded", [1, 1]],
	["status=500", 502, server, "upstream_error"],
	["status=502", 502, server, "upstream_error"],
	["failed=server_error:it broke", 502, server, "upstream_error",
		undefined, /it broke/],
];

/* what app-server alone is told the kind of, or has advice for */
const told = [
	["status=400,cyber_policy;message=not this", 400, request,
		"content_policy_violation", undefined, /not this/],
	["failed=model_not_found:The model x does not exist", 404, request,
		"model_not_found", undefined, /model x does not exist/],
	["status=400;message=Instructions are required", 400, request,
		"bad_request", undefined, /required.*--instructions codex/],
];

/* the same once the answer has begun */
const late = [
	["cut=1", 502, server, "upstream_error"],
	...real.filter(([what]) => what.startsWith("failed=")),
];

// Over the WebSocket, without tries there, Codex goes over to HTTP with what may
// pass: to begin anew.
const inBand = (row) => transport === "websocket" &&
    /^failed=(rate_limit_exceeded|server_error)/.test(row[0])
    ? [row[0], 502, server, "upstream_error", undefined, /void/] : row;

function check(r, [, status, type, code, retry, text]) {
	assert.equal(r.status, status, r.text);
	assert.match(r.headers["content-type"], /^application\/json/);
	assert.deepEqual(Object.keys(r.json), ["error"]);
	assert.deepEqual(Object.keys(r.error).sort(),
	    ["code", "message", "param", "type"]);
	assert.equal(r.error.type, type);
	assert.equal(r.error.code, code);
	assert.match(r.error.message, text ?? /\w/);

	const after = r.headers["retry-after"];

	if (retry === undefined) {
		assert.equal(after, undefined);
	} else {
		assert.match(after ?? "none", /^\d+$/);
		assert.ok(Number(after) >= retry[0] && Number(after) <= retry[1],
		    `Retry-After ${after}`);
	}
	assert.equal(r.headers["x-should-retry"],
	    ["usage_limit_exceeded", "codex_forbidden", "codex_unavailable"]
		.includes(code) ? "false" : undefined);
}

// Text that is out cannot be taken back: the error ends the stream.
function checkInBand(r, [, , type, code, , text]) {
	const events = sseEvents(r.text);
	const { error } = events.pop();

	assert.equal(r.status, 200);
	assert.equal(joinChunks(events)[0].content, "begun");
	assert.equal(error.type, type);
	assert.equal(error.code, code);
	assert.match(error.message, text ?? /\w/);
	assert.doesNotMatch(r.text, /\[DONE\]|"finish_reason":"/);
}

describeEngines("what Codex says is told with the right status", (engine) => {
	const world = realCodex({ before, after }, { engine, retries: false,
		args: ["--model", "gpt-5.5", ...atOnce(engine, 2)] });

	for (const row of engine === "exec" ? real : [...real, ...told]) {
		it(row[0], async () => {
			const [plain, stream] = await Promise.all([false, true].map(
			    (s) => world.proxy.chat(`SIM: ${row[0]}`,
				{ stream: s })));

			check(plain, row);
			check(stream, row);
		});
	}

	for (const row of late) {
		const script = `SIM: text=begun;${row[0]}`;

		it(`behind text, not streaming: ${row[0]}`, async () => {
			check(await world.proxy.chat(script), row);
		});
		it(`behind text, streaming: ${row[0]}`, async () => {
			const r = await world.proxy.chat(script, { stream: true });

			// exec has no text before Codex has all of it.
			if (engine === "exec")
				check(r, row);
			else
				checkInBand(r, inBand(row));
		});
	}

	it("a model that neither Codex nor the server knows is 404",
	    async () => {
		const words = "The model 'nonesuch' does not exist";

		for (const stream of [false, true]) {
			const r = await world.proxy.chat("SIM: status=404," +
			    `model_not_found;message=${words}`,
			{ model: "nonesuch", stream });

			check(r, ["", 404, request, "model_not_found", undefined,
				/model 'nonesuch' does not exist/]);
		}
		assert.equal(world.sim.requests().at(-1).body.model, "nonesuch");
	});

	it("error texts have no path and no key", async () => {
		const r = await world.proxy.chat("SIM: status=401");

		assert.ok(!r.text.includes("sim-secret-key"));
		assert.ok(!r.text.includes(world.proxy.home));
	});
});

describeEngines("a prompt longer than Codex takes", (engine) => {
	const world = realCodex({ before, after },
	    { engine, args: ["--model", "gpt-5.5"] });

	it("is context_length_exceeded", async () => {
		const r = await world.proxy.chat("x".repeat(1048577));

		check(r, ["", 400, request, "context_length_exceeded", undefined,
			/1048576/]);
	});
}, ["exec"]);

describe("what the child does is told with the right status", () => {
	const world = fakeWorld({ before, after },
	    { args: ["--timeout-seconds", "0.7"] });

	/* as above; the first member is for fake_codex */
	const rows = [
		["crash=9", 502, server, "codex_crashed", undefined, /SIGKILL|9/],
		["crash=11", 502, server, "codex_crashed"],
		["early_exit=3:no such luck", 502, server, "codex_crashed",
			undefined, /no such luck/],
		["no_final", 502, server, "codex_crashed"],
		["hang", 504, server, "timeout", undefined, /timeout/],
		["reconnecting;hang", 504, server, "timeout", undefined, /timeout/],
	];
	for (const row of rows) {
		for (const stream of [false, true]) {
			it(`${row[0]}, stream ${stream}`, async () => {
				const r = await world.proxy.chat(`FAKE:${row[0]}`,
				    { stream });

				check(r, row);
			});
		}
	}
});

describe("no Codex", () => {
	it("is 503 codex_unavailable, streaming and not", async () => {
		const proxy = await Proxy.start(
		    { codex: "/nonexistent/codex", ready: false });

		for (const stream of [false, true]) {
			const r = await proxy.chat("x", { stream });

			check(r, ["", 503, server, "codex_unavailable", undefined,
				/codex/i]);
		}
		assert.deepEqual((await proxy.idle()).errors_by_code,
		    { codex_unavailable: 2 });
		await proxy.stop();
	});
});

describe("a body that is wrong", () => {
	const world = fakeWorld({ before, after });
	const parts = (part) => ({ messages: [{ role: "user",
		content: [part] }] });
	const user = { role: "user", content: "x" };

	/* fields, param, code */
	const rows = [
		[{ model: 5 }, "model", "invalid_type"],
		[{ model: "" }, "model", "invalid_value"],
		[{ messages: undefined }, "messages",
			"missing_required_parameter"],
		[{ messages: "x" }, "messages", "invalid_type"],
		[{ messages: [] }, "messages", "invalid_value"],
		[{ messages: ["x"] }, "messages[0]", "invalid_type"],
		[{ messages: [{ content: "x" }] }, "messages[0].role",
			"missing_required_parameter"],
		[{ messages: [user, { role: "robot", content: "x" }] },
			"messages[1].role", "invalid_value"],
		[{ messages: [{ role: "user", content: 5 }] },
			"messages[0].content", "invalid_type"],
		[{ messages: [{ role: "tool", content: "x" }] },
			"messages[0].tool_call_id", "missing_required_parameter"],
		[parts("x"), "messages[0].content[0]", "invalid_type"],
		[parts({ text: "x" }), "messages[0].content[0].type",
			"missing_required_parameter"],
		[parts({ type: 5 }), "messages[0].content[0].type",
			"invalid_type"],
		[parts({ type: "video" }), "messages[0].content[0].type", null],
		[parts({ type: "text" }), "messages[0].content[0].text",
			"missing_required_parameter"],
		[parts({ type: "text", text: 5 }), "messages[0].content[0].text",
			"invalid_type"],
		[parts({ type: "image_url" }), "messages[0].content[0].image_url",
			"missing_required_parameter"],
		[{ messages: [user, user, { role: "assistant",
			tool_calls: "x" }] }, "messages[2].tool_calls",
		"invalid_type"],
		[{ stream: "yes" }, "stream", "invalid_type"],
		[{ stream: true, stream_options: 5 }, "stream_options",
			"invalid_type"],
		[{ stream: true, stream_options: { include_usage: 1 } },
			"stream_options.include_usage", "invalid_type"],
		[{ n: 0 }, "n", "invalid_value"],
		[{ n: 9 }, "n", "invalid_value"],
		[{ n: -1 }, "n", "invalid_value"],
		[{ n: 1.5 }, "n", "invalid_type"],
		[{ n: "2" }, "n", "invalid_type"],
		[{ stop: 5 }, "stop", "invalid_type"],
		[{ stop: ["a", 5] }, "stop[1]", "invalid_type"],
		[{ stop: ["a", "b", "c", "d", "e"] }, "stop", "invalid_value"],
		[{ response_format: "json" }, "response_format", "invalid_type"],
		[{ response_format: {} }, "response_format.type",
			"missing_required_parameter"],
		[{ response_format: { type: "xml" } }, "response_format.type",
			"invalid_value"],
		[{ response_format: { type: "json_schema" } },
			"response_format.json_schema",
			"missing_required_parameter"],
		[{ response_format: { type: "json_schema", json_schema: {
			name: "x", schema: [] } } },
		"response_format.json_schema.schema", "invalid_type"],
		[{ reasoning_effort: 5 }, "reasoning_effort", "invalid_type"],
		[{ reasoning_effort: 'a"; x="' }, "reasoning_effort",
			"invalid_value"],
		[{ verbosity: "loud" }, "verbosity", "invalid_value"],
		[{ metadata: 5 }, "metadata", "invalid_type"],
		[{ metadata: { cwd: 5 } }, "metadata.cwd", "invalid_type"],
		[{ metadata: { cwd: "/a\0b" } }, "metadata.cwd",
			"invalid_value"],
		[{ tools: 5 }, "tools", "invalid_type"],
		[{ logprobs: "x" }, "logprobs", "invalid_type"],
		[{ modalities: "audio" }, "modalities", "invalid_type"],
	];
	for (const [fields, param, code] of rows) {
		it(`${JSON.stringify(fields)} names ${param}`, async () => {
			const r = await world.proxy.post("/v1/chat/completions",
			    { ...ask("x"), ...fields });

			assert.equal(r.status, 400, r.text);
			assert.equal(r.error.type, request);
			assert.equal(r.error.param, param);
			if (code !== null)
				assert.equal(r.error.code, code);
			assert.ok(r.error.message.length > 10);
		});
	}

	it("none of them reached Codex", () => {
		assert.deepEqual(world.proxy.calls(), []);
	});
});

// 64 and 100 bytes end in the middle of one of these.
describe("what is quoted of a long id", () => {
	const world = fakeWorld({ before, after },
	    { engine: "app-server" });
	const id = "漢".repeat(60);
	const respond = (fields) => ["/v1/responses",
		{ model: "codex-local", input: "x", ...fields }];
	const messages = (list, tools) => ["/v1/messages", { tools,
		model: "codex-local", max_tokens: 9, messages: list }];
	const twice = (x) => [x, x];

	for (const [what, bytes, [target, body]] of [
		["chat: calls", 64, ["/v1/chat/completions", ask([
			{ role: "assistant", tool_calls: twice({ id, type:
			    "function", function: { name: "f",
				arguments: "{}" } }) }])]],
		["chat: a tool", 64, ["/v1/chat/completions", ask("x",
		    { tools: [{ type: id }] })]],
		["messages: calls", 64, messages([{ role: "assistant",
			content: twice({ type: "tool_use", id, name: "f",
				input: {} }) }])],
		["messages: a tool", 64, messages([{ role: "user",
			content: "x" }], [{ type: id, name: "f" }])],
		["responses: calls", 64, respond({ input: twice({ call_id: id,
			type: "function_call", name: "f", arguments: "{}" }) })],
		["responses: a tool", 64, respond({ tools: [{ type: id }] })],
		["responses: an item", 100, respond({ input: [
			{ type: "item_reference", id }] })],
		["responses: the one before", 100,
			respond({ previous_response_id: id })],
		["responses: a conversation", 100, respond({ conversation: id })],
		["responses: metadata", 64, respond({ metadata: { [id]: 1 } })],
		["a response", 100, [`/v1/responses/${encodeURIComponent(id)}`]],
		["a conversation", 100,
			[`/v1/conversations/${encodeURIComponent(id)}`]],
		["a conversation's item", 100, ["/v1/conversations/x/items/" +
			encodeURIComponent(id)]],
	]) {
		it(what, async () => {
			const r = body === undefined
			    ? await world.proxy.get(target)
			    : await world.proxy.post(target, body);
			const quoted = r.json.error.message.match(/漢+/)?.[0];

			assert.ok(r.status === 400 || r.status === 404, r.text);
			if (!target.includes("/items/"))
				assert.equal(quoted, "漢".repeat(bytes / 3), r.text);
			assert.ok(!r.text.includes("\ufffd"), r.text);
		});
	}
});
