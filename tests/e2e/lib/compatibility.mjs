// Pages that say what becomes of each field of an API, and what holds them
// against the API's type definitions and against the program.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { before, describe, it } from "node:test";
import { rows, section } from "./markdown.mjs";
import { topDir } from "./tools.mjs";

/* ---- the document ---- */

export const code = (cell) => [...cell.matchAll(/`([^`]*)`/g)]
    .map((m) => m[1]);

// Names as a cell has them: ".b" behind "a" is "a.b".
function names(cell) {
	const [first, ...rest] = code(cell);

	return [first, ...rest.map((n) => n.startsWith(".") ? first + n : n)];
}

// What a cell says of a field: {word, gets, lacks, has, status, error}.
function outcome(cell) {
	const [, word] = new RegExp("^(honoured|default|repeated|ignored|" +
	    "left out|refused)(?=:|$)").exec(cell);
	const all = (what) => [...cell.matchAll(
	    new RegExp(`${what} \`([^\`]*)\``, "g"))].map((m) =>
	    JSON.parse(m[1]));

	return { word, gets: all("model gets"), lacks: all("does not get"),
		has: all("reply has"), status: Number(/\d+/.exec(cell)?.[0]),
		error: word === "refused" ? code(cell) : [] };
}

/*
 * A page's sections. Rows of a request: {names, label, example, exec,
 * app-server}, the last two as `outcome` has them; of a reply: {name, exec,
 * app-server}, which are one word each.
 */
export class Page {
	constructor(name) {
		this.text = fs.readFileSync(path.join(topDir, "doc", name),
		    "utf8");
	}

	rows(title, heading = "field") {
		return rows(section(this.text, title), heading);
	}

	fieldRows(title) {
		return this.rows(title).map(([field, example, exec, server]) => ({
			names: names(field), label: `${field} ${example}`.slice(0, 100),
			example: JSON.parse(code(example)[0]), exec: outcome(exec),
			"app-server": outcome(server === "same" ? exec : server) }));
	}

	replyRows(title) {
		return this.rows(title).map(([field, exec, server]) => ({
			name: code(field)[0], exec, "app-server": server }));
	}
}

/* ---- against the reference ---- */

// Whether one is said to be in the other.
const isIn = (name, outer) => name === outer ||
    [".", "["].some((c) => name.startsWith(outer + c));

// reference: the rows of what is in it, others: of what is not.
export function coversRequest(fields, reference, others) {
	const unheeded = (r) => ![r.exec, r["app-server"]]
	    .some((o) => o.word === "honoured");
	const covered = (name) => reference.some((r) => r.names.some((n) =>
	    n === name || [".role", ".type"].some((s) => n + s === name) ||
	    (unheeded(r) && isIn(name, n))));

	it("each field of a request has a row", () => {
		assert.ok(fields.length > 100);
		assert.deepEqual(fields.filter((f) => !covered(f)), []);
	});
	it("each row of a request is of a field", () => {
		assert.deepEqual(reference.flatMap((r) => r.names)
		    .filter((n) => !fields.some((f) => isIn(f, n))), []);
	});
	it("what is said not to be in it is not", () => {
		assert.deepEqual(others.flatMap((r) => r.names)
		    .filter((n) => fields.includes(n)), []);
	});
}

// more: names of rows that are of no field. In a "repeated" one stands what
// the request had.
export function coversReply(title, fields, told, more) {
	it(`${title}: each field has a row, each row a field`, () => {
		const whole = ["never", "null", "repeated"];

		assert.deepEqual(fields.filter((f) => !told.some((r) =>
		    [".type", ""].some((s) => r.name + s === f) ||
		    (isIn(f, r.name) && whole.includes(r["app-server"])))), []);
		assert.deepEqual(told.map((r) => r.name).filter((n) =>
		    !fields.some((f) => n === f || (n.endsWith("]") &&
			isIn(f, n)))).sort(), more);
	});
}

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

// Replies without the members of these names.
const stripped = (reply, keys) => reply.map((v) => Object.fromEntries(
    Object.entries(v).filter(([k]) => !keys.includes(k))));

// Members of a body that an example may have, but that cannot be null.
const needed = ["input", "max_tokens", "messages", "model"];

/*
 * Each row, by what it says. good(...examples): {request, reply} of a body made
 * of them, without what differs each time; send(...examples): {m, r}, the mark
 * in what was asked and the answer. least: {alone, defaults, nulls, items}, of
 * how many rows there are at least. blamed(r, error): what a refusal names, of
 * what it is to name.
 */
export function obeysRows(engine, allRows, { good, send, world, least,
	blamed = (r) => [r.error.code, r.error.param] }) {
	const plain = {};

	before(async () => {
		Object.assign(plain, await good());
	});

	const told = (word) => allRows.filter((r) => r[engine].word === word);
	const isBody = (r) => !Array.isArray(r.example);
	const bare = (r) => r.names.reduce(without, r.example);

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
	describe("honoured in items", () => {
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
		// Nothing is left of them: they can go together.
		const alone = (r) => isBody(r) &&
		    Object.keys(bare(r)).length === 0;
		const kinds = list.filter((r) => !alone(r));

		it("the members of the body, all at once", async () => {
			const examples = told("ignored").filter(alone)
			    .map((r) => r.example);

			assert.ok(examples.length >= least.alone);
			assert.deepEqual(await good(...examples), plain);
		});
		it("the same for defaults", async () => {
			const examples = told("default").filter(alone)
			    .map((r) => r.example);

			assert.ok(examples.length >= least.defaults);
			assert.deepEqual(await good(...examples), plain);
		});
		it("members of null, all at once", async () => {
			const nulls = allRows.filter(isBody).flatMap((r) =>
			    Object.keys(r.example)).map((k) => [k, null]);

			assert.ok(nulls.length >= least.nulls);
			assert.deepEqual(await good(Object.fromEntries(nulls
			    .filter(([k]) => !needed.includes(k)))), plain);
		});
		it("items, all at once", async () => {
			const some = kinds.filter((r) => !isBody(r));

			assert.ok(some.length >= least.items);
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

	describe("as without it, but repeated", { concurrency: 3 }, () => {
		for (const row of told("repeated")) {
			it(row.label, async () => {
				const [got, base] = [await good(row.example),
					await good(bare(row))];
				const keys = row[engine].has.flatMap(Object.keys);

				holds(row[engine], got);
				assert.deepEqual(got.request, base.request);
				assert.deepEqual(stripped(got.reply, keys),
				    stripped(base.reply, keys));
			});
		}
	});

	describe("refused", () => {
		for (const row of told("refused")) {
			it(row.label, async () => {
				const { m, r } = await send(row.example);
				const { status, error } = row[engine];

				assert.deepEqual([r.status, ...blamed(r, error)],
				    [status, ...error], r.text);
				assert.equal(r.error.type, "invalid_request_error");
				assert.deepEqual(world.sim.requestsWith(m), []);
			});
		}
	});
}

/* ---- replies ---- */

// For each path: how many objects could have it, how many have it,
// in how many it is null.
function collect(objects, kinds, closed) {
	const seen = new Map(), owners = new Map();

	function visit(value, where) {
		if (Array.isArray(value))
			return value.forEach((v) => visit(v, where));
		if (value === null || typeof value !== "object")
			return undefined;
		const kind = kinds && where !== "" && value.type;
		const at = kind ? `${where}[${kind}]` : where;

		owners.set(at, (owners.get(at) ?? 0) + 1);
		for (const [k, v] of Object.entries(value)) {
			const name = at === "" ? k : `${at}.${k}`;
			const n = seen.get(name) ?? { there: 0, none: 0 };

			n.there++;
			n.none += v === null;
			seen.set(name, n);
			if (!closed.includes(name))
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

/*
 * All of these objects together have what the rows say, and no more. A row that
 * says "never" stands for a path that is not seen. kinds: an object's `type`
 * stands in its path.
 */
export function checkReplies(objects, told, engine, kinds = false) {
	const repeated = told.filter((r) => r[engine] === "repeated")
	    .map((r) => r.name);
	const seen = collect(objects, kinds, repeated);

	assert.deepEqual(seen.filter(([n]) => !repeated.includes(n)).sort(), told
	    .filter((r) => !["never", "repeated"].includes(r[engine]))
	    .map((r) => [r.name, r[engine]]).sort());
	assert.deepEqual(seen.filter(([n]) => repeated.includes(n))
	    .map(([n]) => n).sort(), repeated.sort());
}
