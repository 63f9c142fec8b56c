// doc/compatibility.md: each of its rows against the real program, and all of
// them against the reference.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { newModel, plainModel } from "./lib/env.mjs";
import { ask, request as sent, sseEvents } from "./lib/http.mjs";
import { received } from "./lib/items.mjs";
import { rows, section } from "./lib/markdown.mjs";
import { atOnce, describeEngines, mark, realCodex } from "./lib/proxy.mjs";
import { topDir } from "./lib/tools.mjs";
import { fieldPaths } from "./lib/types.mjs";

const text = fs.readFileSync(path.join(topDir, "doc/compatibility.md"),
    "utf8");
const code = (cell) => [...cell.matchAll(/`([^`]*)`/g)].map((m) => m[1]);

/* ---- the document ---- */

// Names as a cell has them: ".b" behind "a" is "a.b".
function names(cell) {
	const [first, ...rest] = code(cell);

	return [first, ...rest.map((n) => n.startsWith(".") ? first + n : n)];
}

// What a cell says of a field: {word, gets, lacks, has, status, error}.
function outcome(cell) {
	const [, word] = /^(honoured|default|ignored|refused)(?=:|$)/.exec(cell);
	const all = (what) => [...cell.matchAll(
	    new RegExp(`${what} \`([^\`]*)\``, "g"))].map((m) =>
	    JSON.parse(m[1]));

	return { word, gets: all("model gets"), lacks: all("does not get"),
		has: all("reply has"), status: Number(/\d+/.exec(cell)?.[0]),
		error: word === "refused" ? code(cell) : [] };
}

const fieldRows = (title) => rows(section(text, title), "field").map(
    ([field, example, exec, server]) => ({ names: names(field),
	label: `${field} ${example}`.slice(0, 100),
	example: JSON.parse(code(example)[0]), exec: outcome(exec),
	"app-server": outcome(server === "same" ? exec : server) }));
const reference = ["The body", "Tools", "Messages",
	"Parts of a message's content"].flatMap(fieldRows);
const allRows = [...reference, ...fieldRows("Not in the reference")];
const replyRows = (title) => rows(section(text, title), "field").map(
    ([field, exec, server]) => ({ name: code(field)[0], exec,
	"app-server": server }));

// Whether one is said to be in the other.
const isIn = (name, outer) => name === outer ||
    [".", "["].some((c) => name.startsWith(outer + c));

describe("doc/compatibility.md has all of the reference", () => {
	const unheeded = (r) => ![r.exec, r["app-server"]]
	    .some((o) => o.word === "honoured");
	const covered = (name) => reference.some((r) => r.names.some((n) =>
	    n === name || [".role", ".type"].some((s) => n + s === name) ||
	    (unheeded(r) && isIn(name, n))));

	it("each field of a request has a row", () => {
		const fields = fieldPaths("ChatCompletionCreateParamsBase");

		assert.ok(fields.length > 100);
		assert.deepEqual(fields.filter((f) => !covered(f)), []);
	});

	it("each row of a request is of a field", () => {
		const fields = fieldPaths("ChatCompletionCreateParamsBase");

		assert.deepEqual(reference.flatMap((r) => r.names)
		    .filter((n) => !fields.some((f) => isIn(f, n))), []);
	});

	it("what is said not to be in it is not", () => {
		const fields = fieldPaths("ChatCompletionCreateParamsBase");

		assert.deepEqual(fieldRows("Not in the reference")
		    .flatMap((r) => r.names).filter((n) => fields.includes(n)), []);
	});

	/* section, type; what the section has besides */
	const replies = [["The reply", "ChatCompletion",
		["choices.message.reasoning_content"]],
	["The chunks of a stream", "ChatCompletionChunk",
		["choices.delta.reasoning_content"]]];
	for (const [title, type, more] of replies) {
		it(`${title}: each field has a row, each row a field`, () => {
			const fields = fieldPaths(type).map((f) =>
			    f.replace(/\[\w+\]/g, ""));
			const told = replyRows(title);

			assert.deepEqual(fields.filter((f) => !told.some((r) =>
			    r.name === f || (isIn(f, r.name) &&
				["never", "null"].includes(r["app-server"])))), []);
			assert.deepEqual(told.map((r) => r.name)
			    .filter((n) => !fields.includes(n)), more);
		});
	}
});

/* ---- examples and what comes of them ---- */

// Whether `pattern` is in `value`: an object with other members beside it, an
// array element by element, a text in part if it is all of the pattern.
function matches(value, pattern) {
	if (Array.isArray(pattern))
		return Array.isArray(value) && value.length === pattern.length &&
		    pattern.every((p, i) => matches(value[i], p));
	if (pattern === null || typeof pattern !== "object")
		return value === pattern;
	return value !== null && typeof value === "object" &&
	    Object.entries(pattern).every(([k, p]) => matches(value[k], p));
}

function contains(value, pattern) {
	if (typeof value === "string" && typeof pattern === "string")
		return value.includes(pattern);
	return matches(value, pattern) || (value !== null &&
	    typeof value === "object" &&
	    Object.values(value).some((v) => contains(v, pattern)));
}

// The example without the field: the member of each object of its kind.
function without(example, name) {
	const copy = structuredClone(example);
	const [, kind, member] = /^(?:.*\[(\w+)\]\.)?([\w.]+?)(?:\[\w+\])?$/
	    .exec(name);
	const keys = member.split(".");

	function strip(value) {
		if (value === null || typeof value !== "object")
			return;
		if (kind === undefined || [value.role, value.type].includes(kind)) {
			const owner = keys.slice(0, -1).reduce(
			    (v, k) => v?.[k], value);

			delete owner?.[keys.at(-1)];
		}
		if (kind !== undefined)
			Object.values(value).forEach(strip);
	}

	strip(copy);
	return copy;
}

// What the model answers where it is not three words.
const calls = 'tool=look:{};tool=look:{}';
const answers = { response_format: 'text="{}"', parallel_tool_calls: calls };

function script(example) {
	const key = Object.keys(answers).find((k) => example[k] !== true &&
	    ![undefined, null].includes(example[k]) &&
	    example[k].type !== "text");

	return `SIM: ${answers[key] ?? "text=one two three"}`;
}

describeEngines("doc/compatibility.md", (engine) => {
	const world = realCodex({ before, after }, { engine, args: [
		"--model", plainModel, "--queue-timeout-seconds", "0",
		...atOnce(engine, 3)] });

	// Sends examples, members of the body or messages.
	async function send(...examples) {
		const m = mark();
		const messages = examples.filter(Array.isArray).flat();
		const fields = Object.assign({},
		    ...examples.filter((e) => !Array.isArray(e)));

		messages.push({ role: "user",
			content: `${m} ${script(fields)}` });
		const r = await world.proxy.chat(messages, fields);

		return { m, r };
	}

	// What the model got and what came back, without what differs each time.
	async function good(...examples) {
		const { m, r } = await send(...examples);

		assert.equal(r.status, 200, r.text);
		const { body } = await world.sim.request(m);
		const { client_metadata, prompt_cache_key, ...request } = body;
		const reply = r.headers["content-type"] === "text/event-stream"
		    ? sseEvents(r.text) : [r.json];

		void [client_metadata, prompt_cache_key];
		for (const value of reply.filter((e) => e.id)) {
			value.id = value.created = 0;
		}
		return { reply, request: JSON.parse(JSON.stringify(
		    { ...request, input: undefined, ...received(body) })
		    .replaceAll(m, "mark").replace(/request-\d+-\w+/g, "dir")) };
	}

	const plain = {};

	before(async () => {
		Object.assign(plain, await good());
	});

	const told = (word) => allRows.filter((r) => r[engine].word === word);
	const isBody = (r) => !Array.isArray(r.example);

	// The rest of the row is told by `got`; without the field it is not so.
	function holds({ gets, has }, got) {
		assert.ok(gets.length + has.length > 0);
		for (const [what, patterns] of [["request", gets], ["reply", has]]) {
			for (const p of patterns) {
				assert.ok(contains(got[what], p), JSON.stringify(
				    [what, p, got[what]]));
				assert.ok(!contains(plain[what], p), `${what} has ` +
				    `${JSON.stringify(p)} without the field, too`);
			}
		}
	}

	describe("honoured", { concurrency: 3 }, () => {
		for (const row of told("honoured").filter(isBody)) {
			it(row.label, async () => {
				const { lacks, ...rest } = row[engine];
				const got = await good(row.example);

				if (lacks.length === 0 || rest.gets.length > 0)
					holds(rest, got);
				if (lacks.length === 0)
					return;
				const full = await good(
				    without(row.example, row.names[0].split("[")[0]));

				for (const p of lacks) {
					assert.ok(!contains(got.request, p));
					assert.ok(contains(full.request, p));
				}
			});
		}
	});

	// One conversation has all of them.
	describe("honoured in messages", () => {
		const list = told("honoured").filter((r) => !isBody(r));
		let got;

		before(async () => {
			got = await good(...list.map((r) => r.example));
		});
		for (const row of list)
			it(row.label, () => holds(row[engine], got));
	});

	describe("as without it", { concurrency: 3 }, () => {
		const list = [...told("ignored"), ...told("default")];
		const bare = (r) => r.names.reduce(without, r.example);
		// Nothing is left of them: they can go together.
		const alone = (r) => isBody(r) &&
		    Object.keys(bare(r)).length === 0;
		const kinds = list.filter((r) => !alone(r));

		it("the members of the body, all at once", async () => {
			const examples = told("ignored").filter(alone)
			    .map((r) => r.example);

			assert.ok(examples.length > 15);
			assert.deepEqual(await good(...examples), plain);
		});
		it("the same for defaults", async () => {
			const examples = told("default").filter(alone)
			    .map((r) => r.example);

			assert.ok(examples.length > 2);
			assert.deepEqual(await good(...examples), plain);
		});
		it("members of null, all at once", async () => {
			const nulls = allRows.filter(isBody).flatMap((r) =>
			    Object.keys(r.example)).map((k) => [k, null]);

			assert.ok(nulls.length > 30);
			assert.deepEqual(await good(Object.fromEntries(nulls
			    .filter(([k]) => k !== "model"))), plain);
		});
		it("messages, all at once", async () => {
			const some = kinds.filter((r) => !isBody(r));

			assert.ok(some.length > 3);
			assert.deepEqual(await good(...some.map((r) => r.example)),
			    await good(...some.map(bare)));
		});
		for (const row of kinds.filter(isBody)) {
			it(row.label, async () => {
				assert.notDeepEqual(bare(row), row.example);
				assert.deepEqual(await good(row.example),
				    await good(bare(row)));
			});
		}
	});

	describe("refused", () => {
		for (const row of told("refused")) {
			it(row.label, async () => {
				const { m, r } = await send(row.example);
				const { status, error } = row[engine];

				assert.deepEqual([r.status, r.error.code, r.error.param],
				    [status, ...error]);
				assert.equal(r.error.type, "invalid_request_error");
				assert.deepEqual(world.sim.requestsWith(m), []);
			});
		}
	});

	describe("replies", () => {
		const tools = engine === "exec" ? {} : { tools: [
			{ type: "function", function: { name: "look" } }] };
		const get = (words, fields) => world.proxy.chat(
		    `SIM: ${words}`, { model: newModel, ...tools, ...fields });
		const old = { tools: undefined, functions: [{ name: "look" }] };
		// What the model does, and how it is asked.
		const ways = [["text=x"], ["text=x;reasoning=because"],
			...(engine === "exec" ? [] : [[calls], [calls, old]])];

		// For each path: how many objects could have it, how many have it,
		// in how many it is null.
		function collect(objects) {
			const seen = new Map(), owners = new Map();

			function visit(value, where) {
				if (Array.isArray(value))
					return value.forEach((v) => visit(v, where));
				if (value === null || typeof value !== "object")
					return undefined;
				owners.set(where, (owners.get(where) ?? 0) + 1);
				for (const [k, v] of Object.entries(value)) {
					const name = where === "" ? k : `${where}.${k}`;
					const n = seen.get(name) ?? { there: 0, none: 0 };

					n.there++;
					n.none += v === null;
					seen.set(name, n);
					visit(v, name);
				}
				return undefined;
			}

			visit(objects, "");
			return [...seen].map(([name, n]) => [name,
				n.there < owners.get(name.includes(".")
				    ? name.slice(0, name.lastIndexOf(".")) : "")
				    ? "sometimes"
				    : n.none === n.there ? "null" : "always"]);
		}

		// A row that says "never" stands for a path that is not seen.
		const check = (title, objects) => assert.deepEqual(
		    collect(objects).sort(), replyRows(title)
			.filter((r) => r[engine] !== "never")
			.map((r) => [r.name, r[engine]]).sort());

		it("have what is said, and no more", async () => {
			const all = await Promise.all(ways.map((w) => get(...w)));

			check("The reply", all.map((r) => r.json));
		});
		it("so do chunks", async () => {
			const all = await Promise.all(ways.flatMap(([w, f]) => [{},
				{ stream_options: { include_usage: true } }].map((o) =>
			    get(w, { stream: true, ...f, ...o }))));

			check("The chunks of a stream", all.flatMap((r) =>
			    sseEvents(r.text).filter((e) => e !== "[DONE]")));
		});
	});

	describe("endpoints", () => {
		const body = { body: JSON.stringify(ask("x")),
			headers: { "Content-Type": "application/json" } };

		for (const [request, status, error] of rows(
		    section(text, "Endpoints"), "request")) {
			it(request, async () => {
				const [method, target] = code(request)[0].split(" ");
				const r = await sent(world.proxy.url + target, {
					method, ...(method === "POST" ? body : {}) });

				assert.equal(r.status, Number(status), r.text);
				if (status !== "200")
					assert.equal(r.error.code, code(error)[0]);
			});
		}
	});
});
