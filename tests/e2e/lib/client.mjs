// A client among the packages of clients/.
import fs from "node:fs";
import path from "node:path";
import { e2eDir } from "./env.mjs";
import { title } from "./title.mjs";

export const modules = path.join(e2eDir, "clients/node_modules");

// What the suite of its tests is called: with the version that is installed.
export function client(name, what) {
	const { version } = JSON.parse(fs.readFileSync(
	    path.join(modules, name, "package.json"), "utf8"));

	return title(name, version, what);
}
