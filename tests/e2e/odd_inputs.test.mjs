// Old and odd requests, as clients send them: they arrive exactly, or the
// caller gets an error that says where. Of app-server app_exact has the usual
// and the empty messages, app_tools the calls that do not fit their results.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { newModel } from "./lib/env.mjs";
import { ask } from "./lib/http.mjs";
import { assistant, call, developer, image, output, received, red, user,
	userTexts } from "./lib/items.mjs";
import { atOnce, describeEngines, mark, realCodex } from "./lib/proxy.mjs";

// exec's transcript: a message, and a call within one.
const said = (role, words, attributes = "") =>
	`<message role="${role}"${attributes}>\n${words}\n</message>\n`;
const called = (...list) => '<message role="assistant">\n' + list.map(
    ([attributes, args]) => `<tool_call ${attributes}>\n${args}\n</tool_call>\n`)
    .join("") + "</message>\n";

const u = (content, more) => ({ role: "user", content, ...more });
const made = (...list) => ({ role: "assistant", content: null,
	tool_calls: list.map(([id, args]) => ({ id, type: "function",
		function: { name: "look", arguments: args } })) });
const told = (tool_call_id, content) =>
	({ role: "tool", tool_call_id, content });
const result = (id, words) => said("tool", words, ` tool_call_id="${id}"`);
const part = (words, more) => ({ type: "text", text: words, ...more });
const turns = [...Array(1499).keys()];
const nul = "a\u0000b \u0001 \u007f\ufeff\ufffe\u2028";

/*
 * what; messages; the transcript of exec, as a string, or a lone message, as
 * an array; the items of app-server. None: tested elsewhere.
 */
const rows = [
	["unknown keys in messages and parts", (m) => [
		u([part(m, { cache_control: { type: "ephemeral" },
			citations: null })], { id: "msg_1", weight: 0,
			cache_control: {}, tool_calls: null })],
	(m) => [m], (m) => [user(m)]],
	["unknown keys in calls and results", (m) => [u(m),
		{ ...made(["a", "{}"]), reasoning_details: [{ x: 1 }],
			annotations: [], audio: null, refusal: null,
			function_call: null },
		{ ...told("a", "r"), name: "look", is_error: false }],
	(m) => said("user", m) + called(['id="a" name="look"', "{}"]) +
	    said("tool", "r", ' name="look" tool_call_id="a"'),
	(m) => [user(m), call("a", "look", "{}"), output("a", "r")]],
	["a call without content and with empty arguments", (m) => [u(m),
		{ role: "assistant", tool_calls: made(["a", ""]).tool_calls },
		told("a", "r")],
	(m) => said("user", m) + called(['id="a" name="look"', ""]) +
	    result("a", "r"),
	(m) => [user(m), call("a", "look", ""), output("a", "r")]],
	["results in another order than their calls", (m) => [u(m),
		made(["a", "1"], ["b", "2"]), told("b", "two"), told("a", "one")],
	(m) => said("user", m) + called(['id="a" name="look"', "1"],
	    ['id="b" name="look"', "2"]) + result("b", "two") +
	    result("a", "one"),
	(m) => [user(m), call("a", "look", "1"), call("b", "look", "2"),
		output("b", "two"), output("a", "one")]],
	["an id that is used again later", (m) => [u(m),
		made(["a", "1"]), told("a", "one"),
		made(["a", "2"]), told("a", "two")],
	(m) => said("user", m) + called(['id="a" name="look"', "1"]) +
	    result("a", "one") + called(['id="a" name="look"', "2"]) +
	    result("a", "two"),
	(m) => [user(m), call("a", "look", "1"), output("a", "one"),
		call("a", "look", "2"), output("a", "two")]],
	["results that are missing, or have no call", (m) => [
		told("z", "of what?"), made(["a", "1"]), u(m)],
	(m) => result("z", "of what?") + called(['id="a" name="look"', "1"]) +
	    said("user", m)],
	["the old function_call, answered with null", (m) => [u(m),
		{ role: "assistant", content: "hm", tool_calls: [],
			function_call: { name: "old", arguments: "{\"a\":1}" } },
		{ role: "function", name: "old", content: null }, u("and?")],
	(m) => said("user", m) + '<message role="assistant">\nhm\n' +
	    '<tool_call name="old">\n{"a":1}\n</tool_call>\n</message>\n' +
	    '<message role="function" name="old">\n</message>\n' +
	    said("user", "and?"),
	(m) => [user(m), assistant("hm"),
		call("function_call_1", "old", '{"a":1}'),
		output("function_call_1", ""), user("and?")]],
	["developer, and two of the user in a row", (m) => [
		{ role: "developer", content: "d" }, u("one"), u(m)],
	(m) => said("developer", "d") + said("user", "one") + said("user", m),
	(m) => [developer("d"), user("one"), user(m)]],
	["empty texts and no parts", (m) => [u(""), u([]),
		{ role: "assistant", content: "" }, { role: "assistant" }, u(m)],
	(m) => said("user", "") + '<message role="user">\n</message>\n' +
	    said("assistant", "") + '<message role="assistant">\n</message>\n' +
	    said("user", m),
	(m) => [user(""), user(""), assistant(""), assistant(""), user(m)]],
	["a result of null", (m) => [u(m), made(["a", "{}"]), told("a", null)],
		(m) => said("user", m) + called(['id="a" name="look"', "{}"]) +
		    '<message role="tool" tool_call_id="a">\n</message>\n',
		(m) => [user(m), call("a", "look", "{}"), output("a", "")]],
	["what the assistant has thought", (m) => [u("x"), { role: "assistant",
		content: [{ type: "thinking", thinking: "hm", signature: "s" },
			part("a"), { type: "redacted_thinking", data: "d" },
			{ type: "reasoning", text: "so" }] }, u(m)],
	(m) => said("user", "x") + said("assistant", "a") + said("user", m),
	(m) => [user("x"), assistant("a"), user(m)]],
	["a call of a freeform tool", (m) => [u(m), { role: "assistant",
		content: null, tool_calls: [{ id: "a", type: "custom", custom: {
			name: "patch", input: "*** x\n\"y\"" } }] },
	told("a", "r")],
	(m) => said("user", m) + called(
	    ['id="a" name="patch"', "*** x\n\"y\""]) + result("a", "r"),
	(m) => [user(m), call("a", "patch",
	    JSON.stringify({ input: "*** x\n\"y\"" })), output("a", "r")]],
	["the assistant's words last", (m) => [u(m),
		{ role: "assistant", content: "Once upon" }],
	(m) => said("user", m) + said("assistant", "Once upon")],
	["no message of the user", (m) => [{ role: "system", content: m }],
		(m) => said("system", m), (m) => [developer(m)]],
	["the assistant's alone", (m) => [{ role: "assistant", content: m }],
		(m) => said("assistant", m), (m) => [assistant(m)]],
	["control characters, NUL too", (m) => [u(nul + m + nul)],
		(m) => [nul + m + nul], (m) => [user(nul + m + nul)]],
	["3,000 messages", (m) => [...turns.flatMap((i) => [u(`q ${i}`),
		{ role: "assistant", content: `a ${i}` }]), u("last"), u(m)],
	(m) => turns.map((i) => said("user", `q ${i}`) +
	    said("assistant", `a ${i}`)).join("") + said("user", "last") +
	    said("user", m)],
	["a message of 5 MB", (m) => [u(m + "é€x😀 ".repeat(460000))], null,
		(m) => [user(m + "é€x😀 ".repeat(460000))]],
];

/* what; the body; code; param, or what the message says of the place */
const json = JSON.stringify(ask("hello"));
const raw = (messages) => JSON.stringify({ model: "m", messages });
const bytes = (...values) => Buffer.concat([
	Buffer.from(json.slice(0, -4)), Buffer.from(values),
	Buffer.from(json.slice(-4))]);
const member = (value) => `${json.slice(0, -1)},"x":${value}}`;
const nested = (n) => member("[".repeat(n) + "]".repeat(n));
const place = /line 1, column \d+/;
const content = "messages[0].content";

const refused = [
	["no messages", raw([]), "invalid_value", "messages"],
	["messages that are no list", raw({}), "invalid_type", "messages"],
	["messages of null", raw(null), "missing_required_parameter",
		"messages"],
	["a message of null", raw([null]), "invalid_type", "messages[0]"],
	["no role", raw([{ content: "x" }]), "missing_required_parameter",
		"messages[0].role"],
	["another role", raw([u("x"), { role: "model", content: "x" }]),
		"invalid_value", "messages[1].role"],
	["null of the user", raw([u(null)]), "missing_required_parameter",
		content],
	["a number for content", raw([u(7)]), "invalid_type", content],
	["an object for content", raw([u(part("x"))]), "invalid_type", content],
	["a string among the parts", raw([u(["x"])]), "invalid_type",
		`${content}[0]`],
	["a part without its text", raw([u([part("x"), { type: "text" }])]),
		"missing_required_parameter", `${content}[1].text`],
	["an n beyond 64 bits", JSON.stringify(ask("x")).slice(0, -1) +
		',"n":18446744073709551615}', "invalid_type", "n"],
	["an image of the assistant's", raw([u("draw"), { role: "assistant",
		content: [part("here"), image(red)] }, u("what is it?")]),
	"invalid_value", "messages[1].content[1]"],
	["arguments that are an object", raw([u("x"), made(["a", {}])]),
		"invalid_type", "messages[1].tool_calls[0].function.arguments"],
	["a result without an id", raw([u("x"), made(["a", ""]),
		{ role: "tool", content: "r" }]), "missing_required_parameter",
	"messages[2].tool_call_id"],
	["a list as the body", "[]", "invalid_type", null],
	["nothing as the body", "", "invalid_json", place],
	["a byte that is no UTF-8", bytes(0xff), "invalid_json", place],
	["half a character", bytes(0xe2, 0x82), "invalid_json", place],
	["an overlong character", bytes(0xc0, 0xaf), "invalid_json", place],
	["a surrogate in bytes", bytes(0xed, 0xa0, 0x80), "invalid_json", place],
	["a NUL byte", bytes(0), "invalid_json", place],
	["NUL in a member's name", `${json.slice(0, -1)},"\\u0000":1}`,
		"invalid_json", place],
	["101 levels", nested(100), "invalid_json", place],
	["100,000 levels", nested(100000), "invalid_json", place],
	["two values", `${json}{}`, "invalid_json", place],
	["a comma too many", `${json.slice(0, -1)},}`, "invalid_json", place],
];

/* what; the body that says `m`; what arrives */
const accepted = [
	["of two members of a name the last counts", (m) =>
		`{"messages":7,"model":"x",${JSON.stringify(ask(m)).slice(1)}`,
	(m) => m],
	["a surrogate pair is one character", (m) => JSON.stringify(ask(m))
	    .replace(m, `${m}\\ud83d\\ude00\\u00e9`), (m) => `${m}😀é`],
	["100 levels, numbers of all sizes, unknown members", (m) =>
		`${JSON.stringify(ask(m)).slice(0, -1)},"a":` +
		`${"[".repeat(99)}${"]".repeat(99)},"b":9223372036854775807,` +
		'"c":-1e308,"":{},"d":1e-999,"seed":-0.0}', (m) => m],
	["half a surrogate pair is U+FFFD", (m) => JSON.stringify(ask(m))
	    .replace(m, `${m}\\ud83d cut \\uDE00`), (m) => `${m}\ufffd cut \ufffd`],
	["numbers beyond 64 bits, and beyond a double", (m) =>
		`${JSON.stringify(ask(m)).slice(0, -1)},"seed":` +
		`9223372036854776000,"a":-${"1".repeat(30)},"b":1e999}`,
	(m) => m],
	["a byte order mark", (m) => `\ufeff${JSON.stringify(ask(m))}`,
		(m) => m],
	["white space around it", (m) =>
		`\r\n\t ${JSON.stringify(ask(m), null, "\t")} \n`, (m) => m],
];

describeEngines("odd inputs", (engine) => {
	const exec = engine === "exec";
	const world = realCodex({ before, after }, { engine, args: [
		"--queue-timeout-seconds", "0", "--model", newModel,
		...(exec ? [] : ["--instructions", "none"]),
		...atOnce(engine, 3)] });
	const post = (body) => world.proxy.post("/v1/chat/completions", body);

	// The conversation that went upstream is `expected`: items, a transcript,
	// or the lone message of an array.
	function arrived(upstream, expected) {
		if (!exec) {
			// Messages of megabytes make deepEqual's own too long.
			const got = received(upstream.body).items;

			assert.equal(got.length, expected.length);
			got.forEach((item, i) => assert.ok(JSON.stringify(item) ===
			    JSON.stringify(expected[i]), JSON.stringify(
			    [item, expected[i]]).slice(0, 2000)));
			return;
		}
		const texts = userTexts(upstream);

		assert.equal(texts.length, 1);
		if (Array.isArray(expected))
			assert.equal(texts[0], expected[0]);
		else
			assert.equal(texts[0].slice(texts[0].indexOf("\n\n") + 2),
			    expected);
	}

	describe("arrive as they are", { concurrency: 3 }, () => {
		for (const [what, messages, transcript, items] of rows) {
			const expected = exec ? transcript : items;

			if (!expected)
				continue;
			it(what, async () => {
				let m;
				const { upstream, json } = await world.good(
				    (x) => messages(m = x));

				assert.equal(json.choices[0].finish_reason, "stop");
				arrived(upstream, expected(m));
			});
		}
		for (const [what, body, words] of accepted) {
			it(what, async () => {
				const m = mark();
				const r = await post(body(m));

				assert.equal(r.status, 200, r.text);
				arrived(await world.sim.request(m),
				    [exec ? words(m) : user(words(m))]);
			});
		}
	});

	describe("are refused", () => {
		let sent; // upstream, before

		before(() => {
			sent = world.sim.requests().length;
		});
		for (const [what, body, code, where] of refused) {
			it(what, async () => {
				const r = await post(body);

				assert.equal(r.status, 400, r.text);
				assert.equal(r.error.type, "invalid_request_error");
				assert.equal(r.error.code, code, r.text);
				if (where instanceof RegExp) {
					assert.equal(r.error.param, null);
					assert.match(r.error.message, where);
				} else {
					assert.equal(r.error.param, where);
				}
			});
		}
		it("none of it went upstream", () => {
			assert.equal(world.sim.requests().length, sent);
		});
	});

	if (exec) {
		it("5 MB are more than exec takes, and the caller is told",
		    async () => {
			const m = mark();
			const r = await world.proxy.chat(m + "x".repeat(5000000));

			assert.equal(r.status, 400, r.text);
			assert.equal(r.error.code, "context_length_exceeded");
			assert.deepEqual(world.sim.requestsWith(m), []);
		});
	}
});
