// What the type definitions of the `openai` package say there is: the fields
// of a request or a reply as paths.
//
// The files are made by a generator and are regular: a member a line, nesting
// by braces alone, comments of their own. What is not so throws.
import fs from "node:fs";
import path from "node:path";
import { e2eDir } from "./env.mjs";

const dir = path.join(e2eDir, "node_modules/openai/resources");
// Where each file is known by another's name for it.
const files = { ChatCompletionsAPI: "chat/completions/completions.d.ts",
	CompletionsAPI: "completions.d.ts", Shared: "shared.d.ts" };

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

const declared = Object.fromEntries(Object.entries(files).map(
    ([module, file]) => [module,
	parse(fs.readFileSync(path.join(dir, file), "utf8"))]));

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

/*
 * The fields of an interface and of all below it, as paths: a member of a
 * member behind a dot, the kind of one that has `role` or `type` in brackets:
 * tools[function].function.name. What stands in a message is named without
 * the message, and each interface once, where it is met first.
 */
export function fieldPaths(name) {
	const seen = new Set();
	const paths = [];

	function walk([module, full], prefix) {
		const { members, base } = declared[module][full];

		if (base !== undefined)
			throw new Error(`${full} extends ${base}`);
		for (const [key, type] of Object.entries(members)) {
			const here = prefix === "" ? key : `${prefix}.${key}`;

			paths.push(here);
			for (const at of interfaces(module, full, type))
				enter(at, here);
		}
	}

	function enter(at, here) {
		if (seen.has(at.join(".")))
			return;
		seen.add(at.join("."));
		const { members } = declared[at[0]][at[1]];
		const kind = /^'(\w+)'$/.exec(members.role ?? members.type)?.[1];
		const outside = here.replace(/^messages\[\w+\]\./, "");

		walk(at, kind === undefined ? here : `${outside}[${kind}]`);
	}

	walk(["ChatCompletionsAPI", name], "");
	return paths;
}
