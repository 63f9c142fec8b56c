// What the type definitions of a client say there is: the fields of a request
// or a reply as paths.
//
// The files are made by a generator and are regular: a member a line, nesting
// by braces alone, comments of their own. What is not so throws.
import fs from "node:fs";
import path from "node:path";
import { e2eDir } from "./env.mjs";

const member = /^(\w+)\??: (.*?);?$/;

// {members: {name: type}} or {alias: type} by a declaration's whole name.
function parse(text) {
	const found = {};
	const open = [];

	for (const line of text.replace(/\/\*[^]*?\*\//g, "").split("\n")) {
		const s = line.replace(/^(export )?(declare )?/, "").trim();
		const name = (n) => [...open.map((o) => o.name), n]
		    .filter((x) => x !== undefined).join(".");
		let m;

		if (s.startsWith("}") && open.pop() === undefined)
			throw new Error(`a brace too many: ${line}`);
		if ((m = /^namespace (\w+) \{$/.exec(s))) {
			open.push({ name: m[1] });
		} else if ((m = /^interface (\w+)(?:<.*>)?(?: extends (.*))? \{$/
		    .exec(s))) {
			const { members } = found[name(m[1])] =
			    { members: {}, base: m[2] };

			open.push({ members });
		} else if ((m = /^type (\w+) = (.*);$/.exec(s))) {
			found[name(m[1])] = { alias: m[2] };
		} else if (s.endsWith("{")) {
			// A map, or a class: its lines are no fields.
			open.push({});
			if ((m = /^type (\w+) = \{$/.exec(s)))
				found[m[1]] = { alias: "object" };
			else if ((m = member.exec(s)) && open.at(-2)?.members)
				open.at(-2).members[m[1]] = "object";
		} else if ((m = member.exec(s)) && open.at(-1)?.members) {
			open.at(-1).members[m[1]] = m[2];
		}
	}
	if (open.length > 0)
		throw new Error("a brace is missing");
	return found;
}

// The one word that it has as a type or, a message, as a role.
function kindOf({ type, role }) {
	return /^'([\w.]+)'/.exec(type)?.[1] ?? /^'(\w+)'$/.exec(role)?.[1];
}

// What is told of a package's files, each by the name that the others have for
// it: {fieldPaths, kinds}.
export function typesOf(dir, files) {
	const declared = Object.fromEntries(Object.entries(files).map(
	    ([module, file]) => [module, parse(fs.readFileSync(
		path.join(e2eDir, dir, file), "utf8"))]));

	// What `name` means where it stands: [module, whole name], or null.
	function resolve(module, scope, name) {
		const [first, ...rest] = name.split(".");

		if (declared[first])
			return resolve(first, "", rest.join("."));
		for (let at = scope; ; at = at.split(".").slice(0, -1).join(".")) {
			const full = at === "" ? name : `${at}.${name}`;

			if (declared[module][full])
				return [module, full];
			if (at === "")
				return null;
		}
	}

	// The interfaces that a type names, aliases followed.
	function interfaces(module, scope, type) {
		const names = type.replace(/'[^']*'/g, "").match(/[A-Z][\w.]*/g) ?? [];

		return names.filter((n) => n !== "Array").flatMap((n) => {
			const at = resolve(module, scope, n);

			if (at === null)
				throw new Error(`${n} of ${scope} is not declared`);
			const { alias } = declared[at[0]][at[1]];

			return alias === undefined ? [at]
			    : interfaces(at[0], at[1], alias);
		});
	}

	// The members of an interface, with those of what it extends.
	function membersOf([module, full]) {
		const { members, base } = declared[module][full];
		const bases = base === undefined ? []
		    : interfaces(module, full, base).map(membersOf);

		return Object.assign({}, ...bases, members);
	}

	/*
	 * The fields of an interface and of all below it, as paths: a member of
	 * a member behind a dot, the kind of one that has `role` or `type` in
	 * brackets: tools[function].function.name. What stands in a chat message
	 * is named without the message, and each interface once, where it is
	 * met first: those that stand higher come before those below them. Of
	 * what is in `closed` paths nothing is told.
	 */
	function fieldPaths(name, module, closed = []) {
		const seen = new Set();
		const paths = new Set();
		const queue = [[[module, name], ""]];

		function enter(at, here) {
			if (seen.has(at.join(".")))
				return;
			seen.add(at.join("."));
			const kind = kindOf(membersOf(at));
			const outside = here.replace(/^messages\[\w+\]\./, "");

			queue.push([at, kind === undefined ? here
			    : `${outside}[${kind}]`]);
		}

		for (const [at, prefix] of queue) {
			for (const [key, type] of Object.entries(membersOf(at))) {
				const here = prefix === "" ? key : `${prefix}.${key}`;

				paths.add(here);
				if (closed.includes(here))
					continue;
				for (const inner of interfaces(...at, type))
					enter(inner, here);
			}
		}
		return [...paths];
	}

	// The members of each kind of what a type says: {kind: [member]}.
	const kinds = (name, module) => Object.fromEntries(
	    interfaces(module, "", name).map(membersOf)
		.map((m) => [kindOf(m), Object.keys(m)]));

	return { fieldPaths, kinds };
}

export const openai = typesOf("node_modules/openai/resources", {
	ChatCompletionsAPI: "chat/completions/completions.d.ts",
	CompletionsAPI: "completions.d.ts", Shared: "shared.d.ts",
	ResponsesAPI: "responses/responses.d.ts" });
