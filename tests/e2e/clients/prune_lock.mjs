// prune_lock.mjs PACKAGE...
//
// Takes out of the lock file what the PACKAGEs would like to have but do not
// need: promptfoo's optional packages are more than all others together. npm
// adds them whenever PACKAGE itself is updated.
import fs from "node:fs";
import path from "node:path";

const file = path.join(import.meta.dirname, "package-lock.json");
const lock = JSON.parse(fs.readFileSync(file, "utf8"));
const all = lock.packages;
const lean = new Set(process.argv.slice(2)
    .map((name) => `node_modules/${name}`));

// Where a package finds another: in its own folder, or in one further up.
function find(from, name) {
	for (let at = from; ; at = at.slice(0,
	    Math.max(0, at.lastIndexOf("/node_modules/")))) {
		const found = path.posix.join(at, "node_modules", name);

		if (all[found])
			return found;
		if (at === "")
			return null; // of another system, or not wanted
	}
}

const needed = new Set([""]);

// Grows while it is walked.
for (const at of needed) {
	const entry = all[at];

	if (lean.has(at))
		delete entry.optionalDependencies;
	for (const name of Object.keys({ ...entry.dependencies,
		...entry.optionalDependencies, ...entry.peerDependencies })) {
		const found = find(at, name);

		if (found)
			needed.add(found);
	}
}
lock.packages = Object.fromEntries(Object.entries(all)
    .filter(([at]) => needed.has(at)));
fs.writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
